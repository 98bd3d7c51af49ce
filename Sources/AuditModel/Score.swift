/// The interval of proven weight, from integers only, floored, with every number that went into it.
public struct Score: Sendable, Hashable {
  /// What is proven, in per mille after caps; nil when nothing was in the sum.
  public var proven: Int?
  /// What it could be if everything undecided passed, in per mille; nil when nothing was in the sum.
  public var possible: Int?
  /// The share of weight that evidence decided, in per mille; nil when nothing was in the sum.
  public var coverage: Int?
  /// How it was computed.
  public var arithmetic: Arithmetic

  /// An interval with its arithmetic; per mille.
  public init(proven: Int?, possible: Int?, coverage: Int?, arithmetic: Arithmetic) {
    self.proven = proven
    self.possible = possible
    self.coverage = coverage
    self.arithmetic = arithmetic
  }

  /// The numbers behind the interval.
  public struct Arithmetic: Sendable, Hashable, Codable {
    /// Σ weight of the checks in the sum.
    public var totalWeight: Int
    /// Σ weight × credit.
    public var earned: Int
    /// Σ weight × credit, undecided ones counted as passed.
    public var earnable: Int
    /// Σ weight of the checks that evidence decided.
    public var evaluatedWeight: Int
    /// The severity that caps the proven score; nil where none does.
    public var provenCap: Severity?
    /// The severity that caps the possible score; nil where none does.
    public var possibleCap: Severity?
    /// A row per check in the sum.
    public var rows: [Row]

    /// All numbers of a score.
    public init(
      totalWeight: Int, earned: Int, earnable: Int, evaluatedWeight: Int, provenCap: Severity?,
      possibleCap: Severity?, rows: [Row]
    ) {
      self.totalWeight = totalWeight
      self.earned = earned
      self.earnable = earnable
      self.evaluatedWeight = evaluatedWeight
      self.provenCap = provenCap
      self.possibleCap = possibleCap
      self.rows = rows
    }
  }

  /// One check in the sum.
  public struct Row: Sendable, Hashable, Codable {
    /// The check's id.
    public var check: String
    /// Its weight, 0 to 1000.
    public var weight: Int
    /// Its worst status.
    public var status: Status
    /// What it earns, in per mille.
    public var credit: Int
    /// By how much the proven score rises, in per mille, when this check alone passes.
    public var gain: Int

    /// A check's share of the score.
    public init(check: String, weight: Int, status: Status, credit: Int, gain: Int) {
      self.check = check
      self.weight = weight
      self.status = status
      self.credit = credit
      self.gain = gain
    }
  }
}

extension Score: Codable {
  private enum Key: String, CodingKey { case proven, possible, coverage, arithmetic }

  /// Reads percentages with one decimal; throws `DecodingError` for what is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func perMille(_ key: Key) throws -> Int? {
      guard let percentage = try container.decodeIfPresent(Double.self, forKey: key) else { return nil }
      guard (0...100).contains(percentage) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "not a percentage: \(percentage)")
      }
      return Int((percentage * 10).rounded())
    }
    self.init(
      proven: try perMille(.proven), possible: try perMille(.possible), coverage: try perMille(.coverage),
      arithmetic: try container.decode(Arithmetic.self, forKey: .arithmetic))
  }

  /// Writes percentages with one decimal, `null` when nothing was in the sum.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(proven.map { Double($0) / 10 }, forKey: .proven)
    try container.encode(possible.map { Double($0) / 10 }, forKey: .possible)
    try container.encode(coverage.map { Double($0) / 10 }, forKey: .coverage)
    try container.encode(arithmetic, forKey: .arithmetic)
  }
}

/// The yes, no or cannot tell that decides the exit status.
public struct Gate: Sendable, Hashable, Codable {
  /// The decision.
  public enum Decision: String, Sendable, Hashable, Codable {
    /// Every condition passes.
    case passed
    /// A condition fails.
    case failed
    /// None fails, but not every one passes.
    case undecided
  }

  /// The decision.
  public var status: Decision
  /// What it rests on.
  public var conditions: [Condition]

  /// The decision that follows from `conditions`; none at all decides nothing.
  public init(conditions: [Condition]) {
    self.conditions = conditions
    if conditions.contains(where: { $0.status == .fail }) {
      status = .failed
    } else if !conditions.isEmpty, conditions.allSatisfy({ $0.status == .pass }) {
      status = .passed
    } else {
      status = .undecided
    }
  }

  /// One named condition.
  public struct Condition: Sendable, Hashable, Codable {
    /// Its outcome.
    public enum Outcome: String, Sendable, Hashable, Codable {
      /// Holds whatever the undecided checks turn out to be.
      case pass
      /// Does not hold whatever they turn out to be.
      case fail
      /// Depends on what was not decided.
      case undecided
    }
    /// Its name: `no-open-critical`.
    public var id: String
    /// Its outcome.
    public var status: Outcome
    /// The limit and what was found, in one line.
    public var detail: String

    /// A condition with its outcome.
    public init(id: String, status: Outcome, detail: String) {
      self.id = id
      self.status = status
      self.detail = detail
    }
  }
}
