import COpenSSL

/// SHA-384 (FIPS 180-4) from libcrypto.
package enum SHA384 {
  /// The digest as 96 lower-case hexadecimal digits.
  package static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let message = Array(bytes)
    var digest = [UInt8](repeating: 0, count: 48)
    COpenSSL.SHA384(message, message.count, &digest)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
