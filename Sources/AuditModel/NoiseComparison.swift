/// Compares a measured number with those of earlier, comparable runs, and takes the noise of those into account.
///
/// The band is the median plus and minus `width` times the scaled median absolute deviation, which one outlier among the
/// earlier runs cannot move; it is never narrower than a share of the median, since runs that happen to agree to the
/// last digit do not make the next millisecond a regression. A deviation estimated from few runs is itself uncertain, so
/// the fewer there are the wider the band: over stationary noise, normal or skewed, at most some three in a hundred runs
/// lie beyond either end of it, from six runs to twenty.
public enum NoiseComparison {
  /// Which way is better.
  public enum Better: String, Sendable, Hashable, Codable, CaseIterable {
    case lower, higher
  }

  /// What comes of it.
  public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
    /// Worse than the noise explains.
    case regressed
    /// Better than the noise explains.
    case improved
    /// Inside the band.
    case withinNoise
    /// Too few earlier runs, or no number.
    case notComparable
  }

  /// How the band is drawn.
  package struct Settings: Sendable, Hashable {
    /// How many scaled deviations to each side, with any number of earlier runs.
    package var width: Double
    /// How many further deviations, divided by the number of earlier runs.
    package var allowance: Double
    /// The least half width, as a share of the median.
    package var leastShare: Double
    /// The least half width, in the number's own unit.
    package var least: Double
    /// How many earlier runs there must be.
    package var minimumRuns: Int
    /// How many of the newest earlier runs are looked at.
    package var window: Int

    /// Three scaled deviations and two more for six runs, at least 5 % of the median, from at least 6 of the last 20 runs.
    package init(
      width: Double = 3, allowance: Double = 12, leastShare: Double = 0.05, least: Double = 0, minimumRuns: Int = 6,
      window: Int = 20
    ) {
      self.width = width
      self.allowance = allowance
      self.leastShare = leastShare
      self.least = least
      self.minimumRuns = minimumRuns
      self.window = window
    }
  }

  /// The band and where a number stands to it.
  package struct Outcome: Sendable, Hashable {
    /// The verdict.
    package var verdict: Verdict
    /// The middle of the earlier runs; nil where not comparable.
    package var median: Double?
    /// The band's lower end; nil where not comparable.
    package var lower: Double?
    /// The band's upper end; nil where not comparable.
    package var upper: Double?
    /// How many earlier runs were looked at.
    package var runs: Int
  }

  /// For normal noise, the deviation by which the median absolute deviation is divided (1 / Φ⁻¹(3/4)).
  private static let scale = 1.4826

  /// Holds `value` against `earlier`, oldest first. What is no finite number counts as not measured.
  package static func outcome(
    of value: Double?, against earlier: [Double], better: Better, _ settings: Settings = Settings()
  ) -> Outcome {
    let known = Array(earlier.filter(\.isFinite).suffix(max(1, settings.window)))
    guard let value, value.isFinite, known.count >= max(1, settings.minimumRuns) else {
      return Outcome(verdict: .notComparable, median: nil, lower: nil, upper: nil, runs: known.count)
    }
    let middle = median(known)
    let deviation = median(known.map { ($0 - middle).magnitude }) * scale
    let width = settings.width + settings.allowance / Double(known.count)
    let half = max(width * deviation, settings.leastShare * middle.magnitude, settings.least)
    let verdict: Verdict =
      if value > middle + half {
        better == .lower ? .regressed : .improved
      } else if value < middle - half {
        better == .lower ? .improved : .regressed
      } else {
        .withinNoise
      }
    return Outcome(
      verdict: verdict, median: middle, lower: middle - half, upper: middle + half, runs: known.count)
  }

  package static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    // Halved before they are added: two large numbers need not have a finite sum.
    return sorted.count % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
  }
}
