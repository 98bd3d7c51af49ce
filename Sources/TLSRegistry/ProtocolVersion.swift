/// A version of SSL or TLS as the wire knows it, oldest first.
package enum ProtocolVersion: UInt16, Sendable, Hashable, CaseIterable, Comparable {
  case ssl2 = 0x0002
  case ssl3 = 0x0300
  case tls10 = 0x0301
  case tls11 = 0x0302
  case tls12 = 0x0303
  case tls13 = 0x0304

  /// Older before newer.
  package static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool { left.rawValue < right.rawValue }

  /// The name people read: `TLSv1.2`.
  package var name: String {
    switch self {
    case .ssl2: "SSLv2"
    case .ssl3: "SSLv3"
    case .tls10: "TLSv1.0"
    case .tls11: "TLSv1.1"
    case .tls12: "TLSv1.2"
    case .tls13: "TLSv1.3"
    }
  }

  /// The version's name as a member of facts, without a dot, so that it stands in a path as it is.
  package var factName: String {
    switch self {
    case .ssl2: "ssl2"
    case .ssl3: "ssl3"
    case .tls10: "tls10"
    case .tls11: "tls11"
    case .tls12: "tls12"
    case .tls13: "tls13"
    }
  }

  /// As OpenSSL and Mozilla write it: `TLSv1`.
  package var openSSLName: String { self == .tls10 ? "TLSv1" : name }

  /// For people: `TLS 1.3`.
  package var title: String {
    switch self {
    case .ssl2: "SSL 2"
    case .ssl3: "SSL 3"
    case .tls10: "TLS 1.0"
    case .tls11: "TLS 1.1"
    case .tls12: "TLS 1.2"
    case .tls13: "TLS 1.3"
    }
  }

  /// The version of that name, ours or OpenSSL's; nil for others.
  package init?(name: String) {
    guard let version = Self.allCases.first(where: { $0.name == name || $0.openSSLName == name }) else { return nil }
    self = version
  }
}
