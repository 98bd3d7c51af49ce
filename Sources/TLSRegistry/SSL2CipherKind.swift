/// A cipher kind of SSL 2.0, three bytes on the wire (draft-hickman-netscape-ssl-00, section "Cipher kinds").
package enum SSL2CipherKind {
  /// Number and name of every kind.
  package static let names: [(id: Int, name: String)] = [
    (0x01_00_80, "SSL_CK_RC4_128_WITH_MD5"), (0x02_00_80, "SSL_CK_RC4_128_EXPORT40_WITH_MD5"),
    (0x03_00_80, "SSL_CK_RC2_128_CBC_WITH_MD5"), (0x04_00_80, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5"),
    (0x05_00_80, "SSL_CK_IDEA_128_CBC_WITH_MD5"), (0x06_00_40, "SSL_CK_DES_64_CBC_WITH_MD5"),
    (0x06_01_40, "SSL_CK_DES_64_CBC_WITH_SHA"), (0x07_00_C0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"),
    (0x07_01_C0, "SSL_CK_DES_192_EDE3_CBC_WITH_SHA"), (0x08_00_80, "SSL_CK_RC4_64_WITH_MD5"),
    (0x00_00_00, "SSL_CK_NULL_WITH_MD5"),
  ]

  /// The kind's name, or its number.
  package static func name(of id: Int) -> String {
    names.first { $0.id == id }?.name ?? "0x" + String(id, radix: 16, uppercase: true)
  }

  /// What each is worth, in the words of a suite.
  static let suites: [CipherSuite] = names.map { _, name in
    let (cipher, bits) = worth(name)
    return CipherSuite(
      id: 0, name: name, keyExchange: .rsa, authentication: .rsa, cipher: cipher, strengthBits: bits, isAEAD: false,
      isForTLS13: false, needsTLS12: false)
  }

  /// The cipher, and its strength in bits.
  private static func worth(_ name: String) -> (cipher: String, bits: Int) {
    let ciphers = [
      ("RC4_128_EXPORT40", "RC4_40", 40), ("RC2_128_CBC_EXPORT40", "RC2_CBC_40", 40), ("RC4_128", "RC4_128", 128),
      ("RC2_128", "RC2_CBC_128", 128), ("IDEA", "IDEA_CBC", 128), ("DES_192", "3DES_EDE_CBC", 112),
      ("DES_64", "DES_CBC", 56), ("RC4_64", "RC4_64", 64),
    ]
    return ciphers.first { name.hasPrefix("SSL_CK_" + $0.0) }.map { ($0.1, $0.2) } ?? ("NULL", 0)
  }
}
