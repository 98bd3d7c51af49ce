import AuditModel
import Facts

extension CheckDefinition {
  /// Reads a check that has the shape of `CheckSchema`.
  init(definition: JSONValue) throws(Malformed) {
    self.init(
      id: try definition.text("id"), title: try definition.text("title"), severity: try definition.word("severity"),
      checklist: try definition.texts("checklist"), probe: try definition.text("probe"),
      targets: try definition.texts("targets"), safety: try definition.word("safety", default: .observe),
      parameters: try Parameter.all(in: definition), with: try definition.members("with"),
      when: try definition.list("when") { (value) throws(Malformed) in try Condition(definition: value) },
      needs: try definition.texts("needs"), each: try Subjects(definition: definition),
      expect: try definition.list("expect") { (value) throws(Malformed) in try Expectation(definition: value) },
      prefer: try definition.list("prefer") { (value) throws(Malformed) in try Expectation(definition: value) },
      evidence: try definition.texts("evidence").paths(), rationale: try definition.prose("rationale"),
      remediation: try Remediation(definition: try definition.required("remediation")),
      references: try definition.texts("references"),
      examples: try definition.list("examples") { (value) throws(Malformed) in try Example(definition: value) })
  }
}

extension CheckDefinition.Parameter {
  fileprivate static func all(in definition: JSONValue) throws(Malformed) -> [Self] {
    var parameters: [Self] = []
    for (name, value) in try definition.members("parameters") {
      parameters.append(
        Self(
          name: name, schema: try schema(of: value), fallback: try value.required("default"),
          unit: try value.text("unit")))
    }
    return parameters
  }

  /// What the parameter's declaration lets its values be.
  static func schema(of declaration: JSONValue) throws(Malformed) -> Schema {
    switch try declaration.text("type") {
    case "number": .number(minimum: declaration["minimum"]?.double, maximum: declaration["maximum"]?.double)
    case "integer":
      .integer(
        minimum: declaration["minimum"]?.double.flatMap { Int(exactly: $0.rounded(.up)) },
        maximum: declaration["maximum"]?.double.flatMap { Int(exactly: $0.rounded(.down)) })
    case "string": .string()
    case "boolean": .boolean
    case "list": .array(.any)
    case let type: throw Malformed(description: "there is no type \(type)")
    }
  }
}

extension CheckDefinition.Condition {
  fileprivate init(definition: JSONValue) throws(Malformed) {
    self.init(
      declared: try definition.text("declared").path(), matcher: try Matcher(definition: definition),
      otherwise: try definition.text("otherwise"))
  }
}

extension CheckDefinition.Expectation {
  fileprivate init(definition: JSONValue) throws(Malformed) {
    self.init(
      fact: try definition.text("fact").path(), matcher: try Matcher(definition: definition),
      otherwise: try definition.template("otherwise"),
      ifMissing: try definition["ifMissing"].map { (value) throws(Malformed) in try .init(definition: value) })
  }
}

extension CheckDefinition.Subjects {
  fileprivate init?(definition: JSONValue) throws(Malformed) {
    guard definition["each"] != nil else { return nil }
    self.init(
      path: try definition.text("each").path(), name: try definition.text("subject").template(),
      ifNone: try CheckDefinition.Absence(definition: try definition.required("ifNone")))
  }
}

extension CheckDefinition.Absence {
  fileprivate init(definition: JSONValue) throws(Malformed) {
    self.init(status: try definition.word("status"), because: try definition.text("because").template())
  }
}

extension CheckDefinition.Remediation {
  fileprivate init(definition: JSONValue) throws(Malformed) {
    self.init(effort: try definition.word("effort"), text: try definition.prose("text"))
  }
}

extension CheckDefinition.Example {
  fileprivate init(definition: JSONValue) throws(Malformed) {
    self.init(
      name: try definition.text("name"), facts: try definition.required("facts"),
      declaration: .object(try definition.members("declaration")), parameters: try definition.members("parameters"),
      status: try definition.word("status"))
  }
}

extension Matcher {
  /// The one relation among the members of an expectation or a condition.
  fileprivate init(definition: JSONValue) throws(Malformed) {
    for relation in Relation.allCases {
      guard let limit = definition[relation.rawValue] else { continue }
      self.init(relation, try Limit(definition: limit))
      return
    }
    throw Malformed(description: "there is no relation")
  }
}

extension Matcher.Limit {
  fileprivate init(definition: JSONValue) throws(Malformed) {
    if let name = definition.parameterName {
      self = .parameter(name)
    } else if let text = definition.comparedFact {
      self = .fact(try text.path())
    } else {
      self = .literal(definition)
    }
  }
}

extension JSONValue {
  /// The name in a text that is just `${name}`.
  var parameterName: String? {
    guard let text = string, text.hasPrefix("${"), text.hasSuffix("}") else { return nil }
    let name = text.dropFirst(2).dropLast()
    return name.isEmpty || name.contains("}") ? nil : String(name)
  }

  /// The path in a limit `{ fact: … }`.
  var comparedFact: String? { object.flatMap { $0.count == 1 ? $0["fact"]?.string : nil } }

  fileprivate func template(_ name: String) throws(Malformed) -> MessageTemplate? {
    self[name] == nil ? nil : try text(name).template()
  }
}

extension String {
  fileprivate func path() throws(Malformed) -> FactPath {
    do throws(JSONPath.SyntaxError) { return try FactPath(self) } catch { throw Malformed(description: error.message) }
  }

  fileprivate func template() throws(Malformed) -> MessageTemplate {
    do throws(JSONPath.SyntaxError) {
      return try MessageTemplate(self)
    } catch {
      throw Malformed(description: error.message)
    }
  }
}

extension [String] {
  fileprivate func paths() throws(Malformed) -> [FactPath] {
    var paths: [FactPath] = []
    for text in self { paths.append(try text.path()) }
    return paths
  }
}
