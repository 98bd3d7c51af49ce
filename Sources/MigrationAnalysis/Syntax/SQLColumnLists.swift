/// Lists of columns in which PostgreSQL allows each name once: what `UPDATE` and `MERGE` set, what `INSERT` fills, what `CREATE
/// TABLE` and `CREATE VIEW` define, what `SELECT INTO` makes.
enum SQLColumnLists {
  /// One of the places where a name stands that its list has more than once.
  struct Repetition: Sendable, Hashable {
    var name: String
    var line: Int
  }

  /// Every place of the names that stand more than once in one list of the statement.
  static func repeated(in tokens: ArraySlice<SQLToken>, of kind: SQLStatementKind) -> [Repetition] {
    switch kind {
    case .createTable(let table):
      repeated(table.columns.map { Target(name: $0.name, isPartial: false, line: $0.line) })
    case .createView: repeated(viewColumns(tokens))
    case .selectInto: repeated(selectIntoColumns(tokens))
    case .insert, .update, .select: assignmentLists(tokens).flatMap(repeated)
    default: []
    }
  }

  /// A name in a list; partial where only an element or a field of the column is meant.
  private struct Target {
    var name: String
    var isPartial: Bool
    var line: Int
  }

  /// PostgreSQL cuts names after 63 bytes, and only then compares them.
  private static func repeated(_ targets: [Target]) -> [Repetition] {
    func kept(_ target: Target) -> String { String(decoding: target.name.utf8.prefix(63), as: UTF8.self) }
    var wholes: [String: [Bool]] = [:]
    for target in targets { wholes[kept(target), default: []].append(!target.isPartial) }
    return targets.compactMap { target in
      let kinds = wholes[kept(target)] ?? []
      return kinds.count > 1 && kinds.contains(true) ? Repetition(name: kept(target), line: target.line) : nil
    }
  }

  // MARK: Assignments

  private static func assignmentLists(_ tokens: ArraySlice<SQLToken>) -> [[Target]] {
    var lists: [[Target]] = []
    var cursor = SQLCursor(tokens)
    var wantsSet = false
    while !cursor.isAtEnd {
      if cursor.take("insert") {
        if cursor.take("into") {
          _ = cursor.relation()
          if cursor.take("as") { _ = cursor.identifier() }
        }
        if cursor.isSymbol("("), !["select", "with", "values", "table"].contains(cursor.word(1) ?? "") {
          lists.append(targets(cursor.bracket()))
        }
      } else if cursor.take("update") {
        wantsSet = true
      } else if wantsSet, cursor.take("set") {
        wantsSet = false
        lists.append(assignments(&cursor))
      } else {
        cursor.advance()
      }
    }
    return lists
  }

  /// What follows `SET`: `a = 1, (b, c) = (SELECT …), d[1] = 2, e.f = 3`.
  private static func assignments(_ cursor: inout SQLCursor) -> [Target] {
    var list: [Target] = []
    repeat {
      if cursor.isSymbol("(") {
        list += targets(cursor.bracket())
      } else if let target = target(&cursor) {
        list.append(target)
      }
      _ = cursor.expression(until: ["from", "where", "returning", "when"])
    } while cursor.takeSymbol(",")
    return list
  }

  private static func targets(_ tokens: [SQLToken]) -> [Target] {
    var cursor = SQLCursor(tokens[...])
    var list: [Target] = []
    while let target = target(&cursor) {
      list.append(target)
      cursor.skipToComma()
      if !cursor.takeSymbol(",") { break }
    }
    return list
  }

  private static func target(_ cursor: inout SQLCursor) -> Target? {
    let line = cursor.line
    guard let name = cursor.identifier() else { return nil }
    return Target(name: name, isPartial: cursor.isSymbol(".") || cursor.isSymbol("["), line: line)
  }

  // MARK: Results that become columns

  private static func viewColumns(_ tokens: ArraySlice<SQLToken>) -> [Target] {
    var cursor = SQLCursor(tokens)
    while !cursor.isAtEnd, !cursor.take("view") { cursor.advance() }
    _ = cursor.take("if", "not", "exists")
    guard cursor.name() != nil else { return [] }
    if cursor.isSymbol("(") { return targets(cursor.bracket()) }
    while !cursor.isAtEnd, !cursor.take("as") {
      if cursor.isSymbol("(") { _ = cursor.bracket() } else { cursor.advance() }
    }
    guard cursor.take("select") else { return [] }
    return results(&cursor)
  }

  /// The columns of the table that `SELECT … INTO` makes.
  private static func selectIntoColumns(_ tokens: ArraySlice<SQLToken>) -> [Target] {
    var cursor = SQLCursor(tokens)
    return cursor.take("select") ? results(&cursor) : []
  }

  /// Words behind which the list of results has ended.
  private static let ends: Set<String> = [
    "from", "into", "where", "group", "having", "window", "union", "except", "intersect", "order", "limit", "offset",
    "fetch", "for", "with",
  ]

  private static func results(_ cursor: inout SQLCursor) -> [Target] {
    _ = cursor.take("all")
    if cursor.take("distinct"), cursor.take("on") { _ = cursor.bracket() }
    var list: [Target] = []
    repeat {
      let line = cursor.line
      let tokens = cursor.expression(until: ends).tokens
      if let name = resultName(tokens) { list.append(Target(name: name, isPartial: false, line: line)) }
    } while cursor.takeSymbol(",")
    return list
  }

  /// The name that PostgreSQL gives a result; nil for what is not worked out here (`*`, casts, `CASE` and the like).
  private static func resultName(_ tokens: [SQLToken.Kind]) -> String? {
    guard let first = tokens.first, let last = tokens.last else { return nil }
    if tokens.count == 1 {
      switch first {
      case .number, .string: return "?column?"
      default: return first.identifier
      }
    }
    let before = tokens[tokens.count - 2]
    if let alias = last.identifier {
      switch before {
      case .word("as"), .number, .string, .quoted, .symbol(")"), .symbol("]"): return alias
      case .word where tokens.count == 2: return alias
      case .symbol("."): return isPath(tokens) ? alias : nil
      default: return nil
      }
    }
    // A call of a function is named like it.
    if tokens[1] == .symbol("("), last == .symbol(")"), tokens.filter({ $0 == .symbol("(") }).count == 1 {
      return first.identifier
    }
    return nil
  }

  private static func isPath(_ tokens: [SQLToken.Kind]) -> Bool {
    tokens.enumerated().allSatisfy { index, token in index % 2 == 1 ? token == .symbol(".") : token.identifier != nil }
  }
}
