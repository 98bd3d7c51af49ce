package import AuditModel
package import Facts
import Probing

/// What a run will look at and judge, and what it leaves out and why. Pure: the same inputs give the same plan.
package struct Plan: Sendable {
  /// One look per probe, target and parameters, however many checks need it.
  package private(set) var observations: [PlannedObservation] = []
  /// One per check and target, in the order of checks and targets.
  package private(set) var judgements: [PlannedJudgement] = []
  /// Why the run is not everything the policy asks for.
  package private(set) var partial: [String] = []
  /// The checklist items that checks left out by narrowing would have served: what is left cannot prove them.
  private(set) var narrowedItems: Set<String> = []
  /// Looks that would answer but are not permitted, each once.
  private(set) var forbidden: [PlannedObservation] = []
  private var forbiddenKeys: Set<String> = []

  /// Plans the checks that `policy` selects, narrowed to `header.selection`, on the header's targets.
  package init(_ header: RunHeader, policy: Policy, catalogue: Catalogue) {
    let asked = catalogue.checks.filter { policy.selects($0.id) || header.selection.contains($0.id) }
    let kept = Self.narrowed(asked, to: header.selection)
    if kept.count < asked.count {
      let kinds = Set(header.targets.map(\.kind))
      let left = Set(kept.map(\.id))
      narrowedItems = Set(
        asked.filter { !left.contains($0.id) && !kinds.isDisjoint(with: $0.targets) }.flatMap(\.checklist))
      partial.append("\(asked.count - kept.count) of \(asked.count) checks were deselected")
    }
    let wanted = header.places.map { Self.wanted($0, of: kept, on: header.targets) }
    let carried = Set((header.carried ?? []).filter { $0.refused == nil }.map(\.key))
    let elsewhere = header.shard.map { Self.elsewhere($0, targets: header.targets) } ?? [:]
    if let shard = header.shard { partial.append(Self.sentence(of: shard)) }
    var deselected = 0
    var known: Set<String> = []
    for check in kept {
      let parameters = Self.parameters(of: check, under: policy)
      let asked = PlannedCheck(check: check, parameters: parameters, weight: policy.weights[check.id])
      for target in header.targets where check.targets.contains(target.kind) {
        if let wanted, wanted[target.id]?.contains(check.id) != true {
          deselected += 1
          narrowedItems.formUnion(check.checklist)
          continue
        }
        let basis =
          elsewhere[target.id]
          ?? self.basis(
            of: check, on: target, parameters: parameters, header: header, catalogue: catalogue, carried: carried)
        if case .observation(let planned) = basis, known.insert(planned.key).inserted { observations.append(planned) }
        judgements.append(PlannedJudgement(asked: asked, target: target.id, basis: basis))
      }
    }
    if deselected > 0 { partial.append("\(deselected) judgements were deselected") }
  }

  /// The checks wanted at each target, with the prerequisites without which they could only be blocked.
  private static func wanted(
    _ places: [NarrowedPlace], of checks: [CheckDefinition], on targets: [RecordedTarget]
  ) -> [String: Set<String>] {
    let byID = Dictionary(checks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var wanted: [String: Set<String>] = [:]
    for target in targets {
      var open = checks.filter { check in
        check.targets.contains(target.kind) && places.contains { $0.covers(check.id, target.id) }
      }.map(\.id)
      var ids = Set(open)
      while let id = open.popLast() {
        for needed in byID[id]?.needs ?? [] where ids.insert(needed).inserted { open.append(needed) }
      }
      wanted[target.id] = ids
    }
    return wanted
  }

  /// What is said of the targets that no part at hand looked at.
  private static func elsewhere(_ shard: Shard, targets: [RecordedTarget]) -> [String: PlannedJudgement.Basis] {
    let here = shard.targets
    let basis: PlannedJudgement.Basis =
      shard.isMerged
      ? .settled(.unknown, "the shard that looks at this target is missing")
      : .settled(.skipped, "another shard looks at this target")
    return Dictionary(
      targets.filter { !here.contains($0.id) }.map { ($0.id, basis) }, uniquingKeysWith: { first, _ in first })
  }

  private static func sentence(of shard: Shard) -> String {
    let present = shard.present.map(String.init).joined(separator: ", ")
    return present.isEmpty
      ? "none of \(shard.total) shards counts"
      : "only shard\(shard.present.count == 1 ? "" : "s") \(present) of \(shard.total)"
  }

  private init(observations: [PlannedObservation], judgements: [PlannedJudgement]) {
    self.observations = observations
    self.judgements = judgements
  }

  /// The plan of those judgements alone, with the looks they need.
  func restricted(to isWanted: (PlannedJudgement) -> Bool) -> Plan {
    let wanted = judgements.filter(isWanted)
    let keys = Set(wanted.compactMap(\.observationKey))
    return Plan(observations: observations.filter { keys.contains($0.key) }, judgements: wanted)
  }

  /// The judgements of these checks on these targets, with all that they need there.
  func restricted(toNeedsOf checks: Set<String>, on targets: Set<String>) -> Plan {
    let needs = Dictionary(judgements.map { ($0.check.id, $0.check.needs) }, uniquingKeysWith: { first, _ in first })
    var ids = checks
    var open = Array(checks)
    while let id = open.popLast() {
      for needed in needs[id] ?? [] where ids.insert(needed).inserted { open.append(needed) }
    }
    return restricted { ids.contains($0.check.id) && targets.contains($0.target) }
  }

  /// The plans of the single targets.
  var byTarget: [String: Plan] {
    let looks = Dictionary(grouping: observations, by: \.target)
    return Dictionary(grouping: judgements, by: \.target).mapValues { judgements in
      Plan(observations: judgements.first.flatMap { looks[$0.target] } ?? [], judgements: judgements)
    }
  }

  /// The selected checks and the prerequisites without which they could only be blocked.
  private static func narrowed(_ checks: [CheckDefinition], to selection: [String]) -> [CheckDefinition] {
    if selection.isEmpty { return checks }
    let byID = Dictionary(checks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var wanted = Set(selection)
    var open = selection
    while let id = open.popLast() {
      for needed in byID[id]?.needs ?? [] where wanted.insert(needed).inserted { open.append(needed) }
    }
    return checks.filter { wanted.contains($0.id) }
  }

  private static func parameters(of check: CheckDefinition, under policy: Policy) -> JSONObject {
    var values = JSONObject(check.parameters.map { ($0.name, $0.fallback) })
    for (name, value) in policy.parameters[check.id] ?? [:] where values[name] != nil { values[name] = value }
    return values
  }

  private mutating func basis(
    of check: CheckDefinition, on target: RecordedTarget, parameters: JSONObject, header: RunHeader,
    catalogue: Catalogue, carried: Set<String>
  ) -> PlannedJudgement.Basis {
    for condition in check.when {
      let values = condition.declared.values(in: target.declaration, subject: nil, parameters: parameters)
      let limit = condition.matcher.limit.value(
        facts: target.declaration, subject: nil, parameters: parameters)
      guard let limit, case .satisfied = condition.matcher.verdict(on: values, limit: limit) else {
        return .settled(.notApplicable, condition.otherwise)
      }
    }
    guard let probe = catalogue.probe(check.probe)?.descriptor else {
      return .settled(.error, "there is no probe called \(check.probe)")
    }
    let safety = max(check.safety, probe.safety)
    let asked = JSONObject(check.with.members.map { ($0.name, $0.value.bound(to: parameters)) })
    let planned = PlannedObservation(probe: check.probe, target: target.id, parameters: asked)
    // Load on this very machine needs no consent, unless the inventory wants nothing but looks.
    let isHarmless = safety == .load && header.ceiling >= .probe && target.isOnThisMachine
    guard header.permits(safety) || isHarmless || carried.contains(planned.key) else {
      if forbiddenKeys.insert(planned.key).inserted { forbidden.append(planned) }
      return .settled(
        .unknown,
        "looking is of safety class \(safety.rawValue), and the inventory allows \(header.ceiling.rawValue)")
    }
    return .observation(planned)
  }
}

/// One look at one target.
package struct PlannedObservation: Sendable, Hashable {
  /// Probe, target and parameters as one word.
  package let key: String
  /// The probe's id.
  package let probe: String
  /// The target's id.
  package let target: String
  /// What the probe is asked.
  package let parameters: JSONObject

  init(probe: String, target: String, parameters: JSONObject) {
    self.probe = probe
    self.target = target
    self.parameters = parameters
    key = "\(probe) \(target) \(JSONText.compact(.object(JSONObject(parameters.members.sorted { $0.name < $1.name }))))"
  }
}

/// One check on one target.
package struct PlannedJudgement: Sendable {
  /// What decides it.
  package enum Basis: Sendable {
    /// The facts of one observation.
    case observation(PlannedObservation)
    /// Decided already, with the reason.
    case settled(Status, String)
  }

  fileprivate let asked: PlannedCheck
  /// The target's id.
  package let target: String
  /// What decides it.
  package let basis: Basis

  /// The check.
  package var check: CheckDefinition { asked.check }
  /// The check's parameters under the policy.
  package var parameters: JSONObject { asked.parameters }
  /// The policy's weight; nil for the severity's own.
  package var weight: Int? { asked.weight }
}

/// A check under a policy. Shared by its judgements on all targets: a hundred thousand copies would be most of a plan.
private final class PlannedCheck: Sendable {
  let check: CheckDefinition
  let parameters: JSONObject
  let weight: Int?

  init(check: CheckDefinition, parameters: JSONObject, weight: Int?) {
    self.check = check
    self.parameters = parameters
    self.weight = weight
  }
}

extension Matcher.Limit {
  /// The value to compare with; nil if it is a fact that is not there or not one value.
  func value(facts: JSONValue, subject: JSONValue?, parameters: JSONObject) -> JSONValue? {
    switch self {
    case .literal(let value): return value
    case .parameter(let name): return parameters[name]
    case .fact(let path):
      let values = path.values(in: facts, subject: subject, parameters: parameters)
      guard values.count == 1, !values[0].isNull else { return nil }
      return values[0]
    }
  }
}

extension JSONValue {
  /// The value with every text that is just `${name}` replaced by that parameter, wherever it stands.
  fileprivate func bound(to parameters: JSONObject) -> JSONValue {
    switch self {
    case .string(let text) where text.hasPrefix("${") && text.hasSuffix("}"):
      parameters[String(text.dropFirst(2).dropLast())] ?? self
    case .array(let elements): .array(elements.map { $0.bound(to: parameters) })
    case .object(let object): .object(JSONObject(object.members.map { ($0.name, $0.value.bound(to: parameters)) }))
    default: self
    }
  }
}
