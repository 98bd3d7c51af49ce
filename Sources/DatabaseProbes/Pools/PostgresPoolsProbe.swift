import AuditModel
import Facts
import Glibc
import Postgres
import Probing

/// Holds the pools that the inventory declares against what the server has room for, and against the sessions that are open
/// at a few moments.
struct PostgresPoolsProbe: Probe {
  /// How often is looked, and the pause between, in milliseconds: a burst of a second is seen.
  private static let moments = 4
  private static let pause = 150

  let descriptor = ProbeDescriptor(
    id: "postgres-pools", summary: "declared pools of sessions against the room there is and the sessions there are",
    targetKinds: ["postgres"], safety: .observe, facts: PoolFacts.schema, timeout: 20_000,
    traffic: "1 login, 2 if the certificate does not verify, and up to 8 statements")

  var targetKinds: [TargetKind] { [.adding([DeclaredPool.field], to: "postgres")] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let pools = DeclaredPool.all(in: target.settings)
    return await context.lane.run {
      AuditorVisit.sighting(of: target, context) { session, _, _ in Self.look(pools, session, context) }
    }
  }

  private static func look(
    _ pools: [DeclaredPool], _ session: consuming PostgresConnection, _ context: ProbeContext
  ) -> Sighting {
    var facts = PoolFacts(pools)
    var transaction = ReadOnlyTransaction(session, traffic: context.traffic)
    do throws(PostgresFailure) {
      let room = try transaction.rows("SELECT \(SessionStatements.room) AS available", before: context.deadline).first
      facts.available = room?["available"].flatMap { Int($0) }
      for moment in 0..<Self.moments {
        if moment > 0 {
          guard context.deadline.millisecondsLeft > 2 * Self.pause else { break }
          usleep(UInt32(Self.pause) * 1000)
          _ = try transaction.rows("SELECT pg_catalog.pg_stat_clear_snapshot()", before: context.deadline)
        }
        let rows = try transaction.rows(sessions, [PostgresParameters.applicationName], before: context.deadline)
        if rows.contains(where: { $0["role"] == nil }) {
          facts.loseSessions(
            "part of the server's sessions is hidden from this role",
            remedy: "GRANT pg_read_all_stats TO the auditor's role")
          break
        }
        facts.take(
          rows.compactMap { row in
            guard let role = row["role"], let count = row["count"].flatMap({ Int($0) }) else { return nil }
            return PoolFacts.Sessions(role: role, application: row["application"] ?? "", count: count)
          })
      }
    } catch {
      let reason = error.description.bounded()
      if facts.available == nil { facts.loseRoom(reason) }
      facts.loseSessions(reason)
    }
    transaction.close(before: context.deadline)
    return .seen(facts.value, gaps: facts.allGaps)
  }

  /// The clients' sessions by role and name, the auditor's own left out. Rows of which this role may not see whose they are
  /// have no kind.
  private static let sessions = """
    SELECT CASE WHEN backend_type IS NOT NULL THEN usename END AS role, application_name AS application,
      pg_catalog.count(*) AS count
    FROM pg_catalog.pg_stat_activity
    WHERE (backend_type = 'client backend' OR backend_type IS NULL AND datid IS NOT NULL)
      AND pid <> pg_catalog.pg_backend_pid() AND (usename = current_user AND application_name = $1) IS NOT TRUE
    GROUP BY 1, 2
    """
}
