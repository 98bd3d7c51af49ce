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

  private let attesting: Attesting
  private let shelfLife: ShelfLife
  private let catalogue: Catalogue
  private let now: Instant
  private let judgements: [PlannedJudgement]
  /// Where in the plan the judgement of each place stands.
  private let indices: [Place: Int]
  private var observations: [String: Seen] = [:]
  /// By place in the plan.
  private var judged: [[Finding]?]
  private var causeIndices: [String: Int] = [:]

  /// Judges `plan` on the recorded observations as of `now`, with what people attest.
  init(
    _ plan: Plan, observations recorded: [Observation], catalogue: Catalogue,
    attesting: Attesting = Attesting([], checklist: [], checks: [], asOf: Instant(seconds: 0)),
    shelfLife: ShelfLife = ShelfLife(), asOf now: Instant
  ) {
    self.attesting = attesting
    self.shelfLife = shelfLife
    self.catalogue = catalogue
    self.now = now
    judgements = plan.judgements
    indices = Dictionary(
      plan.judgements.enumerated().map { (Place(check: $0.element.check.id, target: $0.element.target), $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
    judged = Array(repeating: nil, count: plan.judgements.count)
    for observation in recorded {
      let facts = observation.facts.map { catalogue.probe(observation.probe)?.derive($0, asOf: now) ?? $0 }
      observations[observation.key] = Seen(observation: observation, facts: facts)
    }
    for index in judgements.indices { findings += assess(index) }
  }

  private mutating func assess(_ index: Int) -> [Finding] {
    if let known = judged[index] { return known }
    // Whoever comes back here while it is under way has gone in a circle, and finds nothing.
    judged[index] = []
    let result = blocked(judgements[index]) ?? directly(judgements[index])
    judged[index] = result
    return result
  }

  /// The finding that waits for a prerequisite; nil where all pass or do not apply.
  private mutating func blocked(_ judgement: PlannedJudgement) -> [Finding]? {
    if case .settled = judgement.basis { return nil }
    for needed in judgement.check.needs {
      guard let place = indices[Place(check: needed, target: judgement.target)],
        let obstacle = assess(place).first(where: { $0.status.isOpen })
      else { continue }
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
      if let reason = staleness(of: seen.observation) {
        return [finding(judgement, status: .unknown, message: reason, durationMs: seen.observation.durationMs)]
      }
      return Judge(judgement.check, parameters: judgement.parameters)
        .rulings(on: facts, gaps: seen.observation.gaps)
        .map { ruling in
          var finding = finding(
            judgement, subject: ruling.subject, status: ruling.status, message: ruling.message,
            durationMs: seen.observation.durationMs)
          if seen.observation.carriedFrom != nil { finding.carriedFrom = seen.observation.startedAt }
          if ruling.status == .manual,
            let attestation = attesting.attestation(of: finding.check, finding.target, finding.subject)
          {
            finding.status = .pass
            finding.message = Judge.bounded("attested by \(attestation.by): \(attestation.statement)", 300)
            finding.attestation = attestation.sentence
          }
          finding.expected = ruling.expected
          finding.observed = ruling.observed
          finding.evidence = ruling.evidence
          return finding
        }
    }
  }

  /// Why an observation is too old to be judged by; nil where it is not. Only what is expensive to see is kept at all.
  private func staleness(of observation: Observation) -> String? {
    guard let probe = catalogue.probe(observation.probe)?.descriptor,
      probe.safety >= .load || observation.carriedFrom != nil
    else { return nil }
    let end = shelfLife.end(of: observation.probe, seenAt: observation.startedAt)
    return now > end ? "what \(observation.probe) saw on \(observation.startedAt.day) may be used until \(end)" : nil
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
