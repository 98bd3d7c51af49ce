package import AuditModel

/// Whether something changes so often that a change says little (the flap detection of Nagios Core 4: the share of
/// transitions among the last 21 states, the newest counting half as much again as the oldest, with hysteresis).
package enum Flapping {
  /// How many states are looked at.
  static let window = 21
  /// From this share of transitions on it flaps, in per mille.
  package static let high = 300
  /// Below this share it has come to rest, in per mille.
  package static let low = 150

  /// Whether it flaps after the last of `states`, oldest first; only states that evidence decided.
  ///
  /// The weighted share of transitions is taken anew after each of them, from the transitions alone, which are few.
  package static func isFlapping(_ states: [Status]) -> Bool {
    var flaps = false
    var transitions: [Int] = []
    var before: Status?
    for (end, state) in states.enumerated() {
      if let before, before != state { transitions.append(end) }
      before = state
      if let first = transitions.first, end - first >= window - 1 { transitions.removeFirst() }
      // Weights from 0.8 to 1.2 over the 20 possible transitions; in 1/190 so that they stay whole numbers.
      let sum = transitions.reduce(0) { $0 + 228 - 4 * (end - $1) }
      let share = sum * 1000 / (190 * (window - 1))
      flaps = flaps ? share >= low : share >= high
    }
    return flaps
  }
}

extension Timeline {
  /// How many runs back the states are followed: hysteresis remembers, but not for ever.
  static let reach = 200

  /// The statuses that evidence decided in the runs up to `ordinal`, oldest first, the last two hundred runs of them.
  package func evaluatedStates(upTo ordinal: Int) -> [Status] {
    guard let first = stretches.first else { return [] }
    var states: [Status] = []
    let start = max(first.ordinal, ordinal - Self.reach)
    for (index, stretch) in stretches.enumerated() where stretch.state.status.isEvaluated {
      let end = index + 1 < stretches.count ? stretches[index + 1].ordinal - 1 : ordinal
      let (from, to) = (max(start, stretch.ordinal), min(end, ordinal))
      if from <= to { states += Array(repeating: stretch.state.status, count: to - from + 1) }
    }
    return states
  }

  /// Whether it changes too often for a change to be news.
  package func isFlapping(at ordinal: Int) -> Bool {
    // Six changes at their heaviest reach the threshold, five do not.
    stretches.count > 6 && Flapping.isFlapping(evaluatedStates(upTo: ordinal))
  }
}
