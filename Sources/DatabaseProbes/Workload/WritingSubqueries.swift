/// Statements whose subqueries write (PostgreSQL manual, section 7.8.4), as what they read.
extension StatementText {
  /// A `WITH` statement in which each subquery that writes is one that reads what the writing reads and has the columns it
  /// returns; nil where none of them writes, or the form is not understood.
  var readingOfSubqueries: StatementText? {
    guard tokens.first?.isWord("with") == true else { return nil }
    var out: [Token] = []
    var position = tokens.startIndex
    var writes = false
    while true {
      guard let word = outermost(from: position, where: { $0.isWord("as") }),
        let open = outermost(from: word, where: { $0.text == "(" }),
        let close = outermost(from: open + 1, where: { $0.text == ")" })
      else { return nil }
      let body = StatementText(tokens: tokens[(open + 1)..<close]).moved(by: -1)
      out += tokens[position...open]
      if let reading = body.returned {
        writes = true
        out += reading.moved(by: 1).tokens
      } else {
        out += body.moved(by: 1).tokens
      }
      out.append(tokens[close])
      position = close + 1
      guard tokens.indices.contains(position) else { return nil }
      if tokens[position].text != "," { break }
      out.append(tokens[position])
      position += 1
    }
    let statement = StatementText(tokens: tokens[position...])
    switch statement.writtenPart {
    case .query(let query):
      writes = true
      out += query.tokens
    case .nothing: return nil
    case nil: out += statement.tokens
    }
    return writes ? StatementText(tokens: out) : nil
  }

  /// What a writing subquery returns, from what it reads: no row of an INSERT is there yet, those of the others are found.
  private var returned: StatementText? {
    guard let part = writtenPart else { return nil }
    let returning = outermost(from: 0) { $0.isWord("returning") }
    let columns = returning.map { Array(tokens[($0 + 1)...]) } ?? Self.pieces("1", depth: 0)
    let select = Self.pieces("SELECT", depth: 0) + columns
    guard tokens.first?.isWord("insert") == true else {
      guard case .query(let query) = part, let from = query.outermost(from: 0, where: { $0.isWord("from") }) else {
        return nil
      }
      return StatementText(tokens: select + query.tokens[from...])
    }
    guard let end = outermost(from: 2, where: { Self.endsTarget($0) }), end > 2 else { return nil }
    var text = select + Self.pieces("FROM", depth: 0) + tokens[2..<end]
    // The place of no row: the table is named, and not read.
    text += Self.pieces("WHERE ctid = '(0,0)' :: tid", depth: 0)
    if case .query(let query) = part {
      text += Self.pieces("AND EXISTS (", depth: 0) + query.moved(by: 1).tokens
      text.append(Token(kind: .symbol, text: ")", depth: 0))
    }
    return StatementText(tokens: text)
  }

  private static func endsTarget(_ token: Token) -> Bool {
    token.text == "(" || ["select", "values", "default", "with", "overriding"].contains { token.isWord($0) }
  }

  private func outermost(from start: Int, where matches: (Token) -> Bool) -> Int? {
    tokens.indices.dropFirst(start).first { tokens[$0].depth == 0 && matches(tokens[$0]) }
  }

  private func moved(by depth: Int) -> StatementText {
    StatementText(
      tokens: tokens.map { Token(kind: $0.kind, text: $0.text, depth: $0.depth + depth, isSpaced: $0.isSpaced) })
  }
}
