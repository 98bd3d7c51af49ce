import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Testing

@testable import HTTPProbes

/// An ordinary run looks once at some of the servers; `RATE_LIMIT_REPEATS=20` twenty times at each.
@Suite("Rate limits of real servers")
struct RateLimitTests {
  static let repeats = ProcessInfo.processInfo.environment["RATE_LIMIT_REPEATS"].flatMap { Int($0) } ?? 0

  static func look(
    _ port: Int, _ routes: [String] = ["/events"], bypass: Bool = false, consented: [SafetyClass] = [],
    milliseconds: Int = 100_000
  ) async -> (facts: JSONValue?, gaps: [Gap], unseen: Unseen?, requests: Int) {
    let meter = TrafficMeter()
    let settings: JSONObject = [
      "url": .string("http://127.0.0.1:\(port)/"), "health": "/health",
      "rateLimit": ["routes": JSONValue(routes), "bypass": .bool(bypass)],
    ]
    let probe = RateLimitProbe()
    let sighting = await probe.observe(
      Target(id: "api", kind: "http", settings: settings), with: [:],
      in: ProbeContext(
        deadline: Deadline(milliseconds: milliseconds), lane: Look.lane, traffic: meter, consented: consented))
    switch sighting {
    case .seen(let facts, let gaps):
      let violations = probe.descriptor.facts.violations(of: facts)
      #expect(violations.isEmpty, "\(violations)")
      return (facts, gaps, nil, meter.traffic.requests)
    case .unseen(let unseen): return (nil, [], unseen, meter.traffic.requests)
    }
  }

  struct Server: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var start: @Sendable () throws -> ServerProcess
    var family: String
    var limit: Int?
    var burst: Int?
    var rate: Double?
    var window: Double?
    var status: Int = 429
    var verdict = "verified"
    /// The longest a look may take on an idle machine, in seconds.
    var seconds: Double = 15
    /// Whether an ordinary run looks at it.
    var isUsual = true

    static let all = [
      Server(
        testDescription: "nginx 20r/s burst=40 nodelay",
        start: { try LimitedServer.nginx(rate: "20r/s", limit: "burst=40 nodelay") }, family: "bucket", limit: 41,
        burst: 40, rate: 20, seconds: 12),
      Server(
        testDescription: "nginx 5r/s burst=10 nodelay, 503",
        start: { try LimitedServer.nginx(rate: "5r/s", limit: "burst=10 nodelay", status: 503) }, family: "bucket",
        limit: 11, burst: 10, rate: 5, status: 503),
      Server(
        testDescription: "nginx 120r/m burst=4 nodelay",
        start: { try LimitedServer.nginx(rate: "120r/m", limit: "burst=4 nodelay") }, family: "bucket", limit: 5,
        burst: 4,
        rate: 2, seconds: 25, isUsual: false),
      Server(
        testDescription: "nginx 10r/s without burst", start: { try LimitedServer.nginx(rate: "10r/s", limit: "") },
        family: "bucket", limit: 1, burst: 0, rate: 10),
      Server(
        testDescription: "nginx 10r/s burst=12, a queue",
        start: { try LimitedServer.nginx(rate: "10r/s", limit: "burst=12") }, family: "queue", limit: 13, burst: 12,
        rate: 10, isUsual: false),
      Server(
        testDescription: "nginx 10r/s burst=15 delay=5, a queue",
        start: { try LimitedServer.nginx(rate: "10r/s", limit: "burst=15 delay=5") }, family: "queue", limit: 16,
        burst: 15, rate: 10),
      Server(
        testDescription: "HAProxy 20 in 5 s", start: { try LimitedServer.haproxy(limit: 20, seconds: 5) },
        family: "window", limit: 20, window: 5, seconds: 40),
      Server(
        testDescription: "15 in 3 s from the first request",
        start: { try LimitedServer.script("window", limit: 15, seconds: 3) }, family: "window", limit: 15, window: 3,
        seconds: 30),
      Server(
        testDescription: "12 in 4 s of the clock", start: { try LimitedServer.script("clock", limit: 12, seconds: 4) },
        family: "window", limit: 12, window: 4, seconds: 45, isUsual: false),
      Server(
        testDescription: "10 in 3 s, declared as 20",
        start: { try LimitedServer.script("liar", limit: 10, seconds: 3) },
        family: "window", limit: 10, window: 3, verdict: "inconsistent", seconds: 30, isUsual: false),
      Server(
        testDescription: "6 at the same time", start: { try LimitedServer.script("busy", limit: 6, seconds: 0.15) },
        family: "concurrency", limit: 6, seconds: 40),
    ]
  }

  @Test("are told right", arguments: repeats > 0 ? Server.all : Server.all.filter(\.isUsual))
  func tellsRight(_ example: Server) async throws {
    for _ in 0..<max(1, Self.repeats) {
      let server = try example.start()
      let began = ContinuousClock.now
      let seen = await Self.look(server.port)
      let took = ContinuousClock.now - began
      let facts = try #require(seen.facts, "\(seen.unseen?.reason ?? "")")
      let evidence = JSONText.compact(facts["evidence"] ?? .null)
      print(
        "rate limit of \(example.testDescription): \(facts["family"]?.string ?? "-") \(facts["limit"] ?? .null) in \(took), \(seen.requests) requests"
      )
      #expect(facts["family"]?.string == example.family, "\(evidence)")
      #expect(facts["verdict"]?.string == example.verdict, "\(evidence)")
      if let limit = example.limit { #expect(facts["limit"]?.integer == limit, "\(evidence)") }
      if let burst = example.burst { #expect(facts["burst"]?.integer == burst, "\(evidence)") }
      if let rate = example.rate {
        #expect(
          abs((facts["ratePerSecond"]?.double ?? 0) / rate - 1) < 0.15, "\(facts["ratePerSecond"] ?? .null) \(evidence)"
        )
      }
      if let window = example.window {
        #expect(
          abs((facts["windowSeconds"]?.double ?? 0) / window - 1) < 0.15,
          "\(facts["windowSeconds"] ?? .null) \(evidence)")
      }
      #expect(facts["refusal"]?["status"]?.integer == example.status)
      #expect(took < .seconds(4 * example.seconds), "\(evidence)")
      #expect(seen.requests <= 121, "\(evidence)")
    }
  }

  @Test("show how far they reach, and what the refusal is like")
  func scopeAndRefusal() async throws {
    let server = try LimitedServer.nginx(rate: "5r/s", limit: "burst=20 nodelay", status: 503)
    let facts = try #require(await Self.look(server.port).facts)
    #expect(facts["scope"]?["healthFree"] == true)
    #expect(facts["scope"]?["headFree"] == false)
    #expect(facts["refusal"]?["retryAfterPresent"] == false && facts["refusal"]?["isJSON"] == false)
    #expect(facts["refusal"]?["usualIsJSON"] == true && facts["refusal"]?["cacheable"] == false)
    #expect(facts["bypass"]?["tested"] == false)

    let polite = try LimitedServer.script("window", limit: 10, seconds: 2)
    let told = try #require(await Self.look(polite.port).facts)
    #expect(told["declared"]?["form"] == "ietf-list" && told["declared"]?["limit"] == 10)
    #expect(told["declared"]?["agrees"] == true && told["declared"]?["countsDown"] == true)
    #expect(told["refusal"]?["retryAfterSuffices"] == true && told["refusal"]?["isProblem"] == true)
  }

  @Test("are tried to get around only with consent, and found open where they are")
  func bypass() async throws {
    let server = try LimitedServer.nginx(rate: "5r/s", limit: "burst=10 nodelay")
    let refused = await Self.look(server.port, ["/trusting"], bypass: true)
    #expect(refused.facts?["bypass"]?["tested"] == .null && refused.gaps.contains { $0.path == "bypass" })

    let open = try #require(await Self.look(server.port, ["/trusting"], bypass: true, consented: [.probe]).facts)
    #expect(open["verdict"] == "bypassable")
    let found = open["bypass"]?["found"]?.array?.compactMap(\.string) ?? []
    #expect(found.contains("X-Forwarded-For") && !found.contains("X-Real-IP"), "\(found)")

    let sound = try #require(await Self.look(server.port, ["/events"], bypass: true, consented: [.probe]).facts)
    #expect(sound["bypass"]?["tested"] == true && sound["bypass"]?["found"] == [], "\(sound["bypass"] ?? .null)")
  }

  @Test("that are not there are not seen, within the budget")
  func none() async throws {
    let server = try LimitedServer.nginx(rate: "100000r/s", limit: "burst=1000 nodelay")
    let seen = await Self.look(server.port, ["/health", "/events"])
    let facts = try #require(seen.facts)
    #expect(facts["verdict"] == "noneSeen" && facts["family"] == "none" && facts["limited"] == false)
    #expect(facts["routes"]?.array?.count == 2)
    #expect((facts["seen"]?["requests"]?.integer ?? 0) >= 100 && seen.requests <= 242)
  }

  @Test("are not looked at where no route is declared, or nobody listens")
  func nothingToAsk() async throws {
    let look = await Look(RateLimitProbe(), at: ["url": "http://127.0.0.1:1/"])
    #expect(look.unseen?.kind == .malformed && look.traffic.requests == 0)
    let port = try LoopbackPort.free()
    let seen = await Self.look(port)
    #expect(seen.facts?["connection"]?["established"] == false && !seen.gaps.isEmpty)
  }

  @Test("break off where the service fails instead of refusing")
  func breaks() async throws {
    let server = try LoopbackServer { peer in
      peer.answer("500 Oops", [], "no")
    }
    let seen = await Self.look(server.port)
    let facts = try #require(seen.facts)
    #expect(facts["verdict"] == "breaksService" && facts["service"]?["broke"] == true)
    #expect(seen.requests <= 5)
  }
}
