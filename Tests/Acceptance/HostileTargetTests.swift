import DrivenPrograms
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Targets that mean harm: each must get the right status, in bounded time and memory, and nothing of theirs may act in
/// a report.
@Suite("Hostile targets", .serialized, .driving)
struct HostileTargetTests {
  private struct Audit {
    var outcome: BuiltCommand.Outcome
    var report: Report
    var texts: [String: String]
  }

  private func audit(_ server: HostileServer, kind: String = "http", extra: String = "") throws -> Audit {
    let inventory = try Scratch.write(
      """
      system: hostile
      environment: test
      targets:
        - id: target
          kind: \(kind)
          url: \(kind)://127.0.0.1:\(server.port)/
      \(extra)
      """, named: "prodworthy.yaml")
    let out = Scratch.file("run")
    let outcome = try BuiltCommand.prodworthy.run(["audit", "-f", inventory, "--out", out, "--format", "github"])
    var texts = ["console": outcome.output, "errors": outcome.errors]
    for name in try FileManager.default.contentsOfDirectory(atPath: out) {
      texts[name] = String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(out)/\(name)")), as: UTF8.self)
    }
    #expect(outcome.peakKilobytes < 200_000, "\(outcome.peakKilobytes) kB")
    return Audit(outcome: outcome, report: try Report(folder: out), texts: texts)
  }

  @Test("a server that accepts and says nothing proves nothing", arguments: ["http", "https"])
  func silent(_ kind: String) throws {
    let audit = try audit(try HostileServer { _ in sleep(60) }, kind: kind)
    #expect(audit.outcome.status == 2)
    #expect(audit.report.gate.status == "undecided")
    #expect(!audit.report.findings.contains { ["pass", "warn", "fail"].contains($0.status) })
    #expect(audit.outcome.seconds < 30)
    #expect(audit.report.causes.count <= 3)
  }

  @Test("a byte a second ends at the deadline")
  func dripping() throws {
    let audit = try audit(
      try HostileServer { connection in
        _ = HostileServer.readSome(from: connection)
        for byte in Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8) {
          guard HostileServer.send([byte], to: connection) else { return }
          sleep(1)
        }
      })
    #expect(audit.outcome.status == 2)
    #expect(audit.outcome.seconds < 30)
  }

  @Test("ten megabytes of headers, an endless body and a gzip bomb stay bounded")
  func floods() throws {
    let header = Array("X-Filler: \(String(repeating: "a", count: 1000))\r\n".utf8)
    let headers = try audit(
      try HostileServer { connection in
        _ = HostileServer.readSome(from: connection)
        HostileServer.send(Array("HTTP/1.1 200 OK\r\n".utf8), to: connection)
        for _ in 0..<10_000 { guard HostileServer.send(header, to: connection) else { return } }
      })
    #expect([1, 2].contains(headers.outcome.status))
    let block = [UInt8](repeating: 120, count: 65_536)
    let endless = try audit(
      try HostileServer { connection in
        _ = HostileServer.readSome(from: connection)
        HostileServer.send(Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n".utf8), to: connection)
        while HostileServer.send(block, to: connection) {}
      })
    #expect(endless.outcome.seconds < 60)
    let bomb = try audit(
      try HostileServer { connection in
        _ = HostileServer.readSome(from: connection)
        HostileServer.send(
          Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10485760\r\n\r\n".utf8), to: connection)
        for _ in 0..<160 {
          guard HostileServer.send([UInt8](repeating: 0, count: 65_536), to: connection) else { return }
        }
      })
    #expect(bomb.outcome.seconds < 60)
  }

  /// Everything that a CI log, a terminal, a browser or a Markdown renderer would act on.
  private static let venom =
    "]]>\u{1B}[31m\u{1B}]0;title\u{7}::error::owned ##[error]owned ``` </details><script>alert(1)</script>"
    + "|@team [x](javascript:alert(1)) <img src=x onerror=alert(1)> \u{202E}"

  @Test("what a target says acts in no report")
  func injection() throws {
    let body = "{\"status\": \"fail\", \"output\": \"x\"}\n" + Self.venom
    let venom = Self.venom
    let audit = try audit(
      try HostileServer { connection in
        while true {
          let request = HostileServer.readSome(from: connection)
          if request.isEmpty { return }
          let answer =
            "HTTP/1.1 503 \(venom)\r\nServer: nginx/1.2.3 \(venom)\r\nX-Powered-By: \(venom)\r\n"
            + "Set-Cookie: a=\(venom)\r\nContent-Type: text/html; \(venom)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
          guard HostileServer.send(Array(answer.utf8), to: connection) else { return }
        }
      }, extra: "    health: /health")
    #expect(audit.outcome.status == 1)
    for (name, text) in audit.texts {
      #expect(!text.unicodeScalars.contains("\u{1B}"), "\(name) holds an escape")
      #expect(!text.unicodeScalars.contains("\u{7}"), "\(name) holds a bell")
      for line in text.split(whereSeparator: \.isNewline) {
        #expect(!line.drop { $0 == " " }.hasPrefix("::error::owned"), "\(name): \(line)")
        if name == "console" || name.hasSuffix("annotations.txt") {
          #expect(!line.contains("##[error]"), "\(name): \(line)")
        }
      }
    }
    let markdown = try #require(audit.texts["report.md"])
    for active in ["<script>", "<img "] {
      #expect(Self.outsideCode(markdown).contains(active) == false, "\(active) is active in report.md")
    }
    let junit = try #require(audit.texts["junit.xml"])
    #expect(XMLParser(data: Data(junit.utf8)).parse())
  }

  /// The Markdown without its fenced blocks and code spans.
  private static func outsideCode(_ markdown: String) -> String {
    var outside = ""
    var fence: Substring?
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.drop { $0 == " " }
      if let open = fence {
        if trimmed.hasPrefix(open), trimmed.allSatisfy({ $0 == "`" }) { fence = nil }
        continue
      }
      let ticks = trimmed.prefix { $0 == "`" }
      if ticks.count >= 3 {
        fence = ticks
        continue
      }
      var rest = line[...]
      while let start = rest.firstIndex(of: "`") {
        outside += rest[..<start]
        let run = rest[start...].prefix { $0 == "`" }
        rest = rest[run.endIndex...]
        var end: Substring.Index?
        var search = rest
        while let candidate = search.firstIndex(of: "`") {
          let closing = search[candidate...].prefix { $0 == "`" }
          if closing.count == run.count {
            end = closing.endIndex
            break
          }
          search = search[closing.endIndex...]
        }
        guard let end else { break }
        rest = rest[end...]
      }
      outside += rest + "\n"
    }
    return outside
  }
}
