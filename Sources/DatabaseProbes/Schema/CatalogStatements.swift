/// What is asked of the system catalogs, each statement a single read; what differs between versions is left out where the
/// server does not have it.
enum CatalogStatements {
  /// Schemas with tables of users.
  private static let isOfUsers = """
    n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    """

  /// Who asks, where, and since when the server counts.
  ///
  /// From 15 on, a database that was never reset has no time of a reset; then what counts is that of the background writer,
  /// which is also set when the server had to discard its statistics after a crash.
  static let identity = """
    SELECT current_database() AS database, current_user AS role,
      current_setting('server_version_num') AS version, pg_is_in_recovery() AS in_recovery,
      current_setting('track_counts') AS counts, current_setting('block_size') AS block_size,
      to_char(coalesce(d.stats_reset, w.stats_reset) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
      extract(epoch FROM now() - coalesce(d.stats_reset, w.stats_reset)) / 86400 AS days,
      (SELECT count(*) FROM pg_catalog.pg_stat_replication r WHERE r.state IS NULL OR r.state <> 'backup')
        + (SELECT count(*) FROM pg_catalog.pg_replication_slots WHERE slot_type = 'physical' AND NOT active) AS replicas,
      EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'ag_catalog' AND c.relname = 'ag_label') AS graphs
    FROM pg_catalog.pg_stat_database d CROSS JOIN pg_catalog.pg_stat_bgwriter w
    WHERE d.datname = current_database()
    """

  /// Tables and what looks like one, without those of extensions.
  static let relations = """
    SELECT c.oid AS id, quote_ident(n.nspname) AS schema, quote_ident(c.relname) AS name, c.relname AS stored,
      c.relkind AS kind, c.relispartition AS partition, c.relpersistence AS persistence,
      c.reltuples::bigint AS rows, c.relpages AS pages, c.relreplident AS identity,
      array_to_string(c.reloptions, ' ') AS options, c.relrowsecurity AS secured,
      coalesce(t.description ~ '[^[:space:]]', false) AS described,
      (SELECT string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) FROM aclexplode(c.relacl) a
        WHERE a.grantee = 0) AS granted,
      (SELECT string_agg(h.inhparent::text, ' ') FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid) AS parents,
      pg_stat_get_live_tuples(c.oid) AS alive, pg_stat_get_numscans(c.oid) AS scans,
      pg_stat_get_tuples_returned(c.oid) AS scanned, pg_stat_get_tuples_inserted(c.oid) AS inserts,
      pg_stat_get_tuples_updated(c.oid) AS updates, pg_stat_get_tuples_deleted(c.oid) AS deletes
    FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_depend e ON e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.objsubid = 0
        AND e.deptype = 'e'
      LEFT JOIN pg_catalog.pg_description t ON t.classoid = 'pg_class'::regclass AND t.objoid = c.oid AND t.objsubid = 0
    WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND e.objid IS NULL AND \(isOfUsers)
    """

  /// The columns of everything but views.
  static let columns = """
    SELECT a.attrelid AS table, a.attnum AS number, quote_ident(a.attname) AS name, a.attname AS stored,
      a.atttypid AS type, a.atttypmod AS modifier, format_type(a.atttypid, a.atttypmod) AS type_name,
      y.typcategory AS category, a.attcollation AS collation, a.attnotnull AS required, a.attidentity <> '' AS identity,
      coalesce(t.description ~ '[^[:space:]]', false) AS described
    FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_description t ON t.classoid = 'pg_class'::regclass AND t.objoid = c.oid
        AND t.objsubid = a.attnum
    WHERE c.relkind IN ('r', 'p', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped AND \(isOfUsers)
    ORDER BY a.attrelid, a.attnum
    """

  /// The indexes, with their conditions, and the definitions of their key positions where one of them is an expression.
  ///
  /// The server prints these two only under a lock on the table; `sparingLocked` does without where a migration holds it.
  static func indexes(version: Int, sparingLocked: Bool) -> String {
    let locked =
      sparingLocked
      ? """
      i.indrelid IN (SELECT l.relation FROM pg_catalog.pg_locks l
          WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
            AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
      """ : "false"
    return """
      SELECT i.indexrelid AS id, i.indrelid AS table, quote_ident(n.nspname) AS schema, quote_ident(c.relname) AS name,
        c.relname AS stored, m.amname AS method, h.inhparent AS parent, c.relkind = 'I' AS partitioned,
        i.indisunique AS unique, i.indisprimary AS primary, i.indisexclusion AS exclusion, i.indimmediate AS immediate,
        i.indisvalid AS valid, i.indisready AS ready, i.indislive AS live, i.indisreplident AS identity,
        i.indisclustered AS clustered, \(version >= 150_000 ? "i.indnullsnotdistinct" : "false") AS equal_nulls,
        i.indnkeyatts AS keys, i.indkey AS columns, i.indclass AS classes, i.indcollation AS collations,
        i.indoption AS options,
        (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL) AND \(locked) AS hidden,
        CASE WHEN i.indpred IS NOT NULL AND NOT (\(locked)) THEN pg_get_expr(i.indpred, i.indrelid) END AS predicate,
        CASE WHEN i.indexprs IS NOT NULL AND NOT (\(locked)) THEN array_to_json(ARRAY(
          SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k ORDER BY k)) END
          AS expressions,
        array_to_string(c.reloptions, ' ') AS parameters, c.relpages AS pages,
        CASE WHEN m.amname NOT IN ('btree', 'hash') THEN (
          SELECT string_agg(a.attnum || array_to_string(a.attoptions, ','), ' ' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attoptions IS NOT NULL) END
          AS operator_options,
        pg_stat_get_numscans(i.indexrelid) AS scans
      FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_am m ON m.oid = c.relam
        LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
      WHERE \(isOfUsers)
      """
  }

  /// Keys, exclusions, foreign keys, checks, and whatever else was never held against the rows.
  static func constraints(version: Int) -> String {
    let enforced = version >= 180_000 ? "c.conenforced" : "true"
    return """
      SELECT c.oid AS id, quote_ident(c.conname) AS name, c.conname AS stored, c.contype AS kind, c.conrelid AS table,
        CASE WHEN c.contypid <> 0 THEN format_type(c.contypid, NULL) END AS domain,
        array_to_string(c.conkey, ' ') AS columns, c.confrelid AS referenced,
        array_to_string(c.confkey, ' ') AS referenced_columns, array_to_string(c.conpfeqop, ' ') AS equalities,
        nullif(c.conparentid, 0) AS parent, c.coninhcount > 0 AS inherited, nullif(c.conindid, 0) AS index, c.confdeltype AS on_delete,
        c.confmatchtype = 'f' AS full_match, c.convalidated AS validated, \(enforced) AS enforced,
        \(version >= 180_000 ? "c.conperiod" : "false") AS period
      FROM pg_catalog.pg_constraint c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
        LEFT JOIN pg_catalog.pg_depend e ON e.classid = 'pg_constraint'::regclass AND e.objid = c.oid AND e.deptype = 'e'
      WHERE (c.contype IN ('p', 'u', 'x', 'f', 'c') OR NOT c.convalidated OR NOT \(enforced)) AND e.objid IS NULL
        AND \(isOfUsers)
      """
  }

  static let domains = "SELECT oid AS id, typbasetype AS base FROM pg_catalog.pg_type WHERE typtype = 'd'"

  static let operatorClasses = "SELECT oid AS id, opcname AS name, opcfamily AS family FROM pg_catalog.pg_opclass"

  /// Strategy 3 of a btree and strategy 1 of a hash are equality (PostgreSQL manual, section 36.16.2).
  static let equalities = """
    SELECT o.amopfamily AS family, o.amopopr AS operator
    FROM pg_catalog.pg_amop o JOIN pg_catalog.pg_am m ON m.oid = o.amopmethod
    WHERE o.amoppurpose = 's' AND (m.amname = 'btree' AND o.amopstrategy = 3 OR m.amname = 'hash' AND o.amopstrategy = 1)
    """

  static let commutators = """
    SELECT oid AS id, oprcom AS commutator FROM pg_catalog.pg_operator
    WHERE oprcom <> 0 AND oid IN (SELECT unnest(conpfeqop) FROM pg_catalog.pg_constraint WHERE contype = 'f')
    """

  /// Index builds under way; whose they are is shown to members of pg_read_all_stats only.
  static let builds = """
    SELECT relid AS table FROM pg_catalog.pg_stat_progress_create_index WHERE datid IS NULL OR datname = current_database()
    """

  /// The sequences; their last values only those see who may read them.
  static let sequences = """
    SELECT c.oid AS id, quote_ident(n.nspname) AS schema, quote_ident(c.relname) AS name, c.relname AS stored,
      q.seqincrement AS increment, q.seqmin AS minimum, q.seqmax AS maximum, q.seqcycle AS cycles, q.seqstart AS start,
      c.relpersistence AS persistence,
      has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable
    FROM pg_catalog.pg_sequence q
      JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_depend e ON e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
    WHERE e.objid IS NULL AND \(isOfUsers)
    """

  /// The last values of the next \(sequencesAtOnce) sequences by number; null before the first use.
  ///
  /// Reading one takes a lock on it that is held to the end of the transaction, and the server has room for some thousands.
  static func lastValues(after id: ObjectID) -> String {
    """
    SELECT s.id, pg_sequence_last_value(s.id) AS last FROM (
      SELECT q.seqrelid AS id
      FROM pg_catalog.pg_sequence q
        JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE q.seqrelid > \(id) AND has_sequence_privilege(q.seqrelid, 'SELECT, USAGE')
        AND NOT (c.relpersistence = 'u' AND pg_is_in_recovery()) AND \(isOfUsers)
      ORDER BY q.seqrelid LIMIT \(sequencesAtOnce)) s
    ORDER BY s.id
    """
  }

  static let sequencesAtOnce = 200

  /// The columns that sequences feed: as serial or identity columns, as their owners alone, as an application may ask for
  /// the numbers itself, or by any default that names the sequence.
  static let fedColumns = """
    SELECT d.objid AS sequence, d.refobjid AS table, d.refobjsubid AS number,
      d.deptype = 'i' OR EXISTS (
        SELECT FROM pg_catalog.pg_attrdef f
          JOIN pg_catalog.pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid
            AND u.refclassid = 'pg_class'::regclass AND u.refobjid = d.objid
        WHERE f.adrelid = d.refobjid AND f.adnum = d.refobjsubid) AS owned
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      AND d.refobjsubid > 0
    UNION
    SELECT d.refobjid, f.adrelid, f.adnum, false
    FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_attrdef f ON f.oid = d.objid
      JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind = 'S'
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
    """

  /// What is known of the width of rows, of the tables with more than \(BloatEstimate.fewestPages) pages.
  static let widths = """
    SELECT c.oid AS table, count(*) AS columns, count(s.attname) AS known,
      sum((1 - s.null_frac) * s.avg_width) AS width, bool_or(s.null_frac > 0) AS nulls,
      has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) AS readable
    FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
        AND NOT s.inherited
    WHERE c.relkind IN ('r', 'm') AND c.relpages > \(BloatEstimate.fewestPages) AND c.reltuples > 0 AND \(isOfUsers)
    GROUP BY c.oid
    """

  /// Functions, aggregates and procedures of users.
  static let routines = """
    SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
        || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
      p.proname AS stored, quote_ident(p.proname) AS written, p.prokind = 'a' AS aggregate, p.prosecdef AS definer,
      has_function_privilege('public', p.oid, 'EXECUTE') AS open,
      p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) AS trigger,
      coalesce(array_to_string(p.proconfig, ' ') ~ '(^| )search_path=', false) AS pinned,
      coalesce(t.description ~ '[^[:space:]]', false) AS described
    FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      LEFT JOIN pg_catalog.pg_depend e ON e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e'
      LEFT JOIN pg_catalog.pg_description t ON t.classoid = 'pg_proc'::regclass AND t.objoid = p.oid
    WHERE e.objid IS NULL AND p.prokind IN ('f', 'p', 'w', 'a') AND \(isOfUsers)
    ORDER BY 1
    """

  /// Row security policies; role 0 is everybody.
  static let policies = """
    SELECT p.polrelid AS table, quote_ident(p.polname) AS name, p.polpermissive AS permissive, p.polcmd AS command,
      array_to_string(p.polroles, ' ') AS roles, pg_get_expr(p.polqual, p.polrelid) AS condition,
      pg_get_expr(p.polwithcheck, p.polrelid) AS check
    FROM pg_catalog.pg_policy p
    ORDER BY p.polrelid, p.polname
    """

  /// Which views read which tables that row security guards, and which other views.
  static let guardedReads = """
    SELECT DISTINCT r.ev_class AS view, t.oid AS table
    FROM pg_catalog.pg_rewrite r
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_class'::regclass
      JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND (t.relrowsecurity OR t.relkind = 'v') AND t.oid <> r.ev_class
    ORDER BY 1, 2
    """

  /// The keywords that name a table or a column without quotes (`C`), or a routine (`T`), although the server always quotes
  /// them: `position`, `left`.
  static let keywords = "SELECT word, catcode AS kind FROM pg_get_keywords() WHERE catcode IN ('C', 'T')"

  /// The extensions, with the version an update would bring.
  static let extensions = """
    SELECT e.extname AS name, quote_ident(n.nspname) AS schema, e.extversion AS version, a.default_version AS available
    FROM pg_catalog.pg_extension e
      JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
      LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname
    ORDER BY 1
    """

  /// The types that the extension `vector` brings, wherever it lives.
  static let vectorTypes = """
    SELECT t.oid AS id, t.typname AS name
    FROM pg_catalog.pg_type t
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
        AND d.refclassid = 'pg_extension'::regclass
      JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'vector'
    WHERE t.typname IN ('vector', 'halfvec', 'sparsevec')
    """

  /// The columns that the expressions of nearest-neighbour indexes read.
  static let indexedExpressions = """
    SELECT c.oid AS index, d.refobjsubid AS number
    FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname IN ('hnsw', 'ivfflat', 'diskann', 'vchordrq')
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
    """

  /// The label tables of Apache AGE; the two that every graph has as roots hold no rows of their own.
  static let graphLabels = """
    SELECT g.name AS graph, l.name AS label, l.kind::text AS kind, l.relation::oid AS table
    FROM ag_catalog.ag_label l JOIN ag_catalog.ag_graph g ON g.graphid = l.graph
    WHERE l.name NOT IN ('_ag_label_vertex', '_ag_label_edge')
    ORDER BY 1, 2
    """
}
