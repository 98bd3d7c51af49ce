/// What a server has to do for its own good: freezing, vacuuming, checkpoints, archiving.
enum UpkeepSections {
  static let all = [databases, statistics, neglected, checkpoints, archiver, pending]

  private static let databases = Section(
    "databases", .list, "every database of the server",
    [
      .init("name", .text, "the database"),
      .init("xidAge", .integer, "transactions since its oldest unfrozen one; no more than 2^31 fit"),
      .init("multixactAge", .integer, "the same for groups of row lockers"),
      .init("xidAgeToFreezing", .number, "xidAge over autovacuum_freeze_max_age"),
      .init("multixactAgeToFreezing", .number, "multixactAge over autovacuum_multixact_freeze_max_age"),
      .init("checksumFailures", .integer, "damaged pages found; null where pages carry no checksums"),
    ]
  ) { _ in
    """
    SELECT d.datname AS name, age(d.datfrozenxid) AS "xidAge", mxid_age(d.datminmxid) AS "multixactAge",
      age(d.datfrozenxid) / greatest(current_setting('autovacuum_freeze_max_age')::float8, 1) AS "xidAgeToFreezing",
      mxid_age(d.datminmxid) / greatest(current_setting('autovacuum_multixact_freeze_max_age')::float8, 1)
        AS "multixactAgeToFreezing",
      s.checksum_failures AS "checksumFailures"
    FROM pg_database d LEFT JOIN pg_stat_database s ON s.datid = d.oid
    ORDER BY age(d.datfrozenxid) DESC, d.datname LIMIT \(Section.mostRows + 1)
    """
  }

  /// Shares of too few events say nothing, and are null.
  private static let statistics = Section(
    "statistics", .list, "what this database has counted since its statistics began, as one element",
    [
      .init("transactions", .integer, "ended in either way"),
      .init("rollbackShare", .number, "of transactions; null under 1000 of them"),
      .init("deadlocksPerMillion", .number, "of transactions; null under 1000 of them"),
      .init("cacheHitShare", .number, "of pages asked for; null under 100000 of them"),
      .init("temporaryFiles", .integer, "written because a statement had too little memory"),
      .init("temporaryBytes", .integer, "in these"),
      .init("sessions", .integer, "begun; null before version 14"),
      .init("transactionsPerSession", .number, "null under 1000 sessions"),
      .init("lostSessionShare", .number, "of sessions, ended by a lost client or an error; null under 1000 sessions"),
    ]
  ) { _ in
    """
    WITH counted AS (
      SELECT s.*, s.xact_commit + s.xact_rollback AS ended, s.blks_hit + s.blks_read AS pages,
        (to_jsonb(s) ->> 'sessions')::float8 AS begun,
        (to_jsonb(s) ->> 'sessions_abandoned')::float8 + (to_jsonb(s) ->> 'sessions_fatal')::float8 AS lost
      FROM pg_stat_database s WHERE s.datname = current_database()
    )
    SELECT ended AS transactions,
      CASE WHEN ended >= 1000 THEN xact_rollback / ended::float8 END AS "rollbackShare",
      CASE WHEN ended >= 1000 THEN deadlocks * 1e6 / ended::float8 END AS "deadlocksPerMillion",
      CASE WHEN pages >= 100000 THEN blks_hit / pages::float8 END AS "cacheHitShare",
      temp_files AS "temporaryFiles", temp_bytes AS "temporaryBytes", begun::bigint AS sessions,
      CASE WHEN begun >= 1000 THEN ended / begun END AS "transactionsPerSession",
      CASE WHEN begun >= 1000 THEN lost / begun END AS "lostSessionShare"
    FROM counted
    """
  }

  /// A table is due once its dead rows exceed a base plus a share of its rows, and since version 18 once they exceed a number
  /// that is the same for all tables (manual, section 24.1.6).
  private static let neglected = Section(
    "unvacuumedTables", .list, "tables of this database with more dead rows than make autovacuum come",
    [
      .init("name", .text, "the table"),
      .init("deadRows", .integer, "nobody sees them any more"),
      .init("liveRows", .integer, "the others"),
      .init("overdue", .number, "dead rows over what makes autovacuum come"),
      .init("isAutomatic", .boolean, "autovacuum may come"),
      .init("vacuumedSecondsAgo", .number, "null if never"),
    ]
  ) { _ in
    """
    WITH told AS (
      SELECT s.schemaname, s.relname, s.n_dead_tup, s.n_live_tup, greatest(s.last_vacuum, s.last_autovacuum) AS vacuumed,
        greatest(c.reltuples, 0)::float8 AS rows,
        (SELECT o.option_value FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_enabled')
          AS enabled,
        (SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
          WHERE o.option_name = 'autovacuum_vacuum_threshold') AS base,
        (SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
          WHERE o.option_name = 'autovacuum_vacuum_scale_factor') AS share,
        coalesce((SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
          WHERE o.option_name = 'autovacuum_vacuum_max_threshold'),
          current_setting('autovacuum_vacuum_max_threshold', true))::float8 AS most
      FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid WHERE c.relpersistence <> 't'
    ), judged AS (
      SELECT t.*, coalesce(t.enabled::boolean, true) AND current_setting('autovacuum')::boolean AS automatic,
        least(
          coalesce(t.base, current_setting('autovacuum_vacuum_threshold'))::float8
            + coalesce(t.share, current_setting('autovacuum_vacuum_scale_factor'))::float8 * t.rows,
          CASE WHEN t.most >= 0 THEN t.most END) AS due
      FROM told t
    )
    SELECT format('%I.%I', schemaname, relname) AS name, n_dead_tup AS "deadRows", n_live_tup AS "liveRows",
      n_dead_tup / greatest(due, 1) AS overdue, automatic AS "isAutomatic",
      extract(epoch FROM now() - vacuumed)::float8 AS "vacuumedSecondsAgo"
    FROM judged
    WHERE n_dead_tup >= 10000 AND n_dead_tup > due
    ORDER BY n_dead_tup DESC, 1 LIMIT \(Section.mostRows + 1)
    """
  }

  private static let checkpoints = Section(
    "checkpoints", .list, "how often the server brings its pages to disk, as one element",
    [
      .init("timed", .integer, "because it was time"),
      .init("requested", .integer, "because the log had grown too much, or somebody asked"),
      .init("requestedShare", .number, "of all; null under 50 of them"),
    ]
  ) { version in
    let (timed, requested, view) =
      version >= 170_000
      ? ("num_timed", "num_requested", "pg_stat_checkpointer")
      : ("checkpoints_timed", "checkpoints_req", "pg_stat_bgwriter")
    return """
      SELECT \(timed) AS timed, \(requested) AS requested,
        CASE WHEN \(timed) + \(requested) >= 50 THEN \(requested) / (\(timed) + \(requested))::float8 END AS "requestedShare"
      FROM \(view)
      """
  }

  private static let archiver = Section(
    "archiver", .one, "whether the write-ahead log gets into its archive",
    [
      .init("mode", .text, "off, on or always"),
      .init("archived", .integer, "files that got there"),
      .init("failed", .integer, "attempts that did not"),
      .init("isFailing", .boolean, "the last attempt did not"),
      .init("archivedSecondsAgo", .number, "null if never"),
    ]
  ) { _ in
    """
    SELECT current_setting('archive_mode') AS mode, archived_count AS archived, failed_count AS failed,
      coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) AS "isFailing",
      extract(epoch FROM now() - last_archived_time)::float8 AS "archivedSecondsAgo"
    FROM pg_stat_archiver
    """
  }

  private static let pending = Section(
    "pendingSettings", .list, seenBy: .member("pg_read_all_settings"),
    "settings whose files say something else than the server does until it is restarted",
    [.init("name", .text, "the setting")]
  ) { _ in
    "SELECT name FROM pg_settings WHERE pending_restart ORDER BY 1 LIMIT \(Section.mostRows + 1)"
  }
}
