/// Columns that a check of an earlier file already proves to have no nulls: a file that validates a constraint it did not add,
/// sets columns NOT NULL, and drops the constraint again is the last step of the safe way, and its constraint was
/// `CHECK (column IS NOT NULL)`.
struct NotNullHelpers: Sendable {
  /// A `SET NOT NULL` of a file.
  private struct Spot: Hashable {
    var statement: Int
    var column: String
  }

  private struct Constraint: Hashable {
    var table: String
    var name: String
  }

  private var covered: Set<Spot> = []

  init(_ statements: [SQLStatement]) {
    var added: Set<String> = []
    var validated: Set<Constraint> = []
    var dropped: Set<Constraint> = []
    for (_, table, action) in Self.actions(statements) {
      switch action {
      case .addConstraint(let constraint): if let name = constraint.name { added.insert(name) }
      case .dropConstraint(let name, _): dropped.insert(Constraint(table: table, name: name))
      default: break
      }
    }
    // By name where the name says which column it is about, else one column for each such constraint.
    var spare: [String: Int] = [:]
    for (index, table, action) in Self.actions(statements) {
      switch action {
      case .validateConstraint(let name):
        let constraint = Constraint(table: table, name: name)
        guard !added.contains(name), dropped.contains(constraint) else { continue }
        validated.insert(constraint)
        if Self.column(of: constraint) == nil { spare[table, default: 0] += 1 }
      case .alterColumn(let column, .setNotNull):
        if validated.contains(where: { $0.table == table && Self.column(of: $0) == column }) {
          covered.insert(Spot(statement: index, column: column))
        } else if let left = spare[table], left > 0 {
          spare[table] = left - 1
          covered.insert(Spot(statement: index, column: column))
        }
      default: break
      }
    }
  }

  /// Whether the `SET NOT NULL` of `column` in a statement need not look at the rows.
  func cover(_ column: String, in statement: Int) -> Bool {
    covered.contains(Spot(statement: statement, column: column))
  }

  private static func actions(
    _ statements: [SQLStatement]
  ) -> [(index: Int, table: String, action: SQLTableAction.Kind)] {
    statements.enumerated().flatMap { index, statement -> [(index: Int, table: String, action: SQLTableAction.Kind)] in
      guard case .alterTable(let table) = statement.kind else { return [] }
      return table.actions.map { (index, table.name.name, $0.kind) }
    }
  }

  /// The column that a name like `table_column_not_null` or `column_not_null` speaks of.
  private static func column(of constraint: Constraint) -> String? {
    let suffix = "_not_null"
    guard constraint.name.hasSuffix(suffix) else { return nil }
    let stem = String(constraint.name.dropLast(suffix.count))
    let prefix = constraint.table + "_"
    let column = stem.hasPrefix(prefix) ? String(stem.dropFirst(prefix.count)) : stem
    return column.isEmpty || column == constraint.table ? nil : column
  }
}
