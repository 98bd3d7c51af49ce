package import AuditModel
import Facts
package import Probing

/// What a run tells whoever watches it.
package enum RunEvent: Sendable {
  /// A look began.
  case started(PlannedObservation)
  /// A look ended.
  case finished(Observation)
}

/// The shell around the probes: runs a plan's observations side by side under deadlines and lanes.
package struct Observer: Sendable {
  /// How much a run may do at once and how long it may take.
  package struct Limits: Sendable {
    /// Targets looked at side by side.
    package var concurrency: Int
    /// Looks at one target side by side: an audit must not be the load that slows its own measurements.
    package var perTarget: Int
    /// The longest the whole run may take, in milliseconds.
    package var deadline: Int

    /// Limits of a run.
    package init(concurrency: Int = 16, perTarget: Int = 2, deadline: Int = 600_000) {
      self.concurrency = max(1, concurrency)
      self.perTarget = max(1, perTarget)
      self.deadline = max(1, deadline)
    }
  }

  private let catalogue: Catalogue
  private let limits: Limits
  private let cancellation: Cancellation
  private let redactor: Redactor
  private let trust: [String]
  private let consented: [SafetyClass]
  private let permitted: SafetyClass
  private let clock: @Sendable () -> Instant
  private let lane: BlockingLane

  /// An observer that records through `redactor` and stops when `cancellation` is called; `consented` are the safety classes
  /// that the inventory explicitly permits today, `permitted` is the roughest that may be used by ceiling or consent.
  package init(
    catalogue: Catalogue, limits: Limits, cancellation: Cancellation, redactor: Redactor, trust: [String],
    consented: [SafetyClass] = [], permitted: SafetyClass = .probe, clock: @escaping @Sendable () -> Instant
  ) {
    self.catalogue = catalogue
    self.limits = limits
    self.cancellation = cancellation
    self.redactor = redactor
    self.trust = trust
    self.consented = consented
    self.permitted = permitted
    self.clock = clock
    lane = BlockingLane(width: limits.concurrency * limits.perTarget)
  }

  /// Looks at everything planned that can still matter; returns in plan order, whatever the order of arrival.
  ///
  /// Targets are looked at side by side, but for load and disruptions: these come at the end, one at a time. On one target,
  /// what only serves checks whose prerequisite did not pass is left out: those are blocked whatever it would show, and a
  /// target in trouble is left alone.
  /// What was `seen` already, carried from an earlier run say, is not looked at again.
  package func observations(
    of plan: Plan, targets: [Target], seen given: [Observation] = [], onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async -> [Observation] {
    let deadline = Deadline(milliseconds: limits.deadline, cancellation: cancellation)
    let agendas = plan.agendas(seen: given, catalogue: catalogue)
    var pursued: [String: Agenda] = [:]
    await withTaskGroup(of: (String, Agenda).self) { group in
      var next = targets.compactMap { target in agendas[target.id].map { (target, $0) } }.makeIterator()
      func startOne() {
        guard let (target, agenda) = next.next() else { return }
        group.addTask {
          (target.id, await pursue(agenda, at: target, disturbing: false, within: deadline, onEvent))
        }
      }
      for _ in 0..<limits.concurrency { startOne() }
      for await (target, agenda) in group {
        pursued[target] = agenda
        startOne()
      }
    }
    // What disturbs everything beside it comes last, one target after the other, in their order.
    for target in targets {
      guard let agenda = pursued[target.id] else { continue }
      pursued[target.id] = await pursue(agenda, at: target, disturbing: true, within: deadline, onEvent)
    }
    let byKey = Dictionary(
      (pursued.values.flatMap(\.observations) + given).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    return plan.observations.compactMap { byKey[$0.key] }
  }

  private func pursue(
    _ agenda: Agenda, at target: Target, disturbing: Bool, within deadline: Deadline,
    _ onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async -> Agenda {
    var agenda = agenda
    while let wave = agenda.nextWave(asOf: clock(), disturbing: disturbing) {
      let seen = await withTaskGroup(of: Observation.self) { group in
        var next = wave.makeIterator()
        func startOne() {
          guard let planned = next.next() else { return }
          group.addTask {
            onEvent(.started(planned))
            let observation = await look(planned, at: target, within: deadline)
            onEvent(.finished(observation))
            return observation
          }
        }
        for _ in 0..<limits.perTarget { startOne() }
        var seen: [Observation] = []
        for await observation in group {
          seen.append(observation)
          startOne()
        }
        return seen
      }
      agenda.record(seen)
    }
    return agenda
  }

  private func look(_ planned: PlannedObservation, at target: Target, within run: Deadline) async -> Observation {
    let startedAt = clock()
    let began = ContinuousClock.now
    let meter = TrafficMeter()
    let sighting: Sighting
    if cancellation.isCalled {
      sighting = .unseen(Unseen(.interrupted, "the run was interrupted first"))
    } else if run.hasPassed {
      sighting = .unseen(Unseen(.timeout, "the run's deadline passed before its turn"))
    } else if let probe = catalogue.probe(planned.probe) {
      let context = ProbeContext(
        deadline: run.capped(milliseconds: probe.descriptor.timeout), lane: lane, traffic: meter, trust: trust,
        consented: consented, permitted: permitted)
      let came = await probe.observe(target, with: planned.parameters, in: context)
      // A look that an interrupt cut short proves nothing, whatever it brought back.
      sighting = cancellation.isCalled ? .unseen(Unseen(.interrupted, "the run was interrupted")) : came
    } else {
      sighting = .unseen(Unseen(.broken, "there is no probe called \(planned.probe)"))
    }
    let elapsed = (ContinuousClock.now - began).components
    var observation = Observation(
      key: planned.key, probe: planned.probe, target: target.id, kind: target.kind,
      declaration: target.declaration, parameters: .object(planned.parameters), facts: nil, startedAt: startedAt,
      durationMs: Int(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000), traffic: meter.traffic)
    switch sighting {
    case .seen(let facts, let gaps):
      observation.facts = facts.sortedByName
      observation.gaps = gaps
    case .unseen(let unseen): observation.unseen = unseen
    }
    return redactor.redacted(observation)
  }
}
