extension MigrationRule {
  /// Whether a migration that failed half-way can be run again.
  static let repetition = [
    MigrationRule("prefer-robust-stmts") { statement, position in
      let trail = position.trail
      switch statement.kind {
      case .alterTable(let table) where table.kind == "table" && !trail.isInTransaction:
        // The statement's own earlier actions count too: DROP CONSTRAINT IF EXISTS c, ADD CONSTRAINT c.
        var dropped = trail.droppedConstraints
        return table.actions.compactMap { action in
          defer { if case .dropConstraint(let name, _) = action.kind { dropped.insert(name) } }
          return guardMissing(in: action.kind, dropped: dropped, isKnown: { trail.constraints[$0] != nil }).map {
            Breach(line: action.line, message: "a migration that failed half-way cannot be run again", safer: $0)
          }
        }
      case .createIndex(let index)
      where !index.ifNotExists && index.name != nil && (index.concurrently || !trail.isInTransaction):
        return [unrepeatable("CREATE INDEX IF NOT EXISTS")]
      case .createTable(let table)
      where !table.ifNotExists && !trail.isInTransaction && !(table.isTemporary && table.dropsOnCommit):
        return [unrepeatable("CREATE TABLE IF NOT EXISTS")]
      case .dropIndex(_, ifExists: false, _) where !trail.isInTransaction:
        return [unrepeatable("DROP INDEX IF EXISTS")]
      case .dropTable(_, ifExists: false) where !trail.isInTransaction:
        return [unrepeatable("DROP TABLE IF EXISTS")]
      case .dropType(_, ifExists: false) where !trail.isInTransaction:
        return [unrepeatable("DROP TYPE IF EXISTS")]
      default: return []
      }
    }
  ]

  private static func unrepeatable(_ form: String) -> Breach {
    Breach(message: "a migration that failed half-way cannot be run again", safer: "\(form), or a transaction")
  }

  private static func guardMissing(
    in action: SQLTableAction.Kind, dropped: Set<String>, isKnown: (String) -> Bool
  ) -> String? {
    switch action {
    case .dropConstraint(_, let ifExists): ifExists ? nil : "DROP CONSTRAINT IF EXISTS, or a transaction"
    case .addColumn(_, let ifNotExists): ifNotExists ? nil : "ADD COLUMN IF NOT EXISTS, or a transaction"
    case .dropColumn(_, let ifExists): ifExists ? nil : "DROP COLUMN IF EXISTS, or a transaction"
    case .validateConstraint(let name): dropped.contains(name) || isKnown(name) ? nil : "a transaction"
    case .addConstraint(let constraint):
      constraint.name.map(dropped.contains) == true ? nil : "DROP CONSTRAINT IF EXISTS before it, or a transaction"
    default: "a transaction"
    }
  }
}
