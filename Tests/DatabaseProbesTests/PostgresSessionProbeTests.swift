import AuditModel
import Facts
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

@Suite struct PostgresSessionProbeTests {
  let server: PostgresServer
  let password = PostgresServer.password

  init() throws { server = try PostgresServer.shared.get() }

  @Test func anAuditorSeesWhatTheChecksAskFor() async {
    let look = await Look(
      PostgresSessionProbe(), server.declaration(user: "auditor", sslmode: "verify-full", trust: server.root),
      password: password)
    #expect(look["connection", "established"] == true)
    #expect(look["login", "succeeded"] == true)
    #expect(look["session", "encrypted"] == true)
    #expect(look["session", "tlsVersion"] == "TLSv1.3")
    #expect(look["verification"] == ["asked": "verify-full", "succeeded": true, "reason": nil])
    #expect(look["server", "versionNumber"]?.integer ?? 0 >= 120_000)
    #expect(look["server", "isInRecovery"] == false)
    #expect(
      look["role"] == [
        "name": "auditor", "isSuperuser": false, "bypassesRLS": false, "canReadAllStats": true,
        "canReadAllSettings": true,
      ])
    #expect(look["settings", "ssl"] == true)
    #expect(look["settings", "fsync"] == false)
    #expect(look["settings", "full_page_writes"] == true)
    #expect(look["settings", "ssl_min_protocol_version"] == "TLSv1.2")
    #expect(look["settings", "password_encryption"] == "scram-sha-256")
    #expect(look["settings", "max_connections"] == 60)
    #expect(look["settings", "log_min_duration_statement"] == -1)
    // Bounded for the audit's own transaction, and reported as it is for everybody.
    #expect(look["settings", "statement_timeout"] == 0)
    #expect(look["connections", "maximum"] == 57)
    #expect(look["connections", "used"]?.integer ?? 0 >= 1)
    #expect(look["sessions"]?.array != nil)
    #expect(look.gaps.isEmpty)
    #expect(look.traffic.connections == 1)
    #expect(look.traffic.requests <= 10)
  }

  @Test func aWrongPasswordIsARefusalThatKeepsThePassword() async {
    let look = await Look(
      PostgresSessionProbe(), server.declaration(user: "auditor", sslmode: "verify-full", trust: server.root),
      password: "canary-4711")
    #expect(look["connection", "established"] == true)
    #expect(look["login", "succeeded"] == false)
    #expect(look["login", "sqlstate"] == "28P01")
    #expect(look["login", "reason"]?.string?.contains("auditor") == true)
    #expect(look["verification", "succeeded"] == true)
    #expect(look["session"] == .null)
    #expect(look["sessions"] == .null)
    #expect(!JSONText.compact(look.facts ?? nil).contains("canary"))
  }

  @Test func noPasswordIsARefusalToo() async {
    let look = await Look(PostgresSessionProbe(), server.declaration(user: "auditor", trust: server.root))
    #expect(look["login", "succeeded"] == false)
    #expect(look["login", "reason"]?.string?.contains("password") == true)
  }

  @Test(arguments: [("localhost", true), ("db.example", false)])
  func aCertificateThatDoesNotVerifyIsToldApartFromALogin(host: String, otherRoot: Bool) async {
    let look = await Look(
      PostgresSessionProbe(),
      server.declaration(
        user: "auditor", host: host, sslmode: "verify-full", trust: otherRoot ? server.otherRoot : server.root),
      password: password)
    #expect(look["verification", "asked"] == "verify-full")
    #expect(look["verification", "succeeded"] == false)
    #expect(look["verification", "reason"]?.string?.isEmpty == false)
    #expect(look["login", "succeeded"] == true)
    #expect(look["session", "encrypted"] == true)
    #expect(look.traffic.connections == 2)
  }

  @Test func aServerThatProvesNothingDoesNotGetThePassword() async {
    // `weak` has its password asked for in clear text, which only a verified server may.
    let verified = await Look(
      PostgresSessionProbe(), server.declaration(user: "weak", sslmode: "verify-full", trust: server.root),
      password: password)
    #expect(verified["login", "succeeded"] == true)
    let unverified = await Look(
      PostgresSessionProbe(), server.declaration(user: "weak", sslmode: "verify-full", trust: server.otherRoot),
      password: password)
    #expect(unverified["verification", "succeeded"] == false)
    #expect(unverified["login", "succeeded"] == false)
    #expect(unverified["login", "sqlstate"] == .null)
  }

  @Test func withoutAnythingDeclaredNothingIsVerified() async {
    let look = await Look(PostgresSessionProbe(), server.declaration(user: "auditor"), password: password)
    #expect(look["verification"] == ["asked": nil, "succeeded": nil, "reason": nil])
    #expect(look["session", "encrypted"] == true)
  }

  @Test func withoutTLSThereIsNoLoginUnlessDeclared() async throws {
    let server = try PostgresServer.withoutTLS.get()
    let withheld = await Look(PostgresSessionProbe(), server.declaration(user: "auditor"), password: password)
    #expect(withheld["connection", "established"] == true)
    #expect(withheld["login"] == .null)
    #expect(withheld.gaps.map(\.path) == ["login"])
    let declared = await Look(
      PostgresSessionProbe(), server.declaration(user: "auditor", sslmode: "disable"), password: password)
    #expect(declared["login", "succeeded"] == true)
    #expect(declared["session"] == ["encrypted": false, "tlsVersion": nil, "cipher": nil])
  }

  @Test func aClosedPortIsAFact() async throws {
    let port = try PostgresServer.freePort()
    let look = await Look(PostgresSessionProbe(), ["url": "postgres://auditor@localhost:\(port)/events"])
    #expect(look["connection", "established"] == false)
    #expect(look["connection", "kind"] == "refused")
    #expect(look["login"] == .null)
  }

  @Test func silenceIsNotAFact() async throws {
    let silence = try SilentListener()
    let look = await Look(
      PostgresSessionProbe(), ["url": "postgres://auditor@127.0.0.1:\(silence.port)/events"], timeout: 200)
    #expect(look.unseen?.kind == .timeout)
  }

  // MARK: Sessions of others

  @Test func sessionsOfOthersAreListedByKind() async throws {
    let deadline = Deadline(milliseconds: 20_000)
    var plaintext = server.parameters(user: "plain", mode: .disable)
    plaintext.applicationName = "worker \u{1B}[31m"
    var encrypted = server.parameters(user: "plain", mode: .verifyFull)
    encrypted.applicationName = "api"
    let first = try PostgresConnection.open(plaintext, before: deadline)
    let second = try PostgresConnection.open(plaintext, before: deadline)
    let third = try PostgresConnection.open(encrypted, before: deadline)
    let look = await Look(
      PostgresSessionProbe(), server.declaration(user: "auditor", sslmode: "verify-full", trust: server.root),
      password: password)
    withExtendedLifetime(first) {}
    withExtendedLifetime(second) {}
    withExtendedLifetime(third) {}
    let sessions = (look["sessions"]?.array ?? []).filter { $0["user"] == "plain" }
    // The server itself replaces what is not printable ASCII.
    let inPlaintext = try #require(sessions.first { $0["application"]?.string?.hasPrefix("worker") == true })
    #expect(inPlaintext["encrypted"] == false)
    #expect(inPlaintext["tlsVersion"] == .null)
    #expect(inPlaintext["address"] == "127.0.0.1")
    #expect(inPlaintext["loopback"] == true)
    #expect(inPlaintext["count"] == 2)
    let inTLS = try #require(sessions.first { $0["application"] == "api" })
    #expect(inTLS["encrypted"] == true)
    #expect(inTLS["tlsVersion"] == "TLSv1.3")
  }

  @Test func theAuditorsOwnSessionsAreLeftOutAndNobodyElsesForTheirName() async throws {
    let deadline = Deadline(milliseconds: 20_000)
    let own = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    let disguised = try PostgresConnection.open(server.parameters(user: "plain", mode: .disable), before: deadline)
    let look = await Look(
      PostgresSessionProbe(), server.declaration(user: "auditor", sslmode: "verify-full", trust: server.root),
      password: password)
    withExtendedLifetime(own) {}
    withExtendedLifetime(disguised) {}
    let named = (look["sessions"]?.array ?? []).filter { $0["application"] == "prodworthy" }
    #expect(!named.contains { $0["user"] == "auditor" })
    #expect(named.contains { $0["user"] == "plain" && $0["encrypted"] == false })
  }

  @Test func aRoleThatSeesNoSessionsSaysWhichGrantIsMissing() async {
    let look = await Look(
      PostgresSessionProbe(), server.declaration(user: "stranger", sslmode: "verify-full", trust: server.root),
      password: password)
    #expect(look["login", "succeeded"] == true)
    #expect(look["role", "canReadAllStats"] == false)
    #expect(look["sessions"] == .null)
    #expect(look["connections"] == .null)
    for path in ["sessions", "connections"] {
      #expect(look.gaps.first { $0.path == path }?.remedy == "GRANT pg_read_all_stats TO stranger")
    }
    #expect(look["settings", "ssl"] == true)
    #expect(look["settings", "ssl_min_protocol_version"] == .null)
    let floor = look.gaps.first { $0.path == "settings.ssl_min_protocol_version" }
    #expect(floor?.remedy == "GRANT pg_read_all_settings TO stranger")
  }

  // MARK: Doing no harm

  @Test func nothingCanBeWrittenAndNothingOutlivesTheTransaction() throws {
    let deadline = Deadline(milliseconds: 20_000)
    let session = try PostgresConnection.open(server.parameters(user: "postgres"), before: deadline)
    var transaction = ReadOnlyTransaction(session, traffic: TrafficMeter())
    do throws(PostgresFailure) {
      _ = try transaction.rows("create table written (n int)", before: deadline)
      Issue.record("the auditor wrote")
    } catch {
      guard case .server(let report) = error else { throw error }
      #expect(report.sqlState == "25006")
    }
    let bounds = "select current_setting('statement_timeout') as longest, current_setting('search_path') as path"
    let inside = try transaction.rows(bounds, before: deadline)
    #expect(inside.first?["longest"] == "5s")
    #expect(inside.first?["path"] == "pg_catalog")
  }

  // MARK: Maintenance

  @Test(arguments: [
    (150_020, "2026-11-24", "2027-11-11", 352, true), (140_019, "2026-11-12", "2026-11-12", 0, true),
    (140_019, "2026-11-13", "2026-11-12", -1, false), (90_624, "2026-11-24", "2021-11-11", -1839, false),
  ])
  func maintenanceIsCountedInDays(number: Int, today: String, end: String, daysLeft: Int, isSupported: Bool) throws {
    let facts: JSONValue = ["server": ["version": "x", "versionNumber": .integer(number), "isInRecovery": false]]
    let derived = PostgresSessionProbe().derive(facts, asOf: try #require(Instant(today)))
    #expect(
      derived["server"]?["support"]
        == ["endOfLife": .string(end), "daysLeft": .integer(daysLeft), "isSupported": .bool(isSupported)])
  }

  @Test func aVersionNewerThanTheTableIsNotKnown() {
    let facts: JSONValue = ["server": ["version": "31.1", "versionNumber": 310_001, "isInRecovery": false]]
    #expect(PostgresSessionProbe().derive(facts, asOf: Instant(seconds: 0))["server"]?["support"] == .null)
    #expect(PostgresSessionProbe().derive(["server": nil], asOf: Instant(seconds: 0)) == ["server": nil])
  }
}
