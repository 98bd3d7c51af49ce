import AuditModel
import Facts
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

@Suite("Declared pools of sessions") struct PostgresPoolsProbeTests {
  let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  private func look(_ pools: JSONValue, password: String = PostgresServer.password) async -> Look {
    var settings = server.declaration(user: "auditor", sslmode: "verify-full", trust: server.root)
    settings["pools"] = pools
    return await Look(PostgresPoolsProbe(), settings, password: password)
  }

  @Test("the room of a real server, and the sessions that are open, are held against them")
  func real() async throws {
    var parameters = server.parameters(user: "plain", mode: .disable)
    parameters.applicationName = "pool-under-test"
    let deadline = Deadline(milliseconds: 20_000)
    let first = try PostgresConnection.open(parameters, before: deadline)
    let second = try PostgresConnection.open(parameters, before: deadline)
    let third = try PostgresConnection.open(parameters, before: deadline)
    let look = await look([
      ["name": "small", "size": 2, "application": "pool-under-test"],
      ["name": "untold", "size": 10, "instances": 2],
    ])
    #expect(look.unseen == nil, "\(String(describing: look.unseen))")
    let pools = try #require(look["pools"]?.array)
    #expect(pools[0]["open"] == 3)
    #expect(pools[0]["beyond"] == 1)
    #expect(pools[1]["open"] == .null)
    #expect(look.gaps.map(\.path) == ["pools[untold].open", "pools[untold].beyond"])
    #expect(look["declared"] == 22)
    let available = try #require(look["available"]?.integer)
    #expect(available > 0)
    #expect(look["shareDeclared"]?.double == (22 / Double(available) * 1000).rounded() / 1000)
    #expect((look["moments"]?.integer ?? 0) >= 2)
    // Held open until here.
    withExtendedLifetime(first) {}
    withExtendedLifetime(second) {}
    withExtendedLifetime(third) {}
  }

  @Test("a role without a login sees nothing")
  func denied() async {
    #expect(await look([["name": "a", "size": 1, "role": "b"]], password: "wrong").unseen?.kind == .denied)
  }

  @Test("a session belongs to the pool that says most about it; sums do not overflow; what is hidden is unknown")
  func reckoning() {
    var facts = PoolFacts(
      DeclaredPool.all(in: [
        "pools": [
          ["name": "rest", "size": 5, "role": "app"],
          ["name": "jobs", "size": 1, "role": "app", "application": "jobs"],
          ["name": "huge", "size": 100_000, "instances": 100_000, "role": "nobody"],
        ]
      ]))
    facts.available = 97
    facts.take([.init(role: "app", application: "web", count: 4), .init(role: "app", application: "jobs", count: 3)])
    facts.take([.init(role: "app", application: "web", count: 6), .init(role: "guest", application: "", count: 2)])
    #expect(facts.value["pools"]?.array?.map { $0["open"] } == [6, 3, 0])
    #expect(facts.value["pools"]?.array?.map { $0["beyond"] } == [1, 2, 0])
    #expect(facts.value["strangers"] == 2)
    #expect(facts.value["declared"] == 10_000_000_006)
    let blind = PoolFacts(DeclaredPool.all(in: ["pools": [["name": "a", "size": 5, "role": "app"]]]))
    #expect(blind.value["pools"]?.array?.first?["beyond"] == .null)
    #expect(blind.value["shareDeclared"] == .null)
    #expect(blind.value["strangers"] == .null)
    // What was seen before a look broke off would show too few.
    facts.loseSessions("the server went away")
    #expect(facts.value["pools"]?.array?.allSatisfy { $0["beyond"] == .null } == true)
    #expect(facts.allGaps.map(\.path) == ["pools[*].open", "pools[*].beyond", "strangers"])
  }

  @Test("all declared pools count, however many there are")
  func many() {
    let declared = (0..<301).map { ["name": .string("p\($0)"), "size": 2, "role": "app"] as JSONValue }
    let facts = PoolFacts(DeclaredPool.all(in: ["pools": .array(declared)]))
    #expect(facts.value["declared"] == 602)
    #expect(facts.value["pools"]?.array?.count == 301)
  }
}
