import AuditModel
import Facts
import Probing
import Transport

/// Speaks with a container engine by its HTTP API. Probes that observe use `get` alone. Blocks: only on a lane.
struct EngineClient: Sendable {
  /// Where the engine listens.
  enum Door: Sendable, Equatable {
    case socket(String)
    case tcp(Endpoint)

    /// `/var/run/docker.sock`, `unix:///var/run/docker.sock`, `tcp://host:port`, `http://host:port`.
    init?(_ text: String) {
      if text.hasPrefix("/") {
        self = .socket(text)
      } else if text.hasPrefix("unix://") {
        let path = String(text.dropFirst(7))
        guard path.hasPrefix("/") else { return nil }
        self = .socket(path)
      } else {
        guard let scheme = ["tcp://", "http://"].first(where: text.hasPrefix) else { return nil }
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]),
          (1...65535).contains(port)
        else { return nil }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains("/"), !host.contains("@") else { return nil }
        self = .tcp(Endpoint(host: String(host), port: port))
      }
    }
  }

  /// Larger answers are given up, in bytes.
  private static let largest = 16 << 20

  let door: Door
  let deadline: Deadline
  let traffic: TrafficMeter

  /// Why there is no answer.
  struct Failure: Error {
    var unseen: Unseen
    /// The status of the answer, where there is one.
    var status: Int?
  }

  /// The JSON at a path; `path` is percent-encoded already.
  func get(_ path: String) throws(Failure) -> JSONValue {
    let answer = try exchange("GET", path)
    try Self.demandSuccess(answer, path)
    return try Self.json(of: answer)
  }

  /// The bytes at a path.
  func bytes(_ path: String) throws(Failure) -> [UInt8] {
    let answer = try exchange("GET", path)
    try Self.demandSuccess(answer, path)
    return answer.content
  }

  /// Changes something; what comes back as JSON, or null where nothing does.
  @discardableResult
  func send(_ method: String, _ path: String, _ content: Content? = nil) throws(Failure) -> JSONValue {
    let answer = try exchange(method, path, content)
    try Self.demandSuccess(answer, path)
    return answer.content.isEmpty ? .null : try Self.json(of: answer)
  }

  /// What is sent along.
  enum Content {
    case json(JSONValue)
    case archive([UInt8])
  }

  private static func demandSuccess(_ answer: Answer, _ path: String) throws(Failure) {
    switch answer.status {
    case 200...204, 304: break
    case 401, 403:
      throw Failure(
        unseen: Unseen(.denied, "the engine refuses to answer \(Self.bare(path)) (\(answer.status))"),
        status: answer.status)
    default:
      throw Failure(
        unseen: Unseen(.malformed, "the engine answers \(Self.bare(path)) with status \(answer.status)"),
        status: answer.status)
    }
  }

  private static func json(of answer: Answer) throws(Failure) -> JSONValue {
    do throws(JSONText.SyntaxError) {
      return try JSONText.parse(answer.content)
    } catch {
      let isMarkup = answer.content.first { ![9, 10, 13, 32].contains($0) } == UInt8(ascii: "<")
      throw Failure(
        unseen: Unseen(
          .malformed, isMarkup ? "what answers is no container engine: it sends HTML" : "the engine's answer is no JSON"
        ))
    }
  }

  private static func bare(_ path: String) -> String { String(path.prefix { $0 != "?" }) }

  private struct Answer {
    var status: Int
    var content: [UInt8]
  }

  private func exchange(_ method: String, _ path: String, _ content: Content? = nil) throws(Failure) -> Answer {
    var bytes: [UInt8] = []
    do throws(TransportFailure) {
      let connection: Connection
      switch door {
      case .socket(let path): connection = try Connection.open(unixSocket: path, before: deadline, traffic: traffic)
      case .tcp(let endpoint): connection = try Connection.open(endpoint, before: deadline, traffic: traffic)
      }
      defer { connection.close() }
      traffic.add(requests: 1)
      // The older version of the protocol spares chunks, and ends with the connection.
      var head = "\(method) \(path) HTTP/1.0\r\nHost: engine\r\nAccept: application/json\r\n"
      var body: [UInt8] = []
      switch content {
      case .json(let value):
        body = Array(JSONText.compact(value).utf8)
        head += "Content-Type: application/json\r\n"
      case .archive(let bytes):
        body = bytes
        head += "Content-Type: application/x-tar\r\n"
      case nil: break
      }
      if content != nil || method != "GET" { head += "Content-Length: \(body.count)\r\n" }
      try connection.write(Array("\(head)\r\n".utf8) + body, before: deadline)
      while true {
        let piece = try connection.read(upTo: 1 << 16, before: deadline)
        if piece.isEmpty { break }
        bytes += piece
        guard bytes.count <= Self.largest else {
          throw TransportFailure.unreachable("its answer has more than \(Self.largest) bytes")
        }
        if let complete = Self.parsed(bytes, isOver: false) { return complete }
      }
    } catch {
      throw Failure(unseen: Self.unseen(error))
    }
    guard let answer = Self.parsed(bytes, isOver: true) else {
      throw Failure(unseen: Unseen(.malformed, "what answers speaks no HTTP"))
    }
    return answer
  }

  private static func unseen(_ failure: TransportFailure) -> Unseen {
    switch failure {
    case .timedOut: Unseen(.timeout, "the engine: \(failure.sentence)")
    case .cancelled: Unseen(.interrupted, failure.sentence)
    case .unreachable(let reason) where reason.contains("ermission denied"):
      Unseen(.denied, "the engine's socket: permission denied")
    case .reset, .closedEarly: Unseen(.malformed, "the engine: \(failure.sentence)")
    default: Unseen(.unreachable, "the engine: \(failure.sentence)")
    }
  }

  /// The answer in `bytes`; nil while it is not whole.
  private static func parsed(_ bytes: [UInt8], isOver: Bool) -> Answer? {
    guard let (head, rest) = split(bytes) else { return nil }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), (100...599).contains(status)
    else {
      return nil
    }
    var length: Int?
    var isChunked = false
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.lowercased() }
      guard parts.count == 2 else { continue }
      let value = parts[1].filter { $0 != " " }
      if parts[0] == "content-length" { length = Int(value) }
      if parts[0] == "transfer-encoding" { isChunked = value == "chunked" }
    }
    if status == 204 || status == 304 { return Answer(status: status, content: []) }
    if isChunked {
      // Looked through only when it may be whole.
      guard isOver || rest.suffix(5).elementsEqual("0\r\n\r\n".utf8) else { return nil }
      return unchunked(rest).map { Answer(status: status, content: $0) }
    }
    if let length, length >= 0 {
      if rest.count >= length { return Answer(status: status, content: Array(rest.prefix(length))) }
      return nil
    }
    return isOver ? Answer(status: status, content: Array(rest)) : nil
  }

  private static func split(_ bytes: [UInt8]) -> (head: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
    guard bytes.count >= 4 else { return nil }
    for index in 0...(bytes.count - 4)
    where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
      return (bytes[..<index], bytes[(index + 4)...])
    }
    return nil
  }

  private static func unchunked(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var content: [UInt8] = []
    var rest = bytes
    while let end = rest.firstIndex(of: 10) {
      let text = String(decoding: rest[..<end], as: UTF8.self).prefix { $0.isHexDigit }
      guard let size = Int(text, radix: 16), size <= largest else { return nil }
      rest = rest[(end + 1)...]
      if size == 0 { return content }
      guard rest.count >= size + 2 else { return nil }
      content += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return nil
  }
}
