import TLSRegistry

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
