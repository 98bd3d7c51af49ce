extension MigrationRule {
  /// Columns added and changed.
  static let columns = [
    MigrationRule("adding-field-with-default") { statement, _ in
      statement.actions { action, table in
        guard case .addColumn(let column, _) = action else { return nil }
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
          default: continue
          }
        }
        return nil
      }
    },
    MigrationRule("adding-required-field") { statement, _ in
      statement.actions { action, table in
        guard case .addColumn(let column, _) = action, column.constraints.contains(.notNull),
          !column.constraints.contains(where: \.givesValue), column.type?.isSerial != true
        else { return nil }
        return (
          "a column that is NOT NULL without a default cannot be added while \(table.name.text) has rows",
          "add it with a constant default, or nullable and fill it first"
        )
      }
    },
    MigrationRule("adding-not-nullable-field") { statement, position in
      statement.actions { action, table in
        guard case .alterColumn(let column, .setNotNull) = action, !position.trail.isNew(table.name),
          !position.trail.provesNotNull(column, of: table.name)
        else { return nil }
        return (
          "SET NOT NULL reads all of \(table.name.text) while everybody is locked out",
          "ADD CONSTRAINT … CHECK (\(column) IS NOT NULL) NOT VALID, VALIDATE it later, then SET NOT NULL (version 12 on)"
        )
      }
    },
    MigrationRule("changing-column-type") { statement, position in
      statement.actions { action, table in
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
    MigrationRule(id: "json-column", squawk: nil) { statement, _ in
      statement.newTypes.filter { $0.type.name == "json" }.map {
        Breach(
          line: $0.line, message: "json has no equality, so DISTINCT and GROUP BY over such rows fail",
          safer: "use jsonb")
      }
    },
    MigrationRule("ban-duplicate-column-assignments") { statement, _ in
      guard case .update(_, let assigned) = statement.kind else { return [] }
      var seen: Set<String> = []
      guard let twice = assigned.first(where: { !seen.insert($0).inserted }) else { return [] }
      return [
        Breach(message: "PostgreSQL refuses to assign \(twice) twice in one UPDATE", safer: "assign each column once")
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
