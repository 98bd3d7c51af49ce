extension MigrationRule {
  /// Columns added and changed.
  static let columns = [
    MigrationRule("adding-field-with-default") { statement, _ in
      statement.actions { action, table in
        guard case .addColumn(let column, _) = action, !table.isForeign else { return nil }
        for constraint in column.constraints {
          switch constraint {
          case .defaultValue(let value) where value.mayBeVolatile:
            return (
              "a default that differs from row to row writes all of \(table.name.text) anew, with everybody locked out",
              "add the column without a default, SET DEFAULT for new rows, and fill the old ones in batches"
            )
          case .generated(isStored: true):
            return (
              "a stored generated column writes all of \(table.name.text) anew, with everybody locked out",
              "add a plain column, fill it in batches, and keep it by a trigger"
            )
          case .identity:
            return (
              "numbering the rows writes all of \(table.name.text) anew, with everybody locked out",
              "add a plain column, fill it in batches, and make it an identity once all rows have a value"
            )
          default: continue
          }
        }
        return nil
      }
    },
    MigrationRule("adding-required-field") { statement, _ in
      statement.actions { action, table in
        guard case .addColumn(let column, _) = action, column.constraints.contains(.notNull),
          !column.constraints.contains(where: \.givesValue), column.type?.isSerial != true, !table.isForeign
        else { return nil }
        return (
          "a column that is NOT NULL without a default cannot be added while \(table.name.text) has rows",
          "add it with a constant default, or nullable and fill it first"
        )
      }
    },
    MigrationRule("adding-not-nullable-field", eugene: "E2") { statement, position in
      if case .alterObject(kind: "domain", .setNotNull) = statement.kind {
        return [
          Breach(
            message: "every table with a column of the domain is read while writers are locked out",
            safer: "set the columns NOT NULL one by one, by way of a CHECK that is NOT VALID first")
        ]
      }
      return statement.actions { action, table in
        guard case .alterColumn(let column, .setNotNull) = action, !position.trail.isNew(table.name),
          !position.trail.provesNotNull(column, of: table.name), !position.helpers.cover(column, in: position.index)
        else { return nil }
        return (
          "SET NOT NULL reads all of \(table.name.text) while everybody is locked out",
          "ADD CONSTRAINT … CHECK (\(column) IS NOT NULL) NOT VALID, VALIDATE it later, then SET NOT NULL (version 12 on)"
        )
      }
    },
    MigrationRule("changing-column-type", eugene: "E5") { statement, position in
      if case .alterObject(_, .attributes(_, let retyped)) = statement.kind {
        return retyped.map {
          Breach(
            message: "programs that expect the old type of the attribute \($0) may fail",
            safer: "add an attribute of the new type and move over to it, then drop the old one")
        }
      }
      return statement.actions { action, table in
        guard case .alterColumn(let column, .type(let type, let using)) = action, !position.trail.isNew(table.name)
        else { return nil }
        let rewrites =
          using
          || TypeChange.rewrites(
            from: position.trail.types[table.name.name]?[column], to: type, isUTC: position.trail.isUTC)
        return (
          rewrites
            ? "the new type of \(column) writes all of \(table.name.text) and its indexes anew, with everybody locked out"
            : "the new type of \(column) locks everybody out for a moment, and programs that expect the old one may fail",
          "add a column of the new type, keep both in step by a trigger, fill it in batches, then switch over"
        )
      }
    },
    MigrationRule(id: "json-column", squawk: nil, eugene: "E3") { statement, _ in
      statement.newTypes.filter { $0.type.name == "json" }.map {
        Breach(
          line: $0.line, message: "json has no equality, so DISTINCT and GROUP BY over such rows fail",
          safer: "use jsonb")
      }
    },
    MigrationRule("ban-duplicate-column-assignments") { statement, _ in
      statement.repeatedColumns.map {
        Breach(
          line: $0.line, message: "PostgreSQL refuses the column \($0.name) twice in one list",
          safer: "name each column once")
      }
    },
    MigrationRule(id: "serial-or-stored-column-added", squawk: nil, eugene: "E11") { statement, position in
      statement.actions { action, table in
        guard case .addColumn(let column, _) = action, !position.trail.isNew(table.name), !table.isForeign else {
          return nil
        }
        let isNumbered = column.type?.isSerial == true || column.constraints.contains(.identity)
        guard isNumbered || column.constraints.contains(.generated(isStored: true)) else { return nil }
        return (
          "every row of \(table.name.text) gets its \(column.name) at once, which writes the table anew with everybody locked out",
          "a plain column, filled in batches and by a trigger, that gets its default once all rows have a value"
        )
      }
    },
    MigrationRule(id: "several-alter-tables", squawk: nil, eugene: "W12") { statement, position in
      guard case .alterTable(let table) = statement.kind, table.isCombinable, !position.trail.isNew(table.name),
        position.trail.altered.contains(table.name.name)
      else { return [] }
      return [
        Breach(
          message:
            "\(table.name.text) was altered by a statement before; what reads or writes all its rows does so twice",
          safer: "one ALTER TABLE with the actions of both, separated by commas")
      ]
    },
  ]
}

extension SQLColumn.Constraint {
  /// Whether existing rows get a value by it.
  var givesValue: Bool {
    switch self {
    case .defaultValue(let value): value.tokens != [.word("null")]
    case .generated, .identity: true
    default: false
    }
  }
}
