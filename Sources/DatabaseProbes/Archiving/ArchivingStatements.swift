/// What the auditor asks a server about its archive of the write-ahead log.
enum ArchivingStatements {
  /// The settings that decide. Some are shown only to those who may read all settings: they come as nulls.
  static let settings = """
    SELECT pg_catalog.max(CASE name WHEN 'archive_mode' THEN setting END) AS mode,
      pg_catalog.max(CASE name WHEN 'archive_timeout' THEN setting END) AS timeout,
      pg_catalog.max(CASE name WHEN 'wal_level' THEN setting END) AS level,
      pg_catalog.max(CASE name WHEN 'wal_segment_size' THEN setting END) AS segment_size,
      pg_catalog.max(CASE WHEN name IN ('archive_command', 'archive_library')
        THEN CASE WHEN setting IN ('', '(disabled)') THEN '' ELSE 'set' END END) AS way,
      pg_catalog.pg_is_in_recovery() AS in_recovery
    FROM pg_catalog.pg_settings
    WHERE name IN ('archive_mode', 'archive_timeout', 'wal_level', 'wal_segment_size', 'archive_command', 'archive_library')
    """

  /// The archiver's own account. A name of another form than a segment's (`.history`, `.backup`) tells no position.
  static let archiver = """
    SELECT a.archived_count, a.failed_count, a.last_archived_wal, a.last_failed_wal,
      pg_catalog.floor(extract(epoch FROM a.last_archived_time))::bigint AS archived_at,
      pg_catalog.floor(extract(epoch FROM a.last_failed_time))::bigint AS failed_at,
      pg_catalog.floor(extract(epoch FROM pg_catalog.now()))::bigint AS now,
      coalesce(a.last_failed_time > a.last_archived_time, a.last_failed_time IS NOT NULL) AS failing,
      CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) END AS current_wal
    FROM pg_catalog.pg_stat_archiver a
    """

  /// Slots by which others fetch the log as it is written: how much of it they have not confirmed.
  static let receivers = """
    SELECT s.slot_name AS name, s.active,
      pg_catalog.pg_wal_lsn_diff(
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn()
          ELSE pg_catalog.pg_current_wal_lsn() END, s.restart_lsn)::bigint AS behind_bytes
    FROM pg_catalog.pg_replication_slots s
    WHERE s.slot_type = 'physical' AND NOT s.temporary
    ORDER BY s.slot_name
    LIMIT 100
    """
}
