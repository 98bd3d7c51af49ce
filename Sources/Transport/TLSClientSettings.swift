import COpenSSL

/// A version of the protocol, oldest first.
package enum TLSVersion: String, Sendable, Hashable, CaseIterable, Comparable {
  case tls10 = "TLSv1"
  case tls11 = "TLSv1.1"
  case tls12 = "TLSv1.2"
  case tls13 = "TLSv1.3"

  /// Older before newer.
  package static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.number < right.number }

  /// The number on the wire.
  var number: Int32 {
    switch self {
    case .tls10: TLS1_VERSION
    case .tls11: TLS1_1_VERSION
    case .tls12: TLS1_2_VERSION
    case .tls13: TLS1_3_VERSION
    }
  }
}

/// How to offer TLS to a server.
///
/// Everything is offered that this machine's libssl can speak, whatever its configuration file forbids: what a server
/// accepts is to be seen, not prevented. Callers that send secrets ask for `minimumVersion` and look at the verdict.
package struct TLSClientSettings: Sendable {
  /// The DNS name or literal address that the certificate has to carry; a DNS name is also sent as SNI (RFC 6066).
  package var serverName: String?
  /// The roots that are believed; nil where the chain is not to be judged.
  package var trust: TrustStore?
  /// The oldest version offered; nil for the oldest that libssl speaks.
  package var minimumVersion: TLSVersion?
  /// The newest version offered; nil for the newest that libssl speaks.
  package var maximumVersion: TLSVersion?
  /// Application protocols in order of preference (RFC 7301): at most 255 bytes each.
  package var alpn: [String]
  /// Whether even ciphers without authentication or encryption are offered.
  package var offersEveryCipher: Bool

  /// An offer of everything reasonable, unless said otherwise.
  package init(
    serverName: String?, trust: TrustStore?, minimumVersion: TLSVersion? = nil, maximumVersion: TLSVersion? = nil,
    alpn: [String] = [], offersEveryCipher: Bool = false
  ) {
    self.serverName = serverName
    self.trust = trust
    self.minimumVersion = minimumVersion
    self.maximumVersion = maximumVersion
    self.alpn = alpn
    self.offersEveryCipher = offersEveryCipher
  }
}
