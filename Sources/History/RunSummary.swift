package import AuditModel
import Facts

/// What is compared with itself from run to run: a system in an environment under a policy.
package struct RunStream: Sendable, Hashable {
  /// Its number in this history.
  package var id: Int
  /// The system's name.
  package var system: String
  /// What it is used for.
  package var environment: String
  /// The policy's id.
  package var policy: String
  /// How many runs it has had, removed ones included.
  package var runs: Int
}

/// One run as lists show it.
package struct RunSummary: Sendable, Hashable {
  /// The run's identity, a UUID.
  package var runID: String
  /// The planned time it was for, if any: no two runs have the same.
  package var runKey: String?
  /// Its number in its stream, by beginning, from 1.
  package var ordinal: Int
  /// Scores compare only between equal digests.
  package var policyDigest: String
  /// The program's version.
  package var tool: String
  /// When looking began.
  package var startedAt: Instant
  /// When judging ended.
  package var finishedAt: Instant
  /// How long it took, in milliseconds.
  package var durationMs: Int
  /// Per mille; nil where nothing was in the sum.
  package var proven: Int?
  /// Per mille; nil where nothing was in the sum.
  package var possible: Int?
  /// Per mille; nil where nothing was in the sum.
  package var coverage: Int?
  /// The decision.
  package var gate: Gate.Decision
  /// Whether it did not look at everything the policy asks for.
  package var isPartial: Bool
  /// Whether a signal ended it early.
  package var isInterrupted: Bool
  /// Whether it is kept whatever its age.
  package var isPinned: Bool
  /// How many findings have which status.
  package var statuses: [Status: Int]
  /// How many open findings, not waived, have which severity.
  package var open: [Severity: Int]
  /// SHA-256 of the report as it was written.
  package var reportDigest: String
}

extension RunSummary {
  /// What is kept of a report beside itself.
  init(_ report: AuditReport, key: String?, ordinal: Int, digest: String) {
    var statuses: [Status: Int] = [:]
    var open: [Severity: Int] = [:]
    for finding in report.findings {
      statuses[finding.status, default: 0] += 1
      if finding.status.isOpen, finding.waiver == nil { open[finding.severity, default: 0] += 1 }
    }
    self.init(
      runID: report.runID, runKey: key, ordinal: ordinal, policyDigest: report.policy.digest,
      tool: report.tool.version, startedAt: report.startedAt, finishedAt: report.finishedAt,
      durationMs: report.durationMs, proven: report.score.proven, possible: report.score.possible,
      coverage: report.score.coverage, gate: report.gate.status, isPartial: !report.partial.isEmpty,
      isInterrupted: report.interrupted, isPinned: false, statuses: statuses, open: open, reportDigest: digest)
  }

  static let columns = """
    r.run_id, r.run_key, r.ordinal, r.policy_digest, r.tool, r.started_at, r.finished_at, r.duration_ms, r.proven, \
    r.possible, r.coverage, r.gate, r.partial, r.interrupted, r.pinned, r.statuses, r.open, r.report_sha256
    """

  init(_ row: SQLRow) throws(HistoryFailure) {
    guard let runID = row.text("run_id"), let ordinal = row.integer("ordinal"),
      let digest = row.text("policy_digest"), let tool = row.text("tool"), let started = row.integer("started_at"),
      let finished = row.integer("finished_at"), let duration = row.integer("duration_ms"),
      let gate = row.text("gate").flatMap(Gate.Decision.init), let report = row.text("report_sha256")
    else { throw .notAHistory("a run of the history cannot be read") }
    self.init(
      runID: runID, runKey: row.text("run_key"), ordinal: ordinal, policyDigest: digest, tool: tool,
      startedAt: Instant(seconds: started), finishedAt: Instant(seconds: finished), durationMs: duration,
      proven: row.integer("proven"), possible: row.integer("possible"), coverage: row.integer("coverage"),
      gate: gate, isPartial: row.isTrue("partial"), isInterrupted: row.isTrue("interrupted"),
      isPinned: row.isTrue("pinned"), statuses: Self.counts(row.text("statuses")),
      open: Self.counts(row.text("open")), reportDigest: report)
  }

  /// `{"fail":2,"pass":40}`, names sorted.
  static func text(_ counts: [(String, Int)]) -> String {
    JSONText.compact(.object(JSONObject(counts.sorted { $0.0 < $1.0 }.map { ($0.0, .integer($0.1)) })))
  }

  private static func counts<Key: RawRepresentable & Hashable>(_ text: String?) -> [Key: Int]
  where Key.RawValue == String {
    guard let text, let object = (try? JSONText.parse(Array(text.utf8)))?.object else { return [:] }
    var counts: [Key: Int] = [:]
    for (name, value) in object {
      if let key = Key(rawValue: name), let count = value.integer { counts[key] = count }
    }
    return counts
  }
}

/// A finding of a stream as it stands now.
package struct TrackedFinding: Sendable, Hashable {
  /// The identity between runs.
  package var fingerprint: String
  /// The check's id.
  package var check: String
  /// The target's id.
  package var target: String
  /// The part of the target; nil for the whole.
  package var subject: String?
  /// How it stands.
  package var state: FindingState
  /// What the run said with which it began to stand so.
  package var message: String
  /// When it began to stand so.
  package var since: Instant
  /// When it was first listed.
  package var firstSeen: Instant
  /// When it failed first; nil if it never did.
  package var firstFailed: Instant?
  /// When the failure began that is not repaired yet; nil while there is none.
  package var openSince: Instant?
  /// How often it began to fail.
  package var episodes: Int
  /// The last status that evidence decided; nil if none did.
  package var evaluated: Status?
}

/// A finding that stands otherwise than in the run before.
package struct FindingChange: Sendable, Hashable {
  /// What it means.
  package var kind: Change
  /// The finding as it stands now.
  package var finding: TrackedFinding
  /// The run it changed in.
  package var ordinal: Int
  /// When that run began.
  package var at: Instant
  /// How long the failure lasted, in seconds; nil for anything but a recovery.
  package var repairSeconds: Int?
  /// Whether it changes too often for this to be news.
  package var isFlapping: Bool
}
