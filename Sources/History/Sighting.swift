import AuditModel

/// A finding that a stream knows of.
struct KnownFinding: Sendable, Hashable {
  var fingerprint: String
  var check: String
  var target: String
  var subject: String?
  var severity: Severity
  var isWaived: Bool
}

/// What a report says of a finding, listed in it or not.
struct Sighting: Sendable, Hashable {
  var state: FindingState
  /// One line of the report; nil where the finding is not listed in it.
  var message: String?
}

/// What a report says of every finding that it lists or that was known before.
///
/// A check lists its failing subjects one by one and its passing ones not at all. So a known finding that is missing has
/// passed where evidence decided its check on its target, and is as undecided as that where it did not.
struct Sightings: Sendable {
  /// What is listed, by fingerprint.
  private(set) var listed: [String: Sighting] = [:]
  private var pairs: [Pair: Verdict] = [:]
  private let isWhole: Bool
  private let isInterrupted: Bool

  private struct Pair: Hashable {
    var check: String
    var target: String
  }

  private struct Verdict {
    var worst: Status
    var hasSubjects: Bool
    /// Whether evidence decided any of it.
    var isEvaluated: Bool
    /// The status of the target as a whole where that could not be decided.
    var undecided: Status?
    var severity: Severity

    init(_ finding: Finding) {
      worst = finding.status
      hasSubjects = finding.subject != nil
      isEvaluated = finding.status.isEvaluated
      undecided = finding.subject == nil && !finding.status.isEvaluated ? finding.status : nil
      severity = finding.severity
    }

    func joined(with other: Verdict) -> Verdict {
      var joined = other.worst.badness > worst.badness ? other : self
      joined.hasSubjects = hasSubjects || other.hasSubjects
      joined.isEvaluated = isEvaluated || other.isEvaluated
      joined.undecided = undecided ?? other.undecided
      return joined
    }
  }

  /// What `findings` say; in a run that is not whole, what was not looked at stands as before, and
  /// in one that was interrupted all that was not decided.
  init(_ findings: [Finding], isWhole: Bool = true, isInterrupted: Bool = false) {
    self.isWhole = isWhole
    self.isInterrupted = isInterrupted
    for finding in findings {
      // Two findings under one fingerprint would be a fault of ours; the worse one stands.
      if let other = listed[finding.fingerprint], other.state.status.badness >= finding.status.badness { continue }
      listed[finding.fingerprint] = Sighting(
        state: FindingState(finding.status, finding.severity, isWaived: finding.waiver != nil),
        message: finding.message)
      let pair = Pair(check: finding.check, target: finding.target)
      pairs[pair] = pairs[pair].map { $0.joined(with: Verdict(finding)) } ?? Verdict(finding)
    }
  }

  /// Whether the report says anything of a check on a target.
  func covers(check: String, target: String) -> Bool { pairs[Pair(check: check, target: target)] != nil }

  /// What it says of a known finding; nil where it says nothing.
  func sighting(of known: KnownFinding) -> Sighting? {
    let sighting = judged(known)
    let status = sighting.state.status
    if isInterrupted { return status.isEvaluated ? sighting : nil }
    return status == .skipped && !isWhole ? nil : sighting
  }

  private func judged(_ known: KnownFinding) -> Sighting {
    if let sighting = listed[known.fingerprint] { return sighting }
    guard let verdict = pairs[Pair(check: known.check, target: known.target)] else {
      return Sighting(state: FindingState(.skipped, known.severity, isWaived: known.isWaived), message: nil)
    }
    let status: Status =
      if known.subject == nil {
        verdict.hasSubjects ? .notApplicable : verdict.worst
      } else if let undecided = verdict.undecided {
        undecided
      } else {
        verdict.hasSubjects && verdict.isEvaluated ? .pass : verdict.worst
      }
    return Sighting(state: FindingState(status, verdict.severity), message: nil)
  }
}
