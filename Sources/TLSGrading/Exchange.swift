import TLSRegistry

extension CipherSuite {
  /// How two sides come to a common secret, as far as a grade tells that apart.
  enum Exchange: Hashable {
    /// The client encrypts it to the server's RSA key.
    case rsa
    /// Fixed (EC)DH keys, a shared secret alone, a password: without forward secrecy.
    case other
    /// A fresh finite-field key pair.
    case dhe
    /// A fresh elliptic-curve key pair.
    case ecdhe
    /// TLS 1.3: a fresh key pair of any group, apart from the suite.
    case tls13
  }

  var exchange: Exchange {
    if isForTLS13 { return .tls13 }
    switch keyExchange {
    case .rsa, .rsaExport: return .rsa
    case .dhe, .dhePSK: return .dhe
    case .ecdhe, .ecdhePSK, .eccpwd: return .ecdhe
    case .any, .dh, .ecdh, .psk, .rsaPSK, .srp, .krb5, .gost: return .other
    }
  }

  /// Whether an encrypted connection stays secret when the server's key is stolen later.
  var hasForwardSecrecy: Bool {
    switch exchange {
    case .dhe, .ecdhe, .tls13: true
    case .rsa, .other: false
    }
  }
}
