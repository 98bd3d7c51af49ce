import COpenSSL

/// The octets of a message digest, for content in memory.
package enum Digest {
  /// The digest of `message` by `hash`; nil where libcrypto does not offer the function.
  package static func octets(of message: some Sequence<UInt8>, by hash: HashFunction) -> [UInt8]? {
    let message = Array(message)
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard EVP_Digest(message, message.count, &digest, &length, hash.implementation, nil) == 1 else { return nil }
    return Array(digest.prefix(Int(length)))
  }
}

extension HashFunction {
  /// libcrypto's own.
  var implementation: OpaquePointer? {
    switch self {
    case .sha1: EVP_sha1()
    case .sha224: EVP_sha224()
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }
}
