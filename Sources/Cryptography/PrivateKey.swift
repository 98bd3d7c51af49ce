import COpenSSL

/// What a key is good for.
package enum KeyKind: Sendable, Hashable {
  /// RFC 8032.
  case ed25519
  /// The NIST curves of FIPS 186.
  case p256, p384, p521
  /// The length of its modulus in bits.
  case rsa(bits: Int)
}

/// A private key that signs. Shared between threads; nothing shows what is inside.
package final class PrivateKey: Sendable {
  /// What came of reading a key.
  package enum Reading: Sendable {
    /// It can sign.
    case key(PrivateKey)
    /// It is encrypted, and no passphrase was given.
    case encrypted
    /// It is no key, of a kind that is not known, or the passphrase is another.
    case unreadable
  }

  // Only read after it was made; libcrypto counts references to it atomically.
  nonisolated(unsafe) private let key: OpaquePointer

  /// What it is good for.
  package let kind: KeyKind

  private init?(owning key: OpaquePointer) {
    guard let kind = KeyKind(key) else {
      EVP_PKEY_free(key)
      return nil
    }
    // Other programs want the point of a curve in full.
    EVP_PKEY_set_utf8_string_param(key, "point-format", "uncompressed")
    self.key = key
    self.kind = kind
  }

  deinit { EVP_PKEY_free(key) }

  /// The key of a PrivateKeyInfo (PKCS#8, RFC 5958) in DER; nil where libcrypto cannot read it.
  package convenience init?(privateKeyInfo: some Collection<UInt8>) {
    defer { ERR_clear_error() }
    let octets = Array(privateKeyInfo)
    let read: OpaquePointer? = octets.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      return d2i_AutoPrivateKey(nil, &position, buffer.count)
    }
    guard let read else { return nil }
    self.init(owning: read)
  }

  /// The first private key of a PEM file: PKCS#8, encrypted or not, or one of the older forms.
  package static func read(pem: [UInt8], passphrase: [UInt8]?) -> Reading {
    defer { ERR_clear_error() }
    guard let source = BIO_new_mem_buf(pem, Int32(clamping: pem.count)) else { return .unreadable }
    defer { BIO_free(source) }
    var question = Question(passphrase: passphrase)
    let read = withUnsafeMutablePointer(to: &question) { question in
      // Without a callback libcrypto would ask the terminal itself.
      PEM_read_bio_PrivateKey(
        source, nil,
        { buffer, size, _, asked in
          guard let buffer, let question = asked?.assumingMemoryBound(to: Question.self) else { return -1 }
          question.pointee.wasAsked = true
          guard let passphrase = question.pointee.passphrase, passphrase.count <= Int(size) else { return -1 }
          for (index, octet) in passphrase.enumerated() { buffer[index] = CChar(bitPattern: octet) }
          return Int32(passphrase.count)
        }, question)
    }
    if let read { return PrivateKey(owning: read).map(Reading.key) ?? .unreadable }
    return question.wasAsked && passphrase == nil ? .encrypted : .unreadable
  }

  /// The public half as a SubjectPublicKeyInfo in DER.
  package var subjectPublicKeyInfo: [UInt8] {
    var start: UnsafeMutablePointer<UInt8>?
    let length = i2d_PUBKEY(key, &start)
    guard length > 0, let start else { return [] }
    defer { prodworthy_OPENSSL_free(start) }
    return Array(UnsafeBufferPointer(start: start, count: Int(length)))
  }

  /// Modulus and public exponent, big-endian without leading zeros; nil where this is no RSA key.
  package var rsaNumbers: (modulus: [UInt8], exponent: [UInt8])? {
    guard case .rsa = kind, let modulus = number("n"), let exponent = number("e") else { return nil }
    return (modulus, exponent)
  }

  /// The signature over `message` by `scheme`, ECDSA in DER; nil where key and scheme do not go together.
  package func signature(over message: [UInt8], by scheme: SignatureScheme) -> [UInt8]? {
    defer { ERR_clear_error() }
    let hash: HashFunction?
    switch (scheme, kind) {
    case (.ed25519, .ed25519): hash = nil
    case (.ecdsa(let function), .p256), (.ecdsa(let function), .p384), (.ecdsa(let function), .p521): hash = function
    case (.rsaPKCS1(let function), .rsa): hash = function
    default: return nil
    }
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestSignInit(context, nil, hash?.implementation, nil, key) == 1 else { return nil }
    var length = 0
    guard EVP_DigestSign(context, nil, &length, message, message.count) == 1, length > 0 else { return nil }
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
    return Array(signature.prefix(length))
  }

  private func number(_ name: String) -> [UInt8]? {
    var number: OpaquePointer?
    guard EVP_PKEY_get_bn_param(key, name, &number) == 1, let number else { return nil }
    defer { BN_clear_free(number) }
    return octets(of: number)
  }

  /// What libcrypto asks for while it reads.
  private struct Question {
    let passphrase: [UInt8]?
    var wasAsked = false
  }
}

extension KeyKind {
  /// The kind of a key of libcrypto; nil for kinds that nobody signs reports with.
  init?(_ key: OpaquePointer) {
    if EVP_PKEY_is_a(key, "ED25519") == 1 {
      self = .ed25519
    } else if EVP_PKEY_is_a(key, "RSA") == 1 {
      self = .rsa(bits: Int(EVP_PKEY_get_bits(key)))
    } else if EVP_PKEY_is_a(key, "EC") == 1 {
      var name = [CChar](repeating: 0, count: 80)
      guard EVP_PKEY_get_utf8_string_param(key, "group", &name, name.count, nil) == 1 else { return nil }
      switch String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) {
      case "prime256v1": self = .p256
      case "secp384r1": self = .p384
      case "secp521r1": self = .p521
      default: return nil
      }
    } else {
      return nil
    }
  }
}

private func octets(of number: OpaquePointer) -> [UInt8] {
  var octets = [UInt8](repeating: 0, count: (Int(BN_num_bits(number)) + 7) / 8)
  if !octets.isEmpty { BN_bn2bin(number, &octets) }
  return octets
}

/// Whole numbers that are too large for a machine word, big-endian.
package enum LargeNumber {
  /// `number` modulo (`modulus` - 1): what the Chinese remainder form of an RSA key needs. Nil where the modulus is less
  /// than two, or there is no memory.
  package static func remainder(of number: [UInt8], byPredecessorOf modulus: [UInt8]) -> [UInt8]? {
    guard let context = BN_CTX_new() else { return nil }
    defer { BN_CTX_free(context) }
    guard let dividend = BN_bin2bn(number, Int32(clamping: number.count), nil) else { return nil }
    defer { BN_clear_free(dividend) }
    guard let divisor = BN_bin2bn(modulus, Int32(clamping: modulus.count), nil) else { return nil }
    defer { BN_clear_free(divisor) }
    guard let result = BN_new() else { return nil }
    defer { BN_clear_free(result) }
    guard BN_sub_word(divisor, 1) == 1, BN_is_zero(divisor) == 0, BN_is_negative(divisor) == 0,
      BN_div(nil, result, dividend, divisor, context) == 1
    else { return nil }
    return octets(of: result)
  }
}
