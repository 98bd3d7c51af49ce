import Facts
import LoopbackPostgres
import Testing

@testable import DatabaseProbes

/// What other linters try themselves on, as facts: for each of their rules objects that they name and objects that they do
/// not. Where this program differs, docs/database-schema.md says why, and the case here says so.
struct LinterCase: Sendable, CustomStringConvertible {
  /// The linter and its rule.
  var rule: String
  /// Where the objects lie, so that the cases share a database.
  var schema: String
  var statements: [String]
  /// The trait that stands for the rule.
  var trait: String
  /// What is named, without the schema.
  var named: [String]

  var description: String { rule }

  init(_ rule: String, _ trait: String, _ statements: [String], named: [String]) {
    self.rule = rule
    self.trait = trait
    self.statements = statements
    self.named = named
    schema = "c_" + rule.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0).lowercased() : "_" }.joined()
  }
}

enum LinterCases {
  static let splinter: [LinterCase] = [
    LinterCase(
      "splinter 0003", "settingPerRow",
      [
        "CREATE FUNCTION uid() RETURNS int STABLE LANGUAGE sql SET search_path = '' AS 'SELECT 7'",
        "CREATE FUNCTION claims() RETURNS jsonb STABLE LANGUAGE sql SET search_path = '' AS 'SELECT NULL::jsonb'",
        "CREATE FUNCTION owns(int) RETURNS boolean STABLE LANGUAGE sql SET search_path = '' AS 'SELECT true'",
        "CREATE TABLE notes (id int PRIMARY KEY, owner int, told jsonb)",
        "CREATE POLICY bare_read ON notes FOR SELECT USING (owner = uid())",
        "CREATE POLICY bare_add ON notes FOR INSERT WITH CHECK (told = claims())",
        "CREATE POLICY bare_change ON notes FOR UPDATE USING (owner IN (SELECT 1 WHERE true) OR owner = uid())",
        "CREATE POLICY once_read ON notes FOR SELECT USING (owner = (SELECT uid()))",
        "CREATE POLICY once_add ON notes FOR INSERT WITH CHECK (told = (SELECT claims()))",
        "CREATE POLICY once_deep ON notes FOR DELETE USING (owner = (SELECT coalesce(uid(), 0)))",
        "CREATE POLICY by_row ON notes FOR DELETE USING (owns(id))",
        "CREATE POLICY quoted ON notes FOR DELETE USING (told::text = 'a.uid()')",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        // No effect, and so no cost.
        "CREATE TABLE idle (id int PRIMARY KEY)", "CREATE POLICY bare_idle ON idle USING (id = uid())",
      ], named: ["bare_read on notes", "bare_add on notes", "bare_change on notes"]),
    LinterCase(
      "splinter 0006", "severalPermissive",
      [
        "CREATE TABLE posts (id int PRIMARY KEY)", "ALTER TABLE posts ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY reading ON posts FOR SELECT USING (true)", "CREATE POLICY anything ON posts USING (id > 0)",
        "CREATE TABLE apart (id int PRIMARY KEY)", "ALTER TABLE apart ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY reading ON apart FOR SELECT USING (true)",
        "CREATE POLICY adding ON apart FOR INSERT WITH CHECK (id > 0)",
        "CREATE POLICY narrower ON apart AS RESTRICTIVE FOR SELECT USING (id > 0)",
      ], named: ["posts"]),
    LinterCase(
      "splinter 0007", "policyWithoutSecurity",
      [
        "CREATE TABLE a (id int PRIMARY KEY)", "CREATE POLICY p ON a USING (id > 0)",
        "CREATE TABLE b (id int PRIMARY KEY)", "CREATE POLICY p ON b USING (id > 0)",
        "ALTER TABLE b ENABLE ROW LEVEL SECURITY",
      ], named: ["a"]),
    LinterCase(
      "splinter 0008", "securityWithoutPolicy",
      [
        "CREATE TABLE a (id int PRIMARY KEY)", "ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "CREATE TABLE b (id int PRIMARY KEY)", "ALTER TABLE b ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON b USING (id > 0)",
      ], named: ["a"]),
    // It names every view that runs as its owner; this program those that read a table which policies guard.
    LinterCase(
      "splinter 0010", "readsPastPolicies",
      [
        "CREATE TABLE guarded (id int PRIMARY KEY)", "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
        "CREATE VIEW as_owner AS SELECT * FROM guarded",
        "CREATE VIEW as_whoever_asks WITH (security_invoker = on) AS SELECT * FROM guarded",
        "CREATE VIEW of_nothing AS SELECT 1 AS one", "CREATE MATERIALIZED VIEW kept AS SELECT * FROM guarded",
      ], named: ["as_owner", "kept"]),
    LinterCase(
      "splinter 0011", "movingSearchPath",
      [
        "CREATE FUNCTION moving() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pinned() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1'",
      ], named: ["moving()"]),
    LinterCase(
      "splinter 0018", "notUpgradable",
      [
        """
        CREATE TABLE t (id int PRIMARY KEY, fine1 regclass, fine2 regrole, fine3 regtype, a regcollation, b regconfig,
          c regdictionary, d regnamespace, e regoper, f regproc, g regprocedure, h regoperator)
        """
      ], named: ["t.a", "t.b", "t.c", "t.d", "t.e", "t.f", "t.g", "t.h"]),
    // A policy for a role of its own is named as well: which roles people get is not told by their names. One for INSERT
    // without a condition is not, as the server then lets nobody add a row.
    LinterCase(
      "splinter 0024", "alwaysTrue",
      [
        "CREATE TABLE t (id int PRIMARY KEY, owner int)", "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY reads ON t FOR SELECT USING (true)", "CREATE POLICY changes ON t FOR UPDATE USING (  TRUE  )",
        "CREATE POLICY removes ON t FOR DELETE USING (true)", "CREATE POLICY does_all ON t USING (true)",
        "CREATE POLICY adds ON t FOR INSERT WITH CHECK (true)",
        "CREATE POLICY adds_too ON t FOR INSERT WITH CHECK (1=1)",
        "CREATE POLICY gives_away ON t FOR UPDATE USING (owner = 7) WITH CHECK (true)",
        "CREATE POLICY takes ON t FOR UPDATE USING (true) WITH CHECK (owner = 7)",
        "CREATE POLICY narrows ON t AS RESTRICTIVE FOR UPDATE USING (true)",
        "CREATE POLICY of_monitors ON t FOR UPDATE TO pg_monitor USING (true)",
        "CREATE POLICY proper ON t FOR UPDATE USING (owner = 7) WITH CHECK (owner = 7)",
        "CREATE POLICY proper_all ON t USING (owner = 7)", "CREATE POLICY unsaid ON t FOR INSERT",
        "CREATE TABLE open (id int PRIMARY KEY)", "CREATE POLICY idle ON open FOR UPDATE USING (true)",
      ],
      named: [
        "changes on t", "removes on t", "does_all on t", "adds on t", "adds_too on t", "gives_away on t", "takes on t",
        "of_monitors on t",
      ]),
    // It knows the functions of one product; this program any that gets no column and no value.
    LinterCase(
      "splinter 0030 null", "openToUnknown",
      [
        "CREATE FUNCTION whoever() RETURNS int STABLE LANGUAGE sql SET search_path = '' AS 'SELECT NULL::int'",
        "CREATE FUNCTION owned(int) RETURNS int STABLE LANGUAGE sql SET search_path = '' AS 'SELECT $1'",
        "CREATE TABLE notes (id int PRIMARY KEY, owner int, shared boolean)",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY first ON notes FOR SELECT USING (whoever() IS NULL OR owner = whoever())",
        "CREATE POLICY second ON notes USING (owner = whoever() OR shared OR whoever() IS NULL)",
        "CREATE POLICY turned ON notes FOR SELECT USING (NOT (whoever() IS NOT NULL) OR owner = 7)",
        "CREATE POLICY once ON notes FOR SELECT USING ((SELECT whoever()) IS NULL OR owner = 7)",
        "CREATE POLICY unset ON notes FOR SELECT USING (current_setting('app.a OR b', true) IS NULL OR owner = 7)",
        "CREATE POLICY demanded ON notes FOR SELECT USING (whoever() IS NOT NULL AND owner = whoever())",
        "CREATE POLICY scoped ON notes FOR SELECT USING (owner = whoever())",
        "CREATE POLICY never ON notes FOR SELECT USING (current_user IS NULL OR owner = 7)",
        "CREATE POLICY raising ON notes FOR SELECT USING (current_setting('app.a', false) IS NULL OR owner = 7)",
        "CREATE POLICY gated ON notes FOR SELECT USING (owner = whoever() AND (whoever() IS NULL OR shared))",
        "CREATE POLICY changes ON notes FOR UPDATE USING (whoever() IS NULL OR owner = 7)",
        "CREATE POLICY narrows ON notes AS RESTRICTIVE FOR SELECT USING (whoever() IS NULL OR owner = 7)",
        "CREATE POLICY of_row ON notes FOR SELECT USING (owned(owner) IS NULL OR owner = 7)",
        "CREATE POLICY alone ON notes FOR SELECT USING (whoever() IS NULL)",
        "CREATE TABLE idle (id int PRIMARY KEY)",
        "CREATE POLICY first ON idle FOR SELECT USING (whoever() IS NULL OR id = 7)",
      ], named: ["first on notes", "second on notes", "turned on notes", "once on notes", "unset on notes"]),
    LinterCase(
      "splinter 0030", "noAutovacuum",
      [
        "CREATE TABLE a (id int PRIMARY KEY) WITH (autovacuum_enabled = true)",
        "CREATE TABLE b (id int PRIMARY KEY) WITH (autovacuum_enabled = false)", "CREATE TABLE c (id int PRIMARY KEY)",
      ], named: ["b"]),
  ]

  static let indexHealth: [LinterCase] = [
    LinterCase(
      "pg_index_health: incrementing columns", "numberedColumns",
      [
        "CREATE TABLE orders (id bigint PRIMARY KEY, phone1 text, phone2 text, sku1 text, made text)",
        "CREATE TABLE homes (id bigint PRIMARY KEY, line1 text, line2 text, line3 text)",
        // Two numbers that do not count are no list: this program leaves them out.
        "CREATE TABLE sums (id bigint PRIMARY KEY, sha256 text, sha512 text)",
      ], named: ["orders", "homes"]),
    LinterCase(
      "pg_index_health: all columns nullable", "onlyKeyRequired",
      [
        "CREATE TABLE kinds (kind text, note text, part text, PRIMARY KEY (kind, part))",
        "CREATE TABLE keyless (note text, kind text)", "CREATE TABLE bare (id bigint PRIMARY KEY)",
        "CREATE TABLE sound (note text NOT NULL, id bigint PRIMARY KEY)",
      ], named: ["kinds", "keyless"]),
    LinterCase(
      "pg_index_health: natural keys", "naturalKey",
      [
        "CREATE TABLE sound (id int PRIMARY KEY)", "CREATE TABLE moments (at timestamptz PRIMARY KEY)",
        "CREATE TABLE passports (series text, number text, PRIMARY KEY (series, number))",
        "CREATE TABLE mixed (app uuid, number text, PRIMARY KEY (app, number))",
        "CREATE TABLE parted (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
        "CREATE TABLE parted_all PARTITION OF parted DEFAULT",
      ], named: ["moments (at)", "passports (series, number)", "mixed (app, number)"]),
    LinterCase(
      "pg_index_health: needless condition", "needlessCondition",
      [
        "CREATE TABLE t1 (id bigint PRIMARY KEY, other bigint NOT NULL)",
        "CREATE INDEX t1_other ON t1 (other) WHERE other IS NOT NULL",
        "CREATE TABLE t2 (\"first-ref\" bigint NOT NULL, second bigint NOT NULL, t1_id bigint REFERENCES t1 (id))",
        "CREATE INDEX t2_first ON t2 (second, \"first-ref\") WHERE \"first-ref\" IS NOT NULL",
        "CREATE INDEX t2_t1 ON t2 (t1_id) WHERE t1_id IS NOT NULL",
        "CREATE INDEX t2_both ON t2 (t1_id, second) WHERE t1_id IS NOT NULL AND second IS NOT NULL",
      ], named: ["t1_other", "t2_first", "t2_both"]),
    LinterCase(
      "pg_index_health: timestamp in the middle", "timestampNotLast",
      [
        "CREATE TABLE t (id int PRIMARY KEY, made timestamptz, at timestamp, who int, UNIQUE (made, who))",
        "CREATE INDEX early ON t (made, who)", "CREATE INDEX middle ON t (who, at, id)",
        "CREATE INDEX by_day ON t (date_trunc('day', at), who)", "CREATE INDEX last ON t (who, made)",
        "CREATE INDEX alone ON t (at)", "CREATE INDEX blocks ON t USING brin (made, who)",
      ], named: ["early", "middle", "by_day"]),
    LinterCase(
      "pg_index_health: boolean", "booleanKey",
      [
        "CREATE TABLE t (id int PRIMARY KEY, gone boolean NOT NULL, who int)", "CREATE INDEX by_gone ON t (gone)",
        "CREATE INDEX by_both ON t (who, gone)", "CREATE INDEX where_gone ON t (who) WHERE gone",
        // It names this one as well, which only carries the value along.
        "CREATE INDEX with_gone ON t (who) INCLUDE (gone)", "CREATE UNIQUE INDEX one_each ON t (who, gone)",
      ], named: ["by_gone", "by_both"]),
    // It names every use of such a name, one-word names such as `id` included; this program those that depart from the rest.
    LinterCase(
      "pg_index_health: inconsistent types", "inconsistentType",
      [
        "CREATE TABLE a (id uuid PRIMARY KEY, made_at timestamptz, zip_code varchar(10))",
        "CREATE TABLE b (id bigint PRIMARY KEY, made_at timestamptz, zip_code varchar(20))",
        "CREATE TABLE c (id bigint PRIMARY KEY, made_at timestamp)",
      ], named: ["c.made_at"]),
    LinterCase(
      "pg_index_health: large objects", "largeObject",
      [
        "CREATE DOMAIN lo AS oid", "CREATE TABLE t (id bigint PRIMARY KEY, small oid, full_size lo, bytes bytea)",
      ], named: ["t.small", "t.full_size"]),
    LinterCase(
      "pg_index_health: char", "fixedLengthText",
      [
        "CREATE TABLE t (id bigint PRIMARY KEY, a char, b character(9), c bpchar(9), d bpchar, e varchar(9), f text)"
      ], named: ["t.a", "t.b", "t.c", "t.d"]),
    LinterCase(
      "pg_index_health: naming convention", "needsQuotes",
      [
        "CREATE TABLE \"bad-table\" (\"bad-id\" int PRIMARY KEY)",
        "CREATE TABLE fine (id int PRIMARY KEY, other int, CONSTRAINT \"bad-check\" CHECK (id > 0))",
        "ALTER TABLE fine ADD CONSTRAINT \"bad-fk\" FOREIGN KEY (other) REFERENCES \"bad-table\" (\"bad-id\")",
        "CREATE FUNCTION \"bad-add\"(a int) RETURNS int LANGUAGE sql AS 'SELECT a'",
        "CREATE VIEW \"bad-view\" AS SELECT 1 AS a",
        "CREATE SEQUENCE \"bad-sequence\"",
      ],
      named: [
        "\"bad-table\"", "\"bad-table\".\"bad-id\"", "\"bad-table_pkey\"", "\"bad-check\" on fine",
        "\"bad-fk\" on fine",
        "\"bad-add\"(a integer)", "\"bad-view\"", "\"bad-sequence\"",
      ]),
    LinterCase(
      "pg_index_health: no description", "noDescription",
      [
        "CREATE TABLE silent (id int PRIMARY KEY)", "CREATE TABLE blank (id int PRIMARY KEY)",
        "CREATE TABLE told (id int PRIMARY KEY)", "COMMENT ON TABLE blank IS '  '", "COMMENT ON TABLE told IS 'said'",
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION loud() RETURNS int LANGUAGE sql AS 'SELECT 1'", "COMMENT ON FUNCTION loud() IS 'said'",
      ], named: ["silent", "blank", "quiet()"]),
    LinterCase(
      "pg_index_health: duplicated foreign keys", "duplicate",
      [
        "CREATE TABLE clients (mail text, phone text, UNIQUE (mail, phone), UNIQUE (phone, mail))",
        """
        CREATE TABLE wishes (mail text NOT NULL, phone text NOT NULL,
          CONSTRAINT first FOREIGN KEY (mail, phone) REFERENCES clients (mail, phone),
          CONSTRAINT again FOREIGN KEY (phone, mail) REFERENCES clients (phone, mail))
        """,
      ], named: ["again on wishes"]),
    LinterCase(
      "pg_index_health: self references", "selfReference",
      [
        "CREATE TABLE bare (id bigint PRIMARY KEY, up bigint, CONSTRAINT bare_up FOREIGN KEY (up) REFERENCES bare)",
        """
        CREATE TABLE held (id bigint PRIMARY KEY, up bigint,
          CONSTRAINT held_up FOREIGN KEY (up) REFERENCES held ON DELETE RESTRICT)
        """,
        "CREATE TABLE taken (id bigint PRIMARY KEY, up bigint REFERENCES taken ON DELETE CASCADE)",
        "CREATE TABLE freed (id bigint PRIMARY KEY, up bigint REFERENCES freed ON DELETE SET NULL)",
        "CREATE TABLE elsewhere (id bigint PRIMARY KEY, up bigint REFERENCES bare)",
      ], named: ["bare_up on bare", "held_up on held"]),
    LinterCase(
      "pg_index_health: no data", "empty",
      [
        "CREATE TABLE bare (id bigint)", "CREATE TABLE few (id bigint)", "INSERT INTO few VALUES (1)",
        "CREATE TABLE no_parts (id bigint) PARTITION BY RANGE (id)",
        "CREATE TABLE deep (id bigint, place text) PARTITION BY RANGE (id)",
        "CREATE TABLE deep_1 PARTITION OF deep FOR VALUES FROM (1) TO (9) PARTITION BY LIST (place)",
        "CREATE TABLE deep_1_a PARTITION OF deep_1 FOR VALUES IN ('a')",
        "CREATE TABLE deep_1_b PARTITION OF deep_1 FOR VALUES IN ('b')",
        "CREATE TABLE kept (id bigint, place text) PARTITION BY RANGE (id)",
        "CREATE TABLE kept_1 PARTITION OF kept FOR VALUES FROM (1) TO (9) PARTITION BY LIST (place)",
        "CREATE TABLE kept_1_a PARTITION OF kept_1 FOR VALUES IN ('a')",
        "CREATE TABLE kept_1_b PARTITION OF kept_1 FOR VALUES IN ('b')", "INSERT INTO kept VALUES (2, 'b')", "ANALYZE",
      ], named: ["bare", "no_parts", "deep"]),
    LinterCase(
      "pg_index_health: serial types", "serial",
      [
        "CREATE TABLE t (id bigserial PRIMARY KEY, more serial, kept bigint GENERATED ALWAYS AS IDENTITY)",
        "CREATE SEQUENCE shared", "CREATE TABLE u (id bigint PRIMARY KEY DEFAULT nextval('shared'))",
      ], named: ["t.id", "t.more"]),
    LinterCase(
      "pg_index_health: key columns not first", "noPrimaryColumnsFirst",
      [
        "CREATE TABLE late (a text NOT NULL, id int PRIMARY KEY)",
        "CREATE TABLE first (id int PRIMARY KEY, a text NOT NULL)",
        "CREATE TABLE turned (b int, a int, c int, PRIMARY KEY (a, b))",
      ], named: ["late"]),
  ]
}

@Suite struct LinterAgreementTests {
  private static func database(_ name: String, _ cases: [LinterCase]) -> Task<Look, any Error> {
    Task {
      let statements = cases.flatMap { item in
        ["CREATE SCHEMA \(item.schema)", "SET search_path = \(item.schema)"] + item.statements
      }
      let server = try PostgresServer.shared.get()
      return await (try await SurveyedDatabase(name, on: server, running: statements)).look()
    }
  }

  private static let splinter = database("splinter", LinterCases.splinter)
  private static let indexHealth = database("index_health", LinterCases.indexHealth)

  @Test(arguments: LinterCases.splinter) func splinter(_ item: LinterCase) async throws {
    Self.hold(item, against: try await Self.splinter.value)
  }

  @Test(arguments: LinterCases.indexHealth) func indexHealth(_ item: LinterCase) async throws {
    Self.hold(item, against: try await Self.indexHealth.value)
  }

  private static func hold(_ item: LinterCase, against look: Look) {
    let prefix = "\(item.schema)."
    let found = look.traits(item.trait).keys.filter { $0.contains(prefix) }
      .map { $0.split(separator: prefix, maxSplits: 1, omittingEmptySubsequences: false).joined() }
    #expect(found.sorted() == item.named.sorted())
  }

  /// `(a, b)` is served by `(b, a)`, of which splinter demands the same order: the server finds the rows by either.
  @Test func indexesOfForeignKeysInAnyOrder() async throws {
    let database = try await SurveyedDatabase(
      "splinter_keys", on: try PostgresServer.shared.get(),
      running: [
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b))",
        "CREATE TABLE bare (a int, b int, CONSTRAINT bare_fk FOREIGN KEY (a, b) REFERENCES p)",
        "CREATE TABLE turned (a int, b int, CONSTRAINT turned_fk FOREIGN KEY (a, b) REFERENCES p)",
        "CREATE INDEX ON turned (b, a)",
        "CREATE TABLE straight (a int, b int, CONSTRAINT straight_fk FOREIGN KEY (a, b) REFERENCES p)",
        "CREATE INDEX ON straight (a, b)",
      ])
    let keys = await database.look()["foreignKeys"]?.array ?? []
    let covers = Dictionary(
      keys.map { ($0["constraint"]?.string ?? "", $0["cover"]?.string ?? "") }, uniquingKeysWith: { $1 })
    #expect(covers == ["bare_fk": "none", "turned_fk": "full", "straight_fk": "full"])
  }

  /// A policy for INSERT without a condition lets nobody add a row, which splinter takes for the opposite.
  @Test func aPolicyForInsertWithoutAConditionAdmitsNothing() async throws {
    let database = try await SurveyedDatabase(
      "insert_policy", on: try PostgresServer.shared.get(),
      running: [
        "CREATE TABLE t (id int)", "ALTER TABLE t ENABLE ROW LEVEL SECURITY", "CREATE POLICY unsaid ON t FOR INSERT",
        "GRANT INSERT ON t TO pg_monitor",
        """
        DO $$ BEGIN
          SET LOCAL ROLE pg_monitor;
          INSERT INTO t VALUES (1);
          RAISE 'a row was added';
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END $$
        """,
      ])
    #expect(await database.look().traits("alwaysTrue").isEmpty)
  }
}
