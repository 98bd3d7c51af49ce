package import AuditModel

/// What changed between two reports of one system. Pure.
package struct Difference: Sendable {
  /// A finding with what is said of it.
  package struct Entry: Sendable, Hashable {
    /// As it stands in the later report, or in the earlier one where it is not there.
    package var finding: Finding
    /// Why it is in its list, where that is not plain.
    package var reason: String?
  }

  /// Failing now, and neither before nor earlier; by a check that both reports ran.
  package private(set) var new: [Entry] = []
  /// Failing now, by a check that the earlier report did not run: the catalogue or the policy changed, not the system.
  package private(set) var newlyChecked: [Entry] = []
  /// Failing now, passing before, and failing once already.
  package private(set) var reappeared: [Entry] = []
  /// Failing before, evaluated now and passing.
  package private(set) var fixed: [Entry] = []
  /// Failing before, met with a reservation now.
  package private(set) var improved: [Entry] = []
  /// Failing before and now.
  package private(set) var stillFailing: [Entry] = []
  /// Failing before, and evidence did not decide it now.
  package private(set) var unverified: [Entry] = []
  /// Failing before, and its check or target takes no part any more.
  package private(set) var removed: [Entry] = []
  /// Decided before and not failing, and evidence does not decide it now.
  package private(set) var lost: [Entry] = []

  /// The scores over what both reports checked.
  package struct LikeForLike: Sendable, Hashable {
    /// How many checks both ran.
    package var checks: Int
    /// The earlier report's over those, with the later one's weights.
    package var before: Score
    /// The later report's over those.
    package var after: Score
  }

  /// Whether what was demanded differs, so that the scores do not compare.
  package let demandsDiffer: Bool
  /// The scores over what both checked.
  package let likeForLike: LikeForLike

  /// Compares `before` with `after`; `earlier` are reports from before both, for what has been fixed once already.
  package init(_ before: AuditReport, _ after: AuditReport, earlier: [AuditReport] = []) {
    demandsDiffer = before.policy.digest != after.policy.digest
    likeForLike = Self.likeForLike(before, after)
    let failedBefore = before.findings.filter { $0.status == .fail }
    let known = Set(failedBefore.map(\.fingerprint))
    // What the earlier report's own baseline knew, it had seen failing once.
    var once = Set(earlier.flatMap(\.findings).filter { $0.status == .fail }.map(\.fingerprint))
    once.formUnion(before.baseline?.fixed ?? [])
    for finding in after.findings where finding.status == .fail {
      if known.contains(finding.fingerprint) {
        stillFailing.append(Entry(finding: finding))
      } else if once.contains(finding.fingerprint) {
        reappeared.append(Entry(finding: finding))
      } else if before.checks[finding.check] == nil {
        newlyChecked.append(Entry(finding: finding, reason: "the earlier run did not check this"))
      } else {
        new.append(Entry(finding: finding))
      }
    }
    let verification = Verification(after)
    let now = Dictionary(after.findings.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
    for finding in failedBefore {
      let entry = Entry(finding: now[finding.fingerprint] ?? finding)
      switch verification.outcome(
        finding.fingerprint, check: finding.check, target: finding.target, subject: finding.subject)
      {
      case .failing: break
      case .eased: improved.append(entry)
      case .fixed: fixed.append(entry)
      case .unverified(let reason): unverified.append(Entry(finding: entry.finding, reason: reason))
      case .removed(let reason): removed.append(Entry(finding: entry.finding, reason: reason))
      }
    }
    var decided: [String: Set<String>] = [:]
    for finding in after.findings where finding.status.isEvaluated {
      decided[finding.check, default: []].insert(finding.target)
    }
    for finding in before.findings where finding.status == .pass || finding.status == .warn {
      // Where parts of a place are told one by one now, the place was decided after all.
      if now[finding.fingerprint] == nil, decided[finding.check]?.contains(finding.target) == true { continue }
      let outcome = verification.outcome(
        finding.fingerprint, check: finding.check, target: finding.target, subject: finding.subject)
      guard case .unverified(let reason) = outcome else { continue }
      lost.append(Entry(finding: now[finding.fingerprint] ?? finding, reason: reason))
    }
  }

  private static func likeForLike(_ before: AuditReport, _ after: AuditReport) -> LikeForLike {
    let common = Set(before.checks.keys).intersection(after.checks.keys)
    let weights = after.checks.mapValues(\.weight)
    func score(_ report: AuditReport) -> Score {
      let findings = report.findings.filter { common.contains($0.check) }.map { finding in
        var finding = finding
        finding.severity = after.checks[finding.check]?.severity ?? finding.severity
        return finding
      }
      return Scoring.score(findings, weights: weights)
    }
    return LikeForLike(checks: common.count, before: score(before), after: score(after))
  }
}
