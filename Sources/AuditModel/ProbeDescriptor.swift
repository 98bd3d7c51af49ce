public import Facts

/// What everybody may know about a probe without running it.
public struct ProbeDescriptor: Sendable {
  /// The word in a check's `probe:`.
  public var id: String
  /// One line for people: what it looks at.
  public var summary: String
  /// The kinds of target it can look at; empty for any.
  public var targetKinds: [String]
  /// What it may do to the target.
  public var safety: SafetyClass
  /// The parameters a check's `with:` may give: the fields of an object.
  public var parameters: [Schema.Field]
  /// The facts it brings back, derived ones included.
  public var facts: Schema
  /// The longest one observation may take, in milliseconds.
  public var timeout: Int
  /// What one observation sends, in words for the plan: "1 connection", "up to 5 requests".
  public var traffic: String
  /// The facts that tell whether what was looked at is still the same, as JSONPaths: evidence that was expensive to come by
  /// counts only while they are what they were.
  public var identity: [String]
  /// The numbers that are held against those of earlier runs.
  public var measures: Measures

  /// Describes a probe.
  public init(
    id: String, summary: String, targetKinds: [String], safety: SafetyClass, parameters: [Schema.Field] = [],
    facts: Schema, timeout: Int = 10_000, traffic: String, identity: [String] = [], measures: Measures = Measures()
  ) {
    self.id = id
    self.summary = summary
    self.targetKinds = targetKinds
    self.safety = safety
    self.parameters = parameters
    self.facts = facts
    self.timeout = timeout
    self.traffic = traffic
    self.identity = identity
    self.measures = measures
  }
}
