import Facts
import Glibc
import Probing

/// One HTTP/1.1 exchange with a server on 127.0.0.1, on a connection of its own. Blocks its thread: only on a lane.
enum LoopbackHTTP {
  /// The request method.
  enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  /// What a server answered.
  struct Answer: Sendable {
    /// The status code.
    let status: Int
    /// The content, of at most `LoopbackHTTP.longestAnswer` bytes.
    let body: [UInt8]
    /// The content as JSON; nil where it is none.
    var json: JSONValue? { try? JSONText.parse(body) }
  }

  /// The longest answer that is read, in bytes.
  static let longestAnswer = 4 << 20

  /// Sends a request and reads the answer to its end.
  static func send(
    _ method: Method, port: Int, path: String, contentType: String? = nil, body: [UInt8] = [],
    before deadline: Deadline
  ) throws(GroundFailure) -> Answer {
    let connection = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard connection >= 0 else { throw Files.failure("cannot make a socket") }
    defer { close(connection) }
    try connect(connection, to: port, before: deadline)
    var head = "\(method.rawValue) \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\nConnection: close\r\n"
    if let contentType { head += "Content-Type: \(contentType)\r\n" }
    if method == .post { head += "Content-Length: \(body.count)\r\n" }
    try write(Array((head + "\r\n").utf8) + body, to: connection, before: deadline)
    return try answer(in: readToEnd(of: connection, before: deadline))
  }

  private static func connect(_ connection: Int32, to port: Int, before deadline: Deadline) throws(GroundFailure) {
    if Loopback.withAddress(port: port, { Glibc.connect(connection, $0, $1) }) == 0 { return }
    guard errno == EINPROGRESS else { throw Files.failure("cannot connect to port \(port)") }
    try wait(for: POLLOUT, on: connection, before: deadline)
    var reason: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(connection, SOL_SOCKET, SO_ERROR, &reason, &length)
    errno = reason
    if reason != 0 { throw Files.failure("cannot connect to port \(port)") }
  }

  private static func write(_ bytes: [UInt8], to connection: Int32, before deadline: Deadline) throws(GroundFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        try wait(for: POLLOUT, on: connection, before: deadline)
      } else if errno != EINTR {
        throw Files.failure("cannot send")
      }
    }
  }

  private static func readToEnd(of connection: Int32, before deadline: Deadline) throws(GroundFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(connection, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += buffer[..<count]
        if bytes.count > longestAnswer { throw GroundFailure("the answer is too long") }
      } else if errno == EAGAIN {
        try wait(for: POLLIN, on: connection, before: deadline)
      } else if errno != EINTR {
        throw Files.failure("cannot receive")
      }
    }
  }

  private static func wait(for events: Int32, on connection: Int32, before deadline: Deadline) throws(GroundFailure) {
    switch deadline.wait(for: events, on: connection) {
    case .ready: return
    case .timedOut: throw GroundFailure("no answer in time")
    case .cancelled: throw GroundFailure("interrupted")
    }
  }

  /// The status and the content of an answer that ends with the connection (RFC 9112, sections 4 and 6).
  private static func answer(in bytes: [UInt8]) throws(GroundFailure) -> Answer {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
      throw GroundFailure("the answer has no end of its header")
    }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw GroundFailure("the answer has no status line")
    }
    var body = Array(bytes[end.upperBound...])
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      switch line[..<colon].lowercased() {
      case "content-length" where Int(value) != body.count: throw GroundFailure("the answer is cut off")
      case "transfer-encoding" where value == "chunked": body = try joined(body)
      case "transfer-encoding": throw GroundFailure("the answer's transfer coding \(value) is not supported")
      default: continue
      }
    }
    return Answer(status: status, body: body)
  }

  /// The content of chunks (RFC 9112 section 7.1).
  private static func joined(_ chunks: [UInt8]) throws(GroundFailure) -> [UInt8] {
    var content: [UInt8] = []
    var rest = chunks[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
      let digits = String(decoding: rest[..<end].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
      guard let size = Int(digits, radix: 16), size >= 0, rest.count > size else { break }
      if size == 0 { return content }
      rest = rest[end...].dropFirst(2)
      content += rest.prefix(size)
      rest = rest.dropFirst(size).dropFirst(2)
    }
    throw GroundFailure("the answer is cut off")
  }
}
