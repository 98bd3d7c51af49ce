import AuditModel
import Facts
import Probing

/// Judges a whole plan: facts first, then prerequisites, so that one cause shows once. Pure.
struct Assessment {
  /// In the order of the plan.
  private(set) var findings: [Finding] = []
  /// In the order of the plan.
  private(set) var causes: [AuditReport.Cause] = []

  private struct Place: Hashable {
    let check: String
    let target: String
  }

  private struct Seen {
    let observation: Observation
    let facts: JSONValue?
  }

  private let judgements: [Place: PlannedJudgement]
  private var observations: [String: Seen] = [:]
  private var judged: [Place: [Finding]] = [:]
  private var underWay: Set<Place> = []
  private var causeIndices: [String: Int] = [:]

  /// Judges `plan` on the recorded observations as of `now`.
  init(_ plan: Plan, observations recorded: [Observation], catalogue: Catalogue, asOf now: Instant) {
    judgements = Dictionary(
      plan.judgements.map { (Place(check: $0.check.id, target: $0.target), $0) },
      uniquingKeysWith: { first, _ in first }
    )
    for observation in recorded {
      let facts = observation.facts.map { catalogue.probe(observation.probe)?.derive($0, asOf: now) ?? $0 }
      observations[observation.key] = Seen(observation: observation, facts: facts)
    }
    for judgement in plan.judgements { findings += assess(Place(check: judgement.check.id, target: judgement.target)) }
  }

  private mutating func assess(_ place: Place) -> [Finding] {
    if let known = judged[place] { return known }
    guard let judgement = judgements[place], underWay.insert(place).inserted else { return [] }
    let result = blocked(judgement, place) ?? directly(judgement)
    judged[place] = result
    return result
  }

  /// The finding that waits for a prerequisite; nil where all pass or do not apply.
  private mutating func blocked(_ judgement: PlannedJudgement, _ place: Place) -> [Finding]? {
    if case .settled = judgement.basis { return nil }
    for needed in judgement.check.needs {
      let prerequisite = assess(Place(check: needed, target: judgement.target))
      guard let obstacle = prerequisite.first(where: { $0.status.isOpen }) else { continue }
      let index = obstacle.cause ?? cause(target: judgement.target, check: needed, reason: obstacle.message)
      var finding = finding(
        judgement, status: .blocked, message: Judge.bounded("waits for \(needed): \(obstacle.message)", 300))
      finding.cause = index
      causes[index].dependents.append(finding.fingerprint)
      return [finding]
    }
    return nil
  }

  private mutating func directly(_ judgement: PlannedJudgement) -> [Finding] {
    switch judgement.basis {
    case .settled(let status, let reason):
      return [finding(judgement, status: status, message: reason)]
    case .observation(let planned):
      guard let seen = observations[planned.key] else {
        return [finding(judgement, status: .unknown, message: "\(planned.probe) did not look in this run")]
      }
      guard let facts = seen.facts else {
        let unseen = seen.observation.unseen ?? Unseen(.broken, "nothing was recorded")
        var finding = finding(
          judgement, status: unseen.kind == .broken ? .error : .unknown,
          message: Judge.bounded("could not be observed: \(unseen.reason)", 300),
          durationMs: seen.observation.durationMs)
        let index = cause(
          target: judgement.target, check: nil, reason: "\(planned.probe) could not look: \(unseen.reason)")
        finding.cause = index
        causes[index].dependents.append(finding.fingerprint)
        return [finding]
      }
      return Judge(judgement.check, parameters: judgement.parameters)
        .rulings(on: facts, gaps: seen.observation.gaps)
        .map { ruling in
          var finding = finding(
            judgement, subject: ruling.subject, status: ruling.status, message: ruling.message,
            durationMs: seen.observation.durationMs)
          finding.expected = ruling.expected
          finding.observed = ruling.observed
          finding.evidence = ruling.evidence
          return finding
        }
    }
  }

  private mutating func cause(target: String, check: String?, reason: String) -> Int {
    let key = "\(target)\0\(check ?? "")\0\(reason)"
    if let known = causeIndices[key] { return known }
    causeIndices[key] = causes.count
    causes.append(AuditReport.Cause(target: target, check: check, reason: reason, dependents: []))
    return causes.count - 1
  }

  private func finding(
    _ judgement: PlannedJudgement, subject: String? = nil, status: Status, message: String, durationMs: Int = 0
  ) -> Finding {
    Finding(
      check: judgement.check.id, target: judgement.target, subject: subject, status: status,
      severity: judgement.check.severity, message: message,
      fingerprint: Fingerprint.of(check: judgement.check.id, target: judgement.target, subject: subject),
      durationMs: durationMs)
  }
}
