/// One way in which a migration can hurt those who use the database meanwhile, or those who have to run it again.
struct MigrationRule: Sendable {
  /// A place where a rule is broken.
  struct Breach: Sendable {
    /// Nil for the line on which the statement begins.
    var line: Int?
    /// What happens, in one sentence.
    var message: String
    /// What to write instead.
    var safer: String
  }

  /// Permanent name, in kebab case.
  let id: String
  /// The name of the squawk rule that says the same; nil if there is none.
  let squawk: String?
  /// The number of eugene's hint that says the same; nil if there is none.
  let eugene: String?
  /// The breaches by one statement, after what went before it.
  let breaches: @Sendable (SQLStatement, MigrationFile.Position) -> [Breach]

  /// A rule that squawk knows under the same name.
  init(
    _ id: String, eugene: String? = nil,
    _ breaches: @escaping @Sendable (SQLStatement, MigrationFile.Position) -> [Breach]
  ) {
    self.init(id: id, squawk: id, eugene: eugene, breaches: breaches)
  }

  init(
    id: String, squawk: String?, eugene: String? = nil,
    breaches: @escaping @Sendable (SQLStatement, MigrationFile.Position) -> [Breach]
  ) {
    self.id = id
    self.squawk = squawk
    self.eugene = eugene
    self.breaches = breaches
  }

  /// All rules, subject by subject.
  static let all =
    indexes + constraints + columns + types + removals + renamings + transactions + repetition + names + locks
}

extension SQLStatement {
  /// The breaches by the actions of an `ALTER TABLE`.
  func actions(
    _ breach: (SQLTableAction.Kind, SQLAlterTable) -> (message: String, safer: String)?
  ) -> [MigrationRule.Breach] {
    guard case .alterTable(let table) = kind else { return [] }
    return table.actions.compactMap { action in
      breach(action.kind, table).map { MigrationRule.Breach(line: action.line, message: $0.message, safer: $0.safer) }
    }
  }

  /// The columns it adds to tables that exist, or gives to new ones; not those of foreign tables, whose types are chosen
  /// elsewhere.
  var newColumns: [SQLColumn] {
    switch kind {
    case .createTable(let table) where !table.isForeign: table.columns
    case .alterTable(let table) where !table.isForeign:
      table.actions.compactMap { action in
        if case .addColumn(let column, _) = action.kind { column } else { nil }
      }
    default: []
    }
  }

  /// The types it gives to columns, with their lines.
  var newTypes: [(type: SQLType, line: Int)] {
    let columns = newColumns.compactMap { column in column.type.map { (type: $0, line: column.line) } }
    guard case .alterTable(let table) = kind, !table.isForeign else { return columns }
    return columns
      + table.actions.compactMap { action in
        if case .alterColumn(_, .type(let type, _)) = action.kind { (type: type, line: action.line) } else { nil }
      }
  }
}
