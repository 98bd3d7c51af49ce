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
      if case .alterObject(_, .attributes(let dropped, _)) = statement.kind {
        return dropped.map {
          Breach(
            message: "programs that still read the attribute \($0) fail",
            safer: "release programs that do not use it first, then drop it")
        }
      }
      return statement.actions { action, table in
        guard case .dropColumn(let column, _) = action else { return nil }
        return (
          "programs that still read \(column) of \(table.name.text) fail",
          "release programs that do not use it first, then drop it"
        )
      }
    },
    MigrationRule("ban-drop-not-null") { statement, _ in
      if case .alterObject(kind: "domain", .dropNotNull) = statement.kind {
        return [
          Breach(
            message: "programs that count on a value in columns of the domain meet nulls",
            safer: "make the programs able to read nulls first")
        ]
      }
      return statement.actions { action, table in
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
    dropRule("ban-drop-view", ["view", "materialized view"]),
    dropRule("ban-drop-function", ["function", "procedure", "routine", "aggregate"]),
    dropRule("ban-drop-schema", ["schema"]),
    dropRule("ban-drop-sequence", ["sequence"]),
    dropRule("ban-drop-domain", ["domain"]),
    dropRule("ban-drop-extension", ["extension"]),
    MigrationRule("ban-drop-type") { statement, _ in
      switch statement.kind {
      case .dropType, .dropObject(kind: "cast"): return [gone("type")]
      case .dropObject(kind: "operator"): return [gone("operator")]
      default: return []
      }
    },
    MigrationRule("ban-drop-constraint") { statement, _ in
      if case .alterObject(kind: "domain", .dropConstraint) = statement.kind {
        return [
          Breach(
            message: "programs that count on the domain meet values that its constraint would have kept out",
            safer: "make sure that nothing relies on it any more")
        ]
      }
      return statement.actions { action, table in
        guard case .dropConstraint(let name, _) = action else { return nil }
        return (
          "programs that count on \(name) of \(table.name.text) meet rows that it would have kept out",
          "make sure that nothing relies on it any more"
        )
      }
    },
    MigrationRule("ban-drop-default") { statement, _ in
      if case .alterObject(kind: "domain", .dropDefault) = statement.kind {
        return [
          Breach(
            message: "programs that leave columns of the domain out of their INSERT get nulls, or fail",
            safer: "release programs that name a value first")
        ]
      }
      return statement.actions { action, table in
        guard case .alterColumn(let column, .dropDefault) = action else { return nil }
        return (
          "programs that leave \(column) of \(table.name.text) out of their INSERT get nulls, or fail",
          "release programs that name a value first"
        )
      }
    },
    MigrationRule("ban-drop-generated-expression") { statement, _ in
      statement.actions { action, table in
        guard case .alterColumn(let column, .dropExpression) = action else { return nil }
        return (
          "\(column) of \(table.name.text) is no longer worked out, and new rows have no value in it",
          "release programs that write it themselves first"
        )
      }
    },
    MigrationRule("ban-alter-identity") { statement, _ in
      statement.actions { action, table in
        guard case .alterColumn(let column, let change) = action else { return nil }
        switch change {
        case .addIdentity, .dropIdentity, .setIdentity(always: true): break
        default: return nil
        }
        return (
          "programs that write \(column) of \(table.name.text), or leave it out, may fail from now on",
          "release programs that can do with both first"
        )
      }
    },
  ]

  private static func dropRule(_ id: String, _ kinds: [String]) -> MigrationRule {
    MigrationRule(id) { statement, _ in
      guard case .dropObject(let kind) = statement.kind, kinds.contains(kind) else { return [] }
      return [gone(kind)]
    }
  }

  private static func gone(_ kind: String) -> Breach {
    Breach(
      message: "programs that still use the \(kind) fail",
      safer: "release programs that do not use it first, then drop it")
  }

  /// What is renamed under programs that still run.
  static let renamings = [
    MigrationRule("renaming-column") { statement, _ in
      if case .alterObject(kind: "type", .renameAttribute) = statement.kind {
        return [
          Breach(
            message: "programs that still say the attribute's old name fail at once",
            safer: "add an attribute of the new name, keep both in step, and drop the old one later")
        ]
      }
      return statement.actions { action, table in
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
    MigrationRule("renaming-object") { statement, _ in
      let kind: String
      switch statement.kind {
      case .alterObject(let altered, .rename), .alterObject(let altered, .renameValue): kind = altered
      case .alterObject(_, .renameConstraint): kind = "constraint"
      case .alterTable(let table)
      where table.actions.contains(where: { if case .renameConstraint = $0.kind { true } else { false } }):
        kind = "constraint"
      case .alterTable(let table)
      where table.kind != "table"
        && table.actions.contains {
          if case .renameTable = $0.kind { true } else { false }
        }:
        kind = table.kind
      default: return []
      }
      return [
        Breach(
          message: "programs that still use the old name of the \(kind) fail at once",
          safer: "give the new name to a copy beside it, and drop the old one later")
      ]
    },
    MigrationRule("ban-set-schema") { statement, _ in
      let isMoved: Bool
      switch statement.kind {
      case .alterObject(_, .setSchema): isMoved = true
      case .alterTable(let table): isMoved = table.actions.contains { $0.kind == .setSchema }
      default: isMoved = false
      }
      return isMoved
        ? [
          Breach(
            message: "programs that look for it in its old schema fail at once",
            safer: "leave a view, or a function that calls it, in the old schema")
        ] : []
    },
  ]
}
