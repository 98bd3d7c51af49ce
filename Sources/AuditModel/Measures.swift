/// The numbers among a probe's facts whose course from run to run says something, beside what a check demands of each.
public struct Measures: Sendable, Hashable {
  /// One number, or one of each part of what was looked at.
  public struct Measure: Sendable, Hashable {
    /// The number, as a JSONPath from the facts, or from the part at hand where there is `each`.
    public var fact: String
    /// What it is, in words: `response time, p95`.
    public var name: String
    /// Its unit as reports print it: `ms`, `s`, `requests/s`.
    public var unit: String
    /// Which way is better.
    public var better: NoiseComparison.Better
    /// The least difference, in its unit, that anybody cares for.
    public var least: Double
    /// The parts of which each has such a number, as a JSONPath; nil for one number of the whole.
    public var each: String?
    /// What tells a part from the others, as a JSONPath from the part.
    public var label: String

    /// A number at `fact`.
    public init(
      _ fact: String, _ name: String, unit: String, better: NoiseComparison.Better = .lower, least: Double = 0,
      each: String? = nil, label: String = "$.name"
    ) {
      self.fact = fact
      self.name = name
      self.unit = unit
      self.better = better
      self.least = least
      self.each = each
      self.label = label
    }
  }

  /// The numbers; none for a probe whose facts are all yes, no or text.
  public var all: [Measure]
  /// The facts in which two runs must agree for their numbers to compare, as JSONPaths: the shape of a load, what was
  /// restored.
  public var shape: [String]
  /// The fact that must be true for the numbers to mean anything, as a JSONPath; nil where they always do.
  public var sound: String?

  /// Numbers that compare between runs of one shape.
  public init(_ all: [Measure] = [], shape: [String] = [], sound: String? = nil) {
    self.all = all
    self.shape = shape
    self.sound = sound
  }
}
