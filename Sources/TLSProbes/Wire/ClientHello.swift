import TLSRegistry

/// An offer of SSL 3.0 to TLS 1.3, as bytes of one connection's beginning (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2).
struct ClientHello: Sendable {
  /// A public key for one group, as TLS 1.3 sends it ahead of the answer.
  struct KeyShare: Sendable {
    var group: UInt16
    var key: [UInt8]
  }

  /// The newest version offered; with TLS 1.3 the offer stands in an extension.
  var version: ProtocolVersion
  /// Whether a hello that offers TLS 1.3 offers TLS 1.2 too.
  var fallsBackToTLS12 = false
  var suites: [UInt16]
  /// 0 for none, 1 for DEFLATE.
  var compressions: [UInt8] = [0]
  /// The name in SNI; nil for none.
  var serverName: String?
  var groups: [UInt16] = []
  var keyShares: [KeyShare] = []
  var alpn: [String] = []
  /// The signalling suite that says this offer is not the best the client has (RFC 7507).
  var isFallback = false
  /// Padding (RFC 7685) up to this many bytes of handshake message.
  var paddedTo = 0
  /// The session to take up again, at most 32 bytes; nil for what the version usually has there.
  var sessionID: [UInt8]?
  /// The ticket of that session (RFC 5077); empty for none.
  var ticket: [UInt8] = []
  /// Whether heartbeats may be sent to it (RFC 6520).
  var takesHeartbeats = false
  /// Whether values that mean nothing stand among the suites, groups, versions, protocols and extensions (RFC 8701).
  var isGreased = false
  /// The version in the header where it is not the offer's own.
  var statedVersion: UInt16?

  /// The signature algorithms offered: a generous list, or servers give up before anything is learned.
  static let signatureAlgorithms: [UInt16] = [
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x0401, 0x0501, 0x0601, 0x0807, 0x0808,
    0x0203, 0x0201, 0x0202, 0x0402, 0x0904, 0x0905, 0x0906,
  ]

  /// Numbers that are reserved for meaning nothing, in every registry alike (RFC 8701 section 2).
  private static let grease: [UInt16] = [0x0A0A, 0x1A1A, 0x2A2A]
  private static let fallbackSuite: UInt16 = 0x5600
  /// Says the same as an empty renegotiation_info, where there are no extensions (RFC 5746 section 3.3).
  private static let renegotiationSuite: UInt16 = 0x00FF

  /// The whole flight: one record, or several where the message is longer than a record may be.
  func bytes(_ source: inout ByteSource) -> [UInt8] {
    let message = handshake(&source)
    // Old servers choke on a record version above 3.1; SSL 3.0 must not see one above its own.
    let recordVersion = version == .ssl3 ? 0x0300 : 0x0301
    var flight: [UInt8] = []
    var rest = message[...]
    repeat {
      let part = rest.prefix(1 << 14)
      flight.append(22)
      flight.append(recordVersion, width: 2)
      flight.append(vector: part, width: 2)
      rest = rest.dropFirst(part.count)
    } while !rest.isEmpty
    return flight
  }

  private func handshake(_ source: inout ByteSource) -> [UInt8] {
    var body: [UInt8] = []
    body.append(Int(statedVersion ?? min(version, .tls12).rawValue), width: 2)
    body += source.bytes(32)
    body.append(vector: (sessionID ?? (version == .tls13 ? source.bytes(32) : [])).prefix(32), width: 1)
    var offered = isGreased ? [Self.grease[0]] + suites : suites
    if version == .ssl3 { offered.append(Self.renegotiationSuite) }
    if isFallback { offered.append(Self.fallbackSuite) }
    body.append(list: offered, width: 2)
    body.append(vector: compressions, width: 1)
    if version > .ssl3 {
      var extensions = self.extensions
      if isGreased {
        extensions = Self.extension_(Int(Self.grease[1]), []) + extensions + Self.extension_(Int(Self.grease[2]), [0])
      }
      // Message header, body, the length of the extensions, the header of the padding.
      let missing = paddedTo - (4 + body.count + 2 + extensions.count + 4)
      if missing > 0 { extensions += Self.extension_(21, [UInt8](repeating: 0, count: missing)) }
      body.append(vector: extensions, width: 2)
    }
    var message: [UInt8] = [1]
    message.append(vector: body, width: 3)
    return message
  }

  private var extensions: [UInt8] {
    var all: [UInt8] = []
    if let serverName { all += Self.extension_(0x0000, Self.names(serverName)) }
    all += Self.extension_(0xFF01, [0])
    all += Self.extension_(0x0017, [])
    all += Self.extension_(0x0016, [])
    all += Self.extension_(0x0023, ticket)
    if takesHeartbeats { all += Self.extension_(0x000F, [1]) }
    all += Self.extension_(0x0005, [1, 0, 0, 0, 0])
    if !alpn.isEmpty {
      var list: [UInt8] = []
      if isGreased { list.append(vector: [UInt8(Self.grease[0] >> 8), UInt8(Self.grease[0] & 0xFF)], width: 1) }
      for name in alpn { list.append(vector: Array(name.utf8.prefix(255)), width: 1) }
      var body: [UInt8] = []
      body.append(vector: list, width: 2)
      all += Self.extension_(0x0010, body)
    }
    all += Self.extension_(0x0012, [])
    if version >= .tls12 {
      var body: [UInt8] = []
      body.append(list: Self.signatureAlgorithms, width: 2)
      all += Self.extension_(0x000D, body)
    }
    if !groups.isEmpty {
      var body: [UInt8] = []
      body.append(list: isGreased ? [Self.grease[0]] + groups : groups, width: 2)
      all += Self.extension_(0x000A, body)
      all += Self.extension_(0x000B, [1, 0])
    }
    if version == .tls13 { all += tls13Extensions }
    return all
  }

  private var tls13Extensions: [UInt8] {
    var versions: [UInt8] = []
    let known: [UInt16] = fallsBackToTLS12 ? [0x0304, 0x0303] : [0x0304]
    versions.append(list: isGreased ? [Self.grease[0]] + known : known, width: 1)
    var shares: [UInt8] = []
    if isGreased {
      shares.append(Int(Self.grease[0]), width: 2)
      shares.append(vector: [0], width: 2)
    }
    for share in keyShares {
      shares.append(Int(share.group), width: 2)
      shares.append(vector: share.key, width: 2)
    }
    var list: [UInt8] = []
    list.append(vector: shares, width: 2)
    return Self.extension_(0x002B, versions) + Self.extension_(0x002D, [1, 1]) + Self.extension_(0x0033, list)
  }

  private static func names(_ name: String) -> [UInt8] {
    var entry: [UInt8] = [0]
    entry.append(vector: Array(name.utf8), width: 2)
    var list: [UInt8] = []
    list.append(vector: entry, width: 2)
    return list
  }

  private static func extension_(_ type: Int, _ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(type, width: 2)
    bytes.append(vector: body, width: 2)
    return bytes
  }
}

extension ClientHello.KeyShare {
  /// A share for X25519: any 32 bytes are a public key (RFC 7748 section 5).
  static func x25519(_ source: inout ByteSource) -> Self { Self(group: NamedGroup.x25519, key: source.bytes(32)) }

  /// A share for X25519MLKEM768 that a server takes for a real one, without any ML-KEM here.
  ///
  /// A server checks that the 768 coefficients of the encapsulation key are below 3329 (FIPS 203 section 7.2), and no more
  /// can be checked: random ones, packed as there, are a key whose secret nobody knows. 32 bytes of seed follow, then the
  /// X25519 key.
  static func x25519MLKEM768(_ source: inout ByteSource) -> Self {
    var key: [UInt8] = []
    key.reserveCapacity(1216)
    for _ in 0..<384 {
      let pair = source.number(below: 3329) | source.number(below: 3329) << 12
      for shift in [0, 8, 16] { key.append(UInt8(truncatingIfNeeded: pair >> UInt64(shift))) }
    }
    return Self(group: NamedGroup.x25519MLKEM768, key: key + source.bytes(32) + source.bytes(32))
  }
}
