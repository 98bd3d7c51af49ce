import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks three times for each route whose answers the inventory says may be kept, and holds what comes back against that.
struct HTTPCachingProbe: Probe {
  /// How often each route is asked for: a cache that lets the first pass has it by the third.
  private static let times = 3

  let descriptor = ProbeDescriptor(
    id: "http-caching", summary: "whether routes are kept by caches as long as declared, and come out of them",
    targetKinds: ["https", "http"], safety: .observe, facts: CachingFacts.schema, timeout: 20_000,
    traffic: "1 request, and 3 for each declared route")

  var targetKinds: [TargetKind] {
    [.adding([DeclaredCaching.field], to: "https"), .adding([DeclaredCaching.field], to: "http")]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let routes = DeclaredCaching.all(in: target.settings)
    return await context.looking(at: target, for: descriptor.facts) { (questioner, redact) throws(Silence) in
      var facts = CachingFacts(redact: redact)
      // Whether anybody is there at all.
      let front = try questioner.client.answer(to: .get, questioner.destination.url, withCredentials: false)
      facts.connection = front.connectionFacts
      for route in routes {
        var outcomes: [Questioner.Outcome] = []
        for _ in 0..<Self.times {
          let url = questioner.destination.url.with(target: route.path)
          outcomes.append(try questioner.ask(HTTPRequest(.get, url)))
        }
        facts.take(route, outcomes)
      }
      facts.leaveOut(DeclaredCaching.count(in: target.settings) - routes.count)
      return .seen(facts.value, gaps: facts.gaps)
    }
  }
}

/// A route whose answers may be kept, as the inventory declares it.
struct DeclaredCaching: Sendable, Hashable {
  /// Path and query.
  var path: String
  /// For how long.
  var seconds: Int
  /// Whether caches between may keep it for everybody, and do.
  var isShared: Bool

  /// What the inventory may say.
  static let field = Schema.Field(
    "caching",
    .array(
      .object([
        Schema.Field("path", .string(.requestPath), required: true, "path and query, beginning with /"),
        Schema.Field("seconds", .integer(minimum: 0, maximum: 31_536_000), required: true, "how long it may be kept"),
        Schema.Field(
          "shared", .boolean, "whether a cache between is meant to answer for it, such as a proxy or a network",
          default: false),
      ])), "routes whose answers are meant to be kept, and for how long")

  /// The most routes of a target that are asked for.
  static let most = 20

  /// How many a target declares.
  static func count(in settings: JSONObject) -> Int { settings["caching"]?.array?.count ?? 0 }

  /// Those of a target, as far as they are asked for.
  static func all(in settings: JSONObject) -> [DeclaredCaching] {
    (settings["caching"]?.array ?? []).prefix(most).compactMap { entry in
      guard let path = entry["path"]?.string, let seconds = entry["seconds"]?.integer else { return nil }
      return DeclaredCaching(path: path, seconds: seconds, isShared: entry["shared"]?.bool ?? false)
    }
  }
}

/// Turns the answers for declared routes into facts. Pure.
struct CachingFacts {
  /// Takes the target's secrets out of a text.
  var redact: (String) -> String
  var connection: JSONValue = nil
  private var routes: [JSONValue] = []
  private(set) var gaps: [Gap] = []

  init(redact: @escaping (String) -> String) { self.redact = redact }

  var value: JSONValue { ["connection": connection, "routes": .array(routes)] }

  /// Takes what came of asking several times for one route.
  mutating func take(_ route: DeclaredCaching, _ outcomes: [Questioner.Outcome]) {
    let path = redact(route.path).bounded(300)
    let answers = outcomes.compactMap { $0.answer?.response }
    let whole = answers.filter { $0.status.map { (200..<300).contains($0) } ?? false }.compactMap(\.fields)
    var fact: JSONObject = [
      "path": .string(path), "declaredSeconds": .integer(route.seconds), "shared": .bool(route.isShared),
      "status": JSONValue(answers.last?.status), "cacheControl": nil, "statedSeconds": nil, "differenceSeconds": nil,
      "ageSeconds": nil, "overdueSeconds": nil, "hit": nil, "evidence": nil,
    ]
    defer { routes.append(.object(fact)) }
    guard whole.count == outcomes.count, let last = whole.last else {
      let reason =
        outcomes.lazy.compactMap { if case .silent(let reason) = $0 { reason } else { nil } }.first
        ?? "it answers \(answers.last?.status.map(String.init) ?? "nothing")"
      gaps.append(Gap(path: "routes", reason: redact("\(path): \(reason)").bounded(400)))
      return
    }
    let directives = CacheDirectives(last)
    let stated = route.isShared ? directives.sharedFreshness : directives.freshness
    fact["cacheControl"] = JSONValue(last.first("cache-control").map { redact($0).bounded(300) })
    fact["statedSeconds"] = .integer(stated)
    fact["differenceSeconds"] = .integer(stated - route.seconds)
    let network = DeliveryNetwork(whole)
    fact["hit"] = .bool(network.isHit)
    fact["evidence"] = JSONValue(network.evidence)
    let ages = whole.compactMap { $0.first("age")?.trimmed }.compactMap { Int($0) }.filter { $0 >= 0 }
    fact["ageSeconds"] = JSONValue(ages.max())
    fact["overdueSeconds"] = JSONValue(ages.max().map { max(0, $0 - route.seconds) })
  }

  /// Notes that so many of the declared routes were not asked for.
  mutating func leaveOut(_ count: Int) {
    guard count > 0 else { return }
    let rest = count == 1 ? "1 more was" : "\(count) more were"
    gaps.append(
      Gap(path: "routes", reason: "\(DeclaredCaching.most) declared routes were asked for, and \(rest) not"))
  }

  static let schema = Schema.object([
    Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
    Schema.Field(
      "routes",
      .nullable(
        .array(
          .object([
            Schema.Field("path", .string(), required: true, "path and query"),
            Schema.Field("declaredSeconds", .integer(minimum: 0), required: true, "how long it may be kept"),
            Schema.Field("shared", .boolean, required: true, "a cache between is meant to answer for it"),
            Schema.Field("status", .nullable(.integer()), required: true, "the status of the last answer"),
            Schema.Field("cacheControl", .nullable(.string()), required: true, "Cache-Control"),
            Schema.Field(
              "statedSeconds", .nullable(.integer(minimum: 0)), required: true,
              "for how long the answer lets itself be kept, by caches between where it is shared"),
            Schema.Field(
              "differenceSeconds", .nullable(.integer()), required: true, "stated beyond what is declared"),
            Schema.Field(
              "ageSeconds", .nullable(.integer(minimum: 0)), required: true, "the greatest Age of three answers"),
            Schema.Field(
              "overdueSeconds", .nullable(.integer(minimum: 0)), required: true, "that age beyond what is declared"),
            Schema.Field("hit", .nullable(.boolean), required: true, "one of three answers came out of a cache"),
            Schema.Field("evidence", .nullable(.array(.string())), required: true, "the fields that tell of caches"),
          ]))), required: true, "the declared routes"),
  ])
}
