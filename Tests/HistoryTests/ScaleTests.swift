import AuditModel
import Foundation
import Probing
import Testing

@testable import History

/// Ten thousand runs of three hundred findings. Filling takes longer than a test should: `PRODWORTHY_TEST_RUNS` says how
/// many runs are stored, a hundred and fifty where it does not.
@Suite struct ScaleTests {
  @Test(arguments: Backend.allCases) func pagesStayQuick(_ backend: Backend) throws {
    let count = ProcessInfo.processInfo.environment["PRODWORTHY_TEST_RUNS"].flatMap { Int($0) } ?? 150
    let store = try backend.store()
    // What a real report of three hundred findings comes to.
    let document = Array(
      String(repeating: "{\"check\":\"tls-certificate-lifetime\",\"status\":\"pass\"}\n", count: 2000).utf8)
    for night in 0..<count {
      let findings = (0..<300).map { check in
        Reports.finding("check-number-\(check)", check % 10 == 0 && (night / (5 + check)) % 2 == 1 ? .fail : .pass)
      }
      let report = Reports.report(night: night, findings, proven: 800 + night % 150)
      try store.news(RunEntry(report: report, document: document))
    }
    let stream = try store.stream()
    /// The best of five: what else the machine does is not the history's.
    func milliseconds(_ body: () throws -> Void) rethrows -> Double {
      let clock = ContinuousClock()
      return try (0..<5).map { _ in
        let began = clock.now
        try body()
        let (seconds, attoseconds) = (clock.now - began).components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
      }.min() ?? 0
    }
    var times: [(String, Double)] = []
    times.append(("systems", try milliseconds { _ = try store.streams(before: .soon) }))
    times.append(
      (
        "system",
        try milliseconds {
          let runs = try store.runs(of: stream.id, limit: 400, before: .soon)
          #expect(Trend(runs.reversed()).points.count == min(400, count))
          _ = try store.findings(of: stream, .open, limit: 200, before: .soon)
          _ = try store.findings(of: stream, .flapping, limit: 50, before: .soon)
          let kinds = Change.allCases.filter(\.isRegression)
          let changes = try store.changes(in: stream, kinds, limit: 20, before: .soon)
          #expect(changes.count == 20)
          _ = try store.repairTimes(in: stream.id, since: Instant(seconds: 0), before: .soon)
        }
      ))
    times.append(("whole trend", try milliseconds { _ = try store.runs(of: stream.id, limit: .max, before: .soon) }))
    let middle = try #require(try store.runs(of: stream.id, limit: count, before: .soon).dropFirst(count / 2).first)
    var back: [UInt8]?
    times.append(("run", try milliseconds { back = try store.document(ofRun: middle.runID, before: .soon) }))
    #expect(back == document)
    print(
      "\(backend.rawValue), \(count) runs: " + times.map { "\($0) \(Int($1 * 10) / 10) ms" }.joined(separator: ", "))
    // What a page needs, with room for a machine that does other things as well.
    for (name, time) in times where name != "whole trend" { #expect(time < 200, "\(name)") }
  }
}
