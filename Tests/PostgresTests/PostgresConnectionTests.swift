import AuditModel
import LoopbackPostgres
import Postgres
import Probing
import Testing

@Suite struct PostgresConnectionTests {
  let server: PostgresServer
  let deadline = Deadline(milliseconds: 20_000)

  init() throws { server = try PostgresServer.shared.get() }

  // MARK: Logging in

  @Test func aVerifiedSessionIsEncrypted() throws {
    let connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    #expect(connection.encryption?.version == "TLSv1.3")
    #expect(connection.encryption?.cipher?.isEmpty == false)
    #expect(connection.address == "127.0.0.1")
  }

  @Test func aCertificateForAnotherHostOnlyPassesWhereNamesAreNotVerified() throws {
    var parameters = server.parameters(user: "auditor", host: "db.example")
    let failure = try #require(refusal(of: parameters))
    guard case .insecure(let reason) = failure else {
      Issue.record("\(failure)")
      return
    }
    #expect(reason.contains("localhost"))
    parameters.sslMode = .verifyCA
    #expect(refusal(of: parameters) == nil)
  }

  @Test func aCertificateFromAnotherRootOnlyPassesWhereNothingIsVerified() {
    var parameters = server.parameters(user: "auditor")
    parameters.trust = [server.otherRoot]
    guard case .insecure = refusal(of: parameters) else {
      Issue.record("an untrusted certificate was accepted")
      return
    }
    parameters.sslMode = .require
    #expect(refusal(of: parameters) == nil)
    parameters.sslMode = .verifyFull
    parameters.trust = [server.otherRoot, server.root]
    #expect(refusal(of: parameters) == nil)
  }

  @Test func aMissingTrustFileIsNotTheServersFault() {
    var parameters = server.parameters(user: "auditor")
    parameters.trust = ["/nowhere/root.pem"]
    guard case .invalid(let reason) = refusal(of: parameters) else {
      Issue.record("a missing file was not noticed")
      return
    }
    #expect(reason.contains("/nowhere/root.pem"))
  }

  @Test func aWrongPasswordHasItsSQLState() throws {
    let failure = try #require(refusal(of: server.parameters(user: "auditor", password: "tell nobody")))
    guard case .rejected(let report) = failure else {
      Issue.record("\(failure)")
      return
    }
    #expect(report.sqlState == "28P01")
    #expect(report.message.contains("auditor"))
    #expect(!failure.description.contains("tell nobody"))
    #expect(!failure.description.contains("auth.c"))
  }

  @Test func plaintextIsRefusedUnderHostssl() {
    guard case .rejected(let report) = refusal(of: server.parameters(user: "auditor", mode: .disable)) else {
      Issue.record("plaintext was accepted")
      return
    }
    #expect(report.sqlState == "28000")
  }

  @Test func plaintextIsAcceptedUnderHost() throws {
    let connection = try PostgresConnection.open(server.parameters(user: "plain", mode: .disable), before: deadline)
    #expect(connection.encryption == nil)
  }

  @Test func channelBindingKeepsThePasswordFromAServerThatAsksForItInClearText() {
    var parameters = server.parameters(user: "weak", mode: .require)
    #expect(refusal(of: parameters) == nil)
    parameters.requiresChannelBinding = true
    guard case .rejected(let report) = refusal(of: parameters) else {
      Issue.record("the password was given away")
      return
    }
    #expect(report.sqlState == nil)
    parameters.user = "auditor"
    #expect(refusal(of: parameters) == nil)
  }

  @Test func aClosedPortIsRefused() throws {
    var parameters = server.parameters(user: "auditor")
    parameters.port = try PostgresServer.freePort()
    guard case .refused = refusal(of: parameters) else {
      Issue.record("nobody listens there")
      return
    }
    parameters.address = nil
    guard case .refused = refusal(of: parameters) else {
      Issue.record("nobody listens there under any address of the name")
      return
    }
  }

  @Test func aNameWithoutAnAddressIsNoSuchHost() {
    var parameters = server.parameters(user: "auditor", host: "nothing.invalid")
    parameters.address = nil
    switch refusal(of: parameters) {
    case .noSuchHost("nothing.invalid"), .resolutionFailed: break
    case let other: Issue.record("\(other.debugDescription)")
    }
  }

  @Test func silenceEndsAtTheDeadline() throws {
    let silence = try SilentListener()
    var parameters = server.parameters(user: "auditor")
    parameters.port = silence.port
    let clock = ContinuousClock()
    let began = clock.now
    let failure = refusal(of: parameters, before: Deadline(milliseconds: 200))
    #expect(failure == .timedOut(phase: "negotiating TLS with the database"))
    #expect(clock.now - began < .seconds(2))
  }

  @Test func aCancelledRunEndsAtOnce() throws {
    let silence = try SilentListener()
    var parameters = server.parameters(user: "auditor")
    parameters.port = silence.port
    let cancellation = Cancellation()
    cancellation.call()
    #expect(refusal(of: parameters, before: Deadline(milliseconds: 60_000, cancellation: cancellation)) == .cancelled)
  }

  @Test func zeroBytesAreRefusedBeforeTheyCutATextShort() throws {
    guard case .invalid = refusal(of: server.parameters(user: "auditor\0x")) else {
      Issue.record("a cut name was used")
      return
    }
    var connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    do throws(PostgresFailure) {
      try connection.query("select $1::text", ["a\0b"], before: deadline)
      Issue.record("a cut text was sent")
    } catch {
      guard case .invalid = error else { throw error }
    }
    #expect(try connection.query("select 1", before: deadline).count == 1)
  }

  // MARK: Statements

  @Test func argumentsAndColumnsSurviveTheWayThereAndBack() throws {
    var connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    let hostile = "'; drop table x; -- \u{1F600} \u{1B}[31m"
    let rows = try connection.query(
      "select $1::text as said, $2::int + 1 as next, $3::text as nothing", [hostile, "41", nil], before: deadline)
    #expect(rows.columns == ["said", "next", "nothing"])
    #expect(rows.count == 1)
    #expect(rows.first?["said"] == hostile)
    #expect(rows.first?["next"] == "42")
    #expect(rows.first?["nothing"] == nil)
    #expect(rows.first?["absent"] == nil)
  }

  @Test func commandsTellHowManyRowsTheyTouched() throws {
    var connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    try connection.query("create temporary table t (n int)", before: deadline)
    let inserted = try connection.query("insert into t select generate_series(1, 300)", before: deadline)
    #expect(inserted.affected == 300)
    let returned = try connection.query("update t set n = n + 1 where n <= 2 returning n", before: deadline)
    #expect(returned.map { $0["n"] } == ["2", "3"])
    #expect(try connection.query("select n from t where false", before: deadline).columns == ["n"])
  }

  @Test func largeArgumentsAndAnswersPassInBothDirections() throws {
    var connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    let text = String(repeating: "x", count: 4 << 20)
    #expect(try connection.query("select $1::text as back", [text], before: deadline).first?["back"] == text)
  }

  @Test func anAnswerWithoutEndIsCutOffAndTheSessionGoesOn() throws {
    var connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    do throws(PostgresFailure) {
      try connection.query("select repeat('x', 1000000) from generate_series(1, 1000000)", before: deadline)
      Issue.record("a terabyte arrived")
    } catch {
      guard case .tooLarge = error else { throw error }
    }
    #expect(try connection.query("select 1 as one", before: deadline).first?["one"] == "1")
  }

  @Test func aRefusedStatementHasItsSQLStateAndTheSessionGoesOn() throws {
    var connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    do throws(PostgresFailure) {
      try connection.query("select 1 / 0", before: deadline)
      Issue.record("divided by zero")
    } catch {
      #expect(error == .server(ServerReport(sqlState: "22012", message: "division by zero")))
    }
    #expect(try connection.query("select 1 as one", before: deadline).first?["one"] == "1")
  }

  @Test func aSlowStatementEndsAtTheDeadlineAndTheSessionGoesOn() throws {
    var connection = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    let clock = ContinuousClock()
    let began = clock.now
    do throws(PostgresFailure) {
      try connection.query("select pg_sleep(30)", before: Deadline(milliseconds: 200))
      Issue.record("slept through")
    } catch {
      guard case .timedOut = error else { throw error }
    }
    #expect(clock.now - began < .seconds(2))
    #expect(try connection.query("select 1 as one", before: deadline).first?["one"] == "1")
  }

  @Test func aSessionEndedByTheServerIsLostForGood() throws {
    var doomed = try PostgresConnection.open(server.parameters(user: "auditor"), before: deadline)
    let process = try #require(try doomed.query("select pg_backend_pid() as pid", before: deadline).first?["pid"])
    var superuser = try PostgresConnection.open(server.parameters(user: "postgres"), before: deadline)
    try superuser.query("select pg_terminate_backend($1::int)", [process], before: deadline)
    for _ in 1...2 {
      do throws(PostgresFailure) {
        try doomed.query("select 1", before: deadline)
        Issue.record("it lives on")
      } catch {
        guard case .lost = error else { throw error }
      }
    }
  }

  @Test func copyIsRefusedWithoutHanging() throws {
    var connection = try PostgresConnection.open(server.parameters(user: "postgres"), before: deadline)
    do throws(PostgresFailure) {
      try connection.query("copy (select 1) to stdout", before: deadline)
      Issue.record("copied")
    } catch {
      guard case .invalid = error else { throw error }
    }
  }

  private func refusal(of parameters: PostgresParameters, before deadline: Deadline? = nil) -> PostgresFailure? {
    do throws(PostgresFailure) {
      _ = try PostgresConnection.open(parameters, before: deadline ?? self.deadline)
      return nil
    } catch {
      return error
    }
  }
}
