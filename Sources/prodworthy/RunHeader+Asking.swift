import AuditModel
import Engine

extension RunHeader {
  /// What is asked of `inventory` at `now`: the consents that hold then, and nothing seen yet.
  init(asking inventory: Inventory, runID: String, selection: [String], at now: Instant) {
    self.init(
      tool: AuditReport.Tool(name: "prodworthy", version: Prodworthy.version), runID: runID,
      system: AuditReport.System(name: inventory.system, environment: inventory.environment),
      ceiling: inventory.ceiling, consented: inventory.consents.filter { now <= $0.until }.map(\.safety),
      targets: inventory.targets.map(RecordedTarget.init), selection: selection, startedAt: now, finishedAt: now,
      durationMs: 0, interrupted: false)
  }
}
