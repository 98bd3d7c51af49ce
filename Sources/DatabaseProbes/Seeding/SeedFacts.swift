import Facts

/// What a seeder did in databases made for it.
struct SeedFacts: Sendable {
  /// One time that it ran.
  struct Run: Sendable {
    /// `first` and `fresh` in an empty database each, `again` in the first one.
    var name: String
    var succeeded: Bool
    /// In seconds.
    var duration: Double
    var reason: String?
  }

  var serverVersion: String?
  var runs: [Run] = []
  var first: DatabaseDigest?
  var fresh: DatabaseDigest?
  var again: DatabaseDigest?
  var plan: SeedPlan
  /// Whether nothing is left of it.
  var isRemoved = false

  init(_ plan: SeedPlan) { self.plan = plan }

  /// More tables or columns than this are not listed.
  private static let mostNames = 2000

  var value: JSONValue {
    let tables = first.map { first in first.tables.prefix(Self.mostNames).map { fact($0) } + missing(in: first) }
    let masks = first.map { first in
      plan.masks.filter { mask in
        !first.tables.contains { table in table.masked.contains { mask.covers($0, of: table.name) } }
      }
    }
    return [
      "serverVersion": JSONValue(serverVersion),
      "runs": .array(
        runs.map {
          [
            "name": .string($0.name), "succeeded": .bool($0.succeeded),
            "seconds": .double(($0.duration * 1000).rounded() / 1000),
            "reason": JSONValue($0.reason.map { $0.bounded() }),
          ]
        }),
      "tables": tables.map { .array($0) } ?? nil,
      "demands": first.map { first in .array(plan.rows.map { demand($0.table, $0.atLeast, first) }) } ?? nil,
      "idleMasks": masks.map { JSONValue($0.map { $0.text.bounded() }) } ?? nil, "removed": .bool(isRemoved),
    ]
  }

  private func fact(_ table: DatabaseDigest.Table) -> JSONValue {
    func comparison(_ digest: DatabaseDigest?) -> (same: JSONValue, rows: JSONValue, columns: JSONValue) {
      guard let digest else { return (nil, nil, []) }
      guard let other = digest.table(table.name) else { return (false, 0, []) }
      return (
        .bool(other.content == table.content), .integer(other.rows),
        JSONValue(other.differences(from: table).prefix(100).map { $0.bounded() })
      )
    }
    let (fresh, again) = (comparison(self.fresh), comparison(self.again))
    return [
      "name": .string(table.name.plain.bounded()), "rows": .integer(table.rows), "rowsFresh": fresh.rows,
      "rowsAgain": again.rows, "deterministic": fresh.same, "idempotent": again.same, "differing": fresh.columns,
      "changed": again.columns, "masked": JSONValue(table.masked.map { $0.bounded() }),
    ]
  }

  /// Tables that another run made and the first did not.
  private func missing(in first: DatabaseDigest) -> [JSONValue] {
    let others = (fresh?.tables ?? []) + (again?.tables ?? [])
    let names = Set(others.map(\.name)).subtracting(first.tables.map(\.name))
    return names.sorted { $0.quoted < $1.quoted }.prefix(Self.mostNames).map { name in
      let (fresh, again) = (fresh?.table(name), again?.table(name))
      return [
        "name": .string(name.plain.bounded()), "rows": 0, "rowsFresh": JSONValue(fresh?.rows),
        "rowsAgain": JSONValue(again?.rows), "deterministic": self.fresh == nil ? nil : .bool(fresh == nil),
        "idempotent": self.again == nil ? nil : .bool(again == nil), "differing": [], "changed": [], "masked": [],
      ]
    }
  }

  private func demand(_ name: TableName, _ least: Int, _ digest: DatabaseDigest) -> JSONValue {
    let found = digest.tables.filter {
      $0.name.name == name.name && (name.schema == nil || name.schema == $0.name.schema)
    }
    let rows = found.isEmpty ? nil : found.map(\.rows).reduce(0, +)
    return [
      "table": .string(name.plain.bounded()), "atLeast": .integer(least), "rows": .integer(rows ?? 0),
      "exists": .bool(rows != nil), "holds": .bool((rows ?? -1) >= least),
    ]
  }

  static let schema = Schema.object([
    .required("serverVersion", .nullable(.string()), "the throw-away server's version"),
    .required(
      "runs",
      .array(
        .object([
          .required(
            "name", .string(.word(["first", "fresh", "again"])),
            "first and fresh in an empty database each, again in the first one"),
          .required("succeeded", .boolean, "it ended with status 0"),
          .required("seconds", .number(minimum: 0), "how long it took"),
          .required("reason", .nullable(.string()), "what went wrong"),
        ])), "the times that the seeder ran, up to one that failed"),
    .required(
      "tables",
      .nullable(
        .array(
          .object([
            .required("name", .string(), "the table with its schema"),
            .required("rows", .integer(minimum: 0), "rows after the first run"),
            .required("rowsFresh", .nullable(.integer(minimum: 0)), "rows after a run in another empty database"),
            .required("rowsAgain", .nullable(.integer(minimum: 0)), "rows after a second run in the same database"),
            .required("deterministic", .nullable(.boolean), "both empty databases got the same rows"),
            .required("idempotent", .nullable(.boolean), "the second run changed nothing"),
            .required("differing", .array(.string()), "columns in which the two empty databases differ"),
            .required("changed", .array(.string()), "columns that the second run changed"),
            .required("masked", .array(.string()), "columns that were not compared"),
          ]))), "the tables; null where the first run failed"),
    .required(
      "demands",
      .nullable(
        .array(
          .object([
            .required("table", .string(), "the table"),
            .required("atLeast", .integer(minimum: 0), "rows it has to have"),
            .required("rows", .integer(minimum: 0), "rows it has"),
            .required("exists", .boolean, "there is such a table"),
            .required("holds", .boolean, "it has enough"),
          ]))), "the rows that the inventory demands"),
    .required("idleMasks", .nullable(.array(.string())), "declared volatile columns that no table has"),
    .required("removed", .boolean, "nothing is left of it"),
  ])
}
