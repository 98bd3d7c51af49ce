import Testing

@testable import DatabaseProbes

@Suite struct SchemaAnalysisTests {
  // MARK: Conditions of partial indexes

  @Test(arguments: [
    ("(a IS NOT NULL)", true), ("((a IS NOT NULL) AND (b IS NOT NULL))", true),
    ("(((a IS NOT NULL)))", true), ("((a IS NOT NULL) OR (x = 1))", true),
    ("((x = 1) OR ((a IS NOT NULL) AND (b IS NOT NULL)))", true),
    ("((a IS NOT NULL) AND (x = 1))", false), ("(a IS NULL)", false), ("(x IS NOT NULL)", false), ("(a > 0)", false),
    ("", false), ("(", false), (")(", false), ("(a IS NOT NULL", false), ("a IS NOT NULL)", false),
    ("((a IS NOT NULL) AND )", false), ("(NOT (a IS NOT NULL))", false),
    ("(t = 'x) OR (a IS NOT NULL'::text)", false), ("(\"a\" IS NOT NULL)", true), ("((a + 1) IS NOT NULL)", false),
    ("(\"a (or) \"\"b\" IS NOT NULL)", true), ("((\"OR\" IS NOT NULL) AND (a IS NOT NULL))", true),
  ])
  func whatEqualityImplies(condition: String, holds: Bool) {
    let columns: Set<String> = ["a", "b", "a (or) \"b", "OR"]
    #expect(IndexPredicate(condition).holds(whereNotNull: columns) == holds)
  }

  @Test(arguments: [
    ("(a IS NOT NULL)", ["a"]), ("((a IS NOT NULL) AND (x > 3))", ["a"]), ("((a IS NOT NULL) OR (x > 3))", ["a"]),
    ("((x IS NOT NULL) AND (b IS NOT NULL))", ["b"]), ("(x IS NOT NULL)", []), ("(a > 0)", []),
    ("(((a IS NOT NULL) AND (x > 3)) OR (y > 3))", []), ("((a IS NOT NULL) IS TRUE)", []),
  ])
  func whatIsSaidInVain(condition: String, columns: [String]) {
    #expect(IndexPredicate(condition).needless(where: ["a", "b"]) == columns)
  }

  @Test func aConditionMentionsColumnsAndNotTexts() {
    #expect(IndexPredicate.mentions("a", in: "(lower(a) = 'x'::text)"))
    #expect(IndexPredicate.mentions("a b", in: "(\"a b\" > 3)"))
    #expect(!IndexPredicate.mentions("a", in: "(b = 'a'::text)"))
    #expect(!IndexPredicate.mentions("a", in: "(aa > 3)"))
  }

  @Test func nestingWithoutEndIsNotFollowed() {
    let deep = String(repeating: "(", count: 2000) + "a IS NOT NULL" + String(repeating: ")", count: 2000)
    #expect(IndexPredicate(deep).holds(whereNotNull: ["a"]))
    #expect(!IndexPredicate(String(repeating: "(a AND ", count: 500)).holds(whereNotNull: ["a"]))
  }

  // MARK: Sequences

  private func sequence(
    _ increment: Int, _ range: ClosedRange<Int>, last: Int?, from start: Int? = nil, feeds types: [ObjectID] = []
  ) -> SequenceUse {
    SequenceUse(
      id: 1, schema: "public", name: "s", storedName: "s", increment: increment, minimum: range.lowerBound,
      maximum: range.upperBound, start: start ?? (increment > 0 ? range.lowerBound : range.upperBound), cycles: false,
      isReadable: true, last: last,
      feeds: types.map { SequenceUse.Fed(column: "public.t.c", type: $0, typeName: "?") })
  }

  @Test func shareOfASequence() {
    #expect(sequence(1, 1...100, last: 50).shareUsed == 0.5)
    #expect(sequence(1, 1...100, last: nil).shareUsed == 0)
    #expect(sequence(-1, -100...(-1), last: -95).shareUsed == 0.95)
    // Not used yet, and near the end all the same.
    #expect(sequence(10, 1...100, last: nil, from: 92).shareUsed == 0.92)
    #expect(sequence(-1, -100...(-1), last: nil, from: -95).shareUsed == 0.95)
    #expect(sequence(1, 1...1, last: nil).shareUsed == 0)
    #expect(sequence(1, 1...Int.max, last: 2_147_483_647, feeds: [BuiltInType.int4]).shareUsed == 1)
    #expect(sequence(1, 1...Int.max, last: 32_767, feeds: [BuiltInType.int8, BuiltInType.int2]).shareUsed == 1)
    #expect(sequence(-1, Int.min...(-1), last: -32_768, feeds: [BuiltInType.int2]).shareUsed == 1)
    // Beyond the column, and the whole range of 64 bits.
    #expect(sequence(1, 1...Int.max, last: 3_000_000_000, feeds: [BuiltInType.int4]).shareUsed ?? 0 > 1)
    #expect(sequence(1, Int.min...Int.max, last: 0).shareUsed == 0.5)
    #expect(sequence(1, Int.min...Int.max, last: Int.max).shareUsed == 1)
    // Nothing fits at all.
    #expect(sequence(1, 5_000_000_000...6_000_000_000, last: 5_000_000_000, feeds: [BuiltInType.int4]).shareUsed == 1)
  }

  // MARK: Waste

  @Test func wasteIsWhatTheRowsDoNotFill() throws {
    // 4 + 24 + 72 bytes a row: 81 on a page of 8192.
    let lean = try #require(
      BloatEstimate(rows: 8100, pages: 100, columns: 4, width: 70, hasNulls: false, fillFactor: 100, blockSize: 8192))
    #expect(lean.share == 0)
    let half = try #require(
      BloatEstimate(rows: 4050, pages: 100, columns: 4, width: 70, hasNulls: false, fillFactor: 100, blockSize: 8192))
    #expect(half.share == 0.5)
    #expect(half.wastedBytes == 50 * 8192)
    // Space left on purpose is no waste.
    let loose = try #require(
      BloatEstimate(rows: 4000, pages: 100, columns: 4, width: 70, hasNulls: false, fillFactor: 50, blockSize: 8192))
    #expect(loose.share == 0)
    for (rows, pages, width) in [(0, 10, 10.0), (10, 0, 10), (10, 10, .infinity), (10, 10, 1e300), (10, 10, -1)] {
      #expect(
        BloatEstimate(
          rows: rows, pages: pages, columns: 3, width: width, hasNulls: true, fillFactor: 100, blockSize: 8192) == nil)
    }
    let huge = BloatEstimate(
      rows: 1, pages: .max, columns: 3, width: 8, hasNulls: true, fillFactor: 0, blockSize: 32768)
    #expect(huge?.bytes == .max)
  }

  // MARK: Use

  @Test func onlyCountsOfWeeksOnTheOnlyNodeLeaveNoDoubt() {
    #expect(IndexUse.doubt(isCounting: true, days: 14, isStandby: false, replicas: 0) == nil)
    #expect(IndexUse.doubt(isCounting: true, days: 13.9, isStandby: false, replicas: 0)?.contains("13.9 days") == true)
    #expect(IndexUse.doubt(isCounting: true, days: nil, isStandby: false, replicas: 0) != nil)
    #expect(IndexUse.doubt(isCounting: false, days: 400, isStandby: false, replicas: 0) != nil)
    #expect(IndexUse.doubt(isCounting: true, days: 400, isStandby: true, replicas: 0) != nil)
    #expect(IndexUse.doubt(isCounting: true, days: 400, isStandby: false, replicas: 2)?.contains("2") == true)
  }

  @Test func indexesThatGuaranteeSomethingAreNotAskedForTheirUse() {
    func index(_ id: ObjectID, _ column: Int, _ change: (inout Catalog.Index) -> Void = { _ in }) -> Catalog.Index {
      var index = Catalog.Index(
        id: id, table: 1, schema: "public", name: "i\(id)", storedName: "i\(id)", method: "btree", keyCount: 1,
        columns: [column], operatorClasses: [1], collations: [0], options: [0])
      change(&index)
      return index
    }
    var catalog = Catalog()
    catalog.relations[1] = Catalog.Relation(id: 1, schema: "public", name: "t", storedName: "t", kind: .partitioned)
    catalog.relations[2] = Catalog.Relation(
      id: 2, schema: "public", name: "p", storedName: "p", kind: .table, isPartition: true, sequentialScans: 3)
    catalog.indexes[1] = [
      index(10, 1) { $0.isUnique = true }, index(11, 2), index(12, 3), index(13, 4) { $0.isValid = false },
      index(14, 5) { $0.isReplicaIdentity = true }, index(15, 6), index(16, 0),
    ]
    catalog.indexes[2] = [
      index(20, 3) {
        $0.table = 2
        $0.parent = 12
        $0.scans = 7
      }
    ]
    catalog.constraints[30] = Catalog.Constraint(
      id: 30, name: "f", storedName: "f", kind: .foreign, table: 1, columns: [2])
    catalog.constraints[31] = Catalog.Constraint(
      id: 31, name: "x", storedName: "x", kind: .exclusion, table: 1, columns: [6], index: 15)
    let entries = IndexUse.entries(in: catalog)
    #expect(entries.map(\.index.id) == [12, 16])
    #expect(entries.map(\.scans) == [7, 0])
    #expect(entries.map(\.tableReads) == [10, 0])
  }

  // MARK: Vectors

  @Test(arguments: [(0, 1), (5000, 5), (1_000_000, 1000), (4_000_000, 2000), (Int.max, 3_037_000_500)])
  func listsAdvised(rows: Int, lists: Int) { #expect(VectorColumn.advisedLists(rows: rows) == lists) }
}
