@testable import TLSProbes

/// Bytes that a server might send, made by hand.
enum WireBytes {
  /// A record of some type around content.
  static func record(_ content: [UInt8], type: UInt8 = 22, version: Int = 0x0303) -> [UInt8] {
    var bytes = [type]
    bytes.append(version, width: 2)
    bytes.append(vector: content, width: 2)
    return bytes
  }

  /// Content in as many records as it takes with `size` bytes each.
  static func records(_ content: [UInt8], size: Int) -> [UInt8] {
    stride(from: 0, to: content.count, by: size).flatMap {
      record(Array(content[$0..<min($0 + size, content.count)]))
    }
  }

  /// A handshake message.
  static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    var bytes = [type]
    bytes.append(vector: body, width: 3)
    return bytes
  }

  static func serverHello(
    version: Int = 0x0303, suite: Int, compression: UInt8 = 0, random: [UInt8] = [UInt8](repeating: 7, count: 32),
    session: [UInt8] = [], extensions: [(Int, [UInt8])] = [(0xFF01, [0])]
  ) -> [UInt8] {
    var body: [UInt8] = []
    body.append(version, width: 2)
    body += random
    body.append(vector: session, width: 1)
    body.append(suite, width: 2)
    body.append(compression)
    var list: [UInt8] = []
    for (type, content) in extensions {
      list.append(type, width: 2)
      list.append(vector: content, width: 2)
    }
    if !extensions.isEmpty { body.append(vector: list, width: 2) }
    return message(2, body)
  }

  static func certificate(_ certificates: [[UInt8]]) -> [UInt8] {
    var list: [UInt8] = []
    for certificate in certificates { list.append(vector: certificate, width: 3) }
    var body: [UInt8] = []
    body.append(vector: list, width: 3)
    return message(11, body)
  }

  /// Parameters over x25519, with a signature that nobody checks.
  static let curveExchange = message(12, [3, 0, 0x1D, 32] + [UInt8](repeating: 9, count: 32) + [4, 3, 0, 2, 1, 1])
  static let done = message(14, [])

  /// A flight of TLS 1.2 with everything that may be in one.
  static func wholeFlight(certificates: [[UInt8]] = [[1, 2, 3], [4, 5]]) -> [[UInt8]] {
    [
      serverHello(suite: 0xC02F), certificate(certificates), message(22, [1, 0, 0, 3, 7, 8, 9]), curveExchange,
      message(13, [1, 1, 0, 2, 4, 3, 0, 0]), done,
    ]
  }
}
