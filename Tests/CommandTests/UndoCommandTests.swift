import Facts
import Foundation
import Testing

/// The built command, killed in the middle of a disruption.
@Suite("Undo", .serialized)
struct UndoCommandTests {
  private let folder: String
  private let command: String
  private static let script = """
    import http.server, os, socketserver, sys
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        def log_message(self, *words): pass
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    open("port", "w").write(str(server.server_address[1]))
    server.serve_forever()
    """

  init() throws {
    folder = NSTemporaryDirectory() + "prodworthy-undo-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    command =
      URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "prodworthy").path
    try write("server.py", Self.script)
  }

  private func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  private func read(_ name: String) -> String? { try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

  private func start(_ program: String, _ arguments: [String], output: String = "output") throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "PRODWORTHY_STATE": folder + "/state",
    ]
    .merging(
      ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }, uniquingKeysWith: { $1 })
    _ = FileManager.default.createFile(atPath: "\(folder)/\(output)", contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: "\(folder)/\(output)")
    process.standardError = FileHandle(forWritingAtPath: "/dev/null")
    try process.run()
    return process
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = try start(command, arguments)
    process.waitUntilExit()
    return (process.terminationStatus, read("output") ?? "")
  }

  private func state(of pid: Int32) -> Character? {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    return text.lastIndex(of: ")").flatMap { text[text.index($0, offsetBy: 2)...].first }
  }

  private func eventually(_ holds: () -> Bool) -> Bool {
    for _ in 0..<1500 where !holds() { usleep(20_000) }
    return holds()
  }

  /// Audits a service whose store it pauses for long, and hands on the audit and the store once that stands still. The
  /// target has `fields` beside the store.
  private func inTheMiddle(_ fields: String = "", _ body: (_ audit: Process, _ store: Process) throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let service = try start("/usr/bin/env", ["python3", "server.py"], output: "service")
    defer {
      kill(service.processIdentifier, SIGKILL)
      service.waitUntilExit()
    }
    let store = try start("/usr/bin/env", ["sleep", "300"], output: "store")
    defer {
      kill(store.processIdentifier, SIGKILL)
      store.waitUntilExit()
    }
    #expect(eventually { read("port").map { !$0.isEmpty } ?? false })
    try write(
      "prodworthy.yaml",
      """
      system: undo
      environment: test
      ceiling: disrupt
      targets:
        - id: web
          kind: http
          url: http://127.0.0.1:\(try #require(read("port")))/
          \(fields)
          dependencies: [{ name: store, pid: \(store.processIdentifier), cutSeconds: 120 }]

      """)
    let audit = try start(command, ["audit", "--check", "recovery-recovers", "--out", "first"])
    #expect(eventually { state(of: store.processIdentifier) == "T" })
    try body(audit, store)
  }

  @Test("killed in the middle of a disruption: shown by undo, put back by the next audit, whose report says so")
  func killed() throws {
    try inTheMiddle("readiness: /ready\n    liveness: /live") { audit, store in
      kill(audit.processIdentifier, SIGKILL)
      audit.waitUntilExit()
      #expect(state(of: store.processIdentifier) == "T")

      let shown = try run(["undo", "--json"])
      #expect(shown.status == 1)
      let open = try JSONText.parse(Array(shown.output.utf8))["open"]
      #expect(open?.array?.count == 1)
      #expect(open?[0]?["target"] == "web" && open?[0]?["isAtWork"] == false)
      #expect(open?[0]?["what"]?.string?.contains("store is paused") == true)
      #expect(state(of: store.processIdentifier) == "T")

      let next = try run(["audit", "--check", "http-endpoint-answers", "--out", "second"])
      #expect([0, 1, 2].contains(next.status))
      #expect(state(of: store.processIdentifier) != "T")
      #expect(next.output.contains("store is paused"))
      let report = try JSONText.parse(Array((read("second/report.json") ?? "").utf8))
      #expect(report["undone"]?[0]?["what"]?.string?.contains("store is paused") == true)
      #expect(report["undone"]?[0]?["problem"] == nil)
      #expect(read("second/report.md")?.contains("store is paused") == true)

      #expect(try run(["undo", "--json", "--replay"]).status == 0)
      let third = try run(["audit", "--check", "http-endpoint-answers", "--out", "third"])
      #expect(!third.output.contains("store is paused"))
    }
  }

  @Test(
    "interrupted in the middle of a disruption: put back at once, and ended within seconds",
    arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    try inTheMiddle { audit, store in
      kill(audit.processIdentifier, signal)
      audit.waitUntilExit()
      #expect(audit.terminationStatus == 128 + signal)
      #expect(state(of: store.processIdentifier) != "T")
      let shown = try run(["undo"])
      #expect(shown.status == 0)
    }
  }
}
