/// A place among the tokens of one statement.
struct SQLCursor {
  private let tokens: ArraySlice<SQLToken>
  private(set) var position: Int

  init(_ tokens: ArraySlice<SQLToken>) {
    self.tokens = tokens
    position = tokens.startIndex
  }

  var next: SQLToken? { peek(0) }
  var isAtEnd: Bool { next == nil }
  var line: Int { next?.line ?? tokens.last?.line ?? 1 }

  func peek(_ offset: Int) -> SQLToken? {
    let index = position + offset
    return tokens.indices.contains(index) ? tokens[index] : nil
  }

  /// The key word at `offset`; nil for anything else, quoted identifiers included.
  func word(_ offset: Int = 0) -> String? {
    if case .word(let word)? = peek(offset)?.kind { word } else { nil }
  }

  func isSymbol(_ symbol: String, _ offset: Int = 0) -> Bool { peek(offset)?.kind == .symbol(symbol) }

  /// Whether the next words are these.
  func stands(_ words: String...) -> Bool { words.indices.allSatisfy { word($0) == words[$0] } }

  mutating func advance(_ count: Int = 1) { position = min(position + count, tokens.endIndex) }

  /// Passes over these words if they are next.
  mutating func take(_ words: String...) -> Bool {
    guard words.indices.allSatisfy({ word($0) == words[$0] }) else { return false }
    advance(words.count)
    return true
  }

  mutating func takeSymbol(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  /// An identifier, quoted or not.
  mutating func identifier() -> String? {
    switch next?.kind {
    case .word(let name)?, .quoted(let name)?:
      advance()
      return name
    default: return nil
    }
  }

  /// A name with qualifiers.
  mutating func name() -> SQLName? {
    guard let first = identifier() else { return nil }
    var parts = [first]
    while isSymbol(".") {
      advance()
      guard let part = identifier() else { break }
      parts.append(part)
    }
    return SQLName(qualifiers: Array(parts.dropLast()), name: parts[parts.count - 1])
  }

  /// A table as `ALTER TABLE` and `TRUNCATE` name it: `ONLY t`, `t *`.
  mutating func relation() -> SQLName? {
    if word() == "only" { advance() }
    let name = name()
    if name != nil { _ = takeSymbol("*") }
    return name
  }

  /// Names separated by commas.
  mutating func names() -> [SQLName] {
    var names: [SQLName] = []
    repeat {
      guard let name = relation() else { break }
      names.append(name)
    } while takeSymbol(",")
    return names
  }

  /// Passes over a bracket with all it holds; gives what it holds.
  mutating func bracket() -> [SQLToken] {
    guard isSymbol("(") || isSymbol("[") else { return [] }
    var depth = 0
    let start = position + 1
    while let token = next {
      if token.kind == .symbol("(") || token.kind == .symbol("[") { depth += 1 }
      if token.kind == .symbol(")") || token.kind == .symbol("]") { depth -= 1 }
      advance()
      if depth == 0 { return Array(tokens[start..<position - 1]) }
    }
    return Array(tokens[min(start, position)..<position])
  }

  /// Passes over one token, or over a whole bracket with all it holds.
  mutating func pass() {
    if isSymbol("(") || isSymbol("[") { _ = bracket() } else { advance() }
  }

  /// Passes over tokens up to a comma or an end of the bracket on this level.
  mutating func skipToComma() {
    while let token = next, token.kind != .symbol(","), token.kind != .symbol(")") { pass() }
  }

  /// Gives the tokens up to the comma, the end of the bracket, or a word that cannot belong to an expression here.
  mutating func expression(until ends: Set<String>) -> SQLExpression {
    var kinds: [SQLToken.Kind] = []
    while let token = next, token.kind != .symbol(","), token.kind != .symbol(")") {
      if case .word(let word) = token.kind, ends.contains(word), !kinds.isEmpty { break }
      if token.kind == .symbol("(") || token.kind == .symbol("[") {
        kinds.append(token.kind)
        kinds += bracket().map(\.kind)
        kinds.append(.symbol(token.kind == .symbol("(") ? ")" : "]"))
      } else {
        kinds.append(token.kind)
        advance()
      }
    }
    return SQLExpression(tokens: kinds)
  }
}
