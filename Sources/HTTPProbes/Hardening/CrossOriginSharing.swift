import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks with the origins that careless comparisons let in, plainly and by preflight, who may read the answers.
struct HTTPCrossOriginProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "http-cors", summary: "which other sites may read the answers, and with whose credentials",
    targetKinds: ["https", "http"], safety: .observe,
    parameters: [Schema.Field("path", .string(.nonEmpty), "path and query, beginning with /", default: nil)],
    facts: CrossOriginSchema.facts, timeout: 20_000, traffic: "12 requests")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let path = parameters["path"]?.string
    return await context.looking(at: target, for: descriptor.facts) { (questioner, redact) throws(Silence) in
      var url = questioner.destination.url
      if let path { url = url.with(target: path) }
      return try Self.look(at: url, questioner, CrossOriginFacts(redact: redact))
    }
  }

  private static func look(
    at url: HTTPURL, _ questioner: Questioner, _ facts: CrossOriginFacts
  ) throws(Silence) -> Sighting {
    // The first question tells whether anybody is there at all.
    let first = try questioner.client.answer(
      to: HTTPRequest(.get, url, fields: [("Origin", AskingOrigin.Relation.foreign.origin(seenFrom: url))]),
      presenting: .declared)
    var sights: [CrossOriginFacts.Sight] = []
    for relation in AskingOrigin.Relation.allCases {
      let origin = relation.origin(seenFrom: url)
      let plain =
        relation == .foreign
        ? Questioner.outcome(of: first)
        : try questioner.ask(HTTPRequest(.get, url, fields: [("Origin", origin)]), presenting: .declared)
      let preflight = HTTPRequest(
        .options, url,
        fields: [
          ("Origin", origin), ("Access-Control-Request-Method", "DELETE"),
          ("Access-Control-Request-Headers", "authorization,x-prodworthy-audit"),
        ])
      sights.append(
        .init(relation: relation, origin: origin, plain: plain, preflight: try questioner.ask(preflight)))
    }
    return facts.sighting(sights, first)
  }
}

/// An origin a request names.
enum AskingOrigin {
  /// How it relates to the audited host.
  enum Relation: String, Sendable, CaseIterable {
    /// Another site altogether.
    case foreign
    /// What sandboxed frames and local files send.
    case null
    /// A site below another's domain whose name begins like the host.
    case prefixed
    /// A site whose name ends like the host without being below it.
    case suffixed
    /// The host itself without TLS, where anybody on the way can speak.
    case plaintext
    /// A name below the host.
    case subdomain

    /// The origin as it is sent to an endpoint at `url`. No name exists but the host's own (RFC 2606).
    func origin(seenFrom url: HTTPURL) -> String {
      let host = url.host.contains(":") ? "[\(url.host)]" : url.host
      let name = url.host.contains(":") ? "address" : url.host
      return switch self {
      case .foreign: "https://prodworthy.invalid"
      case .null: "null"
      case .prefixed: "https://\(name).prodworthy.invalid"
      case .suffixed: "https://prodworthy\(name)"
      case .plaintext: "http://\(host)"
      case .subdomain: "https://prodworthy.\(name)"
      }
    }

    /// Nobody the host knows: what it may read, everybody may.
    var isStranger: Bool {
      switch self {
      case .foreign, .null, .prefixed, .suffixed: true
      case .plaintext, .subdomain: false
      }
    }
  }
}

/// Turns the answers to requests from other origins into facts. Pure.
struct CrossOriginFacts {
  /// One origin with what it was answered.
  struct Sight: Sendable {
    var relation: AskingOrigin.Relation
    var origin: String
    var plain: Questioner.Outcome
    var preflight: Questioner.Outcome
  }

  /// Takes the target's secrets out of a text.
  var redact: (String) -> String

  func sighting(_ sights: [Sight], _ first: Answer) -> Sighting {
    var gaps: [Gap] = []
    for (index, sight) in sights.enumerated() {
      for (outcome, name) in [(sight.plain, "answer"), (sight.preflight, "preflight")] {
        guard case .silent(let reason) = outcome else { continue }
        gaps.append(Gap(path: "origins", reason: "\(name) \(index + 1) of 6, from \(sight.origin): \(redact(reason))"))
      }
    }
    let grants = sights.flatMap { sight in
      [sight.plain, sight.preflight].compactMap { $0.answer.map { Grant($0, to: sight.origin) } }
    }
    return .seen(
      [
        "connection": first.connectionFacts, "url": .string(redact(first.request.url.text).bounded(2048)),
        "origins": .array(sights.map(facts)), "shares": .bool(grants.contains { $0.allowed != nil }),
      ], gaps: gaps)
  }

  /// What one answer grants one origin.
  private struct Grant {
    /// Null where none is said.
    var allowed: String?
    /// The origin is repeated, or `null` is allowed by name.
    var isNamed: Bool
    var isForAll: Bool
    var allowsCredentials: Bool
    var varies: Bool
    var methods: [String]
    var headers: [String]

    init(_ answer: Answer, to origin: String) {
      let fields = answer.response.fields ?? HeaderFields()
      allowed = fields.first("access-control-allow-origin")
      isNamed = allowed == origin
      isForAll = allowed == "*"
      allowsCredentials = fields.first("access-control-allow-credentials")?.trimmed == "true"
      let vary = fields.list("vary")
      varies = vary.contains("origin") || vary.contains("*")
      methods = fields.list("access-control-allow-methods")
      headers = fields.list("access-control-allow-headers")
    }
  }

  private func facts(_ sight: Sight) -> JSONValue {
    let plain = sight.plain.answer.map { Grant($0, to: sight.origin) }
    let preflight = sight.preflight.answer.map { Grant($0, to: sight.origin) }
    let both = [plain, preflight].compactMap { $0 }
    let isSeen = plain != nil && preflight != nil
    func any(_ holds: (Grant) -> Bool) -> JSONValue {
      both.contains(where: holds) ? true : isSeen ? false : nil
    }
    return [
      "relation": .string(sight.relation.rawValue), "origin": .string(redact(sight.origin).bounded(300)),
      "stranger": .bool(sight.relation.isStranger),
      "status": JSONValue(sight.plain.answer?.response.status),
      "preflightStatus": JSONValue(sight.preflight.answer?.response.status),
      "allowed": JSONValue((plain?.allowed ?? preflight?.allowed).map { redact($0).bounded(300) }),
      "named": any(\.isNamed), "withCredentials": any { $0.isNamed && $0.allowsCredentials },
      "contradicts": any { $0.isForAll && $0.allowsCredentials },
      // An answer made for one origin that a cache may hand to another.
      "varies": any { $0.isNamed } == .bool(true)
        ? .bool(both.allSatisfy { !$0.isNamed || $0.varies }) : nil,
      "anyMethodOrHeader": preflight.map {
        .bool(
          $0.isNamed && $0.allowsCredentials
            && ($0.methods.contains("delete") || $0.headers.contains("x-prodworthy-audit")))
      } ?? nil,
    ]
  }
}

/// The shape of what `http-cors` brings back.
enum CrossOriginSchema {
  static let facts = Schema.object([
    Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
    Schema.Field("url", .nullable(.string()), required: true, "the URL asked"),
    Schema.Field("origins", .nullable(.array(origin)), required: true, "each origin with what it is granted"),
    Schema.Field("shares", .nullable(.boolean), required: true, "any answer is shared with any of them"),
  ])

  private static let origin = Schema.object([
    Schema.Field(
      "relation", .string(.word(AskingOrigin.Relation.allCases.map(\.rawValue))), required: true,
      "how it relates to the host"),
    Schema.Field("origin", .string(), required: true, "the origin"),
    Schema.Field("stranger", .boolean, required: true, "what it may read, everybody may"),
    Schema.Field("status", .nullable(.integer()), required: true, "the status of the answer"),
    Schema.Field("preflightStatus", .nullable(.integer()), required: true, "the status of the preflight's"),
    Schema.Field("allowed", .nullable(.string()), required: true, "Access-Control-Allow-Origin"),
    Schema.Field("named", .nullable(.boolean), required: true, "the very origin is allowed"),
    Schema.Field("withCredentials", .nullable(.boolean), required: true, "and cookies may be sent along"),
    Schema.Field(
      "contradicts", .nullable(.boolean), required: true,
      "`*` beside Access-Control-Allow-Credentials, which browsers refuse"),
    Schema.Field(
      "varies", .nullable(.boolean), required: true,
      "Vary names Origin wherever the very origin is allowed; null where it is not"),
    Schema.Field(
      "anyMethodOrHeader", .nullable(.boolean), required: true,
      "with credentials, the preflight grants DELETE or a made-up field"),
  ])
}
