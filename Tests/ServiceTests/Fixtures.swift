import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Reporting
import Scheduling
import Synchronization
import Testing

@testable import Definitions
@testable import History
@testable import Service

extension Deadline {
  static var soon: Deadline { Deadline(milliseconds: 60_000) }
}

/// A service's definition with what tests want of it.
enum Fixtures {
  static func definition(
    audits: [ServiceDefinition.Audit] = [], channels: [ServiceDefinition.Channel] = [],
    tokens: [ServiceDefinition.Token] = [], tls: ServiceDefinition.TLS? = nil, publicURL: String? = "https://audit.test"
  ) -> ServiceDefinition {
    ServiceDefinition(
      address: "127.0.0.1", port: 0, tls: tls, tokens: tokens, isOpenOnLoopback: true, publicURL: publicURL,
      history: "", runs: "/nonexistent", runDays: 14, days: 90, audits: audits, channels: channels)
  }

  static func audit(_ name: String, _ expression: String, catchUp: Int = 86_400) throws -> ServiceDefinition.Audit {
    ServiceDefinition.Audit(
      schedule: Schedule(name: name, expression: try CronExpression(expression), catchUpSeconds: catchUp),
      inventory: "/nonexistent/\(name).yaml", checks: [], trust: [], deadlineSeconds: 60)
  }

  static func webhook(
    _ url: String, events: Set<ServiceDefinition.Event> = Set(ServiceDefinition.Event.allCases), key: String? = nil
  ) -> ServiceDefinition.Channel {
    ServiceDefinition.Channel(
      name: "ops",
      destination: .webhook(url: Secret(url), key: key.map { Secret($0) }, bearer: Secret("bearer-canary-1")),
      events: events, severity: .high, trust: [])
  }

  static func finding(_ check: String, _ status: Status, _ severity: Severity = .high) -> Finding {
    Finding(
      check: check, target: "web", status: status, severity: severity, message: "<b>\(check)</b> \(status.rawValue)",
      fingerprint: check, durationMs: 1)
  }

  /// A report of a run at `time`, with the bytes of its canonical form.
  static func report(
    at time: Instant, _ findings: [Finding], system: String = "shop", interrupted: Bool = false
  ) throws -> (AuditReport, [UInt8]) {
    let fails = findings.contains { $0.status == .fail }
    let report = AuditReport(
      tool: .init(name: "prodworthy", version: "0.1.0"), runID: UUID().uuidString.lowercased(),
      system: .init(name: system, environment: .staging), policy: .init(id: "nightly", title: "Nightly", digest: "d"),
      asOf: nil, startedAt: time, finishedAt: Instant(seconds: time.seconds + 5), durationMs: 5000,
      interrupted: interrupted, partial: interrupted ? ["the run was interrupted"] : [], targets: [], checks: [:],
      score: Score(
        proven: fails ? 690 : 1000, possible: fails ? 690 : 1000, coverage: 1000,
        arithmetic: .init(
          totalWeight: 1, earned: 1, earnable: 1, evaluatedWeight: 1, provenCap: nil, possibleCap: nil, rows: [])),
      gate: Gate(conditions: [.init(id: "no-open-high", status: fails ? .fail : .pass, detail: "")]),
      findings: findings, checklist: [], causes: [], traffic: .init(total: Traffic(), byTarget: [:]), notSeen: [])
    return (report, try ReportDocument.encode(report))
  }
}

extension Fixtures {
  /// The built command, beside the test bundle.
  private static let command = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("prodworthy")

  /// Starts the command; whatever it says goes into the file `log` in `folder`.
  static func start(
    _ arguments: [String], in folder: ScratchFolder, environment: [String: String] = [:]
  ) throws -> (process: Process, log: String) {
    let log = folder.path("log-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    let process = Process()
    process.executableURL = command
    process.arguments = arguments
    process.environment = [
      "PATH": "/usr/bin:/bin", "HOME": "/tmp", "SWIFT_BACKTRACE": "enable=no",
    ].merging(environment) { $1 }
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    return (process, log)
  }

  /// Runs the command until it ends by itself, and gives its exit status and what it said.
  static func ended(_ arguments: [String], in folder: ScratchFolder) throws -> (status: Int32, text: String) {
    let (process, log) = try start(arguments, in: folder)
    process.waitUntilExit()
    return (process.terminationStatus, try ScratchFolder.text(of: log))
  }

  /// Resident memory of a process, by its number, in kB.
  static func memory(of process: String = "self") throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return try #require(Int(line.filter(\.isNumber)))
  }
}

/// Counts and remembers, from any thread.
final class Ledger<Entry: Sendable>: Sendable {
  private let state = Mutex<[Entry]>([])
  var entries: [Entry] { state.withLock { $0 } }
  func note(_ entry: Entry) { state.withLock { $0.append(entry) } }
}
