package import AuditModel

/// What verifying came to.
package struct SignOffVerdict: Sendable, Hashable {
  /// Yes, no, or cannot tell.
  package enum Outcome: String, Sendable, Hashable {
    /// Everything that the policy asks for is there and holds.
    case verified
    /// Something contradicts.
    case notVerified
    /// Nothing contradicts, but something is missing.
    case cannotTell
  }

  /// Something that keeps a report from being verified, or a sign-off from counting.
  package struct Reason: Sendable, Hashable {
    /// A stable word: `configuration-changed`.
    package var id: String
    /// One line in lower case.
    package var message: String
    /// Whether it contradicts, rather than being merely missing.
    package var contradicts: Bool
  }

  /// What is to be said of one sign-off.
  package struct Entry: Sendable, Hashable {
    /// What it does.
    package enum State: String, Sendable, Hashable {
      /// It counts for its role.
      case counts
      /// It holds, and says no.
      case rejects
      /// It holds, and the policy does not ask for it.
      case ignored
      /// It does not hold.
      case void
      /// Nobody signed it yet.
      case unsigned
    }

    /// The statement's file.
    package var file: String
    /// What it does.
    package var state: State
    /// Why it does not count; empty where it does.
    package var reasons: [Reason]
    /// The key's fingerprint; nil where there is no readable signature.
    package var key: String?
    /// Who signed, as the signers file says; nil where that is not known.
    package var person: String?
    /// What was signed; nil where that cannot be read or nobody signed it.
    package var signOff: SignOff?

    /// What the statement is for; nil where it cannot be read.
    package var role: String? { signOff?.role }
  }

  /// What is to be said of one role of the policy.
  package struct RoleEntry: Sendable, Hashable {
    /// What the policy asks.
    package var role: SignOffPolicy.Role
    /// Who fills it, each person for one role only.
    package var people: [String]

    /// Whether enough people signed.
    package var isFilled: Bool { people.count >= role.minimum }
  }

  /// Yes, no, or cannot tell.
  package var outcome: Outcome
  /// Everything that stands in the way; empty where it is verified.
  package var reasons: [Reason]
  /// In the order of the policy.
  package var roles: [RoleEntry]
  /// In the order of their files.
  package var entries: [Entry]

  /// The verdict on a signed run whose report cannot be read any more: it could when somebody signed it.
  package static func unreadable(_ message: String) -> SignOffVerdict {
    let reason = Reason(id: "report-malformed", message: message, contradicts: true)
    return SignOffVerdict(outcome: .notVerified, reasons: [reason], roles: [], entries: [])
  }
}
