/// First flights of a TLS server: those the front makes itself, and those it changes on their way.
enum ServerAnswer {
  /// AES under a key that the client encrypts for the server's RSA key.
  static let aesWithRSA = 0x002F
  /// The same with triple DES.
  static let tripleDESWithRSA = 0x000A

  /// Everything up to the client's turn, in a version before TLS 1.3, with an RSA key exchange that needs no signature.
  static func flight(version: Int, suite: Int, chain: [[UInt8]], random: [UInt8]) -> [UInt8] {
    let renegotiation: [UInt8] = [0xFF, 0x01] + [0].counted(2)
    let hello = pair(version) + random + [UInt8]().counted(1) + pair(suite) + [0] + renegotiation.counted(2)
    let certificates = chain.flatMap { $0.counted(3) }.counted(3)
    return [(2, hello), (11, certificates), (14, [])].flatMap { type, body in
      record(22, version: version, [type] + body.counted(3))
    }
  }

  static let handshakeFailure: UInt8 = 40
  static let internalError: UInt8 = 80

  /// The end of a handshake.
  static func alert(_ description: UInt8, version: Int) -> [UInt8] { record(21, version: version, [2, description]) }

  private static func record(_ type: UInt8, version: Int, _ content: [UInt8]) -> [UInt8] {
    [type] + pair(version) + content.counted(2)
  }

  private static func pair(_ number: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
  }

  /// `bytes` with the ServerHello in front changed; nil where more must come before that can be done.
  static func changed(_ bytes: [UInt8], by manner: HelloManner) -> [UInt8]? {
    var records = Cursor(bytes[...])
    guard let type = records.number(1) else { return nil }
    guard type == 22 else { return bytes }
    guard let version = records.number(2), let content = records.vector(2) else { return nil }
    var messages = Cursor(content)
    guard messages.number(1) == 2, let body = messages.vector(3), let hello = changed(body, by: manner) else {
      return bytes
    }
    let others = content.suffix(messages.count)
    return record(22, version: version, [2] + hello.counted(3) + others) + bytes.suffix(records.count)
  }

  /// The body of a ServerHello of TLS 1.2, changed; nil for one of TLS 1.3, and for what is none.
  private static func changed(_ body: ArraySlice<UInt8>, by manner: HelloManner) -> [UInt8]? {
    var reader = Cursor(body)
    guard let header = reader.take(34), let session = reader.vector(1), let suite = reader.take(2),
      let compression = reader.number(1)
    else { return nil }
    var kept: [UInt8] = []
    var extensions = Cursor(reader.vector(2) ?? [])
    while let type = extensions.number(2), let content = extensions.vector(2) {
      if type == 0x002B { return nil }
      if type == 0xFF01, manner == .withoutRenegotiationInfo { continue }
      kept += pair(type) + Array(content).counted(2)
    }
    let method = manner == .compressed ? 1 : UInt8(truncatingIfNeeded: compression)
    return Array(header) + Array(session).counted(1) + Array(suite) + [method] + kept.counted(2)
  }
}
