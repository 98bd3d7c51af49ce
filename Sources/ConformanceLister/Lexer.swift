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
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { lexer.index = 3 }
    if lexer.isNext(Byte.hash, Byte.exclamation) { lexer.skipLine() }
    var tokens: [Token] = []
    while let token = lexer.next() { tokens.append(token) }
    return tokens
  }

  // MARK: Bytes

  private func byte(_ distance: Int = 0) -> UInt8? {
    index + distance < bytes.count ? bytes[index + distance] : nil
  }

  private func isNext(_ first: UInt8, _ second: UInt8) -> Bool {
    index + 1 < bytes.count && bytes[index] == first && bytes[index + 1] == second
  }

  private var opensComment: Bool { isNext(Byte.slash, Byte.slash) || isNext(Byte.slash, Byte.star) }

  private var isAtLines: Bool { isNext(Byte.quote, Byte.quote) && byte(2) == Byte.quote }

  /// Past what may hold line ends.
  private mutating func advance(_ count: Int = 1) {
    let end = min(index + count, bytes.count)
    while index < end {
      if bytes[index] == Byte.newline {
        line += 1
        lineStart = index + 1
        beginsLine = true
      }
      index += 1
    }
  }

  private mutating func skipLine() {
    while index < bytes.count, bytes[index] != Byte.newline { index += 1 }
  }

  private mutating func skipName() {
    while index < bytes.count, Byte.isName[Int(bytes[index])] { index += 1 }
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
    case Byte.hash:
      let hashes = bytes[index...].prefix { $0 == Byte.hash }.count
      if byte(hashes) == Byte.quote {
        skipString(hashes: hashes)
        token.kind = .literal
        token.text = "#"
      } else if byte(hashes) == Byte.slash {
        skipExtendedRegex(hashes: hashes)
        token.kind = .literal
        token.text = "#"
      } else {
        advance()
        skipName()
        token.text = text(from: start)
        if ["#if", "#elseif", "#else", "#endif"].contains(token.text) {
          token.kind = .directive(condition: condition())
        }
      }
    case Byte.quote:
      skipString(hashes: 0)
      token.kind = .literal
      token.text = "\""
    case Byte.backtick:
      advance()
      while let next = byte(), next != Byte.backtick, next != Byte.newline { advance() }
      if byte() == Byte.backtick { advance() }
      token.kind = .word
      token.text = text(from: start)
    case _ where Byte.isDigit(first):
      // An exponent's sign and a fraction's dot come as marks: neither tells declarations apart.
      skipName()
      token.kind = .literal
      token.text = "0"
    case Byte.slash where beginsRegex():
      skipRegex()
      token.kind = .literal
      token.text = "/"
    case _ where Byte.isName[Int(first)]:
      skipName()
      token.kind = .word
      token.text = text(from: start)
    case Byte.minus where byte(1) == Byte.greater:
      advance(2)
      token.text = "->"
    case _ where Byte.isOperator[Int(first)]:
      index += 1
      while let next = byte(), Byte.isOperator[Int(next)], !opensComment, !isNext(Byte.minus, Byte.greater) {
        index += 1
      }
      token.text = text(from: start)
    case Byte.dot:
      // A range in an expression: of the dots only one is a member's.
      while byte() == Byte.dot { advance() }
      token.text = text(from: start)
    default:
      advance()
      token.text = text(from: start)
    }
    last = token
    return token
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      let next = bytes[index]
      if next == Byte.space {
        index += 1
      } else if next < Byte.space {
        advance()
      } else if isNext(Byte.slash, Byte.slash) {
        skipLine()
      } else if isNext(Byte.slash, Byte.star) {
        skipBlockComment()
      } else {
        return
      }
    }
  }

  /// Block comments may stand in one another.
  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if isNext(Byte.slash, Byte.star) {
        depth += 1
        advance(2)
      } else if isNext(Byte.star, Byte.slash) {
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
      if byte() == Byte.newline, depth > 0 {
        advance()
        continue
      }
      guard let next = byte(), next != Byte.newline else { break }
      let start = index
      if Byte.isName[Int(next)] {
        skipName()
      } else {
        if next == Byte.opening { depth += 1 }
        if next == Byte.closing { depth -= 1 }
        advance()
      }
      parts.append(text(from: start))
      if let next = byte(), next == Byte.space { parts.append(" ") }
    }
    while parts.last == " " { parts.removeLast() }
    return parts.joined()
  }

  private mutating func skipBlanksInLine() {
    while let next = byte() {
      if isNext(Byte.slash, Byte.slash) {
        skipLine()
      } else if isNext(Byte.slash, Byte.star) {
        skipBlockComment()
      } else if next == Byte.space || next == Byte.tab || next == Byte.carriageReturn {
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
    let hasLines = isAtLines
    advance(hasLines ? 3 : 1)
    while let next = byte() {
      if next == Byte.backslash, hasHashes(hashes, at: 1) {
        advance(1 + hashes)
        if byte() == Byte.opening {
          skipInterpolation()
        } else if hasLines || byte() != Byte.newline {
          advance()
        }
      } else if hasLines ? isAtLines : next == Byte.quote, hasHashes(hashes, at: hasLines ? 3 : 1) {
        advance((hasLines ? 3 : 1) + hashes)
        return
      } else if !hasLines, next == Byte.newline {
        // It has no end: the compiler will say so.
        return
      } else {
        advance()
      }
    }
  }

  private func hasHashes(_ count: Int, at distance: Int) -> Bool {
    (0..<count).allSatisfy { byte(distance + $0) == Byte.hash }
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
    guard isValueDue, let first = byte(1), first != Byte.space, first != Byte.tab else { return false }
    var depth = 0
    var position = index + 1
    while position < bytes.count {
      switch bytes[position] {
      case Byte.newline: return false
      case Byte.backslash: position += 1
      case Byte.opening: depth += 1
      case Byte.closing:
        depth -= 1
        if depth < 0 { return false }
      case Byte.slash: return position > index + 1
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
    while let next = byte(), next != Byte.newline {
      if next == Byte.backslash {
        advance(2)
      } else {
        advance()
        if next == Byte.slash { return }
      }
    }
  }

  /// `#/…/#`: over lines where the opening slash ends its own.
  private mutating func skipExtendedRegex(hashes: Int) {
    advance(hashes + 1)
    let hasLines = byte() == Byte.newline || byte() == Byte.carriageReturn
    while let next = byte() {
      if next == Byte.slash, hasHashes(hashes, at: 1) {
        advance(1 + hashes)
        return
      }
      if next == Byte.newline, !hasLines { return }
      advance(next == Byte.backslash && byte(1) != Byte.newline ? 2 : 1)
    }
  }
}
