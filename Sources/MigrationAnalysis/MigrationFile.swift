/// A file of migrations, judged.
package struct MigrationFile: Sendable {
  /// One breach of one rule.
  package struct Finding: Sendable, Hashable {
    /// 1 for the first line of the file.
    package var line: Int
    /// The rule's permanent name.
    package var rule: String
    /// The name of the squawk rule that says the same; nil if there is none.
    package var squawk: String?
    /// The number of eugene's hint that says the same; nil if there is none.
    package var eugene: String?
    /// What the whole statement costs.
    package var impact: Impact
    /// What happens, in one sentence.
    package var message: String
    /// What to write instead.
    package var safer: String
  }

  /// What a statement costs, with its place.
  package struct Cost: Sendable, Hashable {
    /// The lines of its first and last word.
    package var lines: ClosedRange<Int>
    /// What it locks, rewrites and reads.
    package var impact: Impact
    /// The locks of tables that were there before all files that are judged together, by the names they had then.
    package var onExisting: [TableLock]
  }

  /// Where a statement stands: what went before it, and what it costs.
  struct Position: Sendable {
    var trail: SchemaTrail
    var impact: Impact
    var statementCount: Int
    var assumesTransaction: Bool
    /// Whether no COMMIT or ROLLBACK follows.
    var isNeverEnded: Bool
    /// A table of others that this transaction has locked everybody out of.
    var lockedOut: String?
    /// A table of others that this transaction keeps writers out of.
    var writesBlocked: String?
    /// Which statement of the file it is, from 0.
    var index: Int
    /// Columns that an earlier file's check proves to have no nulls.
    var helpers: NotNullHelpers
    /// The indexes of the whole file, or of all that belong together.
    var indexes: KeyIndexes
    /// The ids of the rules that were broken before.
    var told: Set<String>
  }

  /// Every breach in the order of the file.
  package private(set) var findings: [Finding] = []
  /// Every statement's cost in the order of the file.
  package private(set) var costs: [Cost] = []
  /// What was opened and never closed, so that what stands behind it could not be read.
  package let unterminated: (what: String, line: Int)?

  /// Reads and judges `text`; with `assumesTransaction` the tool that runs it opens a transaction around the file.
  package init(_ text: String, assumesTransaction: Bool = false) {
    let file = SQLStatements(text)
    var trail = SchemaTrail(assumesTransaction: assumesTransaction)
    self.init(file, assumesTransaction: assumesTransaction, indexes: KeyIndexes(file.statements), trail: &trail)
  }

  /// Files that belong together, in their order: the index of a key may come in a later one.
  package static func all(_ texts: [String], assumesTransaction: Bool = false) -> [MigrationFile] {
    let files = texts.map { SQLStatements($0) }
    let indexes = KeyIndexes(files.flatMap(\.statements))
    return files.map { file in
      var trail = SchemaTrail(assumesTransaction: assumesTransaction)
      return MigrationFile(file, assumesTransaction: assumesTransaction, indexes: indexes, trail: &trail)
    }
  }

  /// Files that run one after the other in one deployment: what an earlier one did to the schema holds for the later ones, and
  /// nobody uses yet what it created.
  package static func deployment(_ files: [(text: String, assumesTransaction: Bool)]) -> [MigrationFile] {
    let parsed = files.map { SQLStatements($0.text) }
    let indexes = KeyIndexes(parsed.flatMap(\.statements))
    var trail = SchemaTrail(assumesTransaction: false, isOneDeployment: true)
    return zip(files, parsed).map { source, file in
      MigrationFile(file, assumesTransaction: source.assumesTransaction, indexes: indexes, trail: &trail)
    }
  }

  private init(
    _ file: SQLStatements, assumesTransaction: Bool, indexes: KeyIndexes, trail: inout SchemaTrail
  ) {
    unterminated = file.unterminated
    let ignored = IgnoreComments(file.comments, tokenLines: file.tokenLines)
    let assumesTransaction = ignored.assumesTransaction ?? assumesTransaction
    let helpers = NotNullHelpers(file.statements)
    let lastEnd = file.statements.lastIndex { statement in
      switch statement.kind {
      case .commit, .rollback: true
      default: false
      }
    }
    trail.beginFile(assumesTransaction: assumesTransaction)
    var lockedOut: String?
    var writesBlocked: String?
    var told: Set<String> = []
    for (index, statement) in file.statements.enumerated() {
      let impact = ImpactModel.impact(of: statement, after: trail)
      let onExisting = impact.locks.compactMap { lock in
        lock.table == statement.createdTable
          ? nil : trail.origin(of: lock.table).map { TableLock(table: $0, mode: lock.mode) }
      }
      costs.append(Cost(lines: statement.lines, impact: impact, onExisting: onExisting))
      // In a scope of its own: while a position lives, the trail would be copied before it goes on.
      do {
        let position = Position(
          trail: trail, impact: impact, statementCount: file.statements.count, assumesTransaction: assumesTransaction,
          isNeverEnded: lastEnd.map { $0 < index } ?? true, lockedOut: lockedOut, writesBlocked: writesBlocked,
          index: index, helpers: helpers, indexes: indexes, told: told)
        for finding in Self.findings(of: statement, position) {
          told.insert(finding.rule)
          if !ignored.covers(finding, of: statement) { findings.append(finding) }
        }
      }
      trail.follow(statement)
      if !trail.isInTransaction {
        (lockedOut, writesBlocked) = (nil, nil)
      } else {
        let others = impact.locks.filter { !trail.hasCreated($0.table) }
        lockedOut = lockedOut ?? others.first(where: \.mode.blocksReads).map(Self.name)
        writesBlocked = writesBlocked ?? others.first(where: \.mode.blocksWrites).map(Self.name)
      }
    }
    findings.sort { ($0.line, $0.rule) < ($1.line, $1.rule) }
  }

  /// What to call a table that the statement may not name.
  private static func name(_ lock: TableLock) -> String { lock.table.isEmpty ? "a table" : lock.table }

  private static func findings(of statement: SQLStatement, _ position: Position) -> [Finding] {
    MigrationRule.all.flatMap { rule in
      rule.breaches(statement, position).map { breach in
        Finding(
          line: breach.line ?? statement.lines.lowerBound, rule: rule.id, squawk: rule.squawk, eugene: rule.eugene,
          impact: position.impact, message: breach.message, safer: breach.safer)
      }
    }
  }
}

extension SQLStatement {
  /// The table it creates, as it writes its name.
  fileprivate var createdTable: String? {
    switch kind {
    case .createTable(let table): table.name.text
    case .selectInto(let name): name.text
    default: nil
    }
  }

  /// Whether it may wait for a lock, or take its time: whatever makes, changes or drops something of the schema, and the
  /// upkeep of tables. Reading and writing rows is what programs do all day, and a new table waits for nobody unless it
  /// belongs to another, points at one, or is filled.
  var mayHoldUpOthers: Bool {
    switch kind {
    case .createTable(let table):
      return table.isFilled || table.isForeign || table.partitionOf != nil || !table.inherited.isEmpty
        || table.columns.contains { !$0.parents.isEmpty }
        || table.constraints.contains { if case .foreignKey = $0.kind { true } else { false } }
    case .selectInto: return true
    default: break
    }
    return [
      "create", "alter", "drop", "truncate", "reindex", "cluster", "vacuum", "refresh", "comment", "lock", "import",
      "load",
    ].contains(verb)
  }

  /// Whether it only sets something or begins and ends transactions.
  var isBookkeeping: Bool {
    switch kind {
    case .begin, .commit, .rollback, .savepoint, .set: true
    default: ["show", "reset"].contains(verb)
    }
  }
}
