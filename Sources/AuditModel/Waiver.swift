/// A dated, owned, approved acceptance of findings. An overlay: it changes the gate, never a status and never the score.
public struct Waiver: Sendable, Hashable, Codable {
  /// Why it is accepted, from a closed list.
  public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
    /// The risk is known and borne.
    case acceptedRisk = "accepted-risk"
    /// Something else keeps the harm away.
    case compensatingControl = "compensating-control"
    /// The check is wrong here.
    case falsePositive = "false-positive"
    /// The fix has a date.
    case fixScheduled = "fix-scheduled"
  }

  /// Unique, permanent: `W-2026-007`.
  public var id: String
  /// The check's id, or what it begins with before a final `*`.
  public var check: String
  /// The target's id, or what it begins with before a final `*`.
  public var target: String
  /// The part of the target, or what it begins with before a final `*`; nil for the finding about the whole target.
  public var subject: String?
  /// Why it is accepted.
  public var reason: Reason
  /// Why it is accepted, in words.
  public var justification: String
  /// Who answers for it.
  public var owner: String
  /// Who agreed; never the owner.
  public var approvedBy: String
  /// Where it is tracked.
  public var ticket: String
  /// The first moment it holds.
  public var created: Instant
  /// The last second it holds.
  public var expires: Instant
  /// The statuses it covers.
  public var statuses: [Status]
  /// What the measured value must keep.
  public var ceiling: Ceiling?
  /// What must pass for it to hold.
  public var compensating: [Compensation]
  /// The severity that was accepted: it does not hold for findings that have become more severe.
  public var severity: Severity?
  /// Where it is written.
  public var location: SourceLocation?

  /// The statuses covered where a waiver names none: what evidence decided, never what nobody could see.
  public static let usualStatuses: [Status] = [.fail, .warn]
  /// The longest a waiver may hold, in days.
  public static let longestDays = 90

  /// A waiver with all its parts.
  public init(
    id: String, check: String, target: String, subject: String? = nil, reason: Reason = .acceptedRisk,
    justification: String, owner: String, approvedBy: String, ticket: String, created: Instant, expires: Instant,
    statuses: [Status] = Waiver.usualStatuses, ceiling: Ceiling? = nil, compensating: [Compensation] = [],
    severity: Severity? = nil, location: SourceLocation? = nil
  ) {
    self.id = id
    self.check = check
    self.target = target
    self.subject = subject
    self.reason = reason
    self.justification = justification
    self.owner = owner
    self.approvedBy = approvedBy
    self.ticket = ticket
    self.created = created
    self.expires = expires
    self.statuses = statuses
    self.ceiling = ceiling
    self.compensating = compensating
    self.severity = severity
    self.location = location
  }

  /// A bound that the measured value of the finding must keep; a value that is no number keeps none.
  public struct Ceiling: Sendable, Hashable, Codable {
    /// The least it may be.
    public var atLeast: Double?
    /// The most it may be.
    public var atMost: Double?

    /// Bounds, inclusive.
    public init(atLeast: Double? = nil, atMost: Double? = nil) {
      self.atLeast = atLeast
      self.atMost = atMost
    }

    /// Whether `value` keeps both bounds.
    public func holds(_ value: Double) -> Bool {
      value.isFinite && atLeast.map { value >= $0 } != false && atMost.map { value <= $0 } != false
    }
  }

  /// A check whose passing keeps the harm away.
  public struct Compensation: Sendable, Hashable, Codable {
    /// The check's id.
    public var check: String
    /// Where it must pass; nil for the finding's own target, or everywhere where it is not judged there.
    public var target: String?

    /// A check that must pass.
    public init(check: String, target: String? = nil) {
      self.check = check
      self.target = target
    }
  }

  /// Whether it speaks of a finding of this check on this part of this target.
  public func speaks(of check: String, _ target: String, _ subject: String?) -> Bool {
    guard Policy.pattern(self.check, matches: check), Policy.pattern(self.target, matches: target) else { return false }
    switch (self.subject, subject) {
    case (nil, nil): return true
    case (let pattern?, let subject?): return Policy.pattern(pattern, matches: subject)
    default: return false
    }
  }

  /// The patterns among check, target and subject.
  public var patterns: [String] { [check, target, subject ?? ""].filter { $0.hasSuffix("*") } }
}
