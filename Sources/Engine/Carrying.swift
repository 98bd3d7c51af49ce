package import AuditModel
import Facts
import Probing

/// What an earlier run saw and this one could have used.
package struct CarriedLook: Sendable, Hashable, Codable {
  /// Probe, target and parameters as one word.
  package var key: String
  /// The probe's id.
  package var probe: String
  /// The target's id.
  package var target: String
  /// The run that looked.
  package var runID: String
  /// When it looked.
  package var observedAt: Instant
  /// Why it is not used; nil where it is.
  package var refused: String?
}

/// Evidence with a shelf life: what was expensive to see is used again while it is fresh and the system is still the one
/// that was looked at. Pure.
package enum Carrying {
  /// What of `earlier` the looks of `plan` could use at `now`, with the reason against it where there is one already.
  ///
  /// Only what sends sustained traffic, writes or disrupts is ever carried: everything gentler is looked at anew.
  package static func candidates(
    for plan: Plan, header: RunHeader, from earlier: [RecordedRun], catalogue: Catalogue, shelfLife: ShelfLife,
    at now: Instant
  ) -> [CarriedLook] {
    let wanted = plan.roughLooks(catalogue)
    var chosen: [CarriedLook] = []
    for key in wanted.keys.sorted() {
      guard let planned = wanted[key] else { continue }
      let found = earlier.compactMap { run -> (RecordedRun, Observation)? in
        run.observations.first { $0.key == key && $0.facts != nil }.map { (run, $0) }
      }
      let target = header.targets.first { $0.id == planned.target }
      // Of several runs the newest counts that still holds; where none does, the newest says why.
      var looks: [CarriedLook] = []
      for (run, observation) in found.sorted(by: {
        ($1.1.startedAt, $1.0.header.runID) < ($0.1.startedAt, $0.0.header.runID)
      }) {
        var look = CarriedLook(
          key: key, probe: planned.probe, target: planned.target, runID: observation.carriedFrom ?? run.header.runID,
          observedAt: observation.startedAt)
        look.refused = refusal(
          of: observation, run, header, declaration: target?.declaration,
          end: shelfLife.end(of: planned.probe, seenAt: observation.startedAt), at: now)
        looks.append(look)
      }
      guard let look = looks.first(where: { $0.refused == nil }) ?? looks.first else { continue }
      chosen.append(look)
    }
    return chosen
  }

  /// Why an observation may not be used at `now`; nil where nothing speaks against it yet.
  private static func refusal(
    of observation: Observation, _ run: RecordedRun, _ header: RunHeader, declaration: JSONValue?, end: Instant,
    at now: Instant
  ) -> String? {
    // Whether it is still fresh cannot be told of a time that was made up.
    if run.header.rehearsed == true, header.rehearsed != true { return "it was rehearsed, at a time made up" }
    if now > end { return "it could be used until \(end)" }
    if observation.startedAt > now { return "it was made after this run began" }
    if run.header.system != header.system { return "it is about another system" }
    if declaration != observation.declaration { return "the inventory declares the target differently now" }
    return changed(run.header.identity ?? [:], header.identity ?? [:])
  }

  /// Whether the run itself saw something that is expensive to see.
  package static func isExpensive(_ observation: Observation, _ catalogue: Catalogue) -> Bool {
    observation.carriedFrom == nil && observation.facts != nil
      && catalogue.probe(observation.probe).map { $0.descriptor.safety >= .load } == true
  }

  /// What of a run a later one may need to carry it on: what was expensive to see, and what tells that the system is
  /// still the same. Nil where nothing of it could be carried.
  package static func kept(of run: RecordedRun, catalogue: Catalogue) -> RecordedRun? {
    var kept = run
    guard run.observations.contains(where: { isExpensive($0, catalogue) }) else { return nil }
    kept.observations = run.observations.filter { observation in
      isExpensive(observation, catalogue)
        || observation.facts != nil && observation.carriedFrom == nil
          && catalogue.probe(observation.probe)?.descriptor.identity.isEmpty == false
    }
    kept.overlays = Overlays()
    kept.header.measured = nil
    kept.header.carried = nil
    return kept
  }

  /// The looks of `plan` that an earlier run may have made for it, by key.
  package static func wanted(by plan: Plan, catalogue: Catalogue) -> [String] {
    plan.roughLooks(catalogue).keys.sorted()
  }

  /// The candidates held against what this run saw gently itself: the facts that identify a system must be what they were.
  package static func confirmed(
    _ looks: [CarriedLook], seen: [Observation], from earlier: [RecordedRun], header: RunHeader, catalogue: Catalogue
  ) -> [CarriedLook] {
    looks.map { look in
      guard look.refused == nil,
        let run = earlier.first(where: { run in
          run.observations.contains { $0.key == look.key && $0.startedAt == look.observedAt }
        })
      else { return look }
      var look = look
      let safety = catalogue.probe(look.probe)?.descriptor.safety ?? .disrupt
      var confirmations = header.identity?.count ?? 0
      for observation in seen where observation.carriedFrom == nil {
        // Load and disruption run through the whole system; what writes concerns its own target.
        guard safety != .mutate || observation.target == look.target,
          let paths = catalogue.probe(observation.probe)?.descriptor.identity, !paths.isEmpty
        else { continue }
        let before = run.observations.first { $0.key == observation.key }
        guard let then = identity(before, paths), let now = identity(observation, paths) else {
          look.refused =
            "whether \(observation.target) is still the same cannot be told: \(observation.probe) saw too little"
          return look
        }
        if then != now {
          look.refused =
            "\(observation.target) is not what it was: \(observation.probe) sees \(paths.joined(separator: ", ")) changed"
          return look
        }
        confirmations += 1
      }
      if confirmations == 0 {
        look.refused =
          "nothing tells that the system is still the same: name files or values under `identity` in the inventory"
      }
      return look
    }
  }

  /// The observations behind `looks` that may be used, marked as those of their runs.
  package static func observations(_ looks: [CarriedLook], from earlier: [RecordedRun]) -> [Observation] {
    looks.filter { $0.refused == nil }.compactMap { look in
      for run in earlier {
        guard
          var observation = run.observations.first(where: {
            $0.key == look.key && $0.startedAt == look.observedAt && $0.facts != nil
          })
        else { continue }
        observation.carriedFrom = look.runID
        return observation
      }
      return nil
    }
  }

  private static func changed(_ before: [String: String], _ now: [String: String]) -> String? {
    let names = Set(before.keys).union(now.keys).sorted().filter { before[$0] != now[$0] }
    return names.isEmpty ? nil : "changed since: \(names.prefix(5).joined(separator: ", "))"
  }

  /// The identifying facts of an observation; nil where one of them was not seen.
  private static func identity(_ observation: Observation?, _ paths: [String]) -> [[JSONValue]]? {
    guard let facts = observation?.facts else { return nil }
    var values: [[JSONValue]] = []
    for text in paths {
      guard let path = try? FactPath(text) else { return nil }
      let found = path.values(in: facts, subject: nil, parameters: [:])
      if found.isEmpty || found.contains(where: \.isNull) { return nil }
      values.append(found)
    }
    return values
  }
}

extension Plan {
  /// The looks of probes that do more than send many small requests, also those that are not permitted, by key.
  fileprivate func roughLooks(_ catalogue: Catalogue) -> [String: PlannedObservation] {
    var looks: [String: PlannedObservation] = [:]
    for look in observations + forbidden
    where catalogue.probe(look.probe).map({ $0.descriptor.safety >= .load }) == true { looks[look.key] = look }
    return looks
  }
}
