/// Foreign keys with and without an index that serves them, each in a table of its own.
enum ForeignKeyTraps {
  struct Trap {
    /// The constraint's name.
    var name: String
    /// `full`, `partial` or `none`.
    var cover: String
    /// What to run; `@T` stands for the table's name.
    var statements: [String]
  }

  static let parents = [
    "CREATE TABLE p (id int PRIMARY KEY, big bigint UNIQUE, code text UNIQUE, a int, b int, c int, UNIQUE (a, b), UNIQUE (a, b, c))",
    "CREATE TABLE pp (id int PRIMARY KEY) PARTITION BY RANGE (id)",
    "CREATE TABLE pp_1 PARTITION OF pp FOR VALUES FROM (0) TO (10)",
    "CREATE TABLE pp_2 PARTITION OF pp FOR VALUES FROM (10) TO (20)",
    "CREATE DOMAIN reference AS int CHECK (VALUE > 0)",
  ]

  private static func one(_ name: String, _ cover: String, _ rest: String...) -> Trap {
    Trap(
      name: name, cover: cover,
      statements: ["CREATE TABLE @T (id int, x int, r int CONSTRAINT \(name) REFERENCES p)"] + rest)
  }

  private static func two(_ name: String, _ cover: String, _ rest: String...) -> Trap {
    Trap(
      name: name, cover: cover,
      statements: [
        "CREATE TABLE @T (x int, a int, b int, CONSTRAINT \(name) FOREIGN KEY (a, b) REFERENCES p (a, b))"
      ] + rest)
  }

  private static func other(_ name: String, _ cover: String, _ statements: String...) -> Trap {
    Trap(name: name, cover: cover, statements: statements)
  }

  static let all = [
    one("m_no_index", "none"),
    one("m_other_condition", "none", "CREATE INDEX ON @T (r) WHERE x = 1"),
    one("m_own_condition", "none", "CREATE INDEX ON @T (r) WHERE r > 0"),
    one("m_half_condition", "none", "CREATE INDEX ON @T (r) WHERE r IS NOT NULL AND x IS NOT NULL"),
    one("m_is_null", "none", "CREATE INDEX ON @T (r) WHERE r IS NULL"),
    one("m_brin", "none", "CREATE INDEX ON @T USING brin (r)"),
    one("m_include", "none", "CREATE INDEX ON @T (x) INCLUDE (r)"),
    one("m_second", "none", "CREATE INDEX ON @T (x, r)"),
    one("m_expression", "none", "CREATE INDEX ON @T ((r + 0))"),
    one(
      "m_invalid", "none", "CREATE INDEX m_invalid_index ON @T (r)",
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'm_invalid_index'::regclass"),
    two("m_two_no_index", "none"),
    two("m_two_behind", "none", "CREATE INDEX ON @T (x, a, b)"),
    other(
      "m_collation", "none", "CREATE TABLE @T (r text CONSTRAINT m_collation REFERENCES p (code))",
      "CREATE INDEX ON @T (r COLLATE \"C\")"),
    other(
      "m_one_partition", "none",
      "CREATE TABLE @T (id int, r int CONSTRAINT m_one_partition REFERENCES p) PARTITION BY RANGE (id)",
      "CREATE TABLE m_one_partition_1 PARTITION OF @T FOR VALUES FROM (0) TO (10)",
      "CREATE TABLE m_one_partition_2 PARTITION OF @T FOR VALUES FROM (10) TO (20)",
      "CREATE INDEX ON m_one_partition_1 (r)"),
    two("w_first_only", "partial", "CREATE INDEX ON @T (a)"),
    two("w_gap", "partial", "CREATE INDEX ON @T (a, x, b)"),
    two("w_repeated", "partial", "CREATE INDEX ON @T (a, a, x)"),

    one("f_plain", "full", "CREATE INDEX ON @T (r)"),
    one("f_first_of_two", "full", "CREATE INDEX ON @T (r, x)"),
    one("f_unique", "full", "CREATE UNIQUE INDEX ON @T (r)"),
    one("f_hash", "full", "CREATE INDEX ON @T USING hash (r)"),
    one("f_not_null", "full", "CREATE INDEX ON @T (r) WHERE r IS NOT NULL"),
    one("f_either", "full", "CREATE INDEX ON @T (r) WHERE r IS NOT NULL OR x = 1"),
    one("f_descending", "full", "CREATE INDEX ON @T (r DESC NULLS LAST)"),
    one("f_with_payload", "full", "CREATE INDEX ON @T (r) INCLUDE (x)"),
    one("f_both_broken_and_whole", "full", "CREATE INDEX ON @T (r) WHERE x = 1", "CREATE INDEX ON @T (r)"),
    two("f_permuted", "full", "CREATE INDEX ON @T (b, a)"),
    two("f_permuted_and_more", "full", "CREATE INDEX ON @T (b, a, x)"),
    two("f_two_not_null", "full", "CREATE INDEX ON @T (a, b) WHERE a IS NOT NULL AND b IS NOT NULL"),
    other(
      "f_three_permuted", "full",
      "CREATE TABLE @T (a int, b int, c int, CONSTRAINT f_three_permuted FOREIGN KEY (a, b, c) REFERENCES p (a, b, c))",
      "CREATE INDEX ON @T (c, a, b)"),
    other("f_primary", "full", "CREATE TABLE @T (r int PRIMARY KEY CONSTRAINT f_primary REFERENCES p)"),
    other(
      "f_pattern", "full", "CREATE TABLE @T (r text CONSTRAINT f_pattern REFERENCES p (code))",
      "CREATE INDEX ON @T (r text_pattern_ops)"),
    other(
      "f_own_collation", "full",
      "CREATE TABLE @T (r text COLLATE \"C\" CONSTRAINT f_own_collation REFERENCES p (code))",
      "CREATE INDEX ON @T (r)"),
    other(
      "f_narrower", "full", "CREATE TABLE @T (r int CONSTRAINT f_narrower REFERENCES p (big))",
      "CREATE INDEX ON @T (r)"),
    other(
      "f_domain", "full", "CREATE TABLE @T (r reference CONSTRAINT f_domain REFERENCES p)",
      "CREATE INDEX ON @T (r)"),
    other(
      "f_brackets", "full", "CREATE TABLE @T (\"a (or) b\" int CONSTRAINT f_brackets REFERENCES p)",
      "CREATE INDEX ON @T (\"a (or) b\") WHERE \"a (or) b\" IS NOT NULL"),
    other(
      "f_leaves", "full",
      "CREATE TABLE @T (id int, r int CONSTRAINT f_leaves REFERENCES p) PARTITION BY RANGE (id)",
      "CREATE TABLE f_leaves_1 PARTITION OF @T FOR VALUES FROM (0) TO (10)",
      "CREATE TABLE f_leaves_2 PARTITION OF @T FOR VALUES FROM (10) TO (20)",
      "CREATE INDEX ON f_leaves_1 (r)", "CREATE INDEX ON f_leaves_2 (r)"),
    other(
      "f_attached", "full",
      "CREATE TABLE @T (id int, r int CONSTRAINT f_attached REFERENCES p) PARTITION BY RANGE (id)",
      "CREATE TABLE f_attached_1 (gone int, r int, id int)", "ALTER TABLE f_attached_1 DROP COLUMN gone",
      "ALTER TABLE @T ATTACH PARTITION f_attached_1 FOR VALUES FROM (0) TO (10)", "CREATE INDEX ON @T (r)"),
    other(
      "f_to_partitions", "full", "CREATE TABLE @T (r int CONSTRAINT f_to_partitions REFERENCES pp)",
      "CREATE INDEX ON @T (r)"),
    other(
      "f_self", "full", "CREATE TABLE @T (id int PRIMARY KEY, r int CONSTRAINT f_self REFERENCES @T)",
      "CREATE INDEX ON @T (r)"),
  ]

  static var statements: [String] {
    parents + all.flatMap { trap in trap.statements.map { $0.replacing("@T", with: "t_\(trap.name)") } }
  }
}
