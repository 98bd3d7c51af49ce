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

  /// Kinds of the same name are joined.
  package init(targetKinds: [TargetKind], probes: [ProbeDescriptor], checklist: [ChecklistItem]) {
    self.targetKinds = TargetKind.joined(targetKinds)
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
