/// The recorded findings that are already known; only others count as new. It never grows by itself.
public struct Baseline: Sendable, Hashable, Codable {
  /// The scheme of its fingerprints.
  public static let scheme = "prodworthy-baseline/1"

  /// The scheme of its fingerprints: another one does not compare.
  public var baseline: String
  /// The system it is about.
  public var system: String
  /// The policy it was judged under.
  public var policy: AuditReport.PolicySummary
  /// When it was written or last pruned.
  public var writtenAt: Instant
  /// Sorted by check, target, subject.
  public var entries: [Entry]

  /// A baseline of known findings.
  public init(system: String, policy: AuditReport.PolicySummary, writtenAt: Instant, entries: [Entry]) {
    baseline = Self.scheme
    self.system = system
    self.policy = policy
    self.writtenAt = writtenAt
    self.entries = entries
  }

  /// A finding that was failing.
  public struct Entry: Sendable, Hashable, Codable {
    /// The finding's identity between runs.
    public var fingerprint: String
    /// The check's id.
    public var check: String
    /// The target's id.
    public var target: String
    /// The part of the target.
    public var subject: String?
    /// As it was weighed then.
    public var severity: Severity
    /// When it was first recorded.
    public var firstSeen: Instant

    /// A known finding.
    public init(
      fingerprint: String, check: String, target: String, subject: String?, severity: Severity, firstSeen: Instant
    ) {
      self.fingerprint = fingerprint
      self.check = check
      self.target = target
      self.subject = subject
      self.severity = severity
      self.firstSeen = firstSeen
    }
  }
}
