import COpenSSL

/// A message digest taken piece by piece, for content larger than memory.
package struct MessageDigest: ~Copyable {
  /// The algorithms that are asked for.
  package enum Algorithm: String, Sendable, Hashable, CaseIterable {
    /// FIPS 180-4, 28 octets.
    case sha224
    /// FIPS 180-4, 32 octets.
    case sha256
    /// FIPS 180-4, 48 octets.
    case sha384
    /// FIPS 180-4, 64 octets.
    case sha512
  }

  private let context: OpaquePointer

  /// Nothing taken in yet; nil where libcrypto has no memory or does not offer the algorithm.
  package init?(_ algorithm: Algorithm) {
    guard let context = EVP_MD_CTX_new() else { return nil }
    let kind =
      switch algorithm {
      case .sha224: EVP_sha224()
      case .sha256: EVP_sha256()
      case .sha384: EVP_sha384()
      case .sha512: EVP_sha512()
      }
    guard EVP_DigestInit_ex(context, kind, nil) == 1 else {
      EVP_MD_CTX_free(context)
      return nil
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in the next piece.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count > 0 { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }
  }

  /// The digest of everything taken in, as lower-case hexadecimal digits.
  package consuming func hex() -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    EVP_DigestFinal_ex(context, &digest, &length)
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.prefix(Int(length)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
