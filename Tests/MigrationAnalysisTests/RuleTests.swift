import Testing

@testable import MigrationAnalysis

/// SQL with a rule and how often it is broken there.
struct RuleCase: Sendable, CustomStringConvertible {
  var rule: String
  var sql: String
  var breaches: Int
  var assumesTransaction = false
  var description: String { "\(rule): \(sql)" }

  static func breaks(_ rule: String, _ sql: String, times: Int = 1, assuming: Bool = false) -> RuleCase {
    RuleCase(rule: rule, sql: sql, breaches: times, assumesTransaction: assuming)
  }

  static func keeps(_ rule: String, _ sql: String, assuming: Bool = false) -> RuleCase {
    RuleCase(rule: rule, sql: sql, breaches: 0, assumesTransaction: assuming)
  }

  static let all: [RuleCase] = [
    .breaks("require-concurrent-index-creation", "CREATE INDEX i ON venues (city);"),
    .breaks("require-concurrent-index-creation", "CREATE TABLE venues (city text); CREATE INDEX i ON venues (city);"),
    .keeps("require-concurrent-index-creation", "CREATE UNIQUE INDEX CONCURRENTLY i ON venues USING btree (city);"),
    .keeps(
      "require-concurrent-index-creation",
      "BEGIN; CREATE TABLE venues (city text); CREATE INDEX ON \"venues\" (city); COMMIT;"),
    .keeps(
      "require-concurrent-index-creation", "CREATE TABLE venues (city text); CREATE INDEX i ON venues (city);",
      assuming: true),
    .breaks("require-concurrent-index-deletion", "DROP INDEX IF EXISTS a, b;"),
    .keeps("require-concurrent-index-deletion", "DROP INDEX CONCURRENTLY a;"),
    .breaks("require-concurrent-reindex", "REINDEX (VERBOSE) TABLE venues;"),
    .keeps("require-concurrent-reindex", "REINDEX INDEX CONCURRENTLY i; REINDEX (CONCURRENTLY) TABLE venues;"),
    .breaks("require-concurrent-reindex", "REINDEX (CONCURRENTLY OFF) TABLE venues;"),
    .breaks(
      "ban-concurrent-index-creation-in-transaction", "BEGIN; CREATE INDEX CONCURRENTLY i ON venues (city); COMMIT;"),
    .keeps("ban-concurrent-index-creation-in-transaction", "CREATE INDEX CONCURRENTLY i ON v (c);", assuming: true),
    .breaks(
      "ban-concurrent-index-creation-in-transaction", "SELECT 1; CREATE INDEX CONCURRENTLY i ON v (c);",
      assuming: true),
    .breaks("require-concurrent-partition-detach", "ALTER TABLE events DETACH PARTITION events_2024;"),
    .keeps("require-concurrent-partition-detach", "ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;"),
    .breaks("prefer-repack", "VACUUM (FULL, ANALYZE) venues; CLUSTER venues USING i;", times: 2),
    .keeps("prefer-repack", "VACUUM (ANALYZE) venues; VACUUM (FULL false) venues;"),
    .breaks("constraint-missing-not-valid", "ALTER TABLE v ADD CONSTRAINT c CHECK (seats > 0);"),
    .keeps("constraint-missing-not-valid", "ALTER TABLE v ADD CONSTRAINT c CHECK (seats > 0) NOT VALID;"),
    .keeps("constraint-missing-not-valid", "ALTER TABLE v ADD CONSTRAINT c UNIQUE USING INDEX i;"),
    .breaks(
      "constraint-missing-not-valid",
      "BEGIN; ALTER TABLE v ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE v VALIDATE CONSTRAINT c; COMMIT;"),
    .keeps(
      "constraint-missing-not-valid",
      "ALTER TABLE v ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE v VALIDATE CONSTRAINT c;"),
    .breaks("adding-foreign-key-constraint", "ALTER TABLE v ADD FOREIGN KEY (h) REFERENCES hosts (id);"),
    .breaks("adding-foreign-key-constraint", "ALTER TABLE v ADD COLUMN h bigint REFERENCES hosts;"),
    .keeps("adding-foreign-key-constraint", "CREATE TABLE v (h bigint REFERENCES hosts (id));"),
    .breaks("disallowed-unique-constraint", "ALTER TABLE v ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a, b);"),
    .breaks("disallowed-unique-constraint", "ALTER TABLE v ADD COLUMN a text CONSTRAINT u UNIQUE;"),
    .breaks("adding-serial-primary-key-field", "ALTER TABLE v ADD COLUMN id bigserial PRIMARY KEY;"),
    .breaks("adding-serial-primary-key-field", "ALTER TABLE v ADD PRIMARY KEY (id);"),
    .keeps("adding-serial-primary-key-field", "ALTER TABLE v ADD CONSTRAINT k PRIMARY KEY USING INDEX i;"),
    .breaks("exclusion-constraint-added", "ALTER TABLE v ADD EXCLUDE USING gist (r WITH &&);"),
    .breaks("ban-create-domain-with-constraint", "CREATE DOMAIN positive AS int CHECK (value > 0);"),
    .keeps("ban-create-domain-with-constraint", "CREATE DOMAIN name AS text;"),
    .breaks("ban-alter-domain-with-add-constraint", "ALTER DOMAIN positive ADD CONSTRAINT c CHECK (value < 9);"),
    .breaks("adding-field-with-default", "ALTER TABLE v ADD c uuid DEFAULT gen_random_uuid(), ADD d int DEFAULT 1;"),
    .breaks("adding-field-with-default", "ALTER TABLE v ADD c numeric GENERATED ALWAYS AS (a + b) STORED;"),
    .keeps("adding-field-with-default", "ALTER TABLE v ADD c jsonb DEFAULT '{}'::jsonb NOT NULL;"),
    .keeps("adding-field-with-default", "ALTER TABLE v ADD c timestamptz NOT NULL DEFAULT now();"),
    .breaks("adding-required-field", "ALTER TABLE v ADD COLUMN c text NOT NULL;"),
    .keeps("adding-required-field", "ALTER TABLE v ADD COLUMN c text NOT NULL DEFAULT '';"),
    .keeps("adding-required-field", "ALTER TABLE v ADD COLUMN c bigint GENERATED ALWAYS AS IDENTITY NOT NULL;"),
    .breaks("adding-not-nullable-field", "ALTER TABLE v ALTER c SET NOT NULL;"),
    .keeps(
      "adding-not-nullable-field",
      """
      ALTER TABLE v ADD CONSTRAINT has_c CHECK (c IS NOT NULL) NOT VALID;
      ALTER TABLE v VALIDATE CONSTRAINT has_c;
      ALTER TABLE v ALTER c SET NOT NULL;
      """),
    .breaks("changing-column-type", "ALTER TABLE v ALTER COLUMN c SET DATA TYPE bigint USING c::bigint;"),
    .breaks("json-column", "CREATE TABLE v (j json, k jsonb);"),
    .breaks("ban-duplicate-column-assignments", "UPDATE v SET a = 1, b = 2, a = 3 WHERE id = 1;"),
    .keeps("ban-duplicate-column-assignments", "UPDATE v SET a = b, (b, c) = (SELECT a, a) WHERE a = 2;"),
    .breaks("prefer-bigint-over-int", "CREATE TABLE v (a int, b bigint, c serial, d int8, e integer[]);", times: 3),
    .breaks("prefer-bigint-over-smallint", "ALTER TABLE v ADD a smallint, ALTER b TYPE int2;", times: 2),
    .breaks("prefer-identity", "CREATE TABLE v (id bigserial PRIMARY KEY);"),
    .breaks(
      "prefer-text-field", "CREATE TABLE v (a varchar(9), b character varying (3), c varchar, d text);", times: 2),
    .breaks("ban-char-field", "CREATE TABLE v (a char(3), b character varying(3), c \"char\");", times: 2),
    .breaks("prefer-timestamp-tz", "CREATE TABLE v (a timestamp, b timestamptz, c timestamp(3) with time zone);"),
    .breaks("enum-created", "CREATE TYPE mood AS ENUM ('glad');"),
    .breaks("require-enum-value-ordering", "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad';"),
    .keeps("require-enum-value-ordering", "ALTER TYPE mood ADD VALUE 'sad' BEFORE 'glad';"),
    .breaks("ban-drop-database", "DROP DATABASE events;"),
    .breaks("ban-drop-table", "DROP TABLE IF EXISTS a, b CASCADE;"),
    .breaks("ban-drop-column", "ALTER TABLE IF EXISTS ONLY s.v DROP COLUMN IF EXISTS c, DROP d;", times: 2),
    .breaks("ban-drop-not-null", "ALTER TABLE v ALTER COLUMN c DROP NOT NULL;"),
    .breaks("ban-truncate-cascade", "TRUNCATE TABLE ONLY v RESTART IDENTITY CASCADE;"),
    .keeps("ban-truncate-cascade", "TRUNCATE v;"),
    .breaks("renaming-column", "ALTER TABLE v RENAME a TO b;"),
    .breaks("renaming-table", "ALTER TABLE v RENAME TO w;"),
    .keeps("renaming-table", "ALTER INDEX i RENAME TO j; ALTER TABLE v RENAME CONSTRAINT a TO b;"),
    .breaks("transaction-nesting", "BEGIN; BEGIN; SELECT 1; COMMIT; ROLLBACK;", times: 2),
    .breaks("transaction-nesting", "BEGIN; COMMIT;", times: 2, assuming: true),
    .keeps("transaction-nesting", "START TRANSACTION; SAVEPOINT s; ROLLBACK TO SAVEPOINT s; END;"),
    .breaks("ban-uncommitted-transaction", "BEGIN; SELECT 1;"),
    .keeps("ban-uncommitted-transaction", "BEGIN; SELECT 1; COMMIT;"),
    .breaks("prefer-robust-stmts", "ALTER TABLE v ADD COLUMN c text; CREATE TABLE w (); DROP TYPE t;", times: 3),
    .keeps("prefer-robust-stmts", "BEGIN; ALTER TABLE v ADD COLUMN c text; DROP TYPE t; COMMIT;"),
    .keeps("prefer-robust-stmts", "ALTER TABLE v DROP CONSTRAINT IF EXISTS c, ADD CONSTRAINT c UNIQUE USING INDEX i;"),
    .breaks("prefer-robust-stmts", "CREATE INDEX CONCURRENTLY i ON v (c);"),
    .breaks("identifier-too-long", "CREATE TABLE v (\(String(repeating: "x", count: 64)) text);"),
    .breaks("require-table-schema", "CREATE TABLE v (); ALTER TABLE s.v ADD c text;"),
    .breaks("require-lock-timeout", "SET statement_timeout = '5s'; ALTER TABLE v ADD c text; DROP TABLE v;"),
    .keeps("require-lock-timeout", "SET LOCAL lock_timeout TO '1s'; ALTER TABLE v ADD c text;"),
    .breaks("require-statement-timeout", "SET lock_timeout = '1s'; CREATE TYPE t AS (a int);"),
    .keeps("require-statement-timeout", "SELECT 1; INSERT INTO v VALUES (1);"),
    .breaks(
      "statements-under-access-exclusive", "BEGIN; ALTER TABLE v ADD c text; UPDATE w SET a = 1; COMMIT;"),
    .keeps("statements-under-access-exclusive", "BEGIN; ALTER TABLE v ADD c text; COMMIT; UPDATE w SET a = 1;"),
  ]
}

@Suite("Rules") struct RuleTests {
  @Test("a rule is broken as often as it says", arguments: RuleCase.all)
  func breaches(_ sample: RuleCase) {
    let file = MigrationFile(sample.sql, assumesTransaction: sample.assumesTransaction)
    #expect(file.findings.count { $0.rule == sample.rule } == sample.breaches)
  }

  @Test func everyRuleIsBrokenByACase() {
    let broken = Set(RuleCase.all.filter { $0.breaches > 0 }.map(\.rule))
    #expect(Set(MigrationRule.all.map(\.id)).subtracting(broken) == ["rewrites-table"])
    #expect(Set(MigrationRule.all.map(\.id)).count == MigrationRule.all.count)
  }

  @Test func aRewriteOfATableInUseIsTold() {
    let sql = "ALTER TABLE v ALTER c TYPE bigint;"
    #expect(MigrationFile(sql).findings.contains { $0.rule == "rewrites-table" })
    #expect(!MigrationFile("CREATE TABLE v (c int);" + sql).findings.contains { $0.rule == "rewrites-table" })
  }

  @Test func commentsCallRulesOff() {
    let drop = "DROP TABLE v;"
    func isTold(_ sql: String) -> Bool { MigrationFile(sql).findings.contains { $0.rule == "ban-drop-table" } }
    #expect(isTold(drop))
    #expect(!isTold("-- squawk-ignore ban-drop-table\n" + drop))
    #expect(!isTold("-- prodworthy-ignore\n" + drop))
    #expect(!isTold(drop + " -- squawk-ignore ban-drop-table, prefer-robust-stmts"))
    #expect(!isTold("-- squawk-ignore-file\n\nSELECT 1;\n" + drop))
    #expect(isTold("-- squawk-ignore ban-drop-column\n" + drop))
    #expect(isTold("-- squawk-ignore ban-drop-table\nSELECT 1;\n" + drop))
  }
}
