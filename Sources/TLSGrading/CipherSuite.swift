/// What a cipher suite is worth.
package struct CipherSuite: Sendable, Hashable {
  /// Its registered name: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; `SSL_CK_…` for those of SSL 2.
  package var name: String
  /// How the two sides come to a common secret.
  package var exchange: Exchange
  /// The strength of the encryption in bits, 0 without encryption; 112 for triple DES.
  package var bits: Int
  /// Whether encryption and authentication are one operation.
  package var isAEAD: Bool
  /// Whether the server proves nothing.
  package var isAnonymous: Bool
  /// Whether it was weakened for export from the United States.
  package var isExport: Bool
  /// Whether it encrypts with RC4.
  package var isRC4: Bool
  /// Whether its cipher works on blocks of 64 bits: DES, triple DES, IDEA, RC2, Magma.
  package var has64BitBlocks: Bool
  /// Whether it chains blocks (CBC).
  package var isCBC: Bool

  /// How two sides come to a common secret.
  package enum Exchange: Sendable, Hashable {
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

  /// Whether an encrypted connection stays secret when the server's key is stolen later.
  package var hasForwardSecrecy: Bool {
    switch exchange {
    case .dhe, .ecdhe, .tls13: true
    case .rsa, .other: false
    }
  }

  /// Reads the properties out of a registered name (IANA "TLS Cipher Suites"; RFC 8446 section B.4); nil for a name that
  /// is no suite's, the signalling values among them.
  package init?(_ name: String) {
    var words = name.split(separator: "_").map(String.init)
    guard words.count >= 3, ["TLS", "SSL", "SSL2"].contains(words[0]), words.last != "SCSV" else { return nil }
    let isSSL2 = words.starts(with: ["SSL", "CK"]) || words[0] == "SSL2"
    words.removeFirst(words.starts(with: ["SSL", "CK"]) ? 2 : 1)
    let exchangeWords: [String]
    let cipherWords: [String]
    if isSSL2 {
      (exchangeWords, cipherWords) = (["RSA"], words)
    } else if let with = words.firstIndex(of: "WITH") {
      (exchangeWords, cipherWords) = (Array(words[..<with]), Array(words[(with + 1)...]))
    } else {
      (exchangeWords, cipherWords) = ([], words)
    }
    guard let cipher = Cipher(cipherWords) else { return nil }
    self.name = name
    exchange = Self.exchange(exchangeWords)
    isExport = (exchangeWords + cipherWords).contains { $0.hasPrefix("EXPORT") }
    bits = cipherWords.contains("EXPORT40") ? min(40, cipher.bits) : cipher.bits
    isAEAD = cipherWords.contains { Self.aeadWords.contains($0) }
    isAnonymous = exchangeWords.contains("anon") || exchangeWords == ["NULL"]
    isRC4 = cipher.family == "RC4"
    has64BitBlocks = Cipher.smallBlocks.contains(cipher.family)
    isCBC = cipherWords.contains("CBC") || (isSSL2 && cipher.family == "DES")
  }

  private static let aeadWords: Set<String> = ["GCM", "CCM", "POLY1305", "OCB", "MGM", "AEGIS"]

  private static func exchange(_ words: [String]) -> Exchange {
    switch words.first {
    case nil: .tls13
    case "RSA"?: words.contains("PSK") ? .other : .rsa
    case "DHE"?: .dhe
    case "ECDHE"?, "ECCPWD"?: .ecdhe
    // Anonymous exchanges use fresh keys too, unless weakened or not.
    case "DH"?: words.contains("anon") ? .dhe : .other
    case "ECDH"?: words.contains("anon") ? .ecdhe : .other
    default: .other
    }
  }

  /// The cipher inside a suite.
  private struct Cipher {
    var family: String
    var bits: Int

    static let smallBlocks: Set<String> = ["DES", "DES40", "3DES", "IDEA", "RC2", "28147", "MAGMA"]

    init?(_ words: [String]) {
      guard let family = words.first else { return nil }
      self.family = family
      switch family {
      // TLS 1.3 suites for integrity alone (RFC 9150) are called after their hash.
      case "NULL", "SHA256", "SHA384": bits = 0
      case "DES40": bits = 40
      case "DES" where words.contains("EDE3"): (self.family, bits) = ("3DES", 112)
      case "DES": bits = 56
      case "3DES": bits = 112
      case "IDEA", "SEED", "SM4": bits = 128
      case "CHACHA20", "KUZNYECHIK", "MAGMA", "28147": bits = 256
      case "AES", "CAMELLIA", "ARIA", "RC4", "RC2", "AEGIS":
        // 128, 256, AEGIS' `128L`, and `RC2_CBC_40` with the mode before the size.
        let sizes = words.dropFirst().prefix(2).map { $0.hasSuffix("L") ? String($0.dropLast()) : $0 }
        guard let size = sizes.lazy.compactMap({ Int($0) }).first, [40, 56, 128, 256].contains(size) else { return nil }
        bits = size
      default: return nil
      }
    }
  }
}
