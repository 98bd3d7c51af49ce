/// Watches the rows of one COPY (text format): each has as many columns as the others, no octet stands there that the
/// format writes as an escape, and a line `\.` ends them.
///
/// That is all there is to find damage by where a dump is not compressed and so has no checksum.
struct RowScanner {
  private var tabs = 0
  private var expected: Int?
  private var lineLength = 0
  /// The first two octets of the line.
  private var opening: (UInt8, UInt8) = (0, 0)
  private(set) var hasEnded = false
  private(set) var rows = 0

  mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ReadingFault) {
    for byte in bytes { try take(byte) }
  }

  @inline(__always)
  mutating func take(_ byte: UInt8) throws(ReadingFault) {
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
    expected = tabs
  }
}
