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
    await context.lane.run {
      AuditorVisit.sighting(of: target, context) { session, _, _ in Self.look(session, context) }
    }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { ArchivingFacts.derive(facts, asOf: now) }

  private static func look(_ session: consuming PostgresConnection, _ context: ProbeContext) -> Sighting {
    var facts = ArchivingFacts()
    var transaction = ReadOnlyTransaction(session, traffic: context.traffic)
    facts.read { (statement) throws(PostgresFailure) in
      try transaction.rows(statement, before: context.deadline)
    }
    transaction.close(before: context.deadline)
    return .seen(facts.value, gaps: facts.gaps)
  }
}
