/// Watches the rows of one COPY (text format): each has as many columns as were announced and as the others have, no octet
/// and no escape stands there that the format does not write, the text is of its encoding, and a line `\.` ends them.
///
/// That is all there is to find damage by where a dump carries no checksum: uncompressed, or under LZ4 or Zstandard, whose
/// frames pg_dump writes without one.
struct RowScanner {
  /// How many columns the COPY names; nil where it was not understood.
  private var announced: Int?
  /// Whether the rows are in UTF-8, where octets and escapes can be told apart without knowing the letters.
  private let isUTF8: Bool
  private var tabs = 0
  private var expected: Int?
  private var lineLength = 0
  /// The first two octets of the line.
  private var opening: (UInt8, UInt8) = (0, 0)
  private var isEscaped = false
  private var letters = UTF8Watch()
  private(set) var hasEnded = false
  private(set) var rows = 0

  /// `statement` is the COPY, for its columns.
  init(of statement: some Collection<UInt8>, isUTF8: Bool) {
    announced = Self.columns(of: statement)
    self.isUTF8 = isUTF8
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ReadingFault) {
    for byte in bytes { try take(byte) }
  }

  @inline(__always)
  mutating func take(_ byte: UInt8) throws(ReadingFault) {
    if isUTF8 {
      if !letters.accepts(byte) { throw .corrupt("row \(rows + 1) holds octets that are no UTF-8") }
      if isEscaped {
        isEscaped = false
        guard Self.escapes.contains(byte) else {
          throw .corrupt("row \(rows + 1) holds an escape that a dump never writes")
        }
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      }
    }
    switch byte {
    case UInt8(ascii: "\n"): try endLine()
    case UInt8(ascii: "\t"):
      tabs += 1
      lineLength += 1
    case 0, 8, 11, 12, 13: throw .corrupt("row \(rows + 1) holds an octet (\(byte)) that a dump never writes")
    default:
      if lineLength == 0 { opening.0 = byte } else if lineLength == 1 { opening.1 = byte }
      lineLength += 1
    }
  }

  /// What may stand behind a backslash.
  private static let escapes = Array(#"bfnrtv\N."#.utf8)

  private mutating func endLine() throws(ReadingFault) {
    defer { (tabs, lineLength, opening) = (0, 0, (0, 0)) }
    if hasEnded {
      guard lineLength == 0 else { throw .corrupt("something follows the end of the rows") }
      return
    }
    if lineLength == 2, opening == (UInt8(ascii: "\\"), UInt8(ascii: ".")) {
      hasEnded = true
      return
    }
    rows += 1
    if let expected, expected != tabs {
      throw .corrupt("row \(rows) has \(tabs + 1) columns, the rows before it have \(expected + 1)")
    }
    // Tables without columns have rows that are empty lines.
    if let announced, announced > 0, announced != tabs + 1 {
      throw .corrupt("row \(rows) has \(tabs + 1) columns, and \(announced) were announced")
    }
    expected = tabs
  }

  /// The number of columns in `COPY public.orders (id, "a, b") FROM stdin;`; nil where none are named.
  static func columns(of statement: some Collection<UInt8>) -> Int? {
    var (isQuoted, isInside, commas) = (false, false, 0)
    for byte in statement {
      switch byte {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case _ where isQuoted: break
      case UInt8(ascii: "("): isInside = true
      case UInt8(ascii: ","): if isInside { commas += 1 }
      case UInt8(ascii: ")"): return isInside ? commas + 1 : nil
      default: break
      }
    }
    return nil
  }
}

/// Follows UTF-8 octet by octet (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
struct UTF8Watch {
  /// How many octets the letter still needs, and the bounds of the next one.
  private var missing = 0
  private var low: UInt8 = 0x80
  private var high: UInt8 = 0xBF

  @inline(__always)
  mutating func accepts(_ byte: UInt8) -> Bool {
    if missing == 0 {
      if byte < 0x80 { return true }
      (low, high) = (0x80, 0xBF)
      switch byte {
      case 0xC2...0xDF: missing = 1
      case 0xE0: (missing, low) = (2, 0xA0)
      case 0xED: (missing, high) = (2, 0x9F)
      case 0xE1...0xEF: missing = 2
      case 0xF0: (missing, low) = (3, 0x90)
      case 0xF1...0xF3: missing = 3
      case 0xF4: (missing, high) = (3, 0x8F)
      default: return false
      }
      return true
    }
    guard byte >= low, byte <= high else { return false }
    (low, high) = (0x80, 0xBF)
    missing -= 1
    return true
  }
}
