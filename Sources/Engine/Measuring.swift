package import AuditModel
import Cryptography
import Facts
import Probing

/// From what was seen to the numbers that are held against those of earlier runs. Pure: which numbers those are, probes
/// say.
package enum Measuring {
  /// More numbers than this of one observation are not followed: nobody reads them.
  private static let mostOfOne = 200

  /// The numbers of `run`, not held against anything yet, by target, probe, name and part.
  package static func measurements(
    of run: RecordedRun, policy: Policy, catalogue: Catalogue
  ) -> [AuditReport.Measurement] {
    measurements(
      of: run, catalogue: catalogue,
      duration: duration(of: run, plan: Plan(run.header, policy: policy, catalogue: catalogue), policy: policy))
  }

  static func measurements(
    of run: RecordedRun, catalogue: Catalogue, duration: AuditReport.Measurement?
  ) -> [AuditReport.Measurement] {
    var all: [AuditReport.Measurement] = []
    // What an earlier run measured, that run has told.
    for observation in run.observations where observation.carriedFrom == nil {
      guard let descriptor = catalogue.probe(observation.probe)?.descriptor, !descriptor.measures.all.isEmpty,
        let facts = observation.facts
      else { continue }
      all += measurements(in: facts, of: observation, descriptor)
    }
    all.sort {
      ($0.target ?? "", $0.probe, $0.name, $0.subject ?? "", $0.series)
        < ($1.target ?? "", $1.probe, $1.name, $1.subject ?? "", $1.series)
    }
    // Two parts of one name cannot be told apart from run to run.
    let counts = Dictionary(all.map { ($0.series, 1) }, uniquingKeysWith: +)
    all.removeAll { counts[$0.series] != 1 }
    if let duration { all.append(duration) }
    return all
  }

  private static func measurements(
    in facts: JSONValue, of observation: Observation, _ descriptor: ProbeDescriptor
  ) -> [AuditReport.Measurement] {
    let measures = descriptor.measures
    let isSound = measures.sound.map { values($0, in: facts).first == .bool(true) } ?? true
    let shape = measures.shape.map { JSONText.canonical(.array(values($0, in: facts))) }
    var found: [AuditReport.Measurement] = []
    for measure in measures.all {
      let parts: [(String?, JSONValue)] =
        measure.each.map { path in
          values(path, in: facts).prefix(mostOfOne).compactMap { part in
            guard let label = values(measure.label, in: part).first?.string else { return nil }
            return (label, part)
          }
        } ?? [(nil, facts)]
      for (subject, part) in parts {
        let number = values(measure.fact, in: part).first?.double
        let value = isSound ? number.flatMap { $0.isFinite ? $0 : nil } : nil
        let series = series(
          [
            descriptor.id, observation.kind, observation.target, measure.name, measure.unit, subject ?? "",
            JSONText.canonical(observation.parameters),
          ] + shape)
        found.append(
          AuditReport.Measurement(
            probe: descriptor.id, target: observation.target, subject: subject, name: measure.name, unit: measure.unit,
            better: measure.better, least: measure.least, value: value, series: series,
            reason: value != nil ? nil : isSound ? "it was not measured" : "what it was measured in was not sound"))
      }
    }
    return found
  }

  /// How long looking took; nil where the run was not whole, since a part of the looks takes a part of the time.
  static func duration(of run: RecordedRun, plan: Plan, policy: Policy) -> AuditReport.Measurement? {
    let header = run.header
    guard plan.partial.isEmpty, !header.interrupted, !header.targets.isEmpty else { return nil }
    let looks = plan.observations.map(\.key).sorted()
    let carried = run.observations.filter { $0.carriedFrom != nil }.map(\.key).sorted()
    return AuditReport.Measurement(
      probe: "run", target: nil, subject: nil, name: "duration", unit: "s", better: .lower, least: 0.5,
      value: Double(header.durationMs) / 1000, series: series(["run", policy.id] + looks + ["carried"] + carried))
  }

  private static func series(_ parts: [String]) -> String {
    let text = JSONText.compact(.array(parts.map { .string($0) }))
    return String(SHA256.hex("measure/1\0\(text)".utf8).prefix(32))
  }

  private static func values(_ path: String, in value: JSONValue) -> [JSONValue] {
    guard let path = try? FactPath(path) else { return [] }
    return path.values(in: value, subject: nil, parameters: [:])
  }
}
