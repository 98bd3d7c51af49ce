package import AuditModel
import Facts

extension Definitions {
  /// The checks of all these files, held against the vocabulary. `knownCheckIDs` are those that exist beside them.
  package static func checks(
    _ files: [SourceFile], vocabulary: Vocabulary, knownCheckIDs: Set<String>
  ) -> Loaded<[CheckDefinition]> {
    let drafts = files.map { file in
      let (root, problems) = YAMLReader.read(file)
      return CheckDraft(path: file.path, root: root, problems: problems)
    }
    return checks(drafts, vocabulary: vocabulary, knownCheckIDs: knownCheckIDs)
  }

  static func checks(
    _ drafts: [CheckDraft], vocabulary: Vocabulary, knownCheckIDs: Set<String>
  ) -> Loaded<[CheckDefinition]> {
    var loaded = drafts
    let own = Dictionary(grouping: loaded.indices.filter { loaded[$0].id != nil }) { loaded[$0].id ?? "" }
    let prerequisites = own.mapValues { indices in indices.flatMap { loaded[$0].needs.compactMap(\.string) } }
    for index in loaded.indices {
      guard let root = loaded[index].root else { continue }
      Structure.check(root, against: CheckSchema.schema, into: &loaded[index].problems)
      var validation = CheckValidation(root, vocabulary: vocabulary, problems: loaded[index].problems)
      validation.run(path: loaded[index].path)
      loaded[index].problems = validation.problems
      guard let id = loaded[index].id, let span = root["id"]?.span else { continue }
      if knownCheckIDs.contains(id) {
        loaded[index].problems.add("duplicate-id", "there is a built-in check called `\(id)`", at: span)
      } else if let first = own[id]?.first, first != index {
        loaded[index].problems.add(
          "duplicate-id", "there is a check called `\(id)` already", at: span,
          fix: "the first is in \(loaded[first].path)")
      }
      for need in loaded[index].needs {
        guard let name = need.string else { continue }
        if own[name] == nil, !knownCheckIDs.contains(name) {
          loaded[index].problems.add(
            "unknown-check", "there is no check `\(name)`", at: need.span,
            fix: Suggestion.phrase(name, among: (Array(own.keys) + knownCheckIDs).sorted()))
        } else if Self.leads(from: name, to: id, prerequisites) {
          loaded[index].problems.add(
            "circle", name == id ? "a check cannot need itself" : "`\(name)` needs `\(id)` in turn", at: need.span)
        }
      }
    }
    var checks: [CheckDefinition] = []
    for index in loaded.indices {
      guard let root = loaded[index].root, loaded[index].problems.isEmpty else { continue }
      do {
        checks.append(try CheckDefinition(definition: root.value))
      } catch {
        loaded[index].problems.add("malformed", "the check cannot be read: \(error)", at: root.span)
      }
    }
    return Loaded(checks, loaded.flatMap(\.problems.diagnostics))
  }

  /// A check from the compiled-in catalogue; only its shape is looked at.
  package static func check(compiled text: String) throws -> CheckDefinition {
    try CheckDefinition(definition: JSONText.parse(Array(text.utf8)))
  }

  private static func leads(from start: String, to end: String, _ prerequisites: [String: [String]]) -> Bool {
    var visited: Set<String> = []
    var open = [start]
    while let id = open.popLast() {
      if id == end { return true }
      guard visited.insert(id).inserted else { continue }
      open += prerequisites[id] ?? []
    }
    return false
  }
}

/// A check's file as far as it could be read.
struct CheckDraft {
  var path: String
  var root: LocatedValue?
  var problems: Problems

  fileprivate var id: String? { root?["id"]?.string }
  fileprivate var needs: [LocatedValue] { root?["needs"]?.elements ?? [] }
}
