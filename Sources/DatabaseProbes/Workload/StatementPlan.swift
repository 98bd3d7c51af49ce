import Facts

/// A plan as EXPLAIN writes it in JSON, as far as scans are concerned. Pure.
struct StatementPlan: Sendable {
  /// A table that is read from end to end although only a small part is wanted.
  struct Scan: Sendable, Hashable {
    /// Why an index would serve.
    enum Kind: String, Sendable, Hashable, CaseIterable {
      /// A condition keeps a small part of the rows.
      case filter
      /// The first rows in some order are wanted.
      case order
      /// The other side of a join is far smaller.
      case join
    }

    var kind: Kind
    var schema: String
    var table: String
    /// The name the table goes by in conditions.
    var alias: String
    /// The condition or order, as the server writes it.
    var condition: String
    /// Rows the planner expects to keep.
    var rows: Double
  }

  /// The planner's estimate, in its own unit.
  var cost: Double
  /// The scans, in the order of the plan.
  var scans: [Scan] = []

  /// A table's size, by which a scan is large or not.
  typealias RowCount = (_ schema: String, _ table: String) -> Double?

  /// A condition that keeps more than this share of the rows is served best by a scan.
  static let selectiveShare = 0.1
  /// A side of a join under this share of the other is far smaller.
  private static let smallSide = 0.01
  /// Plans nest no deeper than this, or are not looked at further down.
  private static let mostLevels = 200

  /// Reads the document; nil if it is no plan. `largeRows` gives the rows of tables that are large, and nil for others.
  init?(_ document: JSONValue, largeRows: RowCount) {
    guard let root = document[0]?["Plan"], let cost = root["Total Cost"]?.double else { return nil }
    self.cost = cost
    walk(root, above: [], largeRows: largeRows)
  }

  private mutating func walk(_ node: JSONValue, above: [JSONValue], largeRows: RowCount) {
    guard above.count < Self.mostLevels else { return }
    if node["Node Type"]?.string == "Seq Scan", let scan = Self.scan(node, above: above, largeRows: largeRows) {
      scans.append(scan)
    }
    for child in node["Plans"]?.array ?? [] { walk(child, above: above + [node], largeRows: largeRows) }
  }

  private static func scan(_ node: JSONValue, above: [JSONValue], largeRows: RowCount) -> Scan? {
    guard let schema = node["Schema"]?.string, let table = node["Relation Name"]?.string,
      let total = largeRows(schema, table), total > 0
    else { return nil }
    let rows = (node["Plan Rows"]?.double ?? total) * workers(above)
    var scan = Scan(
      kind: .filter, schema: schema, table: table, alias: node["Alias"]?.string ?? table, condition: "", rows: rows)
    if let filter = node["Filter"]?.string {
      guard rows / total <= selectiveShare else { return nil }
      scan.condition = filter
      return scan
    }
    if let order = order(above) {
      scan.kind = .order
      scan.condition = order
      return scan
    }
    guard let condition = join(node, above: above, rows: rows) else { return nil }
    scan.kind = .join
    scan.condition = condition
    return scan
  }

  /// A parallel plan counts the rows of each process; the leader helps the less, the more workers there are (costsize.c).
  private static func workers(_ above: [JSONValue]) -> Double {
    guard let planned = above.last(where: { $0["Workers Planned"] != nil })?["Workers Planned"]?.double else {
      return 1
    }
    return planned + max(0, 1 - 0.3 * planned)
  }

  private static let passing: Set = ["Gather", "Gather Merge", "Result", "Subquery Scan"]

  /// The keys by which the rows are sorted for a LIMIT, if nothing stands between but what passes rows on.
  private static func order(_ above: [JSONValue]) -> String? {
    var keys: String?
    for node in above.reversed() {
      let type = node["Node Type"]?.string ?? ""
      if keys == nil, type == "Sort" {
        keys = (node["Sort Key"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
      } else if type == "Limit" {
        return keys
      } else if !passing.contains(type) {
        return nil
      }
    }
    return nil
  }

  /// The condition of a hash join whose other side is far smaller.
  private static func join(_ node: JSONValue, above: [JSONValue], rows: Double) -> String? {
    var child = node
    for parent in above.reversed() {
      let type = parent["Node Type"]?.string ?? ""
      if type == "Hash Join", let condition = parent["Hash Cond"]?.string {
        let isOther = { (plan: JSONValue) in plan["Parent Relationship"] != child["Parent Relationship"] }
        guard let other = parent["Plans"]?.array?.first(where: isOther)?["Plan Rows"]?.double else { return nil }
        return other < smallSide * rows ? condition : nil
      }
      guard type == "Hash" || passing.contains(type) else { return nil }
      child = parent
    }
    return nil
  }
}
