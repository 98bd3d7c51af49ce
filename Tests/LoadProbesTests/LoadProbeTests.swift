import AuditModel
import Facts
import Glibc
import LoopbackPostgres
import LoopbackServers
import Postgres
import ProbeConformance
import Probing
import Synchronization
import Testing

@testable import LoadProbes

@Suite("load-run")
struct LoadProbeTests {
  /// A server that answers every request on every connection, naming one of two instances by turns.
  static func site(_ delay: UInt32 = 0) throws -> ScriptedServer {
    try ScriptedServer { peer in
      var count = 0
      while !peer.receive().isEmpty {
        if delay > 0 { usleep(delay) }
        count += 1
        let body = "ok"
        peer.send(
          Array("HTTP/1.1 200 OK\r\nx-instance: \(count % 2 == 0 ? "a" : "b")\r\ncontent-length: 2\r\n\r\n\(body)".utf8)
        )
      }
    }
  }

  static func look(
    _ settings: JSONObject, kind: String = "load", milliseconds: Int = 60_000, secrets: [String: Secret] = [:]
  ) async -> (Sighting, Traffic) {
    let meter = TrafficMeter()
    let target = Target(id: "peak", kind: kind, settings: settings, secrets: secrets)
    let sighting = await LoadRunProbe().observe(
      target, with: [:],
      in: ProbeContext(
        deadline: Deadline(milliseconds: milliseconds), lane: BlockingLane(width: 2), traffic: meter))
    return (sighting, meter.traffic)
  }

  static let flow: JSONValue = [["get": ["url": "/a"]], ["get": ["url": "/b", "name": "second"]]]

  @Test("figures by request, thresholds, instances and processes")
  func facts() async throws {
    let server = try Self.site(1000)
    let (sighting, traffic) = await Self.look([
      "target": .string("http://127.0.0.1:\(server.port)"), "flow": Self.flow,
      "phases": [["duration": 2, "arrivalRate": 30, "name": "all"]],
      "thresholds": ["http_req_duration": ["p(95)<5000"], "http_reqs": ["count>1000"]], "instanceHeader": "X-Instance",
      "watch": [["name": "tests", "pid": .integer(Int(getpid()))], ["name": "gone", "pid": 4_000_000]],
    ])
    guard case .seen(let facts, let gaps) = sighting else {
      Issue.record("\(sighting)")
      return
    }
    #expect(LoadRunProbe().descriptor.facts.violations(of: facts).isEmpty)
    #expect(facts["arrivals"] == ["intended": 60, "started": 60, "skipped": 0])
    #expect(facts["requests"] == 120)
    #expect(facts["failedShare"] == 0)
    #expect(facts["endpoints"]?.array?.compactMap { $0["name"]?.string } == ["GET /a", "second"])
    #expect((facts["endpoints"]?[0]?["p95"]?.double ?? 0) >= 1)
    #expect(facts["endpoints"]?[0]?["p99"] == .null)
    #expect(facts["thresholds"]?.array?.map { $0["holds"] ?? .null } == [true, false])
    #expect(facts["instances"]?["count"] == 2)
    #expect(facts["instances"]?["imbalance"] == 1)
    #expect((facts["processes"]?[0]?["cpuSeconds"]?.double ?? 0) > 0)
    #expect((facts["processes"]?[0]?["memoryMost"]?.integer ?? 0) > 1_000_000)
    #expect(facts["processes"]?[1]?["coresMean"] == .null)
    #expect(gaps.map(\.path).sorted() == ["database", "processes[1]"])
    #expect(traffic.requests == 120 && traffic.connections == 60)
  }

  @Test("an instance that joins under load is told by when it did")
  func scaling() async throws {
    let answered = Mutex(0)
    let server = try ScriptedServer { peer in
      while !peer.receive().isEmpty {
        let number = answered.withLock { count in
          count += 1
          return count
        }
        let name = number > 35 && number % 2 == 0 ? "b" : "a"
        peer.send(Array("HTTP/1.1 200 OK\r\nx-instance: \(name)\r\ncontent-length: 2\r\n\r\nok".utf8))
      }
    }
    let (sighting, _) = await Self.look([
      "target": .string("http://127.0.0.1:\(server.port)"), "flow": [["get": ["url": "/"]]],
      "phases": [["duration": 3, "arrivalRate": 30]], "instanceHeader": "x-instance",
    ])
    guard case .seen(let facts, _) = sighting else {
      Issue.record("\(sighting)")
      return
    }
    #expect(LoadRunProbe().descriptor.facts.violations(of: facts).isEmpty)
    #expect(facts["timeline"]?.array?.map { $0["started"] ?? nil } == [30, 30, 30])
    #expect(facts["timeline"]?.array?.map { $0["instances"] ?? nil } == [1, 2, 2])
    let each = try #require(facts["instances"]?["each"]?.array)
    #expect(each.map { $0["firstSecond"] ?? nil } == [0, 1] && each.map { $0["lastSecond"] ?? nil } == [2, 2])
    #expect(each.map { $0["answers"] ?? nil } == [62, 28])
  }

  @Test("a script beside the inventory, on an endpoint of its own kind")
  func script() async throws {
    let server = try Self.site()
    let folder = try ScratchFolder()
    let path = try folder.write(
      "config: {phases: [{duration: 1, arrivalRate: 5}]}\nscenarios: [{flow: [{get: {url: /}}]}]\n", to: "load.yml")
    let (sighting, _) = await Self.look(
      ["url": .string("http://127.0.0.1:\(server.port)/"), "load": ["script": .string(path)]], kind: "http")
    guard case .seen(let facts, _) = sighting else {
      Issue.record("\(sighting)")
      return
    }
    #expect(facts["requests"] == 5)
    #expect(facts["instances"] == .null)
  }

  @Test("what cannot be run is not run, and says why")
  func unseen() async throws {
    func reason(_ settings: JSONObject, milliseconds: Int = 60_000) async -> String {
      var settings = settings
      settings["target"] = settings["target"] ?? "http://127.0.0.1:1"
      guard case (.unseen(let unseen), let traffic) = await Self.look(settings, milliseconds: milliseconds) else {
        return "seen"
      }
      return traffic.requests == 0 ? "\(unseen.kind): \(unseen.reason)" : "sent something"
    }
    #expect(await reason([:]).contains("neither a script nor a flow"))
    #expect(await reason(["script": "/nowhere/load.yml"]).contains("cannot be read"))
    #expect(await reason(["flow": [["function": "x"]]]).contains("function"))
    #expect(await reason(["flow": [["get": ["url": "http://192.0.2.1/"]]]]).hasPrefix("denied"))
    let long: JSONObject = ["flow": Self.flow, "phases": [["duration": 3600, "arrivalRate": 1]]]
    #expect(await reason(long).hasPrefix("timeout: the load takes 36"))
  }

  @Test("requests without an answer are told, not passed over")
  func refused() async throws {
    let (sighting, _) = await Self.look([
      "target": "http://127.0.0.1:1", "flow": Self.flow, "phases": [["duration": 1, "arrivalRate": 30]],
    ])
    guard case .seen(let facts, let gaps) = sighting else {
      Issue.record("\(sighting)")
      return
    }
    #expect(facts["unanswered"] == 30 && facts["failedShare"] == 1 && facts["unansweredShare"] == 1)
    #expect(facts["errors"] == [["name": "ECONNREFUSED", "count": 30]])
    #expect(gaps.contains { $0.path == "responseTime" })
  }

  @Test("CPU and memory by Prometheus and by control group")
  func metrics() async throws {
    let server = try Self.site()
    let queries = Mutex<[String]>([])
    let prometheus = try ScriptedServer { peer in
      let request = String(decoding: peer.receive(), as: UTF8.self)
      let target = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
      queries.withLock { $0.append(target) }
      let value = target.contains("cpu") ? "1.5" : "2000000"
      let body =
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"\#(value)"]},{"metric":{},"value":[1,"0"]}]}}"#
      peer.send(
        Array(
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
            .utf8))
    }
    let group = try ScratchFolder()
    try group.write("usage_usec 5000000\nuser_usec 1\n", to: "cpu.stat")
    try group.write("4096\n", to: "memory.current")
    let (sighting, _) = await Self.look([
      "target": .string("http://127.0.0.1:\(server.port)"), "flow": Self.flow,
      "phases": [["duration": 3, "arrivalRate": 5]],
      "watch": [
        [
          "name": "api", "prometheus": .string("http://127.0.0.1:\(prometheus.port)/"),
          "cpu": "sum(rate(cpu[30s]))", "memory": "sum(memory)",
        ], ["name": "group", "cgroup": .string(group.path)],
        ["name": "silent", "prometheus": "http://127.0.0.1:1", "cpu": "x"],
      ],
    ])
    guard case .seen(let facts, let gaps) = sighting else {
      Issue.record("\(sighting)")
      return
    }
    #expect(facts["processes"]?[0]?["coresMean"] == 1.5)
    #expect(facts["processes"]?[0]?["memoryMost"] == 2_000_000)
    #expect(facts["processes"]?[0]?["cpuSeconds"] == .null)
    #expect(facts["processes"]?[1]?["cpuSeconds"] == 0)
    #expect(facts["processes"]?[1]?["memoryEnd"] == 4096)
    #expect(facts["processes"]?[1]?["memoryGrowthShare"] == 0)
    #expect(facts["processes"]?[2]?["samples"] == 0)
    #expect(gaps.contains { $0.path == "processes[2]" })
    #expect(queries.withLock { $0.contains("/api/v1/query?query=sum%28rate%28cpu%5B30s%5D%29%29") })
  }

  @Test("the database's work is counted by statement, and held against the requests")
  func database() async throws {
    let database = try PostgresServer.observed.get()
    let deadline = Deadline(milliseconds: 30_000)
    var first = try PostgresConnection.open(database.parameters(user: "postgres"), before: deadline)
    for statement in [
      "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", "CREATE TABLE loaded (id int)",
      "INSERT INTO loaded SELECT generate_series(1, 100)",
    ] { try first.query(statement, before: deadline) }
    let server = try ScriptedServer { peer in
      guard var session = try? PostgresConnection.open(database.parameters(user: "postgres"), before: deadline) else {
        return
      }
      while !peer.receive().isEmpty {
        // One for the list, and one for each of its rows.
        for id in 0...3 {
          _ = try? session.query("SELECT count(*) FROM loaded WHERE id = $1", [String(id)], before: deadline)
        }
        peer.send(Array("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".utf8))
      }
    }
    let settings: JSONObject = [
      "target": .string("http://127.0.0.1:\(server.port)"), "flow": Self.flow,
      "phases": [["duration": 1, "arrivalRate": 10]],
      "database": .string("postgresql://monitor@localhost:\(database.port)/postgres"),
      "databaseTrust": .string(database.root),
    ]
    let (sighting, _) = await Self.look(settings, secrets: ["databasePassword": Secret(PostgresServer.password)])
    guard case .seen(let facts, let gaps) = sighting, let work = facts["database"] else {
      Issue.record("\(sighting)")
      return
    }
    #expect(gaps == [])
    #expect(LoadRunProbe().descriptor.facts.violations(of: facts).isEmpty)
    let statement = work["statements"]?.array?.first { $0["query"]?.string?.contains("FROM loaded") == true }
    #expect(statement?["calls"] == 80)
    #expect(statement?["callsPerRequest"] == 4)
    #expect((work["callsPerRequest"]?.double ?? 0) >= 4)
    #expect((work["connectionsMost"]?.integer ?? 0) >= 1 && work["connectionsLimit"] == 60)
    // A login that is refused is a gap with its reason, and the password stands nowhere.
    let (refused, _) = await Self.look(settings, secrets: ["databasePassword": Secret("wrong-secret")])
    guard case .seen(let others, let missing) = refused else {
      Issue.record("\(refused)")
      return
    }
    #expect(others["database"] == .null)
    #expect(missing.contains { $0.path == "database" && !$0.reason.contains("wrong-secret") && $0.remedy != nil })
  }

  @Test("conforms")
  func conforms() async throws {
    let server = try Self.site()
    let target = Target(
      id: "peak", kind: "load",
      settings: [
        "target": .string("http://127.0.0.1:\(server.port)"), "flow": Self.flow,
        "phases": [["duration": 1, "arrivalRate": 5]],
      ])
    #expect(await ProbeConformance.problems(with: LoadRunProbe(), target: target) == [])
  }
}
