package import AuditModel

/// Holds findings, score and checklist against a gate's rules. Pure.
///
/// Every condition is three-valued: it passes if it holds however the undecided turns out, fails if it cannot hold any
/// more, and is undecided between. So taking an input away can turn a failed gate into an undecided one, never into a
/// passed one.
package enum Gating {
  /// What a gate is decided on beside the findings.
  package struct Basis: Sendable {
    /// The interval of proven weight.
    package var score: Score
    /// The checklist, accepted findings counted as passing.
    package var checklist: [AuditReport.ChecklistRow] = []
    /// The checks the run was narrowed to; empty for all.
    package var selection: [String] = []
    /// Whether the run was narrowed in any way.
    package var isNarrowed = false
    /// Whether a signal ended it early.
    package var interrupted = false
    /// Which parts of a divided run are here; nil for an undivided one.
    package var shard: AuditReport.ShardSummary?
    /// The findings already known; nil without a baseline.
    package var baseline: Baseline?
    /// The waivers as they stand.
    package var waivers: [AuditReport.WaiverRow] = []
    /// What people attested, as it stands.
    package var attestations: [AuditReport.AttestationRow] = []
    /// The numbers that the run measured.
    package var measurements: [AuditReport.Measurement] = []
    /// What of each service is proven, accepted findings counted as what they are; nil without a matrix.
    package var matrix: AuditReport.MatrixSummary?

    /// A basis of a score, everything else left out.
    package init(score: Score) { self.score = score }
  }

  /// The decision over `findings`.
  package static func gate(_ rules: [GateRule], findings: [Finding], on basis: Basis) -> Gate {
    let places = Places(findings, honoursWaivers: true).all
    let score = basis.score
    var conditions = [somethingChecked(findings), runComplete(basis.interrupted)]
    if let shard = basis.shard { conditions.append(allShards(shard)) }
    for rule in rules {
      switch rule {
      case .maximumOpen(let severity, let limit):
        conditions.append(open(places.filter { $0.severity == severity }, severity, limit))
      case .maximumNotEvaluated(let severity, let limit):
        conditions.append(notEvaluated(places.filter { $0.severity == severity }, severity, limit))
      case .minimumScore(let limit): conditions.append(minimumScore(score, limit))
      case .minimumCoverage(let limit): conditions.append(minimumCoverage(score, limit))
      case .requiredChecks(let ids):
        for id in ids {
          let wanted = places.filter { $0.check == id }
          // A narrowed run is judged by what was asked for.
          if basis.isNarrowed, wanted.isEmpty, !basis.selection.contains(id) { continue }
          conditions.append(required(id, wanted))
        }
      case .requiredItems(let ids):
        for id in ids where !basis.isNarrowed {
          conditions.append(requiredItem(id, basis.checklist.first { $0.id == id }))
        }
      case .maximumNewFailures(let severity, let limit):
        conditions.append(newFailures(findings, basis.baseline, severity, limit))
      case .maximumWaivers(let limit): conditions.append(activeWaivers(basis.waivers, limit))
      case .maximumWaivedWeight(let limit): conditions.append(waivedWeight(findings, score, limit))
      case .refusedWaiverProblems(let kinds): conditions.append(waiverProblems(basis.waivers, kinds))
      case .refusedAttestationStates(let states):
        conditions.append(attestationProblems(basis.attestations, states))
      case .maximumRegressions(let limit): conditions.append(regressions(basis.measurements, limit))
      case .maximumOpenCells(let limit):
        conditions.append(openCells(basis.matrix, waived(findings), limit, isNarrowed: basis.isNarrowed))
      }
    }
    return Gate(conditions: conditions)
  }

  private static func allShards(_ shard: AuditReport.ShardSummary) -> Gate.Condition {
    let missing = (1...max(1, shard.total)).filter { !shard.present.contains($0) }
    return Gate.Condition(
      id: "all-shards", status: missing.isEmpty ? .pass : .undecided,
      detail: missing.isEmpty
        ? "all \(shard.total) shards are here"
        : "shards \(missing.prefix(20).map(String.init).joined(separator: ", ")) of \(shard.total) are missing")
  }

  private static func newFailures(
    _ findings: [Finding], _ baseline: Baseline?, _ severity: Severity, _ limit: Int
  ) -> Gate.Condition {
    let id = "no-new-failures"
    guard let baseline else {
      return Gate.Condition(id: id, status: .undecided, detail: "no baseline was given to tell new from known")
    }
    let known = Set(baseline.entries.map(\.fingerprint))
    var (failing, undecided) = (0, 0)
    for index in findings.indices
    where findings[index].status.isOpen && findings[index].severity >= severity && findings[index].waiver == nil
      && !known.contains(findings[index].fingerprint)
    {
      if findings[index].status == .fail { failing += 1 } else { undecided += 1 }
    }
    return Gate.Condition(
      id: id, status: failing > limit ? .fail : failing + undecided > limit ? .undecided : .pass,
      detail: "\(failing) new failing and \(undecided) not proven of severity \(severity.rawValue) or worse beside the "
        + "\(known.count) known, at most \(limit) allowed")
  }

  /// What does not compare may be worse: a history that is taken away must not turn a failed gate into a passed one.
  private static func regressions(_ measurements: [AuditReport.Measurement], _ limit: Int) -> Gate.Condition {
    let regressed = measurements.filter { $0.verdict == .regressed }
    let unknown = measurements.count { $0.verdict == .notComparable }
    let names = regressed.prefix(5).map { item in
      [item.target, item.subject, item.name].compactMap(\.self).joined(separator: " ")
    }
    return Gate.Condition(
      id: "no-regressions",
      status: regressed.count > limit
        ? .fail : measurements.isEmpty || regressed.count + unknown > limit ? .undecided : .pass,
      detail: measurements.isEmpty
        ? "no number was measured"
        : "\(regressed.count) of \(measurements.count) numbers worse than noise explains"
          + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
          + ", \(unknown) not comparable, at most \(limit) allowed")
  }

  private static func waived(_ findings: [Finding]) -> Set<String> {
    Set(findings.indices.filter { findings[$0].waiver != nil }.map { findings[$0].fingerprint })
  }

  /// A hole counts as failing, an accepted finding as proven, what could not be judged as either.
  private static func openCells(
    _ matrix: AuditReport.MatrixSummary?, _ waived: Set<String>, _ limit: Int, isNarrowed: Bool
  ) -> Gate.Condition {
    let id = "matrix-proven"
    guard let matrix else {
      return Gate.Condition(id: id, status: .undecided, detail: "the inventory declares no `matrix` of its services")
    }
    var (failing, undecided): ([String], Int) = ([], 0)
    for row in matrix.services {
      for cell in row.cells where !cell.isProven {
        if let worst = cell.findings.first, waived.contains(worst), cell.findings.allSatisfy(waived.contains) {
          continue
        }
        if cell.status == .fail || cell.status == nil && !isNarrowed {
          failing.append("\(row.name) \(cell.column)\(cell.status == nil ? " (hole)" : "")")
        } else {
          undecided += 1
        }
      }
    }
    return Gate.Condition(
      id: id, status: failing.count > limit ? .fail : failing.count + undecided > limit ? .undecided : .pass,
      detail: "\(failing.count) cells failing or holes"
        + (failing.isEmpty ? "" : " (\(failing.prefix(8).joined(separator: ", ")))")
        + " and \(undecided) not judged, at most \(limit) allowed")
  }

  // The conditions on waivers and attestations ask whether what people say can be relied on. Taking one away must never turn
  // a failed gate into a passed one, so what does not pass them is left undecided.

  private static func activeWaivers(_ rows: [AuditReport.WaiverRow], _ limit: Int) -> Gate.Condition {
    let count = rows.count { $0.state == .active }
    return Gate.Condition(
      id: "active-waivers", status: count > limit ? .undecided : .pass,
      detail: "\(count) waivers cover findings, at most \(limit) allowed")
  }

  private static func waivedWeight(_ findings: [Finding], _ score: Score, _ limit: Int) -> Gate.Condition {
    let waived = Set(findings.indices.filter { findings[$0].waiver != nil }.map { findings[$0].check })
    let weight = score.arithmetic.rows.reduce(0) { $0 + (waived.contains($1.check) ? $1.weight : 0) }
    let total = score.arithmetic.totalWeight
    let isWithin = weight * 1000 <= limit * max(1, total)
    return Gate.Condition(
      id: "waived-weight", status: isWithin ? .pass : .undecided,
      detail: "checks of weight \(weight) of \(total) are waived, at most \(percent(limit)) % allowed")
  }

  private static func waiverProblems(
    _ rows: [AuditReport.WaiverRow], _ kinds: [AuditReport.WaiverProblem.Kind]
  ) -> Gate.Condition {
    let wrong = rows.filter { $0.problems.contains { kinds.contains($0.kind) } }
    return refusal(
      "waiver",
      wrong.map { row in
        let problem = row.problems.first { kinds.contains($0.kind) }
        return "\(row.waiver.id) (\(problem?.kind.rawValue ?? ""): \(problem?.message ?? ""))"
      })
  }

  private static func attestationProblems(
    _ rows: [AuditReport.AttestationRow], _ states: [AuditReport.AttestationRow.State]
  ) -> Gate.Condition {
    let standing = AttestationStanding(rows)
    let wrong = rows.filter { states.contains($0.state) && !standing.isSound($0) }
    return refusal(
      "attestation", wrong.map { "\($0.attestation.id) (\($0.state.rawValue): \($0.problem ?? ""))" })
  }

  /// That none of what `noun` names is refused, or `words` on each that is.
  private static func refusal(_ noun: String, _ words: [String]) -> Gate.Condition {
    Gate.Condition(
      id: "sound-\(noun)s", status: words.isEmpty ? .pass : .undecided,
      detail: words.isEmpty
        ? "no \(noun) is refused"
        : Judge.bounded("\(words.count) refused: \(words.prefix(5).joined(separator: "; "))", 600))
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
      case .pass, .warn, .attested: .pass
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
