/// Whose signatures a report needs before anybody acts on it.
public struct SignOffPolicy: Sendable, Hashable {
  /// A part that somebody has to play.
  public struct Role: Sendable, Hashable {
    /// Its name: `release`.
    public var name: String
    /// Who may play it; empty for everybody among the signers.
    public var people: [String]
    /// How many different people it takes, from 1.
    public var minimum: Int

    /// A role that takes `minimum` of `people`.
    public init(name: String, people: [String], minimum: Int = 1) {
      self.name = name
      self.people = people
      self.minimum = minimum
    }
  }

  /// What is held against the commit that was audited.
  public enum CommitRule: String, Sendable, Hashable, CaseIterable {
    /// The work tree has to stand at it.
    case same
    /// It is not looked at.
    case any
  }

  /// The allowed-signers file, relative to the policy.
  public var signers: String
  /// In the order of the file; each name once.
  public var required: [Role]
  /// How old a report may be, in hours; nil for any age.
  public var maximumAgeHours: Int?
  /// What is held against the commit.
  public var commit: CommitRule
  /// Whether the audited files have to be those of a commit.
  public var demandsUnmodified: Bool

  /// A policy of these parts.
  public init(
    signers: String, required: [Role], maximumAgeHours: Int? = nil, commit: CommitRule = .same,
    demandsUnmodified: Bool = false
  ) {
    self.signers = signers
    self.required = required
    self.maximumAgeHours = maximumAgeHours
    self.commit = commit
    self.demandsUnmodified = demandsUnmodified
  }
}
