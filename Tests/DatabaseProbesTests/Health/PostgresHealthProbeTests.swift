import AuditModel
import Facts
import Foundation
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

@Suite(.serialized) struct PostgresHealthProbeTests {
  let server: PostgresServer

  init() throws { server = try PostgresServer.observed.get() }

  private func look(as user: String = "monitor", role: String? = nil) async -> Look {
    var settings = server.declaration(user: user, sslmode: "verify-full", trust: server.root)
    if let role { settings["role"] = .string(role) }
    return await Look(PostgresHealthProbe(), settings, password: PostgresServer.password, timeout: 30_000)
  }

  private func owner() throws -> PostgresConnection {
    try PostgresConnection.open(server.parameters(user: "postgres"), before: Deadline(milliseconds: 20_000))
  }

  private func run(_ statements: String...) throws {
    var session = try owner()
    for statement in statements { try session.query(statement, before: Deadline(milliseconds: 20_000)) }
  }

  private func named(_ name: String, in list: JSONValue?) -> JSONValue? {
    list?.array?.first { $0["name"]?.string == name }
  }

  // MARK: Who looks

  @Test func aMonitorSeesEverything() async throws {
    let look = await look()
    #expect(look.gaps.isEmpty, "\(look.gaps)")
    #expect(look["server", "versionNumber"]?.integer ?? 0 >= 120_000)
    #expect(look["server", "isPooled"] == false)
    let facts = try #require(look.facts?.object)
    #expect(facts.members.filter { $0.value.isNull }.map(\.name) == ["applicationRole"])
    let database = try #require(named("postgres", in: look["databases"]))
    #expect(database["xidAge"]?.integer ?? 0 > 0)
    #expect(database["xidAgeToFreezing"]?.double ?? 1 < 0.01)
    #expect(look["standby"] == [])
    #expect(look["archiver", "mode"] == "off")
    #expect(look["archiver", "isFailing"] == false)
    #expect(look["connections", "maximum"] == 57)
    #expect(look["checkpoints"]?[0]?["timed"]?.integer != nil)
    #expect(look.traffic.connections == 2)
    #expect(look.traffic.requests <= 26)
  }

  @Test func aStrangerLearnsWhichGrantsAreMissing() async {
    let look = await look(as: "stranger")
    for name in ["transactions", "connections", "replicas"] {
      #expect(look[name] == .null)
      #expect(look.gaps.first { $0.path == name }?.remedy == "GRANT pg_read_all_stats TO stranger")
    }
    #expect(look.gaps.first { $0.path == "pendingSettings" }?.remedy == "GRANT pg_read_all_settings TO stranger")
    #expect(
      look.gaps.first { $0.path == "accessRules" }?.remedy
        == "GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO stranger; GRANT SELECT ON pg_hba_file_rules TO stranger")
    #expect(look["accessRuleFiles"] == .null)
    #expect(look["databases"]?.array?.isEmpty == false)
    #expect(look["roles"]?.array?.isEmpty == false)
  }

  @Test func whoIsNotLetInSeesNothing() async {
    let look = await Look(
      PostgresHealthProbe(), server.declaration(user: "monitor", sslmode: "verify-full", trust: server.root),
      password: "canary-4711")
    #expect(look.unseen?.kind == .denied)
    #expect(look.unseen?.reason.contains("canary") == false)
  }

  // MARK: What goes on

  @Test func idleTransactionsAndThoseThatWaitForThemAreTold() async throws {
    let deadline = Deadline(milliseconds: 30_000)
    try run("DROP TABLE IF EXISTS held", "CREATE TABLE held (n int)")
    var login = server.parameters(user: "postgres")
    login.applicationName = "holder"
    var holder = try PostgresConnection.open(login, before: deadline)
    try holder.query("BEGIN", before: deadline)
    try holder.query("LOCK TABLE held IN ACCESS EXCLUSIVE MODE", before: deadline)
    login.applicationName = "waiter"
    let lane = BlockingLane(width: 1)
    let waiting = Task { [login] in
      await lane.run {
        Result {
          var waiter = try PostgresConnection.open(login, before: deadline)
          try waiter.query("SELECT * FROM held", before: deadline)
        }
      }
    }
    var found: (idle: JSONValue, waiting: JSONValue)?
    while found == nil, !deadline.hasPassed {
      let transactions = await look()["transactions"]?.array ?? []
      if let idle = transactions.first(where: { $0["application"] == "holder" && $0["blocked"] == 1 }),
        let waiting = transactions.first(where: { $0["application"] == "waiter" })
      {
        found = (idle, waiting)
      }
    }
    try holder.query("ROLLBACK", before: deadline)
    try await waiting.value.get()
    let seen = try #require(found)
    #expect(seen.idle["isIdle"] == true)
    #expect(seen.idle["idleSeconds"]?.double ?? -1 >= 0)
    #expect(seen.idle["waitSeconds"] == .null)
    #expect(seen.waiting["isIdle"] == false)
    #expect(seen.waiting["blockers"] == 1)
    #expect(seen.waiting["waitSeconds"]?.double ?? -1 >= 0)
  }

  @Test func aTransactionLeftPreparedIsTold() async throws {
    try run("CREATE TABLE IF NOT EXISTS promised (n int)")
    var session = try owner()
    let deadline = Deadline(milliseconds: 20_000)
    for statement in ["BEGIN", "INSERT INTO promised VALUES (1)", "PREPARE TRANSACTION 'left over'"] {
      try session.query(statement, before: deadline)
    }
    let look = await look()
    try session.query("ROLLBACK PREPARED 'left over'", before: deadline)
    #expect(named("left over", in: look["preparedTransactions"])?["ageSeconds"]?.double ?? -1 >= 0)
  }

  @Test func aSlotNobodyReadsIsTold() async throws {
    try run("SELECT pg_create_physical_replication_slot('abandoned', true)")
    let look = await look()
    try run("SELECT pg_drop_replication_slot('abandoned')")
    let slot = try #require(named("abandoned", in: look["replicationSlots"]))
    #expect(slot["isActive"] == false)
    #expect(slot["isLimited"] == false)
    #expect(slot["status"] == "reserved")
    #expect(slot["retainedBytes"]?.integer ?? -1 >= 0)
  }

  @Test func aTableLeftToItsDeadRowsIsTold() async throws {
    try run(
      "DROP TABLE IF EXISTS left_alone", "CREATE TABLE left_alone (n int) WITH (autovacuum_enabled = off)",
      "INSERT INTO left_alone SELECT generate_series(1, 30000)", "DELETE FROM left_alone WHERE n <= 25000")
    var table: JSONValue?
    // What sessions count reaches the statistics a moment later.
    for _ in 0..<40 where (table?["deadRows"]?.integer ?? 0) < 25_000 {
      table = named("public.left_alone", in: await look()["unvacuumedTables"])
      try await Task.sleep(for: .milliseconds(100))
    }
    #expect(table?["deadRows"] == 25_000)
    #expect(table?["isAutomatic"] == false)
    #expect(table?["overdue"]?.double ?? 0 > 2)
    try run("DROP TABLE left_alone")
  }

  // MARK: Who may do what

  @Test func theApplicationsRoleIsLookedAtAsDeclared() async throws {
    try run(
      "CREATE ROLE keeper NOLOGIN", "CREATE ROLE app LOGIN CONNECTION LIMIT 20 IN ROLE keeper, pg_read_server_files",
      "CREATE TABLE guarded (n int)", "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
      "ALTER TABLE guarded OWNER TO keeper",
      "ALTER ROLE app SET idle_in_transaction_session_timeout = '30s'",
      "ALTER ROLE app IN DATABASE postgres SET idle_in_transaction_session_timeout = '1min'",
      "ALTER DATABASE postgres SET lock_timeout = '2500ms'")
    let look = await look(role: "app")
    let nobody = await self.look(role: "no such \"role")
    try run(
      "ALTER DATABASE postgres RESET lock_timeout", "DROP TABLE guarded", "DROP ROLE app", "DROP ROLE keeper")
    let role = try #require(look["applicationRole"])
    #expect(role["exists"] == true)
    #expect(role["isSuperuser"] == false)
    #expect(role["becomesSuperuser"] == false)
    #expect(role["reachesServer"] == true)
    #expect(role["ownsDatabase"] == false)
    #expect(role["ownedTables"] == 1)
    #expect(role["unboundTables"] == 1)
    #expect(role["connectionLimit"] == 20)
    #expect(role["statementTimeout"] == 60_000)
    #expect(role["idleInTransactionTimeout"] == 60_000)
    #expect(role["lockTimeout"] == 2500)
    #expect(named("app", in: look["roles"])?["reachesServer"] == true)
    #expect(named("monitor", in: look["roles"])?["isAuditor"] == true)
    #expect(named("postgres", in: look["roles"])?["isSuperuser"] == true)
    #expect(nobody["applicationRole", "exists"] == false)
    #expect(nobody["applicationRole", "statementTimeout"] == .null)
  }

  @Test func whatIsOpenToEverybodyIsTold() async throws {
    try run("CREATE SCHEMA \"Open; --\"", "GRANT CREATE ON SCHEMA \"Open; --\" TO PUBLIC")
    let look = await look()
    try run("DROP SCHEMA \"Open; --\"")
    #expect(look["openSchemas"] == [["name": "\"Open; --\""]])
  }

  // MARK: Access rules

  private func withRules(_ rules: String, reload: Bool, _ body: () async throws -> Void) async throws {
    let before = try String(contentsOfFile: server.accessRuleFile, encoding: .utf8)
    func write(_ text: String, reload: Bool) throws {
      try text.write(toFile: server.accessRuleFile, atomically: false, encoding: .utf8)
      if reload { try run("SELECT pg_reload_conf()") }
    }
    try write(rules, reload: reload)
    defer { try? write(before, reload: reload) }
    try await body()
  }

  private static let closing = """
    hostssl all all 127.0.0.1/32 scram-sha-256
    host all plain 127.0.0.1/32 scram-sha-256

    """

  @Test func rulesThatLetPlaintextInAreToldUnlessAnEarlierOneComesFirst() async throws {
    let rules = """
      local all all peer
      hostssl all all 127.0.0.1/32 scram-sha-256
      host all all 10.0.0.0/8 scram-sha-256
      hostnossl all all 192.168.0.0/16 reject
      host all all 192.168.7.0/24 trust
      host all all 2001:db8::/33 md5
      host events app db.example reject
      host events app db.example password

      """
    try await withRules(rules, reload: false) {
      let found = await look()["accessRules"]?.array ?? []
      #expect(found.map { $0["line"]?.string } == (1...8).map(String.init))
      #expect(
        found.map { $0["admitsPlaintext"]?.bool } == [false, false, true, false, true, true, false, false])
      #expect(found.map { $0["needsNoProof"]?.bool } == [false, false, false, false, true, false, false, false])
      #expect(found.map { $0["isLoopback"]?.bool } == [true, true, false, false, false, false, false, false])
      #expect(found.map { $0["isReached"]?.bool } == [true, true, true, true, true, true, true, false])
    }
  }

  @Test(arguments: [
    // The files as they are loaded.
    ("", "none", "refused", true), ("host all monitor 127.0.0.0/8 scram-sha-256\n", "scram-sha-256", "refused", false),
    ("hostnossl all +pg_monitor all trust\n", "trust", "refused", false),
    ("host all all 127.0.0.1/32 reject\n", "reject", "refused", true),
    ("host replication,samerole all 127.0.0.1/32 trust\n", "none", "refused", true),
  ])
  func filesThatWereEditedButNotLoadedAreFound(rule: String, says: String, does: String, agree: Bool) async throws {
    try await withRules(rule + Self.closing, reload: false) {
      let look = await look()
      #expect(look["accessRuleFiles", "says"] == .string(says))
      #expect(look["accessRuleFiles", "does"] == .string(does))
      #expect(look["accessRuleFiles", "agree"] == .bool(agree))
      #expect(look["accessRuleFiles", "faults"] == 0)
    }
  }

  @Test func rulesThatDependOnNamesStayOpen() async throws {
    try await withRules("host all all samehost trust\n" + Self.closing, reload: false) {
      let look = await look()
      #expect(look["accessRuleFiles", "agree"] == .null)
      #expect(look.gaps.map(\.path) == ["accessRuleFiles.agree"])
    }
  }

  @Test func aFaultyLineIsFound() async throws {
    try await withRules("host all all 127.0.0.1/32 nonsense\n" + Self.closing, reload: false) {
      let look = await look()
      #expect(look["accessRuleFiles", "faults"] == 1)
      #expect(look["accessRules", "0"] == nil)
      #expect(look["accessRules"]?.array?.first { $0["error"]?.isNull == false } != nil)
    }
  }

  @Test func plaintextThatIsAdmittedIsToldByFilesAndServer() async {
    let look = await Look(
      PostgresHealthProbe(), server.declaration(user: "plain", sslmode: "verify-full", trust: server.root),
      password: PostgresServer.password)
    // The role may not read the rules, and that is not taken for agreement.
    #expect(look["accessRuleFiles"] == .null)
    #expect(look.gaps.contains { $0.path == "accessRuleFiles" })
  }

  // MARK: Reading

  @Test(
    arguments: [
      ("30s", 30_000), ("5min", 300_000), ("1.5 h", 5_400_000), ("250", 250), ("0", 0), ("900us", 1),
      ("1d", 86_400_000),
      ("-1", -1), ("", nil), ("soon", nil), ("1e300d", nil), ("nans", nil),
    ] as [(String, Int?)])
  func lengthsOfTimeAreRead(text: String, milliseconds: Int?) {
    #expect(SettingDuration.milliseconds(text) == milliseconds)
  }
}
