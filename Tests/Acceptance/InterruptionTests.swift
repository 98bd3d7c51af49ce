import Foundation
import Testing

@Suite("Interruption and secrets of the built command", .serialized)
struct InterruptionTests {
  private func inventory(_ port: Int, count: Int = 40) throws -> String {
    let targets = (0..<count).map { "  - { id: t\($0), kind: http, url: \"http://127.0.0.1:\(port)/\" }" }
    return try Scratch.write(
      "system: slow\nenvironment: test\ntargets:\n\(targets.joined(separator: "\n"))\n", named: "prodworthy.yaml")
  }

  @Test(
    "a signal ends the run within 5 s in 130 or 143, with a report that says so or none", arguments: [SIGINT, SIGTERM])
  func signals(_ signal: Int32) throws {
    let server = try HostileServer { _ in sleep(60) }
    for delay in [0.05, 0.4, 1.5] {
      let out = Scratch.file("run")
      let outcome = try BuiltCommand.prodworthy.run(
        ["audit", "-f", try inventory(server.port), "--out", out], killAfter: (delay, signal))
      #expect(outcome.status == 128 + signal, "after \(delay) s: \(outcome.status) \(outcome.errors)")
      #expect(outcome.seconds < delay + 5)
      if FileManager.default.fileExists(atPath: "\(out)/report.json") {
        let report = try Report(folder: out)
        #expect(report.interrupted)
        #expect(report.gate.status != "passed")
      }
    }
  }

  @Test("kill -9 leaves the previous report whole, or none")
  func killed() throws {
    let server = try HostileServer { _ in sleep(60) }
    let out = Scratch.file("run")
    let outcome = try BuiltCommand.prodworthy.run(
      ["audit", "-f", try inventory(server.port), "--out", out], killAfter: (0.3, SIGKILL))
    #expect(outcome.status == 137)
    #expect(!FileManager.default.fileExists(atPath: "\(out)/report.json"))
  }

  @Test("two runs into one folder: the second is told to try later")
  func busy() throws {
    let server = try HostileServer { _ in sleep(3) }
    let out = Scratch.file("run")
    let file = try inventory(server.port, count: 1)
    let first = Process()
    first.executableURL = URL(fileURLWithPath: BuiltCommand.prodworthy.path)
    first.arguments = ["audit", "-f", file, "--out", out, "--quiet"]
    first.standardOutput = FileHandle.nullDevice
    try first.run()
    defer { first.waitUntilExit() }
    while !FileManager.default.fileExists(atPath: out) { usleep(10_000) }
    usleep(100_000)
    #expect(try BuiltCommand.prodworthy.run(["audit", "-f", file, "--out", out]).status == 75)
  }

  @Test("a secret that the target echoes in every form stands in no file and no stream")
  func canaries() throws {
    let token = "c4n4ry-T0ken/+&\u{e9}!"
    let encoded = token.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let base64 = ["", "x", "xy"].map { Data(($0 + token + "tail").utf8).base64EncodedString() }
    let seen = Seen()
    let server = try HostileServer { connection in
      let request = String(decoding: HostileServer.readSome(from: connection), as: UTF8.self)
      if request.contains("Bearer ") { seen.mark() }
      let body = "stack trace: \(token) \(encoded) \(base64.joined(separator: " "))"
      HostileServer.send(
        Array(
          "HTTP/1.1 500 \(token)\r\nServer: nginx/\(token)\r\nX-Powered-By: \(encoded)\r\nContent-Type: text/plain\r\nX-Echo: \(base64[1])\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
            .utf8),
        to: connection)
    }
    let file = try Scratch.write(
      """
      system: canary
      environment: test
      targets:
        - id: web
          kind: http
          url: http://127.0.0.1:\(server.port)/
          bearer: ${env:CANARY_TOKEN}
          health: /health
      """, named: "prodworthy.yaml")
    let out = Scratch.file("run")
    let outcome = try BuiltCommand.prodworthy.run(
      ["audit", "-f", file, "--out", out, "--format", "github", "--progress", "plain"],
      environment: ["CANARY_TOKEN": token])
    #expect(seen.isMarked, "the token never reached the target: the test would prove nothing")
    var texts = [outcome.output, outcome.errors]
    for name in try FileManager.default.contentsOfDirectory(atPath: out) {
      texts.append(String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(out)/\(name)")), as: UTF8.self))
    }
    for text in texts {
      #expect(!text.contains("c4n4ry"))
      #expect(!text.contains("YzRuNHJ5"))
      #expect(!text.contains("M0bjRyeS1U"))
      #expect(!text.contains("jNG40cnktV"))
    }
  }

  private final class Seen: @unchecked Sendable {
    private let lock = NSLock()
    private var marked = false
    func mark() { lock.withLock { marked = true } }
    var isMarked: Bool { lock.withLock { marked } }
  }
}
