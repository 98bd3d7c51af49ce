@testable import TLSGrading

/// What is known of suites from their registration, written down by hand: the code reads it out of names.
struct ReferenceSuite: Sendable {
  /// What matters beside bits and exchange: `A`EAD, `N` anonymous, `X` export, `4` RC4, `6` 64-bit blocks, `C` CBC.
  var flags: Set<Character>
  var name: String
  var exchange: String
  var bits: Int

  init(_ name: String, _ exchange: String, _ bits: Int, _ flags: String) {
    self.name = name
    self.exchange = exchange
    self.bits = bits
    self.flags = Set(flags)
  }

  static let upTo12: [ReferenceSuite] = [
    .init("TLS_NULL_WITH_NULL_NULL", "other", 0, "N"),
    .init("TLS_RSA_WITH_NULL_SHA256", "rsa", 0, ""),
    .init("TLS_RSA_EXPORT_WITH_RC4_40_MD5", "rsa", 40, "X4"),
    .init("TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", "rsa", 40, "X6C"),
    .init("TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "rsa", 40, "X6C"),
    .init("TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", "rsa", 56, "X4"),
    .init("TLS_RSA_WITH_DES_CBC_SHA", "rsa", 56, "6C"),
    .init("TLS_RSA_WITH_RC4_128_SHA", "rsa", 128, "4"),
    .init("TLS_ECDHE_RSA_WITH_RC4_128_SHA", "ecdhe", 128, "4"),
    .init("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "rsa", 112, "6C"),
    .init("TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", "ecdhe", 112, "6C"),
    .init("TLS_RSA_WITH_IDEA_CBC_SHA", "rsa", 128, "6C"),
    .init("TLS_RSA_WITH_SEED_CBC_SHA", "rsa", 128, "C"),
    .init("TLS_DH_anon_WITH_AES_128_CBC_SHA", "dhe", 128, "NC"),
    .init("TLS_ECDH_anon_WITH_AES_256_CBC_SHA", "ecdhe", 256, "NC"),
    .init("TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", "dhe", 40, "NX4"),
    .init("TLS_RSA_WITH_AES_128_CBC_SHA", "rsa", 128, "C"),
    .init("TLS_RSA_WITH_AES_256_GCM_SHA384", "rsa", 256, "A"),
    .init("TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", "dhe", 128, "C"),
    .init("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "dhe", 256, "A"),
    .init("TLS_DHE_RSA_WITH_AES_256_CCM_8", "dhe", 256, "A"),
    .init("TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256", "dhe", 256, "C"),
    .init("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ecdhe", 128, "C"),
    .init("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ecdhe", 128, "A"),
    .init("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ecdhe", 256, "A"),
    .init("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ecdhe", 256, "A"),
    .init("TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256", "ecdhe", 128, "A"),
    .init("TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256", "other", 128, "A"),
    .init("TLS_PSK_WITH_AES_128_CCM", "other", 128, "A"),
    .init("TLS_RSA_PSK_WITH_AES_256_CBC_SHA", "other", 256, "C"),
    .init("TLS_SRP_SHA_RSA_WITH_AES_256_CBC_SHA", "other", 256, "C"),
    .init("TLS_KRB5_WITH_RC4_128_SHA", "other", 128, "4"),
  ]

  static let of13: [ReferenceSuite] = [
    .init("TLS_AES_128_GCM_SHA256", "tls13", 128, "A"),
    .init("TLS_AES_256_GCM_SHA384", "tls13", 256, "A"),
    .init("TLS_CHACHA20_POLY1305_SHA256", "tls13", 256, "A"),
    .init("TLS_AES_128_CCM_8_SHA256", "tls13", 128, "A"),
    .init("TLS_SHA256_SHA256", "tls13", 0, ""),
    .init("TLS_SM4_GCM_SM3", "tls13", 128, "A"),
    .init("TLS_AEGIS_128L_SHA256", "tls13", 128, "A"),
  ]

  static let ofSSL2: [ReferenceSuite] = [
    .init("SSL_CK_RC4_128_WITH_MD5", "rsa", 128, "4"),
    .init("SSL_CK_RC4_128_EXPORT40_WITH_MD5", "rsa", 40, "X4"),
    .init("SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5", "rsa", 40, "X6C"),
    .init("SSL_CK_DES_64_CBC_WITH_MD5", "rsa", 56, "6C"),
    .init("SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "rsa", 112, "6C"),
    .init("SSL_CK_IDEA_128_CBC_WITH_MD5", "rsa", 128, "6C"),
  ]
}
