import MigrationAnalysis

/// What migrations that have not run yet will cost on the tables as they are now.
struct PendingSQL: Sendable {
  /// A table of the database with its size as the planner knows it.
  struct Table: Sendable, Hashable {
    var schema: String
    var name: String
    /// Nil if it was never analysed.
    var rows: Int?
    var bytes: Int
  }

  /// A statement that keeps others out of a table that exists.
  struct Statement: Sendable, Hashable {
    var file: String
    var line: Int
    var table: String
    var lock: LockMode
    var isRewritten: Bool
    var isRead: Bool
    var rows: Int?
    var bytes: Int
    /// What to write instead, if one of the rules says.
    var safer: String?
  }

  /// A file as a whole.
  struct File: Sendable, Hashable {
    var path: String
    /// Whether it bounds the wait for its locks; nil if it has none to wait for.
    var boundsLocks: Bool?
    /// What programs of the release before trip over, one line each.
    var breaking: [String] = []
    /// What PostgreSQL will refuse, one line each.
    var refused: [String] = []
  }

  private(set) var statements: [Statement] = []
  private(set) var files: [File] = []

  /// Rules about what running programs rely on.
  private static let breakingRules: Set<String> = [
    "ban-drop-column", "ban-drop-table", "ban-drop-view", "ban-drop-function", "ban-drop-schema", "ban-drop-sequence",
    "ban-drop-type", "ban-drop-domain", "ban-drop-default", "ban-set-schema", "ban-alter-identity",
    "ban-drop-generated-expression", "renaming-column", "renaming-table", "renaming-object", "changing-column-type",
  ]
  /// Rules about what fails.
  private static let refusedRules: Set<String> = [
    "ban-concurrent-index-creation-in-transaction", "ban-duplicate-column-assignments", "ban-uncommitted-transaction",
  ]

  init(_ scripts: [MigrationScript], tables: [Table]) {
    let readable = scripts.compactMap { script in script.sql.map { (script: script, sql: $0) } }
    // They run one after the other before the release that needs them: what one creates nobody uses when the next one runs.
    let all = MigrationFile.deployment(
      readable.map { (text: $0.sql, assumesTransaction: $0.script.isInTransaction) })
    for ((script, _), judged) in zip(readable, all) {
      var file = File(path: script.file)
      var waits = false
      for cost in judged.costs {
        for lock in cost.onExisting where lock.mode.blocksWrites {
          guard let table = Self.table(lock.table, in: tables) else { continue }
          waits = true
          let advice = judged.findings.first { cost.lines.contains($0.line) && !Self.isStyle($0.rule) }
          statements.append(
            Statement(
              file: script.file, line: cost.lines.lowerBound, table: "\(table.schema).\(table.name)", lock: lock.mode,
              isRewritten: cost.impact.rewrite != .nothing, isRead: cost.impact.scans, rows: table.rows,
              bytes: table.bytes, safer: advice?.safer))
        }
      }
      for finding in judged.findings {
        let text = "line \(finding.line): \(finding.message)"
        let cost = judged.costs.first { $0.lines.contains(finding.line) }
        let isOnNewOnly = cost.map { !$0.impact.locks.isEmpty && $0.onExisting.isEmpty } ?? false
        if Self.breakingRules.contains(finding.rule), !isOnNewOnly { file.breaking.append(text) }
        if Self.refusedRules.contains(finding.rule) || Self.isRefused(finding, cost?.onExisting ?? [], tables) {
          file.refused.append(text)
        }
        if finding.rule == "require-lock-timeout", waits { file.boundsLocks = false }
      }
      if waits, file.boundsLocks == nil { file.boundsLocks = true }
      files.append(file)
    }
  }

  /// A required column is refused only by a table with rows.
  private static func isRefused(
    _ finding: MigrationFile.Finding, _ locks: [TableLock], _ tables: [Table]
  ) -> Bool {
    guard finding.rule == "adding-required-field" else { return false }
    return locks.contains { lock in table(lock.table, in: tables).map { $0.rows != 0 } ?? false }
  }

  private static func isStyle(_ rule: String) -> Bool {
    rule.hasPrefix("prefer-") || rule.hasPrefix("require-table") || rule.hasSuffix("-timeout")
      || rule == "index-over-many-columns"
  }

  /// The table of that name, with its schema or without; of several, the largest.
  private static func table(_ name: String, in tables: [Table]) -> Table? {
    let parts = name.split(separator: ".").map(String.init)
    guard let last = parts.last else { return nil }
    return tables.filter { $0.name == last && (parts.count < 2 || $0.schema == parts[parts.count - 2]) }
      .max { $0.bytes < $1.bytes }
  }
}
