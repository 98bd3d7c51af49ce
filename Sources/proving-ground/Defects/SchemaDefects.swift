extension Defect {
  /// What can be wrong within the database.
  static let schema = [
    within(
      "foreign-key-unindexed", "no index serves the reference from events to venues", .foreignKeyIndexes,
      ["DROP INDEX events_venue_id"]),
    within(
      "index-duplicated", "two indexes of the same column", .duplicateIndexes,
      ["CREATE INDEX sessions_account_again ON sessions (account_id)"]),
    within(
      "index-invalid", "an index that was never finished", .indexBuilds,
      ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'events_search'::regclass"]),
    within(
      "table-without-key", "a table without a primary key", .tableKeys, ["CREATE TABLE notes (body text NOT NULL)"]),
    within(
      "sequence-nearly-out", "a sequence that has used up nine tenths of its numbers", .sequences,
      [
        "CREATE TABLE tickets (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
        "SELECT setval('tickets_id_seq', 2000000000)",
      ]),
    within(
      "foreign-key-narrow", "a reference that holds fewer numbers than what it refers to", .keyWidths,
      [
        "CREATE TABLE tags (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id integer REFERENCES events)",
        "CREATE INDEX tags_event_id ON tags (event_id)", "SET enable_seqscan = off",
        "SELECT id FROM tags WHERE event_id = 1",
      ]),
    within(
      "foreign-key-mistyped", "a reference of another type than what it refers to", .keyTypes,
      [
        "CREATE TABLE aliases (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, venue varchar REFERENCES venues (name))",
        "CREATE INDEX aliases_venue ON aliases (venue)", "SET enable_seqscan = off",
        "SELECT id FROM aliases WHERE venue = 'x'",
      ]),
    within(
      "foreign-key-twice", "the same reference declared twice", .keyRepetition,
      ["ALTER TABLE events ADD CONSTRAINT events_venue_again FOREIGN KEY (venue_id) REFERENCES venues"]),
    within(
      "constraint-unvalidated", "a constraint that was never checked against the rows there are", .constraintChecks,
      ["ALTER TABLE events ADD CONSTRAINT title_given CHECK (title <> '') NOT VALID"]),
    within(
      "table-unlogged", "a table that a crash empties", .tableDurability,
      ["CREATE UNLOGGED TABLE carts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)"]),
    within(
      "policy-idle", "a policy on a table that does not heed policies", .idlePolicies,
      ["CREATE POLICY everybody ON venues USING (true)"]),
    within(
      "row-security-empty", "a table that heeds policies and has none", .emptyRowSecurity,
      [
        "CREATE TABLE drafts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
        "ALTER TABLE drafts ENABLE ROW LEVEL SECURITY",
      ]),
    within(
      "policy-open", "a policy that lets everybody change every row", .openPolicies,
      [
        "CREATE TABLE wishes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
        "ALTER TABLE wishes ENABLE ROW LEVEL SECURITY", "CREATE POLICY anybody ON wishes FOR UPDATE USING (true)",
      ]),
    within(
      "definer-unpinned", "a function with its owner's rights that trusts the search path", .definers,
      ["CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM public.events'"]
    ),
    within(
      "definer-open", "every role may call a function with its owner's rights", .definers,
      [
        """
        CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
        AS 'SELECT count(*) FROM public.events'
        """
      ]),
    within(
      "function-unpinned", "a function that trusts the search path", .functions,
      ["CREATE FUNCTION doubled(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 * 2'"]),
    within("tables-open", "every role may read a table", .tableRights, ["GRANT SELECT ON venues TO PUBLIC"]),
    within(
      "schema-open", "every role may create objects in the schema of the platform", .schemaRights,
      ["GRANT CREATE ON SCHEMA public TO PUBLIC"]),
    within(
      "extension-in-public", "an extension lies among the tables of the platform", .extensionPlaces,
      ["CREATE EXTENSION pgcrypto SCHEMA public"]),
    within(
      "autovacuum-off", "a table that nobody cleans", .vacuuming, ["ALTER TABLE venues SET (autovacuum_enabled = off)"]),
    within(
      "statements-uncounted", "nothing counts statements", .statementCounts, ["DROP EXTENSION pg_stat_statements"]),
    within(
      "application-makes-roles", "the services may make roles", .applicationRights, ["ALTER ROLE events_app CREATEROLE"]
    ),
    within(
      "application-unbounded", "nothing ends the long statements of the services", .applicationTimeouts,
      ["ALTER ROLE events_app RESET statement_timeout"]),
    within(
      "application-reads-files", "the services may read files of the server", .roleMembership,
      ["GRANT pg_read_server_files TO events_app"]),
    within(
      "superusers-many", "three superusers may log in", .superusers,
      ["CREATE ROLE anna SUPERUSER LOGIN", "CREATE ROLE otto SUPERUSER LOGIN"]),
    within(
      "setting-awaits-restart", "a setting was changed and waits for a restart", .pendingSettings,
      ["ALTER SYSTEM SET max_worker_processes = 12", "SELECT pg_reload_conf()"]),
    within(
      "slot-abandoned", "a replication slot that nobody reads", .slots,
      ["SELECT pg_create_physical_replication_slot('left_behind', true)"]),
    within(
      "column-money", "a column whose meaning depends on the locale", .columnTypes,
      ["CREATE TABLE fees (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount money)"]),
    Defect(id: "archive-broken", summary: "the database's log cannot be archived", part: .archive) {
      $0.databaseSettings["archive_command"] = "'false'"
    },
    Defect(id: "archive-off", summary: "the database's log is not archived", part: .archive) {
      $0.databaseSettings["archive_mode"] = "off"
    },
    Defect(
      id: "access-without-password", summary: "the database believes whoever comes over TLS", part: .databaseAccess
    ) { $0.firstAccessRule = "hostssl all all 127.0.0.1/32 trust\n" },
    Defect(
      id: "access-without-tls", summary: "the database lets a whole network in without TLS", part: .databaseAccess
    ) { $0.firstAccessRule = "host all all 10.0.0.0/8 scram-sha-256\n" },
    Defect(
      id: "access-by-bare-password", summary: "the database has one role send its password as it is",
      part: .databaseAccess
    ) { $0.firstAccessRule = "hostssl events reporting 127.0.0.1/32 password\n" },
  ]

  /// A defect that SQL makes.
  static func within(
    _ id: String, _ summary: String, _ part: Part, also: [Part] = [], _ statements: [String]
  ) -> Defect {
    Defect(id: id, summary: summary, part: part, also: also) { $0.databaseStatements += statements }
  }
}
