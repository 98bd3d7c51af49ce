import TLSRegistry

/// A ServerHello (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3), or the HelloRetryRequest that looks like one.
struct ServerHello: Sendable, Equatable {
  /// What the server settles on, the one in supported_versions before the one in the header.
  var version: UInt16
  var random: [UInt8]
  /// The session's name: the client's own where the server takes that session up again.
  var sessionID: [UInt8]
  var suite: UInt16
  /// 0 for none.
  var compression: UInt8
  /// Type and body of each extension, in order.
  var extensions: [Extension]

  struct Extension: Sendable, Equatable {
    var type: UInt16
    var body: [UInt8]
  }

  /// The random of a HelloRetryRequest: SHA-256 of those words.
  private static let retryRandom: [UInt8] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11,
    0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
  ]

  /// Reads the body of the message; nil if it is not one.
  init?(_ body: ArraySlice<UInt8>) {
    var reader = ByteReader(body)
    guard let header = reader.uint16(), let random = reader.take(32), let session = reader.vector(1),
      session.count <= 32, let suite = reader.uint16(), let compression = reader.byte()
    else { return nil }
    self.random = Array(random)
    sessionID = Array(session)
    self.suite = suite
    self.compression = compression
    extensions = []
    version = header
    guard !reader.isAtEnd else { return }
    guard let list = reader.vector(2), reader.isAtEnd else { return nil }
    var rest = ByteReader(list)
    while !rest.isAtEnd {
      guard let type = rest.uint16(), let body = rest.vector(2) else { return nil }
      extensions.append(Extension(type: type, body: Array(body)))
    }
    if let body = self[0x002B] {
      guard body.count == 2 else { return nil }
      version = UInt16(body[0]) << 8 | UInt16(body[1])
    }
  }

  /// The body of the first extension of a type.
  subscript(type: UInt16) -> [UInt8]? { extensions.first { $0.type == type }?.body }

  var isRetry: Bool { random == Self.retryRandom }
  /// The group of TLS 1.3's key exchange, and the length of the server's share: 0 in a HelloRetryRequest.
  var keyShare: (group: UInt16, length: Int)? {
    var reader = ByteReader(self[0x0033] ?? [])
    guard let group = reader.uint16() else { return nil }
    return (group, reader.vector(2)?.count ?? 0)
  }
  /// The application protocol that was chosen in the open, as TLS 1.2 does.
  var alpn: String? {
    var reader = ByteReader(self[0x0010] ?? [])
    guard let list = reader.vector(2) else { return nil }
    var names = ByteReader(list)
    return names.vector(1).map { String(decoding: $0, as: UTF8.self) }
  }
  var takesHeartbeats: Bool { self[0x000F] != nil }
  var hasSecureRenegotiation: Bool { self[0xFF01] != nil }
  var hasExtendedMasterSecret: Bool { self[0x0017] != nil }
  var hasEncryptThenMAC: Bool { self[0x0016] != nil }
  var announcesTicket: Bool { self[0x0023] != nil }
  var announcesStatus: Bool { self[0x0005] != nil }
  /// The mark by which a server of TLS 1.3 says that it was talked down (RFC 8446 section 4.1.3).
  var hasDowngradeMark: Bool {
    let tail = random.suffix(8)
    return tail.elementsEqual(Array("DOWNGRD".utf8) + [1]) || tail.elementsEqual(Array("DOWNGRD".utf8) + [0])
  }
}

/// The server's own parameters of the key exchange in TLS 1.2 and before, as far as they say how strong it is.
enum ServerKeyExchange: Sendable, Equatable {
  /// A named curve (RFC 8422 section 5.4).
  case curve(UInt16)
  /// A curve that the server describes instead of naming it.
  case explicitCurve
  /// A finite field: the prime without leading zeros, and the generator.
  case field(prime: [UInt8], generator: [UInt8])
  /// A temporary RSA key of export suites, by its size in bits.
  case exportRSA(bits: Int)

  /// Reads the body of the message as `suite` says it must be; nil if it is not so, or if nothing can be learned from it.
  init?(_ body: ArraySlice<UInt8>, for suite: CipherSuite) {
    var reader = ByteReader(body)
    switch suite.keyExchange {
    case .ecdhePSK, .dhePSK:
      // The hint for the pre-shared key comes first (RFC 4279 section 3, RFC 5489 section 2).
      guard reader.vector(2) != nil else { return nil }
    default: break
    }
    switch suite.keyExchange {
    case .ecdhe, .ecdhePSK:
      switch reader.byte() {
      case 1, 2: self = .explicitCurve
      case 3:
        guard let group = reader.uint16() else { return nil }
        self = .curve(group)
      default: return nil
      }
    case .dhe, .dhePSK:
      guard let prime = reader.vector(2), let generator = reader.vector(2), reader.vector(2) != nil else { return nil }
      self = .field(prime: Array(prime.drop { $0 == 0 }), generator: Array(generator.drop { $0 == 0 }))
    case .rsaExport:
      guard let modulus = reader.vector(2), reader.vector(2) != nil else { return nil }
      self = .exportRSA(bits: Self.bits(modulus))
    default: return nil
    }
  }

  /// The size in bits of a number, most significant byte first.
  static func bits(_ number: some Sequence<UInt8>) -> Int {
    let digits = Array(number.drop { $0 == 0 })
    guard let first = digits.first else { return 0 }
    return digits.count * 8 - first.leadingZeroBitCount
  }
}

/// Lists that servers send in the clear up to TLS 1.2.
enum ServerLists {
  /// The certificates of a Certificate message in DER (RFC 5246 section 7.4.2); nil for a torn one.
  static func certificates(_ body: ArraySlice<UInt8>) -> [[UInt8]]? {
    var reader = ByteReader(body)
    guard let list = reader.vector(3) else { return nil }
    var rest = ByteReader(list)
    var certificates: [[UInt8]] = []
    while !rest.isAtEnd {
      guard let certificate = rest.vector(3) else { return nil }
      certificates.append(Array(certificate))
    }
    return certificates
  }

  /// The OCSP response of a CertificateStatus message in DER (RFC 6066 section 8); nil if it is none.
  static func status(_ body: ArraySlice<UInt8>) -> [UInt8]? {
    var reader = ByteReader(body)
    guard reader.byte() == 1, let response = reader.vector(3) else { return nil }
    return Array(response)
  }

  /// How many authorities a CertificateRequest names (RFC 5246 section 7.4.4); nil for a torn one.
  static func authorities(_ body: ArraySlice<UInt8>, version: UInt16) -> Int? {
    var reader = ByteReader(body)
    guard reader.vector(1) != nil else { return nil }
    if version >= ProtocolVersion.tls12.rawValue, reader.vector(2) == nil { return nil }
    guard let list = reader.vector(2) else { return nil }
    var rest = ByteReader(list)
    var count = 0
    while !rest.isAtEnd {
      guard rest.vector(2) != nil else { return nil }
      count += 1
    }
    return count
  }
}
