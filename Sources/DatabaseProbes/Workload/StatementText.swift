/// A statement's text, cut into the pieces SQL's lexer would see (PostgreSQL manual, section 4.1). Pure.
struct StatementText: Sendable, Hashable {
  /// A piece of the text.
  struct Token: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
      /// A key word or a plain name.
      case word
      /// A quoted name or a constant.
      case quoted
      /// `$1`.
      case parameter
      /// Digits.
      case number
      /// One other character.
      case symbol
    }

    var kind: Kind
    var text: String
    /// How many parentheses and brackets stand open around it.
    var depth: Int
    /// Whether something that is no piece stands before it.
    var isSpaced = true

    /// Whether it is this key word, which is given in small letters.
    func isWord(_ word: String) -> Bool { kind == .word && text.lowercased() == word }
  }

  /// The pieces; comments and white space are left out.
  var tokens: [Token]

  /// The longest text that is looked at, in bytes.
  private static let mostBytes = 100_000

  /// Reads a text; nil for one that is too long or ends within a constant or a comment, as a truncated one does.
  init?(_ text: String) {
    var lexer = StatementLexer(Array(text.utf8))
    guard text.utf8.count <= Self.mostBytes, let tokens = lexer.tokens() else { return nil }
    self.tokens = tokens
  }

  /// A statement of these pieces.
  init(tokens: some Sequence<Token>) { self.tokens = Array(tokens) }

  /// The text, comments and white space as single spaces.
  var text: String {
    tokens.enumerated().map { $0.offset > 0 && $0.element.isSpaced ? " \($0.element.text)" : $0.element.text }.joined()
  }

  /// What a statement does, as far as planning it is concerned.
  enum Kind: Sendable, Hashable {
    /// It reads or changes rows, and has a plan.
    case planned
    /// It does something else: transactions, settings, definitions, maintenance.
    case utility
  }

  private static let planned: Set = ["select", "with", "insert", "update", "delete", "merge", "values", "table"]

  /// What it does; by its first word.
  var kind: Kind {
    guard let first = tokens.first(where: { $0.text != "(" }), first.kind == .word else { return .utility }
    return Self.planned.contains(first.text.lowercased()) ? .planned : .utility
  }

  /// The numbers of its parameters, in ascending order.
  var parameters: [Int] {
    Set(tokens.compactMap { $0.kind == .parameter ? Int($0.text.dropFirst()) : nil }).sorted()
  }

  /// The same with its parameters numbered from 1 on without a hole.
  var renumbered: StatementText {
    let numbers = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($0.element, $0.offset + 1) })
    return StatementText(
      tokens: tokens.map { token in
        guard token.kind == .parameter, let number = Int(token.text.dropFirst()), let new = numbers[number] else {
          return token
        }
        return Token(kind: .parameter, text: "$\(new)", depth: token.depth, isSpaced: token.isSpaced)
      })
  }
}

/// Cuts a text into pieces.
private struct StatementLexer {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func byte(_ offset: Int = 0) -> UInt8? {
    let index = position + offset
    return bytes.indices.contains(index) ? bytes[index] : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 || byte >= 128
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  mutating func tokens() -> [StatementText.Token]? {
    var tokens: [StatementText.Token] = []
    var end = 0
    while let first = byte() {
      let start = position
      let kind: StatementText.Token.Kind
      switch first {
      case 9...13, 32:
        position += 1
        continue
      case UInt8(ascii: "-") where byte(1) == first:
        while let next = byte(), next != 10 { position += 1 }
        continue
      case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"):
        guard skipComment() else { return nil }
        continue
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        guard skipQuoted(first, hasEscapes: false) else { return nil }
        kind = .quoted
      case UInt8(ascii: "$"):
        if let next = byte(1), Self.isDigit(next) {
          position += 1
          while let next = byte(), Self.isDigit(next) { position += 1 }
          kind = .parameter
        } else {
          guard skipDollarQuoted() else { return nil }
          kind = .quoted
        }
      case let letter where Self.isLetter(letter):
        while let next = byte(), Self.isLetter(next) || Self.isDigit(next) || next == UInt8(ascii: "$") {
          position += 1
        }
        let isPrefix = position - start == 1 && byte() == UInt8(ascii: "'")
        if isPrefix, [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(first) {
          guard skipQuoted(UInt8(ascii: "'"), hasEscapes: true) else { return nil }
          kind = .quoted
        } else if isPrefix, "bBxXnN".utf8.contains(first) {
          guard skipQuoted(UInt8(ascii: "'"), hasEscapes: false) else { return nil }
          kind = .quoted
        } else {
          kind = .word
        }
      case let digit where Self.isDigit(digit):
        while let next = byte(), Self.isDigit(next) || next == UInt8(ascii: ".") || Self.isLetter(next) {
          position += 1
        }
        kind = .number
      default:
        position += 1
        kind = .symbol
      }
      if kind == .symbol, first == UInt8(ascii: ")") || first == UInt8(ascii: "]") { depth = max(0, depth - 1) }
      tokens.append(
        StatementText.Token(
          kind: kind, text: String(decoding: bytes[start..<min(position, bytes.count)], as: UTF8.self), depth: depth,
          isSpaced: start > end))
      end = position
      if kind == .symbol, first == UInt8(ascii: "(") || first == UInt8(ascii: "[") { depth += 1 }
    }
    return tokens
  }

  /// Comments nest.
  private mutating func skipComment() -> Bool {
    var open = 0
    while let next = byte() {
      if next == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
        open += 1
        position += 2
      } else if next == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
        open -= 1
        position += 2
        if open == 0 { return true }
      } else {
        position += 1
      }
    }
    return false
  }

  private mutating func skipQuoted(_ quote: UInt8, hasEscapes: Bool) -> Bool {
    position += 1
    while let next = byte() {
      if hasEscapes, next == UInt8(ascii: "\\") {
        position += 2
      } else if next == quote {
        position += 1
        if byte() != quote { return true }
        position += 1
      } else {
        position += 1
      }
    }
    return false
  }

  private mutating func skipDollarQuoted() -> Bool {
    let start = position
    position += 1
    while let next = byte(), Self.isLetter(next) || Self.isDigit(next) { position += 1 }
    guard byte() == UInt8(ascii: "$") else { return true }
    position += 1
    let tag = Array(bytes[start..<position])
    while position + tag.count <= bytes.count {
      if Array(bytes[position..<position + tag.count]) == tag {
        position += tag.count
        return true
      }
      position += 1
    }
    return false
  }
}
