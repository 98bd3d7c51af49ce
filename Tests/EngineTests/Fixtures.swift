import AuditModel
import Engine
import Facts
import Probing

/// A check over the probe `look`, built from the text forms that a YAML file would hold.
func check(
  _ id: String, severity: Severity = .high, needs: [String] = [], with: JSONObject = [:],
  each: (path: String, name: String, ifNone: Status)? = nil, expect: [(String, Matcher.Relation, JSONValue)],
  prefer: [(String, Matcher.Relation, JSONValue)] = [], when: [(String, Matcher.Relation, JSONValue)] = [],
  safety: SafetyClass = .observe, parameters: [CheckDefinition.Parameter] = [], checklist: [String] = []
) throws -> CheckDefinition {
  func expectations(_ list: [(String, Matcher.Relation, JSONValue)]) throws -> [CheckDefinition.Expectation] {
    try list.map { path, relation, limit in
      CheckDefinition.Expectation(fact: try FactPath(path), matcher: Matcher(relation, .literal(limit)))
    }
  }
  return CheckDefinition(
    id: id, title: "\(id) holds", severity: severity, checklist: checklist, probe: "look", targets: ["thing"],
    safety: safety, parameters: parameters, with: with,
    when: try when.map { path, relation, limit in
      CheckDefinition.Condition(
        declared: try FactPath(path), matcher: Matcher(relation, .literal(limit)), otherwise: "not declared")
    },
    needs: needs,
    each: try each.map {
      CheckDefinition.Subjects(
        path: try FactPath($0.path), name: try MessageTemplate($0.name),
        ifNone: CheckDefinition.Absence(status: $0.ifNone, because: try MessageTemplate("nothing to look at")))
    },
    expect: try expectations(expect), prefer: try expectations(prefer), rationale: "It matters.",
    remediation: CheckDefinition.Remediation(effort: .low, text: "Mend it."))
}

/// A probe that returns what it is told to, and counts how often it looked.
struct ScriptedProbe: Probe {
  var safety = SafetyClass.observe
  var script: @Sendable (Target, JSONObject, ProbeContext) async -> Sighting

  var descriptor: ProbeDescriptor {
    ProbeDescriptor(
      id: "look", summary: "", targetKinds: ["thing"], safety: safety, facts: .any, timeout: 2000, traffic: "nothing")
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await script(target, parameters, context)
  }
}

func header(
  targets: [String] = ["one"], ceiling: SafetyClass = .probe, environment: Environment = .staging,
  consented: [SafetyClass] = [], selection: [String] = [], interrupted: Bool = false, declaration: JSONObject = [:]
) -> RunHeader {
  RunHeader(
    tool: AuditReport.Tool(name: "prodworthy", version: "0"), runID: "run",
    system: AuditReport.System(name: "system", environment: environment), ceiling: ceiling, consented: consented,
    targets: targets.map { RecordedTarget(Target(id: $0, kind: "thing", settings: declaration)) },
    selection: selection, startedAt: Instant(seconds: 1_800_000_000), finishedAt: Instant(seconds: 1_800_000_001),
    durationMs: 1000, interrupted: interrupted)
}

/// Nothing was recorded: `JSONValue` reads a bare `nil` as `null`.
let nothingSeen: JSONValue? = .none

let everything = Policy(id: "all", title: "All", gate: [.maximumOpen(.critical, 0), .maximumOpen(.high, 0)])

func catalogue(_ checks: [CheckDefinition], items: [ChecklistItem] = []) -> Catalogue {
  Catalogue(checks: checks, probes: [ScriptedProbe { _, _, _ in .seen([:]) }], checklist: items)
}

func observation(
  _ planned: PlannedObservation, facts: JSONValue?, gaps: [Gap] = [], unseen: Unseen? = nil
) -> Observation {
  Observation(
    key: planned.key, probe: planned.probe, target: planned.target, kind: "thing", declaration: [:],
    parameters: .object(planned.parameters), facts: facts, gaps: gaps, unseen: unseen,
    startedAt: Instant(seconds: 1_800_000_000), durationMs: 5)
}

/// The report over `checks` where each target's facts are given, or nil for a timeout.
func report(
  _ checks: [CheckDefinition], facts: [String: JSONValue?], gaps: [Gap] = [], policy: Policy = everything,
  items: [ChecklistItem] = [], selection: [String] = [], interrupted: Bool = false
) -> AuditReport {
  let header = header(targets: facts.keys.sorted(), selection: selection, interrupted: interrupted)
  let catalogue = catalogue(checks, items: items)
  let plan = Plan(header, policy: policy, catalogue: catalogue)
  let observations = plan.observations.map { planned in
    let seen = facts[planned.target].flatMap { $0 }
    return observation(
      planned, facts: seen, gaps: gaps, unseen: seen == nil ? Unseen(.timeout, "silence for 2 s") : nil)
  }
  return Audit.report(
    RecordedRun(header: header, observations: observations), policy: policy, catalogue: catalogue)
}
