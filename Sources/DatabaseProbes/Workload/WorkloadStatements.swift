/// What the auditor asks about a server's statements.
enum WorkloadStatements {
  /// At most this many statements are planned, and no more than carry this share of the load, the first ones in any case.
  static let mostStatements = 200
  static let shareLookedAt = 0.95
  static let leastStatements = 50

  static let circumstances = """
    SELECT current_setting('server_version_num') AS version, current_user AS role,
      pg_has_role('pg_read_all_stats', 'USAGE') AS sees,
      (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_stat_statements') AS counting,
      (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'pg_stat_statements') AS counting_version,
      (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'hypopg') AS hypothetical
    """

  /// The columns differ with the extension's version, which may be older than the server's.
  static func columns(schema: String) -> String {
    """
    SELECT string_agg(a.attname, ',') AS columns, to_regclass('\(doubled(schema)).pg_stat_statements_info') AS info
    FROM pg_attribute a
    WHERE a.attrelid = '\(doubled(schema)).pg_stat_statements'::regclass AND a.attnum > 0 AND NOT a.attisdropped
    """
  }

  private static func doubled(_ name: String) -> String {
    name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
  }

  static func window(schema: String) -> String {
    """
    SELECT dealloc AS lost, extract(epoch FROM now() - stats_reset)::bigint AS seconds
    FROM \(schema).pg_stat_statements_info
    """
  }

  /// The auditor's own are left out; a statement of several roles is one, and counts for the role that spends most on it.
  static func statements(schema: String, columns: Set<String>) -> String {
    let time = columns.contains("total_exec_time") ? "total_exec_time" : "total_time"
    return """
      WITH seen AS (
        SELECT s.queryid, s.userid, s.query, s.calls, s.\(time) AS total, s.rows
        FROM \(schema).pg_stat_statements s
        WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND s.userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
          \(columns.contains("toplevel") ? "AND s.toplevel" : "")
      ), grouped AS (
        SELECT queryid, min(query) AS query, sum(calls) AS calls, sum(total) AS total, sum(rows) AS rows,
          (array_agg(userid ORDER BY total DESC))[1] AS userid
        FROM seen GROUP BY queryid
      )
      SELECT queryid AS id, query, calls, total, rows, userid, sum(total) OVER () AS load, count(*) OVER () AS statements
      FROM grouped ORDER BY total DESC, queryid LIMIT \(mostStatements)
      """
  }

  /// Where the names of a role's statements are looked up: its setting in this database, of its own, of the database, or the
  /// server's, with its own name in place of `"$user"`.
  static let paths = """
    WITH told AS MATERIALIZED (
      SELECT d.setrole, d.setdatabase, substr(c, strpos(c, '=') + 1) AS value
      FROM pg_db_role_setting d, unnest(d.setconfig) c
      WHERE d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND split_part(c, '=', 1) = 'search_path'
    )
    SELECT p.userid, p.path, EXISTS (
      SELECT FROM pg_namespace n WHERE strpos(p.path, quote_ident(n.nspname)) > 0
        AND NOT has_schema_privilege(n.oid, 'USAGE')) AS blocked
    FROM (
      SELECT r.oid AS userid, replace(coalesce(
          (SELECT t.value FROM told t WHERE t.setrole IN (r.oid, 0) AND NOT (t.setrole = 0 AND t.setdatabase = 0)
            ORDER BY t.setrole <> 0 DESC, t.setdatabase <> 0 DESC LIMIT 1),
          (SELECT s.reset_val FROM pg_settings s WHERE s.name = 'search_path' AND NOT EXISTS (
            SELECT FROM told t JOIN pg_roles u ON u.oid = t.setrole AND u.rolname = current_user)),
          '"$user", public'), '"$user"', quote_ident(r.rolname)) AS path
      FROM pg_roles r WHERE r.oid = ANY (string_to_array($1, ',')::oid[])
    ) p
    """

  /// Tables that are worth an index: smaller ones are read from end to end as fast.
  static let largeTables = """
    SELECT n.nspname AS schema, c.relname AS "table", c.reltuples::float8 AS rows,
      format('%I.%I', n.nspname, c.relname) AS name,
      (SELECT format('%I.%I', m.nspname, p.relname) FROM pg_class p JOIN pg_namespace m ON m.oid = p.relnamespace
        WHERE p.oid = pg_partition_root(c.oid)) AS root,
      (SELECT json_agg(a.attname) FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.reltuples >= 10000 AND c.relpages >= 1000
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY c.reltuples DESC LIMIT 5000
    """
}
