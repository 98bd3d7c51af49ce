/// What makes a normalised text one that can be parsed again, or planned by a role that only reads. Pure.
extension StatementText {
  private static let typed: Set = ["interval", "date", "time", "timestamp", "timestamptz"]

  /// The text with forms mended that take a constant but no parameter: `interval $1`, `extract($1 FROM …)` and
  /// `ANY (ARRAY[$1, $2])`, whose elements would be taken for texts.
  var mended: StatementText {
    var out: [Token] = []
    var position = tokens.startIndex
    func token(_ offset: Int) -> Token? { tokens.indices.contains(position + offset) ? tokens[position + offset] : nil }
    while let current = token(0) {
      if current.kind == .word, Self.typed.contains(current.text.lowercased()), let parameter = token(1),
        parameter.kind == .parameter
      {
        out += Self.pieces("( \(parameter.text) :: \(current.text) )", depth: current.depth)
        position += 2
      } else if current.isWord("extract"), token(1)?.text == "(", token(2)?.kind == .parameter,
        token(3)?.isWord("from") == true
      {
        out += Self.pieces("extract ( epoch", depth: current.depth)
        position += 3
      } else if current.isWord("any") || current.isWord("all"), token(1)?.text == "(",
        token(2)?.isWord("array") == true, token(3)?.text == "[", let end = parametersEnd(from: position + 4),
        tokens.indices.contains(end + 1), tokens[end + 1].text == ")", let parameter = token(4)
      {
        out += Self.pieces("\(current.text) ( \(parameter.text) )", depth: current.depth)
        position = end + 2
      } else {
        out.append(current)
        position += 1
      }
    }
    return StatementText(tokens: out).renumbered
  }

  /// Where a list of nothing but parameters from `start` on ends with a bracket; nil if it is something else.
  private func parametersEnd(from start: Int) -> Int? {
    var position = start
    while tokens.indices.contains(position) {
      let token = tokens[position]
      if token.text == "]" { return position > start ? position : nil }
      guard token.kind == .parameter || token.text == "," else { return nil }
      position += 1
    }
    return nil
  }

  static func pieces(_ text: String, depth: Int) -> [Token] {
    (StatementText(text)?.tokens ?? []).enumerated().map {
      Token(
        kind: $0.element.kind, text: $0.element.text, depth: $0.element.depth + depth,
        isSpaced: $0.offset == 0 || $0.element.isSpaced)
    }
  }

  /// The text with a parameter whose type cannot be told taken for a text.
  func withText(parameter number: Int) -> StatementText {
    StatementText(
      tokens: tokens.flatMap { token in
        token.kind == .parameter && token.text == "$\(number)"
          ? Self.pieces("( \(token.text) :: text )", depth: token.depth) : [token]
      })
  }

  /// The text with parameters taken for whole numbers where several types would do: beside a sign, and as bounds of
  /// `generate_series`.
  var guessed: StatementText {
    var out: [Token] = []
    var series: Int?
    for (position, token) in tokens.enumerated() {
      if let depth = series, token.depth <= depth, token.text == ")" { series = nil }
      if token.isWord("generate_series") { series = token.depth }
      let before = position > 0 ? tokens[position - 1].text : ""
      let isBound = series.map { token.depth == $0 + 1 && (before == "(" || before == ",") } ?? false
      if token.kind == .parameter, isBound || before == "+" || before == "-" {
        out += Self.pieces("( \(token.text) :: int )", depth: token.depth)
      } else {
        out.append(token)
      }
    }
    return StatementText(tokens: out)
  }

  /// What an UPDATE, a DELETE, an INSERT or a MERGE reads, as a query of its own, for a role that may not write.
  enum ReadingPart: Sendable, Hashable {
    case query(StatementText)
    /// It reads nothing: INSERT … VALUES.
    case nothing
  }

  /// The reading part; nil for a statement that is none of these or of a form that is not understood.
  var readingPart: ReadingPart? {
    if case .query(let query)? = writtenPart { return .query(query.withoutRowLocks.renumbered) }
    if let writtenPart { return writtenPart }
    if let query = readingOfSubqueries { return .query(query.withoutRowLocks.renumbered) }
    // A SELECT that locks rows wants the right to write them.
    guard tokens.first?.isWord("select") == true, withoutRowLocks != self else { return nil }
    return .query(withoutRowLocks.renumbered)
  }

  /// Without `FOR UPDATE` and its kin, which take rights that reading does not.
  private var withoutRowLocks: StatementText {
    var out: [Token] = []
    var index = 0
    while index < tokens.count {
      let length = rowLockLength(at: index)
      if length == 0 { out.append(tokens[index]) }
      index += max(1, length)
    }
    return StatementText(tokens: out)
  }

  /// How many tokens a clause of row locks takes from here; 0 where none begins.
  private func rowLockLength(at start: Int) -> Int {
    func stand(_ words: String..., at index: Int) -> Bool {
      words.indices.allSatisfy { tokens.indices.contains(index + $0) && tokens[index + $0].isWord(words[$0]) }
    }
    var end = start
    if stand("for", "update", at: start) || stand("for", "share", at: start) {
      end += 2
    } else if stand("for", "no", "key", "update", at: start) {
      end += 4
    } else if stand("for", "key", "share", at: start) {
      end += 3
    } else {
      return 0
    }
    if stand("of", at: end) {
      end += 2
      while tokens.indices.contains(end + 1), [",", "."].contains(tokens[end].text) { end += 2 }
    }
    if stand("nowait", at: end) { end += 1 }
    if stand("skip", "locked", at: end) { end += 2 }
    return end - start
  }

  /// The same without looking into subqueries, its parameters as they are numbered.
  var writtenPart: ReadingPart? {
    guard let first = tokens.first else { return nil }
    func index(of words: String..., from start: Int) -> Int? {
      tokens.indices.dropFirst(start).first { position in
        tokens[position].depth == 0 && words.contains { tokens[position].isWord($0) }
      }
    }
    func slice(_ start: Int, _ end: Int?) -> [Token] {
      let end = min(end ?? tokens.count, tokens.count)
      return start < end ? Array(tokens[start..<end]) : []
    }
    let returning = index(of: "returning", from: 0)
    if first.isWord("insert") {
      guard let body = index(of: "select", "values", "default", "with", from: 2) else { return nil }
      guard tokens[body].isWord("select") || tokens[body].isWord("with") else { return .nothing }
      let conflict = tokens.indices.dropFirst(body).first {
        tokens[$0].depth == 0 && tokens[$0].isWord("on") && tokens.indices.contains($0 + 1)
          && tokens[$0 + 1].isWord("conflict")
      }
      return .query(StatementText(tokens: slice(body, conflict ?? returning)))
    }
    if first.isWord("merge"), let into = index(of: "into", from: 1), let source = index(of: "using", from: 2),
      let condition = index(of: "on", from: source), let end = index(of: "when", from: condition), into == 1,
      !slice(condition, end).contains(where: { $0.isWord("case") })
    {
      let query = Self.pieces("SELECT 1 FROM", depth: 0) + slice(2, source) + Self.pieces("JOIN", depth: 0)
      return .query(StatementText(tokens: query + slice(source + 1, end)))
    }
    var target: [Token]
    let further: Int?
    let filter: Int?
    if first.isWord("update"), let set = index(of: "set", from: 1) {
      target = slice(1, set)
      further = index(of: "from", from: set)
      filter = index(of: "where", from: set)
    } else if first.isWord("delete"), tokens.count > 2, tokens[1].isWord("from") {
      further = index(of: "using", from: 2)
      filter = index(of: "where", from: 2)
      target = slice(2, further ?? filter ?? returning)
    } else {
      return nil
    }
    // A cursor's position is no condition.
    if let filter, slice(filter, nil).contains(where: { $0.isWord("current") }) { return nil }
    target.removeAll { $0.text == "*" }
    var query = Self.pieces("SELECT 1 FROM", depth: 0) + target
    if let further { query += Self.pieces(",", depth: 0) + slice(further + 1, filter ?? returning) }
    if let filter { query += slice(filter, returning) }
    return .query(StatementText(tokens: query))
  }
}
