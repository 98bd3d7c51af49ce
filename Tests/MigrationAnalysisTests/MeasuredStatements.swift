/// A statement with what PostgreSQL 15 and 18 were measured to do for it.
struct MeasuredStatement: Sendable, CustomStringConvertible {
  var sql: String
  /// By table; an empty name stands for whatever the statement does not name.
  var locks: [String: String]
  var rewrite = "nothing"
  var scans = false
  /// What stands before it in the same file.
  var before = ""

  var description: String { sql }

  /// The schema that the statements speak of.
  static let schema = """
    CREATE TABLE parent (id bigint PRIMARY KEY);
    CREATE TABLE t (id bigint PRIMARY KEY, a integer, b varchar(10), n numeric(10,2), ts timestamp, p bigint,
      u integer NOT NULL);
    CREATE TABLE pt (id bigint, k integer) PARTITION BY RANGE (k);
    CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10);
    CREATE TABLE pt2 (id bigint, k integer);
    CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
    CREATE UNIQUE INDEX mv_id ON mv (id);
    CREATE INDEX t_a ON t (a);
    CREATE UNIQUE INDEX t_u ON t (u);
    CREATE TYPE mood AS ENUM ('glad');
    CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    ALTER TABLE t ADD CONSTRAINT old_check CHECK (a > -1) NOT VALID;
    ALTER TABLE t ADD CONSTRAINT old_fk FOREIGN KEY (p) REFERENCES parent (id) NOT VALID;
    CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION noop();

    """

  private static func alter(
    _ action: String, _ lock: String = "ACCESS EXCLUSIVE", parent: String? = nil, rewrites: Bool = false,
    scans: Bool = false, before: String = ""
  ) -> MeasuredStatement {
    var locks = ["t": lock]
    if let parent { locks["parent"] = parent }
    return MeasuredStatement(
      sql: "ALTER TABLE t \(action);", locks: locks, rewrite: rewrites ? "table" : "nothing", scans: scans,
      before: before)
  }

  static let all: [MeasuredStatement] = [
    alter("ADD COLUMN c integer"),
    alter("ADD COLUMN c integer DEFAULT 7"),
    alter("ADD COLUMN c integer NOT NULL DEFAULT 7"),
    alter("ADD COLUMN c double precision DEFAULT random()", rewrites: true, scans: true),
    alter("ADD COLUMN c timestamptz DEFAULT now()"),
    alter("ADD COLUMN c bigint GENERATED ALWAYS AS (id * 2) STORED", rewrites: true, scans: true),
    alter("ADD COLUMN c bigint GENERATED ALWAYS AS IDENTITY", rewrites: true, scans: true),
    alter("ADD COLUMN c bigserial", rewrites: true, scans: true),
    alter("ADD COLUMN c bigint REFERENCES parent (id)", parent: "SHARE ROW EXCLUSIVE"),
    alter("DROP COLUMN n"),
    alter("ALTER COLUMN a SET DEFAULT 3"),
    alter("ALTER COLUMN a SET NOT NULL", scans: true),
    alter("ALTER COLUMN a SET NOT NULL", before: "ALTER TABLE t ADD CONSTRAINT has_a CHECK (a IS NOT NULL);"),
    alter("ALTER COLUMN a TYPE bigint", rewrites: true, scans: true),
    alter("ALTER COLUMN b TYPE varchar(20)"),
    alter("ALTER COLUMN b TYPE text"),
    alter("ALTER COLUMN b TYPE varchar(5)", rewrites: true, scans: true),
    alter("ALTER COLUMN n TYPE numeric(12,2)"),
    alter("ALTER COLUMN n TYPE numeric(12,3)", rewrites: true, scans: true),
    alter("ALTER COLUMN ts TYPE timestamptz", before: "SET timezone = 'UTC';"),
    alter("ALTER COLUMN ts TYPE timestamptz", rewrites: true, scans: true, before: "SET timezone = 'Europe/Berlin';"),
    alter("ADD CONSTRAINT c CHECK (a > 0)", scans: true),
    alter("ADD CONSTRAINT c CHECK (a > 0) NOT VALID"),
    alter("VALIDATE CONSTRAINT old_check", "SHARE UPDATE EXCLUSIVE", scans: true),
    alter(
      "ADD CONSTRAINT c FOREIGN KEY (p) REFERENCES parent (id)", "SHARE ROW EXCLUSIVE", parent: "SHARE ROW EXCLUSIVE",
      scans: true),
    alter(
      "ADD CONSTRAINT c FOREIGN KEY (p) REFERENCES parent (id) NOT VALID", "SHARE ROW EXCLUSIVE",
      parent: "SHARE ROW EXCLUSIVE"),
    alter("VALIDATE CONSTRAINT old_fk", "SHARE UPDATE EXCLUSIVE", parent: "ROW SHARE", scans: true),
    alter("ADD CONSTRAINT c UNIQUE (n)", scans: true),
    alter("ADD CONSTRAINT c UNIQUE USING INDEX t_u"),
    alter("DROP CONSTRAINT old_check"),
    alter("RENAME COLUMN a TO z"),
    alter("RENAME TO tt"),
    alter("SET (fillfactor = 80)", "SHARE UPDATE EXCLUSIVE"),
    alter("ALTER COLUMN a SET STATISTICS 200", "SHARE UPDATE EXCLUSIVE"),
    alter("SET TABLESPACE pg_default"),
    alter("SET UNLOGGED", rewrites: true, scans: true),
    alter("ENABLE ROW LEVEL SECURITY"),
    alter("DISABLE TRIGGER tr", "SHARE ROW EXCLUSIVE"),
    MeasuredStatement(
      sql: "CREATE TRIGGER tr2 BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noop();",
      locks: ["t": "SHARE ROW EXCLUSIVE"]),
    MeasuredStatement(sql: "CREATE INDEX t_n ON t (n);", locks: ["t": "SHARE"], scans: true),
    MeasuredStatement(sql: "DROP INDEX t_a;", locks: ["": "ACCESS EXCLUSIVE"]),
    MeasuredStatement(sql: "REINDEX INDEX t_a;", locks: ["": "SHARE"], rewrite: "index", scans: true),
    MeasuredStatement(
      sql: "CLUSTER t USING t_a;", locks: ["t": "ACCESS EXCLUSIVE"], rewrite: "table", scans: true),
    MeasuredStatement(sql: "TRUNCATE t;", locks: ["t": "ACCESS EXCLUSIVE"], rewrite: "table"),
    MeasuredStatement(
      sql: "ALTER TABLE pt ATTACH PARTITION pt2 FOR VALUES FROM (10) TO (20);",
      locks: ["pt": "SHARE UPDATE EXCLUSIVE", "pt2": "ACCESS EXCLUSIVE"]),
    MeasuredStatement(
      sql: "ALTER TABLE pt DETACH PARTITION pt1;", locks: ["pt": "ACCESS EXCLUSIVE", "pt1": "ACCESS EXCLUSIVE"]),
    MeasuredStatement(sql: "COMMENT ON TABLE t IS 'x';", locks: ["t": "SHARE UPDATE EXCLUSIVE"]),
    MeasuredStatement(sql: "GRANT SELECT ON t TO PUBLIC;", locks: [:]),
    MeasuredStatement(
      sql: "REFRESH MATERIALIZED VIEW mv;", locks: ["mv": "ACCESS EXCLUSIVE"], rewrite: "materializedView",
      scans: true),
    MeasuredStatement(
      sql: "REFRESH MATERIALIZED VIEW CONCURRENTLY mv;", locks: ["mv": "EXCLUSIVE"], scans: true),
    MeasuredStatement(
      sql: "CREATE STATISTICS st ON a, u FROM t;", locks: ["t": "SHARE UPDATE EXCLUSIVE"]),
    MeasuredStatement(sql: "ANALYZE t;", locks: ["t": "SHARE UPDATE EXCLUSIVE"]),
    alter("REPLICA IDENTITY FULL"),
    alter("ALTER COLUMN u ADD GENERATED BY DEFAULT AS IDENTITY"),
    MeasuredStatement(sql: "ALTER TYPE mood ADD VALUE 'sad';", locks: [:]),
    MeasuredStatement(
      sql: "CREATE TABLE nt (id bigint REFERENCES parent (id));",
      locks: ["nt": "ACCESS EXCLUSIVE", "parent": "SHARE ROW EXCLUSIVE"]),
  ]
}
