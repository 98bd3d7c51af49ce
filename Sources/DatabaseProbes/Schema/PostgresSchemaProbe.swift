import AuditModel
import Facts
import Postgres
import Probing

/// Logs in as the auditor and reads the catalogs of one database, all in one snapshot.
struct PostgresSchemaProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-schema",
    summary: "tables, indexes, keys, sequences and policies of a PostgreSQL database, from its catalogs",
    targetKinds: ["postgres"], safety: .observe, facts: SchemaFacts.schema, timeout: 60_000,
    traffic: "1 login, 2 if the certificate does not verify, about 30 statements, and 4 for each 200 sequences",
    identity: ["$.serverVersion", "$.tables[*].name", "$.indexes[*].name"])

  /// The longest the server may work on one statement, in milliseconds; catalogs of many thousand tables take some seconds.
  private static let statementTimeout = 15_000

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      AuditorVisit.sighting(of: target, context) { session, _, _ in Self.look(session, context) }
    }
  }

  private static func look(_ session: consuming PostgresConnection, _ context: ProbeContext) -> Sighting {
    var facts = SchemaFacts()
    var transaction = ReadOnlyTransaction(
      session, traffic: context.traffic, isSnapshot: true, milliseconds: statementTimeout)
    do throws(PostgresFailure) {
      try facts.read { (statement, endsTransaction) throws(PostgresFailure) in
        let rows = try transaction.rows(statement, before: context.deadline)
        if endsTransaction { transaction.close(before: context.deadline) }
        return rows
      }
    } catch {
      transaction.close(before: context.deadline)
      return .unseen(Unseen(PostgresSessionProbe.kind(of: error), "the catalogs cannot be read: \(error.description)"))
    }
    transaction.close(before: context.deadline)
    return .seen(facts.value, gaps: facts.gaps)
  }
}
