import AuditModel
import Facts

extension CheckValidation {
  mutating func checkParameters() {
    for parameter in root["parameters"]?.members ?? [] {
      if !parameter.name.isParameterName {
        problems.add(
          "parameter", "`\(parameter.name)` cannot stand in ${…}", at: parameter.nameSpan,
          fix: "use letters, digits and `_`, a letter first")
      }
      guard let type = parameter.value["type"]?.string, CheckSchema.parameterTypes.contains(type) else { continue }
      let bounds = ["minimum", "maximum"].compactMap { parameter.value.member($0) }
      if type != "number", type != "integer", let bound = bounds.first {
        problems.add("parameter", "only a number has a \(bound.name)", at: bound.nameSpan)
      } else if bounds.count == 2, let least = bounds[0].value.value.double, let most = bounds[1].value.value.double,
        least > most
      {
        problems.add("out-of-range", "the minimum is greater than the maximum", at: bounds[0].value.span)
      }
      if let value = parameter.value.member("default"), let schema = schema(ofParameter: parameter.name) {
        checkPart(LocatedValue(members: [value], at: value.nameSpan), [Schema.Field("default", schema, "")])
      }
    }
  }

  func schema(ofParameter name: String) -> Schema? {
    parameters[name].flatMap { try? CheckDefinition.Parameter.schema(of: $0.value.value) }
  }

  mutating func use(_ name: String, at span: Span) {
    used.insert(name)
    if parameters[name] == nil {
      problems.add(
        "unknown-parameter", "the parameter `\(name)` is not declared", at: span,
        fix: Suggestion.phrase(name, among: parameters.keys.sorted()) ?? "declare it under parameters")
    }
  }

  mutating func checkWith() {
    guard let with = root["with"] else { return }
    useParameters(in: with)
    guard let probe else { return }
    let asked = with.value.bound { parameters[$0]?.value["default"]?.value }
    for violation in Schema.object(probe.parameters).violations(of: asked)
    where with.descendant(at: violation.path).value.parameterName.map({ parameters[$0] != nil }) ?? true {
      Structure.add(violation, in: with, called: "`with`", to: &problems)
    }
  }

  mutating func useParameters(in value: LocatedValue) {
    if let name = value.value.parameterName { use(name, at: value.span) }
    for member in value.members { useParameters(in: member.value) }
    for element in value.elements { useParameters(in: element) }
  }
}

extension JSONValue {
  /// The value with every text that is just `${name}` replaced by that parameter, wherever it stands.
  fileprivate func bound(_ parameter: (String) -> JSONValue?) -> JSONValue {
    switch self {
    case .string: parameterName.flatMap(parameter) ?? self
    case .array(let elements): .array(elements.map { $0.bound(parameter) })
    case .object(let object): .object(JSONObject(object.members.map { ($0.name, $0.value.bound(parameter)) }))
    default: self
    }
  }
}

extension String {
  /// Whether it can stand in `${…}`.
  fileprivate var isParameterName: Bool {
    guard let first = utf8.first else { return false }
    func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 }
    return isLetter(first) && utf8.allSatisfy { isLetter($0) || (48...57).contains($0) }
  }
}
