import AuditModel
import Facts
import LoopbackPostgres
import LoopbackServers
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

@Suite(.serialized) struct PgBouncerProbeTests {
  let server: PostgresServer
  private static let users = ["plain": PostgresServer.password, "watcher": "watching"]

  init() throws { server = try PostgresServer.shared.get() }

  private func pooler(_ settings: String, credential: TestPKI.Credential? = nil) throws -> ServerProcess {
    try PgBouncerServer.start(
      databases: "shop = host=127.0.0.1 port=\(server.port) dbname=postgres pool_size=1",
      settings: "stats_users = watcher\nauth_type = plain\n" + settings, users: Self.users, credential: credential)
  }

  private func look(_ port: Int, user: String = "watcher", password: String = "watching", sslmode: String? = nil) async
    -> Look
  {
    var settings: JSONObject = ["url": .string("postgresql://\(user)@127.0.0.1:\(port)/")]
    if let sslmode { settings["sslmode"] = .string(sslmode) }
    return await Look(PgBouncerProbe(), settings, kind: "pgbouncer", password: password)
  }

  @Test func aPoolWithAWaitingClientIsTold() async throws {
    let pooler = try pooler(
      "pool_mode = transaction\nserver_tls_sslmode = disable\nmax_client_conn = 40\ndefault_pool_size = 7")
    let deadline = Deadline(milliseconds: 20_000)
    var login = server.parameters(user: "plain", mode: .disable)
    login.port = pooler.port
    login.database = "shop"
    var holder = try PostgresConnection.open(login, before: deadline)
    try holder.query("BEGIN", before: deadline)
    let lane = BlockingLane(width: 1)
    let waiting = Task { [login] in
      await lane.run {
        Result {
          var waiter = try PostgresConnection.open(login, before: deadline)
          try waiter.query("SELECT 1", before: deadline)
        }
      }
    }
    var pool: JSONValue?
    var last: Look?
    while !deadline.hasPassed, pool?["clientsWaiting"] != 1 {
      let look = await look(pooler.port, sslmode: "disable")
      pool = look["pools"]?.array?.first { $0["database"] == "shop" }
      last = look
    }
    try holder.query("ROLLBACK", before: deadline)
    try await waiting.value.get()
    let look = try #require(last)
    #expect(look.gaps.isEmpty, "\(look.gaps)")
    #expect(look["login"] == ["succeeded": true, "reason": nil, "encrypted": false])
    #expect(look["tls", "offered"] == false)
    #expect(look["version"]?.string?.contains("PgBouncer") == true)
    #expect(pool?["user"] == "plain")
    #expect(pool?["serversActive"] == 1)
    #expect(pool?["size"] == 1)
    #expect(pool?["shareUsed"] == 1)
    #expect(pool?["waitSeconds"]?.double ?? -1 >= 0)
    #expect(look["pools"]?.array?.contains { $0["database"] == "pgbouncer" } == false)
    #expect(look["config", "pool_mode"] == "transaction")
    #expect(look["config", "auth_type"] == "plain")
    #expect(look["config", "client_tls_sslmode"] == "disable")
    #expect(look["config", "default_pool_size"] == 7)
    #expect(look["clients"] == ["connected": 2, "shareUsed": 0.05])
    let servers = (look["links"]?.array ?? []).filter { $0["side"] == "server" }
    #expect(servers.first?["encrypted"] == false)
    #expect(servers.first?["loopback"] == true)
    #expect(
      (look["links"]?.array ?? []).contains { $0["side"] == "client" && $0["user"] == "plain" && $0["count"] == 2 })
  }

  @Test func aPoolerWithTLSIsTold() async throws {
    let pki = try TestPKI()
    let pooler = try pooler(
      "client_tls_sslmode = require\nserver_tls_sslmode = require", credential: try pki.credential())
    let look = await look(pooler.port)
    #expect(look["tls", "offered"] == true)
    #expect(look["login", "encrypted"] == true)
    #expect(look["config", "client_tls_sslmode"] == "require")
    #expect(look["config", "server_tls_sslmode"] == "require")
    #expect(look["pools"] == [])
  }

  @Test func whoIsNotLetInStillSeesTheWire() async throws {
    let pooler = try pooler("client_tls_sslmode = disable")
    for (user, password, mode) in [
      ("watcher", "canary-4711", "disable"), ("plain", PostgresServer.password, "disable"),
      ("watcher", "watching", nil),
    ] as [(String, String, String?)] {
      let look = await look(pooler.port, user: user, password: password, sslmode: mode)
      #expect(look["login", "succeeded"] == false)
      #expect(look["tls", "offered"] == false)
      #expect(look["pools"] == .null)
      #expect(look.gaps.contains { $0.path == "pools" })
      #expect(!JSONText.compact(look.facts ?? nil).contains("canary"))
    }
  }

  @Test func aServerBehindAPoolerIsSeenToBe() async throws {
    let observed = try PostgresServer.observed.get()
    let pooler = try PgBouncerServer.start(
      databases: "postgres = host=127.0.0.1 port=\(observed.port)",
      settings: "auth_type = plain\npool_mode = transaction\nserver_tls_sslmode = require",
      users: ["monitor": PostgresServer.password])
    let look = await Look(
      PostgresHealthProbe(),
      ["url": .string("postgresql://monitor@127.0.0.1:\(pooler.port)/postgres"), "sslmode": "disable"],
      password: PostgresServer.password, timeout: 30_000)
    #expect(look["server", "isPooled"] == true)
    #expect(look["accessRuleFiles", "agree"] == .null)
    #expect(look.gaps.map(\.path) == ["accessRuleFiles.agree"], "\(look.gaps)")
  }

  @Test func aClosedPortIsNothingSeen() async throws {
    let look = await look(try LoopbackPort.free(), sslmode: "disable")
    #expect(look.unseen?.kind == .unreachable)
  }
}
