import AuditModel
import Facts

/// Holds one check against the vocabulary: what no shape can say.
///
/// Reads the tree as far as it is sound, so that a mistake in one part hides none in another.
struct CheckValidation {
  let root: LocatedValue
  let vocabulary: Vocabulary
  var problems: Problems
  let probe: ProbeDescriptor?
  let declaration: Schema
  /// The shapes of a subject; nil where the check has none.
  let subject: Schema?
  let parameters: [String: LocatedValue.Member]
  var used: Set<String> = []

  init(_ root: LocatedValue, vocabulary: Vocabulary, problems: Problems) {
    self.root = root
    self.vocabulary = vocabulary
    self.problems = problems
    probe = root["probe"]?.string.flatMap(vocabulary.probe)
    declaration = vocabulary.declaration(of: root["targets"]?.elements.compactMap(\.string) ?? [])
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
    // Built-in checks are found by their names; what people call their own files is theirs to say.
    guard !vocabulary.isComplete else { return }
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
}
