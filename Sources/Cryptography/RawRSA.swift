import COpenSSL

/// The bare public operation of an RSA key, without any padding of its own (RFC 8017 section 5.1.1): for messages that are
/// padded wrongly on purpose.
package final class RawRSA: Sendable {
  // Only read after it was made; libcrypto counts references to it atomically.
  nonisolated(unsafe) private let key: OpaquePointer

  /// The key of a certificate in DER; nil where that is no certificate over an RSA key.
  package init?(certificate der: [UInt8]) {
    defer { ERR_clear_error() }
    let read = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var position = buffer.baseAddress
      return d2i_X509(nil, &position, buffer.count)
    }
    guard let certificate = read else { return nil }
    defer { X509_free(certificate) }
    guard let key = X509_get_pubkey(certificate) else { return nil }
    guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
      EVP_PKEY_free(key)
      return nil
    }
    self.key = key
  }

  deinit { EVP_PKEY_free(key) }

  /// The length of the modulus in bits.
  package var modulusBits: Int { Int(EVP_PKEY_get_bits(key)) }

  /// The length of the modulus in octets, which every message has.
  package var modulusLength: Int { (modulusBits + 7) / 8 }

  /// The message to the power of the exponent; nil where its length is wrong or it is no smaller than the modulus.
  package func encrypted(_ message: [UInt8]) -> [UInt8]? {
    defer { ERR_clear_error() }
    guard message.count == modulusLength, let context = EVP_PKEY_CTX_new(key, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_encrypt_init(context) == 1, EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1 else {
      return nil
    }
    var result = [UInt8](repeating: 0, count: modulusLength)
    var length = result.count
    guard EVP_PKEY_encrypt(context, &result, &length, message, message.count) == 1, length == result.count else {
      return nil
    }
    return result
  }
}
