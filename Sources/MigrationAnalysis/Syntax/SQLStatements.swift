/// A file of SQL, statement by statement.
struct SQLStatements: Sendable {
  var statements: [SQLStatement]
  var comments: [SQLComment]
  /// What was opened and never closed, and on which line.
  var unterminated: (what: String, line: Int)?
  /// The lines on which a token begins, in ascending order.
  var tokenLines: [Int]

  init(_ text: String) {
    let lexer = SQLLexer(text)
    comments = lexer.comments
    unterminated = lexer.unterminated
    tokenLines = lexer.tokens.map(\.line)
    statements = Self.cut(lexer.tokens).map(Self.statement)
  }

  /// Cuts at semicolons, but not inside brackets and not inside a body of `BEGIN ATOMIC … END`.
  static func cut(_ tokens: [SQLToken]) -> [ArraySlice<SQLToken>] {
    let unclosed = unclosedBrackets(tokens)
    var pieces: [ArraySlice<SQLToken>] = []
    var start = 0
    var (brackets, bodies) = (0, 0)
    var previous = ""
    for (index, token) in tokens.enumerated() {
      var word = ""
      switch token.kind {
      case .symbol("(") where !unclosed.contains(index): brackets += 1
      case .symbol(")"): brackets = max(0, brackets - 1)
      case .symbol(";") where bodies == 0 && brackets == 0:
        if index > start { pieces.append(tokens[start..<index]) }
        start = index + 1
      case .word(let found):
        word = found
        if found == "atomic", previous == "begin" { bodies += 1 }
        if bodies > 0, found == "case" { bodies += 1 }
        if bodies > 0, found == "end" { bodies -= 1 }
      default: break
      }
      previous = word
    }
    if start < tokens.count { pieces.append(tokens[start...]) }
    return pieces
  }

  /// Brackets that nothing closes: they must not swallow the statements behind them.
  private static func unclosedBrackets(_ tokens: [SQLToken]) -> Set<Int> {
    var open: [Int] = []
    for (index, token) in tokens.enumerated() {
      if token.kind == .symbol("(") { open.append(index) }
      if token.kind == .symbol(")") { _ = open.popLast() }
    }
    return Set(open)
  }

  private static func statement(_ tokens: ArraySlice<SQLToken>) -> SQLStatement {
    var parser = SQLStatementParser(tokens)
    let kind = parser.statement()
    let (first, last) = (tokens.first?.line ?? 1, tokens.last?.line ?? 1)
    var verb = ""
    if case .word(let word)? = tokens.first?.kind { verb = word }
    return SQLStatement(
      kind: kind, verb: verb, repeatedColumns: SQLColumnLists.repeated(in: tokens, of: kind),
      lines: first...max(first, last),
      identifiers: tokens.compactMap { token in
        switch token.kind {
        case .word(let name), .quoted(let name): (name, token.line)
        default: nil
        }
      },
      strings: tokens.compactMap { if case .string(let text) = $0.kind { text } else { nil } })
  }
}
