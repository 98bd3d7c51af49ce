package import Definitions
import Facts

extension LoadScript {
  /// What came of reading a script.
  package struct Outcome: Sendable {
    /// The script, as far as it could be read; nil where nothing of it is one.
    package var script: LoadScript?
    /// What of it is not run or cannot be read, in the order of the lines. A script is run only where this is empty.
    package var refusals: [Refusal]
  }

  /// Reads a script. `variables` are the environment's, for `{{ $processEnvironment.NAME }}`; `chosen` is the name of one
  /// of the script's own environments, whose settings are laid over its config.
  package static func read(
    _ document: LocatedDocument, variables: [String: String], chosen: String? = nil
  ) -> Outcome {
    var reading = ScriptReading(
      environment: ScriptEnvironment(
        variables: JSONObject(variables.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }), chosen: chosen)
    )
    let script = reading.script(document.root, chosen: chosen)
    var seen: Set<Refusal> = []
    let refusals = reading.refusals.filter { seen.insert($0).inserted }.enumerated().sorted {
      ($0.element.span.line, $0.element.span.column, $0.offset) < (
        $1.element.span.line, $1.element.span.column, $1.offset
      )
    }.map(\.element)
    return Outcome(script: script, refusals: refusals.map { $0.named(on: document.line($0.span.line)) })
  }
}

extension LoadScript.Refusal {
  /// The same with the name of what stands on its line, where what is refused has none there: an element of a list say.
  fileprivate func named(on line: String) -> LoadScript.Refusal {
    guard feature.split(separator: " ").allSatisfy({ !line.contains($0) }) else { return self }
    let start = line.drop { "-{[\"' \t,".contains($0) }
    let key = start.prefix { !":\"' \t,{}[]".contains($0) }
    guard !key.isEmpty else { return self }
    var named = self
    named.feature = "\(feature): \(key)"
    return named
  }
}

/// What is known before any user starts.
struct ScriptEnvironment: TemplateSource {
  let variables: JSONObject
  let chosen: String?

  func variable(_ name: String) -> JSONValue? {
    switch name {
    case "$env", "$processEnvironment": .object(variables)
    case "$environment": chosen.map { .string($0) }
    default: nil
    }
  }

  func random(below bound: Int) -> Int { 0 }
}

/// Reads a script part by part and collects what is refused.
struct ScriptReading {
  typealias Refusal = LoadScript.Refusal

  let environment: ScriptEnvironment
  private(set) var refusals: [Refusal] = []
  /// Numbers that depend on variables that are not set.
  var unresolved: [Refusal] = []
  /// Names that variables get somewhere in the script.
  var declared: Set<String> = [
    "$uuid", "$testId", "$env", "$processEnvironment", "$environment", "$dirname", "target", "$loopCount",
    "$loopElement",
  ]
  /// Names with a dollar sign that templates use.
  var used: [(name: String, span: Span)] = []

  init(environment: ScriptEnvironment) { self.environment = environment }

  mutating func refuse(_ feature: String, _ reason: String, at span: Span) {
    refusals.append(Refusal(feature: feature, reason: reason, span: span))
  }

  /// Refuses the members of an object that are not among `known`.
  mutating func refuseOthers(_ value: LocatedValue, in place: String, known: [String]) {
    for member in value.members where !known.contains(member.name) {
      let near = Suggestion.nearest(to: member.name, among: known).first
      refuse(
        member.name, "`\(member.name)` is not supported in \(place)\(near.map { "; did you mean `\($0)`?" } ?? "")",
        at: member.nameSpan)
    }
  }

  /// The object that a member holds; nil, and a refusal, where it holds something else. `null` counts as empty.
  mutating func object(_ member: LocatedValue.Member) -> LocatedValue? {
    if member.value.value.object != nil { return member.value }
    if member.value.value.isNull { return nil }
    refuse(member.name, "`\(member.name)` must be an object", at: member.value.span)
    return nil
  }

  // MARK: The whole

  mutating func script(_ root: LocatedValue, chosen: String?) -> LoadScript? {
    guard root.value.object != nil, root.member("config") != nil || root.member("scenarios") != nil else {
      refuse(
        root.members.first?.name ?? "document", "this is no load script: it has neither `config` nor `scenarios`",
        at: root.members.first?.nameSpan ?? root.span)
      return nil
    }
    refuseOthers(root, in: "a script", known: ["config", "scenarios", "before", "after", "version", "$schema"])
    var script = LoadScript(
      target: nil, phases: [], scenarios: [], before: [], after: [], variables: [:], payloads: [],
      http: LoadScript.HTTPSettings(), thresholds: [], judgesExpectations: false, apdexMilliseconds: nil,
      environmentName: chosen, unresolved: [])
    if let member = root.member("config"), let config = object(member) { self.config(config, chosen, into: &script) }
    if script.phases.isEmpty { script.phases = [LoadPhase(.count(1), seconds: 0)] }
    if let member = root.member("before") { script.before = outerFlow(member) }
    if let member = root.member("after") { script.after = outerFlow(member) }
    scenarios(root, into: &script)
    for use in used where !declared.contains(use.name) {
      refuse(use.name, "there is no variable `\(use.name)`", at: use.span)
    }
    if script.judgesExpectations { script.thresholds.append(.expectations) }
    script.unresolved = unresolved
    return script
  }

  private mutating func outerFlow(_ member: LocatedValue.Member) -> [LoadStep] {
    guard let value = object(member) else { return [] }
    refuseOthers(value, in: "`\(member.name)`", known: ["flow"])
    return value.member("flow").map { flow($0) } ?? []
  }

  private mutating func scenarios(_ root: LocatedValue, into script: inout LoadScript) {
    guard let member = root.member("scenarios") else {
      if let config = root.member("config") {
        refuse("config", "there is a `config` without `scenarios`: there is nothing to run", at: config.nameSpan)
      }
      return
    }
    guard member.value.value.array != nil, !member.value.elements.isEmpty else {
      return refuse("scenarios", "`scenarios` must be a list that is not empty", at: member.nameSpan)
    }
    for (index, value) in member.value.elements.enumerated() {
      guard value.value.object != nil else {
        refuse("scenarios", "a scenario must be an object", at: value.span)
        continue
      }
      let engine = value.member("engine")
      if let engine, engine.value.string != "http" {
        let name = engine.value.string ?? engine.value.plainText ?? "engine"
        refuse(
          engine.value.string.map { "engine: \($0)" } ?? "engine",
          "the engine `\(name)` is not supported: only http is", at: engine.value.span)
      }
      let hooks = ["beforeScenario", "afterScenario", "beforeRequest", "afterResponse", "onError"]
      for name in hooks {
        guard let hook = value.member(name), !Self.isEmpty(hook.value) else { continue }
        refuse(name, "`\(name)` calls functions of JavaScript, which are not run", at: hook.nameSpan)
      }
      refuseOthers(value, in: "a scenario", known: ["name", "weight", "flow", "engine"] + hooks)
      var scenario = LoadScript.Scenario(name: "scenario \(index + 1)", weight: 1, flow: [])
      if let name = value["name"] { scenario.name = text(name) ?? scenario.name }
      if let weight = value["weight"] { scenario.weight = self.weight(weight) }
      if let flow = value.member("flow") {
        scenario.flow = self.flow(flow)
      } else if engine?.value.string == nil || engine?.value.string == "http" {
        refuse(
          value.members.first?.name ?? "scenarios", "the scenario has no `flow`",
          at: value.members.first?.nameSpan ?? value.span)
      }
      script.scenarios.append(scenario)
    }
    if script.scenarios.allSatisfy({ $0.weight == 0 }) {
      let weight = member.value.elements.lazy.compactMap { $0.member("weight") }.first
      refuse("weight", "no scenario has a weight above 0", at: weight?.nameSpan ?? member.nameSpan)
    }
  }

  /// What is no number counts nothing, as in Artillery.
  private mutating func weight(_ value: LocatedValue) -> Double {
    if let number = value.value.double { return max(0, number) }
    guard let text = value.string, let resolved = resolved(TextTemplate(text)) else { return 0 }
    return max(0, resolved.double ?? resolved.string.flatMap(Double.init) ?? 0)
  }

  static func isEmpty(_ value: LocatedValue) -> Bool {
    value.value.isNull || value.value.array?.isEmpty == true || value.value.object?.isEmpty == true
  }

  // MARK: Values

  /// A template in which everything means something; what does not is refused.
  mutating func template(_ text: String, at span: Span) -> TextTemplate {
    let template = TextTemplate(text)
    for unknown in template.unknown {
      refuse(
        unknown.isEmpty ? "{{" : unknown,
        "`{{ \(unknown) }}` means nothing here: there are variables, $randomString(n) and $randomNumber(low, high)",
        at: place(of: unknown, in: text, at: span))
    }
    note(template, at: span)
    return template
  }

  /// Remembers the names with a dollar sign: they are Artillery's own, or wrong.
  mutating func note(_ template: TextTemplate, at span: Span) {
    for name in template.variables where name.hasPrefix("$") { used.append((name, span)) }
  }

  private func place(of part: String, in text: String, at span: Span) -> Span { span }

  /// A JSON value with templates in it.
  mutating func jsonTemplate(_ value: LocatedValue) -> JSONTemplate {
    visitTexts(of: value)
    return JSONTemplate(value.value)
  }

  private mutating func visitTexts(of value: LocatedValue) {
    if let text = value.string { _ = template(text, at: value.span) }
    for member in value.members {
      _ = template(member.name, at: member.nameSpan)
      visitTexts(of: member.value)
    }
    for element in value.elements { visitTexts(of: element) }
  }

  /// A scalar as text; nil for what is none.
  func text(_ value: LocatedValue) -> String? {
    switch value.value {
    case .string(let text): text
    case .integer, .double, .bool: value.plainText ?? JSONText.compact(value.value)
    default: nil
    }
  }

  /// The template of a scalar; a refusal, named after `feature`, for anything else.
  mutating func scalarTemplate(_ value: LocatedValue, _ feature: String) -> TextTemplate? {
    guard let text = text(value) else {
      refuse(feature, "`\(feature)` must be text", at: value.span)
      return nil
    }
    return template(text, at: value.span)
  }

  /// Names and values of an object, all of them scalars; lists repeat their name.
  mutating func namedTemplates(_ member: LocatedValue.Member) -> [LoadScript.NamedTemplate] {
    guard let value = object(member) else { return [] }
    var list: [LoadScript.NamedTemplate] = []
    for entry in value.members {
      let name = template(entry.name, at: entry.nameSpan)
      for element in entry.value.value.array != nil ? entry.value.elements : [entry.value] {
        if element.value.isNull {
          list.append(.init(name: name, value: TextTemplate("")))
        } else if element.value.object != nil {
          let text = JSONText.compact(element.value)
          list.append(.init(name: name, value: template(text, at: element.span)))
        } else if let value = scalarTemplate(element, entry.name) {
          list.append(.init(name: name, value: value))
        }
      }
    }
    return list
  }

  /// What a template stands for before any user starts; nil where that is not known yet.
  func resolved(_ template: TextTemplate) -> JSONValue? {
    if let plain = template.plain { return .string(plain) }
    guard template.unknown.isEmpty, template.variables.allSatisfy({ environment.variable($0) != nil }) else {
      return nil
    }
    let value = template.value(from: environment)
    guard let text = value?.string else { return value }
    return text.contains("undefined") ? nil : value
  }

  /// A text that is known before any user starts; nil where it depends on a variable that is not set, or is none.
  mutating func resolvedText(_ member: LocatedValue.Member) -> String? {
    guard let text = text(member.value) else {
      refuse(member.name, "`\(member.name)` must be text", at: member.value.span)
      return nil
    }
    let template = template(text, at: member.value.span)
    if let value = resolved(template) { return TextTemplate.written(value) }
    unresolved.append(
      Refusal(
        feature: member.name, reason: "`\(member.name)` depends on a variable that is not set: \(text)",
        span: member.value.span))
    return nil
  }

  /// A number from `least`, perhaps written as text; nil where it depends on a variable that is not set, or is none.
  mutating func number(_ member: LocatedValue.Member, atLeast least: Double = 0, atMost most: Double = 1e9) -> Double? {
    guard let text = resolvedText(member) else { return nil }
    guard let number = Double(text.trimmedOfSpaces), number.isFinite, number >= least, number <= most else {
      refuse(
        member.name, "`\(member.name)` must be a number from \(Self.written(least)) to \(Self.written(most))",
        at: member.value.span)
      return nil
    }
    return number
  }

  /// A time in seconds, as in `10`, `10s`, `0.5 min`.
  mutating func duration(_ member: LocatedValue.Member) -> Double? {
    guard let text = resolvedText(member) else { return nil }
    guard let seconds = ScriptDuration.seconds(text) else {
      refuse(
        member.name, "`\(member.name)` must be a time such as 60, 90s, 10min or 1.5h, of at most 30 days",
        at: member.value.span)
      return nil
    }
    return seconds
  }

  /// A truth value, perhaps written as text.
  mutating func truth(_ member: LocatedValue.Member) -> Bool? {
    if let truth = member.value.value.bool { return truth }
    switch resolvedText(member)?.lowercased() {
    case "true": return true
    case "false": return false
    case nil: return nil
    default:
      refuse(member.name, "`\(member.name)` must be true or false", at: member.value.span)
      return nil
    }
  }

  private static func written(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }
}
