import AuditModel
import Probing

/// What is still to be looked at on one target, in the order in which its checks need each other. Pure.
struct Agenda: Sendable {
  private let plan: Plan
  private let catalogue: Catalogue
  private var waiting: [PlannedObservation]
  /// What was seen so far.
  private(set) var observations: [Observation]

  /// Everything that `plan`, a plan of one target, wants to look at beside what was seen already.
  init(_ plan: Plan, seen: [Observation], catalogue: Catalogue) {
    self.plan = plan
    self.catalogue = catalogue
    let keys = Set(seen.map(\.key))
    observations = seen
    waiting = plan.observations.filter { !keys.contains($0.key) }
  }

  /// Adds what was seen.
  mutating func record(_ seen: [Observation]) { observations += seen }

  /// The looks whose checks wait for nothing any more; nil when nothing is left that can matter.
  ///
  /// A look serves several checks: it is due as soon as one of them is, and dropped when all of them are blocked. Looks that
  /// do more than observe would disturb the others, and each other: they come last, one at a time, the longest at the end.
  /// The others come with the longest first, so that none of those begins when all the rest is done.
  /// Those that disturb what stands beside their target as well are only given out where `disturbing` says so.
  mutating func nextWave(asOf now: Instant, disturbing: Bool = true) -> [PlannedObservation]? {
    guard !waiting.isEmpty else { return nil }
    let standing = standing(asOf: now)
    var due: [PlannedObservation] = []
    var later: [PlannedObservation] = []
    for look in waiting {
      let checks = plan.judgements.filter { $0.observationKey == look.key }.map { standing[$0.check.id] ?? .ready }
      if checks.contains(.ready) {
        due.append(look)
      } else if checks.contains(.waiting) {
        later.append(look)
      }
    }
    if due.isEmpty {
      waiting = []
      return nil
    }
    let heldBack = disturbing ? [] : due.filter(isDisturbing)
    if !disturbing { due.removeAll(where: isDisturbing) }
    if due.isEmpty { return nil }
    later += heldBack
    let gentle = due.filter { !isRough($0) }
    let rough = due.filter(isRough)
    guard gentle.isEmpty else {
      waiting = rough + later
      let order = gentle.indices.sorted { (-duration(of: gentle[$0]), $0) < (-duration(of: gentle[$1]), $1) }
      return order.map { gentle[$0] }
    }
    let next = rough.indices.min { duration(of: rough[$0]) < duration(of: rough[$1]) } ?? 0
    waiting = rough.enumerated().filter { $0.offset != next }.map(\.element) + later
    return [rough[next]]
  }

  /// Load and disruptions are felt by every other target of the same system, and spoiled by looks at them.
  private func isDisturbing(_ look: PlannedObservation) -> Bool {
    catalogue.probe(look.probe).map { $0.descriptor.safety == .load || $0.descriptor.safety == .disrupt } ?? false
  }

  private func isRough(_ look: PlannedObservation) -> Bool {
    catalogue.probe(look.probe).map { $0.descriptor.safety > .observe } ?? false
  }

  /// The longest the look may take, in milliseconds.
  private func duration(of look: PlannedObservation) -> Int { catalogue.probe(look.probe)?.descriptor.timeout ?? 0 }

  private enum Standing {
    case ready, waiting, blocked
  }

  /// Where each check stands, as far as the looks so far decide it.
  private func standing(asOf now: Instant) -> [String: Standing] {
    let seen = Set(observations.map(\.key))
    let decided = plan.restricted { judgement in judgement.observationKey.map { seen.contains($0) } ?? true }
    let findings = Assessment(decided, observations: observations, catalogue: catalogue, asOf: now).findings
    // Whether somebody attested what waits for a person is told when the run is judged: what needs it is looked at.
    let open = Set(findings.filter { $0.status.isOpen && $0.status != .manual }.map(\.check))
    let decidedChecks = Set(findings.map(\.check))
    let byID = Dictionary(plan.judgements.map { ($0.check.id, $0.check) }, uniquingKeysWith: { first, _ in first })
    var standing: [String: Standing] = [:]
    func stand(_ check: CheckDefinition, _ path: Set<String>) -> Standing {
      if let known = standing[check.id] { return known }
      var result = Standing.ready
      for id in check.needs where result != .blocked && !path.contains(id) {
        guard let needed = byID[id] else { continue }
        if open.contains(id) || stand(needed, path.union([id])) == .blocked {
          result = .blocked
        } else if !decidedChecks.contains(id) {
          result = .waiting
        }
      }
      standing[check.id] = result
      return result
    }
    for check in byID.values { _ = stand(check, [check.id]) }
    return standing
  }
}

extension Plan {
  /// What is to be looked at, by target.
  func agendas(seen: [Observation], catalogue: Catalogue) -> [String: Agenda] {
    let seen = Dictionary(grouping: seen, by: \.target)
    return Dictionary(
      byTarget.map { ($0.key, Agenda($0.value, seen: seen[$0.key] ?? [], catalogue: catalogue)) },
      uniquingKeysWith: { first, _ in first })
  }
}

extension PlannedJudgement {
  /// The look that decides it; nil where it is settled.
  var observationKey: String? { if case .observation(let planned) = basis { planned.key } else { nil } }
}
