/// What can be told of an SQL statement without understanding it.
struct StatementOutline {
  /// The highest `$n` in it; 0 for none.
  private(set) var highestArgument = 0
  /// Whether something stands behind a semicolon.
  private(set) var isSeveral = false
  /// Whether its first word is none that only reads.
  private(set) var writes = false

  private static let reading: Set = ["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN"]

  /// Reads a statement; what stands in quotes and comments is left aside.
  init(_ text: String) {
    let bytes = Array(text.utf8)
    var position = 0
    var firstWord = ""
    var isWordOver = false
    var hasEnded = false
    func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
    while position < bytes.count {
      let byte = bytes[position]
      let next = at(position + 1)
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        position += 1
        while position < bytes.count, bytes[position] != byte { position += 1 }
        isWordOver = true
      case UInt8(ascii: "-") where next == byte:
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
        position += 2
        while position < bytes.count, !(bytes[position] == UInt8(ascii: "*") && at(position + 1) == UInt8(ascii: "/")) {
          position += 1
        }
        position += 1
      case UInt8(ascii: "$") where next == byte:
        position += 2
        while position < bytes.count, !(bytes[position] == byte && at(position + 1) == byte) { position += 1 }
        position += 1
      case UInt8(ascii: "$"):
        var number = 0
        while (0x30...0x39).contains(at(position + 1)), number < 100_000 {
          number = number * 10 + Int(at(position + 1) - 0x30)
          position += 1
        }
        highestArgument = max(highestArgument, number)
      case UInt8(ascii: ";"): hasEnded = true
      case 0x20, 0x09, 0x0A, 0x0D: if !firstWord.isEmpty { isWordOver = true }
      default:
        if hasEnded { isSeveral = true }
        if !isWordOver, (0x41...0x5A).contains(byte & 0xDF) {
          firstWord.unicodeScalars.append(Unicode.Scalar(byte & 0xDF))
        } else if byte != UInt8(ascii: "(") || !firstWord.isEmpty {
          isWordOver = true
        }
      }
      position += 1
    }
    writes = !Self.reading.contains(firstWord)
  }
}
