import AuditModel
import Facts

/// The catalogue as compact JSON: what is compiled into the program.
package struct CatalogueText: Sendable {
  /// The checks, in the order of their ids.
  package var checks: [(id: String, probe: String, json: String)]
  /// The policies, in the order of their ids.
  package var policies: [(id: String, json: String)]
  /// The checklist.
  package var checklist: String
}

extension Definitions {
  /// The files of `checks/` and `policies/` as they are compiled in. What kind of file one is, is told by its first
  /// key. Held against everything but the probes, which are not there yet when the catalogue is compiled.
  package static func catalogue(_ files: [SourceFile]) -> Loaded<CatalogueText> {
    var drafts: [CheckDraft] = []
    var policyDrafts: [CheckDraft] = []
    var diagnostics: [Diagnostic] = []
    var items: [ChecklistItem] = []
    var text = CatalogueText(checks: [], policies: [], checklist: "")
    for file in files {
      let (root, problems) = YAMLReader.read(file)
      let draft = CheckDraft(path: file.path, root: root, problems: problems)
      switch root?.members.first?.name {
      case "policy": policyDrafts.append(draft)
      case "checklist":
        let loaded = checklist(root, problems)
        diagnostics += loaded.diagnostics
        items += loaded.value ?? []
        text.checklist = root.map { JSONText.compact($0.value) } ?? ""
      default: drafts.append(draft)
      }
    }
    let checks = checks(drafts, vocabulary: Vocabulary(checklist: items), knownCheckIDs: [])
    diagnostics += checks.diagnostics
    for draft in drafts {
      guard let root = draft.root, let id = root["id"]?.string, let probe = root["probe"]?.string else { continue }
      text.checks.append((id, probe, JSONText.compact(root.value)))
    }
    for draft in policyDrafts {
      let loaded = policy(draft.root, draft.problems, checks: checks.value ?? [], checklist: items)
      // Without the checks nobody knows which of them are missing.
      diagnostics += loaded.diagnostics.filter { checks.value != nil || $0.code != "unknown-check" }
      guard let root = draft.root, let id = root["policy"]?.string else { continue }
      text.policies.append((id, JSONText.compact(root.value)))
    }
    text.checks.sort { $0.id < $1.id }
    text.policies.sort { $0.id < $1.id }
    return Loaded(text, diagnostics)
  }
}
