package import AuditModel

/// Holds findings, score and checklist against a gate's rules. Pure.
///
/// Every condition is three-valued: it passes if it holds however the undecided turns out, fails if it cannot hold any
/// more, and is undecided between. So taking an input away can turn a failed gate into an undecided one, never into a
/// passed one.
package enum Gating {
  /// The decision over `findings`.
  package static func gate(
    _ rules: [GateRule], findings: [Finding], score: Score, checklist: [AuditReport.ChecklistRow],
    selection: [String], interrupted: Bool
  ) -> Gate {
    let places = Places(findings).all
    var conditions = [somethingChecked(findings), runComplete(interrupted)]
    for rule in rules {
      switch rule {
      case .maximumOpen(let severity, let limit):
        conditions.append(open(places.filter { $0.severity == severity }, severity, limit))
      case .maximumNotEvaluated(let severity, let limit):
        conditions.append(notEvaluated(places.filter { $0.severity == severity }, severity, limit))
      case .minimumScore(let limit): conditions.append(minimumScore(score, limit))
      case .minimumCoverage(let limit): conditions.append(minimumCoverage(score, limit))
      case .requiredChecks(let ids):
        // A narrowed run is judged by what was asked for.
        for id in ids where selection.isEmpty || selection.contains(id) {
          conditions.append(required(id, places.filter { $0.check == id }))
        }
      case .requiredItems(let ids):
        for id in ids where selection.isEmpty {
          conditions.append(requiredItem(id, checklist.first { $0.id == id }))
        }
      }
    }
    return Gate(conditions: conditions)
  }

  private static func somethingChecked(_ findings: [Finding]) -> Gate.Condition {
    let count = findings.indices.count { findings[$0].status.isEvaluated }
    return Gate.Condition(
      id: "something-checked", status: count > 0 ? .pass : .undecided,
      detail: "\(count) findings rest on evidence, at least 1 wanted")
  }

  private static func runComplete(_ interrupted: Bool) -> Gate.Condition {
    Gate.Condition(
      id: "run-complete", status: interrupted ? .undecided : .pass,
      detail: interrupted ? "the run was interrupted" : "the run was not interrupted")
  }

  private static func open(_ places: [Places.Place], _ severity: Severity, _ limit: Int) -> Gate.Condition {
    let failing = places.count { $0.status == .fail }
    let undecided = places.count { $0.status.isOpen } - failing
    return Gate.Condition(
      id: "open-\(severity.rawValue)",
      status: failing > limit ? .fail : failing + undecided > limit ? .undecided : .pass,
      detail:
        "\(failing) failing and \(undecided) not proven of severity \(severity.rawValue), at most \(limit) allowed")
  }

  private static func notEvaluated(_ places: [Places.Place], _ severity: Severity, _ limit: Int) -> Gate.Condition {
    let count = places.count { $0.status.isOpen && !$0.status.isEvaluated }
    return Gate.Condition(
      id: "not-evaluated-\(severity.rawValue)", status: count > limit ? .undecided : .pass,
      detail: "\(count) not evaluated of severity \(severity.rawValue), at most \(limit) allowed")
  }

  private static func minimumScore(_ score: Score, _ limit: Int) -> Gate.Condition {
    let status: Gate.Condition.Outcome =
      switch (score.proven, score.possible) {
      case (let proven?, _) where proven >= limit: .pass
      case (_, let possible?) where possible < limit: .fail
      default: .undecided
      }
    return Gate.Condition(
      id: "minimum-score", status: status,
      detail:
        "proven \(percent(score.proven)), possible \(percent(score.possible)), at least \(percent(limit)) wanted")
  }

  private static func minimumCoverage(_ score: Score, _ limit: Int) -> Gate.Condition {
    Gate.Condition(
      id: "minimum-coverage", status: (score.coverage ?? -1) >= limit ? .pass : .undecided,
      detail: "\(percent(score.coverage)) % of the weight evaluated, at least \(percent(limit)) % wanted")
  }

  private static func required(_ id: String, _ places: [Places.Place]) -> Gate.Condition {
    let worst = places.max { $0.status.badness < $1.status.badness }?.status
    let status: Gate.Condition.Outcome =
      switch worst {
      case .fail: .fail
      case .pass, .warn: .pass
      default: .undecided
      }
    return Gate.Condition(
      id: "required-check-\(id)", status: status, detail: "\(id) is \(worst?.rawValue ?? "not part of the run")")
  }

  private static func requiredItem(_ id: String, _ row: AuditReport.ChecklistRow?) -> Gate.Condition {
    let status: Gate.Condition.Outcome =
      switch row?.status {
      case .fail: .fail
      case .pass, .warn: .pass
      default: .undecided
      }
    return Gate.Condition(
      id: "required-item-\(id)", status: status,
      detail: "\(id) (\(row?.title ?? "not on the checklist")) is \(row?.status.rawValue ?? "unknown")")
  }

  /// Per mille as a percentage with one decimal.
  private static func percent(_ perMille: Int?) -> String {
    perMille.map { "\($0 / 10).\($0 % 10)" } ?? "none"
  }
}
