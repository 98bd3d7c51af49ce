/// Reads columns, types and constraints.
enum SQLConstraintParser {
  /// Words that end the expression of a `DEFAULT`: the constraints that may follow it.
  static let constraintWords: Set<String> = [
    "constraint", "not", "null", "default", "generated", "primary", "unique", "check", "references", "collate",
    "deferrable", "initially", "storage", "compression",
  ]

  /// A data type.
  static func type(_ cursor: inout SQLCursor) -> SQLType? {
    _ = cursor.take("setof")
    guard var name = cursor.name() else { return nil }
    if name.qualifiers == ["pg_catalog"] { name.qualifiers = [] }
    var words = [name.text]
    switch words[0] {
    case "double": if cursor.take("precision") { words.append("precision") }
    case "character", "char", "bit", "national", "nchar":
      if words[0] == "national" { words.append(cursor.identifier() ?? "") }
      if cursor.take("varying") { words.append("varying") }
    default: break
    }
    var type = SQLType(name: words.joined(separator: " "))
    if cursor.isSymbol("(") {
      type.modifiers = cursor.bracket().compactMap { token in
        switch token.kind {
        case .number(let text), .string(let text), .word(let text): text
        case .symbol("-"): "-"
        default: nil
        }
      }
    }
    if ["time", "timestamp"].contains(type.name) {
      if cursor.take("with", "time", "zone") { type.name += " with time zone" }
      if cursor.take("without", "time", "zone") { type.name += " without time zone" }
    }
    if type.name == "interval" {
      while let word = cursor.word(), ["year", "month", "day", "hour", "minute", "second", "to"].contains(word) {
        cursor.advance()
      }
    }
    while cursor.isSymbol("[") {
      type.isArray = true
      _ = cursor.bracket()
    }
    if cursor.take("array") {
      type.isArray = true
      if cursor.isSymbol("[") { _ = cursor.bracket() }
    }
    return type
  }

  /// A column of `CREATE TABLE` or `ADD COLUMN`.
  static func column(_ cursor: inout SQLCursor) -> SQLColumn? {
    let line = cursor.line
    guard let name = cursor.identifier() else { return nil }
    var column = SQLColumn(name: name, line: line)
    if let word = cursor.word(), constraintWords.contains(word) || word == "with" {
      // A column of a partition has constraints only.
    } else {
      column.type = type(&cursor)
    }
    while let next = cursor.next, next.kind != .symbol(","), next.kind != .symbol(")") {
      if let constraint = columnConstraint(&cursor) { column.constraints.append(constraint) }
    }
    return column
  }

  /// One constraint of a column; nil where something else was passed over.
  private static func columnConstraint(_ cursor: inout SQLCursor) -> SQLColumn.Constraint? {
    if cursor.take("constraint") {
      _ = cursor.identifier()
      return nil
    }
    if cursor.take("not", "null") { return .notNull }
    if cursor.take("null") { return .null }
    if cursor.take("default") { return .defaultValue(cursor.expression(until: constraintWords)) }
    if cursor.take("generated") { return generated(&cursor) }
    if cursor.take("primary", "key") { return .primaryKey }
    if cursor.take("unique") { return .unique }
    if cursor.take("check") { return .check(SQLExpression(tokens: cursor.bracket().map(\.kind))) }
    if cursor.take("references") {
      guard let parent = cursor.name() else { return nil }
      if cursor.isSymbol("(") { _ = cursor.bracket() }
      return .references(parent)
    }
    if cursor.isSymbol("(") { _ = cursor.bracket() } else { cursor.advance() }
    return nil
  }

  private static func generated(_ cursor: inout SQLCursor) -> SQLColumn.Constraint? {
    _ = cursor.take("always") || cursor.take("by", "default")
    guard cursor.take("as") else { return nil }
    if cursor.take("identity") {
      if cursor.isSymbol("(") { _ = cursor.bracket() }
      return .identity
    }
    _ = cursor.bracket()
    // Without a word it is virtual since version 18; before that STORED was demanded.
    return .generated(isStored: cursor.take("stored"))
  }

  /// A constraint of a table; nil, with the cursor where it was, if none begins here.
  static func tableConstraint(_ cursor: inout SQLCursor) -> SQLTableConstraint? {
    let line = cursor.line
    var ahead = cursor
    var name: String?
    if ahead.take("constraint") { name = ahead.identifier() }
    var columns: [String] = []
    guard let kind = constraintKind(&ahead, &columns) else { return nil }
    var constraint = SQLTableConstraint(name: name, kind: kind, columns: columns, line: line)
    while let next = ahead.next, next.kind != .symbol(","), next.kind != .symbol(")") {
      if ahead.take("not", "valid") { constraint.isNotValid = true } else { ahead.advance() }
    }
    cursor = ahead
    return constraint
  }

  private static func constraintKind(_ cursor: inout SQLCursor, _ columns: inout [String]) -> SQLTableConstraint.Kind? {
    if cursor.take("primary", "key") { return .primaryKey(usingIndex: index(&cursor, &columns)) }
    // A column may be called like a key word that PostgreSQL does not reserve; these are reserved but for `exclude`.
    if cursor.take("unique") { return .unique(usingIndex: index(&cursor, &columns)) }
    if cursor.take("foreign", "key") {
      columns = cursor.bracket().compactMap(\.kind.identifier)
      guard cursor.take("references"), let parent = cursor.name() else { return nil }
      if cursor.isSymbol("(") { _ = cursor.bracket() }
      return .foreignKey(parent: parent)
    }
    if cursor.take("check") { return .check(SQLExpression(tokens: cursor.bracket().map(\.kind))) }
    if cursor.word() == "exclude", cursor.word(1) == "using" || cursor.isSymbol("(", 1) {
      cursor.advance()
      while !cursor.isAtEnd, !cursor.isSymbol("(") { cursor.advance() }
      _ = cursor.bracket()
      return .exclude
    }
    if cursor.take("not", "null"), let column = cursor.identifier() { return .notNull(column: column) }
    return nil
  }

  private static func index(_ cursor: inout SQLCursor, _ columns: inout [String]) -> String? {
    if cursor.take("using", "index") { return cursor.identifier() }
    _ = cursor.take("nulls", "distinct") || cursor.take("nulls", "not", "distinct")
    columns = cursor.bracket().compactMap(\.kind.identifier)
    return nil
  }
}
