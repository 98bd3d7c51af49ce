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
        "CREATE POLICY in_table ON notes FOR DELETE USING (id IN (SELECT n.id FROM notes n WHERE n.owner = uid()))",
        "CREATE POLICY in_table_once ON notes FOR DELETE USING (id IN (SELECT n.id FROM notes n WHERE n.owner = (SELECT uid())))",
        "CREATE POLICY one_of_two ON notes FOR DELETE USING (owner = (SELECT uid()) OR id = uid())",
        "CREATE POLICY quoted ON notes FOR DELETE USING (told::text = 'a.uid()')",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        // No effect, and so no cost.
        "CREATE TABLE idle (id int PRIMARY KEY)", "CREATE POLICY bare_idle ON idle USING (id = uid())",
      ],
      named: [
        "bare_read on notes", "bare_add on notes", "bare_change on notes", "in_table on notes", "one_of_two on notes",
      ]),
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
        // Around one that asks as whoever asks: that is now its owner.
        "CREATE VIEW around AS SELECT * FROM as_whoever_asks",
        "CREATE VIEW around_invoker WITH (security_invoker = YES) AS SELECT * FROM as_whoever_asks",
        "CREATE VIEW around_owner AS SELECT * FROM as_owner",
      ], named: ["as_owner", "kept", "around"]),
    LinterCase(
      "splinter 0011", "movingSearchPath",
      [
        "CREATE FUNCTION moving() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pinned() RETURNS int LANGUAGE sql SET search_path = '' AS 'SELECT 1'",
        // It names aggregates too, which cannot have settings.
        "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int)",
      ], named: ["moving()"]),
    LinterCase(
      "splinter 0023", "publicSecretColumn",
      [
        "CREATE TABLE plain (id int PRIMARY KEY, title text)",
        "CREATE TABLE users (id int PRIMARY KEY, \"Secret-Key\" text)",
        "CREATE TABLE pay (id int PRIMARY KEY, credit_card text, cvv text)",
        "CREATE TABLE guarded (id int PRIMARY KEY, ssn text)", "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
        "GRANT SELECT ON plain, users, pay, guarded TO PUBLIC", "CREATE TABLE closed (id int PRIMARY KEY, token text)",
      ], named: ["users", "pay"]),
    // It knows two roles of one product; this program all of them. Functions of triggers can be called by nobody.
    LinterCase(
      "splinter 0028", "publicDefiner",
      [
        "CREATE FUNCTION asks() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION acts(int) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1'",
        "CREATE FUNCTION acts(int, text) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE FUNCTION closed() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "REVOKE EXECUTE ON FUNCTION closed() FROM PUBLIC",
        "CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END'",
      ], named: ["acts(integer)", "acts(integer, text)"]),
    LinterCase(
      "splinter 0018", "notUpgradable",
      [
        """
        CREATE TABLE t (id int PRIMARY KEY, fine1 regclass, fine2 regrole, fine3 regtype, a regcollation, b regconfig,
          c regdictionary, d regnamespace, e regoper, f regproc, g regprocedure, h regoperator, i regproc[])
        """, "CREATE VIEW v AS SELECT a FROM t", "CREATE MATERIALIZED VIEW kept AS SELECT a FROM t",
      ],
      named: [
        "kept.a", "t.a", "t.b", "t.c", "t.d", "t.e", "t.f", "t.g", "t.h", "t.i",
      ]),
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
        "CREATE TABLE d (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE d_all PARTITION OF d DEFAULT WITH (autovacuum_enabled = NO)",
      ], named: ["b", "d_all"]),
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
        // It names this one as well, whose key came with what it points at.
        "CREATE TABLE stamps (series text, number text, PRIMARY KEY (series, number), FOREIGN KEY (series, number) REFERENCES passports)",
        "CREATE TABLE visas (id int REFERENCES sound, country text, PRIMARY KEY (id, country))",
        "CREATE TABLE lines (id int REFERENCES sound, line int, PRIMARY KEY (id, line))",
      ], named: ["moments (at)", "passports (series, number)", "mixed (app, number)", "visas (id, country)"]),
    LinterCase(
      "pg_index_health: needless condition", "needlessCondition",
      [
        "CREATE TABLE t1 (id bigint PRIMARY KEY, other bigint NOT NULL)",
        "CREATE INDEX t1_other ON t1 (other) WHERE other IS NOT NULL",
        "CREATE TABLE t2 (\"first-ref\" bigint NOT NULL, second bigint NOT NULL, t1_id bigint REFERENCES t1 (id))",
        "CREATE INDEX t2_first ON t2 (second, \"first-ref\") WHERE \"first-ref\" IS NOT NULL",
        "CREATE INDEX t2_t1 ON t2 (t1_id) WHERE t1_id IS NOT NULL",
        "CREATE INDEX t2_both ON t2 (t1_id, second) WHERE t1_id IS NOT NULL AND second IS NOT NULL",
        "CREATE INDEX t2_more ON t2 (second) WHERE second IS NOT NULL AND t1_id > 3",
        "CREATE INDEX t2_always ON t2 (second) WHERE second IS NOT NULL OR t1_id > 3",
        "CREATE INDEX t2_choice ON t2 (second) WHERE (second IS NOT NULL AND t1_id > 3) OR t1_id = 1",
        // It looks at columns of the key alone.
        "CREATE INDEX t2_beside ON t2 (t1_id) WHERE second IS NOT NULL",
      ], named: ["t1_other", "t2_first", "t2_both", "t2_more", "t2_always", "t2_beside"]),
    LinterCase(
      "pg_index_health: null values", "nullableKey",
      [
        "CREATE TABLE t (id int PRIMARY KEY, who int NOT NULL, nick text, made timestamptz)",
        "CREATE INDEX front ON t (nick, who)", "CREATE INDEX behind ON t (who, nick)",
        "CREATE INDEX elsewhere ON t (nick) WHERE who > 3", "CREATE INDEX about ON t (nick) WHERE nick > 'a'",
        "CREATE INDEX surely ON t (nick) WHERE nick IS NOT NULL", "CREATE UNIQUE INDEX single ON t (nick)",
        "CREATE INDEX computed ON t (lower(nick))", "CREATE INDEX blocks ON t USING brin (made)",
        "CREATE TABLE p (id int, nick text) PARTITION BY RANGE (id)", "CREATE TABLE p_all PARTITION OF p DEFAULT",
        "CREATE INDEX of_all ON p (nick)", "CREATE INDEX of_one ON p_all (nick, id)",
      ], named: ["front", "elsewhere", "blocks", "of_all", "of_one"]),
    LinterCase(
      "pg_index_health: unmatched types", "typeMismatch",
      [
        "CREATE TABLE p (id bigint PRIMARY KEY, code varchar(20) UNIQUE, price numeric(10, 2) UNIQUE, free varchar UNIQUE)",
        """
        CREATE TABLE c (a bigint CONSTRAINT other REFERENCES p (price), b varchar(10) CONSTRAINT shorter REFERENCES p (code),
          c numeric(12, 1) CONSTRAINT coarser REFERENCES p (price), d varchar(9) CONSTRAINT bounded REFERENCES p (free),
          e bigint CONSTRAINT same REFERENCES p (id), f varchar(20) CONSTRAINT equal REFERENCES p (code),
          g varchar(30) CONSTRAINT longer REFERENCES p (code), h numeric(12, 2) CONSTRAINT wider REFERENCES p (price),
          i varchar CONSTRAINT unbounded REFERENCES p (code), j int CONSTRAINT narrow REFERENCES p (id))
        """,
      ], named: ["other on c", "shorter on c", "coarser on c", "bounded on c"]),
    LinterCase(
      "pg_index_health: unlogged", "unlogged",
      [
        "CREATE TABLE kept (id int PRIMARY KEY)", "CREATE UNLOGGED TABLE cache (id serial PRIMARY KEY)",
        "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
        "CREATE UNLOGGED TABLE parted_all PARTITION OF parted DEFAULT",
      ], named: ["cache", "parted_all"]),
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
      ], named: ["t.a", "t.b", "t.c"]),
    LinterCase(
      "pg_index_health: naming convention", "needsQuotes",
      [
        "CREATE TABLE \"bad-table\" (\"bad-id\" int PRIMARY KEY)",
        "CREATE TABLE fine (id int PRIMARY KEY, other int, CONSTRAINT \"bad-check\" CHECK (id > 0))",
        "ALTER TABLE fine ADD CONSTRAINT \"bad-fk\" FOREIGN KEY (other) REFERENCES \"bad-table\" (\"bad-id\")",
        "CREATE FUNCTION \"bad-add\"(a int) RETURNS int LANGUAGE sql AS 'SELECT a'",
        "CREATE VIEW \"bad-view\" AS SELECT 1 AS a",
        "CREATE SEQUENCE \"bad-sequence\"",
        // Names that need no quotes where they stand, though the server prints them with some.
        "CREATE TABLE words (position int, time text, interval text, \"values\" text)",
        "CREATE FUNCTION left(a int) RETURNS int LANGUAGE sql AS 'SELECT a'",
        "CREATE TABLE reserved (\"order\" int, \"1st\" int)",
        "CREATE TABLE parted (id int, note text) PARTITION BY RANGE (id)",
        "CREATE INDEX \"bad-index\" ON parted (note)",
        "CREATE TABLE \"bad-part\" PARTITION OF parted DEFAULT",
        "ALTER TABLE \"bad-part\" ADD CONSTRAINT \"bad-part-check\" CHECK (id > 0)",
        "CREATE INDEX \"bad-part-index\" ON \"bad-part\" (id)",
      ],
      named: [
        "\"bad-table\"", "\"bad-table\".\"bad-id\"", "\"bad-table_pkey\"", "\"bad-check\" on fine",
        "\"bad-fk\" on fine",
        "\"bad-add\"(a integer)", "\"bad-view\"", "\"bad-sequence\"", "reserved.\"order\"", "reserved.\"1st\"",
        "\"bad-index\"", "\"bad-part\"", "\"bad-part-check\" on \"bad-part\"", "\"bad-part-index\"",
      ]),
    LinterCase(
      "pg_index_health: no description", "noDescription",
      [
        "CREATE TABLE silent (id int PRIMARY KEY)", "CREATE TABLE blank (id int PRIMARY KEY)",
        "CREATE TABLE told (id int PRIMARY KEY)", "COMMENT ON TABLE blank IS '  '", "COMMENT ON TABLE told IS 'said'",
        "CREATE FUNCTION quiet() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION loud() RETURNS int LANGUAGE sql AS 'SELECT 1'", "COMMENT ON FUNCTION loud() IS 'said'",
        "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int)",
      ], named: ["silent", "blank", "quiet()", "total(integer)"]),
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
        "CREATE TABLE v (id serial PRIMARY KEY REFERENCES u)", "CREATE TABLE w (a serial, b int, PRIMARY KEY (a, b))",
        "CREATE TABLE x (id int PRIMARY KEY, left_behind serial, other serial)",
        "ALTER TABLE x ALTER left_behind DROP DEFAULT, ALTER other SET DEFAULT 7",
        "CREATE SEQUENCE taken", "CREATE TABLE y (id int PRIMARY KEY, n int DEFAULT nextval('taken'))",
        "ALTER SEQUENCE taken OWNED BY y.n",
      ], named: ["t.more", "v.id", "w.a", "y.n"]),
    LinterCase(
      "pg_index_health: keys of serial types", "serialKey",
      [
        "CREATE TABLE t (id bigserial PRIMARY KEY, more serial)", "CREATE TABLE v (id serial PRIMARY KEY REFERENCES t)",
        "CREATE TABLE w (a serial, b int, PRIMARY KEY (a, b))",
        "CREATE TABLE x (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
      ], named: ["t (id)", "v (id)", "w (a, b)"]),
    // It names foreign keys that share any column; this program those that are wholly part of another.
    LinterCase(
      "pg_index_health: intersected foreign keys", "contained",
      [
        "CREATE TABLE people (tenant int, id int UNIQUE, PRIMARY KEY (tenant, id))",
        """
        CREATE TABLE notes (tenant int NOT NULL, author int NOT NULL, editor int NOT NULL,
          CONSTRAINT written FOREIGN KEY (tenant, author) REFERENCES people,
          CONSTRAINT edited FOREIGN KEY (tenant, editor) REFERENCES people,
          CONSTRAINT part FOREIGN KEY (author) REFERENCES people (id))
        """,
      ], named: ["part on notes"]),
    LinterCase(
      "pg_index_health: not linked", "unlinked",
      [
        "CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int REFERENCES a)",
        "CREATE TABLE alone (id int PRIMARY KEY, up int REFERENCES alone)",
      ], named: ["alone"]),
    LinterCase(
      "pg_index_health: key columns not first", "noPrimaryColumnsFirst",
      [
        "CREATE TABLE late (a text NOT NULL, id int PRIMARY KEY)",
        "CREATE TABLE first (id int PRIMARY KEY, a text NOT NULL)",
        "CREATE TABLE turned (b int, a int, c int, PRIMARY KEY (a, b))",
        "CREATE TABLE apart (a int, b text, c int, PRIMARY KEY (a, c))",
        "CREATE TABLE cut (x int, id int PRIMARY KEY, a text)", "ALTER TABLE cut DROP COLUMN x",
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

  /// What comes down from a table above stands there once; a type's words are compared within a schema.
  @Test func whatIsInheritedIsToldOnce() async throws {
    let database = try await SurveyedDatabase(
      "inherited", on: try PostgresServer.shared.get(),
      running: [
        "CREATE TABLE p (id int, made_at date) PARTITION BY RANGE (id)", "CREATE TABLE p_all PARTITION OF p DEFAULT",
        "ALTER TABLE p ADD CONSTRAINT \"Above\" CHECK (id > 0) NOT VALID",
        "ALTER TABLE p_all ADD CONSTRAINT below CHECK (id > 1) NOT VALID",
        "CREATE SCHEMA other", "CREATE TABLE other.t (id int PRIMARY KEY, made_at timestamptz)",
      ])
    let look = await database.look()
    #expect(look["constraints"]?.array?.map { $0["name"] } == ["\"Above\"", "below"])
    #expect(look.traits("needsQuotes").keys.sorted() == ["\"Above\" on public.p"])
    #expect(look.traits("inconsistentType").isEmpty)
  }

  /// From 15 on a sequence may be unlogged on its own; in front of a table that a crash spares it gives numbers twice.
  @Test func sequencesThatACrashSetsBack() async throws {
    let database = try await SurveyedDatabase(
      "set_back", on: try PostgresServer.shared.get(),
      running: [
        "CREATE UNLOGGED SEQUENCE numbers", "CREATE UNLOGGED SEQUENCE loose", "CREATE SEQUENCE logged",
        "CREATE TABLE orders (id int PRIMARY KEY, number int DEFAULT nextval('numbers'))",
        "CREATE UNLOGGED TABLE cache (id serial PRIMARY KEY)",
      ])
    let look = await database.look()
    #expect(
      look.traits("unlogged") == [
        "public.numbers": "public.orders.number", "public.loose": "", "public.cache": "",
      ])
  }

  /// A policy without a condition lets nobody add or change a row, which splinter takes for the opposite.
  @Test func aPolicyWithoutAConditionAdmitsNothing() async throws {
    let database = try await SurveyedDatabase(
      "insert_policy", on: try PostgresServer.shared.get(),
      running: [
        "CREATE TABLE t (id int)", "ALTER TABLE t ENABLE ROW LEVEL SECURITY", "CREATE POLICY unsaid ON t FOR INSERT",
        "CREATE POLICY unsaid_too ON t FOR UPDATE WITH CHECK (id > 0)",
        "CREATE POLICY reads ON t FOR SELECT USING (true)",
        "INSERT INTO t VALUES (5)", "GRANT SELECT, INSERT, UPDATE ON t TO pg_monitor",
        """
        DO $$ BEGIN
          SET LOCAL ROLE pg_monitor;
          UPDATE t SET id = 6;
          IF FOUND THEN RAISE 'a row was changed'; END IF;
        END $$
        """,
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
