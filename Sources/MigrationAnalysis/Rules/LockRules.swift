extension MigrationRule {
  /// Locks and how long they are waited for.
  static let locks = [
    timeoutRule("lock_timeout", "a statement that waits for its lock holds up everybody who comes after it"),
    timeoutRule("statement_timeout", "a statement that takes longer than thought keeps its lock that long"),
    MigrationRule(id: "rewrites-table", squawk: nil) { statement, position in
      guard position.impact.rewrite == .table, case .alterTable(let table) = statement.kind,
        !position.trail.createdAnywhere.contains(table.name.name)
      else { return [] }
      return [
        Breach(
          message: "all of \(table.name.text) is written anew while everybody is locked out",
          safer: "do it in steps: a new column or table beside, filled in batches")
      ]
    },
    MigrationRule(id: "statements-under-access-exclusive", squawk: nil) { statement, position in
      guard position.trail.isInTransaction, let table = position.lockedOut, position.impact.strongest > .none else {
        return []
      }
      return [
        Breach(
          message: "this runs while everybody is locked out of \(table), since its lock is held until COMMIT",
          safer: "let each strong lock have a transaction of its own, as short as can be")
      ]
    },
  ]

  /// Said once in a file: one setting before the first such statement mends all of them.
  private static func timeoutRule(_ setting: String, _ message: String) -> MigrationRule {
    let id = "require-" + setting.replacing("_", with: "-")
    return MigrationRule(id: id, squawk: "require-timeout-settings") { statement, position in
      let mayWait = position.impact.strongest >= .share || statement.isDefinition
      guard mayWait, !position.trail.settings.contains(setting), !position.told.contains(id) else { return [] }
      return [Breach(message: message, safer: "SET \(setting) before it, to a few seconds")]
    }
  }
}
