/// How much of an answer passes before it breaks off: its head and half of its content.
struct AnswerCut {
  private var seen: [UInt8] = []
  private var passed = 0
  /// From the first byte of the answer; nil while its head is not whole.
  private var limit: Int?

  private static let longestHead = 64 << 10

  /// What of `bytes` passes, and whether the answer ends there.
  mutating func passing(_ bytes: [UInt8]) -> (bytes: [UInt8], isOver: Bool) {
    if limit == nil {
      seen += bytes
      limit = Self.limit(of: seen)
    }
    guard let limit else {
      passed += bytes.count
      return (bytes, false)
    }
    let left = max(0, limit - passed)
    let part = Array(bytes.prefix(left))
    passed += part.count
    return (part, passed >= limit)
  }

  private static func limit(of seen: [UInt8]) -> Int? {
    guard seen.starts(with: Array("HTTP/1.".utf8)) else { return max(1, seen.count / 2) }
    var end: Int?
    for index in seen.indices where seen[index] == UInt8(ascii: "\n") {
      if seen[..<(index + 1)].suffix(4).elementsEqual("\r\n\r\n".utf8) {
        end = index + 1
        break
      }
    }
    guard let end else { return seen.count > longestHead ? seen.count : nil }
    for line in seen[..<end].split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line, as: UTF8.self).lowercased().filter { !$0.isWhitespace }
      guard text.hasPrefix("content-length:"), let length = Int(text.dropFirst("content-length:".count)) else {
        continue
      }
      return length > 0 && length < 1 << 40 ? end + length / 2 : end / 2
    }
    // Content of unknown length: what came with the head, halved.
    return end + max(1, (seen.count - end) / 2)
  }
}
