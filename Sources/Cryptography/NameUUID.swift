import COpenSSL

/// UUIDs made from names (RFC 9562 section 5.5, version 5): the same name gives the same UUID, everywhere and for ever.
package enum NameUUID {
  /// The UUID of `name` within `namespace`, a UUID's 16 octets, in lower case.
  package static func version5(of name: some Sequence<UInt8>, in namespace: [UInt8]) -> String {
    let message = namespace + name
    // The standard fixes SHA-1: it tells names apart here and protects nothing.
    var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
    SHA1(message, message.count, &digest)
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for (index, byte) in digest.prefix(16).enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
      text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
