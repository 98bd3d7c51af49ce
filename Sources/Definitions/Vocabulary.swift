package import AuditModel
import Facts

/// The words that definitions may use: what the rooms of probes know, and the checklist.
package struct Vocabulary: Sendable {
  /// The kinds of target, each name once.
  package let targetKinds: [TargetKind]
  /// The probes.
  package let probes: [ProbeDescriptor]
  /// The checklist's items.
  package let checklist: [ChecklistItem]
  /// Whether every probe and kind of target is known; else their names are not looked at.
  let isComplete: Bool

  /// Only the checklist is known: when the catalogue is compiled, before there are probes.
  init(checklist: [ChecklistItem]) {
    targetKinds = []
    probes = []
    self.checklist = checklist
    isComplete = false
  }

  /// Kinds of the same name are joined: the union of their fields and schemes, the first word on each counting.
  package init(targetKinds: [TargetKind], probes: [ProbeDescriptor], checklist: [ChecklistItem]) {
    var joined: [TargetKind] = []
    for kind in targetKinds {
      guard let index = joined.firstIndex(where: { $0.name == kind.name }) else {
        joined.append(kind)
        continue
      }
      if joined[index].summary.isEmpty { joined[index].summary = kind.summary }
      for field in kind.fields {
        if let known = joined[index].fields.firstIndex(where: { $0.name == field.name }) {
          joined[index].fields[known].isRequired = joined[index].fields[known].isRequired || field.isRequired
        } else {
          joined[index].fields.append(field)
        }
      }
      joined[index].further += kind.further
      joined[index].schemes += kind.schemes.filter { !joined[index].schemes.contains($0) }
    }
    self.targetKinds = joined
    self.probes = probes
    self.checklist = checklist
    isComplete = true
  }

  /// The probe called `id`.
  func probe(_ id: String) -> ProbeDescriptor? { probes.first { $0.id == id } }

  /// The kind called `name`.
  func targetKind(_ name: String) -> TargetKind? { targetKinds.first { $0.name == name } }

  /// What a check may ask of the declaration of targets of these kinds: their settings, of secrets only that they are
  /// there, and of documents what they say.
  func declaration(of kinds: [String]) -> Schema {
    guard isComplete else { return .any }
    var fields: [Schema.Field] = []
    for field in kinds.compactMap(targetKind).flatMap(\.fields) where !fields.contains(where: { $0.name == field.name })
    {
      var field = field
      field.isRequired = false
      if field.schema == .string(.secretReference) { field.schema = .boolean }
      if field.schema == .string(.openAPIDocument) { field.schema = OpenAPIDocument.schema }
      fields.append(field)
    }
    return .object(fields)
  }
}
