/// Cuts SQL text into tokens, as PostgreSQL's scanner and psql do. Never fails: what has no end is closed by the end of the
/// text, and said in `unterminated`.
struct SQLLexer {
  private(set) var tokens: [SQLToken] = []
  private(set) var comments: [SQLComment] = []
  /// What was opened and never closed, and where.
  private(set) var unterminated: (what: String, line: Int)?

  /// Where the text's semicolons stand, in bytes, by the index of their tokens.
  private(set) var semicolons: [Int: Int] = [:]

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  /// The tokens of the statement that has not ended yet begin here.
  private var statementStart = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    while position < bytes.count { step() }
  }

  // MARK: Bytes

  private func byte(_ offset: Int = 0) -> UInt8? {
    let index = position + offset
    return index < bytes.count ? bytes[index] : nil
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where position < bytes.count {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private mutating func add(_ kind: SQLToken.Kind, at line: Int) { tokens.append(SQLToken(kind: kind, line: line)) }

  // MARK: Tokens

  private mutating func step() {
    guard let first = byte() else { return }
    switch first {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), 0x0B, 0x0C: advance()
    case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"): lineComment()
    case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): blockComment()
    case UInt8(ascii: "'"): string(backslashes: false)
    case UInt8(ascii: "\""): quotedIdentifier()
    case UInt8(ascii: "$"): dollar()
    case UInt8(ascii: "\\"): metaCommand()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
    case UInt8(ascii: ".") where byte(1).map(Self.isDigit) == true: number()
    case _ where Self.startsWord(first): word()
    default: symbol()
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func startsWord(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func continuesWord(_ byte: UInt8) -> Bool {
    startsWord(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
  }

  private mutating func lineComment() {
    let (start, at) = (position, line)
    while let next = byte(), next != UInt8(ascii: "\n") { advance() }
    comment(from: start, at)
  }

  private mutating func blockComment() {
    let (start, at) = (position, line)
    var depth = 0
    repeat {
      if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
        depth += 1
        advance(2)
      } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
        depth -= 1
        advance(2)
      } else {
        advance()
      }
    } while depth > 0 && position < bytes.count
    if depth > 0 { unterminated = ("comment", at) }
    comment(from: start, at)
  }

  private mutating func comment(from start: Int, _ at: Int) {
    let isTrailing = tokens.last.map { $0.line == at } ?? false
    comments.append(SQLComment(text: text(start..<position), lines: at...line, isTrailing: isTrailing))
  }

  private mutating func string(backslashes: Bool) {
    let at = line
    advance()
    let start = position
    while let next = byte() {
      if next == UInt8(ascii: "'") {
        if byte(1) == UInt8(ascii: "'") {
          advance(2)
          continue
        }
        add(.string(text(start..<position)), at: at)
        advance()
        return
      }
      advance(backslashes && next == UInt8(ascii: "\\") ? 2 : 1)
    }
    unterminated = ("string", at)
    add(.string(text(start..<position)), at: at)
  }

  private mutating func quotedIdentifier() {
    let at = line
    advance()
    var name: [UInt8] = []
    while let next = byte() {
      if next == UInt8(ascii: "\"") {
        if byte(1) != UInt8(ascii: "\"") { break }
        advance()
      }
      name.append(next)
      advance()
    }
    if byte() == nil { unterminated = ("quoted identifier", at) }
    advance()
    add(.quoted(String(decoding: name, as: UTF8.self)), at: at)
  }

  /// A string between dollar signs, or a parameter.
  private mutating func dollar() {
    let at = line
    var end = position + 1
    while end < bytes.count, Self.startsWord(bytes[end]) || (end > position + 1 && Self.isDigit(bytes[end])) {
      end += 1
    }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
      advance()
      if byte().map(Self.isDigit) == true {
        while byte().map(Self.isDigit) == true { advance() }
        add(.parameter, at: at)
      } else {
        add(.symbol("$"), at: at)
      }
      return
    }
    let tag = Array(bytes[position...end])
    advance(tag.count)
    let start = position
    while position < bytes.count {
      if byte() == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
        add(.string(text(start..<position)), at: at)
        advance(tag.count)
        return
      }
      advance()
    }
    unterminated = ("string between dollar signs", at)
    add(.string(text(start..<position)), at: at)
  }

  private mutating func number() {
    let (start, at) = (position, line)
    while let next = byte() {
      let isExponentSign =
        (next == UInt8(ascii: "+") || next == UInt8(ascii: "-"))
        && position > start && (bytes[position - 1] | 0x20) == UInt8(ascii: "e")
      guard Self.continuesWord(next) || next == UInt8(ascii: ".") || isExponentSign else { break }
      advance()
    }
    add(.number(text(start..<position)), at: at)
  }

  private mutating func word() {
    let (start, at) = (position, line)
    while let next = byte(), Self.continuesWord(next) { advance() }
    let word = text(start..<position).lowercased()
    if byte() == UInt8(ascii: "'"), ["e", "b", "x", "n"].contains(word) { return string(backslashes: word == "e") }
    if word == "u", byte() == UInt8(ascii: "&") {
      if byte(1) == UInt8(ascii: "'") {
        advance()
        return string(backslashes: false)
      }
      if byte(1) == UInt8(ascii: "\"") {
        advance()
        return quotedIdentifier()
      }
    }
    add(.word(word), at: at)
  }

  private mutating func symbol() {
    let (start, at) = (position, line)
    let operators = Set("+-*/<>=~!@#%^&|`?".utf8)
    if let first = byte(), operators.contains(first) {
      while let next = byte(), operators.contains(next) {
        let startsComment =
          (next == UInt8(ascii: "-") && byte(1) == UInt8(ascii: "-"))
          || (next == UInt8(ascii: "/") && byte(1) == UInt8(ascii: "*"))
        if startsComment, position > start { break }
        advance()
      }
    } else if byte() == UInt8(ascii: ":"), byte(1) == UInt8(ascii: ":") || byte(1) == UInt8(ascii: "=") {
      advance(2)
    } else {
      advance()
    }
    if bytes[start] == UInt8(ascii: ";") { semicolons[tokens.count] = start }
    add(.symbol(text(start..<position)), at: at)
    if bytes[start] == UInt8(ascii: ";") { endStatement() }
  }

  // MARK: What psql adds

  /// A command of psql: it is no SQL, and `\g` and its kin send what stands before them.
  private mutating func metaCommand() {
    let (start, at) = (position, line)
    while let next = byte(), next != UInt8(ascii: "\n") { advance() }
    if tokens.count > statementStart, text(start..<position).hasPrefix("\\g") {
      add(.symbol(";"), at: at)
      endStatement()
    }
  }

  /// After `COPY … FROM stdin;` come lines of data, up to one that reads `\.`.
  private mutating func endStatement() {
    let words = tokens[statementStart...].compactMap { if case .word(let word) = $0.kind { word } else { nil } }
    statementStart = tokens.count
    guard words.first == "copy", let from = words.firstIndex(of: "from"), words[from...].dropFirst().first == "stdin"
    else { return }
    while position < bytes.count {
      while let next = byte(), next != UInt8(ascii: "\n") { advance() }
      advance()
      if byte() == UInt8(ascii: "\\"), byte(1) == UInt8(ascii: ".") {
        advance(2)
        return
      }
    }
  }
}
