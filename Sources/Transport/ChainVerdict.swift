package import AuditModel

/// What came of building a path from the presented certificates to a root (RFC 5280 section 6).
///
/// Nothing here depends on the day: validity is recorded with each certificate and judged as of any date.
package struct ChainVerdict: Sendable {
  /// Something wrong with the chain.
  package struct Problem: Sendable, Hashable {
    /// libcrypto's number for it (X509_V_ERR_…).
    package var code: Int
    /// A permanent word for it.
    package var id: String
    /// libcrypto's sentence.
    package var message: String
    /// 0 for the server's own certificate, 1 for its issuer, and so on.
    package var depth: Int
  }

  /// One certificate of the path.
  package struct Link: Sendable {
    /// RFC 4514 text.
    package var subject: String
    /// RFC 4514 text.
    package var issuer: String
    /// The first second of its validity.
    package var notBefore: Instant?
    /// The last second of its validity.
    package var notAfter: Instant?
    /// The hash under its signature, as `Certificate.signatureDigest`.
    package var signatureDigest: String
    /// As `Certificate.keyFingerprint`.
    package var keyFingerprint: String
  }

  /// Where the root comes from that the path ends in.
  package enum Anchor: String, Sendable, CaseIterable {
    /// From the system's roots.
    case system
    /// From a file named in the inventory or on the command line.
    case declared
  }

  /// Everything that is wrong, each once, in the order found.
  package var problems: [Problem]
  /// From the server's certificate upwards, as far as it could be built.
  package var path: [Link]
  /// Where the root comes from; nil if no root was reached.
  package var anchor: Anchor?
  /// Whether the certificate that issued the server's own was sent or is a root; true for a self-signed one.
  package var isIssuerAtHand: Bool

  /// Whether the path leads to a root and nothing is wrong with it.
  package var isTrusted: Bool { problems.isEmpty && anchor != nil }
}
