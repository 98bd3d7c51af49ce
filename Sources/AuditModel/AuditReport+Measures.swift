extension AuditReport {
  /// A number that a run measured, held against those of earlier, comparable runs.
  public struct Measurement: Sendable, Hashable, Codable {
    /// The number of an earlier run.
    public struct Point: Sendable, Hashable, Codable {
      /// The run that measured it.
      public var runID: String
      /// When that run began.
      public var at: Instant
      /// What it measured, in the measurement's unit.
      public var value: Double

      /// The number of an earlier run.
      public init(runID: String, at: Instant, value: Double) {
        self.runID = runID
        self.at = at
        self.value = value
      }
    }

    /// The probe that measured it; `run` for what belongs to the run itself.
    public var probe: String
    /// The target's id; nil for the run itself.
    public var target: String?
    /// The part of the target; nil for the whole.
    public var subject: String?
    /// What it is, in words.
    public var name: String
    /// Its unit.
    public var unit: String
    /// Which way is better.
    public var better: NoiseComparison.Better
    /// The least difference that counts, in its unit.
    public var least: Double
    /// What was measured; nil where nothing was, or nothing that means anything.
    public var value: Double?
    /// Equal for numbers that compare: probe, target, part, parameters and the shape of what was done.
    public var series: String
    /// What comes of the comparison.
    public var verdict: NoiseComparison.Verdict
    /// Why it does not compare; nil where it does.
    public var reason: String?
    /// The middle of the earlier runs; nil where not comparable.
    public var median: Double?
    /// The lower end of what noise explains; nil where not comparable.
    public var lower: Double?
    /// The upper end of what noise explains; nil where not comparable.
    public var upper: Double?
    /// The earlier runs it is held against, oldest first.
    public var earlier: [Point]

    /// A number that is not held against anything yet.
    public init(
      probe: String, target: String?, subject: String?, name: String, unit: String, better: NoiseComparison.Better,
      least: Double, value: Double?, series: String, reason: String? = nil
    ) {
      self.probe = probe
      self.target = target
      self.subject = subject
      self.name = name
      self.unit = unit
      self.better = better
      self.least = least
      self.value = value
      self.series = series
      self.reason = reason
      verdict = .notComparable
      earlier = []
    }

    /// The same number held against `points`, of which only those of earlier runs are given, in any order.
    package func compared(with points: [Point]) -> Measurement {
      var compared = self
      compared.earlier = Array(
        points.filter { $0.value.isFinite }.sorted { ($0.at, $0.runID) < ($1.at, $1.runID) }
          .suffix(NoiseComparison.Settings().window))
      guard value != nil else { return compared }
      // How long a run takes is the machine's affair more than the system's.
      let settings = NoiseComparison.Settings(leastShare: probe == "run" ? 0.2 : 0.05, least: least)
      let outcome = NoiseComparison.outcome(
        of: value, against: compared.earlier.map(\.value), better: better, settings)
      compared.verdict = outcome.verdict
      compared.median = outcome.median
      compared.lower = outcome.lower
      compared.upper = outcome.upper
      compared.reason =
        outcome.verdict == .notComparable
        ? "\(outcome.runs) comparable earlier run\(outcome.runs == 1 ? "" : "s"), \(settings.minimumRuns) are needed"
        : nil
      return compared
    }

    /// Whether it lies so far beyond the band that one run is enough to say so.
    package var isFar: Bool {
      guard let value, let median, let lower, let upper else { return false }
      return value > median + 2 * (upper - median) || value < median - 2 * (median - lower)
    }
  }
}
