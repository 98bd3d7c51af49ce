import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks for what should be refused, a path and a method that nobody made and an echo, and reads how it is refused.
struct HTTPRefusalsProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "http-refusals", summary: "how requests for what does not exist are refused", targetKinds: ["https", "http"],
    safety: .observe, facts: RefusalSchema.facts, timeout: 20_000, traffic: "5 requests")

  /// A method that no server knows.
  private static let madeUpMethod = HTTPMethod(rawValue: "PRODWORTHY") ?? .options

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let declared = target.settings["profile"]?.string.flatMap(HeaderProfile.init(rawValue:))
    return await context.looking(at: target, for: descriptor.facts) { (questioner, redact) throws(Silence) in
      try Self.look(questioner, declared, RefusalFacts(redact: redact))
    }
  }

  private static func look(
    _ questioner: Questioner, _ declared: HeaderProfile?, _ facts: RefusalFacts
  ) throws(Silence) -> Sighting {
    let url = questioner.destination.url
    let front = try questioner.client.answer(to: HTTPRequest(.get, url), presenting: .declared)
    let mark = "prodworthy-" + String(UInt64.random(in: 0 ... .max), radix: 36)
    let below = url.path.hasSuffix("/") ? String(url.path) : String(url.path) + "/"
    let missing = try questioner.ask(
      HTTPRequest(.get, url.with(target: below + mark), fields: [("Accept", "application/json, */*;q=0.5")]),
      presenting: .declared)
    let madeUp = try questioner.ask(HTTPRequest(madeUpMethod, url), presenting: .declared)
    let options = try questioner.ask(HTTPRequest(.options, url), presenting: .declared)
    // The echo must hold nothing that is secret.
    let trace = try questioner.ask(HTTPRequest(.trace, url, fields: [("X-Prodworthy-Audit", mark)]))
    return facts.sighting(
      .init(
        front: front, declared: declared, missing: missing, madeUp: madeUp, options: options, trace: trace, mark: mark))
  }
}

/// Turns refusals into facts. Pure.
struct RefusalFacts {
  struct Sight: Sendable {
    var front: Answer
    var declared: HeaderProfile?
    var missing: Questioner.Outcome
    var madeUp: Questioner.Outcome
    var options: Questioner.Outcome
    var trace: Questioner.Outcome
    /// What the request for an echo carried.
    var mark: String
  }

  /// Takes the target's secrets out of a text.
  var redact: (String) -> String

  func sighting(_ sight: Sight) -> Sighting {
    let profile = sight.declared ?? Self.profile(sight.front)
    var gaps: [Gap] = []
    func seen(_ outcome: Questioner.Outcome, _ name: String, _ facts: (Answer) -> JSONValue) -> JSONValue {
      switch outcome {
      case .answered(let answer): return facts(answer)
      case .silent(let reason):
        gaps.append(Gap(path: name, reason: redact(reason).bounded(300)))
        return nil
      }
    }
    let missing = seen(sight.missing, "missingPage", missingPage)
    let madeUp = seen(sight.madeUp, "madeUpMethod", method)
    let options = seen(sight.options, "options", method)
    let trace = seen(sight.trace, "trace") { answer in
      [
        "status": JSONValue(answer.response.status),
        "echoed": .bool(String(decoding: answer.response.body, as: UTF8.self).contains(sight.mark)),
        "refused": JSONValue(answer.response.status.map { $0 >= 400 }),
      ]
    }
    var errors: [JSONValue] = []
    if sight.declared == nil, let reason = sight.front.response.silence {
      gaps.append(Gap(path: "interfaceErrors", reason: reason))
    }
    if profile == .api {
      errors = [("a path that does not exist", sight.missing), ("a method that does not exist", sight.madeUp)]
        .compactMap { cause, outcome in outcome.answer.flatMap { interfaceError(cause, $0.response) } }
      for outcome in [sight.missing, sight.madeUp] {
        if case .silent(let reason) = outcome {
          gaps.append(Gap(path: "interfaceErrors", reason: redact(reason).bounded(300)))
        }
      }
    }
    return .seen(
      [
        "connection": sight.front.connectionFacts, "profile": JSONValue(profile?.rawValue), "missingPage": missing,
        "madeUpMethod": madeUp, "options": options, "trace": trace, "interfaceErrors": .array(errors),
      ], gaps: gaps)
  }

  private static func profile(_ answer: Answer) -> HeaderProfile? {
    let kind = ContentKind(answer.response)
    // An interface need not have anything at its root; problem details are an interface's own way to say so.
    guard let status = answer.response.status else { return nil }
    return status < 300 || status == 401 || status == 403 || kind == .problem || kind == .json ? kind.profile : nil
  }

  private func missingPage(_ answer: Answer) -> JSONValue {
    let response = answer.response
    return [
      "path": .string(redact(answer.request.url.target).bounded(300)), "status": JSONValue(response.status),
      "kind": .string(ContentKind(response).rawValue), "leaks": ExchangeFacts.leaks(response),
    ]
  }

  private func method(_ answer: Answer) -> JSONValue {
    let fields = answer.response.fields ?? HeaderFields()
    let status = answer.response.status ?? 0
    return [
      "method": .string(answer.request.method.rawValue), "status": .integer(status),
      "allow": fields["allow"].isEmpty
        ? nil : JSONValue(fields.list("allow").map { redact($0.uppercased()).bounded(40) }),
      "accepted": .bool((200..<300).contains(status)), "broke": .bool(status >= 500 && status != 501),
      "namesAllowed": status == 405 ? .bool(!fields["allow"].isEmpty) : nil,
    ]
  }

  private func interfaceError(_ cause: String, _ response: HTTPResponse) -> JSONValue? {
    guard let status = response.status, status >= 400 else { return nil }
    let kind = ContentKind(response)
    let isHTML = kind == .html || (kind != .problem && ContentKind.looksLikeHTML(response.body))
    return [
      "cause": .string(cause), "status": .integer(status), "kind": .string(isHTML ? "html" : kind.rawValue),
      "faults": kind == .problem ? JSONValue(ProblemDetails.faults(of: response)) : nil,
    ]
  }
}

/// Problem details (RFC 9457).
enum ProblemDetails {
  /// In what the content of an error breaks the format; empty if it does not.
  static func faults(of response: HTTPResponse) -> [String] {
    if response.mediaType == "application/problem+xml" { return [] }
    guard let document = try? JSONText.parse(response.body), case .object(let members) = document else {
      return ["it is no JSON object"]
    }
    var faults: [String] = []
    for name in ["type", "title", "detail", "instance"] {
      if let value = members[name], value.string == nil { faults.append("\(name) is no text") }
    }
    if let type = members["type"]?.string, type.isEmpty || type.contains(where: \.isWhitespace) {
      faults.append("type is no URI reference")
    }
    if let status = members["status"] {
      if status.integer == nil {
        faults.append("status is no number")
      } else if status.integer != response.status {
        faults.append("status is \(status.integer ?? 0), the answer's \(response.status ?? 0)")
      }
    }
    return faults
  }
}

/// The shape of what `http-refusals` brings back.
enum RefusalSchema {
  static let facts = Schema.object([
    Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
    Schema.Field(
      "profile", HardeningSchema.profileWord, required: true, "page or api, declared or told by the type of the content"
    ),
    Schema.Field("missingPage", .nullable(missingPage), required: true, "the answer for a path that nobody made"),
    Schema.Field("madeUpMethod", .nullable(method), required: true, "the answer to a method that nobody knows"),
    Schema.Field("options", .nullable(method), required: true, "the answer to OPTIONS"),
    Schema.Field("trace", .nullable(trace), required: true, "the answer to TRACE"),
    Schema.Field(
      "interfaceErrors", .nullable(.array(error)), required: true,
      "the errors of an interface for programs; empty for pages"),
  ])

  private static let missingPage = Schema.object([
    Schema.Field("path", .string(), required: true, "the path"),
    Schema.Field("status", .nullable(.integer()), required: true, "the status"),
    Schema.Field("kind", kind, required: true, "the kind of content"),
    Schema.Field("leaks", .nullable(.array(ExchangeSchema.leak)), required: true, "what the content gives away"),
  ])

  private static let kind = Schema.string(.word(ContentKind.allCases.map(\.rawValue)))

  private static let method = Schema.object([
    Schema.Field("method", .string(), required: true, "the method"),
    Schema.Field("status", .integer(), required: true, "the status"),
    Schema.Field("allow", .nullable(.array(.string())), required: true, "the methods in Allow; null without it"),
    Schema.Field("accepted", .boolean, required: true, "the status is 2xx"),
    Schema.Field("broke", .boolean, required: true, "the status is 5xx, and not 501"),
    Schema.Field(
      "namesAllowed", .nullable(.boolean), required: true, "405 comes with Allow; null for any other status"),
  ])

  private static let trace = Schema.object([
    Schema.Field("status", .nullable(.integer()), required: true, "the status"),
    Schema.Field("echoed", .boolean, required: true, "the request comes back in the content"),
    Schema.Field("refused", .nullable(.boolean), required: true, "the status is 4xx or 5xx"),
  ])

  private static let error = Schema.object([
    Schema.Field("cause", .string(), required: true, "what was asked for"),
    Schema.Field("status", .integer(), required: true, "the status"),
    Schema.Field("kind", kind, required: true, "the kind of content"),
    Schema.Field(
      "faults", .nullable(.array(.string())), required: true,
      "in what problem details break RFC 9457; null for other content"),
  ])
}
