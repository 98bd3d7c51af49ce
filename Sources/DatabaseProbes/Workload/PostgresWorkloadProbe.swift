import AuditModel
import Facts
import Postgres
import Probing

/// Logs in as the auditor, reads which statements cost most, and has the server plan them without running any.
struct PostgresWorkloadProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-workload",
    summary: "the costliest statements of a PostgreSQL database and how the server would find their rows",
    targetKinds: ["postgres"], safety: .observe, facts: WorkloadFacts.schema, timeout: 120_000,
    traffic:
      "1 login, 2 if the certificate does not verify, and about 7 statements for each of up to 200 that are planned")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      AuditorVisit.sighting(of: target, context) { session, _, _ in Self.look(session, context) }
    }
  }

  private static func look(_ connection: consuming PostgresConnection, _ context: ProbeContext) -> Sighting {
    var session = PlanningSession(connection, traffic: context.traffic, before: context.deadline)
    let circumstances: WorkloadFacts.Circumstances
    do throws(PostgresFailure) {
      guard let found = WorkloadFacts.Circumstances(try session.rows(WorkloadStatements.circumstances).first) else {
        return .unseen(Unseen(.malformed, "the server does not say what it is"))
      }
      circumstances = found
    } catch {
      return .unseen(Unseen(PostgresSessionProbe.kind(of: error), error.description))
    }
    session.version = circumstances.version
    session.hypothetical = circumstances.hypothetical
    var facts = WorkloadFacts()
    facts.read(circumstances, with: &session)
    return .seen(facts.value, gaps: facts.gaps)
  }
}
