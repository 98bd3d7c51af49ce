import Testing

@testable import MigrationAnalysis

@Suite("Impact") struct ImpactTests {
  @Test("every measured statement costs what was measured", arguments: MeasuredStatement.all)
  func asMeasured(_ statement: MeasuredStatement) throws {
    let file = MigrationFile(MeasuredStatement.schema + statement.before + "\n" + statement.sql)
    let impact = try #require(file.costs.last).impact
    #expect(Dictionary(uniqueKeysWithValues: impact.locks.map { ($0.table, $0.mode.rawValue) }) == statement.locks)
    #expect(impact.rewrite.rawValue == statement.rewrite)
    #expect(impact.scans == statement.scans)
  }

  @Test("without the schema the worst is assumed of a change of type")
  func unknownTypesAreRewritten() {
    #expect(MigrationFile("ALTER TABLE t ALTER b TYPE text;").costs.first?.impact.rewrite == .table)
  }

  @Test(
    "a change of type is free exactly where PostgreSQL keeps the rows",
    arguments: [
      ("varchar(10)", "varchar", true), ("text", "varchar", true), ("text", "varchar(9)", false),
      ("varchar", "varchar(9)", false), ("numeric(10,2)", "numeric", true), ("numeric", "numeric(5,1)", false),
      ("timestamp(3)", "timestamp", true), ("timestamp", "timestamp(3)", false), ("cidr", "inet", true),
      ("inet", "cidr", false), ("int", "integer", true), ("integer", "bigint", false), ("char(3)", "char(4)", false),
      ("bit varying(4)", "varbit(8)", true), ("time(2)", "time(4)", true), ("interval(2)", "interval", true),
      ("text[]", "varchar[]", false), ("character varying(10)", "varchar(10)", true),
    ])
  func changesOfType(_ change: (from: String, to: String, isFree: Bool)) {
    let file = MigrationFile("CREATE TABLE t (c \(change.from)); ALTER TABLE t ALTER COLUMN c TYPE \(change.to);")
    #expect((file.costs.last?.impact.rewrite == .nothing) == change.isFree)
  }
}
