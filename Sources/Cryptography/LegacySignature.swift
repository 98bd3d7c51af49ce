import COpenSSL

/// Signatures that nobody makes any more, verified only to see whether an old certificate is signed by its own key.
///
/// Never a reason to trust anything: MD5 and SHA-1 do not prove who signed.
package enum LegacySignature {
  /// The schemes that `SignatureScheme` leaves out.
  package enum Scheme: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5 with MD5.
    case rsaMD5
    case dsaSHA1
    case dsaSHA256
  }

  /// Whether `signature` over `message` was made by the key of a SubjectPublicKeyInfo. What cannot be read was not.
  package static func verifies(
    _ signature: some Collection<UInt8>, over message: some Collection<UInt8>, by scheme: Scheme,
    subjectPublicKeyInfo: some Collection<UInt8>
  ) -> Bool {
    defer { ERR_clear_error() }
    let octets = Array(subjectPublicKeyInfo)
    let key: OpaquePointer? = octets.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      return d2i_PUBKEY(nil, &position, buffer.count)
    }
    guard let key else { return false }
    defer { EVP_PKEY_free(key) }
    guard EVP_PKEY_is_a(key, scheme == .rsaMD5 ? "RSA" : "DSA") == 1, let context = EVP_MD_CTX_new() else {
      return false
    }
    defer { EVP_MD_CTX_free(context) }
    let digest =
      switch scheme {
      case .rsaMD5: EVP_md5()
      case .dsaSHA1: EVP_sha1()
      case .dsaSHA256: EVP_sha256()
      }
    guard EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1 else { return false }
    let signature = Array(signature)
    let message = Array(message)
    return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}
