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
    .breaks("index-over-many-columns", "CREATE INDEX CONCURRENTLY i ON v (a, lower(b, c), (d || e), f DESC);"),
    .keeps(
      "index-over-many-columns", "CREATE INDEX i ON v (a, coalesce(b, c, d, e), f) INCLUDE (g, h) WHERE a IN (1, 2, 3);"
    ),
    .keeps(
      "index-over-many-columns", "CREATE UNIQUE INDEX i ON v (a, b, c, d); CREATE INDEX ON v USING gin (a, b, c, d);"),
    .breaks("update-of-all-rows", "UPDATE v SET a = (SELECT b FROM w WHERE w.id = v.id);"),
    .breaks("update-of-all-rows", "UPDATE ONLY app.v AS x SET a = 1 FROM w RETURNING x.id;"),
    .keeps("update-of-all-rows", "UPDATE v SET a = 1 WHERE id BETWEEN 1 AND 1000;"),
    .keeps("update-of-all-rows", "CREATE TABLE v (a int); UPDATE v SET a = 1; SELECT * FROM w FOR UPDATE;"),
    .keeps("update-of-all-rows", "INSERT INTO v VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1;"),
    .keeps(
      "require-lock-timeout",
      "CREATE TABLE m (at timestamptz, id bigint) PARTITION BY RANGE ((CAST(at AS date)), (id::int));"),
    .keeps("require-lock-timeout", "CREATE TABLE m (a text) WITH (fillfactor = 70) TABLESPACE \"as\";"),
    .keeps(
      "require-lock-timeout", "CREATE TABLE m (LIKE n INCLUDING ALL, b text GENERATED ALWAYS AS (lower(a)) STORED);"),
    .breaks("require-lock-timeout", "CREATE TABLE m (a, b) WITH (fillfactor = 70) AS SELECT 1, 2;"),
    .breaks("require-lock-timeout", "CREATE TABLE m ON COMMIT PRESERVE ROWS AS (SELECT CAST(1 AS int));"),
    .breaks("require-lock-timeout", "CREATE TABLE m USING heap AS EXECUTE q(1);"),
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
    .breaks("ban-duplicate-column-assignments", "UPDATE v SET a = 1, b = 2, a = 3 WHERE id = 1;", times: 2),
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
    .breaks("statements-under-access-exclusive", "SET lock_timeout = '1s'; DROP TABLE v; SELECT 1;", assuming: true),
    .keeps(
      "statements-under-access-exclusive", "CREATE TABLE app.v (); ALTER TABLE app.v ADD c text; SELECT 1;",
      assuming: true),
  ]

  /// Removals, renamings and what else stands in the way of going back to the release before.
  static let compatibility: [RuleCase] = [
    .breaks("ban-drop-view", "DROP VIEW IF EXISTS v; DROP MATERIALIZED VIEW m;", times: 2),
    .keeps("ban-drop-view", "CREATE VIEW v AS SELECT 1; DROP INDEX CONCURRENTLY i;"),
    .breaks("ban-drop-function", "DROP FUNCTION f(int); DROP PROCEDURE p; DROP ROUTINE IF EXISTS r;", times: 3),
    .breaks("ban-drop-schema", "DROP SCHEMA old CASCADE;"),
    .breaks("ban-drop-sequence", "DROP SEQUENCE IF EXISTS s;"),
    .breaks("ban-drop-domain", "DROP DOMAIN d;"),
    .breaks("ban-drop-extension", "DROP EXTENSION pgcrypto;"),
    .breaks("ban-drop-type", "DROP TYPE mood; DROP CAST (text AS mood);", times: 2),
    .breaks("ban-drop-constraint", "ALTER TABLE v DROP CONSTRAINT IF EXISTS c, DROP CONSTRAINT d;", times: 2),
    .breaks("ban-drop-default", "ALTER TABLE v ALTER a DROP DEFAULT; ALTER DOMAIN d DROP DEFAULT;", times: 2),
    .breaks("ban-drop-default", "ALTER VIEW v ALTER COLUMN a DROP DEFAULT;"),
    .keeps("ban-drop-default", "ALTER TABLE v ALTER a SET DEFAULT 1, ALTER b DROP NOT NULL;"),
    .breaks("ban-drop-generated-expression", "ALTER TABLE v ALTER COLUMN a DROP EXPRESSION IF EXISTS;"),
    .breaks(
      "ban-alter-identity",
      "ALTER TABLE v ALTER a ADD GENERATED ALWAYS AS IDENTITY, ALTER b DROP IDENTITY, ALTER c SET GENERATED ALWAYS;",
      times: 3),
    .keeps("ban-alter-identity", "ALTER TABLE v ALTER a SET GENERATED BY DEFAULT, ALTER b RESTART WITH 9;"),
    .breaks(
      "renaming-object",
      """
      ALTER VIEW v RENAME TO w; ALTER MATERIALIZED VIEW m RENAME TO n; ALTER FUNCTION f(int) RENAME TO g;
      ALTER TYPE t RENAME TO u; ALTER TYPE t RENAME VALUE 'a' TO 'b'; ALTER SEQUENCE s RENAME TO r;
      ALTER SCHEMA s RENAME TO r; ALTER DOMAIN d RENAME TO e; ALTER INDEX i RENAME TO j;
      ALTER FOREIGN TABLE f RENAME TO g;
      """, times: 10),
    .keeps("renaming-object", "ALTER TABLE v RENAME TO w; ALTER TABLE v RENAME a TO b; ALTER VIEW v RENAME a TO b;"),
    .breaks("renaming-column", "ALTER VIEW v RENAME COLUMN a TO b; ALTER FOREIGN TABLE f RENAME a TO b;", times: 2),
    .breaks(
      "ban-set-schema", "ALTER TABLE v SET SCHEMA s; ALTER FUNCTION f() SET SCHEMA s; ALTER TYPE t SET SCHEMA s;",
      times: 3),
    .keeps("ban-set-schema", "ALTER TABLE v OWNER TO app;"),
    .breaks("ban-drop-column", "ALTER TYPE t DROP ATTRIBUTE a, DROP ATTRIBUTE IF EXISTS b CASCADE;", times: 2),
    .breaks(
      "ban-drop-not-null", "ALTER DOMAIN d DROP NOT NULL; ALTER FOREIGN TABLE f ALTER c DROP NOT NULL;", times: 2),
    .breaks("ban-drop-table", "DROP FOREIGN TABLE f;"),
  ]

  /// What is no table and no column, and tables that stand for others elsewhere.
  static let others: [RuleCase] = [
    .breaks("renaming-column", "ALTER TYPE place RENAME ATTRIBUTE city TO town CASCADE;"),
    .breaks(
      "renaming-object",
      """
      ALTER ROLE a RENAME TO b; ALTER USER a RENAME TO b; ALTER GROUP a RENAME TO b; ALTER DATABASE a RENAME TO b;
      ALTER POLICY p ON v RENAME TO q; ALTER TRIGGER t ON s.v RENAME TO u; ALTER TABLE v RENAME CONSTRAINT a TO b;
      ALTER DOMAIN d RENAME CONSTRAINT a TO b; ALTER AGGREGATE a(int) RENAME TO b;
      """, times: 9),
    .keeps(
      "renaming-object", "ALTER ROLE a SET search_path = b; ALTER POLICY p ON v TO app; ALTER DATABASE a OWNER TO b;"),
    .breaks(
      "ban-set-schema", "ALTER EXTENSION postgis SET SCHEMA maps; ALTER AGGREGATE a(int) SET SCHEMA s;", times: 2),
    .keeps("ban-set-schema", "ALTER EXTENSION postgis UPDATE;"),
    .breaks("ban-drop-function", "DROP AGGREGATE IF EXISTS total(int);"),
    .breaks("ban-drop-type", "DROP OPERATOR + (int, int); DROP OPERATOR CLASS c USING btree;", times: 2),
    .breaks("ban-drop-constraint", "ALTER DOMAIN d DROP CONSTRAINT IF EXISTS c;"),
    .breaks(
      "changing-column-type",
      "ALTER TYPE place ADD ATTRIBUTE a int, ALTER ATTRIBUTE b SET DATA TYPE bigint, ALTER ATTRIBUTE c TYPE text;",
      times: 2),
    .breaks("ban-drop-column", "ALTER TYPE place ADD ATTRIBUTE a int, DROP ATTRIBUTE b, ALTER ATTRIBUTE c TYPE text;"),
    .breaks("ban-alter-identity", "ALTER TABLE v ALTER a SET CACHE 5 SET GENERATED ALWAYS, ALTER b SET CACHE 5;"),
    .breaks("adding-field-with-default", "ALTER TABLE v ADD id bigint GENERATED BY DEFAULT AS IDENTITY;"),
    .keeps("adding-required-field", "ALTER TABLE v ADD n serial NOT NULL;"),
    .keeps("adding-required-field", "ALTER FOREIGN TABLE f ADD COLUMN a text NOT NULL;"),
    .keeps("adding-field-with-default", "ALTER FOREIGN TABLE f ADD COLUMN a uuid DEFAULT gen_random_uuid();"),
    .keeps("ban-char-field", "CREATE FOREIGN TABLE f (a char(3)) SERVER s; ALTER FOREIGN TABLE f ADD b char;"),
    .keeps("prefer-bigint-over-int", "CREATE FOREIGN TABLE f (a int) SERVER s;"),
    .keeps("constraint-missing-not-valid", "ALTER FOREIGN TABLE f ADD CHECK (a > 0);"),
    .keeps("require-table-schema", "CREATE FOREIGN TABLE f (a int) SERVER s;"),
    .breaks(
      "ban-duplicate-column-assignments", "SELECT a INTO x FROM y; SELECT a, a INTO TEMP TABLE z FROM y;", times: 2),
    .keeps("ban-duplicate-column-assignments", "SELECT a, a FROM (SELECT 1 INTO b) c;"),
  ]

  /// What a transaction created is nobody else's, under the names that mean it.
  static let schemas: [RuleCase] = [
    .keeps(
      "constraint-missing-not-valid",
      "CREATE TABLE app.v (a int); ALTER TABLE v ADD CHECK (a > 0); ALTER TABLE app.v ADD CHECK (a > 1);",
      assuming: true),
    .keeps(
      "constraint-missing-not-valid", "CREATE TABLE v (a int); ALTER TABLE app.v ADD CHECK (a > 0);", assuming: true),
    .breaks(
      "constraint-missing-not-valid", "CREATE TABLE app.v (a int); ALTER TABLE other.v ADD CHECK (a > 0);",
      assuming: true),
    .breaks(
      "require-concurrent-index-creation", "CREATE TABLE app.v (a int); CREATE INDEX i ON other.v (a);", assuming: true),
    .keeps(
      "disallowed-unique-constraint",
      "CREATE TABLE app.v (a int); ALTER TABLE app.v RENAME TO w; ALTER TABLE app.w ADD UNIQUE (a);", assuming: true),
    .breaks(
      "statements-under-access-exclusive", "CREATE TABLE app.v (a int); ALTER TABLE other.v ADD b text; SELECT 1;",
      assuming: true),
  ]

  /// A new table waits for nobody, unless it points at another, belongs to one, or is filled.
  static let waits: [RuleCase] = [
    .keeps("require-lock-timeout", "CREATE TABLE v (a int); CREATE TEMP TABLE w (LIKE v) ON COMMIT DROP;"),
    .breaks("require-lock-timeout", "CREATE TABLE v (a int, b int REFERENCES w);"),
    .breaks("require-statement-timeout", "CREATE TABLE v (a int, FOREIGN KEY (a) REFERENCES w);"),
    .breaks("require-lock-timeout", "CREATE TABLE v PARTITION OF w DEFAULT;"),
    .breaks("require-lock-timeout", "CREATE TABLE v (a bigint) INHERITS (w, public.x);"),
    .breaks("require-statement-timeout", "CREATE TABLE v AS SELECT * FROM w;"),
    .breaks("require-statement-timeout", "SELECT a, (SELECT 1) INTO v FROM w;"),
    .keeps("require-statement-timeout", "SELECT a, (SELECT 1 AS b) AS c FROM w;"),
    .breaks("require-lock-timeout", "CREATE TABLE v (a int); ALTER TABLE w ADD b text;"),
  ]

  /// What depends on other statements of the file.
  static let trails: [RuleCase] = [
    .breaks("adding-not-nullable-field", "ALTER DOMAIN d SET NOT NULL;"),
    .keeps(
      "adding-not-nullable-field",
      "ALTER TABLE v VALIDATE CONSTRAINT v_c_not_null; ALTER TABLE v ALTER c SET NOT NULL; ALTER TABLE v DROP CONSTRAINT v_c_not_null;"
    ),
    .keeps(
      "adding-not-nullable-field",
      "ALTER TABLE v VALIDATE CONSTRAINT has_c; ALTER TABLE v ALTER c SET NOT NULL, DROP CONSTRAINT has_c;"),
    .breaks(
      "adding-not-nullable-field", "ALTER TABLE v VALIDATE CONSTRAINT c_not_null; ALTER TABLE v ALTER c SET NOT NULL;"),
    .breaks(
      "adding-not-nullable-field",
      """
      ALTER TABLE v VALIDATE CONSTRAINT c_not_null;
      ALTER TABLE v ALTER COLUMN d SET NOT NULL, ALTER COLUMN c SET NOT NULL;
      ALTER TABLE v DROP CONSTRAINT c_not_null;
      """),
    .breaks(
      "adding-not-nullable-field",
      "ALTER TABLE v ADD CONSTRAINT c_not_null CHECK (c IS NOT NULL) NOT VALID; ALTER TABLE v ALTER c SET NOT NULL;"),
    .breaks(
      "adding-not-nullable-field",
      """
      ALTER TABLE v ADD CONSTRAINT d_not_null CHECK (d IS NOT NULL) NOT VALID;
      ALTER TABLE v VALIDATE CONSTRAINT d_not_null; ALTER TABLE v ALTER c SET NOT NULL;
      """),
    .breaks(
      "prefer-robust-stmts",
      """
      ALTER TABLE v DROP CONSTRAINT IF EXISTS c;
      ALTER TABLE v ADD CONSTRAINT c UNIQUE USING INDEX i;
      ALTER TABLE v ADD CONSTRAINT c UNIQUE USING INDEX i;
      """),
    .keeps(
      "prefer-robust-stmts",
      """
      ALTER TABLE v DROP CONSTRAINT IF EXISTS c;
      ALTER TABLE v ADD CONSTRAINT c CHECK (a > 0) NOT VALID;
      ALTER TABLE v VALIDATE CONSTRAINT c;
      """),
    .keeps("prefer-robust-stmts", "CREATE TEMP TABLE t (a int) ON COMMIT DROP; CREATE INDEX CONCURRENTLY ON v (c);"),
    .breaks("prefer-robust-stmts", "CREATE TEMP TABLE t (a int); CREATE TABLE u (a int) ON COMMIT DROP;", times: 2),
    .breaks("prefer-robust-stmts", "ALTER TABLE v ENABLE ROW LEVEL SECURITY, ALTER c SET NOT NULL;", times: 2),
    .breaks("require-lock-timeout", "COMMENT ON COLUMN v.c IS 'x';"),
    .breaks("require-statement-timeout", "LOCK TABLE v IN ACCESS SHARE MODE;"),
    .breaks("require-lock-timeout", "CREATE EXTENSION pgcrypto; DROP ROLE r;"),
    .breaks("require-lock-timeout", "VACUUM (FULL false) v;"),
    .breaks("require-lock-timeout", "SET app.lock_timeout = '1s'; ALTER TABLE v ADD c text;"),
    .keeps("require-lock-timeout", "GRANT SELECT ON v TO app; ANALYZE v; DELETE FROM v; DO $$ BEGIN END $$;"),
    .keeps("require-lock-timeout", "SELECT pg_catalog.set_config('lock_timeout', '1s', true); DROP TABLE v;"),
    .breaks("ban-duplicate-column-assignments", "INSERT INTO v (a, b, \"a\") VALUES (1, 2, 3);", times: 2),
    .breaks(
      "ban-duplicate-column-assignments",
      "INSERT INTO v AS t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1, B = 2;", times: 2),
    .breaks(
      "ban-duplicate-column-assignments",
      "MERGE INTO v USING w ON v.a = w.a WHEN MATCHED THEN UPDATE SET b = 1, b = 2 WHEN NOT MATCHED THEN INSERT (c, c) VALUES (1, 2);",
      times: 4),
    .breaks(
      "ban-duplicate-column-assignments",
      "CREATE TABLE v (a int, b int, a text); CREATE FOREIGN TABLE f (a int, a int) SERVER s;", times: 4),
    .breaks(
      "ban-duplicate-column-assignments", "CREATE VIEW v (a, a) AS SELECT 1, 2; CREATE VIEW w AS SELECT 1, 2;", times: 4
    ),
    .breaks("ban-duplicate-column-assignments", "SELECT 1 a, x.b AS a INTO z FROM x;", times: 2),
    .breaks("ban-duplicate-column-assignments", "UPDATE v SET a = row(1, 2), a.x = 1;", times: 2),
    .breaks(
      "ban-duplicate-column-assignments",
      "UPDATE v SET \(String(repeating: "a", count: 63))b = 1, \(String(repeating: "a", count: 63))c = 2;", times: 2),
    .keeps(
      "ban-duplicate-column-assignments",
      """
      UPDATE v SET a.x = 1, a.y = 2; UPDATE v SET a[1] = 1, a[2] = 2; UPDATE v SET "A" = 1, A = 2;
      INSERT INTO v (SELECT a, a FROM w); CREATE VIEW v (a, b) AS SELECT 1 a, 2 a; SELECT 1 a, 2 a;
      CREATE VIEW w AS SELECT lower(a), b + 1 AS c, d::text, * FROM x; INSERT INTO v (a.x, a.y) VALUES (1, 2);
      """),
    .breaks(
      "constraint-missing-not-valid",
      "ALTER TABLE v ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE v VALIDATE CONSTRAINT c; COMMIT;",
      assuming: true),
    .keeps(
      "ban-concurrent-index-creation-in-transaction", "COMMIT; CREATE INDEX CONCURRENTLY i ON v (c); BEGIN; SELECT 1;",
      assuming: true),
    .keeps("adding-field-with-default", "ALTER TABLE v ADD c int DEFAULT 2 + 2;"),
    .breaks(
      "adding-field-with-default", "ALTER TABLE v ADD c timestamptz DEFAULT now(1), ADD d jsonb DEFAULT ours();",
      times: 2),
    .keeps("disallowed-unique-constraint", "CREATE TABLE v (a int); ALTER TABLE v ADD UNIQUE (a);", assuming: true),
    .breaks("ban-char-field", "CREATE TABLE v (a pg_catalog.char, b CHARACTER[], c bpchar(3), d text);", times: 3),
    .breaks(
      "prefer-timestamp-tz", "ALTER TABLE v ALTER a TYPE timestamp without time zone; CREATE TABLE w (b timestamp[]);",
      times: 2),
    .breaks("require-table-schema", "CREATE TABLE v AS SELECT 1;"),
    .keeps("require-table-schema", "CREATE TEMP TABLE v AS SELECT 1; DROP TABLE app.v;"),
    .keeps("require-concurrent-partition-detach", "ALTER TABLE v DETACH PARTITION w FINALIZE;"),
    .breaks(
      "require-concurrent-reindex", "REINDEX (CONCURRENTLY 'false') INDEX i; REINDEX SCHEMA s; REINDEX DATABASE d;",
      times: 3),
    .keeps("require-concurrent-reindex", "REINDEX SYSTEM d;"),
    .breaks("ban-create-domain-with-constraint", "CREATE DOMAIN d AS t CHECK (value > 0) NOT NULL;"),
    .keeps(
      "ban-alter-domain-with-add-constraint",
      "ALTER DOMAIN d VALIDATE CONSTRAINT c; ALTER DOMAIN d RENAME CONSTRAINT c TO e;"),
    .keeps("ban-uncommitted-transaction", "BEGIN; BEGIN; COMMIT;"),
    .breaks("ban-uncommitted-transaction", "START TRANSACTION; SELECT 1; ROLLBACK; BEGIN WORK; SELECT 1;"),
    .breaks("foreign-key-without-index", "CREATE TABLE v (h bigint REFERENCES hosts (id));"),
    .breaks(
      "foreign-key-without-index",
      "CREATE TABLE v (a int, b int, FOREIGN KEY (a, b) REFERENCES w); CREATE INDEX ON v (a, c);"),
    .breaks(
      "foreign-key-without-index", "ALTER TABLE v ADD h bigint REFERENCES hosts; CREATE INDEX i ON v (h) WHERE h > 1;"),
    .keeps(
      "foreign-key-without-index",
      "CREATE TABLE v (a int, b int, FOREIGN KEY (a, b) REFERENCES w); CREATE INDEX ON v USING btree (b DESC, a, c);"),
    .keeps("foreign-key-without-index", "CREATE TABLE v (h bigint REFERENCES hosts (id), PRIMARY KEY (h, g));"),
    .keeps("foreign-key-without-index", "ALTER TABLE v ADD FOREIGN KEY (h) REFERENCES hosts (id) NOT VALID;"),
    .breaks("several-alter-tables", "ALTER TABLE v ADD a text; ALTER TABLE v ADD b text;"),
    .keeps(
      "several-alter-tables",
      "ALTER TABLE v ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE v VALIDATE CONSTRAINT c;"),
    .keeps("several-alter-tables", "BEGIN; ALTER TABLE v ADD a text; COMMIT; BEGIN; ALTER TABLE v ADD b text; COMMIT;"),
    .breaks("primary-key-using-index", "ALTER TABLE v ADD CONSTRAINT k PRIMARY KEY USING INDEX i;"),
    .breaks(
      "serial-or-stored-column-added", "ALTER TABLE v ADD id bigserial, ADD n int GENERATED ALWAYS AS (a + 1) STORED;",
      times: 2),
    .breaks(
      "statements-under-write-lock",
      "BEGIN; CREATE TRIGGER t AFTER INSERT ON v FOR EACH ROW EXECUTE FUNCTION f(); SELECT 1; COMMIT;"),
    .keeps(
      "statements-under-write-lock", "CREATE TRIGGER t AFTER INSERT ON v FOR EACH ROW EXECUTE FUNCTION f(); SELECT 1;"),
  ]
}

@Suite("Rules") struct RuleTests {
  @Test(
    "a rule is broken as often as it says",
    arguments: RuleCase.all + RuleCase.compatibility + RuleCase.others + RuleCase.waits + RuleCase.schemas
      + RuleCase.trails)
  func breaches(_ sample: RuleCase) {
    let file = MigrationFile(sample.sql, assumesTransaction: sample.assumesTransaction)
    #expect(file.findings.count { $0.rule == sample.rule } == sample.breaches)
  }

  @Test func everyRuleIsBrokenByACase() {
    let cases = RuleCase.all + RuleCase.compatibility + RuleCase.trails
    let broken = Set(cases.filter { $0.breaches > 0 }.map(\.rule))
    #expect(Set(MigrationRule.all.map(\.id)).subtracting(broken) == ["rewrites-table"])
    #expect(Set(MigrationRule.all.map(\.id)).count == MigrationRule.all.count)
  }

  @Test func everyRuleOfSquawkIsThere() {
    let names = """
      require-concurrent-index-creation require-concurrent-index-deletion require-concurrent-reindex
      require-concurrent-partition-detach constraint-missing-not-valid adding-field-with-default
      adding-foreign-key-constraint adding-not-nullable-field adding-required-field adding-serial-primary-key-field
      changing-column-type renaming-column renaming-table disallowed-unique-constraint ban-drop-database ban-drop-table
      ban-drop-column ban-drop-not-null ban-truncate-cascade ban-char-field ban-create-domain-with-constraint
      ban-alter-domain-with-add-constraint ban-concurrent-index-creation-in-transaction ban-uncommitted-transaction
      ban-duplicate-column-assignments transaction-nesting prefer-bigint-over-int prefer-bigint-over-smallint
      prefer-identity prefer-repack prefer-robust-stmts prefer-text-field prefer-timestamp-tz identifier-too-long
      require-enum-value-ordering require-table-schema require-lock-timeout require-statement-timeout
      """
    let wanted = Set(names.split(whereSeparator: \.isWhitespace).map(String.init))
    #expect(wanted.count == 38)
    #expect(wanted.isSubset(of: MigrationRule.all.compactMap(\.squawk)))
    let hints = ["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "W12", "W13", "W14", "E15", "E16"]
    #expect(Set(hints) == Set(MigrationRule.all.compactMap(\.eugene)))
  }

  @Test func aRewriteOfATableInUseIsTold() {
    let sql = "ALTER TABLE v ALTER c TYPE bigint;"
    #expect(MigrationFile(sql).findings.contains { $0.rule == "rewrites-table" })
    #expect(!MigrationFile("CREATE TABLE v (c int);" + sql).findings.contains { $0.rule == "rewrites-table" })
  }

  @Test func anIndexInAnotherFileServesAForeignKey() {
    let table = "CREATE TABLE v (h bigint REFERENCES hosts);"
    func isTold(_ file: MigrationFile) -> Bool { file.findings.contains { $0.rule == "foreign-key-without-index" } }
    #expect(isTold(MigrationFile(table)))
    #expect(isTold(MigrationFile.all([table, "CREATE INDEX i ON v (h) WHERE h > 1;"])[0]))
    #expect(!isTold(MigrationFile.all([table, "CREATE INDEX i ON v (h);"])[0]))
  }

  @Test func oneDeploymentKnowsWhatItsEarlierFilesDid() {
    func told(_ texts: String...) -> [[String]] {
      MigrationFile.deployment(texts.map { (text: $0, assumesTransaction: false) }).map { $0.findings.map(\.rule) }
    }
    // A table that an earlier file made is used by nobody; one that may have been there is.
    let index = "CREATE INDEX IF NOT EXISTS i ON t (a);"
    #expect(!told("CREATE TABLE t (a int);", index)[1].contains("require-concurrent-index-creation"))
    #expect(told("CREATE TABLE IF NOT EXISTS t (a int);", index)[1].contains("require-concurrent-index-creation"))
    #expect(
      told("CREATE TABLE t (a int);", "CREATE INDEX i ON app.t (a);")[1].contains("require-concurrent-index-creation")
        == false)
    #expect(
      told("CREATE TABLE x.t (a int);", "CREATE INDEX i ON app.t (a);")[1].contains("require-concurrent-index-creation")
    )
    // An index for a new key may come before or behind it.
    let key = "ALTER TABLE t ADD COLUMN h bigint REFERENCES hosts (id);"
    #expect(told(key)[0].contains("foreign-key-without-index"))
    #expect(!told(key, "CREATE INDEX CONCURRENTLY i ON t (h);")[0].contains("foreign-key-without-index"))
    // Validated checks and known types hold on.
    let check = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;"
    let validation = "ALTER TABLE t VALIDATE CONSTRAINT c;"
    let demand = "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"
    #expect(!told(check, validation, demand)[2].contains("adding-not-nullable-field"))
    #expect(told(check, demand, validation)[1].contains("adding-not-nullable-field"))
    // What belongs to a session or a transaction does not.
    #expect(told("SET lock_timeout = '1s';", demand)[1].contains("require-lock-timeout"))
    #expect(!told("BEGIN; LOCK TABLE t;", "SELECT 1;")[1].contains("statements-under-access-exclusive"))
    #expect(!told("ALTER TABLE t ADD b int;", "ALTER TABLE t ADD c int;")[1].contains("several-alter-tables"))
  }

  @Test func costsNameTheTablesThatWereThereBefore() {
    func tables(_ texts: String...) -> [[String]] {
      MigrationFile.deployment(texts.map { (text: $0, assumesTransaction: true) })
        .flatMap { $0.costs.map { $0.onExisting.map(\.table) } }
    }
    #expect(tables("CREATE TABLE t (a int)", "ALTER TABLE t ADD b int; ALTER TABLE public.t ADD c int").last == [])
    #expect(tables("CREATE TABLE IF NOT EXISTS t (a int)", "ALTER TABLE t ADD b int").last == ["t"])
    #expect(tables("CREATE TABLE x.t (a int)", "ALTER TABLE t ADD b int").last == ["t"])
    #expect(tables("ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO w", "TRUNCATE w").last == ["t"])
    #expect(tables("CREATE TABLE t (a int); ALTER TABLE t RENAME TO u", "TRUNCATE u, v").last == ["v"])
    #expect(
      tables("ALTER TABLE t RENAME TO old; CREATE TABLE t (a int)", "TRUNCATE t; TRUNCATE old").suffix(2) == [
        [], ["t"],
      ])
    #expect(tables("DROP TABLE t; CREATE TABLE t (a int)") == [["t"], []])
    #expect(tables("CREATE TABLE t (a int); DROP TABLE t", "TRUNCATE t").last == ["t"])
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
    #expect(!isTold("/* squawk-ignore ban-drop-column,ban-drop-table */\n-- it is empty\n\n" + drop))
    #expect(!isTold("-- squawk-ignore ban-drop-table -- it is empty\n" + drop))
    #expect(isTold("-- squawk-ignore ban-drop-table it is empty\n" + drop))
    #expect(isTold("-- squawk-ignored\n" + drop))
  }

  @Test func commentsSpeakOtherToolsNames() {
    func rules(_ sql: String, assuming: Bool = false) -> [String] {
      MigrationFile(sql, assumesTransaction: assuming).findings.map(\.rule)
    }
    let type = rules("-- squawk-ignore require-timeout-settings, prefer-timestamptz\nALTER TABLE v ADD c timestamp;")
    #expect(type == ["prefer-robust-stmts", "require-table-schema"])
    #expect(!rules("-- eugene: ignore E3, E9\nALTER TABLE v ADD c json;").contains("json-column"))
    let add = "ALTER TABLE v ADD c text;"
    #expect(!rules(add, assuming: true).contains("prefer-robust-stmts"))
    let disabled = "-- squawk-disable-assume-in-transaction -- no transaction\n" + add
    #expect(rules(disabled, assuming: true).contains("prefer-robust-stmts"))
    #expect(!rules("/* squawk-enable-assume-in-transaction */" + add).contains("prefer-robust-stmts"))
  }
}
