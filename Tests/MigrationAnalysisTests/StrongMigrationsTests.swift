import Testing

@testable import MigrationAnalysis

/// The dangers that strong_migrations knows on PostgreSQL, in the SQL that Rails would send.
@Suite("Dangers of strong_migrations")
struct StrongMigrationsTests {
  /// A danger by its key there: the rule here, SQL that has it, and SQL that looks alike and has it not.
  struct Danger: Sendable, CustomStringConvertible {
    var key, rule, told, untold: String
    var description: String { key }
  }

  static let all = [
    Danger(
      key: "add_check_constraint", rule: "constraint-missing-not-valid",
      told: "ALTER TABLE \"users\" ADD CONSTRAINT chk CHECK (price > 0)",
      untold: "ALTER TABLE \"users\" ADD CONSTRAINT chk CHECK (price > 0) NOT VALID"),
    Danger(
      key: "add_column_auto_incrementing", rule: "serial-or-stored-column-added",
      told: "ALTER TABLE \"users\" ADD \"nr\" bigserial", untold: "ALTER TABLE \"users\" ADD \"nr\" bigint"),
    Danger(
      key: "add_column_default_callable", rule: "adding-field-with-default",
      told: "ALTER TABLE \"users\" ADD \"key\" uuid DEFAULT gen_random_uuid()",
      untold: "ALTER TABLE \"users\" ADD \"at\" timestamptz DEFAULT CURRENT_TIMESTAMP"),
    Danger(
      key: "add_column_generated_stored", rule: "serial-or-stored-column-added",
      told: "ALTER TABLE users ADD up text GENERATED ALWAYS AS (upper(name)) STORED",
      untold: "ALTER TABLE users ADD up text GENERATED ALWAYS AS (upper(name)) VIRTUAL"),
    Danger(
      key: "add_column_json", rule: "json-column", told: "ALTER TABLE users ADD p json",
      untold: "ALTER TABLE users ADD p jsonb"),
    Danger(
      key: "add_exclusion_constraint", rule: "exclusion-constraint-added",
      told: "ALTER TABLE users ADD CONSTRAINT e EXCLUDE USING gist (n WITH =)",
      untold:
        "BEGIN; CREATE TABLE u (n int4range); ALTER TABLE u ADD CONSTRAINT e EXCLUDE USING gist (n WITH &&); COMMIT"),
    Danger(
      key: "add_foreign_key", rule: "adding-foreign-key-constraint",
      told: "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (order_id) REFERENCES orders (id)",
      untold: "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID"),
    Danger(
      key: "add_index", rule: "require-concurrent-index-creation", told: "CREATE INDEX i ON users (a)",
      untold: "CREATE INDEX CONCURRENTLY i ON users (a)"),
    Danger(
      key: "add_index_columns", rule: "index-over-many-columns",
      told: "CREATE INDEX CONCURRENTLY i ON users (a, b, c, d)",
      untold: "CREATE UNIQUE INDEX CONCURRENTLY i ON users (a, b, c, d)"),
    Danger(
      key: "add_reference", rule: "adding-foreign-key-constraint",
      told: "ALTER TABLE users ADD city_id bigint CONSTRAINT f REFERENCES cities (id)",
      untold: "ALTER TABLE users ADD city_id bigint"),
    Danger(
      key: "add_unique_constraint", rule: "disallowed-unique-constraint",
      told: "ALTER TABLE users ADD CONSTRAINT u UNIQUE (email)",
      untold: "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX i"),
    Danger(
      key: "backfill, update_all", rule: "update-of-all-rows", told: "UPDATE \"users\" SET \"a\" = 'x'",
      untold: "UPDATE \"users\" SET \"a\" = 'x' WHERE \"users\".\"id\" >= 1 AND \"users\".\"id\" < 1001"),
    Danger(
      key: "backfill in the transaction that alters", rule: "statements-under-access-exclusive",
      told: "BEGIN; ALTER TABLE users ADD a text; UPDATE users SET a = 'x' WHERE id < 10; COMMIT",
      untold: "ALTER TABLE users ADD a text; UPDATE users SET a = 'x' WHERE id < 10"),
    Danger(
      key: "change_column", rule: "changing-column-type", told: "ALTER TABLE users ALTER COLUMN a TYPE bigint",
      untold: "ALTER TABLE users ALTER COLUMN a SET STATISTICS 500"),
    Danger(
      key: "change_column_null", rule: "adding-not-nullable-field",
      told: "ALTER TABLE users ALTER COLUMN a SET NOT NULL",
      untold:
        "ALTER TABLE users ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE users VALIDATE CONSTRAINT c; "
        + "ALTER TABLE users ALTER COLUMN a SET NOT NULL"),
    Danger(
      key: "create_table force", rule: "ban-drop-table",
      told: "DROP TABLE IF EXISTS users CASCADE; CREATE TABLE users (id int)",
      untold: "CREATE TABLE users (id int)"),
    Danger(
      key: "remove_column", rule: "ban-drop-column", told: "ALTER TABLE users DROP COLUMN a",
      untold: "ALTER TABLE users ALTER COLUMN a DROP NOT NULL"),
    Danger(
      key: "remove_index", rule: "require-concurrent-index-deletion", told: "DROP INDEX i",
      untold: "DROP INDEX CONCURRENTLY i"),
    Danger(
      key: "rename_column", rule: "renaming-column", told: "ALTER TABLE users RENAME COLUMN a TO b",
      untold: "ALTER TABLE users ADD b text"),
    Danger(
      key: "rename_schema", rule: "renaming-object", told: "ALTER SCHEMA a RENAME TO b", untold: "CREATE SCHEMA b"),
    Danger(
      key: "rename_table", rule: "renaming-table", told: "ALTER TABLE users RENAME TO people",
      untold: "CREATE TABLE people (LIKE users)"),
    Danger(
      key: "validate_check_constraint", rule: "statements-under-write-lock",
      told: "BEGIN; LOCK TABLE users IN SHARE MODE; ALTER TABLE users VALIDATE CONSTRAINT c; COMMIT",
      untold: "ALTER TABLE users VALIDATE CONSTRAINT c"),
    Danger(
      key: "validate_foreign_key", rule: "constraint-missing-not-valid",
      told: "BEGIN; ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (o) REFERENCES orders NOT VALID; "
        + "ALTER TABLE users VALIDATE CONSTRAINT f; COMMIT",
      untold: "ALTER TABLE users ADD CONSTRAINT f FOREIGN KEY (o) REFERENCES orders NOT VALID; "
        + "ALTER TABLE users VALIDATE CONSTRAINT f"),
  ]

  @Test("each is told, and its look-alike is not", arguments: all)
  func told(_ danger: Danger) {
    func isTold(_ sql: String) -> Bool { MigrationFile(sql).findings.contains { $0.rule == danger.rule } }
    #expect(isTold(danger.told))
    #expect(!isTold(danger.untold))
  }
}
