package import Probing

/// A command that is sent in plaintext in one breath with the request for TLS, and how to tell whether a server acted on it.
///
/// A server has to forget what it has read in plaintext when TLS begins (RFC 3207 section 4.2). One that does not takes
/// what anybody on the way has put behind the request for words of the client (CVE-2011-0411). The command does nothing;
/// a goodbye inside TLS follows it, so that no clock decides: who acted on the command answers it before the goodbye.
package struct SmuggledCommand: Sendable, Equatable {
  /// How the answers of a protocol are told apart.
  enum Answers: Sendable, Equatable {
    /// Numbers of three digits; the goodbye has its own, and so have greetings, which some servers repeat.
    case numbers(goodbye: String, greetings: [String])
    /// Tags that the client chose.
    case tags(command: String, goodbye: String)
    /// A status line for each command, the goodbye included.
    case statuses
    /// A mark that only the command's answer repeats, or that it is unknown.
    case mark(String)
  }

  /// What asks for TLS, without line end.
  private(set) var request: String
  /// What follows it in plaintext, without line end.
  private(set) var command: String
  /// What is said inside TLS, without line end.
  private(set) var goodbye: String
  let answers: Answers

  /// For protocols that go line by line and have a command that does nothing; nil for others.
  package init?(for upgradeProtocol: UpgradeProtocol) {
    (request, command, goodbye) = ("STARTTLS", "NOOP", "QUIT")
    switch upgradeProtocol {
    case .smtp, .submission, .lmtp: answers = .numbers(goodbye: "221", greetings: ["220"])
    case .ftp:
      request = "AUTH TLS"
      answers = .numbers(goodbye: "221", greetings: ["220"])
    case .nntp:
      command = "DATE"
      answers = .numbers(goodbye: "205", greetings: ["200", "201"])
    case .imap:
      (request, command, goodbye) = ("a2 STARTTLS", "a3 NOOP", "a4 LOGOUT")
      answers = .tags(command: "A3", goodbye: "A4")
    case .pop3:
      request = "STLS"
      answers = .statuses
    case .sieve:
      (command, goodbye) = ("NOOP \"a3\"", "LOGOUT")
      answers = .mark("(TAG \"A3\")")
    case .xmpp, .xmppServer, .ldap, .postgres, .postgresDirect, .mysql, .irc, .rdp, .mssql: return nil
    }
  }

  /// The bytes that follow `bytes` at once; none unless those ask for TLS.
  func behind(_ bytes: [UInt8]) -> [UInt8] {
    bytes.elementsEqual((request + "\r\n").utf8) ? Array((command + "\r\n").utf8) : []
  }

  /// Whether the server acted on the command, by all it has said inside TLS; nil while that cannot be told.
  ///
  /// `isOver`: no more will come.
  func wasActedOn(_ heard: [UInt8], isOver: Bool) -> Bool? {
    // The last part is a line only where its end has come.
    var lines = heard.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map { line in
      String(decoding: line, as: UTF8.self).uppercased()
    }
    lines.removeAll { $0.allSatisfy(\.isWhitespace) }
    switch answers {
    case .numbers(let goodbye, let greetings):
      // The last line of an answer has a blank behind the number, or nothing.
      let codes = lines.filter { line in
        line.utf8.prefix(3).allSatisfy { (0x30...0x39).contains($0) } && line.utf8.count >= 3
          && line.dropFirst(3).first != "-"
      }.map { String($0.prefix(3)) }.filter { !greetings.contains($0) }
      guard let first = codes.first else { return nil }
      if first == goodbye { return false }
      // Something else stands before the goodbye; 421 is a server that ends the talk by itself.
      return first == "421" ? nil : codes.count > 1 ? true : nil
    case .tags(let command, let goodbye):
      for line in lines {
        let tag = line.prefix { $0 != " " }
        if tag == command { return true }
        if tag == goodbye { return false }
      }
      return nil
    case .statuses:
      let count = lines.filter { $0.hasPrefix("+OK") || $0.hasPrefix("-ERR") }.count
      return count > 1 ? true : isOver && count == 1 ? false : nil
    case .mark(let mark):
      // A server without the command says NO to it, and never to the goodbye.
      if lines.contains(where: { $0.contains(mark) || $0.hasPrefix("NO") }) { return true }
      return isOver && lines.contains { $0.hasPrefix("OK") || $0.hasPrefix("BYE") } ? false : nil
    }
  }
}

extension SmuggledCommand {
  /// What a server's words inside TLS tell.
  package struct Hearing: Sendable, Equatable {
    /// Whether it acted on the command; nil where that cannot be told.
    package var wasActedOn: Bool?
    /// Whether anything it said is an answer of the protocol; nil where it said nothing.
    package var speaksProtocol: Bool?

    package init(wasActedOn: Bool? = nil, speaksProtocol: Bool? = nil) {
      self.wasActedOn = wasActedOn
      self.speaksProtocol = speaksProtocol
    }
  }

  /// Whether any of the lines is an answer of the protocol at all; nil where nothing was said.
  func isSpoken(in heard: [UInt8]) -> Bool? {
    guard !heard.isEmpty else { return nil }
    return heard.split(separator: UInt8(ascii: "\n")).contains { line in
      let text = String(decoding: line, as: UTF8.self).uppercased()
      switch answers {
      case .numbers: return text.utf8.count >= 3 && text.utf8.prefix(3).allSatisfy { (0x30...0x39).contains($0) }
      case .tags: return text.hasPrefix("*") || text.hasPrefix("A") && text.dropFirst().first?.isNumber == true
      case .statuses: return text.hasPrefix("+OK") || text.hasPrefix("-ERR")
      case .mark: return text.hasPrefix("OK") || text.hasPrefix("NO") || text.hasPrefix("BYE") || text.hasPrefix("\"")
      }
    }
  }
}

extension Connection {
  /// The most bytes listened to inside TLS.
  private static let mostHeardInside = 65536

  /// Says goodbye inside TLS, and tells what the answers say of what was smuggled before.
  package func hearing(
    of smuggled: SmuggledCommand, before deadline: Deadline
  ) throws(TransportFailure) -> SmuggledCommand.Hearing {
    try write(Array((smuggled.goodbye + "\r\n").utf8), before: deadline)
    var heard: [UInt8] = []
    while heard.count < Self.mostHeardInside {
      let bytes: [UInt8]
      do throws(TransportFailure) {
        bytes = try read(upTo: 4096, before: deadline)
      } catch {
        // Many servers close after the goodbye without a word of TLS about it.
        switch error {
        case .reset, .closedEarly, .tls: bytes = []
        default: throw error
        }
      }
      heard += bytes
      let verdict = smuggled.wasActedOn(heard, isOver: bytes.isEmpty)
      if verdict != nil || bytes.isEmpty {
        return SmuggledCommand.Hearing(wasActedOn: verdict, speaksProtocol: smuggled.isSpoken(in: heard))
      }
    }
    return SmuggledCommand.Hearing(wasActedOn: nil, speaksProtocol: smuggled.isSpoken(in: heard))
  }
}
