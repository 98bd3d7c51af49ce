package import AuditModel
import Cryptography

/// Which part of a divided run a run is, or which parts it was put together from.
package struct Shard: Sendable, Hashable, Codable {
  /// One part.
  package struct Part: Sendable, Hashable, Codable {
    /// From 1.
    package var index: Int
    /// The run that looked.
    package var runID: String
    /// The targets it looked at.
    package var targets: [String]

    /// A part of a run.
    package init(index: Int, runID: String, targets: [String]) {
      self.index = index
      self.runID = runID
      self.targets = targets
    }
  }

  /// Into how many parts the run was divided.
  package var total: Int
  /// The parts that are here, by index.
  package var parts: [Part]
  /// Whether parts were put together: then what is not here is missing, and not somebody else's.
  package var isMerged: Bool

  /// Parts of a run.
  package init(total: Int, parts: [Part], isMerged: Bool = false) {
    self.total = total
    self.parts = parts
    self.isMerged = isMerged
  }

  /// The indices that are here exactly once: two runs of one part say different things, and neither counts.
  package var present: [Int] {
    Dictionary(grouping: parts, by: \.index).filter { $0.value.count == 1 }.keys.sorted()
  }

  /// The targets of the parts that count.
  package var targets: Set<String> {
    let present = Set(present)
    return Set(parts.filter { present.contains($0.index) }.flatMap(\.targets))
  }

  var summary: AuditReport.ShardSummary { AuditReport.ShardSummary(total: total, present: present) }
}

/// Divides a run among machines and puts it together again. Pure.
package enum Sharding {
  /// The targets that part `index` of `total` looks at: a target stays whole, since its checks need each other and since
  /// nobody is to be looked at by two machines at once; the busiest go first, each to the part that has least to do.
  package static func targets(ofPart index: Int, of total: Int, in plan: Plan, targets: [String]) -> [String] {
    var looks: [String: Int] = [:]
    for look in plan.observations { looks[look.target, default: 0] += 1 }
    let ordered = targets.map { (id: $0, looks: looks[$0] ?? 0) }.sorted { ($1.looks, $0.id) < ($0.looks, $1.id) }
    var load = Array(repeating: 0, count: max(1, total))
    var mine: Set<String> = []
    for target in ordered {
      let part = load.indices.min { load[$0] < load[$1] } ?? 0
      // A target without a look still takes a place, so that no part has them all.
      load[part] += max(1, target.looks)
      if part == index - 1 { mine.insert(target.id) }
    }
    return targets.filter(mine.contains)
  }

  /// Why parts do not belong together.
  package struct Mismatch: Error, Sendable, CustomStringConvertible {
    /// One line for people.
    package let description: String
  }

  /// The run that `runs`, parts of one divided run in any order, were parts of. Throws `Mismatch`.
  package static func merged(
    _ runs: [RecordedRun], policy: Policy, catalogue: Catalogue
  ) throws(Mismatch) -> RecordedRun {
    // The same part named twice is one part.
    var known: Set<String> = []
    let runs = runs.sorted { $0.header.runID < $1.header.runID }.filter { known.insert($0.header.runID).inserted }
    guard let first = runs.first, let total = first.header.shard?.total else {
      throw Mismatch(description: "a run that was not divided has no parts to merge")
    }
    var parts: Set<Shard.Part> = []
    for run in runs {
      guard let shard = run.header.shard else {
        throw Mismatch(description: "run \(run.header.runID) was not divided")
      }
      guard shard.total == total else {
        throw Mismatch(description: "some runs were divided into \(total), some into \(shard.total)")
      }
      if let difference = difference(first, run) {
        throw Mismatch(
          description: "runs \(first.header.runID) and \(run.header.runID) do not belong together: \(difference)")
      }
      parts.formUnion(shard.parts)
    }
    let sorted = parts.sorted { ($0.index, $0.runID) < ($1.index, $1.runID) }
    let shard = Shard(total: total, parts: sorted, isMerged: true)
    var header = first.header
    header.runID = identity(of: sorted)
    header.startedAt = runs.map(\.header.startedAt).min() ?? header.startedAt
    header.finishedAt = runs.map(\.header.finishedAt).max() ?? header.finishedAt
    header.durationMs = runs.map(\.header.durationMs).max() ?? 0
    header.interrupted = runs.contains { $0.header.interrupted }
    let carried = Set(runs.flatMap { $0.header.carried ?? [] }).sorted { ($0.key, $0.runID) < ($1.key, $1.runID) }
    header.carried = carried.isEmpty ? nil : carried
    header.measured = runs.compactMap(\.header.measured).reduce(nil) { all, part in
      (all ?? [:]).merging(part) { first, _ in first }
    }
    let isWhole =
      shard.present == Array(1...max(1, total)) && shard.targets == Set(header.targets.map(\.id))
    header.shard = isWhole ? nil : shard
    let targets = shard.targets
    var seen: [String: Observation] = [:]
    for observation in runs.flatMap(\.observations) where targets.contains(observation.target) {
      seen[observation.key] = observation
    }
    let plan = Plan(header, policy: policy, catalogue: catalogue)
    let planned = plan.observations.compactMap { seen.removeValue(forKey: $0.key) }
    let rest = seen.values.sorted { $0.key < $1.key }
    return RecordedRun(header: header, observations: planned + rest, overlays: first.overlays)
  }

  /// What two parts of one run cannot differ in.
  private static func difference(_ one: RecordedRun, _ other: RecordedRun) -> String? {
    let (a, b) = (one.header, other.header)
    if a.tool != b.tool { return "other versions" }
    if a.rehearsed != b.rehearsed { return "one was rehearsed, the other not" }
    if a.system != b.system { return "other systems" }
    if a.targets.map(\.id) != b.targets.map(\.id) { return "other targets" }
    if a.targets.map(\.declaration) != b.targets.map(\.declaration) { return "other declarations of targets" }
    if a.selection != b.selection || a.places != b.places { return "narrowed to other checks" }
    if a.ceiling != b.ceiling || a.consented != b.consented { return "other ceilings or consents" }
    if a.identity != b.identity { return "another state of the system" }
    if a.matrix != b.matrix { return "other services and features" }
    if one.overlays != other.overlays { return "other waivers, attestations or baselines" }
    return nil
  }

  /// A name in the form of a UUID that follows from the parts alone.
  private static func identity(of parts: [Shard.Part]) -> String {
    let digest = SHA256.hex(parts.map { "\($0.index) \($0.runID)\n" }.joined().utf8)
    var groups: [Substring] = []
    var rest = digest.prefix(32)
    for length in [8, 4, 4, 4, 12] {
      groups.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return groups.joined(separator: "-")
  }
}
