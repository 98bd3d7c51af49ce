/// How a client asks for encryption, in libpq's words, weakest first.
package enum SSLMode: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Plaintext only.
  case disable
  /// Plaintext, and TLS only if the server insists.
  case allow
  /// TLS, and plaintext if the server has none: open to anyone who strips it.
  case prefer
  /// TLS with whoever answers.
  case require
  /// TLS with a certificate from a trusted root, whatever its name.
  case verifyCA = "verify-ca"
  /// TLS with a certificate from a trusted root for the host asked for.
  case verifyFull = "verify-full"

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Weaker before stronger.
  package static func < (left: SSLMode, right: SSLMode) -> Bool { left.rank < right.rank }

  /// Whether the server has to prove who it is.
  package var verifies: Bool { self == .verifyCA || self == .verifyFull }
}
