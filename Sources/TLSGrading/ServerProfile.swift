package import TLSRegistry

/// What is known of a TLS server, as far as a grade or a guideline asks for it.
///
/// Everything that may not have been seen is nil for "not known", which is not the same as empty or false. A value that
/// is not known never earns anything: see `Grade`.
package struct ServerProfile: Sendable, Hashable {
  /// The protocol versions the server accepts; nil where they could not all be told.
  package var versions: Set<ProtocolVersion>?
  /// The cipher suites it accepts with each accepted version; a version without an entry is one whose suites are not known.
  package var suites: [ProtocolVersion: [CipherSuite]]
  /// One per kind of key it presents, at least one; nil where no certificate was seen.
  package var certificates: [Certificate]?
  /// The size of the smallest finite-field group it uses with DHE suites up to TLS 1.2, in bits; nil where not known.
  package var dhBits: Int?
  /// The named groups it accepts, of all versions, by their registered names (`x25519`, `secp256r1`, `ffdhe2048`,
  /// `X25519MLKEM768`) or OpenSSL's (`prime256v1`); nil where not known.
  package var groups: [String]?
  /// Whether the chain leads to a trusted root, whatever the day.
  package var isTrusted: Bool?
  /// Whether the certificate is made out to the name asked for.
  package var matchesName: Bool?
  /// Whether today lies outside the validity of a certificate on the way to the root.
  package var isOutOfDate: Bool?
  /// Whether the certificate is signed with its own key.
  package var isSelfSigned: Bool?
  /// Whether the issuer has withdrawn it; nil where nobody asked.
  package var isRevoked: Bool?
  /// Whether the server sends every certificate between its own and a root.
  package var chainIsComplete: Bool?
  /// Whether it knows the renegotiation indication of RFC 5746; without meaning for a server of TLS 1.3 alone.
  package var renegotiatesSecurely: Bool?
  /// Whether it accepts compression; without meaning for a server of TLS 1.3 alone.
  package var compresses: Bool?
  /// Whether it refuses fallback handshakes (RFC 7507).
  package var fallbackSignal: FallbackSignal?
  /// Whether a modern client that can do both comes away with forward secrecy.
  package var modernClientsGetForwardSecrecy: Bool?
  /// Whether its own order of suites decides, not the client's.
  package var prefersItsOrder: Bool?
  /// Whether HTTP is spoken inside; nil where not known.
  package var isHTTP: Bool?
  /// What its answers say of HSTS; nil where no answer was seen.
  package var strictTransport: StrictTransport?
  /// Known faults, each with whether it is there; one that was not looked for has no entry.
  package var vulnerabilities: [Vulnerability: Bool]

  /// Whether a client that had to fall back to an older version is told so.
  package enum FallbackSignal: Sendable, Hashable {
    case honoured, ignored
    /// There is no older version to fall back to, or none that matters.
    case notApplicable
  }

  /// HTTP Strict Transport Security (RFC 6797) as seen in an answer over TLS.
  package enum StrictTransport: Sendable, Hashable {
    /// No valid header.
    case absent
    /// Its max-age, in seconds.
    case maxAge(Int)
  }

  /// A profile of which nothing is known, and what is given.
  package init(
    versions: Set<ProtocolVersion>? = nil, suites: [ProtocolVersion: [CipherSuite]] = [:],
    certificates: [Certificate]? = nil, dhBits: Int? = nil, groups: [String]? = nil, isTrusted: Bool? = nil,
    matchesName: Bool? = nil, isOutOfDate: Bool? = nil, isSelfSigned: Bool? = nil, isRevoked: Bool? = nil,
    chainIsComplete: Bool? = nil, renegotiatesSecurely: Bool? = nil, compresses: Bool? = nil,
    fallbackSignal: FallbackSignal? = nil, modernClientsGetForwardSecrecy: Bool? = nil, prefersItsOrder: Bool? = nil,
    isHTTP: Bool? = nil, strictTransport: StrictTransport? = nil, vulnerabilities: [Vulnerability: Bool] = [:]
  ) {
    self.versions = versions
    self.suites = suites
    self.certificates = certificates
    self.dhBits = dhBits
    self.groups = groups
    self.isTrusted = isTrusted
    self.matchesName = matchesName
    self.isOutOfDate = isOutOfDate
    self.isSelfSigned = isSelfSigned
    self.isRevoked = isRevoked
    self.chainIsComplete = chainIsComplete
    self.renegotiatesSecurely = renegotiatesSecurely
    self.compresses = compresses
    self.fallbackSignal = fallbackSignal
    self.modernClientsGetForwardSecrecy = modernClientsGetForwardSecrecy
    self.prefersItsOrder = prefersItsOrder
    self.isHTTP = isHTTP
    self.strictTransport = strictTransport
    self.vulnerabilities = vulnerabilities
  }
}

extension ServerProfile {
  /// A certificate of the server, with what matters of the way to its root.
  package struct Certificate: Sendable, Hashable {
    /// Its key.
    package var key: Key
    /// The algorithm of its issuer's signature in OpenSSL's words (`sha256WithRSAEncryption`); nil where not known.
    package var signatureAlgorithm: String?
    /// The hashes under the signatures from it up to, and without, the root: `SHA256`. Nil where not known.
    package var signatureDigests: [String]?
    /// From its first second to its last, rounded up, in days; nil where not known.
    package var lifetimeDays: Int?

    /// A certificate over a key.
    package init(
      key: Key, signatureAlgorithm: String? = nil, signatureDigests: [String]? = nil, lifetimeDays: Int? = nil
    ) {
      self.key = key
      self.signatureAlgorithm = signatureAlgorithm
      self.signatureDigests = signatureDigests
      self.lifetimeDays = lifetimeDays
    }
  }

  /// A public key.
  package struct Key: Sendable, Hashable {
    /// What it is for.
    package var kind: Kind
    /// Its size in bits; nil where not known.
    package var bits: Int?
    /// The curve of an EC key, as a group is named; nil where not known.
    package var curve: String?
    /// Whether it is an RSA key with the exponent 1.
    package var hasExponentOne: Bool?
    /// Whether it is one of the keys that a broken generator could make (Debian, 2008).
    package var isPredictable: Bool?

    /// The families of keys that are told apart.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
      case rsa, dsa, ec, ed25519, ed448
      /// ML-DSA, of any size.
      case mldsa
    }

    /// A key of a kind and size.
    package init(
      _ kind: Kind, bits: Int?, curve: String? = nil, hasExponentOne: Bool? = nil, isPredictable: Bool? = nil
    ) {
      self.kind = kind
      self.bits = bits
      self.curve = curve
      self.hasExponentOne = hasExponentOne
      self.isPredictable = isPredictable
    }
  }

  /// A fault with a name that only a test of its own can show.
  package enum Vulnerability: String, Sendable, Hashable, CaseIterable {
    case heartbleed
    case ccsInjection = "ccs-injection"
    case robot
    case ticketbleed
    case drown
    case insecureRenegotiation = "insecure-renegotiation"
    case paddingOracle = "padding-oracle"

    /// Its name for people.
    package var title: String {
      switch self {
      case .heartbleed: "Heartbleed (CVE-2014-0160)"
      case .ccsInjection: "CCS injection (CVE-2014-0224)"
      case .robot: "ROBOT"
      case .ticketbleed: "Ticketbleed (CVE-2016-9244)"
      case .drown: "DROWN (CVE-2016-0800)"
      case .insecureRenegotiation: "insecure renegotiation (CVE-2009-3555)"
      case .paddingOracle: "a CBC padding oracle"
      }
    }
  }
}
