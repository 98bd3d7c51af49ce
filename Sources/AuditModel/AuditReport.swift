/// Everything a report shows: the single input of every report format, and the content of `report.json`.
public struct AuditReport: Sendable, Hashable, Codable {
  /// The version of this shape; only ever added to within a major version.
  public static let currentSchemaVersion = "1.1"

  /// The version of this shape.
  public var schemaVersion: String
  /// What wrote it.
  public var tool: Tool
  /// The run's identity, a UUID.
  public var runID: String
  /// What was audited.
  public var system: System
  /// What was demanded.
  public var policy: PolicySummary
  /// The day judged for, where it is not the day of the run.
  public var asOf: Instant?
  /// When looking began.
  public var startedAt: Instant
  /// When judging ended.
  public var finishedAt: Instant
  /// How long the run took, in milliseconds.
  public var durationMs: Int
  /// Whether a signal ended it early.
  public var interrupted: Bool
  /// Whether its times are those of a rehearsal's clock, and so made up; nil where they are real.
  public var rehearsed: Bool?
  /// Why the run did not look at everything the policy asks for; empty for a whole run.
  public var partial: [String]
  /// What was looked at, in inventory order.
  public var targets: [TargetSummary]
  /// What people need to read a finding, by check id.
  public var checks: [String: CheckSummary]
  /// The interval of proven weight.
  public var score: Score
  /// The decision.
  public var gate: Gate
  /// Sorted by status, severity, check, target, subject.
  public var findings: [Finding]
  /// Every item of the checklist, covered or not, in its order.
  public var checklist: [ChecklistRow]
  /// What has to be mended first, each with what waits for it.
  public var causes: [Cause]
  /// What was really sent, in all and by target.
  public var traffic: TrafficReport
  /// Parts that could not be seen, with what would show them.
  public var notSeen: [NotSeen]
  /// Every waiver that was given, in its order.
  public var waivers: [WaiverRow]
  /// Every attestation that was given, in its order.
  public var attestations: [AttestationRow]
  /// What is new against what was known; nil without a baseline.
  public var baseline: BaselineComparison?
  /// What ends between the run and the day judged for, earliest first; nil where it is judged for its own day.
  public var forecast: [Expiry]?
  /// The cheapest set of fixes that turns the gate; nil where it has passed, or where there is too much to mend.
  public var wayToGreen: WayToGreen?
  /// What earlier runs saw, used or refused here.
  public var carried: [CarriedEvidence]
  /// Which parts of a divided run it rests on; nil for an undivided one.
  public var shard: ShardSummary?
  /// What earlier runs had disrupted and not put back, put back when this one began; nil where there was nothing.
  public var undone: [UndoneStep]?
  /// The numbers that the run measured, held against those of earlier runs; nil where it measured none.
  public var measures: [Measurement]?
  /// What of each service is proven; nil where the inventory declares no matrix.
  public var matrix: MatrixSummary?

  /// A report of all these parts.
  public init(
    tool: Tool, runID: String, system: System, policy: PolicySummary, asOf: Instant?, startedAt: Instant,
    finishedAt: Instant, durationMs: Int, interrupted: Bool, partial: [String], targets: [TargetSummary],
    checks: [String: CheckSummary], score: Score, gate: Gate, findings: [Finding], checklist: [ChecklistRow],
    causes: [Cause], traffic: TrafficReport, notSeen: [NotSeen],
    waivers: [WaiverRow] = [], attestations: [AttestationRow] = [], baseline: BaselineComparison? = nil,
    forecast: [Expiry]? = nil, wayToGreen: WayToGreen? = nil, carried: [CarriedEvidence] = [],
    shard: ShardSummary? = nil, undone: [UndoneStep]? = nil, measures: [Measurement]? = nil,
    matrix: MatrixSummary? = nil, rehearsed: Bool? = nil
  ) {
    self.schemaVersion = Self.currentSchemaVersion
    self.tool = tool
    self.runID = runID
    self.system = system
    self.policy = policy
    self.asOf = asOf
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.durationMs = durationMs
    self.interrupted = interrupted
    self.partial = partial
    self.targets = targets
    self.checks = checks
    self.score = score
    self.gate = gate
    self.findings = findings
    self.checklist = checklist
    self.causes = causes
    self.traffic = traffic
    self.notSeen = notSeen
    self.waivers = waivers
    self.attestations = attestations
    self.baseline = baseline
    self.forecast = forecast
    self.wayToGreen = wayToGreen
    self.carried = carried
    self.shard = shard
    self.undone = undone
    self.measures = measures
    self.matrix = matrix
    self.rehearsed = rehearsed
  }

  /// A disruptive step of an earlier run that ended before it could put it back.
  public struct UndoneStep: Sendable, Hashable, Codable {
    /// The target on whose behalf it was taken.
    public var target: String
    /// What was done, in one line.
    public var what: String
    /// When it was done.
    public var at: String
    /// What puts it back, in a few words.
    public var undo: String
    /// Why it could not be put back; nil where it was.
    public var problem: String?

    /// A step with what became of it.
    public init(target: String, what: String, at: String, undo: String, problem: String?) {
      self.target = target
      self.what = what
      self.at = at
      self.undo = undo
      self.problem = problem
    }
  }

  /// The program that wrote a report.
  public struct Tool: Sendable, Hashable, Codable {
    /// Always `prodworthy`.
    public var name: String
    /// Semantic version.
    public var version: String
    /// A program's name and version.
    public init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// The audited system.
  public struct System: Sendable, Hashable, Codable {
    /// Its name.
    public var name: String
    /// What it is used for.
    public var environment: Environment
    /// A system by name.
    public init(name: String, environment: Environment) {
      self.name = name
      self.environment = environment
    }
  }

  /// The policy applied.
  public struct PolicySummary: Sendable, Hashable, Codable {
    /// Its id.
    public var id: String
    /// One line for people.
    public var title: String
    /// SHA-256 over checks, severities, weights, parameters and gate: scores compare only between equal digests.
    public var digest: String
    /// A policy's identity.
    public init(id: String, title: String, digest: String) {
      self.id = id
      self.title = title
      self.digest = digest
    }
  }

  /// One target as reports name it.
  public struct TargetSummary: Sendable, Hashable, Codable {
    /// Its permanent name.
    public var id: String
    /// What it is.
    public var kind: String
    /// Where it is, without credentials; nil if it has no address.
    public var address: String?
    /// Where the inventory declares it.
    public var location: SourceLocation?
    /// A target by name.
    public init(id: String, kind: String, address: String?, location: SourceLocation?) {
      self.id = id
      self.kind = kind
      self.address = address
      self.location = location
    }
  }

  /// What people need to read a finding of a check.
  public struct CheckSummary: Sendable, Hashable, Codable {
    /// States the fact that is checked.
    public var title: String
    /// As the policy weighs it.
    public var severity: Severity
    /// In the score.
    public var weight: Int
    /// The checklist items it serves.
    public var checklist: [String]
    /// Why it matters.
    public var rationale: String
    /// How to fix it.
    public var remediation: CheckDefinition.Remediation
    /// Where the rule comes from.
    public var references: [String]
    /// The words around a finding.
    public init(
      title: String, severity: Severity, weight: Int, checklist: [String], rationale: String,
      remediation: CheckDefinition.Remediation, references: [String]
    ) {
      self.title = title
      self.severity = severity
      self.weight = weight
      self.checklist = checklist
      self.rationale = rationale
      self.remediation = remediation
      self.references = references
    }
  }

  /// One row of the checklist.
  public struct ChecklistRow: Sendable, Hashable, Codable {
    /// Its state.
    public enum Coverage: String, Sendable, Hashable, Codable, CaseIterable {
      /// Every check that serves it passes.
      case pass
      /// Met with reservations.
      case warn
      /// A check that serves it fails.
      case fail
      /// A check that serves it could not be decided.
      case notProven
      /// No check that serves it applies to this system.
      case notApplicable
      /// No check serves it, and people have attested all that is asked for.
      case attested
      /// No check serves it, or none took part.
      case notCovered
    }
    /// The item's permanent id.
    public var id: String
    /// The requirement.
    public var title: String
    /// The heading it stands under.
    public var area: String
    /// Its state.
    public var status: Coverage
    /// Fingerprints of the findings that speak of it.
    public var findings: [String]
    /// Ids of the attestations that hold and serve it.
    public var attestations: [String]
    /// Ids of the statements that it asks for and nobody's attestation makes.
    public var awaiting: [String]
    /// A row of the checklist.
    public init(
      id: String, title: String, area: String, status: Coverage, findings: [String], attestations: [String] = [],
      awaiting: [String] = []
    ) {
      self.id = id
      self.title = title
      self.area = area
      self.status = status
      self.findings = findings
      self.attestations = attestations
      self.awaiting = awaiting
    }
  }

  /// Something to be mended first.
  public struct Cause: Sendable, Hashable, Codable {
    /// Where it lies.
    public var target: String
    /// The check that shows it; nil where a probe could not look.
    public var check: String?
    /// What is wrong, in one line.
    public var reason: String
    /// Fingerprints of the findings that wait for it, itself not among them.
    public var dependents: [String]
    /// A cause and what waits for it.
    public init(target: String, check: String?, reason: String, dependents: [String]) {
      self.target = target
      self.check = check
      self.reason = reason
      self.dependents = dependents
    }
  }

  /// What was really sent.
  public struct TrafficReport: Sendable, Hashable, Codable {
    /// In all.
    public var total: Traffic
    /// By target id.
    public var byTarget: [String: Traffic]
    /// Traffic in all and by target.
    public init(total: Traffic, byTarget: [String: Traffic]) {
      self.total = total
      self.byTarget = byTarget
    }
  }

  /// Something that could not be seen.
  public struct NotSeen: Sendable, Hashable, Codable {
    /// Where.
    public var target: String
    /// Which probe looked.
    public var probe: String
    /// The part; nil for all of it.
    public var path: String?
    /// Why.
    public var reason: String
    /// What would show it.
    public var remedy: String?
    /// A part that could not be seen.
    public init(target: String, probe: String, path: String?, reason: String, remedy: String?) {
      self.target = target
      self.probe = probe
      self.path = path
      self.reason = reason
      self.remedy = remedy
    }
  }
}
