import COpenSSL

/// HMAC with SHA-256 (RFC 2104) from libcrypto.
package enum HMACSHA256 {
  /// The 32 bytes of the code over `message` under `key`.
  package static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    // An empty array has no address, and libcrypto takes a missing key for the one of the call before.
    let key = key.isEmpty ? [0] : key
    COpenSSL.HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &code, &length)
    return Array(code.prefix(Int(length)))
  }
}
