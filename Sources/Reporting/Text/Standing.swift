import AuditModel

/// Which waiver covers a finding, with everything people agreed on; formats with a place for owner, ticket and last day
/// ask here, the others show the finding's own sentence.
struct Acceptances {
  private let rows: [String: Int]
  private let waivers: [AuditReport.WaiverRow]

  init(_ report: AuditReport) {
    waivers = report.waivers
    var rows: [String: Int] = [:]
    for (index, row) in report.waivers.enumerated() where row.state == .active {
      for fingerprint in row.findings where rows[fingerprint] == nil { rows[fingerprint] = index }
    }
    self.rows = rows
  }

  /// The position of the waiver that covers `finding`; nil where it is not accepted, or nobody knows by what.
  func index(of finding: Finding) -> Int? { finding.isWaived ? rows[finding.fingerprint] : nil }

  /// The waiver that covers `finding`.
  func waiver(of finding: Finding) -> Waiver? { index(of: finding).map { waivers[$0].waiver } }
}

/// What a baseline says of a finding.
enum BaselineMark: String {
  /// Failing, and not known before.
  case new
  /// Failing, and known before.
  case known
  /// Known as failing, and passing now.
  case fixed
  /// Known as failing, and not decided now.
  case unverified
  /// Known as failing, and out of scope now.
  case removed
}

/// The findings of a report against its baseline.
struct BaselineMarks {
  private let marks: [String: BaselineMark]

  init(_ report: AuditReport) {
    guard let baseline = report.baseline else {
      marks = [:]
      return
    }
    var marks: [String: BaselineMark] = [:]
    for (prints, mark) in [
      (baseline.new, BaselineMark.new), (baseline.known, .known), (baseline.fixed, .fixed),
      (baseline.unverified, .unverified), (baseline.removed, .removed),
    ] {
      for print in prints where marks[print] == nil { marks[print] = mark }
    }
    self.marks = marks
  }

  /// What the baseline says of `finding`; nil without a baseline, or where it says nothing.
  subscript(finding: Finding) -> BaselineMark? { marks[finding.fingerprint] }

  /// `findings` with the new ones first, each part in the order it has.
  func newFirst(_ findings: [Finding]) -> [Finding] {
    findings.filter { self[$0] == .new } + findings.filter { self[$0] != .new }
  }
}

extension AuditReport {
  /// The moment for which waivers and ages are judged.
  var judgedAt: Instant { asOf ?? finishedAt }

  /// When the next of the waivers that cover something ends; nil where none does.
  var nextWaiverEnd: Instant? { waivers.lazy.filter { $0.state == .active }.map(\.waiver.expires).min() }

  /// Whole days until then, nought on its last day.
  var daysToNextWaiverEnd: Int? { nextWaiverEnd.map { max(0, $0.seconds(since: judgedAt)) / 86_400 } }

  /// Waivers about which something has to be done.
  var waiversToMend: [WaiverRow] { waivers.filter { !$0.isSound } }

  /// How many findings are accepted and until when, in one line; nil where nobody said anything.
  var acceptanceSentence: String? {
    let accepted = findings.count { $0.isWaived }
    guard accepted > 0 || !waivers.isEmpty else { return nil }
    var text = "\(counted(accepted, "finding")) accepted"
    if let end = nextWaiverEnd { text += ", the next acceptance ends with \(end.day)" }
    let wrong = waiversToMend.count
    if wrong > 0 { text += ", \(counted(wrong, "waiver")) to be mended" }
    return text
  }

  /// How many statements of people hold, in one line; nil where there are none.
  var attestationSentence: String? {
    guard !attestations.isEmpty else { return nil }
    let wrong = attestationsToMend.count
    return "\(attestations.count { $0.state == .valid }) of \(counted(attestations.count, "attestation")) hold"
      + (wrong > 0 ? ", \(wrong) to be mended" : "")
  }

  /// What is new, in one line; nil without a baseline.
  var baselineSentence: String? {
    baseline.map {
      "against the baseline of \($0.writtenAt.day): \($0.new.count) new, \($0.known.count) known, "
        + "\($0.fixed.count) fixed, \($0.unverified.count) unverified, \($0.removed.count) removed"
    }
  }

  /// How many findings fail, are not in the baseline and are accepted by nobody; nil without a baseline.
  var newFailing: Int? {
    guard let baseline else { return nil }
    let new = Set(baseline.new)
    return findings.count { $0.isFailing && new.contains($0.fingerprint) }
  }

  /// What was carried from earlier runs, in one line; nil where nothing was.
  var carriedSentence: String? {
    guard !carried.isEmpty else { return nil }
    let used = carried.filter { $0.refused == nil }
    var text = "\(used.count) of \(counted(carried.count, "observation")) carried from earlier runs"
    if let oldest = used.max(by: { $0.ageSeconds < $1.ageSeconds }) { text += ", up to \(oldest.age) old" }
    return text
  }

  /// What earlier, dead runs had disrupted and this one put back when it began, in one line; nil where there was nothing.
  var undoneSentence: String? {
    guard let undone, !undone.isEmpty else { return nil }
    let left = undone.count { $0.problem != nil }
    let steps = undone.prefix(5).map { step in
      "\(step.what) (\(step.target), \(step.at))\(step.problem.map { ", could not be put back: \($0)" } ?? "")"
    }
    return "\(counted(undone.count, "step")) of an earlier run that ended too soon "
      + (left == 0 ? "put back" : "to be put back, \(left) still open") + ": " + steps.joined(separator: "; ")
      + (undone.count > 5 ? ", and \(undone.count - 5) more" : "")
  }

  /// That the times of the run are made up, in one line; nil where they are real.
  var rehearsalSentence: String? {
    rehearsed == true ? "the run went by the clock of a rehearsal: its times are made up" : nil
  }

  /// Whether every part of a divided run is here; an undivided one is whole.
  var isWhole: Bool { shard.map { Set($0.present).count >= $0.total } ?? true }

  /// Which parts of a divided run are here, in one line; nil for an undivided one.
  var shardSentence: String? {
    shard.map { shard in
      let present = Set(shard.present).count
      let names = shard.present.sorted().prefix(20).map { String($0) }.joined(separator: ", ")
      return present >= shard.total
        ? "all \(shard.total) parts of a divided run"
        : "\(present) of \(shard.total) parts of a divided run\(names.isEmpty ? "" : " (\(names))")"
    }
  }
}

extension Waiver {
  /// What it holds under, in one line: reason and justification, then its conditions.
  var terms: String {
    var parts = ["\(reason.rawValue): \(justification)"]
    if let least = ceiling?.atLeast { parts.append("while at least \(least)") }
    if let most = ceiling?.atMost { parts.append("while at most \(most)") }
    for check in compensating { parts.append("while \(check.check)\(check.target.map { " on \($0)" } ?? "") passes") }
    if let severity { parts.append("accepted as \(severity.rawValue)") }
    return parts.joined(separator: "; ")
  }
}

extension Finding {
  /// Where its outcome comes from if not from this run's looking, in a few words; nil where it was looked at.
  var origin: String? {
    if let attestation { return "attested: \(attestation)" }
    return carriedFrom.map { "seen by an earlier run, \($0)" }
  }
}
