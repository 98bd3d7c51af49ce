import AuditModel
import Definitions
import Facts
import Foundation
import LoopbackServers
import Probing
import Scenarios
import Synchronization

@testable import ScenarioProbes

/// A small HTTP server with some behaviours that workflows meet.
final class Site: Sendable {
  private final class Log: Sendable {
    let requests = Mutex<[String]>([])
    let polls = Mutex<Int>(0)
  }

  private let server: ScriptedServer
  private let log: Log

  init() throws {
    let log = Log()
    self.log = log
    server = try ScriptedServer { peer in
      var text = ""
      while !text.contains("\r\n\r\n") {
        let more = peer.receive()
        if more.isEmpty { return }
        text += String(decoding: more, as: UTF8.self)
      }
      let length =
        text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
      var body = text.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
      while body.utf8.count < length {
        let more = peer.receive()
        if more.isEmpty { break }
        body += String(decoding: more, as: UTF8.self)
        text += String(decoding: more, as: UTF8.self)
      }
      let line = text.split(separator: "\r\n").first.map(String.init) ?? ""
      log.requests.withLock { $0.append(text) }
      func answer(_ status: String, _ body: String, _ fields: [String] = []) {
        let head =
          ["HTTP/1.1 \(status)", "Content-Type: application/json", "Content-Length: \(body.utf8.count)"] + fields
        peer.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
      }
      switch line.split(separator: " ").prefix(2).joined(separator: " ") {
      case "POST /orders":
        answer("202 Accepted", #"{"id": 41, "echo": \#(body.isEmpty ? "null" : body)}"#, ["ETag: \"v1\""])
      case "GET /orders/41":
        let count = log.polls.withLock { count in
          count += 1
          return count
        }
        answer("200 OK", count % 3 == 0 ? #"{"state": "done"}"# : #"{"state": "queued"}"#)
      case "GET /flaky":
        let count = log.polls.withLock { count in
          count += 1
          return count
        }
        count % 3 == 0 ? answer("200 OK", "{}") : answer("503 Service Unavailable", "{}")
      case "GET /slow":
        usleep(300_000)
        answer("200 OK", "{}")
      case "GET /hang": sleep(4)
      case "GET /elsewhere": answer("302 Found", "", ["Location: http://evil.example/"])
      case "GET /moved": answer("302 Found", "", ["Location: /ok"])
      default: line.contains(" /ok") ? answer("200 OK", #"{"ok": true}"#) : answer("404 Not Found", #"{"no": "such"}"#)
      }
    }
  }

  var url: String { "http://127.0.0.1:\(server.port)/" }

  /// The requests received so far, heads and bodies.
  var requests: [String] { log.requests.withLock { $0 } }

  /// Runs a workflow given by its steps against the site.
  func report(
    _ steps: String, _ given: (inout WorkflowSettings.Given) -> Void = { _ in }, cancellation: Cancellation? = nil,
    milliseconds: Int = 180_000
  ) async throws -> WorkflowReport {
    let text = "workflow: test\ntitle: A test\n" + steps
    let loaded = Definitions.workflow(SourceFile(path: "/tmp/w.yaml", bytes: Array(text.utf8))) { _ in
      .failure(.init(reason: "no file"))
    }
    guard let workflow = loaded.value else {
      throw Broken(text: loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n"))
    }
    var all = WorkflowSettings.Given()
    all.target = url
    given(&all)
    let settings = try WorkflowSettings(workflow, all)
    return await WorkflowRun(settings, lane: BlockingLane(width: 8), traffic: TrafficMeter())
      .report(until: Deadline(milliseconds: milliseconds, cancellation: cancellation))
  }

  struct Broken: Error {
    var text: String
  }
}

extension WorkflowReport {
  func step(_ path: String) -> StepReport? { steps.first { $0.path == path } }
}
