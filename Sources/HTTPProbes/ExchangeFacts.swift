import Facts
import HTTPExchange
import Probing
import Transport

/// What a port without TLS does with a request.
enum PlainOutcome: String, Sendable, CaseIterable {
  /// Leads to https.
  case redirects
  /// Leads somewhere else, still without TLS.
  case redirectsInPlain
  /// Answers 2xx, or 3xx without leading anywhere.
  case serves
  /// Answers 4xx.
  case refuses
  /// Answers 5xx, or not in HTTP.
  case fails
  /// Nobody listens.
  case closed

  init(_ trail: RedirectTrail) {
    if let first = trail.hops.first {
      self = first.to?.scheme == .https ? .redirects : .redirectsInPlain
    } else {
      switch trail.last.response.status {
      case .some(200..<400): self = .serves
      case .some(400..<500): self = .refuses
      default: self = .fails
      }
    }
  }
}

/// Turns what was seen of an exchange into facts. Pure.
struct ExchangeFacts {
  /// The most of a text that is kept, in Unicode scalars.
  private static let textLimit = 2048

  /// Takes the target's secrets out of a text; applied before a text is cut, so that no half of one remains.
  var redact: (String) -> String

  /// Nobody was asked.
  func notAsked(_ reason: String) -> JSONValue {
    facts(connection: nil, plain: ["port": nil, "outcome": nil, "reason": .string(reason)])
  }

  /// There was nobody to ask.
  func noConnection(_ reason: String, plainPort: Int?) -> JSONValue {
    facts(
      connection: ["established": false, "reason": .string(redact(reason).bounded(300)), "address": nil],
      plain: plainPort.map { plain(port: $0, .closed) } ?? nil)
  }

  /// An answer, perhaps behind redirects.
  func answered(_ trail: RedirectTrail, _ timing: QuickestTiming, plainPort: Int?) -> JSONValue {
    let answer = trail.last
    return facts(
      connection: ["established": true, "reason": nil, "address": .string(answer.address)],
      request: [
        "method": .string(answer.request.method.rawValue), "url": text(answer.request.url.text),
        "credentials": .string(answer.credentials.rawValue),
      ],
      plain: plainPort.map { plain(port: $0, PlainOutcome(trail)) } ?? nil,
      response: response(answer.response), redirects: .array(trail.hops.map(hop)), redirect: redirect(trail),
      timing: Self.timing(timing), security: security(answer),
      leaks: Self.leaks(answer.response))
  }

  /// `null` where there is content that cannot be read, or no whole header section.
  static func leaks(_ response: HTTPResponse) -> JSONValue {
    guard response.fields != nil else { return nil }
    if response.body.isEmpty { return [] }
    return response.text.map { JSONValue(Disclosure.found(in: $0).map(\.rawValue)) } ?? nil
  }

  private func facts(
    connection: JSONValue, request: JSONValue = nil, plain: JSONValue = nil, response: JSONValue = nil,
    redirects: JSONValue = nil, redirect: JSONValue = nil, timing: JSONValue = nil, security: JSONValue = nil,
    leaks: JSONValue = nil
  ) -> JSONValue {
    [
      "connection": connection, "request": request, "plain": plain, "response": response, "redirects": redirects,
      "redirect": redirect, "timing": timing, "security": security, "leaks": leaks,
    ]
  }

  private func text(_ value: String?) -> JSONValue { JSONValue(value.map { redact($0).bounded(Self.textLimit) }) }

  private func plain(port: Int, _ outcome: PlainOutcome) -> JSONValue {
    ["port": .integer(port), "outcome": .string(outcome.rawValue), "reason": nil]
  }

  private func response(_ response: HTTPResponse) -> JSONValue {
    let length = response.fields?.first("content-length").flatMap { Int($0) }
    return [
      "status": JSONValue(response.status), "reason": text(response.reason), "version": JSONValue(response.version),
      "headers": response.fields.map { RecordedFields.facts($0, hiding: redact) } ?? nil,
      "headerBytes": .integer(response.headerBytes), "contentType": text(response.mediaType),
      "contentLength": JSONValue(length.flatMap { $0 < 0 ? nil : $0 }),
      "contentEncoding": text(response.fields?.first("content-encoding")), "body": text(response.text),
      "bodyBytes": .integer(response.body.count), "bodyTruncated": .bool(response.isBodyTruncated),
      "wellFormed": .bool(response.malformed == nil), "malformed": JSONValue(response.malformed),
    ]
  }

  private func hop(_ hop: RedirectTrail.Hop) -> JSONValue {
    [
      "status": .integer(hop.status), "from": text(hop.from.text), "to": text(hop.to?.text ?? hop.location),
      "downgrade": .bool(hop.isDowngrade),
    ]
  }

  private func redirect(_ trail: RedirectTrail) -> JSONValue {
    let first = trail.hops.first
    return [
      "status": JSONValue(first?.status), "to": text(first.map { $0.to?.text ?? $0.location }),
      "toHTTPS": JSONValue(first.map { $0.to?.scheme == .https }),
      "sameHost": JSONValue(first.map { $0.to?.host == $0.from.host }),
      "keepsPathAndQuery": JSONValue(first.map { $0.to?.target == $0.from.target }),
      "downgrade": .bool(trail.hops.contains(where: \.isDowngrade)), "loop": JSONValue(trail.isLoop),
      "hops": .integer(trail.hops.count), "stopped": text(trail.stop),
    ]
  }

  private static func timing(_ quickest: QuickestTiming) -> JSONValue {
    let timing = quickest.timing
    return [
      "resolve": .double(timing.resolve), "connect": .double(timing.connect),
      "tls": timing.tls.map { .double($0) } ?? nil, "firstByte": timing.firstByte.map { .double($0) } ?? nil,
      "total": .double(timing.total), "answers": .integer(quickest.answers),
    ]
  }

  private func security(_ answer: Answer) -> JSONValue {
    guard let fields = answer.response.fields else { return nil }
    let version = ProductVersion.disclosed(by: fields)
    let nosniff = fields.list("x-content-type-options").first == "nosniff"
    return [
      "hsts": strictTransport(fields, at: answer.request.url),
      "nosniff": answer.response.body.isEmpty ? nil : .bool(nosniff),
      "contentSecurityPolicy": .bool(fields.first("content-security-policy") != nil),
      "frameOptions": text(fields.first("x-frame-options")), "server": text(fields.first("server")),
      "poweredBy": text(fields.first("x-powered-by")), "leaksVersion": .bool(version != nil),
      "versionField": text(version),
    ]
  }

  private func strictTransport(_ fields: HeaderFields, at url: HTTPURL) -> JSONValue {
    if url.scheme == .http || url.hasAddressLiteral { return nil }
    let field = fields.first("strict-transport-security")
    let policy = field.flatMap(StrictTransportSecurity.init)
    return [
      "present": .bool(field != nil), "valid": .bool(policy != nil), "maxAge": .integer(policy?.maxAge ?? 0),
      "includeSubDomains": .bool(policy?.includesSubDomains ?? false), "preload": .bool(policy?.preloads ?? false),
    ]
  }
}
