import AuditModel
import Facts
import SeededRandomness
import Testing

@testable import Engine

/// What waivers may do, rule by rule, and over random histories.
@Suite("Waivers")
struct WaivingTests {
  private static let day = 86_400
  /// A day on which everything happens unless a test says otherwise: 2026-11-24, its first second.
  private static let today = Instant(seconds: 1_795_478_400)

  private static func waiver(
    _ id: String = "W-1", check: String = "a-b", target: String = "t", subject: String? = nil,
    created: Int = 0, days: Int = 30, statuses: [Status] = Waiver.usualStatuses, ceiling: Waiver.Ceiling? = nil,
    compensating: [Waiver.Compensation] = [], severity: Severity? = nil
  ) -> Waiver {
    let start = today.seconds + created * day
    return Waiver(
      id: id, check: check, target: target, subject: subject, justification: "it can be lived with until then",
      owner: "team", approvedBy: "jane", ticket: "OPS-1", created: Instant(seconds: start),
      expires: Instant(seconds: start + (days - 1) * day + day - 1), statuses: statuses, ceiling: ceiling,
      compensating: compensating, severity: severity)
  }

  private static func finding(
    _ check: String = "a-b", _ target: String = "t", _ status: Status = .fail, _ severity: Severity = .high,
    subject: String? = nil, observed: String? = nil
  ) -> Finding {
    Finding(
      check: check, target: target, subject: subject, status: status, severity: severity, message: "m",
      observed: observed, fingerprint: "\(check) \(target) \(subject ?? "")", durationMs: 0)
  }

  private static let known = catalogue(
    (try? [check("a-b", expect: []), check("a-c", expect: []), check("b-d", expect: [])]) ?? [])

  private static func lay(
    _ waivers: [Waiver], over findings: [Finding], rules: WaivingRules = WaivingRules(), isPartial: Bool = false,
    at now: Instant = today
  ) -> Waiving {
    Waiving(
      waivers, over: findings, rules: rules, catalogue: known, targets: ["t", "u", "v"],
      isPartial: isPartial, asOf: now)
  }

  private static func kinds(_ waiving: Waiving, _ index: Int = 0) -> [AuditReport.WaiverProblem.Kind] {
    waiving.rows[index].problems.map(\.kind)
  }

  @Test("it holds from its first second to the last of its last day, in UTC, and not a second longer")
  func period() throws {
    let waiver = Self.waiver(days: 3)
    let findings = [Self.finding()]
    #expect(waiver.expires.description == "2026-11-26T23:59:59Z")
    #expect(Self.lay([waiver], over: findings, at: waiver.created).covering.count == 1)
    #expect(Self.lay([waiver], over: findings, at: waiver.expires).covering.count == 1)
    let before = Self.lay([waiver], over: findings, at: Instant(seconds: waiver.created.seconds - 1))
    #expect(before.covering.isEmpty && before.rows[0].state == .notYet && before.rows[0].problems.isEmpty)
    let after = Self.lay([waiver], over: findings, at: Instant(seconds: waiver.expires.seconds + 1))
    #expect(after.covering.isEmpty && after.rows[0].state == .expired && Self.kinds(after) == [.expired])
  }

  @Test("it covers what it names and nothing beside it")
  func reach() {
    let findings = [
      Self.finding(), Self.finding("a-b", "u"), Self.finding("a-c"), Self.finding("a-b", "t", subject: "events"),
      Self.finding("b-d", "v", .unknown),
    ]
    func covered(_ waiver: Waiver) -> [Int] { Self.lay([waiver], over: findings).covering.keys.sorted() }
    #expect(covered(Self.waiver()) == [0])
    #expect(covered(Self.waiver(subject: "events")) == [3])
    #expect(covered(Self.waiver(subject: "even*")) == [3])
    #expect(covered(Self.waiver(subject: "event")) == [])
    #expect(covered(Self.waiver(check: "b-d", target: "v")) == [])
    #expect(covered(Self.waiver(check: "b-d", target: "v", statuses: [.fail, .unknown])) == [4])
  }

  @Test("what is idle, misnamed, doubled, too broad or soon over says so")
  func problems() throws {
    let findings = [
      Self.finding(), Self.finding("a-c", "u", .pass), Self.finding("b-d", "v", .fail, .medium, subject: "x"),
    ]
    #expect(Self.kinds(Self.lay([Self.waiver(check: "a-c", target: "u")], over: findings)) == [.unused])
    #expect(Self.kinds(Self.lay([Self.waiver(check: "z-z")], over: findings)) == [.unknown])
    #expect(Self.kinds(Self.lay([Self.waiver(target: "nowhere")], over: findings)) == [.unknown])
    let idle = Self.lay([Self.waiver(check: "b-d", target: "v")], over: findings)
    #expect(Self.kinds(idle) == [.unused] && idle.rows[0].problems[0].message.contains("subjects, x"))
    let twice = Self.lay([Self.waiver("W-1"), Self.waiver("W-2")], over: findings)
    #expect(twice.covering.mapValues(\.id) == [0: "W-1"] && Self.kinds(twice, 1) == [.duplicate])
    // A pattern never reaches what is critical or high.
    let broad = Self.lay([Self.waiver(check: "a-*", target: "t")], over: findings)
    #expect(broad.covering.isEmpty && Self.kinds(broad).contains(.overBroad))
    let all = Self.lay([Self.waiver(check: "*", target: "*", subject: "*")], over: findings)
    #expect(all.covering.keys.sorted() == [2] && Self.kinds(all) == [.overBroad])
    let many = (0..<30).map { Self.finding("b-d", "v", .fail, .low, subject: "idx_\($0)") }
    let rules = WaivingRules(maximumCovered: 25)
    #expect(
      Self.kinds(Self.lay([Self.waiver(check: "b-d", target: "v", subject: "idx_*")], over: many, rules: rules)) == [
        .overBroad
      ])
    #expect(Self.kinds(Self.lay([Self.waiver(days: 14)], over: findings)) == [.endsSoon])
    #expect(Self.kinds(Self.lay([Self.waiver(days: 15)], over: findings)).isEmpty)
    // A narrowed run leaves what it did not look at alone.
    #expect(Self.kinds(Self.lay([Self.waiver(check: "a-c", target: "v")], over: findings, isPartial: true)).isEmpty)
    #expect(Self.kinds(Self.lay([Self.waiver(check: "a-c", target: "v")], over: findings)) == [.unused])
  }

  @Test("a ceiling is kept, a compensation passes, a severity is not exceeded, or it covers nothing")
  func conditions() {
    let slow = [Self.finding(observed: "0.25"), Self.finding("a-c", "t", .pass), Self.finding("b-d", "u", .warn)]
    func outcome(_ waiver: Waiver, _ findings: [Finding]) -> (
      AuditReport.WaiverRow.State, [AuditReport.WaiverProblem.Kind]
    ) {
      let row = Self.lay([waiver], over: findings).rows[0]
      return (row.state, row.problems.map(\.kind))
    }
    #expect(outcome(Self.waiver(ceiling: .init(atMost: 0.3)), slow) == (.active, []))
    #expect(outcome(Self.waiver(ceiling: .init(atMost: 0.25)), slow) == (.active, []))
    #expect(outcome(Self.waiver(ceiling: .init(atMost: 0.2)), slow) == (.void, [.aboveCeiling]))
    #expect(outcome(Self.waiver(ceiling: .init(atLeast: 0.3)), slow) == (.void, [.aboveCeiling]))
    #expect(
      outcome(Self.waiver(ceiling: .init(atMost: 0.3)), [Self.finding(observed: "slow")]) == (.void, [.aboveCeiling]))
    #expect(outcome(Self.waiver(ceiling: .init(atMost: 0.3)), [Self.finding()]) == (.void, [.aboveCeiling]))
    #expect(outcome(Self.waiver(compensating: [.init(check: "a-c")]), slow) == (.active, []))
    #expect(outcome(Self.waiver(compensating: [.init(check: "a-c", target: "u")]), slow) == (.void, [.notCompensated]))
    #expect(outcome(Self.waiver(compensating: [.init(check: "b-d")]), slow) == (.void, [.notCompensated]))
    #expect(outcome(Self.waiver(compensating: [.init(check: "c-none")]), slow) == (.void, [.notCompensated]))
    #expect(outcome(Self.waiver(severity: .high), slow) == (.active, []))
    #expect(outcome(Self.waiver(severity: .medium), slow) == (.void, [.moreSevere]))
    let strict = WaivingRules(maximumDays: 10, forbidden: [.high])
    #expect(Self.lay([Self.waiver(days: 5)], over: slow, rules: strict).rows[0].problems.map(\.kind) == [.forbidden])
    #expect(Self.lay([Self.waiver(days: 12)], over: [], rules: strict).rows[0].problems.map(\.kind) == [.forbidden])
  }

  @Test("the report keeps status and score, names the waiver, and opens the gate; the budget closes it again")
  func gate() throws {
    let check = try check("a-b", expect: [("$.n", .atLeast, 10)], checklist: ["SEC-1"])
    let items = [ChecklistItem(id: "SEC-1", title: "", area: "")]
    func judged(_ waivers: [Waiver], _ gate: [GateRule]) -> AuditReport {
      let policy = Policy(id: "p", title: "", gate: gate)
      let header = header(targets: ["t"])
      let catalogue = catalogue([check], items: items)
      let plan = Plan(header, policy: policy, catalogue: catalogue)
      let seen = plan.observations.map { observation($0, facts: ["n": 2]) }
      return Audit.report(
        RecordedRun(header: header, observations: seen, overlays: Overlays(waivers: waivers)), policy: policy,
        catalogue: catalogue)
    }
    let rules: [GateRule] = [.maximumOpen(.high, 0), .requiredChecks(["a-b"]), .requiredItems(["SEC-1"])]
    var waiver = Self.waiver()
    waiver.created = Instant(seconds: 0)
    waiver.expires = Instant(seconds: 90 * Self.day - 1)
    #expect(judged([waiver], rules).gate.status == .failed)
    waiver.created = Instant(seconds: 1_799_900_000)
    waiver.expires = Instant(seconds: 1_800_000_000)
    let accepted = judged([waiver], rules)
    #expect(accepted.gate.status == .passed)
    #expect(
      accepted.findings[0].status == .fail
        && accepted.findings[0].waiver?.hasPrefix("W-1 until 2027-01-15 by team") == true)
    #expect(accepted.checklist[0].status == .fail)
    #expect(accepted.score == judged([], rules).score)
    #expect(accepted.wayToGreen == nil)
    #expect(judged([waiver], rules + [.maximumWaivers(1), .maximumWaivedWeight(1000)]).gate.status == .passed)
    #expect(judged([waiver], rules + [.maximumWaivers(0)]).gate.status == .undecided)
    #expect(judged([waiver], rules + [.maximumWaivedWeight(999)]).gate.status == .undecided)
    var idle = waiver
    (idle.id, idle.target) = ("W-2", "elsewhere")
    #expect(judged([waiver, idle], rules + [.refusedWaiverProblems([.unknown])]).gate.status == .undecided)
    #expect(judged([waiver, idle], rules + [.refusedWaiverProblems([.expired])]).gate.status == .passed)
  }

  // MARK: Over random histories

  private static func randomWaiver(_ random: inout SeededGenerator, _ number: Int) -> Waiver {
    let broad = Int.random(in: 0..<8, using: &random) == 0
    let undecided = Int.random(in: 0..<4, using: &random) == 0
    var waiver = waiver(
      "W-\(number)", check: broad ? "a-*" : ["a-b", "a-c", "b-d", "z-z"][Int.random(in: 0..<4, using: &random)],
      target: ["t", "u", "t", "x"][Int.random(in: 0..<4, using: &random)],
      subject: [nil, nil, "s", "s*"][Int.random(in: 0..<4, using: &random)],
      created: Int.random(in: -60...5, using: &random), days: Int.random(in: 1...90, using: &random),
      statuses: undecided ? [.fail, .warn, .unknown, .blocked] : Waiver.usualStatuses)
    if !undecided, Int.random(in: 0..<4, using: &random) == 0 { waiver.ceiling = .init(atMost: 5) }
    if Int.random(in: 0..<5, using: &random) == 0 { waiver.compensating = [.init(check: "a-c")] }
    return waiver
  }

  private static func randomFindings(_ random: inout SeededGenerator) -> [Finding] {
    let statuses: [Status] = [.pass, .pass, .pass, .fail, .fail, .warn, .unknown, .blocked, .notApplicable]
    var findings: [Finding] = []
    for check in ["a-b", "a-c", "b-d"] {
      let severity = Severity.allCases[Int.random(in: 0..<4, using: &random)]
      for target in ["t", "u"].prefix(Int.random(in: 1...2, using: &random)) {
        let status = statuses[Int.random(in: 0..<statuses.count, using: &random)]
        let subject = status == .fail && Bool.random(using: &random) ? "s" : nil
        findings.append(
          finding(
            check, target, status, severity, subject: subject,
            observed: String(Int.random(in: 0...9, using: &random))))
      }
    }
    return findings
  }

  @Test(
    "over 100,000 random histories a waiver never moves the score, an expired one never helps, and losing one never does"
  )
  func histories() {
    var random = SeededGenerator(seed: 71)
    let rules: [GateRule] = [
      .maximumOpen(.critical, 0), .maximumOpen(.high, 1), .minimumScore(300), .maximumWaivers(2),
    ]
    var (expired, covered, helped) = (0, 0, 0)
    for history in 0..<100_000 {
      var findings = Self.randomFindings(&random)
      let score = Scoring.score(findings, weights: [:])
      let waivers = (0..<Int.random(in: 1...3, using: &random)).map { number -> Waiver in
        var waiver = Self.randomWaiver(&random, number)
        // Most speak of a finding that there is.
        if number < 2, let finding = findings.randomElement(using: &random), finding.status != .pass {
          (waiver.check, waiver.target, waiver.subject) = (finding.check, finding.target, finding.subject)
        }
        return waiver
      }
      func decided(_ waivers: [Waiver], _ findings: [Finding]) -> (Gate, Waiving, [Finding]) {
        let waiving = Self.lay(waivers, over: findings)
        var overlaid = findings
        for (index, waiver) in waiving.covering { overlaid[index].waiver = waiver.id }
        var basis = Gating.Basis(score: score)
        basis.waivers = waiving.rows
        return (Gating.gate(rules, findings: overlaid, on: basis), waiving, overlaid)
      }
      let (gate, waiving, overlaid) = decided(waivers, findings)
      covered += waiving.covering.count
      if history % 10 == 0 { #expect(Scoring.score(overlaid, weights: [:]) == score) }
      #expect(zip(overlaid, findings).allSatisfy { $0.status == $1.status })
      for waiver in waiving.covering.values where waiver.expires < Self.today || waiver.created > Self.today {
        Issue.record("\(waiver.id) covers something on a day on which it does not hold")
      }
      // What has expired is as if it were not there.
      let current = waivers.filter { $0.expires >= Self.today }
      if current.count < waivers.count {
        expired += 1
        let without = decided(current, findings).0
        #expect(without == gate)
      }
      // Taking one away never turns a failed gate into a passed one.
      guard history % 2 == 0 else {
        // Losing sight of a finding never does either.
        let index = Int.random(in: 0..<findings.count, using: &random)
        guard findings[index].status.isEvaluated else { continue }
        findings[index].status = .unknown
        findings[index].observed = nil
        let blind = decided(waivers, findings).0
        #expect(!(gate.status == .failed && blind.status == .passed))
        continue
      }
      let fewer = decided(Array(waivers.dropFirst()), findings).0
      #expect(!(gate.status == .failed && fewer.status == .passed))
      if gate.status == .passed, fewer.status != .passed { helped += 1 }
    }
    #expect(expired > 10_000 && covered > 10_000 && helped > 500, "\(expired) \(covered) \(helped)")
  }
}
