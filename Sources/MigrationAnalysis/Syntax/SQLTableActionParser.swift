/// Reads the actions of `ALTER TABLE`.
enum SQLTableActionParser {
  /// One action, up to the comma behind it.
  static func action(_ cursor: inout SQLCursor) -> SQLTableAction {
    let line = cursor.line
    let kind = kind(&cursor)
    cursor.skipToComma()
    return SQLTableAction(kind: kind, line: line)
  }

  private static func kind(_ cursor: inout SQLCursor) -> SQLTableAction.Kind {
    guard let verb = cursor.word() else { return .other }
    cursor.advance()
    switch verb {
    case "add": return add(&cursor)
    case "drop": return drop(&cursor)
    case "alter": return alter(&cursor)
    case "validate":
      guard cursor.take("constraint"), let name = cursor.identifier() else { return .other }
      return .validateConstraint(name)
    case "rename": return rename(&cursor)
    case "set": return set(&cursor)
    case "reset": return .setOptions(optionNames(&cursor))
    case "enable", "disable", "force", "no":
      if verb == "no" {
        if cursor.take("inherit"), let parent = cursor.name() { return .noInherit(parent) }
        return cursor.take("force", "row", "level", "security") ? .rowSecurity : .other
      }
      _ = cursor.take("always") || cursor.take("replica")
      if cursor.take("row", "level", "security") { return .rowSecurity }
      if cursor.take("trigger") { return .triggers }
      return cursor.take("rule") ? .rules : .other
    case "inherit": return cursor.name().map { .inherit($0) } ?? .other
    case "attach":
      guard cursor.take("partition"), let partition = cursor.name() else { return .other }
      return .attachPartition(partition)
    case "detach":
      guard cursor.take("partition"), let partition = cursor.name() else { return .other }
      return .detachPartition(partition, concurrently: cursor.take("concurrently") || cursor.take("finalize"))
    case "replica": return .replicaIdentity
    case "cluster": return .clusterOn
    case "owner": return .owner
    default: return .other
    }
  }

  private static func add(_ cursor: inout SQLCursor) -> SQLTableAction.Kind {
    if let constraint = SQLConstraintParser.tableConstraint(&cursor) { return .addConstraint(constraint) }
    _ = cursor.take("column")
    let ifNotExists = cursor.take("if", "not", "exists")
    return SQLConstraintParser.column(&cursor).map { .addColumn($0, ifNotExists: ifNotExists) } ?? .other
  }

  private static func drop(_ cursor: inout SQLCursor) -> SQLTableAction.Kind {
    let isConstraint = cursor.take("constraint")
    if !isConstraint { _ = cursor.take("column") }
    let ifExists = cursor.take("if", "exists")
    guard let name = cursor.identifier() else { return .other }
    return isConstraint ? .dropConstraint(name, ifExists: ifExists) : .dropColumn(name, ifExists: ifExists)
  }

  private static func alter(_ cursor: inout SQLCursor) -> SQLTableAction.Kind {
    if cursor.take("constraint") { return cursor.identifier().map { .alterConstraint($0) } ?? .other }
    _ = cursor.take("column")
    guard let column = cursor.identifier() ?? number(&cursor) else { return .other }
    return .alterColumn(column, change(&cursor))
  }

  /// `ALTER COLUMN 1 SET STATISTICS` names a column of an index by its number.
  private static func number(_ cursor: inout SQLCursor) -> String? {
    guard case .number(let text)? = cursor.next?.kind else { return nil }
    cursor.advance()
    return text
  }

  private static func change(_ cursor: inout SQLCursor) -> SQLColumnChange {
    if cursor.take("set", "data", "type") || cursor.take("type") {
      guard let type = SQLConstraintParser.type(&cursor) else { return .other }
      var using = false
      while let next = cursor.next, next.kind != .symbol(",") {
        if next.kind == .word("using") { using = true }
        if cursor.isSymbol("(") { _ = cursor.bracket() } else { cursor.advance() }
      }
      return .type(type, using: using)
    }
    if cursor.take("set", "default") { return .setDefault(cursor.expression(until: [])) }
    if cursor.take("drop", "default") { return .dropDefault }
    if cursor.take("set", "not", "null") { return .setNotNull }
    if cursor.take("drop", "not", "null") { return .dropNotNull }
    if cursor.take("add", "generated") { return .addIdentity }
    if cursor.take("drop", "identity") { return .dropIdentity }
    if cursor.take("set", "statistics") { return .setStatistics }
    if cursor.take("set", "storage") { return .setStorage }
    if cursor.take("set", "compression") { return .setCompression }
    if cursor.take("set", "expression") { return .setExpression }
    if cursor.take("drop", "expression") { return .dropExpression }
    if cursor.stands("set"), cursor.isSymbol("(", 1) { return .setOptions }
    if cursor.take("reset") { return .setOptions }
    guard cursor.stands("set") || cursor.stands("restart") else { return .other }
    // Options of the sequence stand in any order: SET CACHE 5 SET GENERATED ALWAYS.
    while let token = cursor.next, token.kind != .symbol(",") {
      if cursor.stands("set", "generated", "always") { return .setIdentity(always: true) }
      cursor.advance()
    }
    return .setIdentity(always: false)
  }

  private static func rename(_ cursor: inout SQLCursor) -> SQLTableAction.Kind {
    if cursor.take("to") { return cursor.identifier().map { .renameTable(to: $0) } ?? .other }
    let isConstraint = cursor.take("constraint")
    if !isConstraint { _ = cursor.take("column") }
    guard let from = cursor.identifier(), cursor.take("to"), let to = cursor.identifier() else { return .other }
    return isConstraint ? .renameConstraint(from: from, to: to) : .renameColumn(from: from, to: to)
  }

  private static func set(_ cursor: inout SQLCursor) -> SQLTableAction.Kind {
    switch cursor.word() {
    case "schema": return .setSchema
    case "tablespace": return .setTablespace
    case "logged": return .setLogged
    case "unlogged": return .setUnlogged
    case "access": return .setAccessMethod
    case "without": return .clusterOn
    default: return cursor.isSymbol("(") ? .setOptions(optionNames(&cursor)) : .other
    }
  }

  private static func optionNames(_ cursor: inout SQLCursor) -> [String] {
    var names: [String] = []
    var expectsName = true
    for token in cursor.bracket() {
      switch token.kind {
      case .word(let name), .quoted(let name):
        if expectsName { names.append(name) }
        expectsName = false
      case .symbol(","): expectsName = true
      default: break
      }
    }
    return names
  }
}
