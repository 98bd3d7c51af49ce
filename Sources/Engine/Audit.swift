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
    let plan = Plan(header, policy: policy, catalogue: catalogue)
    let assessment = Assessment(
      plan, observations: run.observations, catalogue: catalogue, asOf: day ?? header.startedAt)
    let findings = sorted(assessment.findings)
    let score = Scoring.score(findings, weights: policy.weights)
    let checklist = coverage(of: catalogue.checklist, plan: plan, findings: findings)
    let gate = Gating.gate(
      policy.gate, findings: findings, score: score, checklist: checklist, selection: header.selection,
      interrupted: header.interrupted)
    return AuditReport(
      tool: header.tool, runID: header.runID, system: header.system,
      policy: AuditReport.PolicySummary(id: policy.id, title: policy.title, digest: digest(of: policy, plan)),
      asOf: day, startedAt: header.startedAt, finishedAt: header.finishedAt, durationMs: header.durationMs,
      interrupted: header.interrupted,
      partial: plan.partial + (header.interrupted ? ["the run was interrupted"] : []),
      targets: header.targets.map {
        AuditReport.TargetSummary(id: $0.id, kind: $0.kind, address: $0.address, location: $0.location)
      },
      checks: summaries(of: plan), score: score, gate: gate, findings: findings, checklist: checklist,
      causes: assessment.causes, traffic: traffic(of: run.observations), notSeen: notSeen(in: run.observations))
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

  private static func coverage(
    of items: [ChecklistItem], plan: Plan, findings: [Finding]
  ) -> [AuditReport.ChecklistRow] {
    var served: [String: Set<String>] = [:]
    for judgement in plan.judgements {
      for item in judgement.check.checklist { served[item, default: []].insert(judgement.check.id) }
    }
    let byCheck = Dictionary(grouping: findings.indices) { findings[$0].check }
    return items.map { item in
      let relevant = (served[item.id] ?? []).sorted().flatMap { byCheck[$0] ?? [] }
      return AuditReport.ChecklistRow(
        id: item.id, title: item.title, area: item.area,
        status: coverage(
          by: relevant.map { findings[$0].status }, isNarrowed: plan.narrowedItems.contains(item.id)),
        findings: relevant.map { findings[$0].fingerprint })
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
    for observation in observations {
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
