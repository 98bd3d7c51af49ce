import AuditModel
import Facts
import Foundation
import History

/// Reports with chosen findings, as short as tests want them.
enum Reports {
  /// 2026-11-01T02:00:00Z: the first night.
  static let start = 1_793_498_400

  /// One finding of a check on `web`.
  static func finding(
    _ check: String, _ status: Status, _ severity: Severity = .high, subject: String? = nil, waiver: String? = nil,
    target: String = "web"
  ) -> Finding {
    Finding(
      check: check, target: target, subject: subject, status: status, severity: severity,
      message: "\(check) \(status.rawValue)", waiver: waiver,
      fingerprint: "\(check)/\(target)/\(subject ?? "")", durationMs: 1)
  }

  /// A report of one night.
  static func report(
    night: Int, _ findings: [Finding], system: String = "shop", policy: String = "nightly", digest: String = "d1",
    proven: Int? = 900, gate: Gate.Condition.Outcome = .pass, partial: [String] = [], interrupted: Bool = false,
    id: String = UUID().uuidString.lowercased(), seconds: Int = 0
  ) -> AuditReport {
    let began = Instant(seconds: start + night * 86_400 + seconds)
    return AuditReport(
      tool: .init(name: "prodworthy", version: "0.1.0"), runID: id,
      system: .init(name: system, environment: .staging),
      policy: .init(id: policy, title: "Nightly", digest: digest), asOf: nil, startedAt: began,
      finishedAt: Instant(seconds: began.seconds + 5), durationMs: 5000, interrupted: interrupted, partial: partial,
      targets: [], checks: [:],
      score: Score(
        proven: proven, possible: proven, coverage: 1000,
        arithmetic: .init(
          totalWeight: 0, earned: 0, earnable: 0, evaluatedWeight: 0, provenCap: nil, possibleCap: nil, rows: [])),
      gate: Gate(conditions: [.init(id: "no-open-critical", status: gate, detail: "")]), findings: findings,
      checklist: [], causes: [], traffic: .init(total: Traffic(), byTarget: [:]), notSeen: [])
  }

  /// An entry whose document is not that of the real format, which the history does not look into.
  static func entry(_ report: AuditReport, key: String? = nil, isPinned: Bool = false) -> RunEntry {
    RunEntry(report: report, document: Array("report of \(report.runID)\n".utf8), key: key, isPinned: isPinned)
  }
}
