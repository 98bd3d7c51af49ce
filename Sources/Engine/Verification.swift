package import AuditModel

/// What became of findings that failed before, told from a later report. Pure.
///
/// Nothing is called fixed because it is not in the report: only what evidence decided, and decided well.
package struct Verification: Sendable {
  /// What became of one.
  package enum Outcome: Sendable, Hashable {
    /// It fails still.
    case failing
    /// It is met with a reservation.
    case eased
    /// It was evaluated and passes.
    case fixed
    /// Evidence did not decide it, for this reason.
    case unverified(String)
    /// Its check or target takes no part any more, for this reason.
    case removed(String)
  }

  private struct Whole {
    var isDecided = true
    var hasEvidence = false
    var passes = true
    var outside: Finding?
    var undecided: String?
  }

  private let report: AuditReport
  private var byFingerprint: [String: Int] = [:]
  private var places: [String: [String: Whole]] = [:]
  private let targets: Set<String>

  /// Reads what `report` says.
  package init(_ report: AuditReport) {
    self.report = report
    targets = Set(report.targets.map(\.id))
    for (index, finding) in report.findings.enumerated() {
      byFingerprint[finding.fingerprint] = index
      var whole = places[finding.check]?[finding.target] ?? Whole()
      if !finding.status.countsInScore {
        whole.outside = finding
      } else if !finding.status.isEvaluated, finding.subject == nil {
        whole.isDecided = false
        whole.undecided = finding.message
      }
      if finding.status.isEvaluated { whole.hasEvidence = true }
      if finding.status != .pass { whole.passes = false }
      places[finding.check, default: [:]][finding.target] = whole
    }
  }

  /// What became of the failing finding with this identity.
  package func outcome(_ fingerprint: String, check: String, target: String, subject: String?) -> Outcome {
    if let index = byFingerprint[fingerprint] {
      let finding = report.findings[index]
      switch finding.status {
      case .fail: return .failing
      case .warn: return .eased
      case .pass: return .fixed
      case .error, .unknown, .blocked, .manual: return .unverified("\(finding.status.rawValue): \(finding.message)")
      case .skipped: return .unverified("it was not looked at: \(finding.message)")
      case .notApplicable: return .removed("it does not apply any more: \(finding.message)")
      }
    }
    guard let whole = places[check]?[target] else {
      if !targets.contains(target) { return .removed("there is no target \(target) any more") }
      if !report.partial.isEmpty { return .unverified("the run did not look at everything") }
      return .removed("the check takes no part any more")
    }
    if let outside = whole.outside {
      return outside.status == .skipped
        ? .unverified("it was not looked at: \(outside.message)")
        : .removed("it does not apply any more: \(outside.message)")
    }
    if !whole.isDecided || !whole.hasEvidence {
      return .unverified(whole.undecided ?? "evidence did not decide it")
    }
    // A check over subjects lists each that does not pass: what it decided and does not list passes, or is gone.
    if subject != nil || whole.passes { return .fixed }
    return .unverified("parts of it are judged one by one now")
  }
}

extension Baseline {
  /// What fails in `report`, with the dates that `earlier` knows.
  package init(of report: AuditReport, since earlier: Baseline? = nil) {
    let dates = Dictionary(
      (earlier?.entries ?? []).map { ($0.fingerprint, $0.firstSeen) }, uniquingKeysWith: { first, _ in first })
    let entries = report.findings.filter { $0.status == .fail }.map {
      Entry(
        fingerprint: $0.fingerprint, check: $0.check, target: $0.target, subject: $0.subject, severity: $0.severity,
        firstSeen: dates[$0.fingerprint] ?? report.startedAt)
    }
    self.init(
      system: report.system.name, policy: report.policy, writtenAt: report.startedAt, entries: Self.sorted(entries))
  }

  /// The baseline without what is fixed or removed in `report`; what could not be verified stays.
  package func pruned(by report: AuditReport) -> (baseline: Baseline, dropped: [Entry]) {
    let verification = Verification(report)
    var kept: [Entry] = []
    var dropped: [Entry] = []
    for entry in entries {
      switch verification.outcome(
        entry.fingerprint, check: entry.check, target: entry.target, subject: entry.subject)
      {
      case .fixed, .removed: dropped.append(entry)
      case .failing, .eased, .unverified: kept.append(entry)
      }
    }
    return (Baseline(system: system, policy: policy, writtenAt: report.startedAt, entries: kept), dropped)
  }

  /// What is new in `report` against this.
  func comparison(with report: AuditReport) -> AuditReport.BaselineComparison {
    let known = Set(entries.map(\.fingerprint))
    let failing = report.findings.filter { $0.status == .fail }.map(\.fingerprint)
    let verification = Verification(report)
    var comparison = AuditReport.BaselineComparison(
      writtenAt: writtenAt, new: failing.filter { !known.contains($0) }, known: failing.filter(known.contains),
      fixed: [], unverified: [], removed: [])
    for entry in entries {
      switch verification.outcome(
        entry.fingerprint, check: entry.check, target: entry.target, subject: entry.subject)
      {
      case .failing, .eased: break
      case .fixed: comparison.fixed.append(entry.fingerprint)
      case .unverified: comparison.unverified.append(entry.fingerprint)
      case .removed: comparison.removed.append(entry.fingerprint)
      }
    }
    return comparison
  }

  private static func sorted(_ entries: [Entry]) -> [Entry] {
    entries.sorted { ($0.check, $0.target, $0.subject ?? "") < ($1.check, $1.target, $1.subject ?? "") }
  }
}
