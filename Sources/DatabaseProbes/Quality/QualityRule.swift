import Facts

/// A demand on the data of a table.
struct QualityRule: Sendable {
  /// What is demanded.
  enum Demand: Sendable {
    case notNull(String)
    /// No two rows have the same values in these columns.
    case unique([String])
    case acceptedValues(String, [String])
    /// The values in the columns are those of a row of the other table.
    case relationship([String], to: TableName, [String])
    case range(String, Bounds)
    /// A regular expression of PostgreSQL.
    case pattern(String, String)
    case rowCount(Bounds)
    /// The newest value that is not in the future is at most this many seconds old.
    case freshness(String, seconds: Int)
    /// Rows beyond the first with the same values in these columns; at most so many, or as `mostly` says.
    case duplicates([String], atMost: Int?)
    case aggregate(Function, String, Bounds)
    /// A query for rows that should not be there.
    case query(name: String, sql: String)
  }

  /// What is made of all values of a column.
  enum Function: String, Sendable, CaseIterable {
    case min, max, avg, sum, stddev, count, countDistinct

    /// The call on a column. Nulls are left out.
    func call(on column: String) -> String {
      switch self {
      case .countDistinct: "count(DISTINCT \(column))"
      default: "\(rawValue)(\(column))"
      }
    }

    /// Whether what it gives is a value out of some row, which is nobody's business.
    var isRowValue: Bool { self == .min || self == .max }
  }

  /// Limits in the words of checks, each as it was written.
  struct Bounds: Sendable, Hashable {
    /// The relations with their operators in SQL.
    static let relations = [
      ("atLeast", ">=", "at least"), ("atMost", "<=", "at most"), ("moreThan", ">", "more than"),
      ("lessThan", "<", "less than"),
    ]
    /// Operator, words and limit of each.
    var limits: [(operation: String, words: String, limit: String)]

    init(_ value: JSONValue?) {
      limits = Self.relations.compactMap { name, operation, words in
        value?[name].map { (operation, words, $0.plainText) }
      }
    }

    var words: String { limits.map { "\($0.words) \($0.limit)" }.joined(separator: ", ") }

    /// Whether a count keeps to them.
    func hold(_ count: Int) -> Bool {
      limits.allSatisfy { limit in
        guard let bound = Double(limit.limit) else { return false }
        let count = Double(count)
        return switch limit.operation {
        case ">=": count >= bound
        case "<=": count <= bound
        case ">": count > bound
        default: count < bound
        }
      }
    }

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    func hash(into hasher: inout Hasher) { hasher.combine(words) }
  }

  /// The table whose rows are judged; nil for a query alone.
  var table: TableName?
  /// What tells this rule from another of its kind on the same columns.
  var label: String?
  /// A condition in SQL on the rows that are judged.
  var condition: String?
  /// The least share of rows that have to hold, 0 to 1.
  var mostly: Double
  /// Whether a miss is only worth a warning.
  var isWarning: Bool
  var demand: Demand
}

extension QualityRule {
  /// The word in the inventory.
  var word: String {
    switch demand {
    case .notNull: "notNull"
    case .unique: "unique"
    case .acceptedValues: "acceptedValues"
    case .relationship: "relationships"
    case .range: "range"
    case .pattern: "pattern"
    case .rowCount: "rowCount"
    case .freshness: "freshness"
    case .duplicates: "duplicates"
    case .aggregate: "aggregate"
    case .query: "sql"
    }
  }

  /// The columns it speaks of.
  var columns: [String] {
    switch demand {
    case .notNull(let column), .acceptedValues(let column, _), .range(let column, _), .pattern(let column, _),
      .freshness(let column, _), .aggregate(_, let column, _):
      [column]
    case .unique(let columns), .relationship(let columns, _, _), .duplicates(let columns, _): columns
    case .rowCount, .query: []
    }
  }

  /// Whether it is judged row by row, so that no row means that nothing was seen.
  var isAboutRows: Bool {
    switch demand {
    case .notNull, .unique, .acceptedValues, .relationship, .range, .pattern, .duplicates: true
    case .rowCount, .freshness, .aggregate, .query: false
    }
  }

  /// What has to be, in words.
  var expected: String {
    let share = mostly < 1 ? ", in at least \(Self.percent(mostly)) of the rows" : ""
    return switch demand {
    case .notNull: "not null\(share)"
    case .unique: "no two rows alike\(share)"
    case .acceptedValues(_, let values): "one of \(values.count) values\(share)"
    case .relationship(_, let table, let fields): "found in \(table.plain) (\(fields.joined(separator: ", ")))\(share)"
    case .range(_, let bounds): "\(bounds.words)\(share)"
    case .pattern: "matches the pattern\(share)"
    case .rowCount(let bounds): "\(bounds.words) rows"
    case .freshness(_, let seconds): "at most \(seconds) s old"
    case .duplicates(_, let most?): "at most \(most) rows that repeat others"
    case .duplicates: "no row that repeats another\(share)"
    case .aggregate(let function, _, let bounds): "\(function.rawValue) \(bounds.words)"
    case .query: "no row"
    }
  }

  static func percent(_ share: Double) -> String {
    let percent = (share * 1_000_000).rounded() / 10_000
    return "\(Int(exactly: percent).map(String.init) ?? String(percent)) %"
  }
}

extension QualityRule {
  /// The rules that the inventory declares under `quality`, in their order.
  static func all(in declaration: JSONValue?) -> [QualityRule] {
    (declaration?.array ?? []).flatMap(rules)
  }

  private static func rules(of entry: JSONValue) -> [QualityRule] {
    let table = entry["table"]?.string.flatMap(TableName.init)
    var demands: [Demand] = []
    for member in entry.object?.members ?? [] {
      let value = member.value
      switch member.name {
      case "notNull": demands += names(value).map(Demand.notNull)
      case "unique": demands += keys(value).map(Demand.unique)
      case "acceptedValues":
        demands += members(value) { .acceptedValues($0, $1.array?.map(\.plainText) ?? []) }
      case "relationships":
        demands += (value.array ?? []).compactMap { element in
          guard let other = element["to"]?.string.flatMap(TableName.init) else { return nil }
          return .relationship(names(element["column"]), to: other, names(element["field"]))
        }
      case "range": demands += members(value) { .range($0, Bounds($1)) }
      case "pattern": demands += members(value) { .pattern($0, $1.plainText) }
      case "rowCount": demands.append(.rowCount(Bounds(value)))
      case "freshness":
        guard let column = value["column"]?.string,
          let seconds = value["within"]?.string.flatMap(LengthOfTime.seconds)
        else { break }
        demands.append(.freshness(column, seconds: seconds))
      case "duplicates":
        demands += (value.array ?? []).map { .duplicates(names($0["columns"]), atMost: $0["atMost"]?.integer) }
      case "aggregate":
        demands += (value.array ?? []).compactMap { element in
          guard let function = element["of"]?.string.flatMap(Function.init), let column = element["column"]?.string
          else { return nil }
          return .aggregate(function, column, Bounds(element))
        }
      case "sql":
        demands += (value.array ?? []).compactMap { element in
          guard let name = element["name"]?.string, let sql = element["query"]?.string else { return nil }
          return .query(name: name, sql: sql)
        }
      default: break
      }
    }
    return demands.map { demand in
      QualityRule(
        table: table, label: entry["name"]?.string, condition: entry["where"]?.string,
        mostly: entry["mostly"]?.double ?? 1, isWarning: entry["severity"]?.string == "warn", demand: demand)
    }
  }

  private static func members(_ value: JSONValue, _ demand: (String, JSONValue) -> Demand) -> [Demand] {
    (value.object?.members ?? []).map { demand($0.name, $0.value) }
  }

  /// One name or several.
  static func names(_ value: JSONValue?) -> [String] {
    value?.string.map { [$0] } ?? value?.array?.compactMap(\.string) ?? []
  }

  /// A list of keys, each of one column or several.
  private static func keys(_ value: JSONValue) -> [[String]] {
    value.string.map { [[$0]] } ?? (value.array ?? []).map(names)
  }
}

/// A length of time as people write it: `90s`, `15m`, `24h`, `7d`.
enum LengthOfTime {
  private static let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]

  /// Whole seconds, at most a hundred years; nil for anything else.
  static func seconds(_ text: String) -> Int? {
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count > 0,
      count <= 3_155_760_000 / unit
    else { return nil }
    return count * unit
  }
}
