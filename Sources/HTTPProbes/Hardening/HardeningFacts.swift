import AuditModel
import Facts
import HTTPExchange
import Probing
import Transport

/// What was seen of one front page or interface, before it is judged.
struct HardeningSight: Sendable {
  /// The last answer on the way from the declared URL.
  var answer: Answer
  /// Where a redirect leaves the host; nil where it does not.
  var leavesFor: String?
  /// The same request without the declared token, where one is declared; nil where none is or nothing came.
  var stranger: Answer?
  /// Why nothing came without the token, where one is declared.
  var strangerSilence: String?
  /// What a request from another origin is answered; nil where nothing came.
  var crossOrigin: ObservedAnswer.CrossOriginAnswer?
  /// Where a request without TLS led.
  var plain: ObservedAnswer.PlainRoute
  /// Why it is not known where it led, though it was sent.
  var plainSilence: String?
  /// The declared URL's host where the inventory says that it is on the browsers' preload list.
  var preloadedName: String?
  /// That list, where the inventory names it; why it is not known, where it names one that cannot be used.
  var preloadList: Result<PreloadList, PreloadListFile.Failure>?
  /// What the inventory says about the answers' readers.
  var declared: HeaderProfile?
}

/// Turns what was seen of an answer's header fields into facts. Pure.
struct HardeningFacts {
  /// Takes the target's secrets out of a text.
  var redact: (String) -> String

  private static func facts(
    connection: JSONValue, url: JSONValue = nil, status: JSONValue = nil, profile: JSONValue = nil,
    graded: JSONValue = nil, pages: JSONValue = nil, hsts: JSONValue = nil, cookies: JSONValue = nil,
    caching: JSONValue = nil, privateAnswers: JSONValue = nil, outdated: JSONValue = nil
  ) -> JSONValue {
    [
      "connection": connection, "url": url, "status": status, "profile": profile, "graded": graded, "pages": pages,
      "hsts": hsts, "cookies": cookies, "caching": caching, "privateAnswers": privateAnswers, "outdated": outdated,
    ]
  }

  func sighting(_ sight: HardeningSight) -> Sighting {
    let (answer, response) = (sight.answer, sight.answer.response)
    guard response.silence == nil, let status = response.status, let fields = response.fields else {
      return .seen(
        Self.facts(connection: answer.connectionFacts, url: .string(redact(answer.request.url.text).bounded(2048))),
        gaps: ["graded", "pages", "hsts", "cookies", "caching", "privateAnswers", "outdated"].map {
          Gap(path: $0, reason: response.silence ?? "no HTTP answer")
        })
    }
    let (profile, source) = Self.profile(of: sight)
    let url = answer.request.url
    var observed = ObservedAnswer(url: url, status: status, fields: fields, content: response.body)
    observed.plain = sight.plain
    observed.crossOrigin = sight.crossOrigin
    observed.preloadedName = sight.preloadedName
    observed.preloadList = try? sight.preloadList?.get()
    var gaps: [Gap] = []
    if case .failure(let failure)? = sight.preloadList {
      gaps = ["graded", "hsts.preloaded"].map { Gap(path: $0, reason: failure.reason) }
    }
    if status >= 500 {
      let reason = "the answer is \(status), whose header fields say little"
      gaps += [Gap(path: "graded", reason: reason), Gap(path: "pages", reason: reason)]
    }
    if let reason = sight.plainSilence { gaps.append(Gap(path: "graded", reason: redact(reason))) }
    if let reason = sight.strangerSilence { gaps.append(Gap(path: "privateAnswers", reason: redact(reason))) }
    let isReadable = status < 500 && sight.leavesFor == nil
    let isPrivate = Self.isPrivate(sight)
    let setsCookie = [fields, sight.stranger?.response.fields].map { $0?["set-cookie"] ?? [] }
    return .seen(
      Self.facts(
        connection: answer.connectionFacts, url: .string(redact(url.text).bounded(2048)), status: .integer(status),
        profile: ["value": JSONValue(profile?.rawValue), "source": .string(source)],
        graded: .array(isReadable ? grade(observed, profile, isPrivate: isPrivate) : []),
        pages: .array(isReadable && profile == .page ? [page(observed)] : []),
        hsts: Self.strictTransport(fields, at: url, plain: sight.plain, preloaded: Self.isPreloaded(observed)),
        cookies: CookieFacts.facts(setsCookie, from: url, hiding: redact),
        caching: caching(fields), privateAnswers: .array(isPrivate ? [privateAnswer(answer, status, fields)] : []),
        outdated: .array(
          OutdatedFields.found(in: fields).map { ["name": .string($0.name), "reason": .string($0.reason)] })),
      gaps: gaps)
  }

  /// Declared, or told by the type of the content; an error page of a path that does not exist tells nothing.
  private static func profile(of sight: HardeningSight) -> (HeaderProfile?, source: String) {
    if let declared = sight.declared { return (declared, "declared") }
    let response = sight.answer.response
    guard let status = response.status, status < 300 || status == 401 || status == 403,
      let profile = ContentKind(response).profile
    else { return (nil, "none") }
    return (profile, "contentType")
  }

  /// A token was needed to see it.
  private static func isPrivate(_ sight: HardeningSight) -> Bool {
    guard sight.answer.credentials == .sent, let mine = sight.answer.response.status, (200..<300).contains(mine),
      let theirs = sight.stranger?.response.status
    else { return false }
    return theirs == 401 || theirs == 403
  }

  private func grade(_ answer: ObservedAnswer, _ profile: HeaderProfile?, isPrivate: Bool) -> [JSONValue] {
    guard let profile, answer.url.scheme == .https else { return [] }
    let grade = HeaderGrade(
      profile == .page
        ? Observatory(answer).tests : InterfaceProfile(answer, isPrivate: isPrivate ? true : nil).tests)
    let costly = grade.tests.filter { $0.modifier < 0 }.sorted { $0.modifier < $1.modifier }
    return [
      [
        "url": .string(redact(answer.url.text).bounded(2048)), "profile": .string(profile.rawValue),
        "score": .integer(grade.score), "grade": .string(grade.letter), "costly": JSONValue(costly.map(\.result)),
        "tests": .array(grade.tests.map(HeaderReport.json)),
      ]
    ]
  }

  private func page(_ answer: ObservedAnswer) -> JSONValue {
    let observatory = Observatory(answer)
    let policy = observatory.policyVerdict
    func result(_ test: String) -> JSONValue {
      JSONValue(observatory.tests.first { $0.test == test }?.result)
    }
    let framing = observatory.tests.first { $0.test == "x-frame-options" }
    let referrer = observatory.tests.first { $0.test == "referrer-policy" }
    return [
      "url": .string(redact(answer.url.text).bounded(2048)),
      "policy": [
        "enforced": .bool(policy.policy != nil && policy.invalid == nil), "result": .string(policy.result),
        "invalid": JSONValue(policy.invalid.map { redact($0).bounded(200) }),
        "weaknesses": JSONValue(policy.weaknesses.map(\.rawValue)),
      ],
      "framing": [
        // ALLOW-FROM keeps nobody out, and neither does a list of frame ancestors that names everybody.
        "restricted": .bool(
          framing?.passes == true && framing?.modifier != 0
            && !(policy.policy?.sources["frame-ancestors"] != nil && policy.weaknesses.contains(.anyFrame))),
        "result": result("x-frame-options"),
      ],
      "referrer": ["safe": .bool(referrer?.passes ?? false), "result": result("referrer-policy")],
      "integrity": result("subresource-integrity"),
    ]
  }

  /// Whether the host is on the browsers' preload list; nil where nobody says so and there is no list to look in.
  private static func isPreloaded(_ answer: ObservedAnswer) -> Bool? {
    answer.isPreloaded(answer.url.host) ? true : answer.preloadList == nil ? nil : false
  }

  /// Null where browsers ignore it: over http, and for literal addresses.
  private static func strictTransport(
    _ fields: HeaderFields, at url: HTTPURL, plain: ObservedAnswer.PlainRoute, preloaded: Bool?
  ) -> JSONValue {
    if url.scheme == .http || url.hasAddressLiteral { return nil }
    let values = fields["strict-transport-security"]
    let policy = values.first.flatMap(StrictTransportSecurity.init)
    var missing: [String] = []
    if let policy, policy.preloads {
      if policy.maxAge < 31_536_000 { missing.append("a max-age of a year") }
      if !policy.includesSubDomains { missing.append("includeSubDomains") }
      if case .led(let urls) = plain {
        if urls.count < 2 || urls[1].scheme != .https || urls[1].host != url.host {
          missing.append("a redirect from http to https on the same host first")
        }
      }
    }
    return [
      "fields": .integer(values.count), "valid": .bool(policy != nil), "maxAge": .integer(policy?.maxAge ?? 0),
      "includeSubDomains": .bool(policy?.includesSubDomains ?? false), "preload": .bool(policy?.preloads ?? false),
      "missingForPreload": JSONValue(missing), "preloaded": JSONValue(preloaded),
    ]
  }

  private func caching(_ fields: HeaderFields) -> JSONValue {
    let directives = CacheDirectives(fields)
    let age = fields.first("age").flatMap { Int($0) } ?? 0
    let isOffered = directives.isOffered || age > 0
    let setsCookie = !fields["set-cookie"].isEmpty
    return [
      "cacheControl": JSONValue(fields.first("cache-control").map { redact($0).bounded(300) }),
      "offered": .bool(isOffered), "setsCookie": .bool(setsCookie), "sharesCookie": .bool(isOffered && setsCookie),
    ]
  }

  private func privateAnswer(_ answer: Answer, _ status: Int, _ fields: HeaderFields) -> JSONValue {
    let directives = CacheDirectives(fields)
    return [
      "path": .string(redact(answer.request.url.target).bounded(300)), "status": .integer(status),
      "cacheControl": JSONValue(fields.first("cache-control").map { redact($0).bounded(300) }),
      "keptFromSharing": .bool(directives.isKeptFromSharing), "stored": .bool(!directives.has("no-store")),
    ]
  }
}
