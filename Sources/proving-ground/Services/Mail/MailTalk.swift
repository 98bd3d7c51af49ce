/// What is said on one connection to the mail front: SMTP for submission (RFC 6409) until TLS is asked for (RFC 3207), and
/// from then on what the client and the TLS server have for each other. A value, without any I/O.
struct MailTalk: Sendable {
  /// How a connection ends.
  enum End: Sendable {
    /// In order, once everything is said.
    case closed
    /// At once.
    case reset
  }

  private enum Step {
    case words
    case hello
    case passing
    /// The front has answered the hello itself, in this version.
    case answered(version: Int)
  }

  /// What the client is to be sent.
  var toClient: [UInt8]
  /// What the TLS server is to be sent.
  var toServer: [UInt8] = []
  /// Whether the TLS server is needed.
  private(set) var needsServer = false
  /// Nil while it goes on.
  private(set) var end: End?

  private let manner: MailManner
  private let chain: [[UInt8]]
  private var step = Step.words
  private var heard: [UInt8] = []
  /// What of the server's answer is held back until it can be changed; nil where nothing is to be changed.
  private var held: [UInt8]?

  /// The longest line (RFC 5321 section 4.5.3.1.4), in bytes.
  private static let longestLine = 512
  /// What the TLS server takes under a key on a curve instead.
  private static let betterSuites: Set = [0xC02B, 0xC02C, 0xCCA9]
  /// The longest packet of Ethernet, in bytes.
  private static let longestPacket = 1500

  /// A talk that begins with the front's greeting. `chain` is shown where it answers a hello itself.
  init(_ manner: MailManner, chain: [[UInt8]]) {
    self.manner = manner
    self.chain = chain
    toClient = Array("220 localhost ESMTP\r\n".utf8)
  }

  /// Takes in what the client sent.
  mutating func hear(fromClient bytes: [UInt8]) {
    guard end == nil else { return }
    switch step {
    case .words:
      heard += bytes
      while end == nil, isBeforeTLS, let line = nextLine() { answer(line) }
      if isBeforeTLS, heard.count > Self.longestLine { say("500 5.5.6 line too long", then: .closed) }
    case .hello:
      heard += bytes
      takeHello()
    case .passing: toServer += bytes
    case .answered(let version):
      // To go on from here takes the key.
      toClient += ServerAnswer.alert(ServerAnswer.internalError, version: version)
      end = .closed
    }
  }

  /// Takes in what the TLS server sent.
  mutating func hear(fromServer bytes: [UInt8]) {
    guard let before = held else {
      toClient += bytes
      return
    }
    held = before + bytes
    guard let changed = ServerAnswer.changed(before + bytes, by: manner.hellos) else { return }
    toClient += changed
    held = nil
  }

  /// The TLS server has said everything.
  mutating func serverEnded() { end = end ?? .closed }

  // MARK: SMTP

  private var isBeforeTLS: Bool { if case .words = step { true } else { false } }

  private mutating func nextLine() -> String? {
    guard let newline = heard.firstIndex(of: 10) else { return nil }
    defer { heard.removeFirst(newline + 1) }
    return String(decoding: heard[..<newline].filter { $0 != 13 }, as: UTF8.self)
  }

  private mutating func say(_ line: String, then end: End? = nil) {
    toClient += Array("\(line)\r\n".utf8)
    self.end = self.end ?? end
  }

  private mutating func answer(_ line: String) {
    let words = line.split(separator: " ")
    switch words.first?.uppercased() {
    case "EHLO": for line in ["250-localhost", "250-SIZE 10485760", "250-8BITMIME", "250 STARTTLS"] { say(line) }
    case "HELO": say("250 localhost")
    case "NOOP", "RSET": say("250 2.0.0 done")
    case "QUIT": say("221 2.0.0 good-bye", then: .closed)
    case "STARTTLS" where words.count > 1: say("501 5.5.4 no parameters are taken")
    case "STARTTLS" where manner.refusesTLS: say("454 4.7.0 TLS is not available right now")
    case "STARTTLS":
      say("220 2.0.0 go ahead")
      if manner.saysTooMuch { say("250 2.0.0 and this is one answer too many") }
      // Whatever came along in plaintext was not said under TLS and must not count as if it were.
      heard = []
      step = .hello
    case "MAIL", "RCPT", "DATA", "AUTH", "VRFY": say("530 5.7.0 ask for TLS first")
    default: say("502 5.5.1 that is not known here")
    }
  }

  // MARK: TLS

  private mutating func takeHello() {
    guard manner.hellos != .passed else { return pass() }
    switch ClientGreeting.reading(of: heard) {
    case .incomplete: return
    case .other:
      // SSL 2.0 is as old as it gets.
      if manner.hellos == .brokenIfOld { end = .reset } else { pass() }
    case .whole(let hello): take(hello)
    }
  }

  private mutating func pass() {
    needsServer = true
    step = .passing
    toServer += heard
    heard = []
  }

  private mutating func take(_ hello: ClientGreeting) {
    switch manner.hellos {
    case .brokenIfLong where hello.length > Self.longestPacket, .brokenIfOld where hello.version < 0x0303:
      end = .reset
    case .declinedIfStrange where hello.isOfNoKnownClient: decline(hello)
    case .answeredInSSL3 where hello.version == 0x0300, .answeredInTLS11 where hello.version == 0x0302:
      answer(hello, with: ServerAnswer.aesWithRSA)
    case .answeredWithTripleDES
    where hello.version == 0x0303 && hello.suites.contains(ServerAnswer.tripleDESWithRSA)
      && Self.betterSuites.isDisjoint(with: hello.suites):
      answer(hello, with: ServerAnswer.tripleDESWithRSA)
    case .compressed where hello.compressions.contains(1) && hello.version == 0x0303,
      .withoutRenegotiationInfo where hello.version == 0x0303:
      held = []
      pass()
    default: pass()
    }
  }

  /// The front's own answer.
  private mutating func answer(_ hello: ClientGreeting, with suite: Int) {
    if hello.suites.contains(suite) {
      let random = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
      toClient += ServerAnswer.flight(version: hello.version, suite: suite, chain: chain, random: random)
      step = .answered(version: hello.version)
    } else {
      decline(hello)
    }
  }

  private mutating func decline(_ hello: ClientGreeting) {
    toClient += ServerAnswer.alert(ServerAnswer.handshakeFailure, version: min(hello.version, 0x0303))
    end = .closed
  }
}
