import FaultProxy
import LoopbackServers
import Probing
import Testing
import Transport

@Suite("The fault proxy")
struct FaultProxyTests {
  private let server: ScriptedServer
  private let proxy: FaultProxy
  private static let content = String(repeating: "x", count: 2000)

  init() throws {
    server = try ScriptedServer { peer in
      var kept: [UInt8] = []
      while case let bytes = peer.receive(), !bytes.isEmpty {
        kept += bytes
        while let end = kept.indices.first(where: { kept[...$0].suffix(4).elementsEqual("\r\n\r\n".utf8) }) {
          kept.removeSubrange(...end)
          peer.send(Array("HTTP/1.1 200 OK\r\nContent-Length: \(Self.content.utf8.count)\r\n\r\n\(Self.content)".utf8))
        }
      }
    }
    proxy = try FaultProxy(
      listeningOn: Endpoint(host: "127.0.0.1", port: 0), forwardingTo: Endpoint(host: "127.0.0.1", port: server.port),
      before: Deadline(milliseconds: 5000))
  }

  private enum End: Equatable {
    case ended
    case refused
    case reset
    case silent
  }

  private func open() throws(TransportFailure) -> Connection {
    try Connection.open(
      Endpoint(host: "127.0.0.1", port: proxy.port), before: Deadline(milliseconds: 5000), traffic: TrafficMeter())
  }

  /// Sends one request and reads until `count` bytes of content, the end, or silence.
  private func exchange(
    over given: Connection? = nil, path: String = "/a?b=c", patience: Int = 3000
  ) -> (text: String, end: End) {
    let deadline = Deadline(milliseconds: patience)
    var text = ""
    do throws(TransportFailure) {
      let connection = if let given { given } else { try open() }
      defer { if given == nil { connection.close() } }
      try connection.write(Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8), before: deadline)
      while !text.hasSuffix(Self.content) {
        let bytes = try connection.read(upTo: 4096, before: deadline)
        if bytes.isEmpty { return (text, .ended) }
        text += String(decoding: bytes, as: UTF8.self)
      }
      return (text, .ended)
    } catch {
      switch error {
      case .refused: return (text, .refused)
      case .reset: return (text, .reset)
      case .closedEarly: return (text, .ended)
      default: return (text, .silent)
      }
    }
  }

  @Test("passes everything on, and counts it")
  func passes() {
    for _ in 0..<3 { #expect(exchange().text.hasSuffix("\r\n\r\n\(Self.content)")) }
    let record = proxy.record
    #expect(record.connectionCount == 3 && record.requestCount == 3)
    #expect(record.requests.map(\.path) == ["/a", "/a", "/a"])
    #expect(record.requests.allSatisfy { $0.method == "GET" && $0.end == .answered })
  }

  @Test("refuses, also those that are connected, and takes connections again afterwards")
  func refuses() throws {
    let kept = try open()
    #expect(exchange(over: kept).end == .ended)
    proxy.fault = .refuse
    #expect(exchange(over: kept, patience: 2000).end == .reset)
    #expect(eventually { exchange().end == .refused })
    proxy.fault = .none
    #expect(eventually { exchange().text.hasSuffix(Self.content) })
  }

  @Test("resets, and counts the requests all the same")
  func resets() {
    proxy.fault = .reset
    let (text, end) = exchange()
    #expect(text.isEmpty && end == .reset)
    #expect(eventually { proxy.record.requests.map(\.end) == [.broken] })
  }

  @Test("is silent, and notes how long the client waited")
  func silent() {
    proxy.fault = .blackhole
    #expect(exchange(patience: 400).end == .silent)
    #expect(eventually { proxy.record.requests.first?.end == .givenUp })
    let request = proxy.record.requests.first
    #expect((request?.endedAt ?? 0) - (request?.at ?? 0) >= 300)
    proxy.fault = .none
    #expect(exchange().text.hasSuffix(Self.content))
  }

  @Test("delays answers, and passes them slowly")
  func slow() {
    let clock = ContinuousClock()
    proxy.fault = .delay(milliseconds: 400)
    let delayed = clock.measure { #expect(exchange().text.hasSuffix(Self.content)) }
    #expect(delayed >= .milliseconds(390))
    proxy.fault = .throttle(bytesPerSecond: 4000)
    let throttled = clock.measure { #expect(exchange(patience: 10_000).text.hasSuffix(Self.content)) }
    #expect(throttled >= .milliseconds(400))
  }

  @Test("cuts answers in the middle of their content")
  func cuts() {
    proxy.fault = .cut
    let (text, _) = exchange()
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    let content = text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
    #expect(content.count == Self.content.count / 2)
  }

  @Test("answers 500 for the first requests, and no more")
  func errors() {
    proxy.fault = .errors(first: 2)
    let statuses = (0..<4).map { _ in exchange().text.prefix(12) }
    #expect(statuses == ["HTTP/1.1 500", "HTTP/1.1 500", "HTTP/1.1 200", "HTTP/1.1 200"])
  }

  @Test("what is not HTTP passes as it comes")
  func other() throws {
    let echo = try ScriptedServer { peer in
      while case let bytes = peer.receive(), !bytes.isEmpty { peer.send(bytes) }
    }
    let proxy = try FaultProxy(
      listeningOn: Endpoint(host: "127.0.0.1", port: 0), forwardingTo: Endpoint(host: "127.0.0.1", port: echo.port),
      before: Deadline(milliseconds: 5000))
    let connection = try Connection.open(
      Endpoint(host: "127.0.0.1", port: proxy.port), before: Deadline(milliseconds: 5000), traffic: TrafficMeter())
    for text in ["EHLO there\r\n", "\u{16}\u{3}\u{1}", "more"] {
      try connection.write(Array(text.utf8), before: Deadline(milliseconds: 5000))
      #expect(try connection.read(upTo: 100, before: Deadline(milliseconds: 5000)) == Array(text.utf8))
    }
    #expect(proxy.record.requestCount == 0 && proxy.record.connectionCount == 1)
  }

  private func eventually(_ holds: () -> Bool) -> Bool {
    let deadline = Deadline(milliseconds: 5000)
    while !deadline.hasPassed { if holds() { return true } }
    return holds()
  }
}
