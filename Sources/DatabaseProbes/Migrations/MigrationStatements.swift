/// What the auditor asks about migrations.
enum MigrationStatements {
  /// Every table whose name or columns a migration tool may have given it, with its columns.
  static let candidates = """
    SELECT c.oid::regclass::text AS table_name, c.relname AS name, n.nspname AS schema,
      pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS has_usage,
      pg_catalog.has_table_privilege(c.oid, 'SELECT') AS has_select,
      pg_catalog.quote_ident(n.nspname) AS quoted_schema,
      pg_catalog.string_agg(a.attname, ',' ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING c.relname ~* '(migrat|flyway|alembic|goose|databasechangelog|SequelizeMeta|atlas_schema_revisions|schema_history)'
      OR pg_catalog.count(*) = 2 AND pg_catalog.bool_and(a.attname IN ('version', 'dirty'))
    ORDER BY 3, 2
    LIMIT \(mostCandidates)
    """

  /// More tables than this are not looked at: one for each of a thousand tenants, say.
  static let mostCandidates = 200

  /// The sizes of the tables of applications, the largest first, by what vacuum last counted: that takes no lock. A partitioned
  /// table is as large as its partitions.
  static let tables = """
    SELECT n.nspname AS schema, c.relname AS name,
      CASE WHEN c.relkind = 'p' THEN s.rows ELSE c.reltuples END::bigint AS rows,
      CASE WHEN c.relkind = 'p' THEN s.pages ELSE c.relpages END::bigint
        * pg_catalog.current_setting('block_size')::bigint AS bytes
    FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN LATERAL (
        SELECT pg_catalog.sum(GREATEST(l.reltuples, 0)) AS rows, pg_catalog.sum(l.relpages) AS pages
        FROM pg_catalog.pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class l ON l.oid = t.relid
        WHERE c.relkind = 'p' AND t.isleaf
      ) s ON true
    WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY 4 DESC NULLS LAST
    LIMIT \(mostTables)
    """

  /// More tables than this are not listed.
  static let mostTables = 20_000

  /// Who holds Liquibase's lock, and since how many minutes.
  static func liquibaseLock(_ table: String) -> String {
    """
    SELECT locked AS held, lockedby AS holder,
      (EXTRACT(epoch FROM pg_catalog.now() - lockgranted) / 60)::bigint AS minutes FROM \(table) WHERE locked LIMIT 1
    """
  }

  /// Whether Knex's lock is held; it does not say since when.
  static func knexLock(_ table: String) -> String {
    "SELECT true AS held, NULL AS holder, NULL AS minutes FROM \(table) WHERE is_locked = 1 LIMIT 1"
  }
}
