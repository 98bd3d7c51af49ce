/// One phase of arrivals.
package struct LoadPhase: Sendable, Hashable {
  /// How users arrive in it.
  package enum Shape: Sendable, Hashable {
    /// At one rate, evenly spaced.
    case constant(rate: Double)
    /// At a rate that grows or falls evenly.
    case ramp(from: Double, to: Double)
    /// So many, evenly spaced.
    case count(Int)
    /// Not at all.
    case pause
  }

  /// Its name; nil where the script gives none.
  package var name: String?
  /// How users arrive; nil where that depends on variables that are not set.
  package var shape: Shape?
  /// How long it is; nil where that depends on variables that are not set.
  package var seconds: Double?
  /// Whether the spaces between arrivals are drawn, as in a Poisson process.
  package var isPoisson = false
  /// How many users may be active at once; nil for any number.
  package var mostUsers: Int?

  /// A phase.
  package init(
    name: String? = nil, _ shape: Shape?, seconds: Double?, isPoisson: Bool = false, mostUsers: Int? = nil
  ) {
    self.name = name
    self.shape = shape
    self.seconds = seconds
    self.isPoisson = isPoisson
    self.mostUsers = mostUsers
  }

  /// How many users arrive in it; nil where that depends on variables that are not set.
  ///
  /// A ramp over whole seconds between whole rates counts as Artillery does: each second its own rate, rounded half up;
  /// for one second the mean of both.
  package var arrivals: Int? {
    guard let shape, let seconds else { return nil }
    switch shape {
    case .pause: return 0
    case .count(let count): return count
    case .constant(let rate): return Self.rounded(rate * seconds)
    case .ramp(let from, let to):
      guard seconds >= 1, seconds == seconds.rounded(), from == from.rounded(), to == to.rounded(), seconds <= 1e6
      else { return Self.rounded((from + to) / 2 * seconds) }
      if seconds == 1 { return Self.rounded((from + to) / 2) }
      let step = (to - from) / (seconds - 1)
      return (0..<Int(seconds)).reduce(0) { $0 + Self.rounded(from + step * Double($1)) }
    }
  }

  /// When the arrival with this number (from 0) comes, in seconds from the start of the phase, evenly spaced.
  ///
  /// In a ramp, where the rate's integral has reached its share of the whole.
  /// `arrivals` are those of the phase, which the caller counts once: those of a ramp take time.
  func seconds(ofArrival number: Int, of arrivals: Int) -> Double {
    guard let seconds, let shape, arrivals > 0 else { return 0 }
    let share = Double(number) / Double(arrivals)
    switch shape {
    case .pause: return 0
    case .constant(let rate): return rate > 0 ? min(Double(number) / rate, seconds) : 0
    case .count: return share * seconds
    case .ramp(let from, let to):
      let area = share * (from + to) / 2 * seconds
      let root = (from * from + 2 * (to - from) / seconds * area).squareRoot()
      return from + root > 0 ? min(2 * area / (from + root), seconds) : 0
    }
  }

  private static func rounded(_ count: Double) -> Int { Int((count + 0.5 + 1e-9).rounded(.down)) }
}
