import AuditModel
import Facts
import Postgres
import Probing

/// Logs in as the auditor, reads, and leaves.
struct PostgresSessionProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-session",
    summary: "what a PostgreSQL server tells an auditor: encryption, settings, sessions, headroom",
    targetKinds: ["postgres"], safety: .observe, facts: SessionFacts.schema, timeout: 20_000,
    traffic: "1 login, 2 if the certificate does not verify, and up to 16 statements")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object, var server = whole["server"]?.object,
      let number = server["versionNumber"]?.integer
    else { return facts }
    server["support"] = ServerSupport.value(ofVersion: number, asOf: now)
    whole["server"] = .object(server)
    return .object(whole)
  }

  private static func look(at target: Target, _ context: ProbeContext) -> Sighting {
    let database: PostgresTarget
    do {
      database = try PostgresTarget(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    guard let user = database.url.user else {
      return .unseen(Unseen(.malformed, "the url names no role to log in as"))
    }
    let login = Login.attempt(database, user: user, before: context.deadline, traffic: context.traffic)
    var facts = SessionFacts(
      asked: database.verification, isVerified: login.isVerified, verificationReason: login.verificationReason)
    switch consume login.outcome {
    case .nobody(let failure): facts.sawNobody(failure)
    case .rejected(let report): facts.wasRejected(report)
    case .withheld(let reason): facts.withheld(reason)
    case .unseen(let failure): return .unseen(Unseen(kind(of: failure), failure.description))
    case .session(let session):
      facts.loggedIn(address: session.address, encryption: session.encryption)
      var transaction = ReadOnlyTransaction(session, traffic: context.traffic)
      facts.read { (statement, arguments) throws(PostgresFailure) in
        try transaction.rows(statement, arguments, before: context.deadline)
      }
      transaction.close(before: context.deadline)
    }
    let redactor = Redactor(secrets: target.secrets.values)
    return .seen(redactor.redacted(facts.value), gaps: facts.gaps)
  }

  static func kind(of failure: PostgresFailure) -> Unseen.Kind {
    switch failure {
    case .timedOut: .timeout
    case .cancelled: .interrupted
    case .invalid: .malformed
    default: .unreachable
    }
  }
}
