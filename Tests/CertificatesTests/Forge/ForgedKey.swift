import COpenSSL
import Certificates

/// A key pair made by libcrypto.
final class ForgedKey: Sendable {
  enum Kind: Hashable, Sendable {
    case rsa(Int)
    /// The number of the curve in libcrypto.
    case ec(Int32)
    case ed25519, ed448, dsa
  }

  nonisolated(unsafe) private let key: OpaquePointer
  let kind: Kind

  init(_ kind: Kind) {
    self.kind = kind
    var made: OpaquePointer?
    let type: Int32 =
      switch kind {
      case .rsa: EVP_PKEY_RSA
      case .ec: EVP_PKEY_EC
      case .ed25519: EVP_PKEY_ED25519
      case .ed448: EVP_PKEY_ED448
      case .dsa: EVP_PKEY_DSA
      }
    var context = EVP_PKEY_CTX_new_id(type, nil)
    if kind == .dsa {
      var parameters: OpaquePointer?
      precondition(EVP_PKEY_paramgen_init(context) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(context, 1024) == 1)
      precondition(EVP_PKEY_paramgen(context, &parameters) == 1)
      EVP_PKEY_CTX_free(context)
      context = EVP_PKEY_CTX_new(parameters, nil)
      EVP_PKEY_free(parameters)
    }
    precondition(EVP_PKEY_keygen_init(context) == 1)
    if case .rsa(let bits) = kind { precondition(EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)) == 1) }
    if case .ec(let curve) = kind { precondition(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, curve) == 1) }
    precondition(EVP_PKEY_keygen(context, &made) == 1)
    EVP_PKEY_CTX_free(context)
    guard let made else { preconditionFailure("no key") }
    key = made
  }

  deinit { EVP_PKEY_free(key) }

  /// The SubjectPublicKeyInfo.
  var publicKey: [UInt8] {
    var buffer: UnsafeMutablePointer<UInt8>?
    let count = i2d_PUBKEY(key, &buffer)
    defer { CRYPTO_free(buffer, "", 0) }
    return Array(UnsafeBufferPointer(start: buffer, count: Int(count)))
  }

  /// The algorithm that `sign` uses, as an AlgorithmIdentifier.
  var algorithm: [UInt8] {
    switch kind {
    case .rsa: DER.sequence(DER.oid(.sha256WithRSA), DER.null)
    case .ec: DER.sequence(DER.oid(.ecdsaWithSHA256))
    case .ed25519: DER.sequence(DER.oid(.ed25519))
    case .ed448: DER.sequence(DER.oid(.ed448))
    case .dsa: DER.sequence(DER.oid("2.16.840.1.101.3.4.3.2"))
    }
  }

  /// A signature with SHA-256, or another hash of libcrypto's; RSA with PKCS #1 unless `pssSalt` says otherwise.
  func sign(_ message: [UInt8], hash: OpaquePointer? = EVP_sha256(), pssSalt: Int32? = nil) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    let isEdwards = kind == .ed25519 || kind == .ed448
    precondition(EVP_DigestSignInit(context, &parameters, isEdwards ? nil : hash, nil, key) == 1)
    if let pssSalt {
      precondition(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1)
      precondition(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, pssSalt) == 1)
    }
    var count = 0
    precondition(EVP_DigestSign(context, nil, &count, message, message.count) == 1)
    var signature = [UInt8](repeating: 0, count: count)
    precondition(EVP_DigestSign(context, &signature, &count, message, message.count) == 1)
    return Array(signature.prefix(count))
  }

  static let root = ForgedKey(.ec(NID_X9_62_prime256v1))
  static let intermediate = ForgedKey(.ec(NID_X9_62_prime256v1))
  static let leaf = ForgedKey(.ec(NID_X9_62_prime256v1))
  static let other = ForgedKey(.ec(NID_X9_62_prime256v1))
  static let p192 = ForgedKey(.ec(NID_X9_62_prime192v1))
  static let p224 = ForgedKey(.ec(NID_secp224r1))
  static let p384 = ForgedKey(.ec(NID_secp384r1))
  static let p521 = ForgedKey(.ec(NID_secp521r1))
  static let rsa1024 = ForgedKey(.rsa(1024))
  static let rsa2048 = ForgedKey(.rsa(2048))
  static let rsa2050 = ForgedKey(.rsa(2050))
  static let ed25519 = ForgedKey(.ed25519)
  static let ed448 = ForgedKey(.ed448)
  static let dsa = ForgedKey(.dsa)
}
