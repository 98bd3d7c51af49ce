package import AuditModel
package import Facts

/// A run as it is kept: enough to judge it again, offline and to the same bytes.
package struct RecordedRun: Sendable {
  /// What was asked, of what, when.
  package var header: RunHeader
  /// What was seen, in plan order.
  package var observations: [Observation]
  /// What people say about it.
  package var overlays: Overlays

  /// A run with its observations.
  package init(header: RunHeader, observations: [Observation], overlays: Overlays = Overlays()) {
    self.header = header
    self.observations = observations
    self.overlays = overlays
  }
}

/// Everything about a run but what was seen.
package struct RunHeader: Sendable, Hashable, Codable {
  /// The program that ran.
  package var tool: AuditReport.Tool
  /// The run's identity, a UUID.
  package var runID: String
  /// What was audited.
  package var system: AuditReport.System
  /// The roughest safety class that was allowed without consent.
  package var ceiling: SafetyClass
  /// The safety classes that were consented to at the time.
  package var consented: [SafetyClass]
  /// In inventory order.
  package var targets: [RecordedTarget]
  /// The checks the run was narrowed to; empty for all that the policy asks for.
  package var selection: [String]
  /// When looking began.
  package var startedAt: Instant
  /// When looking ended.
  package var finishedAt: Instant
  /// How long looking took, in milliseconds.
  package var durationMs: Int
  /// Whether a signal ended it early.
  package var interrupted: Bool
  /// Where the run was narrowed to; nil for every target of the selected checks.
  package var places: [NarrowedPlace]?
  /// The words of the command that looks at the same system under the same policy; nil where none does.
  package var invocation: [String]?
  /// The file of the policy it was judged under, absolute; nil for a built-in one.
  package var policyFile: String?
  /// The folders of further checks, absolute.
  package var checkFolders: [String]?
  /// What says whether the system is still the same: digests of files and declared values, by name.
  package var identity: [String: String]?
  /// What earlier runs saw and this one could have used.
  package var carried: [CarriedLook]?
  /// Which part of a divided run this is; nil for a whole one.
  package var shard: Shard?
  /// What earlier runs measured, by series, as far as it was known when the run ended; nil where no history was asked.
  package var measured: [String: [AuditReport.Measurement.Point]]?
  /// The services and features of the inventory's matrix; nil where it declares none.
  package var matrix: ValidationMatrix.Plan?
  /// What it was made from; nil where no inventory was.
  package var sources: AuditedSources?
  /// What dead runs had disrupted, put back when this one began; nil where there was nothing.
  package var undone: [AuditReport.UndoneStep]?
  /// Whether it went by the clock of a rehearsal, so that its times are made up; nil where they are real.
  package var rehearsed: Bool?

  /// A header of all these parts.
  package init(
    tool: AuditReport.Tool, runID: String, system: AuditReport.System, ceiling: SafetyClass,
    consented: [SafetyClass], targets: [RecordedTarget], selection: [String], startedAt: Instant,
    finishedAt: Instant, durationMs: Int, interrupted: Bool, sources: AuditedSources? = nil
  ) {
    self.tool = tool
    self.runID = runID
    self.system = system
    self.ceiling = ceiling
    self.consented = consented
    self.targets = targets
    self.selection = selection
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.durationMs = durationMs
    self.interrupted = interrupted
    self.sources = sources
  }

  /// Whether a probe of this class may run.
  ///
  /// In production nothing above `probe` runs on the ceiling alone: it takes a dated consent.
  package func permits(_ safety: SafetyClass) -> Bool {
    let limit = system.environment == .production ? min(ceiling, .probe) : ceiling
    return safety <= limit || consented.contains { safety <= $0 }
  }
}

/// A check, a target or both that a run is narrowed to.
package struct NarrowedPlace: Sendable, Hashable, Codable {
  /// The check's id; nil for every check.
  package var check: String?
  /// The target's id; nil for every target.
  package var target: String?

  /// A place; nil stands for every one.
  package init(check: String? = nil, target: String? = nil) {
    self.check = check
    self.target = target
  }

  func covers(_ check: String, _ target: String) -> Bool {
    self.check.map { $0 == check } != false && self.target.map { $0 == target } != false
  }
}

/// A target as judging needs it: its declaration without secrets.
package struct RecordedTarget: Sendable, Hashable, Codable {
  /// Its permanent name.
  package var id: String
  /// What it is.
  package var kind: String
  /// Where it is, without credentials.
  package var address: String?
  /// What the inventory declares, without secrets.
  package var declaration: JSONValue
  /// Where the inventory declares it.
  package var location: SourceLocation?

  /// The recordable part of a target.
  package init(_ target: Target) {
    id = target.id
    kind = target.kind
    address = target.settings["url"]?.string
    declaration = target.declaration
    location = target.location
  }
}
