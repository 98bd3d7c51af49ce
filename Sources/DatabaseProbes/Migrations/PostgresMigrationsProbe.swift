import AuditModel
import Facts
import Postgres
import Probing

/// Reads which migrations ran, from the tables of the tools that run them, and compares that with their files.
struct PostgresMigrationsProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-migrations",
    summary: "which migrations ran, failed, are missing or changed, and what those to come will lock",
    targetKinds: ["postgres"], safety: .observe, facts: MigrationFacts.schema, timeout: 30_000,
    traffic: "1 login, 2 if the certificate does not verify, and up to 8 statements and 2 for each table of a tool")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
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
    let folder = target.settings["migrations"]?.string.map(MigrationFolder.init(path:))
    let login = Login.attempt(database, user: user, before: context.deadline, traffic: context.traffic)
    switch consume login.outcome {
    case .nobody(let failure): return .unseen(Unseen(.unreachable, failure.description))
    case .rejected(let report): return .unseen(Unseen(.denied, report.description))
    case .withheld(let reason): return .unseen(Unseen(.denied, "no login without TLS: \(reason)"))
    case .unseen(let failure): return .unseen(Unseen(kind(of: failure), failure.description))
    case .session(let session):
      var facts = MigrationFacts(folder: folder, role: user)
      var transaction = ReadOnlyTransaction(session, traffic: context.traffic)
      facts.read { (statement, arguments) throws(PostgresFailure) in
        try transaction.rows(statement, arguments, before: context.deadline)
      }
      transaction.close(before: context.deadline)
      let redactor = Redactor(secrets: target.secrets.values)
      return .seen(redactor.redacted(facts.value), gaps: facts.gaps)
    }
  }

  private static func kind(of failure: PostgresFailure) -> Unseen.Kind {
    switch failure {
    case .timedOut: .timeout
    case .cancelled: .interrupted
    case .invalid: .malformed
    default: .unreachable
    }
  }
}
