import TLSRegistry

/// What a server sends after a ClientHello, read as it comes in, however the network cuts it: records split at any byte,
/// several messages in a record, a message over several records.
struct ServerFlight: Sendable {
  /// Why nothing more can be read.
  enum Fault: Error, Sendable, Equatable {
    /// The bytes are no TLS records.
    case notTLS
    /// A message is not what it says it is.
    case malformed(String)
    /// More than `mostBytes`.
    case tooLong
  }

  /// The most bytes that are read of one flight: a certificate of 10,000 names takes some 300 KB.
  static let mostBytes = 1 << 20
  /// RFC 8446 section 5.2 and RFC 5246 section 6.2.3, whichever is longer.
  private static let longestRecord = (1 << 14) + 2048
  /// The most alerts at warning level before an answer.
  private static let mostWarnings = 16

  private(set) var hello: ServerHello?
  /// The chain as sent, in DER.
  private(set) var certificates: [[UInt8]] = []
  private(set) var keyExchange: ServerKeyExchange?
  /// The stapled OCSP response in DER.
  private(set) var status: [UInt8]?
  private(set) var asksForCertificate = false
  /// Whether the server has said all it says before the client's turn.
  private(set) var isDone = false
  /// Alerts at warning level, in order.
  private(set) var warnings: [UInt8] = []
  /// The alert that ended the handshake.
  private(set) var fatalAlert: UInt8?

  private var buffer: [UInt8] = []
  private var handshake: [UInt8] = []
  private var received = 0

  /// Whether anything of TLS was seen.
  var isTLS: Bool { hello != nil || fatalAlert != nil || !warnings.isEmpty }

  /// Takes in what came. Throws `Fault`; what was read before stays.
  mutating func feed(_ bytes: [UInt8]) throws(Fault) {
    received += bytes.count
    guard received <= Self.mostBytes else { throw .tooLong }
    buffer += bytes
    var offset = 0
    defer { buffer.removeFirst(min(offset, buffer.count)) }
    while fatalAlert == nil, !isDone, offset < buffer.count {
      guard (20...24).contains(buffer[offset]) else { throw .notTLS }
      guard buffer.count - offset < 2 || buffer[offset + 1] == 3 else { throw .notTLS }
      guard buffer.count - offset >= 5 else { return }
      let length = Int(buffer[offset + 3]) << 8 | Int(buffer[offset + 4])
      guard length <= Self.longestRecord else { throw .notTLS }
      guard buffer.count - offset - 5 >= length else { return }
      let content = Array(buffer[(offset + 5)..<(offset + 5 + length)])
      let type = buffer[offset]
      offset += 5 + length
      try take(content, ofType: type)
    }
  }

  private mutating func take(_ content: [UInt8], ofType type: UInt8) throws(Fault) {
    switch type {
    case 21:
      guard content.count == 2 else { throw .malformed("an alert of \(content.count) bytes") }
      // Some stacks send refusals at warning level; only a complaint about the name is known to be followed by an answer.
      if content[0] == 1, content[1] != 0, warnings.count < Self.mostWarnings {
        warnings.append(content[1])
      } else {
        fatalAlert = content[1]
      }
    case 22:
      handshake += content
      try readMessages()
    default:
      // A change of keys, which comes this early where a session is taken up again, or what is encrypted under them:
      // nothing is learned from it, nor from anything behind it.
      guard hello != nil else { throw .malformed("a record of type \(type) before a hello") }
      isDone = true
    }
  }

  private mutating func readMessages() throws(Fault) {
    var offset = 0
    defer { handshake.removeFirst(min(offset, handshake.count)) }
    while handshake.count - offset >= 4, !isDone {
      let length =
        Int(handshake[offset + 1]) << 16 | Int(handshake[offset + 2]) << 8 | Int(handshake[offset + 3])
      guard length <= Self.mostBytes else { throw .tooLong }
      guard handshake.count - offset - 4 >= length else { return }
      let body = handshake[(offset + 4)..<(offset + 4 + length)]
      let type = handshake[offset]
      offset += 4 + length
      try take(body, message: type)
    }
  }

  private mutating func take(_ body: ArraySlice<UInt8>, message type: UInt8) throws(Fault) {
    if type == 2 {
      guard hello == nil, let read = ServerHello(body) else { throw .malformed("a torn ServerHello") }
      hello = read
      // In TLS 1.3 all that follows is encrypted.
      if read.version >= ProtocolVersion.tls13.rawValue { isDone = true }
      return
    }
    // HelloRequest may come at any time and means nothing here (RFC 5246 section 7.4.1.1).
    if type == 0 { return }
    guard let hello else { throw .malformed("message \(type) before a hello") }
    switch type {
    case 11:
      guard let list = ServerLists.certificates(body) else { throw .malformed("a torn Certificate") }
      certificates = list
    case 12:
      keyExchange = CipherSuite.of(hello.suite).flatMap { ServerKeyExchange(body, for: $0) }
    case 13: asksForCertificate = true
    case 14: isDone = true
    case 22: status = ServerLists.status(body)
    default: break
    }
  }
}
