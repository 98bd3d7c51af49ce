import DrivenPrograms
import Foundation
import Testing

@Suite("Load and workflows, by command", .serialized, .driving)
struct BehaviourTests {
  /// The members of `load run --json` that tests look at.
  private struct Outcome: Decodable {
    struct Arrivals: Decodable { var intended: Int, started: Int, skipped: Int }
    struct Times: Decodable { var p50: Double?, p90: Double?, p95: Double?, p99: Double?, max: Double?, n: Int }
    struct Lag: Decodable { var p50: Double?, p99: Double?, max: Double? }
    struct Endpoint: Decodable { var name: String, requests: Int }
    struct Threshold: Decodable { var expression: String, status: String, value: Double? }
    var valid: Bool
    var arrivals: Arrivals
    var requests: Int
    var startError: Lag
    var responseTime: Times
    var serviceTime: Times
    var endpoints: [Endpoint]
    var thresholds: [Threshold]
  }

  /// A script with arrivals of `rates`, each for `seconds`, that do what a visitor does.
  private static func script(_ rates: [Int], seconds: Int, more: String = "") throws -> String {
    let phases = rates.map { "    - { duration: \(seconds), arrivalRate: \($0) }\n" }.joined()
    return try Scratch.write(
      """
      config:
        target: http://localhost:3000
        phases:
      \(phases)\(more)
      scenarios:
        - name: Event API Load Test
          flow:
            - get: { url: /api/events, capture: [{ json: "$.events[0].id", as: eventId }] }
            - get: { url: "/api/events/{{ eventId }}" }
            - get: { url: "/api/events/search?q=AI" }
            - post: { url: /api/scrape/luma, json: { url: "https://lu.ma/test-{{ $randomString() }}" } }

      """, named: "load.yml")
  }

  private static func load(_ arguments: [String]) throws -> (status: Int32, outcome: Outcome?, errors: String) {
    let ended = try BuiltCommand.prodworthy.run(["load"] + arguments + ["--json"])
    return (ended.status, try? JSONDecoder().decode(Outcome.self, from: Data(ended.output.utf8)), ended.errors)
  }

  @Test("the visitors of the script come exactly, by the server's own count, in one part or in several")
  func arrivals() throws {
    try Ground.with { ground in
      let before = try ground.requestsAtBalancer()
      let script = try Self.script([5, 20, 50], seconds: 2)
      let (status, whole, errors) = try Self.load(["run", script, "--target", ground.balancer()])
      let outcome = try #require(whole, "\(errors)")
      #expect(outcome.arrivals.intended == 150 && outcome.arrivals.started + outcome.arrivals.skipped == 150)
      #expect(status == (outcome.valid ? 0 : 2))
      if outcome.valid {
        #expect(outcome.arrivals.started == 150 && outcome.requests == 600)
        #expect(try #require(outcome.startError.p99) <= 0.01)
      }
      #expect(try ground.requestsAtBalancer() - before == outcome.requests)
      #expect(outcome.responseTime.n == outcome.requests && outcome.serviceTime.n == outcome.requests)
      #expect(outcome.endpoints.count == 4)
      #expect(outcome.endpoints.reduce(0) { $0 + $1.requests } == outcome.requests)

      let parts = try (1...3).map { part in
        let file = Scratch.file("part.json")
        let ended = try BuiltCommand.prodworthy.run(
          ["load", "run", script, "--target", ground.balancer(), "--shard", "\(part)/3", "--json"])
        try ended.output.write(toFile: file, atomically: true, encoding: .utf8)
        return (file, try JSONDecoder().decode(Outcome.self, from: Data(ended.output.utf8)))
      }
      #expect(parts.reduce(0) { $0 + $1.1.arrivals.intended } == 150)
      let merged = try #require(try Self.load(["merge"] + parts.map(\.0)).outcome)
      #expect(merged.arrivals.intended == 150)
      #expect(merged.requests == parts.reduce(0) { $0 + $1.1.requests })
      #expect(merged.responseTime.n == merged.requests)
      #expect(merged.responseTime.max == parts.compactMap(\.1.responseTime.max).max())
      let twice = try Self.load(["merge", parts[0].0, parts[0].0])
      #expect(twice.status == 65 && twice.outcome == nil)
    }
  }

  @Test("a threshold decides the status; what cannot be read sends nothing")
  func thresholds() throws {
    try Ground.with { ground in
      func run(_ more: String, _ options: [String] = []) throws -> (status: Int32, outcome: Outcome?, errors: String) {
        try Self.load(
          ["run", try Self.script([20], seconds: 2, more: more), "--target", try ground.balancer()] + options)
      }
      let broken = try run("  thresholds: { http_req_duration: [\"p(95)<0.01\"] }")
      #expect(broken.status == (broken.outcome?.valid == true ? 1 : 2), "\(broken.errors)")
      #expect(broken.outcome?.thresholds.first?.status == "fail")
      // Too few answers tell a percentile of so many nines.
      let unknown = try run("  thresholds: { http_req_duration: [\"p(99.99)<60000\"] }")
      #expect(unknown.status == 2 && unknown.outcome?.thresholds.first?.status == "unknown")
      #expect(unknown.outcome?.thresholds.first?.value == nil)

      let before = try ground.requestsAtBalancer()
      let nonsense = try run("  thresholds: { no_such_metric: [\"p(95)<100\"] }")
      #expect(nonsense.status == 65 && nonsense.errors.contains("no_such_metric"))
      #expect(try run("", ["--shard", "3/2"]).status == 64)
      #expect(try run("  processor: ./steps.js").status == 65)
      #expect(try ground.requestsAtBalancer() == before)
    }
  }

  @Test("an interrupt lets the users on their way finish, and what there was is reported")
  func interrupted() throws {
    try Ground.with { ground in
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(fileURLWithPath: BuiltCommand.prodworthy.path)
      process.arguments = [
        "load", "run", try Self.script([20], seconds: 120), "--target", try ground.balancer(), "--json",
      ]
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      let before = try ground.requestsAtBalancer()
      try process.run()
      let began = Date()
      while try ground.requestsAtBalancer() < before + 40, began.timeIntervalSinceNow > -30 { usleep(20_000) }
      kill(process.processIdentifier, SIGINT)
      let told = Date()
      let text = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(told.timeIntervalSinceNow > -6)
      #expect(process.terminationReason == .exit && process.terminationStatus == 130)
      let outcome = try JSONDecoder().decode(Outcome.self, from: text)
      #expect(outcome.arrivals.started >= 10 && outcome.requests >= 40)
      #expect(outcome.requests == (try ground.requestsAtBalancer()) - before)
    }
  }

  @Test("a workflow by command passes, fails with what was expected and what came, and tells its seed")
  func workflow() throws {
    try Ground.with(["search-misses-events"]) { ground in
      func run(_ name: String, _ options: [String] = []) throws -> BuiltCommand.Outcome {
        try BuiltCommand.prodworthy.run(
          ["workflow", "run", "\(ground.folder)/workflows/\(name).yaml", "--target", ground.balancer()] + options)
      }
      let passed = try run("recommendations", ["--json", "--seed", "5"])
      #expect(passed.status == 0, "\(passed.output)\(passed.errors)")
      let document = try #require(
        JSONSerialization.jsonObject(with: Data(passed.output.utf8)) as? [String: Any])
      #expect(document["seed"] as? Int == 5)
      #expect((document["steps"] as? [[String: Any]])?.allSatisfy { $0["status"] as? String == "passed" } == true)
      let failed = try run("search-and-discovery")
      #expect(failed.status == 1)
      #expect((failed.output + failed.errors).contains("the search misses event"), "\(failed.output)\(failed.errors)")
      // Whoever may not write is refused, and what was never stored need not be taken away.
      let refused = try run("saved-search")
      #expect(
        refused.status == 1 && (refused.output + refused.errors).contains("401"), "\(refused.output)\(refused.errors)")
      let allowed = try run("saved-search", ["--bearer", "${file:\(ground.folder)/alice.token}"])
      #expect(allowed.status == 0, "\(allowed.output)")
      #expect(!allowed.output.contains(try String(contentsOfFile: "\(ground.folder)/alice.token", encoding: .utf8)))
      #expect(try run("batch").status == 64, "it has statements, and no database was given")
    }
  }
}

extension Ground {
  /// The address of the balancer in front of the instances.
  fileprivate func balancer() throws -> String {
    let text = try String(contentsOfFile: inventory, encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.contains("target: http://127.0.0.1:") })
    return String(try #require(line.split(separator: " ").last))
  }

  /// How many requests the balancer has answered, by its log.
  fileprivate func requestsAtBalancer() throws -> Int {
    try String(contentsOfFile: "\(folder)/instances/access.log", encoding: .utf8).utf8.count { $0 == 10 }
  }
}
