import AuditModel
import Foundation
import LoopbackServers
import Probing
import SeededRandomness
import Testing

@testable import History

/// A writer that is killed at any moment: what it said is in is in, and nothing else is there by half.
@Suite struct SuddenDeathTests {
  private static let kills = 50

  /// Beside the test bundle.
  private static let command = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("prodworthy")

  @Test func killedWhileWritingFiftyTimes() throws {
    let folder = try ScratchFolder()
    let path = folder.path("history.db")
    let encoder = JSONEncoder()
    var random = SeededGenerator(seed: 50)
    var acknowledged: Set<String> = []
    var night = 0
    for _ in 0..<Self.kills {
      // More runs than it gets to write before it is killed.
      var files: [String] = []
      for _ in 0..<40 {
        let findings = (0..<30).map { check in
          Reports.finding("check\(check)", random.below(3) == 0 ? .fail : .pass)
        }
        let report = Reports.report(night: night, findings)
        night += 1
        files.append(
          try folder.write(String(decoding: try encoder.encode(report), as: UTF8.self), to: "\(report.runID).json"))
      }
      let output = folder.path("out")
      _ = FileManager.default.createFile(atPath: output, contents: nil)
      let process = Process()
      process.executableURL = Self.command
      process.arguments = ["history", "add", "--history", path] + files
      process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]
      process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
      try process.run()
      // Killed only once it writes, and then at any moment.
      let patience = Deadline(milliseconds: 20_000)
      while try folder.read("out").isEmpty, process.isRunning, !patience.hasPassed { usleep(500) }
      usleep(UInt32(random.below(25_000)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      // A line that was cut short acknowledges nothing.
      for line in try folder.read("out").split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        let words = line.split(separator: " ")
        #expect(words.count > 1 && words[1] == "added", "\(line)")
        if let id = words.first { acknowledged.insert(String(id)) }
      }
      for file in files { try FileManager.default.removeItem(atPath: file) }
    }
    let store = HistoryStore(.file(path), .existing)
    let stream = try store.stream()
    let runs = try store.runs(of: stream.id, limit: .max, before: .soon)
    #expect(acknowledged.count >= Self.kills)
    #expect(acknowledged.subtracting(runs.map(\.runID)).isEmpty)
    // At most one run of each writer was in before it could say so.
    #expect(runs.count - acknowledged.count <= Self.kills)
    #expect(runs.count == stream.runs && runs.map(\.ordinal) == Array((1...runs.count).reversed()))
    for run in runs {
      let document = try #require(try store.document(ofRun: run.runID, before: .soon))
      let report = try JSONDecoder().decode(AuditReport.self, from: Data(document))
      #expect(report.runID == run.runID && report.findings.count == run.statuses.values.reduce(0, +))
    }
    // What stands now is what the newest run says: no finding was carried on by half.
    let newest = try #require(runs.first)
    let failing = try store.findings(of: stream, .failing, before: .soon).count
    #expect(failing == newest.statuses[.fail])
    let answer = try store.transaction(writing: false, before: .soon) { session throws(HistoryFailure) in
      try session.run("PRAGMA integrity_check", [], before: .soon).first?.text("integrity_check")
    }
    #expect(answer == "ok")
  }
}
