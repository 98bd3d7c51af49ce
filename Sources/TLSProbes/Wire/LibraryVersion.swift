import TLSRegistry
import Transport

extension ProtocolVersion {
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
