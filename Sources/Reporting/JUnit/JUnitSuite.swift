import AuditModel

/// One `testsuite`: the gate, or what was found on one target.
struct JUnitSuite {
  /// What its cases are made from.
  enum Content {
    case gate([Gate.Condition])
    case findings([Finding])
    case said([Said])
  }

  /// The gate's suite.
  static let gateName = "readiness.gate"

  let name: String
  let properties: [(name: String, value: String)]
  let location: SourceLocation?
  let content: Content
  private let blockers: Blockers
  /// The number of its cases.
  let count: Int
  /// The number of its cases by the element that says they are not green, decided where the elements are.
  let outcomes: [JUnitCase.Outcome: Int]
  /// The sum of its cases' times, in milliseconds.
  let durationMs: Int

  init(
    name: String, properties: [(name: String, value: String)], location: SourceLocation? = nil, content: Content,
    blockers: Blockers
  ) {
    self.name = name
    self.properties = properties
    self.location = location
    self.content = content
    self.blockers = blockers
    var outcomes: [JUnitCase.Outcome: Int] = [:]
    var durationMs = 0
    switch content {
    case .gate(let conditions):
      count = conditions.count
      for condition in conditions {
        if let outcome = JUnitMapping.outcome(of: condition) { outcomes[outcome, default: 0] += 1 }
      }
    case .findings(let findings):
      count = findings.count
      for finding in findings {
        if let outcome = JUnitMapping.outcome(of: finding, blockers) { outcomes[outcome, default: 0] += 1 }
        durationMs += max(0, finding.durationMs)
      }
    case .said(let said):
      count = said.count
      for item in said { if let outcome = JUnitMapping.outcome(of: item) { outcomes[outcome, default: 0] += 1 } }
    }
    self.outcomes = outcomes
    self.durationMs = durationMs
  }

  /// The bytes that its cases cannot do without: an empty element, the check in two attributes, its title.
  func leastBytes(in report: AuditReport) -> Int {
    guard case .findings(let findings) = content else { return 0 }
    let element = #"<testcase classname="" name="" time="0.000"/>"#.utf8.count
    return findings.indices.reduce(0) { sum, index in
      let check = findings[index].check
      let name = check.utf8.count + (report.checks[check]?.title.utf8.count ?? 0)
      return sum + element + min(check.utf8.count, JUnitMapping.segmentLimit) + min(name, JUnitMapping.nameLimit)
    }
  }

  /// The gate first, then what was said, then the targets in inventory order; one without cases is left out, as readers
  /// would.
  static func suites(of report: AuditReport) -> [JUnitSuite] {
    // A gate without conditions decides nothing, and a file without a case would look green.
    let nothing = Gate.Condition(id: "gate", status: .undecided, detail: "the policy names no condition")
    let conditions = report.gate.conditions.isEmpty ? [nothing] : report.gate.conditions
    let blockers = Blockers(report)
    let gate = JUnitSuite(
      name: gateName,
      properties: [
        ("readiness.system", report.system.name), ("readiness.environment", report.system.environment.rawValue),
        ("readiness.policy", report.policy.id), ("readiness.policy.digest", report.policy.digest),
        ("readiness.gate", report.gate.status.rawValue), ("readiness.score", report.score.sentence),
        ("readiness.run", report.runID), ("readiness.tool", "\(report.tool.name) \(report.tool.version)"),
      ] + (report.rehearsalSentence.map { [("readiness.rehearsed", $0)] } ?? []), content: .gate(conditions),
      blockers: blockers)
    let targets = Dictionary(report.targets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let order = Dictionary(
      report.targets.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let found = report.findings.filter { $0.status != .skipped }.grouped { $0.target }
    let sorted = found.enumerated().sorted {
      (order[$0.element.key] ?? .max, $0.offset) < (order[$1.element.key] ?? .max, $1.offset)
    }
    let said = [report.saidOfRehearsal, report.saidInWaivers, report.saidInAttestations].compactMap { said in
      said.first.map { JUnitSuite(name: $0.suite, properties: [], content: .said(said), blockers: blockers) }
    }
    return [gate] + said
      + sorted.map { _, group in
        let target = targets[group.key]
        return JUnitSuite(
          name: name(for: group.key),
          properties: [
            ("readiness.target", group.key), ("readiness.kind", target?.kind ?? ""),
            ("readiness.address", target?.address ?? ""),
          ].filter { !$0.1.isEmpty }, location: target?.location, content: .findings(group.elements),
          blockers: blockers)
      }
  }

  /// The target's id, unless that is none to the Ant schema or would pass for the gate or another suite of the report's
  /// own.
  private static func name(for target: String) -> String {
    if target.hasPrefix("readiness.") { return "target \(target)" }
    return target.allSatisfy(\.isWhitespace) ? "unnamed" : target
  }

  /// The suites as two lists of about equally many cases; no second one where there is a single case.
  static func halves(of suites: [JUnitSuite]) -> (first: [JUnitSuite], second: [JUnitSuite]?) {
    let total = suites.reduce(0) { $0 + $1.count }
    guard total > 1 else { return (suites, nil) }
    var room = total / 2
    var first: [JUnitSuite] = []
    var second: [JUnitSuite] = []
    for suite in suites {
      let taken = min(room, suite.count)
      room -= taken
      if taken > 0 { first.append(suite.part(0..<taken)) }
      if taken < suite.count { second.append(suite.part(taken..<suite.count)) }
    }
    return (first, second)
  }

  private func part(_ range: Range<Int>) -> JUnitSuite {
    let part: Content =
      switch content {
      case .gate(let conditions): .gate(Array(conditions[range]))
      case .findings(let findings): .findings(Array(findings[range]))
      case .said(let said): .said(Array(said[range]))
      }
    return JUnitSuite(name: name, properties: properties, location: location, content: part, blockers: blockers)
  }
}
