extension Defect {
  /// What can be wrong with how the database is kept, and with what its catalogs say of that.
  static let upkeep = [
    within(
      "application-owns-table", "the services own a table, and may drop it", .applicationOwnership,
      [
        "CREATE TABLE bookmarks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
        "ALTER TABLE bookmarks OWNER TO events_app",
      ]),
    within(
      "checkpoints-forced", "the database writes its pages because the log is full, and not because it is time",
      .checkpointCauses, ["DO $$ BEGIN FOR n IN 1..60 LOOP EXECUTE 'CHECKPOINT'; END LOOP; END $$"]),
    within(
      "deadlocks-frequent", "more than one transaction in a hundred ends in a deadlock", .transactionEnds, deadlocks),
    within(
      "rollbacks-frequent", "most transactions are rolled back", .transactionEnds,
      ["DO $$ BEGIN FOR n IN 1..6000 LOOP PERFORM txid_current(); ROLLBACK; END LOOP; END $$"]),
    within("sessions-single-use", "a session is opened for every transaction", .transactionEnds, sessions),
    within(
      "extension-outdated", "an extension was not brought to the version that is installed", .extensionVersions,
      ["CREATE EXTENSION hstore SCHEMA monitoring VERSION '1.4'"]),
    within(
      "foreign-key-escapable", "a reference of two columns that a null in one of them switches off", .keyNulls,
      [
        "CREATE TABLE rooms (house bigint NOT NULL, room integer NOT NULL, PRIMARY KEY (house, room))",
        """
        CREATE TABLE bookings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, house bigint, room integer,
          FOREIGN KEY (house, room) REFERENCES rooms)
        """, "CREATE INDEX bookings_room ON bookings (house, room)",
      ]),
    within(
      "index-on-boolean", "an index that tells two kinds of rows apart", .indexKeys,
      [
        "ALTER TABLE accounts ADD COLUMN invited boolean NOT NULL DEFAULT false",
        "CREATE INDEX accounts_invited ON accounts (invited)", "SET enable_seqscan = off",
        "SELECT id FROM accounts WHERE invited",
      ]),
    within(
      "index-unread", "an index that nothing has read yet", .indexReads,
      ["CREATE INDEX accounts_role ON accounts (role)"]),
    upkept(
      "multixacts-old", "row locks of one and a half thousand million groups ago were never cleared away", .multixacts,
      ["UPDATE pg_database SET datminmxid = '2794967297'::xid WHERE datname = 'events'"]),
    upkept(
      "transactions-old", "rows of one and a half thousand million transactions ago were never frozen", .frozenRows,
      ["UPDATE pg_database SET datfrozenxid = '2794968296'::xid WHERE datname = 'events'"]),
    Defect(id: "page-damaged", summary: "a page of the database came back from its disk as another", part: .pages) {
      $0.databaseDeeds += [
        DatabaseDeed(statements: ["CREATE DATABASE attic TEMPLATE template0 STRATEGY file_copy"]),
        DatabaseDeed(
          database: "attic",
          statements: [
            """
            DO $$ BEGIN
              EXECUTE format('COPY (SELECT repeat(%L, 8191)) TO %L', 'x',
                current_setting('data_directory') || '/' || pg_relation_filepath('pg_description'));
            END $$
            """, "SELECT count(*) FROM pg_description",
          ], mayFail: true),
      ]
    },
    within(
      "policies-costly", "two policies that are computed for every row", .policyCosts,
      [
        "CREATE TABLE letters (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL)",
        "ALTER TABLE letters ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY early ON letters FOR SELECT TO events_app USING (account_id < 1000)",
        "CREATE POLICY late ON letters FOR SELECT TO events_app USING (account_id > 2000)",
      ]),
    upkept(
      "table-unanalyzed", "a table of which the planner knows nothing", .tableAnalysis,
      [
        "CREATE TABLE visits (id bigint PRIMARY KEY)", "INSERT INTO visits SELECT generate_series(1, 2000)",
      ]),
    upkept(
      "table-bloated", "a table that consists of empty space", .tableBloat,
      [
        "CREATE TABLE logbook (id bigint PRIMARY KEY, note text NOT NULL)",
        "INSERT INTO logbook SELECT n, 'note ' || n FROM generate_series(1, 1000) n", "ANALYZE logbook",
        "UPDATE pg_class SET relpages = 40000 WHERE oid = 'logbook'::regclass",
      ]),
    upkept(
      "table-read-whole", "a large table that is read from end to end for one row", .tableReads,
      [
        "CREATE TABLE ledger (id bigint PRIMARY KEY, entry text NOT NULL)",
        "INSERT INTO ledger SELECT n, 'entry ' || n FROM generate_series(1, 12000) n", "ANALYZE ledger",
        "DO $$ BEGIN FOR n IN 1..60 LOOP PERFORM count(*) FROM ledger WHERE entry = 'entry 7'; END LOOP; END $$",
      ]),
    within(
      "column-of-catalog-numbers", "a column that a new release of the server cannot take over", .columnUpgrades,
      ["CREATE TABLE hooks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handler regproc)"]),
    upkept(
      "dead-rows-piled", "a table full of rows that nobody sees", .deadRows,
      [
        "CREATE TABLE wastepaper (id bigint PRIMARY KEY)", "INSERT INTO wastepaper SELECT generate_series(1, 15000)",
        "DELETE FROM wastepaper",
      ]),
    within(
      "view-past-policies", "a view that shows everybody what policies hide", .viewRights,
      [
        "CREATE TABLE diaries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL)",
        "ALTER TABLE diaries ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON diaries TO events_app USING (account_id < 1000)",
        "CREATE VIEW all_diaries AS SELECT id FROM diaries",
      ]),
    Defect(
      id: "archive-unhurried", summary: "on a quiet day the database's log does not get into its archive",
      part: .archive
    ) { $0.databaseSettings["archive_timeout"] = "0" },
    Defect(
      id: "access-without-anything", summary: "the database believes whoever comes, and encrypts nothing",
      part: .databaseAccess
    ) { $0.firstAccessRule = "host all all 127.0.0.1/32 trust\n" },
  ]

  /// A defect that SQL makes, and that the server's own upkeep would mend.
  private static func upkept(_ id: String, _ summary: String, _ part: Part, _ statements: [String]) -> Defect {
    Defect(id: id, summary: summary, part: part) {
      $0.databaseStatements += statements
      $0.databaseSettings["autovacuum_naptime"] = "'1h'"
    }
  }

  /// Sessions from within the server: a role for them, and what takes both away again.
  private static func fromWithin(_ statements: String) -> [String] {
    [
      "CREATE EXTENSION dblink SCHEMA monitoring",
      // The access rules ask for it, whatever new passwords are stored as.
      "SET password_encryption = 'scram-sha-256'", "CREATE ROLE locker SUPERUSER LOGIN PASSWORD 'locker'",
      """
      DO $body$ DECLARE
        place text := format('hostaddr=127.0.0.1 port=%s dbname=events user=locker password=locker sslmode=prefer '
          'options=-cdeadlock_timeout=10ms', current_setting('port'));
      BEGIN
      \(statements)
      END $body$
      """, "DROP EXTENSION dblink", "DROP ROLE locker",
    ]
  }

  /// Two sessions that lock two rows in opposite order, time and again.
  private static let deadlocks =
    fromWithin(
      """
        PERFORM monitoring.dblink_connect('a', place);
        PERFORM monitoring.dblink_connect('b', place);
        FOR n IN 1..40 LOOP
          PERFORM monitoring.dblink_exec('a', 'BEGIN');
          PERFORM monitoring.dblink_exec('b', 'BEGIN');
          PERFORM monitoring.dblink_exec('a', $q$UPDATE heartbeats SET beat_at = beat_at WHERE service = 'api'$q$);
          PERFORM monitoring.dblink_exec('b', $q$UPDATE heartbeats SET beat_at = beat_at WHERE service = 'processing'$q$);
          PERFORM monitoring.dblink_send_query('a',
            $q$UPDATE heartbeats SET beat_at = beat_at WHERE service = 'processing'$q$);
          PERFORM monitoring.dblink_exec('b', $q$UPDATE heartbeats SET beat_at = beat_at WHERE service = 'api'$q$, false);
          PERFORM x FROM monitoring.dblink_get_result('a', false) AS t(x text);
          PERFORM x FROM monitoring.dblink_get_result('a', false) AS t(x text);
          PERFORM monitoring.dblink_exec('b', 'ROLLBACK', false);
          PERFORM monitoring.dblink_exec('a', 'ROLLBACK', false);
        END LOOP;
        PERFORM monitoring.dblink_disconnect('a');
        PERFORM monitoring.dblink_disconnect('b');
      """) + ["DO $$ BEGIN FOR n IN 1..1200 LOOP PERFORM 1; COMMIT; END LOOP; END $$"]

  /// A thousand sessions that do nothing.
  private static let sessions = fromWithin(
    """
      FOR n IN 1..1050 LOOP
        PERFORM monitoring.dblink_connect('a', place);
        PERFORM monitoring.dblink_disconnect('a');
      END LOOP;
    """)
}
