/// A cipher suite and what its name says about it.
package struct CipherSuite: Sendable, Hashable {
  /// How the session's secret comes about.
  package enum KeyExchange: String, Sendable {
    /// In TLS 1.3 the suite does not say.
    case any
    case rsa = "RSA"
    case rsaExport = "RSA_EXPORT"
    case dh = "DH"
    case dhe = "DHE"
    case ecdh = "ECDH"
    case ecdhe = "ECDHE"
    case psk = "PSK"
    case rsaPSK = "RSA_PSK"
    case dhePSK = "DHE_PSK"
    case ecdhePSK = "ECDHE_PSK"
    case srp = "SRP"
    case krb5 = "KRB5"
    case gost = "GOST"
    case eccpwd = "ECCPWD"
  }

  /// What proves who the server is.
  package enum Authentication: String, Sendable {
    /// In TLS 1.3 the suite does not say.
    case any
    case rsa = "RSA"
    case dss = "DSS"
    case ecdsa = "ECDSA"
    case psk = "PSK"
    case anonymous
    case srp = "SRP"
    case krb5 = "KRB5"
    case gost = "GOST"
    case eccpwd = "ECCPWD"
  }

  /// Its number; 0 for what no hello offers: no suite at all, and the kinds of SSL 2.0, whose numbers have three bytes.
  package var id: UInt16
  /// IANA's name; of a kind of SSL 2.0 that of its specification.
  package var name: String
  package var keyExchange: KeyExchange
  package var authentication: Authentication
  /// The cipher with its key length and mode, without the hash: `AES_128_GCM`; `NULL` for none.
  package var cipher: String
  /// How many bits of key an attacker must find; 112 for 3DES, 40 or 56 for export.
  package var strengthBits: Int
  /// Whether encryption and integrity come from one primitive (authenticated encryption with associated data).
  package var isAEAD: Bool
  /// Whether it belongs to TLS 1.3.
  package var isForTLS13: Bool
  /// Whether it needs TLS 1.2: authenticated encryption, or a hash that older versions do not know.
  package var needsTLS12: Bool

  /// Whether a key that leaks later does not open sessions recorded earlier.
  package var isForwardSecret: Bool {
    switch keyExchange {
    case .dhe, .ecdhe, .dhePSK, .ecdhePSK, .eccpwd: true
    case .any: !isNull
    default: false
    }
  }
  package var isExport: Bool { name.contains("EXPORT") }
  package var isNull: Bool { cipher == "NULL" }
  package var isAnonymous: Bool { authentication == .anonymous }
  package var isRC4: Bool { cipher.hasPrefix("RC4") }
  package var isCBC: Bool { cipher.contains("CBC") }
  /// Whether the cipher's block has 64 bits, so that collisions come within reach (Sweet32): DES, 3DES, IDEA, RC2, GOST
  /// 28147 and Magma.
  package var hasSmallBlock: Bool {
    ["DES", "3DES", "IDEA", "RC2", "28147", "MAGMA"].contains { cipher.hasPrefix($0) }
  }
  /// Whether the secret travels under the server's own RSA key.
  package var isStaticRSA: Bool { keyExchange == .rsa || keyExchange == .rsaExport || keyExchange == .rsaPSK }
  /// Whether anybody can read, alter or impersonate: no encryption, no authentication, or less than 112 bits.
  package var isInsecure: Bool { isNull || isAnonymous || isExport || isRC4 || strengthBits < 112 }
  /// Whether the server answers with its own parameters of an elliptic curve.
  package var hasCurveParameters: Bool { keyExchange == .ecdhe || keyExchange == .ecdhePSK }
  /// Whether the server answers with its own parameters of a finite field.
  package var hasFieldParameters: Bool { keyExchange == .dhe || keyExchange == .dhePSK }

  package static func of(_ id: UInt16) -> CipherSuite? { byID[id] }

  /// IANA's name, or the number.
  package static func name(of id: UInt16) -> String { byID[id]?.name ?? "0x" + hexadecimal(id) }

  /// Every suite of the registry, by number.
  package static let all: [CipherSuite] = CipherSuiteNames.table.split(separator: "\n").compactMap { line in
    let words = line.split(separator: " ")
    guard words.count == 2, let id = UInt16(words[0], radix: 16) else { return nil }
    return CipherSuite(id: id, bareName: String(words[1]))
  }

  private static let byName = Dictionary(
    (all + [CipherSuite(id: 0, bareName: "NULL_WITH_NULL_NULL")] + SSL2CipherKind.suites).map { ($0.name, $0) }
  ) { first, _ in first }

  private static let byID = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }

  private static func hexadecimal(_ number: UInt16) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension CipherSuite {
  /// The suite with a registered name; nil for a name that is no suite's, the signalling values among them.
  package init?(named name: String) {
    guard let suite = Self.byName[name] else { return nil }
    self = suite
  }

  /// Takes a registered name apart: `<exchange>_WITH_<cipher>_<hash>`, or in TLS 1.3 `<cipher>_<hash>`.
  init(id: UInt16, bareName: String) {
    self.id = id
    name = "TLS_" + bareName
    let halves = bareName.firstRange(of: "_WITH_").map {
      (String(bareName[..<$0.lowerBound]), String(bareName[$0.upperBound...]))
    }
    (keyExchange, authentication) = halves.map { Self.exchange($0.0) } ?? (.any, .any)
    isForTLS13 = halves == nil
    let transform = halves?.1 ?? bareName
    let cipher = Self.cipher(transform, integrityOnly: bareName.hasPrefix("SHA"))
    self.cipher = cipher
    isAEAD = ["GCM", "CCM", "POLY1305", "MGM", "AEGIS"].contains { cipher.contains($0) }
    strengthBits = Self.strength(of: cipher, bareName)
    needsTLS12 =
      isForTLS13 || isAEAD || transform.hasSuffix("SHA256") || transform.hasSuffix("SHA384") || keyExchange == .eccpwd
      || bareName.contains("341112")
  }

  private static func exchange(_ words: String) -> (KeyExchange, Authentication) {
    let isExport = words.contains("EXPORT")
    let bare = words.split(separator: "_").filter { !$0.hasPrefix("EXPORT") && $0 != "FIPS" }.joined(separator: "_")
    switch bare {
    case "RSA": return (isExport ? .rsaExport : .rsa, .rsa)
    case "RSA_PSK": return (.rsaPSK, .rsa)
    case "PSK": return (.psk, .psk)
    case "DHE_PSK", "PSK_DHE": return (.dhePSK, .psk)
    case "ECDHE_PSK": return (.ecdhePSK, .psk)
    case "DH_anon": return (.dhe, .anonymous)
    case "ECDH_anon": return (.ecdhe, .anonymous)
    case "NULL": return (.any, .anonymous)
    case "ECCPWD": return (.eccpwd, .eccpwd)
    default: break
    }
    if bare.hasPrefix("KRB5") { return (.krb5, .krb5) }
    if bare.hasPrefix("GOST") { return (.gost, .gost) }
    let signer: Authentication =
      bare.hasSuffix("_RSA") ? .rsa : bare.hasSuffix("_DSS") ? .dss : bare.hasSuffix("_ECDSA") ? .ecdsa : .any
    if bare.hasPrefix("SRP") { return (.srp, signer == .any ? .srp : signer) }
    if bare.hasPrefix("ECDHE_") { return (.ecdhe, signer) }
    if bare.hasPrefix("ECDH_") { return (.ecdh, signer) }
    if bare.hasPrefix("DHE_") { return (.dhe, signer) }
    return (bare.hasPrefix("DH_") ? .dh : .any, signer)
  }

  /// The transform without its hash.
  private static func cipher(_ transform: String, integrityOnly: Bool) -> String {
    if integrityOnly { return "NULL" }
    var words = transform.split(separator: "_")
    if words.last == "DRAFT" { words.removeLast() }
    if let last = words.last, last.hasPrefix("SHA") || last == "MD5" || last == "SM3" || last == "GOSTR3411" {
      words.removeLast()
    }
    let name = words.joined(separator: "_")
    // The size of the authentication tag does not belong to the cipher's name, but CCM_8 is known by it.
    return name.isEmpty || words.first == "NULL" ? "NULL" : name
  }

  private static func strength(of cipher: String, _ name: String) -> Int {
    if cipher == "NULL" { return 0 }
    if cipher.hasPrefix("3DES") { return 112 }
    if name.contains("EXPORT1024") || cipher.hasSuffix("_56") { return 56 }
    if name.contains("EXPORT") || cipher.hasSuffix("_40") || cipher.hasPrefix("DES40") { return 40 }
    if cipher.hasPrefix("DES") { return 56 }
    if cipher.contains("256") || cipher.hasPrefix("CHACHA20") || cipher.hasPrefix("28147")
      || cipher.hasPrefix("KUZNYECHIK") || cipher.hasPrefix("MAGMA")
    {
      return 256
    }
    return 128
  }
}
