/// Reads one HTTP/1.1 response from bytes as they arrive (RFC 9112). Total: every sequence of bytes gives a response,
/// if need be one that says why it is malformed. Memory is bounded by the limits below.
package struct ResponseParser: Sendable {
  /// The most that status lines, header and trailer fields may take, in bytes.
  package static let headerLimit = 64 << 10
  /// The most content that is kept unless more is asked for, in bytes.
  package static let bodyLimit = 256 << 10
  /// The most that chunk sizes and extensions may take, in bytes.
  private static let chunkFramingLimit = 1 << 20

  private enum Stage {
    case statusLine, fields
    case fixed(left: Int), untilClose
    case chunkSize, chunk(left: Int), chunkEnd, trailers
    case over
  }

  /// What was read so far.
  package private(set) var response = HTTPResponse()
  /// Whether nothing more is needed: complete, malformed, or more content than is kept.
  package var isOver: Bool { if case .over = stage { true } else { false } }

  private let method: HTTPMethod
  private let bodyLimit: Int
  private var stage = Stage.statusLine
  private var line: [UInt8] = []
  private var fields = HeaderFields()
  private var chunkFramingBytes = 0

  /// A parser for the answer to a request with `method` that keeps at most `bodyLimit` bytes of content.
  package init(answering method: HTTPMethod, keeping bodyLimit: Int = Self.bodyLimit) {
    self.method = method
    self.bodyLimit = bodyLimit
  }

  /// Takes the next bytes; those behind the end of the response are ignored.
  package mutating func consume(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      switch stage {
      case .over: return
      case .untilClose: keep(&rest, atMost: rest.count)
      case .fixed(let left):
        let taken = keep(&rest, atMost: left)
        if !isOver { stage = taken == left ? .over : .fixed(left: left - taken) }
      case .chunk(let left):
        let taken = keep(&rest, atMost: left)
        if !isOver { stage = taken == left ? .chunkEnd : .chunk(left: left - taken) }
      case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers:
        guard let complete = takeLine(&rest) else { continue }
        read(complete[...])
      }
    }
  }

  /// The peer closed the connection: that ends the response, or cuts it short.
  package mutating func finish() {
    switch stage {
    case .over: return
    case .untilClose: stage = .over
    case .statusLine:
      fail(
        line.isEmpty && response.headerBytes == 0
          ? "the connection was closed without an answer" : "the connection was closed inside the status line")
    case .fields: fail("the connection was closed inside the header section")
    case .fixed(let left):
      fail("the connection was closed after \(response.body.count) of \(response.body.count + left) bytes of content")
    case .chunkSize, .chunk, .chunkEnd, .trailers: fail("the connection was closed inside chunked content")
    }
  }

  /// The connection broke: whatever was not complete is malformed for `reason`.
  package mutating func abort(_ reason: String) { if !isOver { fail(reason) } }

  private mutating func fail(_ reason: String) {
    response.malformed = reason
    line = []
    stage = .over
  }

  @discardableResult
  private mutating func keep(_ rest: inout ArraySlice<UInt8>, atMost count: Int) -> Int {
    let taken = min(count, rest.count)
    let room = bodyLimit - response.body.count
    response.body += rest.prefix(min(taken, room))
    if taken > room {
      response.isBodyTruncated = true
      stage = .over
    }
    rest = rest.dropFirst(taken)
    return taken
  }

  // MARK: Lines

  /// The line that ends within `rest`, without its end; nil if it does not end there or is malformed.
  private mutating func takeLine(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    let end = rest.firstIndex(of: UInt8(ascii: "\n"))
    let part = rest[..<(end ?? rest.endIndex)]
    rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
    guard isWithinLimits(part.count + (end == nil ? 0 : 1)) else { return nil }
    line += part
    if case .statusLine = stage, let reason = Self.strangeGreeting(line) {
      fail(reason)
      return nil
    }
    guard end != nil else { return nil }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    defer { line.removeAll(keepingCapacity: true) }
    if line.contains(where: { $0 == UInt8(ascii: "\r") || $0 == 0 }) {
      fail("a bare carriage return or NUL in the framing")
      return nil
    }
    return line
  }

  private mutating func isWithinLimits(_ count: Int) -> Bool {
    switch stage {
    case .statusLine, .fields, .trailers:
      response.headerBytes += count
      if response.headerBytes > Self.headerLimit { fail("header section over 64 KiB") }
    default:
      chunkFramingBytes += count
      if line.count + count > 4096 || chunkFramingBytes > Self.chunkFramingLimit { fail("chunk framing without end") }
    }
    return !isOver
  }

  /// Why the first bytes cannot begin a status line, as early as that can be told.
  private static func strangeGreeting(_ line: [UInt8]) -> String? {
    if zip(line, "HTTP/".utf8).allSatisfy({ $0 == $1 }) { return nil }
    if line.first == 0x15 || line.first == 0x16 {
      return line.count == 1 || line[1] == 3 ? "TLS where HTTP was expected" : "no HTTP status line"
    }
    return "no HTTP status line"
  }

  private mutating func read(_ line: ArraySlice<UInt8>) {
    switch stage {
    case .statusLine: readStatus(line)
    case .fields:
      if line.isEmpty {
        beginContent()
      } else if let field = readField(line) {
        fields.append(name: field.name, value: field.value)
      }
    case .trailers: if line.isEmpty { stage = .over } else { _ = readField(line) }
    case .chunkSize: readChunkSize(line)
    case .chunkEnd: if line.isEmpty { stage = .chunkSize } else { fail("a chunk longer than its size") }
    case .fixed, .untilClose, .chunk, .over: break
    }
  }

  // MARK: Head

  /// `HTTP/1.1 200 OK`; the space before an empty reason may be missing.
  private mutating func readStatus(_ line: ArraySlice<UInt8>) {
    let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].count == 8, parts[0].starts(with: "HTTP/".utf8) else {
      return fail("no HTTP status line")
    }
    let version = String(decoding: parts[0].dropFirst(5), as: UTF8.self)
    guard version == "1.1" || version == "1.0" else {
      return fail("an answer in HTTP version \(version.debugDescription)")
    }
    guard parts[1].count == 3, let status = Self.number(parts[1]), status >= 100 else {
      return fail("a status that is no number of three digits")
    }
    if status == 101 { return fail("101 Switching Protocols without having asked for it") }
    response.version = version
    response.status = status
    response.reason = parts.count > 2 ? String(decoding: parts[2].prefix(200), as: UTF8.self) : ""
    stage = .fields
  }

  private mutating func readField(_ line: ArraySlice<UInt8>) -> (name: String, value: String)? {
    if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
      fail("a folded header field (obs-fold)")
      return nil
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      fail("a header line without a colon")
      return nil
    }
    let name = line[..<colon]
    guard !name.isEmpty, name.allSatisfy(Self.isToken) else {
      fail("a header field whose name is no token")
      return nil
    }
    return (String(decoding: name, as: UTF8.self), String(decoding: line[(colon + 1)...], as: UTF8.self).trimmed)
  }

  /// The header section is read: decides how the content is framed (RFC 9112 section 6.3).
  private mutating func beginContent() {
    guard let status = response.status else { return }
    if status < 200 {
      fields = HeaderFields()
      response.status = nil
      stage = .statusLine
      return
    }
    response.fields = fields
    if method == .head || status == 204 || status == 304 {
      stage = .over
      return
    }
    let codings = fields.list("transfer-encoding")
    let lengths = Set(
      fields["content-length"].flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map(\.trimmed))
    if !codings.isEmpty {
      if !lengths.isEmpty { return fail("both Transfer-Encoding and Content-Length") }
      if codings.dropLast().contains("chunked") { return fail("chunked twice, or before another transfer coding") }
      stage = codings.last == "chunked" ? .chunkSize : .untilClose
    } else if let length = lengths.first {
      guard lengths.count == 1, let count = Self.number(length.utf8) else {
        return fail("a Content-Length that is not one number")
      }
      stage = count == 0 ? .over : .fixed(left: count)
    } else {
      stage = .untilClose
    }
  }

  /// `1a;extension`; extensions are ignored.
  private mutating func readChunkSize(_ line: ArraySlice<UInt8>) {
    let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    guard let size = Self.number(digits, radix: 16) else { return fail("a chunk size that is no hexadecimal number") }
    stage = size == 0 ? .trailers : .chunk(left: size)
  }

  // MARK: Grammar

  /// Digits alone: no sign, no spaces, no overflow.
  private static func number(_ digits: some Collection<UInt8>, radix: Int = 10) -> Int? {
    guard (1...18).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
      guard let figure = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80, figure < radix else {
        return nil
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      guard !overflow else { return nil }
      let (sum, carry) = product.addingReportingOverflow(figure)
      guard !carry else { return nil }
      value = sum
    }
    return value
  }

  /// RFC 9110 section 5.6.2.
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
