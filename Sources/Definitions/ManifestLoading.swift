package import AuditModel
package import Facts

/// A probe that is a program of its own: what its manifest says.
package struct ProbeManifest: Sendable {
  /// What everybody may know about it.
  package var descriptor: ProbeDescriptor
  /// The program, relative to the manifest's folder, and its arguments.
  package var command: [String]
  /// The most it may write to standard output, in bytes.
  package var outputLimit: Int
  /// The fields of targets of kinds that only this probe knows.
  package var targetFields: [Schema.Field]
}

extension Definitions {
  /// The manifest of an external probe.
  package static func probeManifest(_ file: SourceFile) -> Loaded<ProbeManifest> {
    let (root, problems) = YAMLReader.read(file)
    guard let root else { return Loaded(nil, problems.diagnostics) }
    var loading = ManifestLoading(root: root, problems: problems)
    return loading.run()
  }
}

private struct ManifestLoading {
  let root: LocatedValue
  var problems: Problems

  mutating func run() -> Loaded<ProbeManifest> {
    Structure.check(root, against: ManifestSchema.schema, into: &problems)
    let parameters = fields("parameters")
    let targetFields = fields("targetFields")
    let facts = root["facts"].map { factShape($0) }
    for parameter in root["parameters"]?.members ?? [] where parameter.value["type"]?.string == "secret" {
      problems.add(
        "secret", "a check cannot hand a secret to a probe", at: parameter.nameSpan,
        fix: "declare it under targetFields")
    }
    for path in root["identity"]?.elements ?? [] {
      guard let facts, let text = path.string, let query = try? FactPath(text).query,
        query.possibleSchemas(in: facts).isEmpty
      else { continue }
      problems.add("unreachable-path", "`\(text)` can select nothing in the facts", at: path.span)
    }
    checkMeasures(in: facts)
    guard problems.isEmpty, let facts, let id = root["probe"]?.string, let summary = root["summary"]?.string,
      let safety = root["safety"]?.string.flatMap(SafetyClass.init)
    else { return Loaded(nil, problems.diagnostics) }
    let descriptor = ProbeDescriptor(
      id: id, summary: summary, targetKinds: texts("targets"), safety: safety, parameters: parameters, facts: facts,
      timeout: Int(((root["timeoutSeconds"]?.value.double ?? 10) * 1000).rounded()),
      traffic: "what \(texts("command")[0]) sends", identity: texts("identity"), measures: measures)
    return Loaded(
      ProbeManifest(
        descriptor: descriptor, command: texts("command"),
        outputLimit: root["outputLimit"]?.value.integer ?? 1_048_576, targetFields: targetFields), [])
  }

  private var measures: Measures {
    let numbers = (root["measures"]?["numbers"]?.elements ?? []).map { number in
      Measures.Measure(
        number["fact"]?.string ?? "", number["name"]?.string ?? "", unit: number["unit"]?.string ?? "",
        better: number["better"]?.string.flatMap(NoiseComparison.Better.init) ?? .lower,
        least: number["least"]?.value.double ?? 0, each: number["each"]?.string,
        label: number["label"]?.string ?? "$.name")
    }
    return Measures(
      numbers, shape: root["measures"]?["shape"]?.elements.compactMap(\.string) ?? [],
      sound: root["measures"]?["sound"]?.string)
  }

  /// Paths of numbers must lead somewhere in the facts, or in the parts that are selected of them.
  private mutating func checkMeasures(in facts: Schema?) {
    guard let facts, let measures = root["measures"] else { return }
    func reach(_ path: LocatedValue?, in schemas: [Schema]) -> [Schema] {
      guard let path, let text = path.string, let query = try? FactPath(text).query else { return schemas }
      let found = schemas.flatMap { query.possibleSchemas(in: $0) }
      if found.isEmpty {
        problems.add("unreachable-path", "`\(text)` can select nothing in the facts", at: path.span)
      }
      return found
    }
    for path in (measures["shape"]?.elements ?? []) + [measures["sound"]].compactMap(\.self) {
      _ = reach(path, in: [facts])
    }
    for number in measures["numbers"]?.elements ?? [] {
      let parts = number["each"].map { reach($0, in: [facts]) } ?? [facts]
      guard !parts.isEmpty else { continue }
      _ = reach(number["fact"], in: parts)
      if number["each"] != nil { _ = reach(number["label"], in: parts) }
    }
  }

  private func texts(_ name: String) -> [String] { root[name]?.elements.compactMap(\.string) ?? [] }

  // MARK: Fields

  private mutating func fields(_ name: String) -> [Schema.Field] {
    (root[name]?.members ?? []).compactMap { member in
      guard let type = member.value["type"]?.string, let schema = schema(of: member.value, type) else { return nil }
      let fallback = member.value["default"]
      if let fallback {
        for violation in Schema.object([.init("default", schema, "")]).violations(of: ["default": fallback.value]) {
          Structure.add(violation, in: member.value, to: &problems)
        }
      }
      return Schema.Field(
        member.name, schema, required: member.value["required"]?.value.bool ?? false,
        member.value["summary"]?.string ?? "", default: fallback?.value)
    }
  }

  private mutating func schema(of field: LocatedValue, _ type: String) -> Schema? {
    for (name, types) in [
      ("minimum", ["integer", "number"]), ("maximum", ["integer", "number"]), ("words", ["string"]),
    ] {
      if let member = field.member(name), !types.contains(type) {
        problems.add("parameter", "only a \(types.joined(separator: " or ")) has \(name)", at: member.nameSpan)
      }
    }
    let least = field["minimum"]?.value.double
    let most = field["maximum"]?.value.double
    if let least, let most, least > most, let span = field["minimum"]?.span {
      problems.add("out-of-range", "the minimum is greater than the maximum", at: span)
    }
    return switch type {
    case "any": .any
    case "boolean": .boolean
    case "integer":
      .integer(
        minimum: least.flatMap { Int(exactly: $0.rounded(.up)) },
        maximum: most.flatMap { Int(exactly: $0.rounded(.down)) })
    case "number": .number(minimum: least, maximum: most)
    case "string": .string(field["words"].map { .word($0.elements.compactMap(\.string)) } ?? .free)
    case "time": .string(.date)
    case "path": .string(.path)
    case "secret": .string(.secretReference)
    case "list": .array(.any)
    default: nil
    }
  }

  // MARK: Facts

  /// The shape of facts: a word is a type, a list with one element a list of that shape, an object has named members.
  /// Every fact may be `null`: not observed.
  private mutating func factShape(_ shape: LocatedValue) -> Schema {
    let inner: Schema
    switch shape.parts {
    case .members(let members):
      inner = .object(members.map { .init($0.name, factShape($0.value), "") })
      return shape.span == root["facts"]?.span ? inner : .nullable(inner)
    case .elements(let elements):
      if elements.count != 1 {
        problems.add(
          "fact-shape", "a list of facts has one element: the shape of each", at: shape.span, fix: "write [string]")
      }
      return .nullable(.array(elements.first.map { factShape($0) } ?? .any))
    case .none:
      switch shape.string {
      case "any": return .any
      case "boolean": inner = .boolean
      case "integer": inner = .integer()
      case "number": inner = .number()
      case "string": inner = .string()
      case "time": inner = .string(.date)
      default:
        problems.add(
          "fact-shape", "there is no type of fact `\(shape.string ?? shape.plainText ?? "")`", at: shape.span,
          fix: Suggestion.phrase(shape.string ?? "", among: ManifestSchema.factTypes))
        return .any
      }
      return .nullable(inner)
    }
  }
}
