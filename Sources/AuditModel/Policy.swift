public import Facts

/// What is demanded of a release: which checks, their parameters and weights, and the conditions of the gate.
public struct Policy: Sendable {
  /// Permanent id, the file's name for a built-in one.
  public var id: String
  /// One line for people.
  public var title: String
  /// The checks it asks for: ids, areas as `tls-*`, or `*` for all.
  public var include: [String]
  /// The checks it leaves out, in the same form; wins over `include`.
  public var exclude: [String]
  /// Parameter values by check id.
  public var parameters: [String: JSONObject]
  /// Weights by check id, 0 to 1000, where the severity's own does not fit.
  public var weights: [String: Int]
  /// The conditions that decide.
  public var gate: [GateRule]
  /// What a waiver may do under it.
  public var waiving: WaivingRules
  /// How long evidence of earlier runs may be used.
  public var shelfLife: ShelfLife
  /// The file of waivers it names, relative to its own; nil for none.
  public var waivers: String?

  /// A policy with its gate.
  public init(
    id: String, title: String, include: [String] = ["*"], exclude: [String] = [],
    parameters: [String: JSONObject] = [:], weights: [String: Int] = [:], gate: [GateRule],
    waiving: WaivingRules = WaivingRules(), shelfLife: ShelfLife = ShelfLife(), waivers: String? = nil
  ) {
    self.id = id
    self.title = title
    self.include = include
    self.exclude = exclude
    self.parameters = parameters
    self.weights = weights
    self.gate = gate
    self.waiving = waiving
    self.shelfLife = shelfLife
    self.waivers = waivers
  }

  /// Whether the policy asks for the check called `id`.
  public func selects(_ id: String) -> Bool {
    include.contains { Self.pattern($0, matches: id) } && !exclude.contains { Self.pattern($0, matches: id) }
  }

  /// Whether `id` is `pattern`, or starts with what stands before its final `*`.
  public static func pattern(_ pattern: String, matches id: String) -> Bool {
    pattern.hasSuffix("*") ? id.hasPrefix(pattern.dropLast()) : id == pattern
  }
}

/// One condition of a gate.
public enum GateRule: Sendable, Hashable {
  /// At most this many open checks of a severity.
  case maximumOpen(Severity, Int)
  /// At most this many checks of a severity that evidence did not decide.
  case maximumNotEvaluated(Severity, Int)
  /// The proven score is at least this, in per mille.
  case minimumScore(Int)
  /// The coverage is at least this, in per mille.
  case minimumCoverage(Int)
  /// These checks took part and are not open.
  case requiredChecks([String])
  /// These checklist items are covered by checks that are not open.
  case requiredItems([String])
  /// At most this many findings of at least a severity fail without standing in the baseline.
  case maximumNewFailures(Severity, Int)
  /// At most this many waivers cover something.
  case maximumWaivers(Int)
  /// The checks with a waived finding have at most this share of the weight, in per mille.
  case maximumWaivedWeight(Int)
  /// No waiver has a problem of these kinds.
  case refusedWaiverProblems([AuditReport.WaiverProblem.Kind])
  /// No attestation about which something has to be done is in one of these states.
  case refusedAttestationStates([AuditReport.AttestationRow.State])
  /// At most this many numbers are worse than the noise of earlier runs explains.
  case maximumRegressions(Int)
  /// At most this many cells of the inventory's matrix are failing or holes.
  case maximumOpenCells(Int)
}

/// What a waiver may do under a policy. A waiver that does more covers nothing.
public struct WaivingRules: Sendable, Hashable {
  /// The longest a waiver may hold, in days.
  public var maximumDays: Int
  /// The severities that nobody may accept.
  public var forbidden: [Severity]
  /// The most findings that one waiver's patterns may cover.
  public var maximumCovered: Int

  /// Rules, the usual ones unless said otherwise.
  public init(maximumDays: Int = Waiver.longestDays, forbidden: [Severity] = [], maximumCovered: Int = 25) {
    self.maximumDays = maximumDays
    self.forbidden = forbidden
    self.maximumCovered = maximumCovered
  }
}

/// How long what an earlier run saw may be used, in hours.
public struct ShelfLife: Sendable, Hashable {
  /// Unless a probe has its own.
  public var hours: Int
  /// By probe id.
  public var byProbe: [String: Int]

  /// A shelf life; a week unless said otherwise.
  public init(hours: Int = 168, byProbe: [String: Int] = [:]) {
    self.hours = hours
    self.byProbe = byProbe
  }

  /// The last second at which an observation of `probe` made at `instant` may be used.
  public func end(of probe: String, seenAt instant: Instant) -> Instant {
    Instant(seconds: instant.seconds + (byProbe[probe] ?? hours) * 3600)
  }
}

/// A requirement in people's words, with a permanent id.
public struct ChecklistItem: Sendable, Hashable {
  /// Permanent: `SEC-3`.
  public var id: String
  /// The requirement.
  public var title: String
  /// The heading it stands under.
  public var area: String
  /// What people have to state where no check serves it.
  public var attest: [AttestationRequest]

  /// A requirement under a heading.
  public init(id: String, title: String, area: String, attest: [AttestationRequest] = []) {
    self.id = id
    self.title = title
    self.area = area
    self.attest = attest
  }
}
