/// Packets of TDS around the bytes of a TLS handshake (MS-TDS section 2.2.3.1). Pure.
///
/// What is sent goes out in packets of the type PRELOGIN; of what is received the headers are taken off. A packet's header
/// has eight bytes: type, status (1 for the last of a message), length with header, and four that do not matter.
struct TDSEnvelope {
  private static let header = 8
  private static let preLogin: UInt8 = 0x12
  /// The most content of one packet: servers take 4096 bytes until something else is agreed on.
  private static let longest = 4096 - header

  /// Bytes wrapped but not yet sent.
  private(set) var outgoing: [UInt8] = []
  private var head: [UInt8] = []
  /// How much of the content of the packet under way is still to come.
  private var contentLeft = 0
  /// Whether something came that is no packet.
  private(set) var isBroken = false

  /// Wraps `bytes` to be sent.
  mutating func wrap(_ bytes: some Collection<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(Self.longest)
      rest = rest.dropFirst(part.count)
      let length = part.count + Self.header
      outgoing += [Self.preLogin, rest.isEmpty ? 1 : 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 1, 0]
      outgoing += part
    }
  }

  /// Notes that the first `count` of `outgoing` are sent.
  mutating func sent(_ count: Int) { outgoing.removeFirst(min(count, outgoing.count)) }

  /// Takes the headers off what arrived.
  mutating func unwrap(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var content: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty, !isBroken {
      if contentLeft > 0 {
        let part = rest.prefix(contentLeft)
        content += part
        contentLeft -= part.count
        rest = rest.dropFirst(part.count)
      } else {
        let part = rest.prefix(Self.header - head.count)
        head += part
        rest = rest.dropFirst(part.count)
        if head.count == Self.header {
          contentLeft = (Int(head[2]) << 8 | Int(head[3])) - Self.header
          isBroken = contentLeft < 0 || ![Self.preLogin, 0x04].contains(head[0])
          head = []
        }
      }
    }
    return content
  }
}
