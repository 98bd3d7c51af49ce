/// A cipher kind of SSL 2.0, three bytes on the wire (draft-hickman-netscape-ssl-00, section "Cipher kinds").
enum SSL2CipherKind {
  /// Number and name of every kind.
  static let names: [(id: Int, name: String)] = [
    (0x01_00_80, "SSL_CK_RC4_128_WITH_MD5"), (0x02_00_80, "SSL_CK_RC4_128_EXPORT40_WITH_MD5"),
    (0x03_00_80, "SSL_CK_RC2_128_CBC_WITH_MD5"), (0x04_00_80, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5"),
    (0x05_00_80, "SSL_CK_IDEA_128_CBC_WITH_MD5"), (0x06_00_40, "SSL_CK_DES_64_CBC_WITH_MD5"),
    (0x06_01_40, "SSL_CK_DES_64_CBC_WITH_SHA"), (0x07_00_C0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"),
    (0x07_01_C0, "SSL_CK_DES_192_EDE3_CBC_WITH_SHA"), (0x08_00_80, "SSL_CK_RC4_64_WITH_MD5"),
    (0x00_00_00, "SSL_CK_NULL_WITH_MD5"),
  ]

  /// The kind's name, or its number.
  static func name(of id: Int) -> String {
    names.first { $0.id == id }?.name ?? "0x" + String(id, radix: 16, uppercase: true)
  }
}

/// The first message of an SSL 2.0 client, and what may come back.
enum SSL2Hello {
  /// A hello that offers every kind, with a challenge of 16 bytes.
  static func bytes(_ source: inout ByteSource) -> [UInt8] {
    var body: [UInt8] = [1, 0, 2]
    body.append(SSL2CipherKind.names.count * 3, width: 2)
    body.append(0, width: 2)
    body.append(16, width: 2)
    for kind in SSL2CipherKind.names { body.append(kind.id, width: 3) }
    body += source.bytes(16)
    var record: [UInt8] = []
    record.append(0x8000 | body.count, width: 2)
    return record + body
  }

  /// What an SSL 2.0 server says first.
  enum Answer: Sendable, Equatable {
    /// It speaks SSL 2.0, with these kinds; its certificate in DER.
    case hello(kinds: [Int], certificate: [UInt8])
    /// It speaks SSL 2.0 to say that it cannot.
    case error(Int)
  }

  /// Reads the start of a connection; nil while it is too short to tell, or if it is not SSL 2.0.
  static func answer(in bytes: [UInt8]) -> Answer? {
    var reader = ByteReader(bytes)
    guard let first = reader.byte(), let second = reader.byte() else { return nil }
    // With the top bit the header has two bytes, without it three, the third counting padding.
    let length = Int(first & (first & 0x80 != 0 ? 0x7F : 0x3F)) << 8 | Int(second)
    if first & 0x80 == 0, reader.byte() == nil { return nil }
    guard let body = reader.take(length) else { return nil }
    var message = ByteReader(body)
    switch message.byte() {
    case 0: return message.number(2).map { .error($0) }
    case 4:
      // Whether the session is known, the kind of certificate, then the version.
      guard message.take(2) != nil, message.number(2) == 2, let certificateLength = message.number(2),
        let kindsLength = message.number(2), message.number(2) != nil,
        let certificate = message.take(certificateLength),
        let list = message.take(kindsLength)
      else { return nil }
      var kinds: [Int] = []
      var rest = ByteReader(list)
      while let kind = rest.number(3) { kinds.append(kind) }
      return .hello(kinds: kinds, certificate: Array(certificate))
    default: return nil
    }
  }
}
