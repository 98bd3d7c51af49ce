/// Reads one statement. What it does not know is `other`, never a failure: a linter that stops at the first strange
/// statement is blind for the rest.
struct SQLStatementParser {
  var cursor: SQLCursor

  init(_ tokens: ArraySlice<SQLToken>) { cursor = SQLCursor(tokens) }

  mutating func statement() -> SQLStatementKind {
    guard let first = cursor.word() else { return .other("") }
    cursor.advance()
    switch first {
    case "begin": return .begin
    case "start": return .begin
    case "commit", "end": return .commit
    case "rollback", "abort":
      let isWhole = !(cursor.word() == "to" || cursor.word(1) == "to")
      return isWhole ? .rollback : .savepoint
    case "savepoint", "release": return .savepoint
    case "set": return set()
    case "create": return create()
    case "alter": return alter()
    case "drop": return drop()
    case "truncate": return truncate()
    case "reindex": return reindex()
    case "cluster":
      _ = cursor.bracket()
      _ = cursor.take("verbose")
      return .cluster(cursor.name())
    case "vacuum": return vacuum()
    case "analyze", "analyse":
      _ = cursor.bracket()
      _ = cursor.take("verbose")
      return .analyze(cursor.names())
    case "refresh": return refresh()
    case "comment": return comment()
    case "grant", "revoke": return .grant
    case "insert", "merge": return .insert
    case "update": return update()
    case "delete": return .delete
    case "select": return select()
    case "values", "table", "with": return .select
    case "copy": return .copy
    case "lock": return lock()
    default: return .other(first)
    }
  }

  private mutating func set() -> SQLStatementKind {
    _ = cursor.take("session") || cursor.take("local")
    if cursor.stands("time", "zone") { return .set(name: SQLName(name: "timezone")) }
    return cursor.name().map { .set(name: $0) } ?? .other("set")
  }

  /// Looks for `INTO` on the level of the `SELECT` itself.
  private mutating func select() -> SQLStatementKind {
    while !cursor.isAtEnd, !cursor.stands("from") {
      if cursor.take("into") {
        while let word = cursor.word(), ["temporary", "temp", "unlogged", "table"].contains(word) { cursor.advance() }
        return cursor.name().map { .selectInto($0) } ?? .select
      }
      cursor.pass()
    }
    return .select
  }

  // MARK: CREATE

  private mutating func create() -> SQLStatementKind {
    _ = cursor.take("or", "replace")
    var isTemporary = false
    while let word = cursor.word(), ["global", "local", "temp", "temporary", "unlogged", "recursive"].contains(word) {
      isTemporary = isTemporary || word.hasPrefix("temp")
      cursor.advance()
    }
    switch cursor.word() {
    case "table", "foreign":
      let isForeign = cursor.take("foreign")
      if isForeign, cursor.word() != "table" { return .other("create foreign") }
      cursor.advance()
      return createTable(isTemporary: isTemporary, isForeign: isForeign)
    case "unique", "index": return createIndex()
    case "domain": return createDomain()
    case "type":
      cursor.advance()
      _ = cursor.name()
      return cursor.stands("as", "enum") ? .createEnum : .createType
    case "trigger", "constraint", "event": return createTrigger()
    case "view": return .createView
    case "materialized": return .createMaterializedView
    case "sequence": return .createSequence
    case "function", "procedure", "aggregate": return .createFunction
    case "statistics": return createStatistics()
    case "policy":
      cursor.advance()
      _ = cursor.identifier()
      guard cursor.take("on"), let table = cursor.name() else { return .other("create policy") }
      return .createPolicy(table: table)
    default: return .other("create " + (cursor.word() ?? ""))
    }
  }

  private mutating func createTable(isTemporary: Bool, isForeign: Bool) -> SQLStatementKind {
    let ifNotExists = cursor.take("if", "not", "exists")
    guard let name = cursor.name() else { return .other("create table") }
    var table = SQLCreateTable(
      name: name, ifNotExists: ifNotExists, isTemporary: isTemporary, isForeign: isForeign)
    if cursor.take("partition", "of") { table.partitionOf = cursor.name() }
    if cursor.take("of") { _ = cursor.name() }
    if cursor.isSymbol("(") {
      cursor.advance()
      while !cursor.isAtEnd, !cursor.isSymbol(")") {
        if let constraint = SQLConstraintParser.tableConstraint(&cursor) {
          table.constraints.append(constraint)
        } else if cursor.take("like") {
          cursor.skipToComma()
        } else if let column = SQLConstraintParser.column(&cursor) {
          table.columns.append(column)
        } else {
          cursor.skipToComma()
          if cursor.isAtEnd { break }
        }
        cursor.skipToComma()
        if !cursor.takeSymbol(",") { break }
      }
      _ = cursor.takeSymbol(")")
    }
    while !cursor.isAtEnd {
      if cursor.take("on", "commit", "drop") {
        table.dropsOnCommit = true
      } else if cursor.take("as") {
        table.isFilled = true
      } else if cursor.take("inherits") {
        var parents = SQLCursor(cursor.bracket()[...])
        table.inherited = parents.names()
      } else {
        // Whole brackets: an AS in the key of a partition is no query.
        cursor.pass()
      }
    }
    return .createTable(table)
  }

  private mutating func createIndex() -> SQLStatementKind {
    let isUnique = cursor.take("unique")
    guard cursor.take("index") else { return .other("create") }
    let concurrently = cursor.take("concurrently")
    let ifNotExists = cursor.take("if", "not", "exists")
    var name: String?
    if !cursor.stands("on") { name = cursor.identifier() }
    guard cursor.take("on"), let table = cursor.relation() else { return .other("create index") }
    var index = SQLCreateIndex(
      name: name, table: table, isUnique: isUnique, concurrently: concurrently, ifNotExists: ifNotExists)
    if cursor.take("using") { index.method = cursor.identifier() ?? "btree" }
    let keys = cursor.bracket()
    index.columns = Self.leadingColumns(keys)
    index.keyCount = Self.count(keys)
    while !cursor.isAtEnd {
      if cursor.word() == "where" { index.isPartial = true }
      if cursor.isSymbol("(") { _ = cursor.bracket() } else { cursor.advance() }
    }
    return .createIndex(index)
  }

  /// How many elements a list has.
  private static func count(_ tokens: [SQLToken]) -> Int {
    var cursor = SQLCursor(tokens[...])
    var count = 0
    while !cursor.isAtEnd {
      count += 1
      cursor.skipToComma()
      if !cursor.takeSymbol(",") { break }
    }
    return count
  }

  /// The columns of an index up to the first expression.
  private static func leadingColumns(_ tokens: [SQLToken]) -> [String] {
    var cursor = SQLCursor(tokens[...])
    var columns: [String] = []
    while let name = cursor.identifier(), !cursor.isSymbol("("), !cursor.isSymbol(".") {
      columns.append(name)
      cursor.skipToComma()
      if !cursor.takeSymbol(",") { break }
    }
    return columns
  }

  private mutating func createDomain() -> SQLStatementKind {
    cursor.advance()
    _ = cursor.name()
    _ = cursor.take("as")
    guard let type = SQLConstraintParser.type(&cursor) else { return .other("create domain") }
    var hasConstraint = false
    while let token = cursor.next {
      if case .word(let word) = token.kind, ["check", "constraint", "not"].contains(word) { hasConstraint = true }
      if cursor.isSymbol("(") { _ = cursor.bracket() } else { cursor.advance() }
    }
    return .createDomain(hasConstraint: hasConstraint, type: type)
  }

  private mutating func createTrigger() -> SQLStatementKind {
    if cursor.take("event") { return .other("create event trigger") }
    _ = cursor.take("constraint")
    guard cursor.take("trigger") else { return .other("create") }
    _ = cursor.identifier()
    while !cursor.isAtEnd {
      if cursor.take("on"), let table = cursor.name() { return .createTrigger(table: table) }
      cursor.advance()
    }
    return .other("create trigger")
  }

  private mutating func createStatistics() -> SQLStatementKind {
    while !cursor.isAtEnd {
      if cursor.isSymbol("(") {
        _ = cursor.bracket()
      } else if cursor.take("from") {
        return .createStatistics(table: cursor.name())
      } else {
        cursor.advance()
      }
    }
    return .createStatistics(table: nil)
  }

  // MARK: ALTER

  private mutating func alter() -> SQLStatementKind {
    switch cursor.word() {
    case "table", "view", "index", "sequence": return alterRelation(cursor.word() ?? "")
    case "foreign" where cursor.word(1) == "table":
      cursor.advance()
      return alterRelation("foreign table")
    case "materialized":
      cursor.advance()
      return alterRelation("materialized view")
    case "type":
      cursor.advance()
      _ = cursor.name()
      guard cursor.take("add", "value") else { return .alterObject(kind: "type", objectChange()) }
      var isPlaced = false
      while let token = cursor.next {
        if token.kind == .word("before") || token.kind == .word("after") { isPlaced = true }
        cursor.advance()
      }
      return .alterTypeAddValue(isPlaced: isPlaced)
    case let kind? where ["domain", "function", "procedure", "routine", "aggregate", "schema"].contains(kind):
      cursor.advance()
      _ = cursor.name()
      if cursor.isSymbol("(") { _ = cursor.bracket() }
      return .alterObject(kind: kind, objectChange())
    case let kind? where ["role", "user", "group", "database", "extension", "policy", "trigger"].contains(kind):
      cursor.advance()
      _ = cursor.name()
      if cursor.take("on") { _ = cursor.name() }
      switch objectChange() {
      case .rename: return .alterObject(kind: kind, .rename)
      case .setSchema: return .alterObject(kind: kind, .setSchema)
      default: return .other("alter \(kind)")
      }
    default: return .other("alter " + (cursor.word() ?? ""))
    }
  }

  /// What is done to something whose name has been read.
  private mutating func objectChange() -> SQLObjectChange {
    if cursor.take("rename", "to") { return .rename }
    if cursor.take("rename", "value") { return .renameValue }
    if cursor.take("rename", "attribute") { return .renameAttribute }
    if cursor.take("rename", "constraint") { return .renameConstraint }
    if cursor.take("rename") { return .renamePart }
    if cursor.take("set", "schema") { return .setSchema }
    if cursor.take("set", "default") { return .setDefault }
    if cursor.take("drop", "default") { return .dropDefault }
    if cursor.take("set", "not", "null") { return .setNotNull }
    if cursor.take("drop", "not", "null") { return .dropNotNull }
    if cursor.take("drop", "constraint") { return .dropConstraint }
    if cursor.stands("add", "constraint") || cursor.stands("add", "check") || cursor.stands("add", "not") {
      return .addConstraint
    }
    var dropped: [String] = []
    var retyped: [String] = []
    repeat {
      if cursor.take("drop", "attribute") {
        _ = cursor.take("if", "exists")
        if let name = cursor.identifier() { dropped.append(name) }
      } else if cursor.take("alter", "attribute"), let name = cursor.identifier() {
        retyped.append(name)
      }
      cursor.skipToComma()
    } while cursor.takeSymbol(",")
    return dropped.isEmpty && retyped.isEmpty ? .other : .attributes(dropped: dropped, retyped: retyped)
  }

  private mutating func alterRelation(_ kind: String) -> SQLStatementKind {
    cursor.advance()
    if cursor.take("all", "in", "tablespace") { return .other("alter all in tablespace") }
    let ifExists = cursor.take("if", "exists")
    guard let name = cursor.relation() else { return .other("alter \(kind)") }
    if kind == "sequence" || kind == "index" { return .alterObject(kind: kind, objectChange()) }
    var table = SQLAlterTable(kind: kind, name: name, ifExists: ifExists)
    repeat { table.actions.append(SQLTableActionParser.action(&cursor)) } while cursor.takeSymbol(",")
    return .alterTable(table)
  }

  // MARK: DROP and the rest

  private mutating func drop() -> SQLStatementKind {
    guard var kind = cursor.word() else { return .other("drop") }
    cursor.advance()
    if let second = cursor.word(),
      ["materialized view", "foreign table", "event trigger"].contains(kind + " " + second)
    {
      kind += " " + second
      cursor.advance()
    }
    let concurrently = kind == "index" && cursor.take("concurrently")
    let ifExists = cursor.take("if", "exists")
    switch kind {
    case "table", "foreign table": return .dropTable(cursor.names(), ifExists: ifExists)
    case "index": return .dropIndex(cursor.names(), ifExists: ifExists, concurrently: concurrently)
    case "database": return .dropDatabase
    case "type": return .dropType(cursor.names(), ifExists: ifExists)
    default: return .dropObject(kind: kind)
    }
  }

  private mutating func truncate() -> SQLStatementKind {
    _ = cursor.take("table")
    let tables = cursor.names()
    var cascades = false
    while !cursor.isAtEnd {
      if cursor.take("cascade") { cascades = true } else { cursor.advance() }
    }
    return .truncate(tables, cascades: cascades)
  }

  private mutating func reindex() -> SQLStatementKind {
    var concurrently = Self.isSwitchedOn("concurrently", in: cursor.bracket())
    guard let scope = cursor.word().flatMap(SQLReindex.Scope.init) else { return .other("reindex") }
    cursor.advance()
    if cursor.take("concurrently") { concurrently = true }
    return .reindex(SQLReindex(scope: scope, name: cursor.name(), concurrently: concurrently))
  }

  private mutating func vacuum() -> SQLStatementKind {
    .vacuum(isFull: Self.isSwitchedOn("full", in: cursor.bracket()) || cursor.take("full"))
  }

  /// Whether an option of a list stands there alone or with a word for yes.
  private static func isSwitchedOn(_ option: String, in tokens: [SQLToken]) -> Bool {
    guard let index = tokens.firstIndex(where: { $0.kind == .word(option) }) else { return false }
    guard tokens.indices.contains(index + 1) else { return true }
    switch tokens[index + 1].kind {
    case .word("false"), .word("off"), .number("0"), .string("false"), .string("off"): return false
    default: return true
    }
  }

  private mutating func refresh() -> SQLStatementKind {
    guard cursor.take("materialized", "view") else { return .other("refresh") }
    let concurrently = cursor.take("concurrently")
    guard let view = cursor.name() else { return .other("refresh") }
    return .refresh(view, concurrently: concurrently)
  }

  private mutating func comment() -> SQLStatementKind {
    guard cursor.take("on") else { return .other("comment") }
    if cursor.take("table") { return .comment(table: cursor.name()) }
    if cursor.take("column"), let column = cursor.name(), let table = column.qualifiers.last {
      return .comment(table: SQLName(qualifiers: Array(column.qualifiers.dropLast()), name: table))
    }
    return .comment(table: nil)
  }

  private mutating func update() -> SQLStatementKind {
    guard let table = cursor.relation() else { return .other("update") }
    while !cursor.isAtEnd {
      if cursor.take("where") { return .update(table, ofAllRows: false) }
      cursor.pass()
    }
    return .update(table, ofAllRows: true)
  }

  private mutating func lock() -> SQLStatementKind {
    _ = cursor.take("table")
    let tables = cursor.names()
    var words: [String] = []
    if cursor.take("in") {
      while let word = cursor.word(), word != "mode" {
        words.append(word)
        cursor.advance()
      }
    }
    return .lockTable(tables, mode: words.joined(separator: " "))
  }
}
