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
  private let clock: @Sendable () -> Instant
  private let lane: BlockingLane

  /// An observer that records through `redactor` and stops when `cancellation` is called.
  package init(
    catalogue: Catalogue, limits: Limits, cancellation: Cancellation, redactor: Redactor, trust: [String],
    clock: @escaping @Sendable () -> Instant
  ) {
    self.catalogue = catalogue
    self.limits = limits
    self.cancellation = cancellation
    self.redactor = redactor
    self.trust = trust
    self.clock = clock
    lane = BlockingLane(width: limits.concurrency * limits.perTarget)
  }

  /// Looks at everything planned; returns in plan order, whatever the order of arrival.
  package func observations(
    of plan: Plan, targets: [Target], onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async -> [Observation] {
    let deadline = Deadline(milliseconds: limits.deadline, cancellation: cancellation)
    let targetsByID = Dictionary(targets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let chains = Self.chains(of: plan.observations, perTarget: limits.perTarget)
    var seen = [Observation?](repeating: nil, count: plan.observations.count)
    await withTaskGroup(of: [(Int, Observation)].self) { group in
      var next = chains.makeIterator()
      func startOne() {
        guard let chain = next.next() else { return }
        group.addTask {
          var results: [(Int, Observation)] = []
          for index in chain {
            let planned = plan.observations[index]
            guard let target = targetsByID[planned.target] else { continue }
            onEvent(.started(planned))
            let observation = await look(planned, at: target, within: deadline)
            onEvent(.finished(observation))
            results.append((index, observation))
          }
          return results
        }
      }
      for _ in 0..<limits.concurrency * limits.perTarget { startOne() }
      for await results in group {
        for (index, observation) in results { seen[index] = observation }
        startOne()
      }
    }
    return seen.compactMap { $0 }
  }

  /// The indices of looks that follow one another: at most `perTarget` chains for each target, targets in plan order.
  private static func chains(of planned: [PlannedObservation], perTarget: Int) -> [[Int]] {
    var order: [String] = []
    var byTarget: [String: [Int]] = [:]
    for (index, observation) in planned.enumerated() {
      if byTarget[observation.target] == nil { order.append(observation.target) }
      byTarget[observation.target, default: []].append(index)
    }
    return order.flatMap { target -> [[Int]] in
      let indices = byTarget[target] ?? []
      let width = min(perTarget, indices.count)
      return (0..<width).map { lane in stride(from: lane, to: indices.count, by: width).map { indices[$0] } }
    }
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
        deadline: run.capped(milliseconds: probe.descriptor.timeout), lane: lane, traffic: meter, trust: trust)
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
      observation.facts = facts
      observation.gaps = gaps
    case .unseen(let unseen): observation.unseen = unseen
    }
    return redactor.redacted(observation)
  }
}
