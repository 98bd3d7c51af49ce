package import AuditModel
package import Facts

/// What the inventory's file says.
package struct InventoryFile: Sendable {
  /// What is audited.
  package var inventory: Inventory
  /// The policy it asks for: a name, or a file relative to it.
  package var policy: String?
  /// Folders with further checks, relative to it.
  package var checks: [String]
  /// The file of waivers it names, relative to it.
  package var waivers: String?
  /// The file of attestations it names, relative to it.
  package var attestations: String?
  /// The files and folders whose content makes the system what it is, relative to it.
  package var identityFiles: [String]
  /// What else makes the system what it is, by name.
  package var identityValues: [String: String]
  /// The services and features of its matrix, of the shape of a matrix plan; nil where it declares none.
  package var matrix: JSONValue?
  /// The files and folders that its targets name, in its order.
  package var named: [NamedFile]

  /// A file or folder that a target names.
  package struct NamedFile: Sendable, Hashable {
    /// The target's id.
    package var target: String
    /// The target's kind.
    package var kind: String
    /// The field of the target that it stands in.
    package var field: String
    /// Absolute.
    package var path: String
  }
}

extension Definitions {
  /// The inventory with its references resolved and its paths made absolute.
  package static func inventory(
    _ file: SourceFile, vocabulary: Vocabulary, resolve: SecretResolver
  ) -> Loaded<InventoryFile> {
    let secrets = vocabulary.targetKinds.flatMap(\.fields).filter { $0.schema.isSecretReference }.map(\.name)
    let mask = SecretMask(names: secrets)
    let (root, problems) = YAMLReader.read(file, masking: mask.masked)
    guard let root else { return Loaded(nil, problems.diagnostics) }
    var loading = InventoryLoading(
      root, path: file.path, vocabulary: vocabulary, resolver: resolve, problems: problems)
    return loading.run()
  }

  /// The folders of further checks that an inventory names, relative to it; none where it cannot be read. What is
  /// wrong with it is told by `inventory`.
  package static func checkFolders(ofInventory file: SourceFile) -> [String] {
    YAMLReader.read(file).root?["checks"]?.elements.compactMap(\.string) ?? []
  }
}

private struct InventoryLoading {
  let root: LocatedValue
  let path: String
  let folder: String
  let vocabulary: Vocabulary
  let resolver: SecretResolver
  var problems: Problems
  /// What is wrong in documents that the inventory names.
  private var documentProblems: [Diagnostic] = []
  /// The files that the targets read so far name.
  private var named: [InventoryFile.NamedFile] = []
  /// Where in the inventory a path would stand that is resolved now: target, kind, field.
  private var place = (target: "", kind: "", field: "")

  init(
    _ root: LocatedValue, path: String, vocabulary: Vocabulary, resolver: SecretResolver, problems: Problems
  ) {
    self.root = root
    self.path = path
    folder = FilePath.folder(of: path)
    self.vocabulary = vocabulary
    self.resolver = resolver
    self.problems = problems
  }

  mutating func run() -> Loaded<InventoryFile> {
    Structure.check(root, against: InventorySchema.frame, into: &problems)
    let targets = (root["targets"]?.elements ?? []).compactMap { target($0) }
    checkIDs()
    let consents = (root["consent"]?.elements ?? []).compactMap { consent($0) }
    var identity: [String: String] = [:]
    for member in root["identity"]?["values"]?.members ?? [] {
      guard let text = member.value.string else { continue }
      identity[member.name] = resolved(text, at: member.value.span, schema: .string())
    }
    if let matrix = root["matrix"] {
      MatrixPlanSchema.checkNames(
        in: matrix, targets: (root["targets"]?.elements ?? []).compactMap { $0["id"]?.string }, into: &problems)
    }
    guard problems.isEmpty, documentProblems.isEmpty, let system = root["system"]?.string,
      let environment = root["environment"]?.string.flatMap(Environment.init)
    else { return Loaded(nil, problems.diagnostics + documentProblems) }
    let inventory = Inventory(
      system: system, environment: environment,
      ceiling: root["ceiling"]?.string.flatMap(SafetyClass.init) ?? .probe, targets: targets, consents: consents)
    return Loaded(
      InventoryFile(
        inventory: inventory, policy: root["policy"]?.string,
        checks: root["checks"]?.elements.compactMap(\.string) ?? [], waivers: root["waivers"]?.string,
        attestations: root["attestations"]?.string,
        identityFiles: root["identity"]?["files"]?.elements.compactMap(\.string) ?? [], identityValues: identity,
        matrix: root["matrix"]?.value, named: named),
      problems.diagnostics)
  }

  private mutating func checkIDs() {
    var lines: [String: Int] = [:]
    for id in (root["targets"]?.elements ?? []).compactMap({ $0["id"] }) {
      guard let text = id.string else { continue }
      if let line = lines[text] {
        problems.add(
          "duplicate-id", "there is a target called `\(text)` already", at: id.span, fix: "the first is in line \(line)"
        )
      } else {
        lines[text] = id.span.line
      }
    }
  }

  private func consent(_ value: LocatedValue) -> Inventory.Consent? {
    guard let safety = value["safety"]?.string.flatMap(SafetyClass.init), let by = value["by"]?.string,
      let text = value["until"]?.string, var until = Instant(text)
    else { return nil }
    // A day is permitted to its end.
    if text.utf8.count == 10 { until.seconds += 86_399 }
    return Inventory.Consent(safety: safety, by: by, until: until)
  }

  // MARK: Targets

  private mutating func target(_ value: LocatedValue) -> Target? {
    guard value.value.object != nil else {
      problems.add("wrong-type", "a target must be an object", at: value.span)
      return nil
    }
    guard let kind = value["kind"] else {
      problems.add("missing-key", "the target needs the key `kind`", at: value.span, fix: knownKinds(""))
      return nil
    }
    guard let known = kind.string.flatMap(vocabulary.targetKind) else {
      problems.add(
        "unknown-target-kind", "there is no kind of target `\(kind.string ?? kind.plainText ?? "")`", at: kind.span,
        fix: knownKinds(kind.string ?? ""))
      return nil
    }
    var settings = JSONObject()
    var secrets: [String: Secret] = [:]
    for member in value.members where member.name != "id" && member.name != "kind" {
      let field = known.fields.first { $0.name == member.name }
      place = (value["id"]?.string ?? "", known.name, member.name)
      if let field, field.schema.isSecretReference {
        secrets[member.name] = secret(member)
      } else if let field, field.schema.isSecretMap {
        for inner in member.value.members { secrets["\(member.name).\(inner.name)"] = secret(inner) }
      } else {
        settings[member.name] = resolved(member.value, schema: field?.schema ?? .any)
      }
    }
    check(value, settings: settings, as: known)
    for field in known.fields where field.schema == .string(.openAPIDocument) {
      guard let member = value.member(field.name), let path = settings[field.name]?.string else { continue }
      settings[field.name] = document(at: path, named: member)
    }
    guard let id = value["id"]?.string else { return nil }
    return Target(
      id: id, kind: known.name, settings: settings, secrets: secrets,
      location: SourceLocation(path: path, line: value.span.line, column: value.span.column))
  }

  /// What the OpenAPI document at an absolute path says; what is wrong with it is told at its own places.
  private mutating func document(at path: String, named member: LocatedValue.Member) -> JSONValue? {
    switch resolver.text(of: path) {
    case .failure(let failure):
      problems.add(
        "document", "`\(member.name)`: \(member.value.string ?? path) cannot be read: \(failure.reason)",
        at: member.value.span)
      return nil
    case .success(let text):
      let loaded = OpenAPIDocument.load(SourceFile(path: path, bytes: Array(text.utf8)))
      documentProblems += loaded.diagnostics
      return loaded.value
    }
  }

  private func knownKinds(_ word: String) -> String? {
    Suggestion.phrase(word, among: vocabulary.targetKinds.map(\.name))
  }

  /// Holds the target against its shape, with references in plain fields replaced by what they stand for. What is
  /// wrong with a secret is told with its key, never with its line.
  private mutating func check(_ target: LocatedValue, settings: JSONObject, as kind: TargetKind) {
    let schema = InventorySchema.target(kind)
    var value = target.value.object ?? [:]
    for (name, setting) in settings { value[name] = setting }
    var violations = schema.violations(of: .object(value))
    if violations.isEmpty { violations = kind.further.flatMap { $0(settings) } }
    for violation in violations {
      if case .name(let name)? = violation.path.first, let member = target.member(name),
        case .object(let fields, _) = schema,
        fields.contains(where: { $0.name == name && ($0.schema.isSecretReference || $0.schema.isSecretMap) })
      {
        problems.add(
          "secret-literal", "`\(name)` must be a reference to a secret, never the secret itself", at: member.nameSpan,
          fix: "write ${env:NAME} or ${file:path}")
      } else {
        Structure.add(violation, in: target, called: "the target", to: &problems)
      }
    }
  }

  private mutating func secret(_ member: LocatedValue.Member) -> Secret? {
    guard let text = member.value.string, Schema.string(.secretReference).violations(of: .string(text)).isEmpty else {
      return nil
    }
    switch resolver.secret(text, folder: folder) {
    case .success(let secret): return secret
    case .failure(let failure):
      problems.add("secret", "`\(member.name)`: \(failure.reason)", at: member.value.span)
      return nil
    }
  }

  private mutating func resolved(_ value: LocatedValue, schema: Schema) -> JSONValue {
    switch value.value {
    case .string(let text): return .string(resolved(text, at: value.span, schema: schema))
    case .array:
      return .array(value.elements.map { resolved($0, schema: schema.element) })
    case .object:
      return .object(JSONObject(value.members.map { ($0.name, resolved($0.value, schema: schema.field($0.name))) }))
    default: return value.value
    }
  }

  private mutating func resolved(_ text: String, at span: Span, schema: Schema) -> String {
    if text.contains("${file:") {
      problems.add("secret", "only a secret may be read from a file", at: span)
      return text
    }
    switch resolver.resolved(text) {
    case .failure(let failure):
      problems.add("environment", failure.reason, at: span)
      return text
    case .success(let text):
      if text.holdsPassword {
        problems.add(
          "secret-in-url", "a URL may not hold a password", at: span,
          fix: "remove it from the URL and refer to it in a field of its own: password: ${env:NAME}")
      }
      guard schema.isPath else { return text }
      let path = FilePath.absolute(text, in: folder)
      named.append(
        InventoryFile.NamedFile(target: place.target, kind: place.kind, field: place.field, path: path))
      return path
    }
  }
}

extension Schema {
  fileprivate var isSecretReference: Bool {
    switch self {
    case .string(.secretReference): true
    case .nullable(let inner): inner.isSecretReference
    default: false
    }
  }

  /// Secrets by name.
  fileprivate var isSecretMap: Bool {
    if case .object(let fields, let others?) = self { fields.isEmpty && others.isSecretReference } else { false }
  }

  fileprivate var isPath: Bool {
    switch self {
    case .string(.path), .string(.openAPIDocument): true
    case .nullable(let inner): inner.isPath
    case .either(let alternatives): alternatives.contains(where: \.isPath)
    default: false
    }
  }

  fileprivate var element: Schema {
    switch self {
    case .array(let element, _): element
    case .nullable(let inner): inner.element
    case .either(let alternatives): .either(alternatives.map(\.element))
    default: .any
    }
  }

  fileprivate func field(_ name: String) -> Schema {
    switch self {
    case .object(let fields, let others): fields.first { $0.name == name }?.schema ?? others ?? .any
    case .nullable(let inner): inner.field(name)
    case .either(let alternatives): .either(alternatives.map { $0.field(name) })
    default: .any
    }
  }
}

extension String {
  /// Whether this is a URL with a password before its host or among its parameters.
  fileprivate var holdsPassword: Bool {
    guard let scheme = firstRange(of: "://") else { return false }
    let rest = self[scheme.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@"), authority[..<at].contains(":") { return true }
    // A password may itself hold the characters that end an authority.
    if let at = rest.firstIndex(of: "@"), let colon = rest.firstIndex(of: ":"), colon < at,
      !rest[rest.index(after: colon)..<at].prefix(while: { $0 != "/" }).allSatisfy(\.isNumber)
    {
      return true
    }
    guard let query = rest.firstIndex(of: "?") else { return false }
    return rest[query...].dropFirst().split(separator: "&").contains { parameter in
      let name = parameter.prefix { $0 != "=" }.lowercased()
      return name.contains("password") || name.contains("passwd") || name.contains("secret")
    }
  }
}
