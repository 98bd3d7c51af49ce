import AuditModel
import Facts

/// Holds one check against the vocabulary: what no shape can say.
///
/// Reads the tree as far as it is sound, so that a mistake in one part hides none in another.
struct CheckValidation {
  private let root: LocatedValue
  private let vocabulary: Vocabulary
  private(set) var problems: Problems
  private let probe: ProbeDescriptor?
  private let kinds: [String]
  private let declaration: Schema
  /// The shapes of a subject; nil where the check has none.
  private let subject: Schema?
  private let parameters: [String: LocatedValue.Member]
  private var used: Set<String> = []

  init(_ root: LocatedValue, vocabulary: Vocabulary, problems: Problems) {
    self.root = root
    self.vocabulary = vocabulary
    self.problems = problems
    probe = root["probe"]?.string.flatMap(vocabulary.probe)
    kinds = root["targets"]?.elements.compactMap(\.string) ?? []
    declaration = vocabulary.declaration(of: kinds)
    parameters = Dictionary(
      (root["parameters"]?.members ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let facts = probe?.facts ?? .any
    subject = root["each"]?.string.flatMap { try? FactPath($0) }.flatMap { path in
      path.origin == .facts ? .either(path.query.possibleSchemas(in: facts)) : nil
    }
  }

  /// Adds everything that is wrong.
  mutating func run(path: String) {
    checkIdentity(path: path)
    checkSubject()
    checkWords()
    checkParameters()
    checkWith()
    for condition in root["when"]?.elements ?? [] {
      checkPath(condition["declared"], in: declaration, of: "the inventory's declaration")
      checkRelation(condition, on: condition["declared"], in: declaration)
    }
    for name in ["expect", "prefer"] {
      for expectation in root[name]?.elements ?? [] {
        checkFact(expectation["fact"])
        checkRelation(expectation, on: expectation["fact"], in: nil)
        checkTemplate(expectation["otherwise"])
        checkTemplate(expectation["ifMissing"]?["because"])
      }
    }
    for path in root["evidence"]?.elements ?? [] { checkFact(path) }
    checkExamples()
    for (name, member) in parameters where !used.contains(name) {
      problems.add(
        "unused-parameter", "the parameter `\(name)` is used nowhere", at: member.nameSpan,
        fix: "use it as ${\(name)} or remove it")
    }
  }

  // MARK: Names

  private mutating func checkIdentity(path: String) {
    guard let id = root["id"], let text = id.string, Schema.string(.identifier).violations(of: id.value).isEmpty
    else { return }
    guard let dash = text.firstIndex(of: "-"), text.index(after: dash) < text.endIndex, dash > text.startIndex else {
      problems.add(
        "check-id", "`\(text)` has no area", at: id.span, fix: "begin it with the area and a dash: tls-\(text)")
      return
    }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    let rest = text[text.index(after: dash)...]
    if stem != rest, stem != text {
      problems.add(
        "file-name", "the check `\(text)` stands in a file called \(file)", at: id.span,
        fix: "call the file \(rest).yaml or the check \(text[..<dash])-\(stem)")
    }
  }

  private mutating func checkWords() {
    if vocabulary.isComplete, let name = root["probe"], let text = name.string, probe == nil {
      problems.add(
        "unknown-probe", "there is no probe `\(text)`", at: name.span,
        fix: Suggestion.phrase(text, among: vocabulary.probes.map(\.id)))
    }
    for kind in vocabulary.isComplete ? root["targets"]?.elements ?? [] : [] {
      guard let text = kind.string else { continue }
      if vocabulary.targetKind(text) == nil {
        problems.add(
          "unknown-target-kind", "there is no kind of target `\(text)`", at: kind.span,
          fix: Suggestion.phrase(text, among: vocabulary.targetKinds.map(\.name)))
      } else if let probe, !probe.targetKinds.isEmpty, !probe.targetKinds.contains(text) {
        problems.add(
          "target-kind", "the probe \(probe.id) does not look at targets of kind `\(text)`", at: kind.span,
          fix: "it looks at \(probe.targetKinds.joined(separator: ", "))")
      }
    }
    for item in root["checklist"]?.elements ?? [] {
      guard let text = item.string, !vocabulary.checklist.contains(where: { $0.id == text }) else { continue }
      problems.add(
        "unknown-checklist-item", "there is no checklist item `\(text)`", at: item.span,
        fix: Suggestion.phrase(text, among: vocabulary.checklist.map(\.id)))
    }
    let safety = root["safety"].map { $0.string.flatMap(SafetyClass.init) } ?? .observe
    if let probe, let safety, safety < probe.safety {
      problems.add(
        "safety", "the safety class \(safety.rawValue) is gentler than that of the probe \(probe.id)",
        at: root["safety"]?.span ?? root["probe"]?.span ?? root.span, fix: "write safety: \(probe.safety.rawValue)")
    }
  }

  private mutating func checkSubject() {
    if let each = root.member("each") {
      for name in ["subject", "ifNone"] where root[name] == nil {
        problems.add("missing-key", "`each` needs the key `\(name)`", at: each.nameSpan)
      }
      if each.value.string?.hasPrefix("@") == true {
        problems.add("path", "subjects are selected from the facts", at: each.value.span, fix: "begin it with `$`")
      } else {
        checkPath(each.value, in: probe?.facts, of: factsName)
      }
    } else {
      for name in ["subject", "ifNone"] {
        if let member = root.member(name) {
          problems.add("missing-key", "`\(name)` needs the key `each`", at: member.nameSpan)
        }
      }
    }
    checkTemplate(root["subject"])
    checkTemplate(root["ifNone"]?["because"])
  }

  // MARK: Parameters

  private mutating func checkParameters() {
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

  private func schema(ofParameter name: String) -> Schema? {
    parameters[name].flatMap { try? CheckDefinition.Parameter.schema(of: $0.value.value) }
  }

  private mutating func use(_ name: String, at span: Span) {
    used.insert(name)
    if parameters[name] == nil {
      problems.add(
        "unknown-parameter", "the parameter `\(name)` is not declared", at: span,
        fix: Suggestion.phrase(name, among: parameters.keys.sorted()) ?? "declare it under parameters")
    }
  }

  private mutating func checkWith() {
    guard let with = root["with"] else { return }
    useParameters(in: with)
    guard let probe else { return }
    let asked = with.value.bound { parameters[$0]?.value["default"]?.value }
    for violation in Schema.object(probe.parameters).violations(of: asked)
    where with.descendant(at: violation.path).value.parameterName.map({ parameters[$0] != nil }) ?? true {
      Structure.add(violation, in: with, to: &problems)
    }
  }

  private mutating func useParameters(in value: LocatedValue) {
    if let name = value.value.parameterName { use(name, at: value.span) }
    for member in value.members { useParameters(in: member.value) }
    for element in value.elements { useParameters(in: element) }
  }

  // MARK: Paths

  private var factsName: String { "the facts of \(probe?.id ?? "the probe")" }

  /// A path from the facts or the subject. Returns what it can select.
  @discardableResult
  private mutating func checkFact(_ value: LocatedValue?) -> [Schema]? {
    guard let value, let text = value.string, let path = try? FactPath(text) else { return nil }
    return check(path, at: value.span)
  }

  @discardableResult
  private mutating func check(_ path: FactPath, at span: Span) -> [Schema]? {
    if path.origin == .facts { return check(path, in: probe?.facts, of: factsName, at: span) }
    guard root["each"] != nil else {
      problems.add("path", "`\(path.text)` reads a subject, but there is no `each`", at: span, fix: "begin it with `$`")
      return nil
    }
    return check(path, in: subject, of: "a subject", at: span)
  }

  private mutating func checkPath(_ value: LocatedValue?, in schema: Schema?, of document: String) {
    guard let value, let text = value.string, let path = try? FactPath(text) else { return }
    check(path, in: schema, of: document, at: value.span)
  }

  @discardableResult
  private mutating func check(
    _ path: FactPath, in schema: Schema?, of document: String, at span: Span
  ) -> [Schema]? {
    for name in path.query.parameterNames.sorted() { use(name, at: span) }
    guard let schema, schema != .either([]) else { return nil }
    let schemas = path.query.possibleSchemas(in: schema)
    let unreachable = path.query.unreachablePaths(in: schema)
    if let first = unreachable.first {
      let end = schemas.isEmpty ? PathReach.deadEnd(of: path.query, in: schema) : nil
      problems.add(
        "unreachable-path",
        end.map { "there is no `\($0.name)` in \(document): `\(path.text)`" }
          ?? "`\(schemas.isEmpty ? path.text : first)` can select nothing in \(document)",
        at: span, fix: end.flatMap { Suggestion.phrase($0.name, among: $0.known) })
      return nil
    }
    return schemas
  }

  private mutating func checkTemplate(_ value: LocatedValue?) {
    guard let value, let text = value.string else { return }
    do throws(JSONPath.SyntaxError) {
      for piece in try MessageTemplate(text).pieces {
        switch piece {
        case .text: break
        case .parameter(let name): use(name, at: value.span)
        case .fact(let path): check(path, at: value.span)
        }
      }
    } catch {
      problems.add("template", "the message cannot be read: \(error.message)", at: value.span)
    }
  }

  // MARK: Relations

  /// Exactly one relation, with a limit that it can compare and that the facts can reach.
  private mutating func checkRelation(_ value: LocatedValue, on path: LocatedValue?, in schema: Schema?) {
    guard value.value.object != nil else { return }
    let given = Matcher.Relation.allCases.compactMap { relation in
      value.member(relation.rawValue).map { (relation: relation, member: $0) }
    }.sorted {
      ($0.member.nameSpan.line, $0.member.nameSpan.column) < ($1.member.nameSpan.line, $1.member.nameSpan.column)
    }
    guard let (relation, member) = given.first else {
      problems.add(
        "relation", "a comparison is missing", at: value.span,
        fix: "add one of \(Matcher.Relation.allCases.map(\.rawValue).joined(separator: ", "))")
      return
    }
    for extra in given.dropFirst() {
      problems.add(
        "relation", "there is a second comparison `\(extra.member.name)`", at: extra.member.nameSpan,
        fix: "write a second expectation")
    }
    let limit = member.value
    if let name = limit.value.parameterName {
      use(name, at: limit.span)
      checkLimit(parameters[name]?.value["default"]?.value, of: relation, at: limit.span)
    } else if limit.value.comparedFact != nil {
      let fact = limit["fact"]
      if schema == nil { checkFact(fact) } else { checkPath(fact, in: schema, of: "the inventory's declaration") }
      if let text = fact?.string, let path = try? FactPath(text), !path.query.isSingular {
        problems.add("relation", "`\(text)` can select several values", at: fact?.span ?? limit.span)
      }
    } else {
      checkLimit(limit.value, of: relation, at: limit.span)
      checkReach(of: limit, relation, on: path, in: schema)
    }
  }

  private mutating func checkLimit(_ limit: JSONValue?, of relation: Matcher.Relation, at span: Span) {
    guard let limit else { return }
    let wanted: String? =
      switch relation {
      case .equals, .notEquals, .exists, .isEmpty, .contains, .excludes: nil
      case .atLeast, .atMost, .moreThan, .lessThan:
        limit.double == nil && limit.string == nil ? "a number or text" : nil
      case .oneOf, .noneOf: limit.array == nil ? "a list" : nil
      case .countAtLeast, .countAtMost: limit.integer == nil ? "a whole number" : nil
      case .matches, .matchesNot:
        if case .incomparable = Matcher(relation, .literal(limit)).verdict(on: [""], limit: limit) {
          "a regular expression of RFC 9485"
        } else {
          nil
        }
      }
    if let wanted { problems.add("relation", "`\(relation.rawValue)` takes \(wanted)", at: span) }
  }

  /// A limit that the facts never equal makes a check that can only pass or only fail.
  private mutating func checkReach(
    of limit: LocatedValue, _ relation: Matcher.Relation, on path: LocatedValue?, in schema: Schema?
  ) {
    let limits: [LocatedValue]
    switch relation {
    case .equals, .notEquals: limits = [limit]
    case .oneOf, .noneOf: limits = limit.elements
    default: return
    }
    guard let text = path?.string, let path = try? FactPath(text) else { return }
    let origin = path.origin == .subject ? subject : schema ?? probe?.facts
    guard let schemas = origin.map({ path.query.possibleSchemas(in: $0) }), !schemas.isEmpty else { return }
    for limit in limits where !limit.value.isNull {
      let violations = schemas.map { $0.violations(ofPart: limit.value) }
      guard violations.allSatisfy({ !$0.isEmpty }) else { continue }
      var fix: String?
      if case .notOneOf(let allowed)? = violations.first?.first?.kind {
        fix = Suggestion.phrase(limit.string ?? "", among: allowed, label: "it can be")
      } else if case .wrongType(let expected, _)? = violations.first?.first?.kind {
        fix = "it is \(expected)"
      }
      problems.add(
        "limit-out-of-reach", "`\(text)` is never \(JSONText.compact(limit.value))", at: limit.span, fix: fix)
    }
  }

  // MARK: Examples

  private mutating func checkExamples() {
    guard let examples = root.member("examples") else { return }
    let statuses = examples.value.elements.compactMap { $0["status"]?.string.flatMap(Status.init) }
    for (wanted, missing) in [([Status.pass], "passes"), ([.fail, .warn], "fails or warns")]
    where !statuses.contains(where: wanted.contains) {
      problems.add(
        "examples", "there is no example that \(missing)", at: examples.nameSpan,
        fix: "add facts on which the check \(missing)")
    }
    var fields = [Schema.Field("declaration", declaration, ""), Schema.Field("parameters", .any, "")]
    let declared = parameters.keys.sorted().compactMap { name in
      schema(ofParameter: name).map { Schema.Field(name, $0, "") }
    }
    if declared.count == parameters.count { fields[1].schema = .object(declared) }
    if let probe { fields.append(Schema.Field("facts", probe.facts, "")) }
    for example in examples.value.elements { checkPart(example, fields) }
  }

  /// Members that must be of their field's shape as far as they are given; others are not looked at.
  private mutating func checkPart(_ value: LocatedValue, _ fields: [Schema.Field]) {
    for violation in Schema.object(fields, others: .any).violations(ofPart: value.value) {
      Structure.add(violation, in: value, to: &problems)
    }
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
