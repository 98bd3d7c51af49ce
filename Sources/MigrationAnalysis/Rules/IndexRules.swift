extension MigrationRule {
  /// Indexes built, rebuilt and dropped.
  static let indexes = [
    MigrationRule("require-concurrent-index-creation", eugene: "E6") { statement, position in
      guard case .createIndex(let index) = statement.kind, !index.concurrently, !position.trail.isNew(index.table)
      else { return [] }
      return [
        Breach(
          message: "building the index keeps everybody from writing to \(index.table.text) until it is done",
          safer: "CREATE INDEX CONCURRENTLY, outside a transaction; a failed one leaves an invalid index to drop")
      ]
    },
    MigrationRule(id: "index-over-many-columns", squawk: nil) { statement, _ in
      guard case .createIndex(let index) = statement.kind, !index.isUnique, index.method == "btree", index.keyCount > 3
      else { return [] }
      return [
        Breach(
          message:
            "an index over \(index.keyCount) columns is written with every row and is seldom better than one over its first three",
          safer: "begin with the columns that leave the fewest rows, and leave out the others")
      ]
    },
    MigrationRule("require-concurrent-index-deletion") { statement, _ in
      guard case .dropIndex(_, _, let concurrently) = statement.kind, !concurrently else { return [] }
      return [
        Breach(
          message: "dropping the index waits for every query on its table and holds up all that come after",
          safer: "DROP INDEX CONCURRENTLY, outside a transaction")
      ]
    },
    MigrationRule("require-concurrent-reindex") { statement, _ in
      guard case .reindex(let reindex) = statement.kind, !reindex.concurrently, reindex.scope != .system else {
        return []
      }
      return [
        Breach(
          message: "rebuilding locks out writers, and readers who would use the index",
          safer: "REINDEX … CONCURRENTLY, outside a transaction")
      ]
    },
    MigrationRule("ban-concurrent-index-creation-in-transaction") { statement, position in
      guard case .createIndex(let index) = statement.kind, index.concurrently, position.trail.isInTransaction,
        position.statementCount > 1
      else { return [] }
      return [
        Breach(
          message: "PostgreSQL refuses CREATE INDEX CONCURRENTLY inside a transaction",
          safer: "put it into a migration of its own that runs without a transaction")
      ]
    },
    MigrationRule("require-concurrent-partition-detach") { statement, _ in
      statement.actions { action, _ in
        guard case .detachPartition(_, let concurrently) = action, !concurrently else { return nil }
        return (
          "detaching locks everybody out of the partitioned table and the partition",
          "DETACH PARTITION … CONCURRENTLY, outside a transaction (version 14 and later)"
        )
      }
    },
    MigrationRule("prefer-repack") { statement, _ in
      let what: String
      switch statement.kind {
      case .vacuum(isFull: true): what = "VACUUM FULL"
      case .cluster: what = "CLUSTER"
      default: return []
      }
      return [
        Breach(
          message: "\(what) writes the whole table anew and locks everybody out meanwhile",
          safer: "pg_repack or pg_squeeze, which copy beside the running traffic")
      ]
    },
  ]
}
