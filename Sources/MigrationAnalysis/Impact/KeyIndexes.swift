/// The indexes that files give to tables, as far as they can serve a foreign key: whole, and with plain columns in front.
struct KeyIndexes: Sendable {
  private var columns: [String: [[String]]] = [:]

  init(_ statements: [SQLStatement]) {
    for statement in statements {
      switch statement.kind {
      case .createTable(let table): add(table.columns, table.constraints, to: table.name.name)
      case .alterTable(let table):
        for action in table.actions {
          switch action.kind {
          case .addColumn(let column, _): add([column], [], to: table.name.name)
          case .addConstraint(let constraint): add([], [constraint], to: table.name.name)
          default: break
          }
        }
      case .createIndex(let index) where !index.isPartial:
        columns[index.table.name, default: []].append(index.columns)
      default: break
      }
    }
  }

  private mutating func add(_ added: [SQLColumn], _ constraints: [SQLTableConstraint], to table: String) {
    for column in added where column.constraints.contains(where: { $0 == .unique || $0 == .primaryKey }) {
      columns[table, default: []].append([column.name])
    }
    for constraint in constraints {
      switch constraint.kind {
      case .primaryKey, .unique: columns[table, default: []].append(constraint.columns)
      default: break
      }
    }
  }

  /// Whether an index begins with these columns, in any order.
  func serve(_ key: [String], of table: String) -> Bool {
    (columns[table] ?? []).contains { Set($0.prefix(key.count)) == Set(key) }
  }
}
