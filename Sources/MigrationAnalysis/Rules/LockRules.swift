extension MigrationRule {
  /// Locks and how long they are waited for.
  static let locks = [
    timeoutRule(
      "lock_timeout", eugene: "E9", "a statement that waits for its lock holds up everybody who comes after it"),
    timeoutRule("statement_timeout", "a statement that takes longer than thought keeps its lock that long"),
    MigrationRule(id: "rewrites-table", squawk: nil, eugene: "E10") { statement, position in
      guard position.impact.rewrite == .table, case .alterTable(let table) = statement.kind,
        !position.trail.createdAnywhere.contains(table.name.name)
      else { return [] }
      return [
        Breach(
          message: "all of \(table.name.text) is written anew while everybody is locked out",
          safer: "do it in steps: a new column or table beside, filled in batches")
      ]
    },
    MigrationRule(id: "statements-under-access-exclusive", squawk: nil, eugene: "E4") { statement, position in
      guard let table = position.lockedOut, !statement.isBookkeeping else { return [] }
      return [
        Breach(
          message: "this runs while everybody is locked out of \(table), since its lock is held until COMMIT",
          safer: "let each strong lock have a transaction of its own, as short as can be")
      ]
    },
    MigrationRule(id: "statements-under-write-lock", squawk: nil, eugene: "E16") { statement, position in
      guard position.lockedOut == nil, let table = position.writesBlocked, !statement.isBookkeeping else { return [] }
      return [
        Breach(
          message: "this runs while nobody can write to \(table), since its lock is held until COMMIT",
          safer: "let each strong lock have a transaction of its own, as short as can be")
      ]
    },
    MigrationRule(id: "update-of-all-rows", squawk: nil) { statement, position in
      guard case .update(let table, ofAllRows: true) = statement.kind,
        !position.trail.createdAnywhere.contains(table.name)
      else { return [] }
      return [
        Breach(
          message:
            "every row of \(table.text) is written in one statement and stays locked against other writers until its end",
          safer: "fill it in batches, each in a transaction of its own")
      ]
    },
  ]

  /// Said once in a file: one setting before the first such statement mends all of them.
  private static func timeoutRule(_ setting: String, eugene: String? = nil, _ message: String) -> MigrationRule {
    let id = "require-" + setting.replacing("_", with: "-")
    return MigrationRule(id, eugene: eugene) { statement, position in
      guard statement.mayHoldUpOthers, !position.trail.settings.contains(setting), !position.told.contains(id) else {
        return []
      }
      return [Breach(message: message, safer: "SET \(setting) before it, to a few seconds")]
    }
  }
}
