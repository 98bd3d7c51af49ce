package import AuditModel

/// What an X.509 certificate (RFC 5280) says. Text in it is as hostile as its maker, but bounded.
package struct Certificate: Sendable {
  /// The longest text kept, in Unicode scalars.
  package static let longestText = 500
  /// The most names kept of each kind.
  package static let mostNames = 200

  /// RFC 4514 text.
  package var subject: String
  /// RFC 4514 text.
  package var issuer: String
  /// Hexadecimal, lower case.
  package var serial: String
  /// The first second of its validity; nil if it cannot be read.
  package var notBefore: Instant?
  /// The last second of its validity, inclusive; nil if it cannot be read.
  package var notAfter: Instant?
  /// dNSName entries, at most `mostNames`.
  package var dnsNames: [String]
  /// iPAddress entries in figures, at most `mostNames`.
  package var ipAddresses: [String]
  /// The number of dNSName and iPAddress entries, those not kept included.
  package var nameCount: Int
  /// `RSA`, `EC`, `ED25519`, …, as libcrypto calls it; nil if libcrypto does not know it.
  package var keyAlgorithm: String?
  /// The size of the key, in bits.
  package var keyBits: Int?
  /// The strength of the key in bits of security (NIST SP 800-57 part 1): 112 for RSA of 2048 bits, 128 for P-256.
  package var keySecurityBits: Int?
  /// `sha256WithRSAEncryption`, `ecdsa-with-SHA256`, …: the registered name, or the object identifier in figures.
  package var signatureAlgorithm: String
  /// The hash under the signature, upper case (`SHA256`), or the algorithm where the hash is part of it (`ED25519`).
  package var signatureDigest: String
  /// Whether it may sign other certificates.
  package var isCA: Bool
  /// Whether it may prove a TLS server's identity, as far as its extended key usage says.
  package var isForServers: Bool
  /// Whether it names itself as its issuer and no key identifier contradicts that.
  package var isSelfSigned: Bool
  /// Whether it demands a stapled OCSP answer (RFC 7633).
  package var mustStaple: Bool
  /// Where its issuer's certificate can be fetched (authority information access), at most `mostNames`.
  package var issuerURLs: [String]
  /// SHA-256 over the whole certificate, hexadecimal, lower case.
  package var fingerprint: String
  /// SHA-256 over its key, a SubjectPublicKeyInfo, hexadecimal, lower case; empty if it has none that can be read.
  package var keyFingerprint: String
}
