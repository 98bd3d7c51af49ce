package import AuditModel
import Facts

extension Definitions {
  /// A policy, held against the checks it speaks of.
  package static func policy(
    _ file: SourceFile, checks: [CheckDefinition], checklist: [ChecklistItem]
  ) -> Loaded<Policy> {
    let (root, problems) = YAMLReader.read(file)
    return policy(root, problems, checks: checks, checklist: checklist)
  }

  static func policy(
    _ root: LocatedValue?, _ problems: Problems, checks: [CheckDefinition], checklist: [ChecklistItem]
  ) -> Loaded<Policy> {
    guard let root else { return Loaded(nil, problems.diagnostics) }
    var validation = PolicyValidation(root, checks: checks, checklist: checklist, problems: problems)
    validation.run()
    var found = validation.problems
    do {
      let policy = try Policy(definition: root.value)
      return Loaded(policy, found.diagnostics)
    } catch {
      if found.isEmpty { found.add("malformed", "the policy cannot be read: \(error)", at: root.span) }
      return Loaded(nil, found.diagnostics)
    }
  }

  /// A policy from the compiled-in catalogue; only its shape is looked at.
  package static func policy(compiled text: String) throws -> Policy {
    try Policy(definition: JSONText.parse(Array(text.utf8)))
  }
}

extension Policy {
  /// Reads a policy that has the shape of `PolicySchema`.
  init(definition: JSONValue) throws(Malformed) {
    let selection = JSONValue.object(try definition.members("checks"))
    var parameters: [String: JSONObject] = [:]
    for (id, values) in try definition.members("parameters") { parameters[id] = values.object }
    var weights: [String: Int] = [:]
    for (id, weight) in try definition.members("weights") { weights[id] = weight.integer }
    let include = try selection.texts("include")
    self.init(
      id: try definition.text("policy"), title: try definition.text("title"),
      include: include.isEmpty ? ["*"] : include,
      exclude: try selection.texts("exclude"), parameters: parameters, weights: weights,
      gate: try Self.rules(of: try definition.required("gate")),
      waiving: try Self.waiving(of: definition["gate"]?["waivers"] ?? [:]),
      shelfLife: try Self.shelfLife(of: definition["evidence"] ?? [:]), waivers: definition["waivers"]?.string)
  }

  private static func waiving(of waivers: JSONValue) throws(Malformed) -> WaivingRules {
    let usual = WaivingRules()
    return WaivingRules(
      maximumDays: waivers["maxDays"]?.integer ?? usual.maximumDays,
      forbidden: try waivers.texts("forbidSeverities").compactMap(Severity.init),
      maximumCovered: waivers["maxCovered"]?.integer ?? usual.maximumCovered)
  }

  private static func shelfLife(of evidence: JSONValue) throws(Malformed) -> ShelfLife {
    var life = ShelfLife()
    if let hours = evidence["maxAgeHours"]?.integer { life.hours = hours }
    for (probe, hours) in try evidence.members("byProbe") { life.byProbe[probe] = hours.integer }
    return life
  }

  private static func rules(of gate: JSONValue) throws(Malformed) -> [GateRule] {
    var rules: [GateRule] = []
    for severity in Severity.allCases {
      if let count = gate["maxOpen"]?[severity.rawValue]?.integer { rules.append(.maximumOpen(severity, count)) }
    }
    for severity in Severity.allCases {
      if let count = gate["maxNotEvaluated"]?[severity.rawValue]?.integer {
        rules.append(.maximumNotEvaluated(severity, count))
      }
    }
    if let percent = gate["minScore"]?.double { rules.append(.minimumScore(Self.perMille(percent))) }
    if let percent = gate["minCoverage"]?.double { rules.append(.minimumCoverage(Self.perMille(percent))) }
    let checks = try gate.texts("requireChecks")
    if !checks.isEmpty { rules.append(.requiredChecks(checks)) }
    let items = try gate.texts("requireItems")
    if !items.isEmpty { rules.append(.requiredItems(items)) }
    if let new = gate["newFailures"], let limit = new["max"]?.integer {
      rules.append(.maximumNewFailures(new["severity"]?.string.flatMap(Severity.init) ?? .info, limit))
    }
    if let waivers = gate["waivers"] {
      if let limit = waivers["maxActive"]?.integer { rules.append(.maximumWaivers(limit)) }
      if let percent = waivers["maxWeightPercent"]?.double {
        rules.append(.maximumWaivedWeight(Self.perMille(percent)))
      }
      let refused = try waivers.texts("refuse").compactMap(AuditReport.WaiverProblem.Kind.init)
      if !refused.isEmpty { rules.append(.refusedWaiverProblems(refused)) }
    }
    if let attestations = gate["attestations"] {
      let refused = try attestations.texts("refuse").compactMap(AuditReport.AttestationRow.State.init)
      if !refused.isEmpty { rules.append(.refusedAttestationStates(refused)) }
    }
    if let limit = gate["maxRegressions"]?.integer { rules.append(.maximumRegressions(limit)) }
    if let limit = gate["maxOpenCells"]?.integer { rules.append(.maximumOpenCells(limit)) }
    return rules
  }

  private static func perMille(_ percent: Double) -> Int { Int((min(max(percent, 0), 100) * 10).rounded()) }
}

private struct PolicyValidation {
  let root: LocatedValue
  let checks: [CheckDefinition]
  let checklist: [ChecklistItem]
  var problems: Problems

  init(_ root: LocatedValue, checks: [CheckDefinition], checklist: [ChecklistItem], problems: Problems) {
    self.root = root
    self.checks = checks
    self.checklist = checklist
    self.problems = problems
  }

  mutating func run() {
    Structure.check(root, against: PolicySchema.schema, into: &problems)
    checkSelection()
    for member in root["parameters"]?.members ?? [] { checkParameters(member) }
    for member in root["weights"]?.members ?? [] { checkID(member.name, at: member.nameSpan) }
    checkGate()
  }

  private mutating func checkSelection() {
    for name in ["include", "exclude"] {
      for pattern in root["checks"]?[name]?.elements ?? [] {
        guard let text = pattern.string else { continue }
        if !text.hasSuffix("*") {
          checkID(text, at: pattern.span)
        } else if !checks.isEmpty, !checks.contains(where: { Policy.pattern(text, matches: $0.id) }) {
          problems.add(
            "unknown-check", "no check begins with `\(text.dropLast())`", at: pattern.span,
            fix: Suggestion.phrase(text, among: Set(checks.map { "\($0.area)-*" }).sorted()))
        }
      }
    }
  }

  private mutating func checkID(_ id: String, at span: Span) {
    guard !checks.contains(where: { $0.id == id }) else { return }
    problems.add(
      "unknown-check", "there is no check `\(id)`", at: span, fix: Suggestion.phrase(id, among: checks.map(\.id)))
  }

  private mutating func checkParameters(_ member: LocatedValue.Member) {
    guard let check = checks.first(where: { $0.id == member.name }) else {
      return checkID(member.name, at: member.nameSpan)
    }
    guard member.value.value.object != nil else { return }
    let schema = Schema.object(check.parameters.map { .init($0.name, $0.schema, $0.unit) })
    for violation in schema.violations(of: member.value.value) {
      if case .unknownName(let name, let known) = violation.kind, violation.path.isEmpty {
        problems.add(
          "unknown-parameter", "the check \(check.id) has no parameter `\(name)`",
          at: member.value.member(name)?.nameSpan ?? member.nameSpan,
          fix: Suggestion.phrase(name, among: known, label: "it has") ?? "it has none")
      } else {
        Structure.add(violation, in: member.value, called: "`\(check.id)`", to: &problems)
      }
    }
  }

  private mutating func checkGate() {
    guard let gate = root.member("gate"), gate.value.value.object != nil else { return }
    // What waivers may do says nothing of what has to hold.
    let decides = gate.value.members.contains { $0.name != "waivers" && $0.value.value.object?.isEmpty != true }
    if !decides {
      problems.add(
        "empty-gate", "a gate without a condition decides nothing", at: gate.nameSpan,
        fix: "add maxOpen: { critical: 0 } or another condition")
    }
    for name in ["minScore", "minCoverage"] {
      guard let value = gate.value[name], let percent = value.value.double, (0...100).contains(percent) else {
        continue
      }
      let perMille = percent * 10
      if (perMille - perMille.rounded()).magnitude > 1e-6 {
        problems.add("precision", "`\(name)` has more than one decimal", at: value.span, fix: "round it")
      }
    }
    for id in gate.value["requireChecks"]?.elements ?? [] { if let text = id.string { checkID(text, at: id.span) } }
    for item in gate.value["requireItems"]?.elements ?? [] {
      guard let text = item.string, !checklist.contains(where: { $0.id == text }) else { continue }
      problems.add(
        "unknown-checklist-item", "there is no checklist item `\(text)`", at: item.span,
        fix: Suggestion.phrase(text, among: checklist.map(\.id)))
    }
  }
}
