import Transport

/// A version of SSL or TLS as the wire knows it, oldest first.
enum ProtocolVersion: UInt16, Sendable, Hashable, CaseIterable, Comparable {
  case ssl2 = 0x0002
  case ssl3 = 0x0300
  case tls10 = 0x0301
  case tls11 = 0x0302
  case tls12 = 0x0303
  case tls13 = 0x0304

  static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool { left.rawValue < right.rawValue }

  /// The name people read: `TLSv1.2`.
  var name: String {
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
  var factName: String {
    switch self {
    case .ssl2: "ssl2"
    case .ssl3: "ssl3"
    case .tls10: "tls10"
    case .tls11: "tls11"
    case .tls12: "tls12"
    case .tls13: "tls13"
    }
  }

  /// As libssl is told; nil for what it does not speak.
  var forLibrary: TLSVersion? {
    switch self {
    case .ssl2, .ssl3: nil
    case .tls10: .tls10
    case .tls11: .tls11
    case .tls12: .tls12
    case .tls13: .tls13
    }
  }
}
