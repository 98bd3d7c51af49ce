/// A schema as the server describes it, object by object, so that two can be compared.
struct SchemaSnapshot: Sendable, Hashable {
  /// The definitions by what they define.
  private(set) var objects: [String: String] = [:]

  init(_ rows: [(object: String, definition: String)]) {
    for row in rows { objects[row.object, default: ""] += row.definition + "\n" }
  }

  /// What differs from another, by name.
  func differences(from other: SchemaSnapshot) -> [String] {
    Set(objects.keys).union(other.objects.keys).filter { objects[$0] != other.objects[$0] }.sorted()
  }

  /// Every object outside the system's schemas, with what makes it what it is. The order of columns counts only among them.
  static let statement = """
    WITH n AS (
      SELECT oid, nspname FROM pg_catalog.pg_namespace
      WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg\\_%'
    )
    SELECT 'schema ' || nspname AS object, '' AS definition FROM n
    UNION ALL
    SELECT 'relation ' || n.nspname || '.' || c.relname, c.relkind::text || ' ' || c.relpersistence::text || ' '
      || c.relrowsecurity || ' ' || c.relforcerowsecurity || ' ' || coalesce(c.reloptions::text, '') || ' '
      || coalesce(pg_catalog.pg_get_partkeydef(c.oid), '') || ' ' || coalesce(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '')
    FROM pg_catalog.pg_class c JOIN n ON n.oid = c.relnamespace WHERE c.relkind NOT IN ('t', 'c')
    UNION ALL
    SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname,
      pg_catalog.format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || a.attidentity::text || ' '
      || a.attgenerated::text || ' ' || coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'c')
    UNION ALL
    SELECT 'constraint ' || n.nspname || '.' || coalesce(c.relname, t.typname) || '.' || k.conname,
      pg_catalog.pg_get_constraintdef(k.oid) || ' ' || k.convalidated
    FROM pg_catalog.pg_constraint k JOIN n ON n.oid = k.connamespace
      LEFT JOIN pg_catalog.pg_class c ON c.oid = k.conrelid LEFT JOIN pg_catalog.pg_type t ON t.oid = k.contypid
    UNION ALL
    SELECT 'index ' || n.nspname || '.' || c.relname, pg_catalog.pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN n ON n.oid = c.relnamespace
    UNION ALL
    SELECT 'view ' || n.nspname || '.' || c.relname, pg_catalog.pg_get_viewdef(c.oid)
    FROM pg_catalog.pg_class c JOIN n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm')
    UNION ALL
    SELECT 'trigger ' || n.nspname || '.' || c.relname || '.' || g.tgname,
      pg_catalog.pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
    FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN n ON n.oid = c.relnamespace
    WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'function ' || n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
      CASE WHEN p.prokind = 'a' THEN 'aggregate' ELSE pg_catalog.pg_get_functiondef(p.oid) END
    FROM pg_catalog.pg_proc p JOIN n ON n.oid = p.pronamespace
      LEFT JOIN pg_catalog.pg_depend e ON e.objid = p.oid AND e.classid = 'pg_proc'::regclass AND e.deptype = 'e'
    WHERE e.objid IS NULL
    UNION ALL
    SELECT 'type ' || n.nspname || '.' || t.typname, t.typtype::text || ' ' || t.typnotnull || ' '
      || coalesce(t.typdefault, '') || ' ' || CASE WHEN t.typbasetype = 0 THEN '' ELSE pg_catalog.format_type(t.typbasetype, t.typtypmod) END
      || coalesce((SELECT pg_catalog.string_agg(v.enumlabel, ',' ORDER BY v.enumsortorder) FROM pg_catalog.pg_enum v WHERE v.enumtypid = t.oid), '')
    FROM pg_catalog.pg_type t JOIN n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd')
    UNION ALL
    SELECT 'sequence ' || n.nspname || '.' || c.relname, s.seqtypid::regtype::text || ' ' || s.seqstart || ' ' || s.seqincrement
      || ' ' || s.seqmin || ' ' || s.seqmax || ' ' || s.seqcycle
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN n ON n.oid = c.relnamespace
    UNION ALL
    SELECT 'policy ' || n.nspname || '.' || c.relname || '.' || p.polname, p.polcmd::text || ' ' || p.polpermissive || ' '
      || coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), '') || ' '
      || coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), '')
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid JOIN n ON n.oid = c.relnamespace
    UNION ALL
    SELECT 'extension ' || extname, extversion FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
    ORDER BY 1, 2
    """
}
