import AuditModel

/// Where a certificate stands in its life at some point in time.
struct CertificateLifetime: Sendable, Hashable {
  /// A word for it.
  enum Verdict: String, Sendable, CaseIterable {
    case notYetValid
    /// Renewal is not due.
    case healthy
    /// Renewal is due.
    case expiring
    /// Renewal is overdue: it does not work by itself, or not any more.
    case critical
    case expired
  }

  let notBefore: Instant
  let notAfter: Instant
  let now: Instant

  private static let day = 86400.0

  /// The whole life in seconds; both ends belong to it (RFC 5280 section 4.1.2.5).
  var seconds: Int { notAfter.seconds(since: notBefore) + 1 }
  /// Negative once it has expired.
  var secondsLeft: Int { notAfter.seconds(since: now) }
  /// The share of the life that is left; negative once it has expired.
  var shareLeft: Double { seconds > 0 ? Double(secondsLeft) / Double(seconds) : -1 }
  var isExpired: Bool { now > notAfter }
  var isNotYetValid: Bool { now < notBefore }

  /// Below this many seconds left renewal is due: a third of the life, which is when ACME clients renew, at most 30 days.
  var warnsBelow: Double { isShort ? Double(seconds) / 3 : min(Double(seconds) / 3, 30 * Self.day) }

  /// Below this many seconds left renewal is overdue: a sixth of the life, at most 14 days; for a certificate of ten days or
  /// less at least 24 hours, but never more than half its life.
  var failsBelow: Double {
    let sixth = Double(seconds) / 6
    return isShort ? min(max(sixth, Self.day), Double(seconds) / 2) : min(sixth, 14 * Self.day)
  }

  private var isShort: Bool { Double(seconds) <= 10 * Self.day }

  var verdict: Verdict {
    if isExpired { return .expired }
    if isNotYetValid { return .notYetValid }
    if Double(secondsLeft) < failsBelow { return .critical }
    return Double(secondsLeft) < warnsBelow ? .expiring : .healthy
  }

  /// The longest life a public authority may give, in days, by the day of issue (CA/Browser Forum, Baseline Requirements
  /// section 6.3.2 with ballot SC-081v3); before March 2018 it was 39 months.
  var publicLimitDays: Int {
    let schedule: [(from: String, days: Int)] = [
      ("2029-03-15", 47), ("2027-03-15", 100), ("2026-03-15", 200), ("2020-09-01", 398), ("2018-03-01", 825),
    ]
    return schedule.first { notBefore.description >= $0.from }?.days ?? 1188
  }

  /// The life in days, a part of one counted as one, as public limits are.
  var days: Int { (seconds + 86399) / 86400 }
}
