/// LDAP: the extended operation StartTLS.
struct LDAPDialogue: UpgradeDialogue {
  private var hasAsked = false

  /// A message with the id 1 and an ExtendedRequest for 1.3.6.1.4.1.1466.20037.
  private static let request =
    [0x30, 0x1D, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16] + Array("1.3.6.1.4.1.1466.20037".utf8)

  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove {
    guard hasAsked else {
      hasAsked = true
      return .send(Self.request)
    }
    guard let first = heard.first else { return .hear }
    guard first == 0x30 else { return .garbage }
    switch BER.element(heard[...]) {
    case .incomplete: return .hear
    case .malformed: return .garbage
    case .element(let message):
      heard.removeFirst(message.end)
      return Self.meaning(of: message.content)
    }
  }

  private static func meaning(of message: ArraySlice<UInt8>) -> UpgradeMove {
    guard case .element(let id) = BER.element(message), id.tag == 0x02,
      case .element(let response) = BER.element(message[id.end...]), response.tag == 0x78,
      case .element(let code) = BER.element(response.content), code.tag == 0x0A, (1...2).contains(code.content.count)
    else { return .garbage }
    let number = code.content.reduce(0) { $0 << 8 | Int($1) }
    if number == 0 { return .goAhead }
    var reason = "result code \(number)"
    if case .element(let matched) = BER.element(response.content[code.end...]),
      case .element(let diagnosis) = BER.element(response.content[matched.end...])
    {
      let text = PeerText.line(diagnosis.content)
      if !text.isEmpty { reason += ": \(text)" }
    }
    return .refused(reason)
  }
}

/// Elements in BER, as far as LDAP uses it: tags of one byte, definite lengths.
enum BER {
  struct Element {
    var tag: UInt8
    var content: ArraySlice<UInt8>
    /// The index behind it.
    var end: Int
  }

  enum Front {
    case element(Element)
    case incomplete
    case malformed
  }

  /// The most content of one element that is waited for.
  private static let longest = 16384

  static func element(_ bytes: ArraySlice<UInt8>) -> Front {
    guard bytes.count >= 2 else { return .incomplete }
    let tag = bytes[bytes.startIndex]
    let short = Int(bytes[bytes.startIndex + 1])
    var start = bytes.startIndex + 2
    var length = short
    if short >= 0x80 {
      let size = short & 0x7F
      // Active Directory writes every length with four bytes.
      guard (1...4).contains(size) else { return .malformed }
      guard bytes.endIndex - start >= size else { return .incomplete }
      length = bytes[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
      start += size
    }
    guard length <= longest else { return .malformed }
    guard bytes.endIndex - start >= length else { return .incomplete }
    return .element(Element(tag: tag, content: bytes[start..<start + length], end: start + length))
  }
}

/// PostgreSQL's SSLRequest.
struct PostgresDialogue: UpgradeDialogue {
  private var hasAsked = false
  private var isError = false

  /// One byte and no more: whatever followed it in plaintext would be taken for the server's (CVE-2021-23222).
  var readLimit: Int { isError ? 4096 : 1 }

  /// Length 8, then the code 80877103.
  private static let request: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]

  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove {
    guard hasAsked else {
      hasAsked = true
      return .send(Self.request)
    }
    if isError { return complaint(heard) }
    guard let answer = heard.first else { return .hear }
    heard.removeFirst()
    switch answer {
    case UInt8(ascii: "S"): return .goAhead
    case UInt8(ascii: "N"): return .refused("")
    case UInt8(ascii: "E"):
      isError = true
      return .hear
    default: return .garbage
    }
  }

  /// An ErrorResponse: a length, then fields that begin with a letter and end with NUL. Very old servers send one text
  /// up to a NUL.
  private func complaint(_ heard: [UInt8]) -> UpgradeMove {
    guard heard.count >= 4 else { return .hear }
    let length = heard.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard (5...16384).contains(length) else {
      guard let end = heard.firstIndex(of: 0) else { return .hear }
      return .refused(PeerText.line(heard[..<end]))
    }
    guard heard.count >= length else { return .hear }
    let message = heard[4..<length].split(separator: 0).first { $0.first == UInt8(ascii: "M") }
    return .refused(PeerText.line((message ?? []).dropFirst()))
  }
}

/// MySQL's and MariaDB's SSLRequest.
struct MySQLDialogue: UpgradeDialogue {
  private(set) var banner: String?
  private var hasAsked = false

  private static let protocol41: UInt16 = 0x0200
  private static let tls: UInt16 = 0x0800
  private static let secureConnection: UInt16 = 0x8000

  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove {
    // The request is not answered: TLS follows at once.
    if hasAsked { return .goAhead }
    guard heard.count >= 5 else { return .hear }
    let length = Int(heard[0]) | Int(heard[1]) << 8 | Int(heard[2]) << 16
    let sequence = heard[3]
    guard (1...4096).contains(length), sequence == 0 else { return .garbage }
    guard heard.count >= 4 + length else {
      return [10, 0xFF].contains(heard[4]) ? .hear : .garbage
    }
    let payload = Array(heard[4..<4 + length])
    heard.removeFirst(4 + length)
    switch payload.first {
    case 0xFF where payload.count >= 3:
      return .refused(PeerText.line(payload.dropFirst(3)))
    case 10:
      // The version ends with NUL; thread id 4, salt 8, filler 1, then the lower capabilities.
      guard let end = payload.firstIndex(of: 0), payload.count >= end + 16 else { return .garbage }
      banner = PeerText.line(payload[1..<end])
      let capabilities = UInt16(payload[end + 14]) | UInt16(payload[end + 15]) << 8
      guard capabilities & Self.tls != 0 else { return .refused("TLS is not among the capabilities it names") }
      hasAsked = true
      return .send(Self.request)
    default: return .garbage
    }
  }

  /// Length 32, sequence number 1; capabilities, longest packet 16 MiB, character set utf8mb4, 23 zeros.
  private static let request: [UInt8] = {
    let capabilities = protocol41 | tls | secureConnection
    return [32, 0, 0, 1, UInt8(capabilities & 0xFF), UInt8(capabilities >> 8), 0, 0, 0, 0, 0, 1, 45]
      + [UInt8](repeating: 0, count: 23)
  }()
}

/// RDP: a connection request that asks for TLS, with or without CredSSP.
struct RDPDialogue: UpgradeDialogue {
  private var hasAsked = false

  private static let request: [UInt8] = [
    0x03, 0, 0, 0x13, 0x0E, 0xE0, 0, 0, 0, 0, 0, 0x01, 0, 0x08, 0, 0x03, 0, 0, 0,
  ]

  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove {
    guard hasAsked else {
      hasAsked = true
      return .send(Self.request)
    }
    if let first = heard.first, first != 3 { return .garbage }
    guard heard.count >= 4 else { return .hear }
    let length = Int(heard[2]) << 8 | Int(heard[3])
    guard heard[1] == 0, (11...1024).contains(length) else { return .garbage }
    guard heard.count >= length else { return .hear }
    let packet = Array(heard[..<length])
    heard.removeFirst(length)
    // X.224 Connection Confirm; without a negotiation block the server knows RDP's own encryption only.
    guard packet[5] & 0xF0 == 0xD0 else { return .garbage }
    guard length >= 19 else { return .refused("the server knows only RDP's own security") }
    let number = packet[15..<19].reversed().reduce(0) { $0 << 8 | Int($1) }
    switch packet[11] {
    case 2: return number == 0 ? .refused("the server chose RDP's own security") : .goAhead
    case 3: return .refused("negotiation failure \(number)")
    default: return .garbage
    }
  }
}

/// TDS, the protocol of Microsoft SQL Server: PRELOGIN with encryption on.
struct TDSDialogue: UpgradeDialogue {
  private(set) var banner: String?
  private var hasAsked = false
  private var message: [UInt8] = []

  /// Two options, VERSION and ENCRYPTION, at offsets 11 and 17, then the terminator; encryption 1 is ENCRYPT_ON.
  private static let request: [UInt8] =
    [0x12, 0x01, 0, 26, 0, 0, 1, 0] + [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF] + [0, 0, 0, 0, 0, 0] + [1]

  mutating func next(_ heard: inout [UInt8]) -> UpgradeMove {
    guard hasAsked else {
      hasAsked = true
      return .send(Self.request)
    }
    while true {
      if let first = heard.first, first != 0x04 { return .garbage }
      guard heard.count >= 8 else { return .hear }
      let length = Int(heard[2]) << 8 | Int(heard[3])
      guard (8...4096).contains(length), message.count < 16384 else { return .garbage }
      guard heard.count >= length else { return .hear }
      let isLast = heard[1] & 1 == 1
      message += heard[8..<length]
      heard.removeFirst(length)
      if isLast { return meaning() }
    }
  }

  private mutating func meaning() -> UpgradeMove {
    var encryption: UInt8?
    var position = 0
    while position < message.count, message[position] != 0xFF {
      guard position + 5 <= message.count else { return .garbage }
      let start = Int(message[position + 1]) << 8 | Int(message[position + 2])
      let length = Int(message[position + 3]) << 8 | Int(message[position + 4])
      guard start + length <= message.count else { return .garbage }
      let value = Array(message[start..<start + length])
      if message[position] == 0, value.count >= 4 {
        banner = "\(value[0]).\(value[1]).\(Int(value[2]) << 8 | Int(value[3]))"
      }
      if message[position] == 1 { encryption = value.first }
      position += 5
    }
    switch encryption {
    // OFF encrypts the login only, but with a handshake all the same.
    case 0, 1, 3: return .goAhead
    case 2: return .refused("the server says that it does not support encryption")
    default: return .garbage
    }
  }
}
