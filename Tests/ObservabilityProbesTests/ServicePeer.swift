import Facts
import LoopbackServers
import Synchronization

/// A server on loopback that answers as a service would, and remembers what it was asked.
final class ServicePeer: Sendable {
  /// One request, read to the end of its content.
  struct Request: Sendable {
    var method: String
    /// Path and query.
    var target: String
    var head: String
    var body: String

    var path: String { String(target.prefix { $0 != "?" }) }
  }

  /// What comes back.
  struct Reply: Sendable {
    var status = 200
    var type: String? = "application/json"
    var body = ""

    static func json(_ value: JSONValue, status: Int = 200) -> Reply {
      Reply(status: status, body: JSONText.compact(value))
    }

    static func text(_ body: String, type: String = "text/plain", status: Int = 200) -> Reply {
      Reply(status: status, type: type, body: body)
    }

    static let missing = Reply(status: 404, type: "text/plain", body: "404 page not found")
  }

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
  }

  private let server: ScriptedServer
  private let log: Log

  /// Answers with what `serve` makes of a request and of all that came before it.
  init(_ serve: @escaping @Sendable (Request, [Request]) -> Reply) throws {
    let log = Log()
    self.log = log
    server = try ScriptedServer { connection in
      var bytes: [UInt8] = []
      while true {
        let more = connection.receive()
        bytes += more
        let text = String(decoding: bytes, as: UTF8.self)
        if let end = text.firstRange(of: "\r\n\r\n") {
          let head = String(text[..<end.lowerBound])
          let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].filter { $0 != " " }) } ?? 0
          let body = text[end.upperBound...]
          guard body.utf8.count >= length || more.isEmpty else { continue }
          let words = head.split(separator: " ")
          guard words.count > 1 else { return }
          let request = Request(method: String(words[0]), target: String(words[1]), head: head, body: String(body))
          let before = log.requests.withLock { requests in
            requests.append(request)
            return Array(requests.dropLast())
          }
          connection.send(Self.bytes(of: serve(request, before)))
          return
        }
        if more.isEmpty { return }
      }
    }
  }

  /// Answers all requests for the same path alike.
  convenience init(_ replies: [String: Reply], otherwise: Reply = .missing) throws {
    try self.init { request, _ in replies[request.path] ?? otherwise }
  }

  private static func bytes(of reply: Reply) -> [UInt8] {
    let type = reply.type.map { "Content-Type: \($0)\r\n" } ?? ""
    return Array(
      "HTTP/1.1 \(reply.status) X\r\n\(type)Content-Length: \(reply.body.utf8.count)\r\nConnection: close\r\n\r\n\(reply.body)"
        .utf8)
  }

  var port: Int { server.port }
  var url: String { "http://127.0.0.1:\(server.port)" }
  var requests: [Request] { log.requests.withLock { $0 } }
}
