import AuditModel
import Facts
import Probing
import SeededRandomness
import Testing

@testable import Engine

/// What ends before a day, what turns a gate cheapest, and what may be used of earlier runs.
@Suite("Time and effort")
struct ForecastTests {
  /// Derives the days that are left of a certificate.
  private struct DatedProbe: Probe {
    var safety = SafetyClass.observe
    var descriptor: ProbeDescriptor {
      ProbeDescriptor(
        id: "look", summary: "", targetKinds: ["thing"], safety: safety, facts: .any, traffic: "nothing",
        identity: ["$.serial"])
    }
    func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
      .seen([:])
    }
    func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
      guard case .object(var object) = facts, let end = facts["notAfter"]?.string.flatMap({ Instant($0) }) else {
        return facts
      }
      object["daysLeft"] = .integer(end.seconds(since: now) / 86_400)
      return .object(object)
    }
  }

  private static let start = Instant(seconds: 1_800_000_000)

  private static func day(_ offset: Int) -> Instant { Instant(seconds: start.seconds + offset * 86_400) }

  @Test("a finding that turns is told with the first day on which it is open, certificates with their last second")
  func turning() throws {
    let checks = try [
      check("a-lifetime", expect: [("$.daysLeft", .atLeast, 14)]), check("a-other", expect: [("$.n", .equals, 1)]),
    ]
    let catalogue = Catalogue(checks: checks, probes: [DatedProbe()], checklist: [])
    let header = header(targets: ["t", "u"])
    let end = Self.day(50)
    let seen = Plan(header, policy: everything, catalogue: catalogue).observations.map {
      observation(
        $0, facts: ["n": 1, "notAfter": .string($0.target == "t" ? end.description : Self.day(400).description)])
    }
    let run = RecordedRun(
      header: header, observations: seen,
      overlays: Overlays(
        waivers: [
          Waiver(
            id: "W-1", check: "a-other", target: "t", justification: "", owner: "o", approvedBy: "p", ticket: "x",
            created: Self.day(-5), expires: Self.day(20)),
          Waiver(
            id: "W-2", check: "a-other", target: "t", justification: "", owner: "o", approvedBy: "p", ticket: "x",
            created: Self.day(-5), expires: Self.day(70)),
        ]))
    let now = Audit.report(run, policy: everything, catalogue: catalogue)
    #expect(now.forecast == nil && now.gate.status == .passed)
    let report = Audit.report(run, policy: everything, catalogue: catalogue, asOf: Self.day(60))
    #expect(report.gate.status == .failed)
    let forecast = try #require(report.forecast)
    #expect(forecast.map(\.kind) == [.waiver, .finding, .certificate])
    #expect(forecast.map(\.at) == forecast.map(\.at).sorted())
    let finding = forecast[1]
    #expect(finding.what == "a-lifetime" && finding.target == "t")
    // On the day before it still passes at midnight, on that day it does not.
    for (offset, status) in [(0, Gate.Decision.failed), (-86_400, .passed)] {
      let at = Instant(seconds: finding.at.seconds + offset)
      #expect(Audit.report(run, policy: everything, catalogue: catalogue, asOf: at).gate.status == status)
    }
    #expect(forecast[2].at == end)
  }

  @Test("what was expensive to see is too old after its shelf life, and the forecast says when")
  func shelfLife() throws {
    let check = try check("a-b", expect: [("$.n", .equals, 1)], safety: .load)
    let catalogue = Catalogue(checks: [check], probes: [DatedProbe(safety: .load)], checklist: [])
    let header = header(targets: ["t"], ceiling: .disrupt)
    let seen = Plan(header, policy: everything, catalogue: catalogue).observations.map {
      observation($0, facts: ["n": 1])
    }
    let run = RecordedRun(header: header, observations: seen)
    let policy = Policy(id: "p", title: "", gate: everything.gate, shelfLife: ShelfLife(hours: 48))
    let end = Instant(seconds: Self.start.seconds + 48 * 3600)
    #expect(Audit.report(run, policy: policy, catalogue: catalogue, asOf: end).findings.map(\.status) == [.pass])
    let late = Audit.report(run, policy: policy, catalogue: catalogue, asOf: Instant(seconds: end.seconds + 1))
    #expect(late.findings.map(\.status) == [.unknown])
    #expect(late.forecast?.map(\.kind).contains(.evidence) == true && late.forecast?.first?.at == end)
  }

  // MARK: The cheapest way

  private static func finding(_ check: String, _ target: String, _ status: Status, _ severity: Severity) -> Finding {
    Finding(
      check: check, target: target, status: status, severity: severity, message: "", fingerprint: "\(check) \(target)",
      durationMs: 0)
  }

  private static func way(
    _ findings: [Finding], efforts: [String: CheckDefinition.Remediation.Effort], _ rules: [GateRule],
    causes: [AuditReport.Cause] = []
  ) -> (AuditReport.WayToGreen?, ([Finding]) -> Gate) {
    func decide(_ findings: [Finding]) -> Gate {
      Gating.gate(rules, findings: findings, on: Gating.Basis(score: Scoring.score(findings, weights: [:])))
    }
    let checks = Dictionary(
      findings.map { finding in
        (
          finding.check,
          AuditReport.CheckSummary(
            title: "", severity: finding.severity, weight: finding.severity.weight, checklist: [], rationale: "",
            remediation: .init(effort: efforts[finding.check] ?? .medium, text: "mend \(finding.check)"), references: []
          )
        )
      }, uniquingKeysWith: { first, _ in first })
    return (
      GreenPath.way(from: findings, causes: causes, checks: checks, gate: decide(findings), decide: decide), decide
    )
  }

  @Test("the least effort is found, one cause settles all that waits for it, and what no fix turns is named")
  func cheapest() throws {
    let findings = [
      Self.finding("dear", "t", .fail, .high), Self.finding("cheap", "t", .fail, .high),
      Self.finding("fine", "t", .fail, .low),
    ]
    let (way, _) = Self.way(findings, efforts: ["dear": .high, "cheap": .low], [.maximumOpen(.high, 1)])
    #expect(way?.steps.map(\.check) == ["cheap"] && way?.isCheapest == true && way?.beyond == [])
    var blocked = (0..<5).map { Self.finding("b\($0)", "t", .blocked, .critical) }
    for index in blocked.indices { blocked[index].cause = 0 }
    let cause = AuditReport.Cause(target: "t", check: "up", reason: "down", dependents: blocked.map(\.fingerprint))
    let (root, _) = Self.way(
      [Self.finding("up", "t", .fail, .critical)] + blocked, efforts: [:], [.maximumOpen(.critical, 0)], causes: [cause]
    )
    #expect(root?.steps.map(\.check) == ["up"] && root?.steps.first?.settles == 6)
    let (none, _) = Self.way([Self.finding("a", "t", .pass, .high)], efforts: [:], [.requiredChecks(["other"])])
    #expect(none?.steps == [] && none?.beyond == ["required-check-other"])
    #expect(Self.way([Self.finding("a", "t", .pass, .high)], efforts: [:], [.maximumOpen(.high, 0)]).0 == nil)
  }

  @Test("over 400 random gates the steps turn it, and none of them can be left out")
  func irreducible() {
    var random = SeededGenerator(seed: 47)
    let efforts = CheckDefinition.Remediation.Effort.allCases
    var exact = 0
    for round in 0..<400 {
      var findings: [Finding] = []
      var effort: [String: CheckDefinition.Remediation.Effort] = [:]
      for number in 0..<Int.random(in: 1...(round % 8 == 0 ? 25 : 7), using: &random) {
        effort["c\(number)"] = efforts[Int.random(in: 0..<3, using: &random)]
        let severity = Severity.allCases[Int.random(in: 0..<4, using: &random)]
        for target in 0..<Int.random(in: 1...2, using: &random) {
          let status = [Status.pass, .warn, .fail, .unknown][Int.random(in: 0..<4, using: &random)]
          findings.append(Self.finding("c\(number)", "t\(target)", status, severity))
        }
      }
      let rules: [GateRule] = [
        .maximumOpen(.critical, 0), .maximumOpen(.high, Int.random(in: 0...2, using: &random)),
        .minimumScore(Int.random(in: 0...950, using: &random)),
        .minimumCoverage(Int.random(in: 0...900, using: &random)),
      ]
      let (found, decide) = Self.way(findings, efforts: effort, rules)
      guard let way = found else {
        #expect(decide(findings).status == .passed)
        continue
      }
      if way.isCheapest { exact += 1 }
      func mended(_ steps: some Sequence<AuditReport.WayToGreen.Step>) -> Gate.Decision {
        let places = Set(steps.map { "\($0.check ?? "") \($0.target)" })
        return decide(
          findings.map { finding in
            var finding = finding
            if places.contains(finding.fingerprint) { finding.status = .pass }
            return finding
          }
        ).status
      }
      #expect(way.beyond == [] && mended(way.steps) == .passed)
      for index in way.steps.indices {
        #expect(mended(way.steps.enumerated().filter { $0.offset != index }.map(\.element)) != .passed)
      }
    }
    #expect(exact > 200)
  }

  // MARK: Evidence of earlier runs

  @Test("evidence is carried while it is fresh and the system the same, and refused with the reason otherwise")
  func carrying() throws {
    struct Gentle: Probe {
      var descriptor: ProbeDescriptor {
        ProbeDescriptor(
          id: "gentle", summary: "", targetKinds: ["thing"], safety: .observe, facts: .any, traffic: "nothing",
          identity: ["$.serial"])
      }
      func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
        .seen([:])
      }
    }
    var gentle = try check("a-gentle", expect: [("$.serial", .exists, true)])
    gentle.probe = "gentle"
    let rough = try check("a-load", expect: [("$.n", .equals, 1)], safety: .load)
    let catalogue = Catalogue(checks: [gentle, rough], probes: [Gentle(), DatedProbe(safety: .load)], checklist: [])
    func run(_ header: RunHeader, serial: JSONValue, with rough: Bool) -> RecordedRun {
      let plan = Plan(header, policy: everything, catalogue: catalogue)
      return RecordedRun(
        header: header,
        observations: plan.observations.filter { rough || $0.probe == "gentle" }.map {
          observation($0, facts: $0.probe == "gentle" ? ["serial": serial] : ["n": 1])
        })
    }
    let earlier = run(header(targets: ["t"], ceiling: .load), serial: "1", with: true)
    /// The reason against carrying in a gate `hours` later, nil for none, with the findings' statuses.
    func outcome(
      hours: Int = 9, serial: JSONValue = "1", change: (inout RunHeader) -> Void = { _ in }
    ) -> (refused: String?, statuses: [String: Status], carried: Bool) {
      var now = header(targets: ["t"])
      now.startedAt = Instant(seconds: Self.start.seconds + hours * 3600)
      change(&now)
      let plan = Plan(now, policy: everything, catalogue: catalogue)
      let candidates = Carrying.candidates(
        for: plan, header: now, from: [earlier], catalogue: catalogue, shelfLife: ShelfLife(), at: now.startedAt)
      now.carried = candidates
      let seen = run(now, serial: serial, with: false).observations
      let confirmed = Carrying.confirmed(candidates, seen: seen, from: [earlier], header: now, catalogue: catalogue)
      now.carried = confirmed
      let report = Audit.report(
        RecordedRun(header: now, observations: seen + Carrying.observations(confirmed, from: [earlier])),
        policy: everything, catalogue: catalogue)
      return (
        confirmed.first?.refused, Dictionary(report.findings.map { ($0.check, $0.status) }, uniquingKeysWith: { $1 }),
        report.findings.contains { $0.carriedFrom == Self.start } && report.traffic.total == Traffic()
      )
    }
    let good = outcome()
    #expect(good.refused == nil && good.statuses["a-load"] == .pass && good.carried)
    for (reason, words) in [
      (outcome(hours: 169), "could be used until"), (outcome(serial: "2"), "is not what it was"),
      (outcome(serial: nil), "cannot be told"), (outcome { $0.identity = ["compose.yaml": "new"] }, "compose.yaml"),
      (outcome { $0.targets[0].declaration = ["url": "other"] }, "declares the target differently"),
      (outcome { $0.system.name = "another" }, "another system"),
    ] {
      #expect(reason.refused?.contains(words) == true, "\(reason.refused ?? "carried") instead of \(words)")
      #expect(reason.statuses["a-load"] == .unknown && !reason.carried)
    }
    // Nothing gentle says who the system is.
    let blind = Catalogue(checks: [rough], probes: [DatedProbe(safety: .load)], checklist: [])
    let looks = Carrying.candidates(
      for: Plan(header(targets: ["t"]), policy: everything, catalogue: blind), header: header(targets: ["t"]),
      from: [earlier], catalogue: blind, shelfLife: ShelfLife(), at: Self.start)
    let confirmed = Carrying.confirmed(
      looks, seen: [], from: [earlier], header: header(targets: ["t"]), catalogue: blind)
    #expect(confirmed.first?.refused?.contains("nothing tells") == true)
  }
}
