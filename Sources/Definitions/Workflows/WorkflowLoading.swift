import AuditModel
import Facts
package import Scenarios

extension Definitions {
  /// A workflow's file with the tables it names; `readFile` reads those by absolute path.
  package static func workflow(
    _ file: SourceFile, readFile: @escaping (String) -> Result<[UInt8], SecretResolver.Unreadable>
  ) -> Loaded<Workflow> {
    let mask = SecretMask(names: [])
    let (root, problems) = YAMLReader.read(file, masking: mask.masked)
    guard let root else { return Loaded(nil, problems.diagnostics) }
    let source = SourceText(path: file.path, text: String(decoding: file.bytes, as: UTF8.self))
    var loading = WorkflowLoading(
      source: source, folder: FilePath.folder(of: file.path), readFile: readFile, problems: problems)
    let workflow = loading.workflow(root)
    return Loaded(workflow, loading.problems.diagnostics)
  }
}

/// Reads a workflow part by part and collects what is wrong. Goes on behind every mistake: all are told at once.
struct WorkflowLoading {
  let source: SourceText
  let folder: String
  let readFile: (String) -> Result<[UInt8], SecretResolver.Unreadable>
  var problems: Problems
  /// Names that have a value before the first step, by what they are.
  private var declared: [String: (kind: String, span: Span)] = [:]
  /// Where each name is captured first, wherever that is.
  private var captured: [String: Span] = [:]
  private var used: Set<String> = []
  /// The names of further targets.
  var targets: [String] = []

  init(
    source: SourceText, folder: String, readFile: @escaping (String) -> Result<[UInt8], SecretResolver.Unreadable>,
    problems: Problems
  ) {
    self.source = source
    self.folder = folder
    self.readFile = readFile
    self.problems = problems
  }

  mutating func workflow(_ root: LocatedValue) -> Workflow? {
    Structure.check(root, against: WorkflowSchema.schema, into: &problems)
    for member in root["variables"]?.members ?? [] { declare(member.name, "a variable", at: member.nameSpan) }
    let random = randomValues(root["random"])
    for name in root["secrets"]?.elements ?? [] {
      if let text = name.string { declare(text, "a secret", at: name.span) }
    }
    let tables = (root["tables"]?.members ?? []).compactMap { table($0) }
    targets = (root["targets"]?.members ?? []).map(\.name)
    let within = root.member("within").flatMap { duration($0) }
    let lists = ["steps", "cleanup"].map { root[$0]?.elements ?? [] }
    for step in lists.joined() { collectCaptures(step) }
    var scope = Set(declared.keys)
    let steps = self.steps(lists[0], &scope)
    // What was captured anywhere may be there at the end; where it is not, the step is told to be blocked.
    scope.formUnion(captured.keys)
    let cleanup = self.steps(lists[1], &scope)
    for (name, declaration) in declared where !used.contains(name) {
      problems.add(
        "unused", "nothing uses \(declaration.kind) called `\(name)`", at: declaration.span,
        fix: "remove it, or write ${\(name)} where it is meant")
    }
    guard problems.isEmpty, let id = root["workflow"]?.string, let title = root["title"]?.string else { return nil }
    var urls: [String: String] = [:]
    for member in root["targets"]?.members ?? [] { urls[member.name] = member.value.string }
    return Workflow(
      id: id, title: title, folder: folder, target: root["target"]?.string, targets: urls,
      database: root["database"]?.string, seed: root["seed"]?.value.integer,
      variables: root["variables"]?.value.object ?? [:], random: random,
      secrets: (root["secrets"]?.elements ?? []).compactMap(\.string), tables: tables, within: within, steps: steps,
      cleanup: cleanup)
  }

  // MARK: Names

  private mutating func declare(_ name: String, _ kind: String, at span: Span) {
    guard let path = VariablePath(name), path.steps.isEmpty else {
      problems.add(
        "name", "`\(name)` cannot stand in ${…}", at: span, fix: "use letters, digits, `_` and `-`, a letter first")
      return
    }
    if let other = declared[name] {
      problems.add(
        "duplicate-name", "`\(name)` is \(other.kind) already", at: span, fix: "the first is in line \(other.span.line)"
      )
    } else {
      declared[name] = (kind, span)
    }
  }

  private mutating func collectCaptures(_ step: LocatedValue) {
    for member in step["capture"]?.members ?? [] where captured[member.name] == nil {
      captured[member.name] = member.nameSpan
    }
    for inner in (step["parallel"]?.elements ?? []) + (step["repeat"]?["steps"]?.elements ?? []) {
      collectCaptures(inner)
    }
  }

  /// Notes that a variable is used, and tells where there is none.
  mutating func use(_ name: String, at span: Span, _ scope: Set<String>) {
    used.insert(name)
    guard !scope.contains(name) else { return }
    if let later = captured[name] {
      problems.add(
        "used-too-early", "`\(name)` has no value yet: it is captured in line \(later.line)", at: span,
        fix: "move the step that captures it before this one")
    } else {
      problems.add(
        "unknown-variable", "there is no variable `\(name)`", at: span,
        fix: Suggestion.phrase(name, among: scope.sorted()) ?? "declare it under variables, or capture it before")
    }
  }

  /// Tells where a capture would replace what was declared.
  mutating func checkShadowing(_ capture: LocatedValue.Member) {
    guard let other = declared[capture.name] else { return }
    used.insert(capture.name)
    problems.add(
      "duplicate-name", "`\(capture.name)` is \(other.kind) already", at: capture.nameSpan,
      fix: "the first is in line \(other.span.line): give one of them another name")
  }

  /// Where `excerpt` stands within a value; the value's own place where that is not in its first line.
  func place(of excerpt: String, in value: LocatedValue) -> Span {
    let line = Array(source.scalars(ofLine: value.span.line))
    let wanted = Array(excerpt.unicodeScalars)
    guard !wanted.isEmpty, value.span.column >= 1, line.count >= wanted.count else { return value.span }
    var start = value.span.column - 1
    while start + wanted.count <= line.count {
      if line[start] == wanted[0], line[start..<(start + wanted.count)].elementsEqual(wanted) {
        return Span(line: value.span.line, column: start + 1, width: wanted.count)
      }
      start += 1
    }
    return value.span
  }

  // MARK: Templates

  /// A text with places; numbers and truth values stand for their text.
  mutating func text(_ value: LocatedValue?, _ scope: Set<String>) -> TextTemplate? {
    guard let value, value.value.array == nil, value.value.object == nil, !value.value.isNull else { return nil }
    do throws(TextTemplate.Malformed) {
      let template = try TextTemplate(value.value.plainText)
      use(template, in: value, scope)
      return template
    } catch {
      problems.add("template", error.message, at: place(of: error.excerpt, in: value))
      return nil
    }
  }

  private mutating func use(_ template: TextTemplate, in value: LocatedValue, _ scope: Set<String>) {
    for piece in template.pieces {
      guard case .place(let path, let written) = piece else { continue }
      use(path.name, at: place(of: "${\(written)}", in: value), scope)
    }
  }

  /// A value whose texts have places.
  mutating func template(_ value: LocatedValue?, _ scope: Set<String>) -> ValueTemplate? {
    guard let value else { return nil }
    switch value.value {
    case .string: return text(value, scope).map { .text($0) }
    case .array: return .list(value.elements.compactMap { template($0, scope) })
    case .object:
      return .object(value.members.compactMap { member in template(member.value, scope).map { (member.name, $0) } })
    default: return .literal(value.value)
    }
  }

  mutating func texts(_ value: LocatedValue?, _ scope: Set<String>) -> [(name: String, value: TextTemplate)] {
    (value?.members ?? []).compactMap { member in text(member.value, scope).map { (member.name, $0) } }
  }

  // MARK: Values

  /// The milliseconds of a member of the right shape.
  mutating func duration(_ member: LocatedValue.Member) -> Int? {
    guard member.value.string != nil || member.value.value.double != nil else { return nil }
    if let milliseconds = ScenarioDuration.milliseconds(member.value.value) { return milliseconds }
    // A negative number is told by its shape already.
    if member.value.value.double.map({ $0 < 0 }) != true {
      problems.add(
        "duration", "`\(member.name)` must be a time of at most a day", at: member.value.span,
        fix: "write 200ms, 5s, 2m, 1h, or a number of seconds")
    }
    return nil
  }

  mutating func randomValues(_ value: LocatedValue?, declaring: Bool = true) -> [RandomValue] {
    var found: [RandomValue] = []
    for member in value?.members ?? [] {
      if declaring { declare(member.name, "a random value", at: member.nameSpan) }
      if let kind = randomKind(member) { found.append(RandomValue(name: member.name, kind: kind)) }
    }
    return found
  }

  private mutating func randomKind(_ member: LocatedValue.Member) -> RandomValue.Kind? {
    let value = member.value
    if value.string != nil { return .uuid }
    guard value.value.object != nil else { return nil }
    guard value.members.count == 1, let only = value.members.first else {
      problems.add(
        "random", "`\(member.name)` must have one of text, digits, integer and oneOf",
        at: value.members.dropFirst().first?.nameSpan ?? value.span)
      return nil
    }
    switch only.name {
    case "text": return only.value.value.integer.map { .text($0) }
    case "digits": return only.value.value.integer.map { .digits($0) }
    case "oneOf": return only.value.value.array.map { .oneOf($0) }
    case "integer":
      let bounds = only.value.elements.compactMap(\.value.integer)
      guard bounds.count == 2, only.value.elements.count == 2 else {
        if only.value.elements.count > 2 {
          problems.add("random", "`integer` takes two bounds", at: only.value.elements[2].span)
        }
        return nil
      }
      guard bounds[0] <= bounds[1] else {
        problems.add("random", "the lower bound is above the upper", at: only.value.elements[0].span)
        return nil
      }
      return .integer(bounds[0], bounds[1])
    default: return nil
    }
  }

  private mutating func table(_ member: LocatedValue.Member) -> (name: String, rows: [JSONValue])? {
    declare(member.name, "a table", at: member.nameSpan)
    if let rows = member.value.value.array { return (member.name, rows) }
    guard let path = member.value.string else { return nil }
    switch readFile(FilePath.absolute(path, in: folder)) {
    case .failure(let failure):
      problems.add("table", "\(path) cannot be read: \(failure.reason)", at: member.value.span)
      return nil
    case .success(let bytes):
      do throws(DataTable.Failure) {
        return (member.name, try DataTable.rows(bytes, named: path))
      } catch {
        problems.add("table", "\(path):\(error.line): \(error.reason)", at: member.value.span)
        return nil
      }
    }
  }
}
