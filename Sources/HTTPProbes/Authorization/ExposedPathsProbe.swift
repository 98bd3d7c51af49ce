import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks, without credentials, for what is often left open by mistake: consoles, metrics, files with secrets.
struct ExposedPathsProbe: Probe {
  /// The most requests one look sends.
  private static let budget = 100
  /// Between two requests, in milliseconds: the other looks at the same target need what a rate limiter allows.
  var pause = 20

  let descriptor = ProbeDescriptor(
    id: "http-exposed-paths", summary: "what lies open at paths where nobody should find anything",
    targetKinds: ["https", "http"], safety: .probe, facts: facts, timeout: 60_000,
    traffic: "about \(ExposedPath.all.count + 2) requests, \(budget) at most")

  private static let facts = Schema.object([
    Schema.Field(
      "paths",
      .array(
        .object([
          Schema.Field("path", .string(), required: true, "the path"),
          Schema.Field(
            "kind", .string(.word(ExposedPath.Kind.allCases.map(\.rawValue))), required: true,
            "what would lie open there"),
          Schema.Field(
            "verdict", .string(.word(Sight.Verdict.allCases.map(\.rawValue))), required: true,
            "the nature of the answer"),
          Schema.Field("statement", .string(), required: true, "the answer in words"),
          Schema.Field("declared", .boolean, required: true, "the inventory declares the path as public"),
          Schema.Field("open", .nullable(.boolean), required: true, "it lies open; null where that is in doubt"),
          Schema.Field(
            "doubt", .nullable(.string()), required: true, "why the answer decides nothing; null where it does"),
        ])), required: true, "the paths asked"),
    Schema.Field("requests", .integer(minimum: 0), required: true, "how many requests were sent"),
    Schema.Field("madeUpPath", .nullable(.string()), required: true, "what a path that nobody made gets"),
  ])

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context, pause) }
  }

  private static func look(at target: Target, _ context: ProbeContext, _ pause: Int) -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    let destination: Destination
    do {
      destination = try Destination(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let client = Client(destination: destination, deadline: context.deadline, traffic: context.traffic)
    let declared = Set(DeclaredRoutes(of: target).routes.filter { !$0.isGuarded }.map(\.path))
    do {
      return try look(
        with: client, login: LoginSigns(declared: target.settings["login"]?.string), declared: declared, pause: pause,
        redact: { redactor.redacted($0) })
    } catch {
      return .unseen(Unseen(.interrupted, "the run was interrupted"))
    }
  }

  private static func look(
    with client: Client, login: LoginSigns, declared: Set<String>, pause: Int, redact: (String) -> String
  ) throws(CalledOff) -> Sighting {
    var interview = Interview(with: client, limit: budget, pause: pause)
    var madeUp = try MadeUpPaths(asking: &interview, login: login)
    if let first = madeUp.first, first.verdict == .silent {
      return .unseen(Unseen(client.deadline.hasPassed ? .timeout : .unreachable, redact(first.statement)))
    }
    var paths: [JSONValue] = []
    var gaps: [Gap] = []
    for exposed in ExposedPath.all {
      let url = interview.url.with(target: exposed.path)
      let reply = try interview.ask(HTTPRequest(.get, url))
      let sight = try Sight(reply, to: url, login: login) { (response) throws(CalledOff) in
        try madeUp.include(response, to: url, asking: &interview)
      }
      let isOpen = isOpen(exposed, sight, reply)
      paths.append([
        "path": .string(exposed.path), "kind": .string(exposed.kind.rawValue),
        "verdict": .string(sight.verdict.rawValue),
        "statement": .string(sight.statement(redact)), "declared": .bool(declared.contains(exposed.path)),
        "open": JSONValue(isOpen), "doubt": isOpen == nil ? .string(redact(sight.doubt).bounded(300)) : nil,
      ])
      if isOpen == nil {
        gaps.append(Gap(path: "paths[\(exposed.path)].open", reason: redact(sight.doubt).bounded(300)))
      }
    }
    return .seen(
      [
        "paths": .array(paths), "requests": .integer(interview.sent),
        "madeUpPath": madeUp.first.map { .string($0.statement(redact)) } ?? nil,
      ], gaps: gaps)
  }

  private static func isOpen(_ exposed: ExposedPath, _ sight: Sight, _ reply: Interview.Reply) -> Bool? {
    switch sight.verdict {
    case .open:
      guard case .answered(let response, _) = reply else { return nil }
      return exposed.isShown(response, String(decoding: response.body.prefix(64 << 10), as: UTF8.self))
    case .limited, .silent, .withheld: return nil
    default: return false
    }
  }
}
