import AuditModel
import Facts
import SeededRandomness
import Testing

@testable import Engine

/// What became of findings between two runs, and what a baseline knows.
@Suite("Baselines and differences")
struct DifferenceTests {
  static func finding(
    _ check: String, _ target: String, _ status: Status, subject: String? = nil, severity: Severity = .high
  ) -> Finding {
    Finding(
      check: check, target: target, subject: subject, status: status, severity: severity, message: "m",
      fingerprint: "\(check) \(target) \(subject ?? "")", durationMs: 0)
  }

  /// A report of these findings, with these checks and targets beside those that they name.
  static func report(
    _ findings: [Finding], checks: [String] = [], targets: [String] = ["t", "u"], partial: [String] = [],
    digest: String = "d"
  ) -> AuditReport {
    let ids = Set(findings.map(\.check)).union(checks)
    let summary = AuditReport.CheckSummary(
      title: "", severity: .high, weight: 6, checklist: [], rationale: "",
      remediation: .init(effort: .low, text: ""), references: [])
    return AuditReport(
      tool: .init(name: "prodworthy", version: "0"), runID: "run", system: .init(name: "s", environment: .test),
      policy: .init(id: "p", title: "", digest: digest), asOf: nil, startedAt: Instant(seconds: 0),
      finishedAt: Instant(seconds: 0), durationMs: 0, interrupted: false, partial: partial,
      targets: targets.map { .init(id: $0, kind: "thing", address: nil, location: nil) },
      checks: Dictionary(ids.map { ($0, summary) }, uniquingKeysWith: { first, _ in first }),
      score: Scoring.score(findings, weights: [:]), gate: Gate(conditions: []), findings: findings, checklist: [],
      causes: [], traffic: .init(total: Traffic(), byTarget: [:]), notSeen: [])
  }

  private func became(_ after: [Finding], subject: String? = nil, partial: [String] = [], targets: [String] = ["t"])
    -> Verification.Outcome
  {
    let before = Self.finding("a", "t", .fail, subject: subject)
    return Verification(Self.report(after, targets: targets, partial: partial)).outcome(
      before.fingerprint, check: "a", target: "t", subject: subject)
  }

  @Test("fixed is only what was evaluated and passes")
  func outcomes() {
    #expect(became([Self.finding("a", "t", .pass)]) == .fixed)
    #expect(became([Self.finding("a", "t", .fail)]) == .failing)
    #expect(became([Self.finding("a", "t", .warn)]) == .eased)
    for status in [Status.unknown, .error, .blocked, .manual, .skipped] {
      guard case .unverified = became([Self.finding("a", "t", status)]) else {
        Issue.record("\(status) is not unverified")
        continue
      }
    }
    guard case .removed = became([Self.finding("a", "t", .notApplicable)]) else {
      Issue.record("what no longer applies is not removed")
      return
    }
    // A subject that is not listed passes, or is gone; unless the whole was out of sight.
    #expect(became([Self.finding("a", "t", .pass)], subject: "x") == .fixed)
    #expect(became([Self.finding("a", "t", .fail, subject: "y")], subject: "x") == .fixed)
    #expect(became([Self.finding("a", "t", .unknown)], subject: "x") != .fixed)
    #expect(
      became([Self.finding("a", "t", .fail, subject: "y"), Self.finding("a", "t", .unknown)], subject: "x") != .fixed)
    // Nothing at all was said.
    guard case .removed = became([]), case .removed = became([], targets: ["u"]),
      case .unverified = became([], partial: ["2 of 9 checks were deselected"])
    else {
      Issue.record("silence is misread")
      return
    }
  }

  @Test("a difference tells new, reappeared, newly checked, still failing, fixed, unverified, removed and lost apart")
  func lists() {
    let before = Self.report(
      [
        Self.finding("a", "t", .fail), Self.finding("b", "t", .pass), Self.finding("c", "t", .fail),
        Self.finding("d", "t", .fail), Self.finding("e", "t", .fail), Self.finding("g", "t", .pass),
        Self.finding("h", "t", .pass), Self.finding("i", "t", .fail),
      ])
    let after = Self.report(
      [
        Self.finding("a", "t", .fail), Self.finding("b", "t", .fail), Self.finding("c", "t", .pass),
        Self.finding("d", "t", .unknown), Self.finding("f", "t", .fail), Self.finding("g", "t", .fail),
        Self.finding("h", "t", .blocked), Self.finding("i", "t", .warn),
      ], digest: "other")
    let earlier = Self.report([Self.finding("g", "t", .fail)])
    let difference = Difference(before, after, earlier: [earlier])
    func checks(_ entries: [Difference.Entry]) -> [String] { entries.map(\.finding.check) }
    #expect(checks(difference.new) == ["b"])
    #expect(checks(difference.reappeared) == ["g"])
    #expect(checks(difference.newlyChecked) == ["f"])
    #expect(checks(difference.stillFailing) == ["a"])
    #expect(checks(difference.fixed) == ["c"])
    #expect(checks(difference.unverified) == ["d"])
    #expect(checks(difference.removed) == ["e"])
    #expect(checks(difference.lost) == ["h"])
    #expect(checks(difference.improved) == ["i"])
    // Like for like: a, b, c, d, g, h, i; neither e nor f.
    #expect(difference.demandsDiffer && difference.likeForLike.checks == 7)
    #expect(difference.likeForLike.before.arithmetic.rows.map(\.check) == ["a", "b", "c", "d", "g", "h", "i"])
    #expect(difference.likeForLike.after.arithmetic.rows.map(\.check) == ["a", "b", "c", "d", "g", "h", "i"])
  }

  @Test("a baseline keeps its dates, never grows by itself, and lets go only of what is fixed or gone")
  func baseline() {
    var first = Self.report([
      Self.finding("a", "t", .fail), Self.finding("b", "t", .fail), Self.finding("c", "t", .fail),
      Self.finding("d", "t", .unknown),
    ])
    first.startedAt = Instant(seconds: 1000)
    let baseline = Baseline(of: first)
    #expect(baseline.entries.map(\.check) == ["a", "b", "c"])
    var second = Self.report([
      Self.finding("a", "t", .fail), Self.finding("b", "t", .pass), Self.finding("c", "t", .unknown),
      Self.finding("e", "t", .fail),
    ])
    second.startedAt = Instant(seconds: 2000)
    let (pruned, dropped) = baseline.pruned(by: second)
    #expect(pruned.entries.map(\.check) == ["a", "c"] && dropped.map(\.check) == ["b"])
    #expect(pruned.entries.allSatisfy { $0.firstSeen == Instant(seconds: 1000) })
    let rewritten = Baseline(of: second, since: baseline)
    #expect(rewritten.entries.map(\.check) == ["a", "e"])
    #expect(rewritten.entries.map(\.firstSeen.seconds) == [1000, 2000])
    let comparison = baseline.comparison(with: second)
    #expect(comparison.new == ["e t "] && comparison.known == ["a t "])
    #expect(comparison.fixed == ["b t "] && comparison.unverified == ["c t "] && comparison.removed == [])
  }

  @Test("no new failures: known ones pass, new ones fail, what is not proven or without a baseline cannot tell")
  func gate() throws {
    let checks = try [check("a-b", expect: [("$.n", .equals, 1)]), check("a-c", expect: [("$.m", .equals, 1)])]
    let policy = Policy(id: "p", title: "", gate: [.maximumNewFailures(.low, 0)])
    func judged(_ facts: JSONValue?, _ baseline: Baseline?, policy: Policy = policy) -> AuditReport {
      let header = header(targets: ["t"])
      let catalogue = catalogue(checks)
      let seen = Plan(header, policy: policy, catalogue: catalogue).observations.map {
        observation($0, facts: facts, unseen: facts == nil ? Unseen(.timeout, "silence") : nil)
      }
      return Audit.report(
        RecordedRun(header: header, observations: seen, overlays: Overlays(baseline: baseline)), policy: policy,
        catalogue: catalogue)
    }
    let known = Baseline(of: judged(["n": 2, "m": 1], nil))
    #expect(known.entries.map(\.check) == ["a-b"])
    #expect(judged(["n": 2, "m": 1], known).gate.status == .passed)
    #expect(judged(["n": 2, "m": 2], known).gate.status == .failed)
    #expect(judged(["n": 2, "m": 1], nil).gate.status == .undecided)
    #expect(judged(nil, known).gate.status == .undecided)
    // Given, it is held against under any policy.
    let other = Policy(id: "p", title: "", gate: [.maximumOpen(.critical, 0)])
    #expect(judged(["n": 2, "m": 2], known, policy: other).gate.conditions.last?.id == "no-new-failures")
    #expect(judged(["n": 2, "m": 2], known, policy: other).gate.status == .failed)
  }

  @Test("over 100,000 random pairs of runs nothing is called fixed that was not evaluated and is not failing")
  func neverFixedUnevaluated() {
    var random = SeededGenerator(seed: 29)
    var fixed = 0
    for _ in 0..<100_000 {
      let subject = Bool.random(using: &random) ? "x" : nil
      var after: [Finding] = []
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let status = Status.allCases[Int.random(in: 0..<9, using: &random)]
        let part = [nil, "x", "y"][Int.random(in: 0..<3, using: &random)]
        guard !after.contains(where: { $0.subject == part }) else { continue }
        after.append(Self.finding("a", "t", status, subject: part))
      }
      guard became(after, subject: subject, partial: Bool.random(using: &random) ? ["narrowed"] : []) == .fixed else {
        continue
      }
      fixed += 1
      let same = after.first { $0.subject == subject }
      let whole = after.first { $0.subject == nil }
      #expect(!after.isEmpty)
      #expect(same.map { $0.status == .pass } != false)
      if same == nil { #expect(whole.map { $0.status.isEvaluated } != false) }
      #expect(after.contains { $0.status.isEvaluated })
    }
    #expect(fixed > 1000)
  }
}
