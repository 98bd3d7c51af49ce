/// An index that could serve a scan, read off the condition the server wrote. Pure.
struct IndexProposal: Sendable, Hashable {
  /// What stands behind ON and the table: `(a, b)`, `USING gin (data)`.
  var definition: String
  /// Whether it is worth being tried as it stands: a guess at the pattern or at the operator class is not.
  var isPlain: Bool

  private static let equalities: Set = ["="]
  private static let ranges: Set = ["<", ">", "<=", ">="]
  private static let containments: Set = ["@>", "&&", "?", "?|", "?&", "@@"]
  private static let patterns: Set = ["~~"]
  /// No more columns than this: further ones cost more than they help.
  private static let mostColumns = 3

  /// The proposals for a scan, the most promising first; `columns` are the table's.
  static func all(for scan: StatementPlan.Scan, columns: Set<String>) -> [IndexProposal] {
    switch scan.kind {
    case .order:
      let keys = scan.condition.split(separator: ",").map { sortKey($0, scan, columns) }
      guard !keys.contains(nil) else { return [] }
      return [IndexProposal(definition: "(\(keys.compactMap { $0 }.joined(separator: ", ")))", isPlain: true)]
    case .join:
      return terms(of: scan.condition, scan, columns).filter { $0.isEquality }.prefix(1).map {
        IndexProposal(definition: "(\($0.key))", isPlain: true)
      }
    case .filter:
      let terms = terms(of: scan.condition, scan, columns)
      var equal: [String] = []
      for term in terms where term.isEquality && !equal.contains(term.key) { equal.append(term.key) }
      let bounded = terms.filter { ranges.contains($0.operation) && !equal.contains($0.key) }.map(\.key)
      var found: [IndexProposal] = []
      let whole = Array((equal.prefix(mostColumns - 1) + bounded.prefix(1)).prefix(mostColumns))
      for keys in [whole] + equal.map({ [$0] }) + bounded.map({ [$0] }) where !keys.isEmpty {
        let proposal = IndexProposal(definition: "(\(keys.joined(separator: ", ")))", isPlain: true)
        if !found.contains(proposal) { found.append(proposal) }
      }
      for term in terms where containments.contains(term.operation) {
        found.append(IndexProposal(definition: "USING gin (\(term.key))", isPlain: true))
      }
      for term in terms where patterns.contains(term.operation) {
        found.append(IndexProposal(definition: "(\(term.key) text_pattern_ops)", isPlain: false))
      }
      return Array(found.prefix(6))
    }
  }

  // MARK: Reading conditions

  /// One comparison of a condition with what an index could be on at its left.
  private struct Term {
    var key: String
    var operation: String
    var isEquality: Bool { equalities.contains(operation) }
  }

  /// The comparisons that are joined by AND and have one side of this table.
  private static func terms(of condition: String, _ scan: StatementPlan.Scan, _ columns: Set<String>) -> [Term] {
    guard let text = StatementText(condition) else { return [] }
    return conjuncts(of: text.tokens[...]).compactMap { term(of: $0, scan, columns) }
  }

  private static func unwrapped(_ tokens: ArraySlice<StatementText.Token>) -> ArraySlice<StatementText.Token> {
    guard let first = tokens.first, first.text == "(", let last = tokens.last, last.text == ")", tokens.count > 2,
      !tokens.dropFirst().dropLast().contains(where: { $0.depth <= first.depth })
    else { return tokens }
    return unwrapped(tokens.dropFirst().dropLast())
  }

  private static func conjuncts(of tokens: ArraySlice<StatementText.Token>) -> [ArraySlice<StatementText.Token>] {
    let tokens = unwrapped(tokens)
    guard let depth = tokens.map(\.depth).min() else { return [] }
    if tokens.contains(where: { $0.depth == depth && $0.isWord("or") }) { return [] }
    let parts = tokens.split { $0.depth == depth && $0.isWord("and") }
    return parts.count > 1 ? parts.flatMap(conjuncts) : [tokens]
  }

  private static func term(
    of tokens: ArraySlice<StatementText.Token>, _ scan: StatementPlan.Scan, _ columns: Set<String>
  ) -> Term? {
    guard let depth = tokens.map(\.depth).min() else { return nil }
    let signs = "=<>~!@&|?#%^"
    guard
      let start = tokens.indices.first(where: {
        tokens[$0].depth == depth && tokens[$0].kind == .symbol && signs.contains(tokens[$0].text)
      })
    else { return nil }
    var end = start + 1
    while tokens.indices.contains(end), tokens[end].kind == .symbol, signs.contains(tokens[end].text),
      !tokens[end].isSpaced
    { end += 1 }
    var operation = tokens[start..<end].map(\.text).joined()
    let (left, right) = (tokens[tokens.startIndex..<start], tokens[end...])
    if let key = key(left, scan, columns) { return Term(key: key, operation: operation) }
    guard let key = key(right, scan, columns) else { return nil }
    operation = ["<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="][operation] ?? ""
    return operation.isEmpty ? nil : Term(key: key, operation: operation)
  }

  /// A side of a comparison as the key of an index: a column, or an expression in parentheses; nil unless it is about this
  /// table alone.
  private static func key(
    _ tokens: ArraySlice<StatementText.Token>, _ scan: StatementPlan.Scan, _ columns: Set<String>
  ) -> String? {
    var tokens = Array(unwrapped(tokens))
    // A cast without effect on order, as the server adds it for character varying.
    if tokens.count > 3, tokens.suffix(3).map(\.text) == [":", ":", "text"] {
      tokens = Array(unwrapped(tokens.dropLast(3)[...]))
    }
    guard !tokens.contains(where: { $0.kind == .parameter }) else { return nil }
    var bare: [StatementText.Token] = []
    var hasColumn = false
    var position = 0
    while position < tokens.count {
      let token = tokens[position]
      let name = unquoted(token)
      if position + 2 < tokens.count, tokens[position + 1].text == "." {
        guard name == scan.alias, let column = unquoted(tokens[position + 2]), columns.contains(column) else {
          return nil
        }
        var piece = tokens[position + 2]
        piece.isSpaced = token.isSpaced
        bare.append(piece)
        hasColumn = true
        position += 3
        continue
      }
      if let name, columns.contains(name), position + 1 >= tokens.count || tokens[position + 1].text != "(" {
        hasColumn = true
      }
      bare.append(token)
      position += 1
    }
    guard hasColumn else { return nil }
    let text = StatementText(tokens: bare).text
    if bare.count == 1 { return text }
    let isCall = bare.first?.kind == .word && bare.count > 2 && bare[1].text == "(" && bare.last?.text == ")"
    return isCall ? text : "(\(text))"
  }

  /// The name a piece stands for; nil for a constant.
  private static func unquoted(_ token: StatementText.Token) -> String? {
    switch token.kind {
    case .word: return token.text
    case .quoted where token.text.hasPrefix("\""):
      return token.text.dropFirst().dropLast().split(separator: "\"\"", omittingEmptySubsequences: false)
        .joined(separator: "\"")
    default: return nil
    }
  }

  private static func sortKey(_ text: Substring, _ scan: StatementPlan.Scan, _ columns: Set<String>) -> String? {
    guard let pieces = StatementText(String(text))?.tokens, !pieces.isEmpty else { return nil }
    let order: Set = ["desc", "asc", "nulls", "first", "last"]
    let end =
      pieces.firstIndex { $0.depth == 0 && $0.kind == .word && order.contains($0.text.lowercased()) } ?? pieces.count
    guard let key = key(pieces[..<end], scan, columns) else { return nil }
    return ([key] + pieces[end...].map(\.text)).joined(separator: " ")
  }
}
