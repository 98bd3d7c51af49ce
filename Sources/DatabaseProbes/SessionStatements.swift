/// What the auditor asks a server, each a single read.
enum SessionStatements {
  /// Bounds what a statement may cost the server, for this transaction only: behind a pooler in transaction mode, anything that
  /// outlives the transaction would be somebody else's surprise. Catalogs of many thousand tables are joined and sorted in
  /// memory, so that no temporary file is written, and no time goes into compiling what runs once.
  static let bounds = """
    SELECT pg_catalog.set_config('statement_timeout', $1, true), pg_catalog.set_config('lock_timeout', '1000', true),
      pg_catalog.set_config('search_path', 'pg_catalog', true), pg_catalog.set_config('work_mem', '64MB', true),
      pg_catalog.set_config('jit', 'off', true)
    """

  /// The longest the server may work on one statement unless told otherwise, in milliseconds.
  static let statementTimeout = 5000

  static let identity = """
    SELECT r.rolname AS role, r.rolsuper AS superuser, r.rolbypassrls AS bypasses,
      pg_catalog.pg_has_role(r.oid, 'pg_read_all_stats', 'USAGE') AS reads_stats,
      pg_catalog.pg_has_role(r.oid, 'pg_read_all_settings', 'USAGE') AS reads_settings,
      pg_catalog.current_setting('server_version') AS version,
      pg_catalog.current_setting('server_version_num') AS version_number,
      pg_catalog.pg_is_in_recovery() AS in_recovery
    FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
    """

  /// The values a session starts with: the current ones are bounded by this transaction.
  static let settings = """
    SELECT name, reset_val AS value FROM pg_catalog.pg_settings WHERE name = ANY (pg_catalog.string_to_array($1, ','))
    """

  /// Sessions that ordinary roles may open.
  static let room = """
    pg_catalog.current_setting('max_connections')::int
      - pg_catalog.current_setting('superuser_reserved_connections')::int
      - coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0)
    """

  /// Rows whose kind is not shown are those the role may not see.
  static let connections = """
    SELECT pg_catalog.count(*) FILTER (WHERE backend_type = 'client backend') AS used,
      pg_catalog.count(*) FILTER (WHERE backend_type IS NULL) AS hidden,
      \(room) AS maximum
    FROM pg_catalog.pg_stat_activity
    """

  /// The sessions that came over the network, the auditor's own left out. A session through a socket in the file system has
  /// no address and no need of encryption.
  static let sessions = """
    SELECT a.usename AS role, a.datname AS database, pg_catalog.host(a.client_addr) AS address,
      a.application_name AS application, coalesce(s.ssl, false) OR coalesce(g.encrypted, false) AS encrypted,
      s.version AS version,
      a.client_addr <<= inet '127.0.0.0/8' OR a.client_addr = inet '::1' AS loopback, pg_catalog.count(*) AS count
    FROM pg_catalog.pg_stat_activity a
      LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = a.pid
      LEFT JOIN pg_catalog.pg_stat_gssapi g ON g.pid = a.pid
    WHERE a.backend_type IN ('client backend', 'walsender') AND a.client_addr IS NOT NULL AND a.usesysid IS NOT NULL
      AND a.pid <> pg_catalog.pg_backend_pid()
      AND NOT (a.usename = current_user AND a.application_name = $1)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    ORDER BY 5, 1, 2, 3, 4, 6
    LIMIT \(mostSessions + 1)
    """

  /// More kinds of sessions than this are not listed.
  static let mostSessions = 1000
}
