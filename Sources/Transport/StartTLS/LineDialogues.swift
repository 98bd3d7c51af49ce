/// Protocols that answer with numbers of three digits: SMTP, LMTP, FTP, NNTP.
struct ReplyDialogue: LineDialogue {
  /// A command and the answers by which the dialogue goes on.
  struct Step: Sendable {
    /// Nil for the greeting.
    var command: String?
    var wanted: [String]
    /// A word that has to stand alone, or first, on a line of the answer.
    var capability: String?

    init(_ command: String?, _ wanted: [String], capability: String? = nil) {
      self.command = command
      self.wanted = wanted
      self.capability = capability
    }
  }

  private let steps: [Step]
  private let areMultiline: Bool
  private var position = 0
  /// The number that the last line of the answer under way begins with; nil between answers.
  private var openCode: String?
  private var capabilities: [String] = []
  private(set) var banner: String?

  init(steps: [Step], areMultiline: Bool = true) {
    self.steps = steps
    self.areMultiline = areMultiline
  }

  /// The name is reserved for hosts that do not exist (RFC 2606): a server needs one, and this tells it nothing.
  static func mail(greeting: String) -> ReplyDialogue {
    ReplyDialogue(steps: [
      .init(nil, ["220"]), .init("\(greeting) audit.invalid", ["250"], capability: "STARTTLS"),
      .init("STARTTLS", ["220"]),
    ])
  }

  mutating func take(_ line: [UInt8]) -> UpgradeMove {
    let code = String(decoding: line.prefix(3), as: UTF8.self)
    let mark = line.dropFirst(3).first
    let isReply = line.prefix(3).allSatisfy { (0x30...0x39).contains($0) } && line.count >= 3
    if let openCode {
      // FTP lets the lines in between begin with anything (RFC 959 section 4.2).
      capabilities.append(PeerText.line(line.dropFirst(isReply ? 4 : 0)).uppercased())
      guard isReply, code == openCode, mark == nil || mark == UInt8(ascii: " ") else {
        return capabilities.count > 200 ? .garbage : .hear
      }
      self.openCode = nil
      return conclude(code, line)
    }
    guard isReply, mark == nil || mark == UInt8(ascii: " ") || mark == UInt8(ascii: "-") else { return .garbage }
    capabilities = [PeerText.line(line.dropFirst(4)).uppercased()]
    if position == 0, banner == nil { banner = PeerText.line(line.dropFirst(4)) }
    if areMultiline, mark == UInt8(ascii: "-") {
      openCode = code
      return .hear
    }
    return conclude(code, line)
  }

  private mutating func conclude(_ code: String, _ line: [UInt8]) -> UpgradeMove {
    guard position < steps.count else { return .garbage }
    let step = steps[position]
    // A preliminary answer (FTP's 120) is followed by another.
    if code.hasPrefix("1") { return .hear }
    guard step.wanted.contains(code) else {
      return code.hasPrefix("4") || code.hasPrefix("5") ? .refused(PeerText.line(line)) : .garbage
    }
    if let capability = step.capability,
      !capabilities.contains(where: { $0.split(separator: " ").first == capability[...] })
    {
      return .refused("\(capability) is not among the capabilities it names")
    }
    position += 1
    guard position < steps.count else { return .goAhead }
    return steps[position].command.map(Lines.command) ?? .hear
  }
}

/// IMAP.
struct IMAPDialogue: LineDialogue {
  private enum Stage { case greeting, capability, upgrade }

  private var stage = Stage.greeting
  private var offersTLS = false
  private var lines = 0
  private(set) var banner: String?

  mutating func take(_ line: [UInt8]) -> UpgradeMove {
    lines += 1
    let text = PeerText.line(line)
    let words = String(decoding: line, as: UTF8.self).uppercased().split(separator: " ")
    guard lines <= 200, let tag = words.first else { return .garbage }
    let status = words.dropFirst().first
    if tag == "*" {
      switch (stage, status) {
      case (_, "BYE"?): return .refused(text)
      case (.greeting, "OK"?):
        banner = PeerText.line(Self.withoutCode(line.dropFirst(5)))
        stage = .capability
        return Lines.command("a1 CAPABILITY")
      case (.greeting, "PREAUTH"?): return .refused(text)
      case (.greeting, _): return .garbage
      case (.capability, "CAPABILITY"?): offersTLS = words.contains("STARTTLS")
      default: break
      }
      return .hear
    }
    switch (stage, tag, status) {
    case (.capability, "A1", "OK"?):
      guard offersTLS else { return .refused("STARTTLS is not among the capabilities it names") }
      stage = .upgrade
      return Lines.command("a2 STARTTLS")
    case (.upgrade, "A2", "OK"?): return .goAhead
    case (.capability, "A1", "NO"?), (.capability, "A1", "BAD"?), (.upgrade, "A2", "NO"?), (.upgrade, "A2", "BAD"?):
      return .refused(String(text.dropFirst(3)))
    default: return .garbage
    }
  }
}

extension IMAPDialogue {
  /// What follows a response code: `[CAPABILITY …] ready` says `ready`.
  private static func withoutCode(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) else { return text }
    return text[(end + 1)...]
  }
}

/// POP3.
struct POP3Dialogue: LineDialogue {
  private enum Stage { case greeting, capability, list, upgrade }

  private var stage = Stage.greeting
  private var offersTLS = false
  private var lines = 0
  private(set) var banner: String?

  mutating func take(_ line: [UInt8]) -> UpgradeMove {
    lines += 1
    guard lines <= 200 else { return .garbage }
    let text = PeerText.line(line)
    if stage == .list {
      if line != [UInt8(ascii: ".")] {
        if text.uppercased() == "STLS" { offersTLS = true }
        return .hear
      }
      guard offersTLS else { return .refused("STLS is not among the capabilities it names") }
      stage = .upgrade
      return Lines.command("STLS")
    }
    let isGood = line.starts(with: "+OK".utf8)
    guard isGood || line.starts(with: "-ERR".utf8) else { return .garbage }
    switch stage {
    case .greeting where isGood:
      banner = PeerText.line(line.dropFirst(4))
      stage = .capability
      return Lines.command("CAPA")
    case .capability:
      // A server without CAPA (RFC 2449) may still know STLS.
      stage = isGood ? .list : .upgrade
      return isGood ? .hear : Lines.command("STLS")
    case .upgrade where isGood: return .goAhead
    default: return .refused(text)
    }
  }
}

/// ManageSieve.
struct SieveDialogue: LineDialogue {
  private var offersTLS = false
  private var hasAsked = false
  private var lines = 0
  private(set) var banner: String?

  mutating func take(_ line: [UInt8]) -> UpgradeMove {
    lines += 1
    let text = PeerText.line(line)
    let upper = text.uppercased()
    switch upper.prefix(while: \.isLetter) {
    case "OK":
      if hasAsked { return .goAhead }
      guard offersTLS else { return .refused("STARTTLS is not among the capabilities it names") }
      hasAsked = true
      return Lines.command("STARTTLS")
    case "NO", "BYE": return .refused(text)
    default:
      guard line.first == UInt8(ascii: "\""), !hasAsked, lines <= 200 else { return .garbage }
      if upper == "\"STARTTLS\"" { offersTLS = true }
      if upper.hasPrefix("\"IMPLEMENTATION\" ") { banner = text.dropFirst(17).filter { $0 != "\"" } }
      return .hear
    }
  }
}

/// IRC.
struct IRCDialogue: LineDialogue {
  private var hasAsked = false
  private var lines = 0

  mutating func open() -> UpgradeMove? {
    if hasAsked { return nil }
    hasAsked = true
    return Lines.command("STARTTLS")
  }

  mutating func take(_ line: [UInt8]) -> UpgradeMove {
    lines += 1
    var words = String(decoding: line, as: UTF8.self).split(separator: " ")
    if words.first?.hasPrefix(":") == true { words.removeFirst() }
    let text = PeerText.line(line)
    guard lines <= 200, let command = words.first?.uppercased() else { return .garbage }
    switch command {
    case "670": return .goAhead
    // Other servers do not know the command, or want a name first.
    case "691", "421", "451", "ERROR": return .refused(text)
    case "PING": return Lines.command("PONG " + words.dropFirst().joined(separator: " "))
    case "NOTICE", "020", "CAP": return .hear
    default: return command.count == 3 && command.allSatisfy(\.isNumber) ? .hear : .garbage
    }
  }
}
