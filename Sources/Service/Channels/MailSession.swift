import AuditModel
import Definitions
import Probing
import Transport

/// One letter to a mail server (RFC 5321).
enum MailSession {
  /// The longest answer that is read, in bytes.
  private static let longestAnswer = 64 << 10

  /// Hands `message` over; whoever gets this far has an answer that the server has taken it.
  static func send(
    _ message: [UInt8], over mail: ServiceDefinition.Mail, trust: [String], before deadline: Deadline
  ) throws(Refusal) {
    var host = mail.host[...]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    let connection: Connection
    do throws(TransportFailure) {
      connection = try Connection.open(
        Endpoint(host: String(host), port: mail.port), before: deadline, traffic: TrafficMeter())
    } catch { throw Refusal(error) }
    defer { connection.close() }
    var dialogue = Dialogue(connection: connection, deadline: deadline)
    if mail.security == .tls {
      try connection.secure(host: String(host), trust: trust, alpn: [], before: deadline)
    }
    try dialogue.expect([220], "greeting")
    var offers = try dialogue.hello()
    if mail.security == .starttls {
      guard offers.contains("STARTTLS") else { throw Refusal("the mail server offers no STARTTLS") }
      try dialogue.say("STARTTLS", expecting: [220])
      // What came before the handshake came from anybody.
      dialogue.forget()
      try connection.secure(host: String(host), trust: trust, alpn: [], before: deadline)
      offers = try dialogue.hello()
    }
    if let user = mail.user, let password = mail.password { try dialogue.logIn(user, password, offers) }
    try dialogue.say("MAIL FROM:<\(mail.from)>", expecting: [250])
    for address in mail.to { try dialogue.say("RCPT TO:<\(address)>", expecting: [250, 251]) }
    try dialogue.say("DATA", expecting: [354])
    // Base64 and header fields have no line that begins with a dot.
    try dialogue.write(message + Array(".\r\n".utf8))
    try dialogue.expect([250], "the letter")
    _ = try? dialogue.say("QUIT", expecting: [221])
  }

  private struct Dialogue {
    let connection: Connection
    let deadline: Deadline
    private var buffer: [UInt8] = []

    init(connection: Connection, deadline: Deadline) {
      self.connection = connection
      self.deadline = deadline
    }

    mutating func forget() { buffer = [] }

    func write(_ bytes: [UInt8]) throws(Refusal) {
      do throws(TransportFailure) {
        try connection.write(bytes, before: deadline)
      } catch { throw Refusal(error) }
    }

    /// Says a line of our own; `name` stands for it where it holds a secret.
    @discardableResult
    mutating func say(_ line: String, expecting codes: [Int], as name: String? = nil) throws(Refusal) -> [String] {
      try write(Array("\(line)\r\n".utf8))
      return try expect(codes, name ?? String(line.prefix { $0 != " " && $0 != ":" }))
    }

    /// What the server offers (RFC 5321 section 4.1.1.1), in upper case.
    mutating func hello() throws(Refusal) -> [String] {
      Array(try say("EHLO localhost", expecting: [250]).dropFirst()).map { $0.uppercased() }
    }

    mutating func logIn(_ user: String, _ password: Secret, _ offers: [String]) throws(Refusal) {
      let ways = offers.first { $0.hasPrefix("AUTH ") }?.split(separator: " ").dropFirst() ?? []
      if ways.contains("PLAIN") {
        let plain = Base64.encoded(Array("\0\(user)\0\(password.exposed)".utf8))
        try say("AUTH PLAIN \(plain)", expecting: [235], as: "AUTH")
      } else if ways.contains("LOGIN") {
        try say("AUTH LOGIN", expecting: [334])
        try say(Base64.encoded(Array(user.utf8)), expecting: [334], as: "AUTH")
        try say(Base64.encoded(Array(password.exposed.utf8)), expecting: [235], as: "AUTH")
      } else {
        throw Refusal("the mail server offers no way to log in that is known here")
      }
    }

    /// The lines of an answer with one of `codes`, without their codes.
    @discardableResult
    mutating func expect(_ codes: [Int], _ name: String) throws(Refusal) -> [String] {
      var lines: [String] = []
      while true {
        let line = try line()
        guard line.count >= 3, let code = Int(line.prefix(3)) else {
          throw Refusal("what answers is no mail server")
        }
        lines.append(String(line.dropFirst(4)))
        if line.dropFirst(3).first == "-" { continue }
        guard codes.contains(code) else {
          // RFC 5321 section 4.2.1: 5yz is not to be tried again as it is, but accounts get mended.
          throw Refusal("the mail server answered \(code) to \(name)")
        }
        return lines
      }
    }

    private mutating func line() throws(Refusal) -> String {
      while true {
        if let end = buffer.firstIndex(of: 0x0A) {
          let line = String(decoding: buffer[..<end], as: UTF8.self)
          buffer.removeSubrange(...end)
          return line.hasSuffix("\r") ? String(line.dropLast()) : line
        }
        guard buffer.count < longestAnswer else { throw Refusal("the mail server does not stop answering") }
        do throws(TransportFailure) {
          let bytes = try connection.read(upTo: 4096, before: deadline)
          if bytes.isEmpty { throw .closedEarly }
          buffer += bytes
        } catch { throw Refusal(error) }
      }
    }
  }
}
