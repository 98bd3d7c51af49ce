import LoadScripts

/// Whether arrivals follow each other so closely that starting them in lots is worth more than waking up for each.
struct ArrivalLots {
  /// Where arrivals follow each other sooner than this, in nanoseconds, they start in lots.
  private static let dense = 200_000
  /// Where they do sooner than this, lots are larger: what a wake-up costs is then shared by a dozen and more.
  private static let veryDense = 50_000
  /// Spaces count as at most this long, in nanoseconds, so that one pause is soon forgotten.
  private static let longest = 10_000_000

  private var last: Int?
  /// The mean of the last spaces, the newer ones weighing more, in nanoseconds.
  private var space = longest

  /// Takes the next arrival, in nanoseconds from the start of the run.
  mutating func note(arrivalAt moment: Int) {
    if let last { space += (min(max(0, moment - last), Self.longest) - space) / 16 }
    last = moment
  }

  /// Whether more than one arrival belongs to a lot, as a rule.
  var areDense: Bool { space < Self.dense }

  /// From one lot to the next, in nanoseconds: so much later than it was due may an arrival start, or an answer be read.
  var spacing: Int { space < Self.veryDense ? 400_000 : 200_000 }

  /// Whether any phase brings a loop that has one of `share` parts of them so many arrivals.
  static func mayBeDense(_ phases: [LoadPhase], share: Double) -> Bool {
    phases.contains { phase in
      let rate: Double
      switch phase.shape {
      case .constant(let constant)?: rate = constant
      case .ramp(let from, let to)?: rate = max(from, to)
      case .count(let count)?: rate = Double(count) / max(phase.seconds ?? 0, 1e-9)
      case .pause?, nil: rate = 0
      }
      return rate / share > 1e9 / Double(dense)
    }
  }
}
