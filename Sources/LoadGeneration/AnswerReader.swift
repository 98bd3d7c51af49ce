import Glibc

/// Reads one HTTP/1.1 answer after the other from bytes as they arrive (RFC 9112). Total: every sequence of bytes is an
/// answer or a reason why not. Content is kept only where somebody wants it.
struct AnswerReader {
  /// The most that a status line and header fields may take, in bytes.
  private static let headLimit = 64 << 10
  /// The most content that is kept, in bytes.
  static let contentLimit = 8 << 20

  /// What came of bytes.
  enum Outcome: Equatable {
    /// More is needed.
    case more
    /// The answer is complete after so many bytes of those given.
    case complete(Int)
    /// It is no answer.
    case malformed(String)
  }

  private enum Stage {
    case head, fixed(Int), untilClose, chunkSize, chunk(Int), chunkEnd, trailers
  }

  private var stage = Stage.head
  private var head: [UInt8] = []
  private var line: [UInt8] = []
  private var isHead = false
  private var keepsContent = false

  /// The status; 0 before it is read.
  private(set) var status = 0
  /// Whether the peer keeps the connection.
  private(set) var keepsAlive = true
  /// The content, as far as it was to be kept.
  private(set) var content: [UInt8] = []
  /// Whether there was more content than is kept.
  private(set) var isCut = false
  /// The header section with its status line, where it was to be kept or holds what redirects and cookies need.
  private(set) var fields: [UInt8] = []
  private var keepsFields = false
  private var hasNotedFields = false

  /// Makes ready for the next answer. `isHead`: it answers HEAD.
  mutating func begin(isHead: Bool, keepsContent: Bool, keepsFields: Bool) {
    stage = .head
    self.isHead = isHead
    self.keepsContent = keepsContent
    self.keepsFields = keepsFields
    status = 0
    keepsAlive = true
    isCut = false
    if !content.isEmpty { content = [] }
    if !fields.isEmpty { fields = [] }
    if !head.isEmpty { head.removeAll(keepingCapacity: head.capacity <= 4096) }
    if !line.isEmpty { line.removeAll(keepingCapacity: true) }
  }

  /// Takes the next bytes.
  mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    var position = 0
    while true {
      switch stage {
      case .head:
        let outcome = consumeHead(bytes, &position)
        if let outcome { return outcome }
      case .fixed(let left):
        let taken = min(left, bytes.count - position)
        keep(bytes, position, taken)
        position += taken
        if taken == left { return .complete(position) }
        stage = .fixed(left - taken)
        return .more
      case .untilClose:
        keep(bytes, position, bytes.count - position)
        return .more
      case .chunk(let left):
        let taken = min(left, bytes.count - position)
        keep(bytes, position, taken)
        position += taken
        if taken < left {
          stage = .chunk(left - taken)
          return .more
        }
        stage = .chunkEnd
      case .chunkSize, .chunkEnd, .trailers:
        guard let end = Self.newline(bytes, from: position) else {
          line += bytes[position...]
          return line.count > 4096 ? .malformed("chunk framing without end") : .more
        }
        line += bytes[position..<end]
        position = end + 1
        if line.last == 13 { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        switch stage {
        case .chunkEnd:
          if !line.isEmpty { return .malformed("a chunk longer than its size") }
          stage = .chunkSize
        case .trailers: if line.isEmpty { return .complete(position) }
        default:
          guard let size = Self.hexadecimal(line) else { return .malformed("a chunk size that is no number") }
          stage = size == 0 ? .trailers : .chunk(size)
        }
      }
      if position >= bytes.count { return .more }
    }
  }

  /// The peer has ended: nil where that completes the answer, else the reason why it does not.
  func end() -> String? {
    switch stage {
    case .untilClose: nil
    case .head: head.isEmpty ? "closed without an answer" : "closed inside the header section"
    default: "closed inside the content"
    }
  }

  /// Nil where the head is read and content follows, or more answers do.
  private mutating func consumeHead(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Outcome? {
    if head.isEmpty {
      // Usually all of it is there at once: it is read where it stands.
      if let end = Self.headEnd(bytes, from: position) {
        let section = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
        position = end
        return readHead(section, position)
      }
      head += bytes[position...]
      position = bytes.count
    } else {
      // An end may lie across the border.
      let before = head.count
      head += bytes[position...]
      let end = head.withUnsafeBytes { Self.headEnd($0, from: max(0, before - 3)) }
      if let end {
        position += end - before
        let section = Array(head[..<end])
        head.removeAll(keepingCapacity: true)
        let at = position
        return section.withUnsafeBytes { readHead($0, at) }
      }
      position = bytes.count
    }
    return head.count > Self.headLimit ? .malformed("header section over 64 KiB") : .more
  }

  private mutating func readHead(_ section: UnsafeRawBufferPointer, _ position: Int) -> Outcome? {
    guard section.count >= 13, section[0] == 72, section[1] == 84, section[2] == 84, section[3] == 80, section[4] == 47,
      section[5] == 49, section[6] == 46, section[8] == 32, let status = Self.status(section)
    else { return .malformed("no HTTP/1.1 status line") }
    keepsAlive = section[7] != 48
    var length: Int?
    var isChunked = false
    var hasCoding = false
    var wantsFields = keepsFields || (300...308).contains(status)
    var start = (Self.newline(section, from: 0) ?? section.count - 1) + 1
    while start < section.count, let end = Self.newline(section, from: start) {
      // The first letter tells which of the few fields that matter it may be.
      switch section[start] | 32 {
      case 99:
        if Self.isField("content-length", section, start, end) {
          let value = Self.value(section, start + 15, end)
          guard let number = Self.decimal(value), length == nil || length == number else {
            return .malformed("a Content-Length that is not one number")
          }
          length = number
        } else if Self.isField("connection", section, start, end) {
          if Self.holds("close", section, start + 11, end) {
            keepsAlive = false
          } else if Self.holds("keep-alive", section, start + 11, end) {
            keepsAlive = true
          }
        }
      case 116:
        if Self.isField("transfer-encoding", section, start, end) {
          hasCoding = true
          isChunked = Self.holds("chunked", section, start + 18, end)
        }
      case 115: if Self.isField("set-cookie", section, start, end) { wantsFields = true }
      default: break
      }
      start = end + 1
    }
    if status < 200 {
      if status == 101 { return .malformed("101 Switching Protocols without having asked for it") }
      return nil
    }
    self.status = status
    if wantsFields { fields = Array(section) }
    if isHead || status == 204 || status == 304 { return .complete(position) }
    if hasCoding {
      if length != nil { return .malformed("both Transfer-Encoding and Content-Length") }
      stage = isChunked ? .chunkSize : .untilClose
      if !isChunked { keepsAlive = false }
    } else if let length {
      if length == 0 { return .complete(position) }
      stage = .fixed(length)
    } else {
      stage = .untilClose
      keepsAlive = false
    }
    return nil
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) {
    guard keepsContent, count > 0 else { return }
    let taken = min(count, Self.contentLimit - content.count)
    if taken < count { isCut = true }
    content += bytes[start..<start + max(0, taken)]
  }

  // MARK: Bytes

  private static func newline(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress else { return nil }
    guard let found = memchr(base + start, 10, bytes.count - start) else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// One past the empty line that ends a header section.
  private static func headEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var position = start
    while let end = newline(bytes, from: position) {
      let next = end + 1
      if next < bytes.count, bytes[next] == 10 { return next + 1 }
      if next + 1 < bytes.count, bytes[next] == 13, bytes[next + 1] == 10 { return next + 2 }
      position = next
    }
    return nil
  }

  private static func status(_ section: UnsafeRawBufferPointer) -> Int? {
    let digits = section[9..<12]
    guard digits.allSatisfy({ (48...57).contains($0) }), [13, 10, 32].contains(section[12]) else { return nil }
    let status = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    return (100...599).contains(status) ? status : nil
  }

  private static func isField(_ name: StaticString, _ section: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool
  {
    let count = name.utf8CodeUnitCount
    guard start + count < end, section[start + count] == 58 else { return false }
    let pointer = name.utf8Start
    for index in 0..<count where section[start + index] | 32 != pointer[index] | 32 { return false }
    return true
  }

  /// Whether a word stands in a field's value, upper and lower case alike.
  private static func holds(_ word: StaticString, _ section: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
    let (count, letters) = (word.utf8CodeUnitCount, word.utf8Start)
    var position = start
    while position + count <= end {
      var length = 0
      while length < count, section[position + length] | 32 == letters[length] | 32 { length += 1 }
      if length == count { return true }
      position += 1
    }
    return false
  }

  private static func value(_ section: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Slice<
    UnsafeRawBufferPointer
  > {
    var (low, high) = (start, end)
    while low < high, section[low] == 32 || section[low] == 9 { low += 1 }
    while high > low, section[high - 1] == 32 || section[high - 1] == 9 || section[high - 1] == 13 { high -= 1 }
    return section[low..<high]
  }

  private static func decimal(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard (1...18).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
  }

  private static func hexadecimal(_ line: [UInt8]) -> Int? {
    let digits = line.prefix { $0 != 59 && $0 != 32 && $0 != 9 }
    guard (1...15).contains(digits.count) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self), radix: 16).flatMap { $0 >= 0 ? $0 : nil }
  }
}

/// The fields of a header section that was kept.
struct AnswerFields {
  private let lines: [(name: String, value: String)]

  /// Reads a section with its status line.
  init(_ section: [UInt8]) {
    lines = section.split(separator: 10).dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: 58) else { return nil }
      var value = line[(colon + 1)...]
      while let last = value.last, last == 13 || last == 32 || last == 9 { value.removeLast() }
      value = value.drop { $0 == 32 || $0 == 9 }
      return (String(decoding: line[..<colon], as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self))
    }
  }

  /// The values of the fields called `name`.
  func values(_ name: String) -> [String] {
    let name = name.lowercased()
    return lines.filter { $0.name == name }.map(\.value)
  }

  /// The first of them.
  subscript(name: String) -> String? { values(name).first }
}
