/// One judgement: check × target (× subject).
public struct Finding: Sendable, Hashable, Codable {
  /// The check's id.
  public var check: String
  /// The target's id.
  public var target: String
  /// The part of the target it is about; nil for the whole.
  public var subject: String?
  /// The outcome.
  public var status: Status
  /// How much it matters, as the policy weighs it.
  public var severity: Severity
  /// One line, at most 300 characters, that stands alone.
  public var message: String
  /// The limit, in words.
  public var expected: String?
  /// What was seen.
  public var observed: String?
  /// What supports it.
  public var evidence: [Evidence]
  /// The acceptance that overlays it, if any.
  public var waiver: String?
  /// The attestation by which a person passed it, if one did.
  public var attestation: String?
  /// When it was seen, where an earlier run saw it.
  public var carriedFrom: Instant?
  /// The command that looks at it alone, quoted for a POSIX shell; only for what does not pass.
  public var reproduce: String?
  /// The check × target or observation that has to be mended first: the index of its cause in the report.
  public var cause: Int?
  /// SHA-256 of scheme, check, target and subject: the identity between runs.
  public var fingerprint: String
  /// How long looking took, in milliseconds; shared by all findings of one observation.
  public var durationMs: Int

  /// A judgement with its evidence.
  public init(
    check: String, target: String, subject: String? = nil, status: Status, severity: Severity, message: String,
    expected: String? = nil, observed: String? = nil, evidence: [Evidence] = [], waiver: String? = nil,
    attestation: String? = nil, carriedFrom: Instant? = nil, reproduce: String? = nil, cause: Int? = nil,
    fingerprint: String, durationMs: Int
  ) {
    self.check = check
    self.target = target
    self.subject = subject
    self.status = status
    self.severity = severity
    self.message = message
    self.expected = expected
    self.observed = observed
    self.evidence = evidence
    self.waiver = waiver
    self.attestation = attestation
    self.carriedFrom = carriedFrom
    self.reproduce = reproduce
    self.cause = cause
    self.fingerprint = fingerprint
    self.durationMs = durationMs
  }

  /// Writes every member, `null` where there is nothing to say: readers of a report find each by its name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(check, forKey: .check)
    try container.encode(target, forKey: .target)
    try container.encode(subject, forKey: .subject)
    try container.encode(status, forKey: .status)
    try container.encode(severity, forKey: .severity)
    try container.encode(message, forKey: .message)
    try container.encode(expected, forKey: .expected)
    try container.encode(observed, forKey: .observed)
    try container.encode(evidence, forKey: .evidence)
    try container.encode(waiver, forKey: .waiver)
    try container.encode(attestation, forKey: .attestation)
    try container.encode(carriedFrom, forKey: .carriedFrom)
    try container.encode(reproduce, forKey: .reproduce)
    try container.encode(cause, forKey: .cause)
    try container.encode(fingerprint, forKey: .fingerprint)
    try container.encode(durationMs, forKey: .durationMs)
  }

  /// A labelled text from the audited system: hostile wherever it is shown.
  public struct Evidence: Sendable, Hashable, Codable {
    /// The path or name of what is shown.
    public var label: String
    /// What was seen, at most 4 KiB.
    public var text: String

    /// A labelled text.
    public init(label: String, text: String) {
      self.label = label
      self.text = text
    }
  }
}
