import AuditModel

/// The time that a service goes by, as a value: that of the system, or one of its own, by which days of schedules are
/// lived through in minutes.
struct ServiceClock: Sendable {
  /// Where a time of its own begins; nil for the system's.
  private let beginning: Instant?
  private let began = ContinuousClock.now
  /// Seconds of this time in a second, 1 to `fastest`.
  let rate: Int

  /// The most seconds in a second: a day.
  static let fastest = 86_400

  /// A time that begins at `beginning`; the system's, whose rate is 1, where none is given.
  init(from beginning: Instant? = nil, rate: Int = 1) {
    self.beginning = beginning
    self.rate = rate
  }

  /// Whether it is not the system's.
  var isOwn: Bool { beginning != nil }

  /// The time now, in whole seconds.
  var now: Instant {
    guard let beginning else { return .current() }
    let (seconds, attoseconds) = (ContinuousClock.now - began).components
    let passed = (Double(seconds) + Double(attoseconds) / 1e18) * Double(rate)
    return Instant(seconds: beginning.seconds + Int(passed))
  }
}
