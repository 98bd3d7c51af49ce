extension MigrationRule {
  /// Names.
  static let names = [
    MigrationRule("identifier-too-long") { statement, _ in
      statement.identifiers.filter { $0.name.utf8.count > 63 }.map {
        Breach(
          line: $0.line, message: "PostgreSQL cuts \($0.name.prefix(40))… off after 63 bytes",
          safer: "choose a shorter name")
      }
    },
    MigrationRule("require-table-schema") { statement, _ in
      let names: [SQLName]
      switch statement.kind {
      case .createTable(let table) where !table.isTemporary && !table.isForeign: names = [table.name]
      case .alterTable(let table) where table.kind == "table": names = [table.name]
      case .dropTable(let tables, _): names = tables
      default: names = []
      }
      return names.filter(\.qualifiers.isEmpty).map {
        Breach(
          message: "which schema \($0.name) is in depends on the search_path of whoever runs this",
          safer: "write schema.\($0.name)")
      }
    },
  ]
}
