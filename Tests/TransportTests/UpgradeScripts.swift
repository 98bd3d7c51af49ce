import Glibc
import LoopbackServers

@testable import Transport

/// What a server says on the way to TLS, and what it has to hear before.
struct UpgradeScript: Sendable {
  enum Turn: Sendable {
    /// Waits for exactly these bytes.
    case hear([UInt8])
    case say([UInt8])

    static func hear(_ text: String) -> Turn { .hear(Array(text.utf8)) }
    static func say(_ text: String) -> Turn { .say(Array(text.utf8)) }
  }

  var upgradeProtocol: UpgradeProtocol
  /// The dialogue of a server that gives the go-ahead with its last turn.
  var turns: [Turn]
  /// What a server says instead of its last turn that will not, and words of its reason.
  var refusals: [(answer: [UInt8], reason: String)]
  /// Whether the server speaks first.
  var isGreeted: Bool { if case .say = turns.first { true } else { false } }
  var banner: String?

  /// Plays the first `count` turns; false where something else was heard.
  static func play(_ turns: some Sequence<Turn>, with peer: ScriptedServer.Peer) -> Bool {
    for turn in turns {
      switch turn {
      case .say(let bytes): peer.send(bytes)
      case .hear(let wanted):
        var heard: [UInt8] = []
        while heard.count < wanted.count {
          let bytes = peer.receive()
          if bytes.isEmpty { return false }
          heard += bytes
        }
        if heard != wanted { return false }
      }
    }
    return true
  }

  /// The turns before the last, and what the last says.
  var beforeGoAhead: [Turn] { Array(turns.dropLast()) }
  var goAhead: [UInt8] { if case .say(let bytes)? = turns.last { bytes } else { [] } }

  private init(
    _ upgradeProtocol: UpgradeProtocol, _ turns: [Turn], refusals: [([UInt8], String)], banner: String? = nil
  ) {
    self.upgradeProtocol = upgradeProtocol
    self.turns = turns
    self.refusals = refusals.map { (answer: $0.0, reason: $0.1) }
    self.banner = banner
  }

  private static func texts(_ pairs: [(String, String)]) -> [([UInt8], String)] {
    pairs.map { (Array($0.0.utf8), $0.1) }
  }

  private static func mail(_ upgradeProtocol: UpgradeProtocol, _ hello: String) -> UpgradeScript {
    UpgradeScript(
      upgradeProtocol,
      [
        .say("220-mail.test ESMTP\r\n220 at your service\r\n"), .hear("\(hello) audit.invalid\r\n"),
        .say("250-mail.test\r\n250-SIZE 1000\r\n250-starttls\r\n250 HELP\r\n"), .hear("STARTTLS\r\n"),
        .say("220 2.0.0 go\r\n"),
      ],
      refusals: texts([
        ("454 4.7.0 TLS not available\u{1B}[31m due to local problem\r\n", "454 4.7.0 TLS not available [31m due"),
        ("502-no\r\n502 really\r\n", "502 really"),
      ]), banner: "mail.test ESMTP")
  }

  private static func stream(_ upgradeProtocol: UpgradeProtocol, _ namespace: String) -> UpgradeScript {
    UpgradeScript(
      upgradeProtocol,
      [
        .hear(
          "<?xml version='1.0'?><stream:stream to='local&amp;host' xmlns='\(namespace)' "
            + "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"),
        .say(
          "<?xml version='1.0'?><stream:stream id='1' from='localhost' xmlns:stream='http://etherx.jabber.org/streams' "
            + "version='1.0' xmlns='\(namespace)'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
            + "<required/></starttls><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></stream:features>"),
        .hear("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        .say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
      ],
      refusals: texts([
        ("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>", "failure"),
        (
          "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
          "stream error policy-violation"
        ),
      ]))
  }

  private static func mysqlGreeting(_ capabilities: UInt16) -> [UInt8] {
    let payload =
      [10] + Array("11.4.2-MariaDB".utf8) + [0] + [7, 0, 0, 0] + Array("saltsalt".utf8) + [0]
      + [UInt8(capabilities & 0xFF), UInt8(capabilities >> 8)] + [45, 2, 0, 0xFF, 0x81, 21]
      + [UInt8](repeating: 0, count: 10) + Array("moresaltmore".utf8) + [0]
    return [UInt8(payload.count), 0, 0, 0] + payload
  }

  private static func preLogin(_ encryption: UInt8) -> [UInt8] {
    let message: [UInt8] = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 4, 0x57, 0, 0, encryption]
    return [4, 1, 0, UInt8(message.count + 8), 0, 0, 1, 0] + message
  }

  static let all: [UpgradeScript] = [
    mail(.smtp, "EHLO"), mail(.submission, "EHLO"), mail(.lmtp, "LHLO"),
    UpgradeScript(
      .imap,
      [
        .say("* OK [CAPABILITY IMAP4rev1] ready\r\n"), .hear("a1 CAPABILITY\r\n"),
        .say("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n"), .hear("a2 STARTTLS\r\n"),
        .say("a2 OK begin\r\n"),
      ],
      refusals: texts([
        ("a2 BAD no TLS here\r\n", "BAD no TLS here"), ("a2 NO later\r\n", "NO later"), ("* BYE bye\r\n", "BYE bye"),
      ]), banner: "ready"),
    UpgradeScript(
      .pop3,
      [
        .say("+OK POP3 ready\r\n"), .hear("CAPA\r\n"), .say("+OK\r\nUIDL\r\nSTLS\r\n.\r\n"), .hear("STLS\r\n"),
        .say("+OK begin\r\n"),
      ], refusals: texts([("-ERR not now\r\n", "-ERR not now")]), banner: "POP3 ready"),
    UpgradeScript(
      .ftp,
      [
        .say("120 wait a little\r\n220-Welcome\r\n to all\r\n2200 files\r\n220 ready\r\n"), .hear("AUTH TLS\r\n"),
        .say("234 go\r\n"),
      ],
      refusals: texts([("530 Please login with USER and PASS.\r\n", "530 Please login")]), banner: "wait a little"),
    UpgradeScript(
      .nntp, [.say("201 news, no posting\r\n"), .hear("STARTTLS\r\n"), .say("382 go\r\n")],
      refusals: texts([("580 Can not initiate TLS\r\n", "580 Can not")]), banner: "news, no posting"),
    UpgradeScript(
      .sieve,
      [
        .say("\"IMPLEMENTATION\" \"Sieve 1\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n"),
        .hear("STARTTLS\r\n"), .say("OK \"begin\"\r\n"),
      ], refusals: texts([("NO \"not today\"\r\n", "NO \"not today\""), ("BYE\r\n", "BYE")]), banner: "Sieve 1"),
    UpgradeScript(
      .irc,
      [
        .hear("STARTTLS\r\n"), .say(":irc.test NOTICE * :*** Looking up your hostname\r\nPING :12 3\r\n"),
        .hear("PONG :12 3\r\n"), .say(":irc.test 670 * :STARTTLS successful\r\n"),
      ],
      refusals: texts([
        (":irc.test 691 * :STARTTLS failed\r\n", "691"), (":irc.test 451 * STARTTLS :register first\r\n", "451"),
        ("ERROR :closing link\r\n", "ERROR"),
      ])),
    stream(.xmpp, "jabber:client"), stream(.xmppServer, "jabber:server"),
    UpgradeScript(
      .ldap,
      [
        .hear([0x30, 0x1D, 2, 1, 1, 0x77, 0x18, 0x80, 0x16] + Array("1.3.6.1.4.1.1466.20037".utf8)),
        .say([0x30, 0x0C, 2, 1, 1, 0x78, 7, 0x0A, 1, 0, 4, 0, 4, 0]),
      ],
      refusals: [
        (
          [0x30, 0x81, 0x16, 2, 1, 1, 0x78, 0x84, 0, 0, 0, 0x0D, 0x0A, 1, 52, 4, 0, 4, 6] + Array("closed".utf8),
          "result code 52: closed"
        ),
        ([0x30, 0x0C, 2, 1, 1, 0x78, 7, 0x0A, 1, 2, 4, 0, 4, 0], "result code 2"),
      ]),
    UpgradeScript(
      .postgres, [.hear([0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F]), .say("S")],
      refusals: [
        (Array("N".utf8), "declines"),
        (Array("E\0\0\0\u{1E}SFATAL\0Mtoo many clients".utf8) + [0, 0], "too many clients"),
        (Array("Eserver is starting".utf8) + [0x0A, 0], "server is starting"),
      ]),
    UpgradeScript(
      .mysql, [.say(mysqlGreeting(0xFFFF))],
      refusals: [
        (mysqlGreeting(0xF7FF), "not among"),
        ([22, 0, 0, 0, 0xFF, 0x6A, 0x04] + Array("Host is not allowed".utf8), "Host is not allowed"),
      ], banner: "11.4.2-MariaDB"),
    UpgradeScript(
      .rdp,
      [
        .hear([3, 0, 0, 19, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0]),
        .say([3, 0, 0, 19, 14, 0xD0, 0, 0, 0x12, 0x34, 0, 2, 0x1F, 8, 0, 2, 0, 0, 0]),
      ],
      refusals: [
        ([3, 0, 0, 19, 14, 0xD0, 0, 0, 0x12, 0x34, 0, 3, 0, 8, 0, 2, 0, 0, 0], "negotiation failure 2"),
        ([3, 0, 0, 19, 14, 0xD0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 0, 0, 0, 0], "own security"),
        ([3, 0, 0, 11, 6, 0xD0, 0, 0, 0x12, 0x34, 0], "own security"),
      ]),
    UpgradeScript(
      .mssql,
      [
        .hear([0x12, 1, 0, 26, 0, 0, 1, 0, 0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 0, 0, 0, 0, 0, 0, 1]),
        .say(preLogin(1)),
      ], refusals: [(preLogin(2), "does not support encryption")], banner: "16.0.1111"),
  ]

  /// What the client sends after the go-ahead and before TLS: MySQL's request has no answer.
  var trailer: Int { upgradeProtocol == .mysql ? 36 : 0 }
}
