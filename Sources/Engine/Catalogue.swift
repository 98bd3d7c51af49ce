package import AuditModel
package import Probing

/// What an audit can draw on: every check it knows, every probe, and the checklist they serve.
package struct Catalogue: Sendable {
  /// Sorted by id.
  package let checks: [CheckDefinition]
  /// In their written order.
  package let checklist: [ChecklistItem]
  private let probes: [String: any Probe]

  /// Joins checks, probes and checklist; of two probes with one id the later wins.
  package init(checks: [CheckDefinition], probes: [any Probe], checklist: [ChecklistItem]) {
    self.checks = checks.sorted { $0.id < $1.id }
    self.checklist = checklist
    self.probes = Dictionary(probes.map { ($0.descriptor.id, $0) }, uniquingKeysWith: { $1 })
  }

  /// The probe called `id`.
  package func probe(_ id: String) -> (any Probe)? { probes[id] }
}
