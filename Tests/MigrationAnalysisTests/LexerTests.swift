import Testing

@testable import MigrationAnalysis

@Suite("SQL text") struct LexerTests {
  private func kinds(_ sql: String) -> [SQLStatementKind] { SQLStatements(sql).statements.map(\.kind) }

  @Test func textThatLooksLikeSQLIsNone() {
    let sql = """
      SELECT ';', E'\\';', U&'\\0041;', $$ ; DROP TABLE a; $$, $b$ ; $$ ; $b$, "a;b", 'it''s;' /* ; /* nested ; */ ; */;
      -- ; DROP TABLE b;
      DROP TABLE c;
      """
    #expect(kinds(sql) == [.select, .dropTable([SQLName(name: "c")], ifExists: false)])
    #expect(SQLStatements(sql).statements.last?.lines == 3...3)
  }

  @Test func functionBodiesAreOneStatement() {
    let sql = """
      CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
      CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b);
      DROP TABLE t;
      """
    #expect(kinds(sql).count == 3)
  }

  @Test func whatPsqlAddsIsPassedOver() {
    let sql = """
      \\set ON_ERROR_STOP on
      COPY t FROM stdin;
      1\tDROP TABLE a;
      \\.
      SELECT 1 \\gexec
      DROP TABLE b;
      """
    #expect(kinds(sql) == [.copy, .select, .dropTable([SQLName(name: "b")], ifExists: false)])
  }

  @Test(
    "what never ends is said with its line",
    arguments: [
      ("SELECT 1;\nSELECT 'a", "string"), ("SELECT 1;\n/* a", "comment"),
      ("SELECT 1;\nSELECT $x$ a", "string between dollar signs"), ("SELECT 1;\nSELECT \"a", "quoted identifier"),
    ])
  func unterminated(_ sample: (sql: String, what: String)) throws {
    let found = try #require(SQLStatements(sample.sql).unterminated)
    #expect(found == (sample.what, 2))
  }

  @Test func statementsAreCutWhereTheyEnd() {
    let text = "\u{FEFF}SELECT 1; -- a ;\nSELECT ';' /* ; */;\n\nCREATE FUNCTION f() AS $$ a; b; $$;SELECT (2"
    let found = SQLTexts.statements(of: text)
    #expect(found.map(\.line) == [1, 2, 4, 4])
    #expect(found.map { $0.text.drop { $0 == "\u{FEFF}" } }.joined(separator: ";") == text.drop { $0 == "\u{FEFF}" })
    #expect(SQLTexts.statements(of: " ;; -- nothing\n").isEmpty)
  }

  @Test("two thousand broken texts are read to their end, and every line named is a line of theirs")
  func mutations() {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: (state >> 33) % UInt64(bound))
    }
    let cases = RuleCase.all + RuleCase.compatibility + RuleCase.trails
    let sources = cases.map { Array($0.sql.utf8) } + MeasuredStatement.all.map { Array($0.sql.utf8) }
    let splinters = ["'", "\"", "$$", "(", ")", ";", "/*", "\\", ",", ".", "\0", "é", "--", "alter table"]
    for _ in 0..<2_000 {
      var bytes = sources[draw(sources.count)]
      for _ in 0...draw(3) where !bytes.isEmpty {
        let place = draw(bytes.count)
        if draw(2) == 0 {
          bytes.remove(at: place)
        } else {
          bytes.insert(contentsOf: splinters[draw(14)].utf8, at: place)
        }
      }
      let file = MigrationFile(String(decoding: bytes, as: UTF8.self))
      let lines = 1...bytes.count { $0 == UInt8(ascii: "\n") } + 1
      let named = file.findings.map(\.line) + file.costs.flatMap { [$0.lines.lowerBound, $0.lines.upperBound] }
      #expect(named.allSatisfy(lines.contains))
    }
  }
}
