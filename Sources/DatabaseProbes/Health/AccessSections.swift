/// Who may do what in a server: roles, grants, access rules.
enum AccessSections {
  static let all = [roles, openSchemas, rules]

  /// Whether the role of the alias `r` belongs to one of the roles that reach beyond the database.
  private static let reach = """
    coalesce((SELECT bool_or(pg_has_role(r.oid, p.oid, 'MEMBER')) FROM pg_roles p
      WHERE p.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')), false)
    """
  /// Whether it could make itself a superuser.
  private static let ascent = """
    coalesce((SELECT bool_or(pg_has_role(r.oid, p.oid, 'MEMBER')) FROM pg_roles p
      WHERE p.rolsuper AND p.oid <> r.oid), false)
    """

  private static let roles = Section(
    "roles", .list, "who may log in",
    [
      .init("name", .text, "the role"),
      .init("isSuperuser", .boolean, "may do anything"),
      .init("becomesSuperuser", .boolean, "is a member of a superuser"),
      .init("reachesServer", .boolean, "may run programs or use files on the server's host"),
      .init("createsRoles", .boolean, "may create roles"),
      .init("createsDatabases", .boolean, "may create databases"),
      .init("replicates", .boolean, "may copy the whole server"),
      .init("bypassesRLS", .boolean, "sees rows that policies hide"),
      .init("connectionLimit", .integer, "sessions it may have; null for no limit of its own"),
      .init("sessions", .integer, "sessions it has"),
      .init("isExpired", .boolean, "its password is valid no more"),
      .init("isAuditor", .boolean, "is the auditor's"),
    ]
  ) { _ in
    """
    SELECT r.rolname AS name, r.rolsuper AS "isSuperuser", NOT r.rolsuper AND \(ascent) AS "becomesSuperuser",
      r.rolsuper OR \(reach) AS "reachesServer", r.rolcreaterole AS "createsRoles", r.rolcreatedb AS "createsDatabases",
      r.rolreplication AS replicates, r.rolbypassrls AS "bypassesRLS",
      CASE WHEN r.rolconnlimit >= 0 THEN r.rolconnlimit END AS "connectionLimit",
      (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid) AS sessions,
      coalesce(r.rolvaliduntil < now(), false) AS "isExpired", r.rolname = current_user AS "isAuditor"
    FROM pg_roles r WHERE r.rolcanlogin ORDER BY 1 LIMIT \(Section.mostRows + 1)
    """
  }

  private static let openSchemas = Section(
    "openSchemas", .list, "schemas in which every role may create things",
    [.init("name", .text, "the schema")]
  ) { _ in
    """
    SELECT DISTINCT quote_ident(n.nspname) AS name FROM pg_namespace n, aclexplode(n.nspacl) a
    WHERE a.grantee = 0 AND a.privilege_type = 'CREATE' ORDER BY 1 LIMIT \(Section.mostRows + 1)
    """
  }

  /// The role an application logs in as, told by its name in `$1`. What a session of it starts with: the setting of the role in
  /// this database, else of the role, else of the database, else the server's, which the auditor sees unless a setting of
  /// its own hides it (manual, section 20.1.3).
  static let application = Section(
    "applicationRole", .one, "the role the application logs in as; null if the inventory names none",
    [
      .init("name", .text, "the role"),
      .init("exists", .boolean, "there is one of this name"),
      .init("mayLogIn", .boolean, "it may log in"),
      .init("isSuperuser", .boolean, "it may do anything"),
      .init("becomesSuperuser", .boolean, "it is a member of a superuser"),
      .init("reachesServer", .boolean, "it may run programs or use files on the server's host"),
      .init("createsRoles", .boolean, "it may create roles"),
      .init("createsDatabases", .boolean, "it may create databases"),
      .init("replicates", .boolean, "it may copy the whole server"),
      .init("bypassesRLS", .boolean, "it sees rows that policies hide"),
      .init("connectionLimit", .integer, "sessions it may have; null for no limit of its own"),
      .init("ownsDatabase", .boolean, "the database is its own"),
      .init("ownedTables", .integer, "tables that are its own"),
      .init("unboundTables", .integer, "of these, tables with policies that do not bind their owner"),
      .init("statementTimeout", .duration, "in milliseconds; 0 for none"),
      .init("idleInTransactionTimeout", .duration, "in milliseconds; 0 for none"),
      .init("lockTimeout", .duration, "in milliseconds; 0 for none"),
    ]
  ) { _ in
    """
    WITH told AS MATERIALIZED (
      SELECT d.setrole, d.setdatabase, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value
      FROM pg_db_role_setting d, unnest(d.setconfig) c
      WHERE d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    )
    SELECT q.name, r.oid IS NOT NULL AS exists, r.rolcanlogin AS "mayLogIn", r.rolsuper AS "isSuperuser",
      NOT r.rolsuper AND \(ascent) AS "becomesSuperuser", r.rolsuper OR \(reach) AS "reachesServer",
      r.rolcreaterole AS "createsRoles", r.rolcreatedb AS "createsDatabases", r.rolreplication AS replicates,
      r.rolbypassrls AS "bypassesRLS", CASE WHEN r.rolconnlimit >= 0 THEN r.rolconnlimit END AS "connectionLimit",
      (SELECT NOT r.rolsuper AND pg_has_role(r.oid, d.datdba, 'MEMBER') FROM pg_database d
        WHERE d.datname = current_database()) AS "ownsDatabase",
      \(ownedTables(where: "true")) AS "ownedTables",
      \(ownedTables(where: "c.relrowsecurity AND NOT c.relforcerowsecurity")) AS "unboundTables",
      \(setting("statement_timeout")) AS "statementTimeout",
      \(setting("idle_in_transaction_session_timeout")) AS "idleInTransactionTimeout",
      \(setting("lock_timeout")) AS "lockTimeout"
    FROM (SELECT $1::text AS name) q LEFT JOIN pg_roles r ON r.rolname = q.name
    """
  }

  private static func ownedTables(where condition: String) -> String {
    """
    CASE WHEN r.oid IS NOT NULL THEN (
        SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
          AND CASE WHEN r.rolsuper THEN c.relowner = r.oid ELSE pg_has_role(r.oid, c.relowner, 'MEMBER') END
          AND \(condition)) END
    """
  }

  private static func setting(_ name: String) -> String {
    """
    CASE WHEN r.oid IS NOT NULL THEN coalesce(
        (SELECT t.value FROM told t WHERE t.name = '\(name)' AND t.setrole IN (r.oid, 0)
          AND NOT (t.setrole = 0 AND t.setdatabase = 0)
          ORDER BY t.setrole <> 0 DESC, t.setdatabase <> 0 DESC LIMIT 1),
        (SELECT s.reset_val FROM pg_settings s WHERE s.name = '\(name)' AND NOT EXISTS (
          SELECT FROM told t JOIN pg_roles u ON u.oid = t.setrole AND u.rolname = current_user
          WHERE t.name = '\(name)'))) END
    """
  }

  /// The rules of the files, which may not be those the server goes by.
  ///
  /// The first rule that fits a connection decides, so one that an earlier rule for everybody covers admits nobody.
  private static let rules = Section(
    "accessRules", .list,
    seenBy: .granted(["EXECUTE ON FUNCTION pg_hba_file_rules()", "SELECT ON pg_hba_file_rules"]),
    "the lines of pg_hba.conf and what it includes",
    [
      .init("line", .text, "the file, unless it is the main one, and the line in it"),
      .init(
        "kind", .text, "local, host, hostssl, hostnossl, hostgssenc or hostnogssenc; null for a line that is no rule"),
      .init("database", .text, "the databases"),
      .init("user", .text, "the roles"),
      .init("address", .text, "the clients"),
      .init("method", .text, "how the client proves who it is"),
      .init("error", .text, "why the server does not take this line, and with it the whole file"),
      .init("isLoopback", .boolean, "it is for clients on the server's own host"),
      .init("admitsPlaintext", .boolean, "it lets clients in over the network without encryption"),
      .init("needsNoProof", .boolean, "it lets clients in without any proof of who they are"),
      .init("isReached", .boolean, "no line before it speaks for all of its clients"),
    ]
  ) { version in
    """
    WITH \(AccessRules.table(version))
    SELECT h.place AS line, h.type AS kind, array_to_string(h.database, ',') AS database,
      array_to_string(h.user_name, ',') AS "user",
      concat_ws('/', h.address, h.netmask) AS address, h.auth_method AS method, h.error,
      h.type = 'local' OR h.address IN ('samehost', 'localhost')
        OR coalesce(h.network <<= '127.0.0.0/8' OR h.network <<= '::1/128', false) AS "isLoopback",
      h.error IS NULL AND h.type IN (\(AccessRules.plaintextKinds)) AND h.auth_method <> 'reject'
        AND NOT h.covered AS "admitsPlaintext",
      h.error IS NULL AND h.auth_method = 'trust' AND NOT h.covered AS "needsNoProof",
      h.error IS NULL AND NOT h.covered AS "isReached"
    FROM (
      SELECT l.*, EXISTS (
        SELECT FROM rules e WHERE e.position < l.position AND e.error IS NULL
          AND (e.type = l.type OR e.type = 'host' AND l.type LIKE 'host%')
          AND (e.database = '{all}' AND NOT 'replication' = ANY (l.database) OR e.database = l.database)
          AND (e.user_name = '{all}' OR e.user_name = l.user_name)
          AND (e.type = 'local' OR e.address = 'all' OR e.address = l.address AND e.netmask IS NOT DISTINCT FROM l.netmask
            OR e.network >>= l.network)) AS covered
      FROM rules l
    ) h
    ORDER BY h.position LIMIT \(Section.mostRows + 1)
    """
  }
}
