/// Tells the heads of plain HTTP/1.1 requests (RFC 9112) from what else a client sends, as it arrives.
struct RequestHeads {
  /// A part of what was sent, in its order.
  enum Part: Equatable {
    /// A whole head, with the blank line.
    case head([UInt8], method: String, path: String)
    /// Content, or something that is not HTTP.
    case other([UInt8])
  }

  private enum State {
    /// At the beginning of a request, or within its head.
    case head
    /// So many bytes of content are left.
    case content(Int)
    /// Within chunked content; the line or chunk that is being read.
    case chunkSize, chunk(Int), trailer
    /// Not HTTP, or not any more.
    case raw
  }

  private var state = State.head
  private var held: [UInt8] = []
  /// The end of the last line of chunked framing is looked for in this.
  private var line: [UInt8] = []

  private static let longestLine = 8 << 10
  private static let longestHead = 64 << 10

  /// Whether what comes next would begin a request.
  var isBetweenRequests: Bool { if case .head = state { held.isEmpty } else { false } }

  /// What `bytes`, which follow on those before, are. A head is given once it is whole.
  mutating func parts(of bytes: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      switch state {
      case .raw:
        add(rest, to: &parts)
        rest = []
      case .head: readHead(&rest, into: &parts)
      case .content(let left):
        let taken = rest.prefix(left)
        add(taken, to: &parts)
        rest = rest.dropFirst(taken.count)
        state = taken.count == left ? .head : .content(left - taken.count)
      case .chunk(let left):
        let taken = rest.prefix(left)
        add(taken, to: &parts)
        rest = rest.dropFirst(taken.count)
        state = taken.count == left ? .chunkSize : .chunk(left - taken.count)
      case .chunkSize, .trailer: readFraming(&rest, into: &parts)
      }
    }
    return parts
  }

  private func add(_ bytes: ArraySlice<UInt8>, to parts: inout [Part]) {
    guard !bytes.isEmpty else { return }
    if case .other(let before)? = parts.last {
      parts[parts.count - 1] = .other(before + bytes)
    } else {
      parts.append(.other(Array(bytes)))
    }
  }

  private mutating func readHead(_ rest: inout ArraySlice<UInt8>, into parts: inout [Part]) {
    while let byte = rest.popFirst() {
      held.append(byte)
      guard byte == UInt8(ascii: "\n") || held.count == 1 || held.count > Self.longestHead else { continue }
      let lines = held.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let isToken = (0x41...0x5A).contains(held[0]) || (0x61...0x7A).contains(held[0])
      let isOneLine = lines.count == 1
      if !isToken || held.count > Self.longestHead || (isOneLine && held.count > Self.longestLine)
        || (!isOneLine && Self.requestLine(lines[0]) == nil)
      {
        state = .raw
        add(held[...], to: &parts)
        held = []
        return
      }
      guard held.hasSuffix("\n\r\n") || held.hasSuffix("\n\n"), let (method, path) = Self.requestLine(lines[0]) else {
        continue
      }
      state = Self.state(after: lines.dropFirst())
      parts.append(.head(held, method: method, path: path))
      held = []
      return
    }
  }

  /// Method and path of a request line; nil if it is none.
  private static func requestLine(_ line: ArraySlice<UInt8>) -> (String, String)? {
    let text = String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[0].count <= 20 else { return nil }
    return (String(words[0]), String(words[1].prefix { $0 != "?" }.prefix(200)))
  }

  private static func state(after fields: some Sequence<ArraySlice<UInt8>>) -> State {
    var length = 0
    for field in fields {
      let text = String(decoding: field, as: UTF8.self).lowercased()
      guard let colon = text.firstIndex(of: ":") else { continue }
      let value = text[text.index(after: colon)...].filter { !$0.isWhitespace }
      switch text[..<colon] {
      case "transfer-encoding": if value.hasSuffix("chunked") { return .chunkSize }
      case "content-length": length = Int(value) ?? 0
      case "upgrade", "connection": if value.contains("upgrade") || text[..<colon] == "upgrade" { return .raw }
      default: break
      }
    }
    return length > 0 ? .content(length) : .head
  }

  private mutating func readFraming(_ rest: inout ArraySlice<UInt8>, into parts: inout [Part]) {
    var taken: [UInt8] = []
    defer { add(taken[...], to: &parts) }
    while let byte = rest.popFirst() {
      taken.append(byte)
      if byte != UInt8(ascii: "\n") {
        line.append(byte)
        if line.count > Self.longestLine { state = .raw }
        if case .raw = state { return }
        continue
      }
      let text = String(decoding: line, as: UTF8.self).filter { !$0.isWhitespace }
      line = []
      if case .trailer = state {
        if text.isEmpty {
          state = .head
          return
        }
      } else if let size = Int(text.prefix { $0 != ";" }, radix: 16), size >= 0, size < 1 << 40 {
        // The line end behind the chunk belongs to it.
        state = size == 0 ? .trailer : .chunk(size + 2)
        return
      } else {
        state = .raw
        return
      }
    }
  }
}

extension Array<UInt8> {
  func hasSuffix(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { suffix in count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix) }
  }
}
