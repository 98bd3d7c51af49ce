import Definitions
import Facts
import Glibc
import LoopbackServers
import Probing
import Synchronization
import Testing
import Transport

@testable import LoadGeneration
@testable import LoadScripts

/// An HTTP server on loopback that keeps connections and does with each request what a closure says.
final class Site: Sendable {
  struct Request: Sendable {
    var method: String
    var target: String
    var fields: [String: String]
    var content: String
  }

  /// Status line, fields and content of an answer.
  struct Reply: Sendable {
    var status = "200 OK"
    var fields: [String] = []
    var content: [UInt8] = Array("ok".utf8)

    init(_ content: String = "ok", status: String = "200 OK", _ fields: [String] = []) {
      self.status = status
      self.fields = fields
      self.content = Array(content.utf8)
    }
  }

  private let server: ScriptedServer
  private let seen: Record

  final class Record: Sendable {
    let requests = Mutex<[Request]>([])
    let connections = Mutex<Int>(0)
  }

  var port: Int { server.port }
  var address: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { seen.requests.withLock { $0 } }
  var connections: Int { seen.connections.withLock { $0 } }

  /// A nil answer closes the connection.
  init(_ answer: @escaping @Sendable (Request) -> Reply?) throws {
    let seen = Record()
    self.seen = seen
    server = try ScriptedServer { peer in
      seen.connections.withLock { $0 += 1 }
      var buffer: [UInt8] = []
      while true {
        guard let request = Self.next(&buffer, peer) else { return }
        seen.requests.withLock { $0.append(request) }
        guard let reply = answer(request) else { return }
        var head = "HTTP/1.1 \(reply.status)\r\ncontent-length: \(reply.content.count)\r\n"
        for field in reply.fields { head += field + "\r\n" }
        peer.send(Array((head + "\r\n").utf8) + (request.method == "HEAD" ? [] : reply.content))
      }
    }
  }

  private static func next(_ buffer: inout [UInt8], _ peer: ScriptedServer.Peer) -> Request? {
    while true {
      let text = String(decoding: buffer, as: UTF8.self)
      if let end = text.firstRange(of: "\r\n\r\n") {
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let length = Int(fields["content-length"] ?? "0") ?? 0
        let start = text[..<end.upperBound].utf8.count
        if buffer.count >= start + length {
          let content = String(decoding: buffer[start..<start + length], as: UTF8.self)
          buffer.removeFirst(start + length)
          let first = lines[0].split(separator: " ")
          return Request(method: String(first[0]), target: String(first[1]), fields: fields, content: content)
        }
      }
      let more = peer.receive()
      if more.isEmpty { return nil }
      buffer += more
    }
  }
}

/// Runs a script against an address.
func run(
  _ text: String, at address: String, folder: String = "/", shard: LoadPlan.Shard = .whole, threads: Int = 1,
  seed: UInt64 = 1, trust: [String] = [], environment: [String: String] = [:], cancellation: Cancellation? = nil,
  log: @escaping @Sendable (String) -> Void = { _ in }
) async throws -> LoadResult {
  let loaded = LocatedDocument.read(SourceFile(path: "test.yml", bytes: Array(text.utf8)))
  let outcome = LoadScript.read(try #require(loaded.value), variables: environment)
  try #require(outcome.refusals == [])
  let script = try #require(outcome.script)
  let plan = try LoadPlan(
    script, target: address, hosts: [], files: try PayloadFiles(of: script, in: folder), digest: "test", seed: seed,
    shard: shard, threads: threads, environment: environment, folder: folder,
    trust: try TrustStore.including(trust, systemRoots: false), deadline: Deadline(milliseconds: 5000))
  return try await BlockingLane(width: 1).run {
    Result { try LoadRun.run(plan, until: Deadline(milliseconds: 600_000, cancellation: cancellation), log: log) }
  }.get()
}
