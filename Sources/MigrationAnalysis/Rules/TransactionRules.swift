extension MigrationRule {
  /// Transactions opened and closed.
  static let transactions = [
    MigrationRule("transaction-nesting") { statement, position in
      let message: String
      switch statement.kind {
      case .begin:
        if position.assumesTransaction {
          message = "the tool that runs migrations has opened a transaction already"
        } else if position.trail.isOpenedHere {
          message = "a transaction is open already; this BEGIN only warns"
        } else {
          return []
        }
      case .commit, .rollback:
        if position.assumesTransaction {
          message = "this ends the transaction of the tool that runs migrations"
        } else if !position.trail.isOpenedHere {
          message = "there is no transaction to end"
        } else {
          return []
        }
      default: return []
      }
      return [
        Breach(
          message: message, safer: "let either the file or the tool manage transactions, and pair BEGIN with COMMIT")
      ]
    },
    MigrationRule("ban-uncommitted-transaction") { statement, position in
      guard case .begin = statement.kind, position.isNeverEnded else { return [] }
      return [
        Breach(
          message: "the file ends with this transaction open, so what it did is rolled back",
          safer: "end it with COMMIT")
      ]
    },
  ]
}
