import COpenSSL

/// A hash function under a signature.
package enum HashFunction: Sendable, Hashable, CaseIterable {
  case sha1, sha224, sha256, sha384, sha512

  /// The length of its digest, in octets.
  package var digestLength: Int {
    switch self {
    case .sha1: 20
    case .sha224: 28
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }
}

/// How a signature was made.
package enum SignatureScheme: Sendable, Hashable {
  /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
  case rsaPKCS1(HashFunction)
  /// RSASSA-PSS (RFC 8017 section 8.1) with MGF1; the length of the salt in octets.
  case rsaPSS(HashFunction, mask: HashFunction, saltLength: Int)
  /// ECDSA over any curve that the key names.
  case ecdsa(HashFunction)
  case ed25519
  case ed448
}

/// How the two numbers of an ECDSA signature are written.
package enum ECDSAEncoding: Sendable, Hashable {
  /// A SEQUENCE of two INTEGERs (RFC 3279 section 2.2.3).
  case der
  /// Both numbers, each as long as the curve's order, one after the other.
  case raw
}

/// A public key that judges signatures. Shared between threads.
package final class PublicKeyVerifier: Sendable {
  // Only read after it was made; libcrypto counts references to it atomically.
  nonisolated(unsafe) private let key: OpaquePointer

  /// The key of a SubjectPublicKeyInfo; nil where libcrypto cannot read it or something follows it.
  package init?(subjectPublicKeyInfo: some Collection<UInt8>) {
    let octets = Array(subjectPublicKeyInfo)
    let read: OpaquePointer? = octets.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      guard let key = d2i_PUBKEY(nil, &position, buffer.count) else { return nil }
      guard let position, let start = buffer.baseAddress, start + buffer.count == position else {
        EVP_PKEY_free(key)
        return nil
      }
      return key
    }
    ERR_clear_error()
    guard let read else { return nil }
    key = read
  }

  deinit { EVP_PKEY_free(key) }

  /// What the key is good for; nil for kinds that only certificates have.
  package var kind: KeyKind? { KeyKind(key) }

  /// Whether `signature` over `message` was made with this key by this scheme. A malformed signature was not.
  package func verifies(
    _ signature: some Collection<UInt8>, over message: some Collection<UInt8>, by scheme: SignatureScheme,
    encoding: ECDSAEncoding = .der
  ) -> Bool {
    var signature = Array(signature)
    if case .ecdsa = scheme, encoding == .raw {
      guard let encoded = Self.derForm(ofRaw: signature, orderBits: Int(EVP_PKEY_get_bits(key))) else { return false }
      signature = encoded
    }
    defer { ERR_clear_error() }
    guard EVP_PKEY_is_a(key, Self.keyType(of: scheme)) == 1 || Self.isPSSKey(key, scheme),
      let context = EVP_MD_CTX_new()
    else { return false }
    defer { EVP_MD_CTX_free(context) }
    if case .ed25519 = scheme, Self.isWeak(key) { return false }
    var parameters: OpaquePointer?
    let digest = Self.hash(of: scheme)?.implementation
    guard EVP_DigestVerifyInit(context, &parameters, digest, nil, key) == 1 else { return false }
    if case .rsaPSS(_, let mask, let saltLength) = scheme {
      guard EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0,
        EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, mask.implementation) > 0,
        EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, Int32(clamping: saltLength)) > 0
      else { return false }
    }
    let message = Array(message)
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }

  private static func keyType(of scheme: SignatureScheme) -> String {
    switch scheme {
    case .rsaPKCS1, .rsaPSS: "RSA"
    case .ecdsa: "EC"
    case .ed25519: "ED25519"
    case .ed448: "ED448"
    }
  }

  private static func isPSSKey(_ key: OpaquePointer, _ scheme: SignatureScheme) -> Bool {
    if case .rsaPSS = scheme { EVP_PKEY_is_a(key, "RSA-PSS") == 1 } else { false }
  }

  private static func hash(of scheme: SignatureScheme) -> HashFunction? {
    switch scheme {
    case .rsaPKCS1(let hash), .rsaPSS(let hash, _, _), .ecdsa(let hash): hash
    case .ed25519, .ed448: nil
    }
  }

  /// The SEQUENCE for two numbers side by side; nil where they are not as long as the order of the curve.
  private static func derForm(ofRaw signature: [UInt8], orderBits: Int) -> [UInt8]? {
    let width = (orderBits + 7) / 8
    guard width > 0, width <= 66, signature.count == 2 * width else { return nil }
    func integer(_ octets: ArraySlice<UInt8>) -> [UInt8] {
      var digits = Array(octets.drop { $0 == 0 })
      if (digits.first ?? 0x80) & 0x80 != 0 { digits.insert(0, at: 0) }
      return [0x02, UInt8(digits.count)] + digits
    }
    let body = integer(signature[..<width]) + integer(signature[width...])
    return (body.count < 0x80 ? [0x30, UInt8(body.count)] : [0x30, 0x81, UInt8(body.count)]) + body
  }

  /// Whether a key of Ed25519 is a point that everybody can sign for: one whose order divides the cofactor, or an
  /// encoding that RFC 8032 section 5.1.3 refuses, which some verifiers reduce to such a point. libcrypto takes both.
  private static func isWeak(_ key: OpaquePointer) -> Bool {
    var point = [UInt8](repeating: 0, count: 32)
    var length = point.count
    guard EVP_PKEY_get_raw_public_key(key, &point, &length) == 1, length == 32 else { return true }
    // The highest bit is the sign of x, which makes no difference here.
    point[31] &= 0x7F
    if smallOrder.contains(point) { return true }
    return point[31] == 0x7F && point[1..<31].allSatisfy { $0 == 0xFF } && point[0] >= 0xED
  }

  /// The y of the eight points whose order divides 8, little-endian: 0, 1, p - 1 and the two of order 8.
  private static let smallOrder: [[UInt8]] = [
    [UInt8](repeating: 0, count: 32),
    [1] + [UInt8](repeating: 0, count: 31),
    [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5, 0xDF, 0xAC,
      0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A, 0x20, 0x53,
      0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
  ]
}
