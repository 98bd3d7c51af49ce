import DrivenPrograms
import Foundation
import LoopbackServers
import Testing

@Suite("Interruption and secrets of the built command", .serialized, .driving)
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
    let token = "c4n4ry-T0ken/+&=!"
    let encoded = token.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let base64 = ["", "x", "xy"].map { Data(($0 + token + "tail").utf8).base64EncodedString() }
    let pki = try TestPKI()
    // The token is only sent to who proves to be the declared server, so this has to be one.
    let server = try NginxServer.start(
      try pki.credential(),
      location: """
        add_header X-Echo "$http_authorization \(encoded) \(base64.joined(separator: " "))" always;
        add_header X-Powered-By "PHP/8.1 $http_authorization" always;
        add_header Set-Cookie "session=\(token); Path=/" always;
        default_type text/plain;
        return 500 "Traceback: $http_authorization \(encoded) \(base64.joined(separator: " "))";
        """)
    let file = try Scratch.write(
      """
      system: canary
      environment: test
      targets:
        - id: web
          kind: https
          url: https://localhost:\(server.port)/
          trust: \(pki.rootFile)
          bearer: ${env:CANARY_TOKEN}
          health: /health
      """, named: "prodworthy.yaml")
    let out = Scratch.file("run")
    let outcome = try BuiltCommand.prodworthy.run(
      ["audit", "-f", file, "--out", out, "--format", "github", "--progress", "plain"],
      environment: ["CANARY_TOKEN": token])
    #expect(outcome.status == 1)
    var texts = ["console": outcome.output, "errors": outcome.errors]
    for name in try FileManager.default.contentsOfDirectory(atPath: out) {
      texts[name] = String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(out)/\(name)")), as: UTF8.self)
    }
    let recorded = try #require(texts["observations.jsonl"])
    #expect(recorded.contains("Bearer [redacted]"), "the token never came back: the test would prove nothing")
    for (name, text) in texts {
      for form in ["c4n4ry", "YzRuNHJ5", "M0bjRyeS1U", "jNG40cnktV"] {
        #expect(!text.contains(form), "\(form) in \(name)")
      }
    }
  }
}
