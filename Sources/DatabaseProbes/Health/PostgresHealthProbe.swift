import AuditModel
import Facts
import Postgres
import Probing
import Transport

/// Logs in as the auditor and reads how the server is: its age in transactions, its sessions, its upkeep, who may do what.
struct PostgresHealthProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-health",
    summary: "how a PostgreSQL server is: transactions, locks, replication, upkeep, roles, grants and access rules",
    targetKinds: ["postgres"], safety: .observe, facts: HealthFacts.schema, timeout: 45_000,
    traffic: "1 login, 2 if the certificate does not verify, up to 24 statements and 1 connection without a login")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      AuditorVisit.sighting(of: target, context) { session, database, user in
        Self.look(session, database, user, context)
      }
    }
  }

  private static func look(
    _ session: consuming PostgresConnection, _ database: PostgresTarget, _ user: String, _ context: ProbeContext
  ) -> Sighting {
    let process = session.process
    let name = database.url.database ?? user
    var facts = HealthFacts()
    var transaction = ReadOnlyTransaction(session, traffic: context.traffic, isSnapshot: true)
    let wire = Wire(
      endpoint: Endpoint(host: database.address ?? database.url.host, port: database.url.port),
      deadline: context.deadline.capped(milliseconds: 3000), traffic: context.traffic)
    facts.read(
      application: database.role, user: user, database: name, process: process,
      plaintext: { try? wire.answerToPlaintext(user: user, database: name) }
    ) { (statement, arguments) throws(PostgresFailure) in
      try transaction.rows(statement, arguments, before: context.deadline)
    }
    transaction.close(before: context.deadline)
    return .seen(facts.value, gaps: facts.gaps)
  }
}
