package import AuditModel
import Cryptography
import Facts

/// From a recorded run to its report: judge, assess, score, gate. Pure, so that a run judged again gives the same bytes.
package enum Audit {
  /// The report of `run` under `policy`, judged as of `day`, or as of the run itself.
  package static func report(
    _ run: RecordedRun, policy: Policy, catalogue: Catalogue, asOf day: Instant? = nil
  ) -> AuditReport {
    let header = run.header
    let now = day ?? header.startedAt
    let plan = Plan(header, policy: policy, catalogue: catalogue)
    let attesting = Attesting(
      run.overlays.attestations, checklist: catalogue.checklist, checks: catalogue.checks, asOf: now)
    let assessment = Assessment(
      plan, observations: run.observations, catalogue: catalogue, attesting: attesting, shelfLife: policy.shelfLife,
      asOf: now)
    var findings = sorted(assessment.findings)
    let score = Scoring.score(findings, weights: policy.weights)
    let waiving = Waiving(
      run.overlays.waivers, over: findings, rules: policy.waiving, catalogue: catalogue,
      targets: Set(header.targets.map(\.id)), isPartial: !plan.partial.isEmpty, asOf: now)
    for (index, waiver) in waiving.covering { findings[index].waiver = waiver.sentence }
    note(header.invocation, in: &findings)
    let served = served(by: plan)
    func checklist(_ findings: [Finding], honoursWaivers: Bool) -> [AuditReport.ChecklistRow] {
      coverage(
        of: catalogue.checklist, served, plan: plan, findings: findings, attesting: attesting,
        honoursWaivers: honoursWaivers)
    }
    let rules = rules(of: policy, run.overlays)
    let needsMatrix = rules.contains { if case .maximumOpenCells = $0 { true } else { false } }
    let needsChecklist = rules.contains { if case .requiredItems = $0 { true } else { false } }
    let measurements = Measuring.measurements(
      of: run, catalogue: catalogue, duration: Measuring.duration(of: run, plan: plan, policy: policy)
    ).map { $0.compared(with: header.measured?[$0.series] ?? []) }
    func gate(_ findings: [Finding], _ score: Score) -> Gate {
      var basis = Gating.Basis(score: score)
      basis.checklist = needsChecklist ? checklist(findings, honoursWaivers: true) : []
      basis.selection = header.selection
      basis.isNarrowed = !header.selection.isEmpty || header.places != nil
      basis.interrupted = header.interrupted
      basis.shard = header.shard?.summary
      basis.baseline = run.overlays.baseline
      basis.waivers = waiving.rows
      basis.attestations = attesting.rows
      basis.measurements = measurements
      if needsMatrix { basis.matrix = header.matrix.map { ValidationMatrix($0, findings: findings).summary } }
      return Gating.gate(rules, findings: findings, on: basis)
    }
    let matrix = header.matrix.map { ValidationMatrix($0, findings: findings).summary }
    let decision = gate(findings, score)
    let checks = summaries(of: plan)
    var report = AuditReport(
      tool: header.tool, runID: header.runID, system: header.system,
      policy: AuditReport.PolicySummary(id: policy.id, title: policy.title, digest: digest(of: policy, plan)),
      asOf: day, startedAt: header.startedAt, finishedAt: header.finishedAt, durationMs: header.durationMs,
      interrupted: header.interrupted,
      partial: plan.partial + (header.interrupted ? ["the run was interrupted"] : []),
      targets: header.targets.map {
        AuditReport.TargetSummary(id: $0.id, kind: $0.kind, address: $0.address, location: $0.location)
      },
      checks: checks, score: score, gate: decision, findings: findings,
      checklist: checklist(findings, honoursWaivers: false),
      causes: assessment.causes, traffic: traffic(of: run.observations), notSeen: notSeen(in: run.observations),
      waivers: waiving.rows, attestations: attesting.rows,
      carried: (header.carried ?? []).map { carried($0, policy.shelfLife, now) }, shard: header.shard?.summary,
      undone: header.undone, measures: measurements.isEmpty ? nil : measurements, matrix: matrix,
      rehearsed: header.rehearsed)
    report.baseline = run.overlays.baseline?.comparison(with: report)
    // What a missing shard would have seen is not to be mended but to be looked at.
    if header.shard == nil {
      report.wayToGreen = GreenPath.way(
        from: findings, causes: assessment.causes, checks: checks, gate: decision
      ) { mended in gate(mended, Scoring.score(mended, weights: policy.weights)) }
    }
    if let day, day > header.startedAt {
      report.forecast =
        Forecast(
          run, plan: plan, catalogue: catalogue, shelfLife: policy.shelfLife, findings: findings, asOf: day
        ).expiries
    }
    return report
  }

  /// A baseline that is given is held against, also where the policy says nothing of it.
  private static func rules(of policy: Policy, _ overlays: Overlays) -> [GateRule] {
    let asks = policy.gate.contains { if case .maximumNewFailures = $0 { true } else { false } }
    return asks || overlays.baseline == nil ? policy.gate : policy.gate + [.maximumNewFailures(.info, 0)]
  }

  /// Writes beside each finding that does not pass the command that looks at it alone.
  private static func note(_ invocation: [String]?, in findings: inout [Finding]) {
    guard let invocation else { return }
    let base = invocation.map(\.quotedForShell).joined(separator: " ")
    for index in findings.indices where findings[index].status.countsInScore && findings[index].status != .pass {
      let (check, target) = (findings[index].check.quotedForShell, findings[index].target.quotedForShell)
      findings[index].reproduce = "\(base) --check \(check) --target \(target)"
    }
  }

  private static func carried(
    _ look: CarriedLook, _ shelfLife: ShelfLife, _ now: Instant
  ) -> AuditReport.CarriedEvidence {
    AuditReport.CarriedEvidence(
      target: look.target, probe: look.probe, runID: look.runID, observedAt: look.observedAt,
      expires: shelfLife.end(of: look.probe, seenAt: look.observedAt),
      ageSeconds: now.seconds(since: look.observedAt), refused: look.refused)
  }

  private static func sorted(_ findings: [Finding]) -> [Finding] {
    // Positions are sorted, not findings: a finding is a dozen references, and a sort copies what it compares.
    let order = findings.indices.sorted { left, right in
      let (status, other) = (findings[left].status, findings[right].status)
      if status != other { return status.badness > other.badness }
      if findings[left].severity != findings[right].severity {
        return findings[left].severity > findings[right].severity
      }
      if findings[left].check != findings[right].check { return findings[left].check < findings[right].check }
      if findings[left].target != findings[right].target { return findings[left].target < findings[right].target }
      return (findings[left].subject ?? "") < (findings[right].subject ?? "")
    }
    return order.map { findings[$0] }
  }

  private static func summaries(of plan: Plan) -> [String: AuditReport.CheckSummary] {
    var summaries: [String: AuditReport.CheckSummary] = [:]
    for judgement in plan.judgements where summaries[judgement.check.id] == nil {
      let check = judgement.check
      summaries[check.id] = AuditReport.CheckSummary(
        title: check.title, severity: check.severity, weight: judgement.weight ?? check.severity.weight,
        checklist: check.checklist, rationale: check.rationale, remediation: check.remediation,
        references: check.references)
    }
    return summaries
  }

  /// The checks that serve each item.
  private static func served(by plan: Plan) -> [String: [String]] {
    var served: [String: Set<String>] = [:]
    for judgement in plan.judgements {
      for item in judgement.check.checklist { served[item, default: []].insert(judgement.check.id) }
    }
    return served.mapValues { $0.sorted() }
  }

  private static func coverage(
    of items: [ChecklistItem], _ served: [String: [String]], plan: Plan, findings: [Finding], attesting: Attesting,
    honoursWaivers: Bool
  ) -> [AuditReport.ChecklistRow] {
    let byCheck = Dictionary(grouping: findings.indices) { findings[$0].check }
    return items.map { item in
      let relevant = (served[item.id] ?? []).flatMap { byCheck[$0] ?? [] }
      let statuses = relevant.map { honoursWaivers && findings[$0].waiver != nil ? .pass : findings[$0].status }
      var status = coverage(by: statuses, isNarrowed: plan.narrowedItems.contains(item.id))
      let attestations = attesting.serving(item)
      let awaiting = attesting.awaiting(item)
      if status == .notCovered || status == .notApplicable, !attestations.isEmpty, awaiting.isEmpty,
        !plan.narrowedItems.contains(item.id)
      {
        status = .attested
      }
      return AuditReport.ChecklistRow(
        id: item.id, title: item.title, area: item.area, status: status,
        findings: relevant.map { findings[$0].fingerprint }, attestations: attestations, awaiting: awaiting)
    }
  }

  private static func coverage(by statuses: [Status], isNarrowed: Bool) -> AuditReport.ChecklistRow.Coverage {
    switch statuses.max(by: { $0.badness < $1.badness }) {
    case .fail: .fail
    case .error, .unknown, .blocked, .manual: .notProven
    case .pass where isNarrowed, .warn where isNarrowed: .notProven
    case .warn: .warn
    case .pass: .pass
    case .notApplicable: .notApplicable
    case .skipped, nil: .notCovered
    }
  }

  private static func traffic(of observations: [Observation]) -> AuditReport.TrafficReport {
    var byTarget: [String: Traffic] = [:]
    for observation in observations where observation.carriedFrom == nil {
      byTarget[observation.target] = (byTarget[observation.target] ?? Traffic()) + observation.traffic
    }
    return AuditReport.TrafficReport(total: byTarget.values.reduce(Traffic(), +), byTarget: byTarget)
  }

  private static func notSeen(in observations: [Observation]) -> [AuditReport.NotSeen] {
    observations.flatMap { observation -> [AuditReport.NotSeen] in
      let whole = observation.unseen.map {
        AuditReport.NotSeen(
          target: observation.target, probe: observation.probe, path: nil, reason: $0.reason, remedy: nil)
      }
      return [whole].compactMap { $0 }
        + observation.gaps.map {
          AuditReport.NotSeen(
            target: observation.target, probe: observation.probe, path: $0.path, reason: $0.reason, remedy: $0.remedy)
        }
    }
  }

  /// Two scores compare only where everything that decides them is equal: this is what must be.
  private static func digest(of policy: Policy, _ plan: Plan) -> String {
    var lines: Set<String> = []
    for judgement in plan.judgements {
      let weight = judgement.weight ?? judgement.check.severity.weight
      let parameters = JSONText.compact(.object(judgement.parameters))
      lines.insert("\(judgement.check.id) \(judgement.check.severity.rawValue) \(weight) \(parameters)")
    }
    let gate = policy.gate.map { String(describing: $0) }
    return SHA256.hex((lines.sorted() + gate).joined(separator: "\n").utf8)
  }
}

extension String {
  /// The text as one word of a POSIX shell.
  fileprivate var quotedForShell: String {
    let isPlain =
      !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-_./:@%+=,".utf8.contains(byte)
        }
      }
    return isPlain
      ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
