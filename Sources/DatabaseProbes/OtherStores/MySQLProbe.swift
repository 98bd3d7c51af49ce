import AuditModel
import Facts
import Probing
import Transport

/// The kind `mysql`.
enum MySQLTarget {
  static let schemes = ["mysql", "mariadb"]
  static let kind = TargetKind(
    name: "mysql", summary: "a MySQL or MariaDB server, as anybody sees it",
    fields: StoreTarget.fields(schemes: schemes, example: "mysql://db.example:3306"), schemes: schemes)
}

/// Reads a MySQL server's greeting and knocks once as nobody, without TLS and without a password.
struct MySQLProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "mysql-wire", summary: "what a MySQL server tells anybody: TLS offered, strangers refused",
    targetKinds: ["mysql"], safety: .observe, facts: MySQLFacts.schema, timeout: 10_000,
    traffic: "1 connection with one login of a user that does not exist")

  var targetKinds: [TargetKind] { [MySQLTarget.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  private static func look(at target: Target, _ context: ProbeContext) -> Sighting {
    guard let store = StoreTarget(target, schemes: MySQLTarget.schemes, port: 3306) else {
      return .unseen(Unseen(.malformed, "the url is not of the form mysql://host:port"))
    }
    var facts = MySQLFacts()
    let deadline = context.deadline.capped(milliseconds: 8000)
    do throws(TransportFailure) {
      let connection = try Connection.open(store.endpoint, before: deadline, traffic: context.traffic)
      defer { connection.close() }
      var packets = MySQLPackets(connection: connection, deadline: deadline)
      guard let greeting = try packets.next() else {
        facts.obstacle = "what listens there does not speak MySQL's protocol"
        return .seen(facts.value)
      }
      facts.greeting = MySQLGreeting(greeting)
      facts.refusal = MySQLError(greeting)
      if facts.greeting == nil {
        if facts.refusal == nil { facts.obstacle = "what listens there does not speak MySQL's protocol" }
        return .seen(facts.value, gaps: facts.gaps)
      }
      context.traffic.add(requests: 1)
      do throws(TransportFailure) {
        try packets.send(MySQLGreeting.knock)
        var answer = try packets.next()
        // Another method of proving who one is, to which nothing is what nobody knows.
        if answer?.first == 0xFE {
          try packets.send([])
          answer = try packets.next()
        }
        facts.knock = answer.flatMap(MySQLFacts.Knock.init)
      } catch {
        if error == .cancelled { throw error }
      }
    } catch {
      if let blindness = error.blindness { return .unseen(blindness) }
      facts.obstacle = error.sentence
    }
    return .seen(facts.value, gaps: facts.gaps)
  }
}

/// Packets of MySQL's protocol: three bytes of length, a number, the content.
private struct MySQLPackets {
  let connection: Connection
  let deadline: Deadline
  private var bytes: [UInt8] = []
  private var number: UInt8 = 0
  /// No first packet is longer.
  private static let mostBytes = 4096

  init(connection: Connection, deadline: Deadline) {
    self.connection = connection
    self.deadline = deadline
  }

  /// The next packet's content; nil if it is not one, or the connection ends.
  mutating func next() throws(TransportFailure) -> [UInt8]? {
    while true {
      if bytes.count >= 4 {
        let length = Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16
        guard (1...Self.mostBytes).contains(length) else { return nil }
        if bytes.count >= length + 4 {
          number = bytes[3] &+ 1
          let content = Array(bytes[4..<length + 4])
          bytes.removeFirst(length + 4)
          return content
        }
      }
      let more = try connection.read(upTo: Self.mostBytes, before: deadline)
      if more.isEmpty { return nil }
      bytes += more
    }
  }

  mutating func send(_ content: [UInt8]) throws(TransportFailure) {
    let length = content.count
    try connection.write(
      [UInt8(length & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length >> 16 & 0xFF), number] + content, before: deadline)
  }
}

/// The server's first words, `HandshakeV10`.
struct MySQLGreeting: Sendable, Hashable {
  /// As the server writes it.
  var version: String
  /// What it can do, as a set of bits.
  var capabilities: UInt32

  /// TLS.
  private static let tls: UInt32 = 0x800

  var offersTLS: Bool { capabilities & Self.tls != 0 }

  /// Reads a packet's content; nil for anything else.
  init?(_ content: [UInt8]) {
    guard content.first == 10, let end = content.dropFirst().firstIndex(of: 0), end <= 200 else { return nil }
    version = String(decoding: content[1..<end], as: UTF8.self)
    // The session's number, eight bytes of salt and a zero come first; the upper bits follow a character set and a status.
    let low = end + 1 + 4 + 8 + 1
    guard content.count >= low + 2 else { return nil }
    capabilities = UInt32(content[low]) | UInt32(content[low + 1]) << 8
    if content.count >= low + 7 { capabilities |= UInt32(content[low + 5]) << 16 | UInt32(content[low + 6]) << 24 }
  }

  /// The answer of somebody whom no server knows, without a password and without TLS: `HandshakeResponse41`.
  static let knock: [UInt8] =
    // CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH; 16 MiB; utf8.
    [0x00, 0x82, 0x08, 0x00, 0x00, 0x00, 0x00, 0x01, 33] + Array(repeating: 0, count: 23)
    + Array("prodworthy-nobody".utf8) + [0, 0] + Array("mysql_native_password".utf8) + [0]
}

/// An error packet.
struct MySQLError: Sendable, Hashable {
  /// The server's number for it.
  var code: Int
  var message: String

  init?(_ content: [UInt8]) {
    guard content.count >= 3, content[0] == 0xFF else { return nil }
    code = Int(content[1]) | Int(content[2]) << 8
    var text = content.dropFirst(3)
    if text.first == UInt8(ascii: "#") { text = text.dropFirst(6) }
    message = String(decoding: text, as: UTF8.self).bounded(200)
  }
}

/// What was heard from a MySQL server, as facts. Pure.
struct MySQLFacts {
  /// What came of knocking.
  enum Knock: Sendable, Hashable {
    case admitted
    case refused(Int)

    init?(_ content: [UInt8]) {
      if content.first == 0 {
        self = .admitted
      } else if let error = MySQLError(content) {
        self = .refused(error.code)
      } else {
        return nil
      }
    }
  }

  /// Why nobody could be asked; nil if somebody answered.
  var obstacle: String?
  var greeting: MySQLGreeting?
  /// An error in place of a greeting.
  var refusal: MySQLError?
  var knock: Knock?

  /// ER_ACCESS_DENIED_ERROR and its kin, which a stranger gets.
  private static let denied: Set = [1045, 1044, 1698, 1251, 2059, 4151]
  /// ER_SECURE_TRANSPORT_REQUIRED.
  private static let secureTransport = 3159

  static let schema = Schema.object([
    StoreTarget.connectionSchema,
    Schema.Field("version", .nullable(.string()), required: true, "as the server writes it"),
    Schema.Field(
      "tls", .object([Schema.Field("offered", .nullable(.boolean), required: true, "whether the server offers TLS")]),
      required: true, "what the greeting says of TLS"),
    Schema.Field(
      "plaintext",
      .object([
        Schema.Field(
          "accepted", .nullable(.boolean), required: true,
          "whether a session without TLS is let in; most servers tell that only to whom they know")
      ]), required: true, "a login without TLS"),
    Schema.Field(
      "authentication",
      .object([
        Schema.Field("demanded", .nullable(.boolean), required: true, "whether a user who does not exist is refused")
      ]), required: true, "a login of nobody"),
  ])

  /// The facts.
  var value: JSONValue {
    [
      "connection": ["established": .bool(obstacle == nil), "reason": JSONValue(obstacle)],
      "version": JSONValue(greeting?.version), "tls": ["offered": JSONValue(greeting?.offersTLS)],
      "plaintext": ["accepted": JSONValue(isAccepted)], "authentication": ["demanded": JSONValue(isGuarded)],
    ]
  }

  private var isAccepted: Bool? {
    switch knock {
    case .admitted: true
    case .refused(Self.secureTransport): false
    case .refused, nil: nil
    }
  }

  private var isGuarded: Bool? {
    switch knock {
    case .admitted: false
    case .refused(let code): Self.denied.contains(code) ? true : nil
    case nil: nil
    }
  }

  /// What is missing although somebody answered.
  var gaps: [Gap] {
    guard obstacle == nil else { return [] }
    let reason =
      refusal.map { "the server answered with error \($0.code): \($0.message)" }
      ?? {
        switch knock {
        case .refused(let code): "the server answered a stranger with error \(code) before it came to that"
        default: "the server gave a stranger no answer that tells"
        }
      }()
    var gaps: [Gap] = []
    if greeting == nil { gaps.append(Gap(path: "tls.offered", reason: reason)) }
    if isAccepted == nil { gaps.append(Gap(path: "plaintext.accepted", reason: reason)) }
    if isGuarded == nil { gaps.append(Gap(path: "authentication.demanded", reason: reason)) }
    return gaps
  }
}
