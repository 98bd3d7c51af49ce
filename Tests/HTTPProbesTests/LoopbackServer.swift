import LoopbackServers
import Synchronization

/// A scripted server that reads the request head first and remembers it.
final class LoopbackServer: Sendable {
  /// One request waiting for an answer.
  struct Peer: Sendable {
    fileprivate let connection: ScriptedServer.Peer
    /// The request head, or what came instead of one.
    let head: String

    /// Path and query of the request line.
    var target: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

    /// The port in the `Host` field.
    var hostPort: Int {
      head.split(separator: "\r\n").first { $0.hasPrefix("Host:") }?.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }

    func send(_ bytes: [UInt8]) { connection.send(bytes) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// A whole answer.
    func answer(_ status: String, _ fields: [String] = [], _ body: String = "") {
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + fields
      send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (head.hasPrefix("HEAD ") ? "" : body))
    }

    /// Makes the close a reset.
    func resetOnClose() { connection.resetOnClose() }
  }

  private final class Log: Sendable {
    let heads = Mutex<[String]>([])
  }

  private let server: ScriptedServer
  private let log: Log

  init(_ serve: @escaping @Sendable (Peer) -> Void) throws {
    let log = Log()
    self.log = log
    server = try ScriptedServer { connection in
      var bytes: [UInt8] = []
      while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
        let more = connection.receive()
        if more.isEmpty { break }
        bytes += more
      }
      let head = String(decoding: bytes, as: UTF8.self)
      log.heads.withLock { $0.append(head) }
      serve(Peer(connection: connection, head: head))
    }
  }

  var port: Int { server.port }

  /// The request heads received so far.
  var requests: [String] { log.heads.withLock { $0 } }
}
