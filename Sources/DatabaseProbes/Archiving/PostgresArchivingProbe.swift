import AuditModel
import Facts
import Postgres
import Probing

/// Asks a server whether its write-ahead log reaches its archive.
struct PostgresArchivingProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-archiving", summary: "whether a PostgreSQL server's write-ahead log is archived, and how far behind",
    targetKinds: ["postgres"], safety: .observe, facts: ArchivingFacts.schema, timeout: 20_000,
    traffic: "1 login, 2 if the certificate does not verify, and up to 6 statements")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { ArchivingFacts.derive(facts, asOf: now) }

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
    let redactor = Redactor(secrets: target.secrets.values)
    let login = Login.attempt(database, user: user, before: context.deadline, traffic: context.traffic)
    switch consume login.outcome {
    case .nobody(let failure): return .unseen(Unseen(.unreachable, redactor.redacted(failure.description)))
    case .unseen(let failure): return .unseen(Unseen(.unreachable, redactor.redacted(failure.description)))
    case .rejected(let report): return .unseen(Unseen(.denied, redactor.redacted(report.message)))
    case .withheld(let reason): return .unseen(Unseen(.denied, "no login without TLS: \(redactor.redacted(reason))"))
    case .session(let session):
      var facts = ArchivingFacts()
      var transaction = ReadOnlyTransaction(session, traffic: context.traffic)
      facts.read { (statement) throws(PostgresFailure) in
        try transaction.rows(statement, before: context.deadline)
      }
      transaction.close(before: context.deadline)
      return .seen(redactor.redacted(facts.value), gaps: facts.gaps)
    }
  }
}
