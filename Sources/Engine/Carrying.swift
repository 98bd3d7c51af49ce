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
    var looks: [CarriedLook] = []
    for key in wanted.keys.sorted() {
      guard let planned = wanted[key] else { continue }
      let found = earlier.compactMap { run -> (RecordedRun, Observation)? in
        run.observations.first { $0.key == key && $0.facts != nil }.map { (run, $0) }
      }
      // Of several runs the newest counts.
      guard let (run, observation) = found.max(by: { $0.1.startedAt < $1.1.startedAt }) else { continue }
      let target = header.targets.first { $0.id == planned.target }
      var look = CarriedLook(
        key: key, probe: planned.probe, target: planned.target, runID: observation.carriedFrom ?? run.header.runID,
        observedAt: observation.startedAt)
      let end = shelfLife.end(of: planned.probe, seenAt: observation.startedAt)
      if now > end {
        look.refused = "it could be used until \(end)"
      } else if observation.startedAt > now {
        look.refused = "it was made after this run began"
      } else if run.header.system != header.system {
        look.refused = "it is about another system"
      } else if target?.declaration != observation.declaration {
        look.refused = "the inventory declares the target differently now"
      } else if let changed = changed(run.header.identity ?? [:], header.identity ?? [:]) {
        look.refused = changed
      }
      looks.append(look)
    }
    return looks
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
