extension MigrationRule {
  /// What is taken away from programs that still run.
  static let removals = [
    MigrationRule("ban-drop-database") { statement, _ in
      guard case .dropDatabase = statement.kind else { return [] }
      return [
        Breach(message: "a database dropped is gone, with everything in it", safer: "rename it and drop it later")
      ]
    },
    MigrationRule("ban-drop-table") { statement, _ in
      guard case .dropTable(let tables, _) = statement.kind else { return [] }
      let names = tables.map(\.text).joined(separator: ", ")
      return [
        Breach(
          message: "programs that still read \(names) fail, and every table it references is locked",
          safer: "release programs that do not use it first, keep a backup, and drop it under a lock_timeout")
      ]
    },
    MigrationRule("ban-drop-column") { statement, _ in
      statement.actions { action, table in
        guard case .dropColumn(let column, _) = action else { return nil }
        return (
          "programs that still read \(column) of \(table.name.text) fail",
          "release programs that do not use it first, then drop it"
        )
      }
    },
    MigrationRule("ban-drop-not-null") { statement, _ in
      statement.actions { action, table in
        guard case .alterColumn(let column, .dropNotNull) = action else { return nil }
        return (
          "programs that count on a value in \(column) of \(table.name.text) meet nulls",
          "make the programs able to read nulls first"
        )
      }
    },
    MigrationRule("ban-truncate-cascade") { statement, _ in
      guard case .truncate(let tables, cascades: true) = statement.kind else { return [] }
      return [
        Breach(
          message: "CASCADE empties every table that references \(tables.map(\.text).joined(separator: ", ")) too",
          safer: "name the tables that are to be emptied")
      ]
    },
  ]

  /// What is renamed under programs that still run.
  static let renamings = [
    MigrationRule("renaming-column") { statement, _ in
      statement.actions { action, table in
        guard case .renameColumn(let from, _) = action else { return nil }
        return (
          "programs that still say \(from) fail at once",
          "add a column of the new name, keep both in step, and drop the old one later; or put a view in front"
        )
      }
    },
    MigrationRule("renaming-table") { statement, _ in
      statement.actions { action, table in
        guard case .renameTable = action, table.kind == "table" else { return nil }
        return (
          "programs that still say \(table.name.text) fail at once",
          "put a view of the old name beside it, in the same transaction"
        )
      }
    },
  ]
}
