import COpenSSL

/// SHA-256 (FIPS 180-4) from libcrypto.
package enum SHA256 {
  /// The digest as 64 lower-case hexadecimal digits.
  package static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let message = Array(bytes)
    var digest = [UInt8](repeating: 0, count: 32)
    COpenSSL.SHA256(message, message.count, &digest)
    return String(unsafeUninitializedCapacity: 64) { text in
      for (index, byte) in digest.enumerated() {
        text[2 * index] = digit(byte >> 4)
        text[2 * index + 1] = digit(byte & 15)
      }
      return 64
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
  }
}
