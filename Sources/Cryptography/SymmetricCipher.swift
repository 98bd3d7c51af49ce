import COpenSSL

/// Undoing the encryption of a key file.
package enum SymmetricCipher: String, Sendable, Hashable, CaseIterable {
  case aes128CBC = "aes128-cbc"
  case aes192CBC = "aes192-cbc"
  case aes256CBC = "aes256-cbc"
  case aes128CTR = "aes128-ctr"
  case aes192CTR = "aes192-ctr"
  case aes256CTR = "aes256-ctr"
  case aes128GCM = "aes128-gcm@openssh.com"
  case aes256GCM = "aes256-gcm@openssh.com"

  /// Octets of its key.
  package var keyLength: Int {
    switch self {
    case .aes128CBC, .aes128CTR, .aes128GCM: 16
    case .aes192CBC, .aes192CTR: 24
    case .aes256CBC, .aes256CTR, .aes256GCM: 32
    }
  }

  /// Octets of its initialization vector.
  package var vectorLength: Int { tagLength == 0 ? 16 : 12 }

  /// Octets of the tag after the text; 0 where the text is not authenticated.
  package var tagLength: Int {
    switch self {
    case .aes128GCM, .aes256GCM: 16
    default: 0
    }
  }

  /// The text under `encrypted`; nil where the lengths do not fit or the tag is another.
  package func decrypted(_ encrypted: [UInt8], key: [UInt8], vector: [UInt8], tag: [UInt8] = []) -> [UInt8]? {
    guard key.count == keyLength, vector.count == vectorLength, tag.count == tagLength, encrypted.count % 16 == 0,
      encrypted.count < 1 << 20, let context = EVP_CIPHER_CTX_new()
    else { return nil }
    defer {
      EVP_CIPHER_CTX_free(context)
      ERR_clear_error()
    }
    guard EVP_DecryptInit_ex(context, implementation, nil, key, vector) == 1 else { return nil }
    EVP_CIPHER_CTX_set_padding(context, 0)
    if tagLength > 0 {
      var tag = tag
      guard EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1 else { return nil }
    }
    var text = [UInt8](repeating: 0, count: encrypted.count + 16)
    var length: Int32 = 0
    guard EVP_DecryptUpdate(context, &text, &length, encrypted, Int32(encrypted.count)) == 1 else { return nil }
    var rest = [UInt8](repeating: 0, count: 16)
    var restLength: Int32 = 0
    guard EVP_DecryptFinal_ex(context, &rest, &restLength) == 1 else { return nil }
    return Array(text.prefix(Int(length))) + rest.prefix(Int(restLength))
  }

  private var implementation: OpaquePointer? {
    switch self {
    case .aes128CBC: EVP_aes_128_cbc()
    case .aes192CBC: EVP_aes_192_cbc()
    case .aes256CBC: EVP_aes_256_cbc()
    case .aes128CTR: EVP_aes_128_ctr()
    case .aes192CTR: EVP_aes_192_ctr()
    case .aes256CTR: EVP_aes_256_ctr()
    case .aes128GCM: EVP_aes_128_gcm()
    case .aes256GCM: EVP_aes_256_gcm()
    }
  }
}
