import Facts

/// What is asked of the server for one rule, or for several that one reading of a table answers.
///
/// Values are bound, names are quoted. What comes back are counts and figures made of all rows, never a value out of one.
struct QualityQuestion: Sendable {
  /// The answer's columns for one rule of a reading.
  struct Part: Sendable {
    /// An expression for how many rows break the rule.
    var failing: String?
    /// An expression for how many rows have a value to judge; all unless there is one.
    var present: String?
    /// An expression for a figure made of all values.
    var value: String?
    /// An expression for whether that figure is within its limits.
    var holds: String?
  }

  private(set) var statement = ""
  private(set) var arguments: [String?] = []

  /// More rows than this that a query finds are not counted.
  static let mostRows = 100_000

  /// Binds a value and says where it stands.
  private mutating func bind(_ value: String) -> String {
    arguments.append(value)
    return "$\(arguments.count)"
  }

  // MARK: One reading for many rules

  /// Whether one reading of the table answers the rule beside others.
  static func isPart(_ rule: QualityRule) -> Bool {
    switch rule.demand {
    case .notNull, .acceptedValues, .range, .pattern, .rowCount, .freshness, .aggregate: true
    case .unique, .relationship, .duplicates, .query: false
    }
  }

  /// One reading for rules on the same rows of the same table. The columns of rule number N are `fN`, `pN`, `vN`, `hN`.
  init(reading table: QualityTables.Table, for rules: [QualityRule]) {
    var columns = ["count(*) AS rows"]
    for (index, rule) in rules.enumerated() {
      let part = part(rule, of: table)
      for (letter, expression) in [("f", part.failing), ("p", part.present), ("v", part.value), ("h", part.holds)] {
        if let expression { columns.append("\(expression) AS \(letter)\(index)") }
      }
    }
    statement = "SELECT \(columns.joined(separator: ", ")) FROM \(table.name.quoted)\(Self.filter(rules.first))"
  }

  private static func filter(_ rule: QualityRule?) -> String {
    // On a line of its own: a condition may end in a comment.
    rule?.condition.map { " WHERE (\($0)\n)" } ?? ""
  }

  private mutating func part(_ rule: QualityRule, of table: QualityTables.Table) -> Part {
    let name = rule.columns.first ?? ""
    let column = TableName.quoted(name)
    let known = table.columns[name]
    let isText = known?.isText ?? true
    /// The column as it is compared, and the type that limits take.
    let (own, type) = isText ? ("\(column)::text", "text") : (column, known?.type ?? "text")
    switch rule.demand {
    case .notNull: return Part(failing: "count(*) FILTER (WHERE \(column) IS NULL)")
    case .acceptedValues(_, let values):
      let list = bind(PostgresArray.literal(values))
      return Part(
        failing: "count(*) FILTER (WHERE NOT (\(own) = ANY (\(list)::\(type)[])))", present: "count(\(column))")
    case .range(_, let bounds):
      let tests = bounds.limits.map { "\(own) \($0.operation) \(bind($0.limit))::\(type)" }
      return Part(
        failing: "count(*) FILTER (WHERE NOT (\(tests.joined(separator: " AND "))))", present: "count(\(column))")
    case .pattern(_, let pattern):
      return Part(
        failing: "count(*) FILTER (WHERE NOT (\(column)::text ~ \(bind(pattern))))", present: "count(\(column))")
    case .rowCount: return Part(value: "count(*)::float8")
    case .freshness:
      let past = "max(\(column)) FILTER (WHERE \(column)::timestamptz <= now())"
      return Part(value: "extract(epoch FROM now() - (\(past))::timestamptz)::float8")
    case .aggregate(let function, _, let bounds):
      let call = function.call(on: column)
      // The least and the greatest value have the column's type, and stay in the server; the others are numbers.
      let limit = function.isRowValue ? (isText ? "text" : type) : "numeric"
      let figure = function.isRowValue ? (isText ? "\(call)::text" : call) : "(\(call))::numeric"
      let tests = bounds.limits.map { "\(figure) \($0.operation) \(bind($0.limit))::\(limit)" }
      return Part(
        present: "count(\(column))", value: function.isRowValue ? nil : "(\(call))::float8",
        holds: tests.joined(separator: " AND "))
    case .unique, .relationship, .duplicates, .query: return Part()
    }
  }

  // MARK: A question of its own

  /// How many rows there are, have a whole key, and share it: `rows`, `p0`, `f0`. `beyondFirst` counts of each group all
  /// rows but one.
  init(groups columns: [String], of table: QualityTables.Table, for rule: QualityRule, beyondFirst: Bool) {
    let names = columns.map(TableName.quoted)
    let whole = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
    let failing = beyondFirst ? "sum(n - 1)" : "sum(n)"
    statement = """
      SELECT coalesce(sum(n), 0) AS rows, coalesce(sum(n) FILTER (WHERE whole), 0) AS p0,
        coalesce(\(failing) FILTER (WHERE whole AND n > 1), 0) AS f0
      FROM (SELECT count(*) AS n, \(whole) AS whole FROM \(table.name.quoted)\(Self.filter(rule))
        GROUP BY \(names.joined(separator: ", "))) groups
      """
  }

  /// How many rows there are, refer to something, and to something that is not there: `rows`, `p0`, `f0`.
  init(
    references columns: [String], of table: QualityTables.Table, to other: QualityTables.Table, _ fields: [String],
    for rule: QualityRule
  ) {
    let pairs = Array(zip(columns, fields).enumerated())
    let own = pairs.map { "\(TableName.quoted($1.0)) AS c\($0)" }.joined(separator: ", ")
    let others = pairs.map { "\(TableName.quoted($1.1)) AS k\($0)" }.joined(separator: ", ")
    let whole = pairs.map { "t.c\($0.0) IS NOT NULL" }.joined(separator: " AND ")
    let equal = pairs.map { "o.k\($0.0) = t.c\($0.0)" }.joined(separator: " AND ")
    statement = """
      SELECT count(*) AS rows, count(*) FILTER (WHERE \(whole)) AS p0,
        count(*) FILTER (WHERE \(whole) AND o.k0 IS NULL) AS f0
      FROM (SELECT \(own) FROM \(table.name.quoted)\(Self.filter(rule))) t
        LEFT JOIN (SELECT DISTINCT \(others) FROM \(other.name.quoted)) o ON \(equal)
      """
  }

  /// How many rows a query finds: `f0`; and whether the table beside it has any: `rows`, 0 or 1.
  init(query: String, beside table: QualityTables.Table?) {
    let rows = table.map { "(SELECT count(*) FROM (SELECT FROM \($0.name.quoted) LIMIT 1) t)" } ?? "NULL"
    statement = """
      SELECT count(*) AS f0, \(rows) AS rows FROM (SELECT FROM (
      \(query)
      ) q LIMIT \(Self.mostRows + 1)) r
      """
  }
}
