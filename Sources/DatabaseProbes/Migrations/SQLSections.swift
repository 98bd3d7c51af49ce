/// A file of SQL that holds the way up and the way down, marked by comments.
struct SQLSections {
  enum Marks {
    case goose, dbmate

    var word: String { self == .goose ? "+goose" : "migrate:" }
  }

  /// The way up; the other lines are blank, so that line numbers hold.
  private(set) var up = ""
  /// The way down.
  private(set) var down = ""
  /// Whether the way down holds SQL.
  private(set) var hasDown = false
  /// Whether the tool opens a transaction.
  private(set) var isInTransaction = true

  init(_ text: String, marks: Marks) {
    var isUp: Bool?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      if trimmed.hasPrefix("--"), let mark = trimmed.firstRange(of: marks.word) {
        let rest = trimmed[mark.upperBound...].lowercased().drop { $0 == " " }
        if rest.hasPrefix("up") { isUp = true }
        if rest.hasPrefix("down") { isUp = false }
        if rest.hasPrefix("no transaction") || (isUp == true && rest.contains("transaction:false")) {
          isInTransaction = false
        }
        up += "\n"
        continue
      }
      up += isUp == true ? line + "\n" : "\n"
      if isUp == false { down += line + "\n" }
    }
    hasDown = Self.holdsSQL(down)
  }

  /// Whether there is more than comments and blanks.
  static func holdsSQL(_ text: String) -> Bool {
    text.split(separator: "\n").contains { line in
      let trimmed = line.drop(while: \.isWhitespace)
      return !trimmed.isEmpty && !trimmed.hasPrefix("--")
    }
  }
}

/// The checksum that Flyway keeps: CRC-32 over the lines of the text without their ends, as a signed number.
enum FlywayChecksum {
  static func of(_ bytes: [UInt8]) -> Int32 {
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    var state: UInt32 = 0xFFFF_FFFF
    for byte in rest where byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r") {
      state = table[Int((state ^ UInt32(byte)) & 0xFF)] ^ (state >> 8)
    }
    return Int32(bitPattern: ~state)
  }

  /// The remainders of the polynomial 0xEDB88320 (ISO 3309) by byte.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
  }
}

/// Code of a migration, looked at line by line: enough to tell whether there is a way back, and what follows what.
struct CodeText {
  /// Without comments and blanks at either end; blank lines left out.
  let lines: [String]
  private let indents: [Int]

  init(_ text: String, comment: String) {
    var lines: [String] = []
    var indents: [Int] = []
    for line in text.split(separator: "\n") {
      var rest = line.drop(while: \.isWhitespace)
      guard !rest.isEmpty, !rest.hasPrefix(comment) else { continue }
      indents.append(line.count - rest.count)
      while rest.last?.isWhitespace == true { rest.removeLast() }
      lines.append(String(rest))
    }
    (self.lines, self.indents) = (lines, indents)
  }

  func mentions(_ word: String) -> Bool { lines.contains { $0.contains(word) } }

  /// The string constants on the lines that assign to a name of Python.
  func strings(assignedTo name: String) -> [String] {
    guard let index = lines.indices.first(where: { assigns(lines[$0], to: name) }) else { return [] }
    var text = ""
    // A tuple may go on over several lines.
    for line in lines[index...].prefix(20) {
      text += line + " "
      if text.count(where: { $0 == "(" }) <= text.count(where: { $0 == ")" }) { break }
    }
    guard let equals = text.firstIndex(of: "=") else { return [] }
    return Self.strings(in: text[equals...])
  }

  private func assigns(_ line: String, to name: String) -> Bool {
    guard line.hasPrefix(name), let next = line.dropFirst(name.count).first else { return false }
    return (next == " " || next == "=" || next == ":") && line.contains("=")
  }

  private static func strings(in text: Substring) -> [String] {
    var found: [String] = []
    var rest = text
    while let start = rest.firstIndex(where: { $0 == "\"" || $0 == "'" }) {
      let quote = rest[start]
      let inner = rest[rest.index(after: start)...]
      guard let end = inner.firstIndex(of: quote) else { break }
      found.append(String(inner[..<end]))
      rest = inner[inner.index(after: end)...]
    }
    return found
  }

  /// The lines that are indented below `def name`; nil if there is no such function.
  func body(ofFunction name: String) -> [String]? {
    guard let index = lines.firstIndex(where: { $0.hasPrefix("def \(name)(") }) else { return nil }
    let depth = indents[index]
    return lines.indices[(index + 1)...].prefix { indents[$0] > depth }.map { lines[$0] }
  }

  /// Whether a line of Ecto runs SQL and does not say how to take it back.
  static func executesOneWay(_ line: String) -> Bool {
    guard line.hasPrefix("execute ") || line.hasPrefix("execute(") else { return false }
    let rest = line.dropFirst("execute".count)
    if rest.contains("fn ") || rest.contains("&") { return false }
    // A heredoc's second argument stands on a later line.
    if rest.contains("\"\"\"") { return !rest.contains(",") }
    return strings(in: rest).count < 2 && !rest.hasSuffix(",")
  }
}
