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
    await context.lane.run {
      AuditorVisit.sighting(of: target, context) { session, _, user in
        Self.look(session, as: user, target.settings["migrations"]?.string.map(MigrationFolder.init(path:)), context)
      }
    }
  }

  private static func look(
    _ session: consuming PostgresConnection, as user: String, _ folder: MigrationFolder?, _ context: ProbeContext
  ) -> Sighting {
    var facts = MigrationFacts(folder: folder, role: user)
    var transaction = ReadOnlyTransaction(session, traffic: context.traffic)
    facts.read { (statement, arguments) throws(PostgresFailure) in
      try transaction.rows(statement, arguments, before: context.deadline)
    }
    transaction.close(before: context.deadline)
    return .seen(facts.value, gaps: facts.gaps)
  }
}
