/// What goes on in a server at this moment: transactions, sessions, replication.
enum ActivitySections {
  /// Whom the auditor does not count: itself.
  private static let others = """
    a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
      AND NOT (a.usename = current_user AND a.application_name = 'prodworthy')
    """

  static let all = [transactions, prepared, connections, senders, slots, standby]

  /// A wait is dated by the lock table from version 14 on, and by the begin of the statement before.
  private static let transactions = Section(
    "transactions", .list, seenBy: .member("pg_read_all_stats"),
    "open transactions of others that are a second old, or wait for a lock",
    [
      .init("user", .text, "the role"),
      .init("database", .text, "the database"),
      .init("application", .text, "what it calls itself"),
      .init("process", .integer, "the server's process"),
      .init("isIdle", .boolean, "the client holds it open without asking for anything"),
      .init("openSeconds", .number, "since it began"),
      .init("idleSeconds", .number, "since the client asked for anything; null while something runs"),
      .init("waitSeconds", .number, "for a lock; null if it waits for none"),
      .init("blockers", .integer, "the sessions it waits for"),
      .init("blocked", .integer, "the sessions that wait for it"),
    ]
  ) { version in
    """
    WITH waiting AS MATERIALIZED (
      SELECT a.pid, pg_blocking_pids(a.pid) AS blockers FROM pg_stat_activity a
      WHERE a.backend_type = 'client backend' AND a.wait_event_type = 'Lock'
    )
    SELECT a.usename AS "user", a.datname AS database, a.application_name AS application, a.pid AS process,
      a.state LIKE 'idle in transaction%' AS "isIdle",
      extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS "openSeconds",
      CASE WHEN a.state LIKE 'idle in transaction%'
        THEN extract(epoch FROM clock_timestamp() - a.state_change)::float8 END AS "idleSeconds",
      CASE WHEN w.pid IS NOT NULL THEN extract(epoch FROM clock_timestamp() - \(waitStart(version)))::float8
        END AS "waitSeconds",
      coalesce(cardinality(w.blockers), 0) AS blockers,
      (SELECT count(*) FROM waiting o WHERE a.pid = ANY (o.blockers)) AS blocked
    FROM pg_stat_activity a LEFT JOIN waiting w ON w.pid = a.pid
    WHERE \(others) AND a.xact_start IS NOT NULL
      AND (w.pid IS NOT NULL OR clock_timestamp() - a.xact_start >= interval '1 second'
        OR EXISTS (SELECT FROM waiting o WHERE a.pid = ANY (o.blockers)))
    ORDER BY a.xact_start, a.pid
    LIMIT \(Section.mostRows + 1)
    """
  }

  private static func waitStart(_ version: Int) -> String {
    version >= 140_000
      ? "coalesce((SELECT min(l.waitstart) FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted), a.query_start)"
      : "a.query_start"
  }

  private static let prepared = Section(
    "preparedTransactions", .list, "transactions prepared for a commit in two phases, which outlive their sessions",
    [
      .init("name", .text, "as its client named it"),
      .init("user", .text, "the role"),
      .init("database", .text, "the database"),
      .init("ageSeconds", .number, "since it was prepared"),
    ]
  ) { _ in
    """
    SELECT gid AS name, owner AS "user", database,
      extract(epoch FROM clock_timestamp() - prepared)::float8 AS "ageSeconds"
    FROM pg_prepared_xacts ORDER BY prepared, gid LIMIT \(Section.mostRows + 1)
    """
  }

  private static let connections = Section(
    "connections", .one, seenBy: .member("pg_read_all_stats"), "sessions of clients, the auditor's left out",
    [
      .init("used", .integer, "all of them"),
      .init("active", .integer, "those that run a statement"),
      .init("idle", .integer, "those that do nothing, outside a transaction"),
      .init("stale", .integer, "those that have done nothing for ten minutes"),
      .init("maximum", .integer, "what is not reserved for superusers"),
      .init("staleShare", .number, "stale of maximum"),
    ]
  ) { _ in
    """
    WITH room AS (
      SELECT \(SessionStatements.room) AS maximum
    ), counted AS (
      SELECT count(*) AS used, count(*) FILTER (WHERE a.state = 'active') AS active,
        count(*) FILTER (WHERE a.state = 'idle') AS idle,
        count(*) FILTER (WHERE a.state = 'idle' AND clock_timestamp() - a.state_change > interval '10 minutes') AS stale
      FROM pg_stat_activity a WHERE \(others)
    )
    SELECT used, active, idle, stale, maximum, stale::float8 / nullif(maximum, 0) AS "staleShare" FROM counted, room
    """
  }

  /// Where the write-ahead log ends, on a primary and on a standby.
  private static let logEnd = """
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END
    """

  private static let senders = Section(
    "replicas", .list, seenBy: .member("pg_read_all_stats"), "servers that follow this one",
    [
      .init("name", .text, "what it calls itself"),
      .init("address", .text, "where it is; null for a socket in the file system"),
      .init("state", .text, "startup, catchup, streaming, backup or stopping"),
      .init("synchronization", .text, "async, potential, sync or quorum"),
      .init("lagBytes", .integer, "of the write-ahead log it has not replayed"),
      .init("lagSeconds", .number, "its last replay's delay; null if there was nothing of late"),
    ]
  ) { _ in
    """
    SELECT application_name AS name, host(client_addr) AS address, state, sync_state AS synchronization,
      pg_wal_lsn_diff(\(logEnd), replay_lsn)::bigint AS "lagBytes", extract(epoch FROM replay_lag)::float8 AS "lagSeconds"
    FROM pg_stat_replication ORDER BY 1, 2, pid LIMIT \(Section.mostRows + 1)
    """
  }

  private static let slots = Section(
    "replicationSlots", .list, "promises to keep the write-ahead log for somebody",
    [
      .init("name", .text, "the slot"),
      .init("kind", .text, "physical or logical"),
      .init("isActive", .boolean, "somebody reads from it; null for a standby's copy of its primary's slot"),
      .init("retainedBytes", .integer, "of the log kept for it"),
      .init("status", .text, "reserved, extended, unreserved or lost; null before version 13"),
      .init("isLimited", .boolean, "max_slot_wal_keep_size bounds what is kept"),
    ]
  ) { _ in
    """
    SELECT s.slot_name AS name, s.slot_type AS kind,
      CASE WHEN coalesce((to_jsonb(s) ->> 'synced')::boolean, false) THEN NULL ELSE s.active END AS "isActive",
      pg_wal_lsn_diff(\(logEnd), s.restart_lsn)::bigint AS "retainedBytes", to_jsonb(s) ->> 'wal_status' AS status,
      coalesce(current_setting('max_slot_wal_keep_size', true), '-1') <> '-1' AS "isLimited"
    FROM pg_replication_slots s WHERE NOT s.temporary ORDER BY 1 LIMIT \(Section.mostRows + 1)
    """
  }

  /// While the primary is idle the last replay ages without any lag, so positions are compared first.
  private static let standby = Section(
    "standby", .list, "how a standby keeps up; no element on a primary",
    [
      .init("receiver", .text, "streaming, or another state; null if it is not connected"),
      .init("isPaused", .boolean, "somebody has stopped the replay"),
      .init("lagSeconds", .number, "of what was received; null if nothing was replayed yet"),
    ]
  ) { _ in
    """
    SELECT (SELECT status FROM pg_stat_wal_receiver LIMIT 1) AS receiver,
      CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS "isPaused",
      CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS "lagSeconds"
    WHERE pg_is_in_recovery()
    """
  }
}
