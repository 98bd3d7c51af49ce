/// A person's dated statement, with evidence, about what no probe can see.
public struct Attestation: Sendable, Hashable, Codable {
  /// Unique, permanent: `A-2026-003`.
  public var id: String
  /// What it speaks of.
  public var topic: Topic
  /// What the person states.
  public var statement: String
  /// Who states it.
  public var by: String
  /// Who looked at it too; never the same person.
  public var reviewedBy: String?
  /// The first moment it holds.
  public var on: Instant
  /// The last second it holds.
  public var expires: Instant
  /// What it rests on: addresses, tickets, documents.
  public var evidence: [String]
  /// The texts it speaks of; it goes stale when one of them changes.
  public var texts: [Text]
  /// Where it is written.
  public var location: SourceLocation?

  /// The longest an attestation may hold, in days.
  public static let longestDays = 366

  /// An attestation with all its parts.
  public init(
    id: String, topic: Topic, statement: String, by: String, reviewedBy: String? = nil, on: Instant, expires: Instant,
    evidence: [String], texts: [Text] = [], location: SourceLocation? = nil
  ) {
    self.id = id
    self.topic = topic
    self.statement = statement
    self.by = by
    self.reviewedBy = reviewedBy
    self.on = on
    self.expires = expires
    self.evidence = evidence
    self.texts = texts
    self.location = location
  }

  /// What an attestation speaks of.
  public enum Topic: Sendable, Hashable, Codable {
    /// A statement that the checklist asks for, by its id.
    case statement(String)
    /// A finding that waits for a person, on a target.
    case finding(check: String, target: String, subject: String?)

    private enum Key: String, CodingKey { case statement, check, target, subject }

    /// Reads either form.
    public init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: Key.self)
      if let statement = try members.decodeIfPresent(String.self, forKey: .statement) {
        self = .statement(statement)
      } else {
        self = .finding(
          check: try members.decode(String.self, forKey: .check),
          target: try members.decode(String.self, forKey: .target),
          subject: try members.decodeIfPresent(String.self, forKey: .subject))
      }
    }

    /// Writes `statement`, or `check` with its place.
    public func encode(to encoder: any Encoder) throws {
      var members = encoder.container(keyedBy: Key.self)
      switch self {
      case .statement(let id): try members.encode(id, forKey: .statement)
      case .finding(let check, let target, let subject):
        try members.encode(check, forKey: .check)
        try members.encode(target, forKey: .target)
        try members.encodeIfPresent(subject, forKey: .subject)
      }
    }
  }

  /// A file as it was when somebody spoke of it.
  public struct Text: Sendable, Hashable, Codable {
    /// The file as it was named.
    public var file: String
    /// SHA-256 when it was attested, hexadecimal.
    public var sha256: String
    /// SHA-256 when the run began; nil where the file could not be read.
    public var found: String?

    /// A file and its digests.
    public init(file: String, sha256: String, found: String? = nil) {
      self.file = file
      self.sha256 = sha256
      self.found = found
    }
  }
}

/// What a person has to state so that a checklist item counts where no check serves it.
public struct AttestationRequest: Sendable, Hashable, Codable {
  /// Permanent: `rollback-rehearsed`.
  public var id: String
  /// The statement; who attested other words attested something else.
  public var statement: String

  /// A statement asked for.
  public init(id: String, statement: String) {
    self.id = id
    self.statement = statement
  }
}
