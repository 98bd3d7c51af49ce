/// Takes Swift source apart (The Swift Programming Language, "Lexical Structure"): comments fall away, and what is in
/// strings and regular expressions is never taken for source. Source that no compiler takes gives tokens too, and an end.
struct Lexer {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var lineStart = 0
  private var beginsLine = true
  private var last: Token?

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The tokens of a file in UTF-8.
  static func tokens(of bytes: [UInt8]) -> [Token] {
    var lexer = Lexer(bytes)
    if lexer.isNext("#!") { lexer.skipLine() }
    var tokens: [Token] = []
    while let token = lexer.next() { tokens.append(token) }
    return tokens
  }

  // MARK: Bytes

  private func byte(_ distance: Int = 0) -> UInt8? {
    bytes.indices.contains(index + distance) ? bytes[index + distance] : nil
  }

  private func isNext(_ text: StaticString, at distance: Int = 0) -> Bool {
    text.withUTF8Buffer { wanted in
      index + distance + wanted.count <= bytes.count
        && wanted.indices.allSatisfy { bytes[index + distance + $0] == wanted[$0] }
    }
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] == UInt8(ascii: "\n") {
        line += 1
        lineStart = index + 1
        beginsLine = true
      }
      index += 1
    }
  }

  private mutating func skipLine() {
    while let next = byte(), next != UInt8(ascii: "\n") { advance() }
  }

  private func text(from start: Int) -> String { String(decoding: bytes[start..<index], as: UTF8.self) }

  // MARK: Tokens

  private mutating func next() -> Token? {
    skipSpace()
    guard let first = byte() else { return nil }
    var token = Token(
      kind: .mark, text: "", line: line, column: index - lineStart + 1, beginsLine: beginsLine)
    beginsLine = false
    let start = index
    switch first {
    case UInt8(ascii: "#"):
      let hashes = bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
      if byte(hashes) == UInt8(ascii: "\"") {
        skipString(hashes: hashes)
        token.kind = .literal
        token.text = "#"
      } else if byte(hashes) == UInt8(ascii: "/") {
        skipExtendedRegex(hashes: hashes)
        token.kind = .literal
        token.text = "#"
      } else {
        advance()
        while let next = byte(), Self.isName(next) { advance() }
        token.text = text(from: start)
        if ["#if", "#elseif", "#else", "#endif"].contains(token.text) {
          token.kind = .directive(condition: condition())
        }
      }
    case UInt8(ascii: "\""):
      skipString(hashes: 0)
      token.kind = .literal
      token.text = "\""
    case UInt8(ascii: "`"):
      advance()
      while let next = byte(), next != UInt8(ascii: "`"), next != UInt8(ascii: "\n") { advance() }
      if byte() == UInt8(ascii: "`") { advance() }
      token.kind = .word
      token.text = text(from: start)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      // An exponent's sign and a fraction's dot come as marks: neither tells declarations apart.
      while let next = byte(), Self.isName(next) { advance() }
      token.kind = .literal
      token.text = "0"
    case UInt8(ascii: "/") where beginsRegex():
      skipRegex()
      token.kind = .literal
      token.text = "/"
    case _ where Self.isName(first):
      while let next = byte(), Self.isName(next) { advance() }
      token.kind = .word
      token.text = text(from: start)
    case UInt8(ascii: "-") where byte(1) == UInt8(ascii: ">"):
      advance(2)
      token.text = "->"
    case _ where Self.isOperator(first):
      repeat { advance() } while byte().map(Self.isOperator) == true && !isNext("//") && !isNext("/*") && !isNext("->")
      token.text = text(from: start)
    case UInt8(ascii: "."):
      // A range in an expression: of the dots only one is a member's.
      while byte() == UInt8(ascii: ".") { advance() }
      token.text = text(from: start)
    default:
      advance()
      token.text = text(from: start)
    }
    last = token
    return token
  }

  /// Letters, digits, `_`, `$`, and whatever is not ASCII.
  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }

  private static func isOperator(_ byte: UInt8) -> Bool { "/=-+*%|^~".utf8.contains(byte) }

  private mutating func skipSpace() {
    while let next = byte() {
      if isNext("//") {
        skipLine()
      } else if isNext("/*") {
        skipBlockComment()
      } else if next == UInt8(ascii: " ") || (9...13).contains(next) || next == 0 {
        advance()
      } else if isNext("\u{FEFF}") {
        advance(3)
      } else {
        return
      }
    }
  }

  /// Block comments may stand in one another.
  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if isNext("/*") {
        depth += 1
        advance(2)
      } else if isNext("*/") {
        depth -= 1
        advance(2)
      } else {
        advance()
      }
    } while depth > 0 && index < bytes.count
  }

  /// What a directive asks, to the end of its line or, within brackets, beyond; one line without comments.
  private mutating func condition() -> String {
    var parts: [String] = []
    var depth = 0
    while true {
      skipBlanksInLine()
      if byte() == UInt8(ascii: "\n"), depth > 0 {
        advance()
        continue
      }
      guard let next = byte(), next != UInt8(ascii: "\n") else { break }
      let start = index
      if Self.isName(next) {
        while let next = byte(), Self.isName(next) { advance() }
      } else {
        if next == UInt8(ascii: "(") { depth += 1 }
        if next == UInt8(ascii: ")") { depth -= 1 }
        advance()
      }
      parts.append(text(from: start))
      if let next = byte(), next == UInt8(ascii: " ") { parts.append(" ") }
    }
    while parts.last == " " { parts.removeLast() }
    return parts.joined()
  }

  private mutating func skipBlanksInLine() {
    while let next = byte() {
      if isNext("//") {
        skipLine()
      } else if isNext("/*") {
        skipBlockComment()
      } else if next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") || next == UInt8(ascii: "\r") {
        advance()
      } else {
        return
      }
    }
  }

  // MARK: Strings

  /// A string of any kind, with what is interpolated in it.
  private mutating func skipString(hashes: Int) {
    advance(hashes)
    let hasLines = isNext("\"\"\"")
    advance(hasLines ? 3 : 1)
    while let next = byte() {
      if next == UInt8(ascii: "\\"), hasHashes(hashes, at: 1) {
        advance(1 + hashes)
        if byte() == UInt8(ascii: "(") {
          skipInterpolation()
        } else if hasLines || byte() != UInt8(ascii: "\n") {
          advance()
        }
      } else if hasLines ? isNext("\"\"\"") : next == UInt8(ascii: "\""), hasHashes(hashes, at: hasLines ? 3 : 1) {
        advance((hasLines ? 3 : 1) + hashes)
        return
      } else if !hasLines, next == UInt8(ascii: "\n") {
        // It has no end: the compiler will say so.
        return
      } else {
        advance()
      }
    }
  }

  private func hasHashes(_ count: Int, at distance: Int) -> Bool {
    (0..<count).allSatisfy { byte(distance + $0) == UInt8(ascii: "#") }
  }

  /// From the bracket that opens an interpolation past the one that closes it.
  private mutating func skipInterpolation() {
    var depth = 0
    while let token = next() {
      if token.isMark("(") { depth += 1 }
      if token.isMark(")") { depth -= 1 }
      if depth == 0 { return }
    }
  }

  // MARK: Regular expressions

  /// Whether a slash begins a regular expression and is no operator (SE-0354): where a value is due, with no space after
  /// it, and with an end on its line before which no bracket is closed that was not opened.
  private func beginsRegex() -> Bool {
    guard isValueDue, let first = byte(1), first != UInt8(ascii: " "), first != UInt8(ascii: "\t") else { return false }
    var depth = 0
    var position = index + 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"): return false
      case UInt8(ascii: "\\"): position += 1
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth < 0 { return false }
      case UInt8(ascii: "/"): return position > index + 1
      default: break
      }
      position += 1
    }
    return false
  }

  private var isValueDue: Bool {
    guard let last else { return true }
    switch last.kind {
    case .literal: return false
    case .directive: return true
    case .word:
      return [
        "return", "case", "in", "where", "if", "guard", "while", "switch", "throw", "try", "await", "else", "is", "as",
      ].contains(last.text)
    case .mark: return ![")", "]", "}", "?", "!", ">"].contains(last.text)
    }
  }

  private mutating func skipRegex() {
    advance()
    while let next = byte(), next != UInt8(ascii: "\n") {
      if next == UInt8(ascii: "\\") {
        advance(2)
      } else {
        advance()
        if next == UInt8(ascii: "/") { return }
      }
    }
  }

  /// `#/…/#`: over lines where the opening slash ends its own.
  private mutating func skipExtendedRegex(hashes: Int) {
    advance(hashes + 1)
    let hasLines = byte() == UInt8(ascii: "\n") || byte() == UInt8(ascii: "\r")
    while let next = byte() {
      if next == UInt8(ascii: "/"), hasHashes(hashes, at: 1) {
        advance(1 + hashes)
        return
      }
      if next == UInt8(ascii: "\n"), !hasLines { return }
      advance(next == UInt8(ascii: "\\") && byte(1) != UInt8(ascii: "\n") ? 2 : 1)
    }
  }
}
