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

  /// A policy with its gate.
  public init(
    id: String, title: String, include: [String] = ["*"], exclude: [String] = [],
    parameters: [String: JSONObject] = [:], weights: [String: Int] = [:], gate: [GateRule]
  ) {
    self.id = id
    self.title = title
    self.include = include
    self.exclude = exclude
    self.parameters = parameters
    self.weights = weights
    self.gate = gate
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
}

/// A requirement in people's words, with a permanent id.
public struct ChecklistItem: Sendable, Hashable {
  /// Permanent: `SEC-3`.
  public var id: String
  /// The requirement.
  public var title: String
  /// The heading it stands under.
  public var area: String

  /// A requirement under a heading.
  public init(id: String, title: String, area: String) {
    self.id = id
    self.title = title
    self.area = area
  }
}
