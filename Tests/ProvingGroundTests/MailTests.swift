import Foundation
import Testing

@testable import proving_ground

extension Ground {
  var mailPort: Int {
    number(after: "port: ", in: inventory[(inventory.range(of: "- id: mail\n")?.upperBound ?? inventory.startIndex)...])
  }

  /// A handshake with the mail front by the words of SMTP, at one of its nodes.
  func mailHandshake(_ options: String..., at node: String = "127.0.0.1") throws -> String {
    try run(
      "openssl",
      ["s_client", "-starttls", "smtp", "-connect", "\(node):\(mailPort)", "-servername", "localhost"]
        + ["-CAfile", "\(path)/ca.pem"] + options
    ).output
  }
}

extension Platforms {
  @Suite struct Mail {
    @Test func aHealthyFrontLeadsToTLS() throws {
      try Ground.with { ground throws in
        for node in Ports.mailNodes {
          let handshake = try ground.mailHandshake("-verify_hostname", "localhost", at: node)
          #expect(handshake.contains("Verify return code: 0 (ok)") && handshake.contains("TLSv1.3"))
        }
        #expect(try ground.mailHandshake("-tls1_2").contains("Secure Renegotiation IS supported"))
      }
    }

    @Test func oneNodeMayKeepAnOldCertificate() throws {
      try Ground.with("mail-certificate-not-everywhere") { ground throws in
        let serials = try Ports.mailNodes.map { node in
          try run("openssl", ["x509", "-noout", "-serial"], input: ground.mailHandshake(at: node)).output
        }
        #expect(serials.allSatisfy { $0.hasPrefix("serial=") } && serials[0] != serials[1])
      }
    }
  }
}

/// What the mail front says, without a connection.
@Suite struct MailTalks {
  private static let chain: [[UInt8]] = [[1, 2, 3], [4, 5]]

  /// A front that was asked for TLS and has said all it had to say.
  private static func asked(_ manner: MailManner = MailManner()) -> (talk: MailTalk, answer: String) {
    var talk = MailTalk(manner, chain: chain)
    talk.toClient = []
    talk.hear(fromClient: Array("EHLO a\r\n".utf8))
    #expect(String(decoding: talk.toClient, as: UTF8.self).hasSuffix("\r\n250 STARTTLS\r\n"))
    talk.toClient = []
    talk.hear(fromClient: Array("starttls\r\nMAIL FROM:<injected@a.example>\r\n".utf8))
    let answer = String(decoding: talk.toClient, as: UTF8.self)
    talk.toClient = []
    return (talk, answer)
  }

  /// A hello as clients write it, with `padding` bytes of an extension that means nothing.
  private static func hello(version: Int, suites: [Int], compressions: [UInt8] = [0], padding: Int = 0) -> [UInt8] {
    let pair = { (number: Int) in [UInt8(number >> 8), UInt8(number & 255)] }
    let extensions = [0, 21] + [UInt8](repeating: 0, count: padding).counted(2)
    let body =
      pair(version) + [UInt8](repeating: 7, count: 32) + [0] + suites.flatMap(pair).counted(2)
      + compressions.counted(1) + extensions.counted(2)
    return [22, 3, 1] + ([1] + body.counted(3)).counted(2)
  }

  @Test func wordsBeforeTLSAreThoseOfSubmission() {
    var talk = MailTalk(MailManner(), chain: [])
    #expect(String(decoding: talk.toClient, as: UTF8.self) == "220 localhost ESMTP\r\n")
    for (line, code) in [
      ("HELO a", "250"), ("NOOP", "250"), ("MAIL FROM:<a@a.example>", "530"), ("TURN", "502"), ("STARTTLS now", "501"),
      ("", "502"), ("QUIT", "221"),
    ] {
      talk.toClient = []
      for byte in Array("\(line)\r\n".utf8) { talk.hear(fromClient: [byte]) }
      #expect(String(decoding: talk.toClient, as: UTF8.self).hasPrefix("\(code) "), "\(line)")
    }
    #expect(talk.end == .closed && !talk.needsServer)
    var flooded = MailTalk(MailManner(), chain: [])
    flooded.hear(fromClient: [UInt8](repeating: 65, count: 4000))
    #expect(flooded.end == .closed)
  }

  @Test func whatCameInPlaintextIsNotTakenAlong() {
    var (talk, answer) = Self.asked()
    #expect(answer == "220 2.0.0 go ahead\r\n" && talk.toServer.isEmpty)
    talk.hear(fromClient: [22, 3, 1])
    talk.hear(fromServer: [9])
    #expect(talk.needsServer && talk.toServer == [22, 3, 1] && talk.toClient == [9])
    talk.serverEnded()
    #expect(talk.end == .closed)
  }

  @Test func refusalsAndTooManyWords() {
    #expect(Self.asked(MailManner(refusesTLS: true)).answer.hasPrefix("454 "))
    #expect(Self.asked(MailManner(saysTooMuch: true)).answer.split(separator: "\r\n").count == 2)
  }

  @Test func connectionsBreakOverTheirHello() {
    for (manner, hello, breaks) in [
      (HelloManner.brokenIfLong, Self.hello(version: 0x0303, suites: [0xC02B], padding: 1500), true),
      (.brokenIfLong, Self.hello(version: 0x0303, suites: [0xC02B], padding: 1000), false),
      (.brokenIfOld, Self.hello(version: 0x0302, suites: [0xC02B]), true),
      (.brokenIfOld, Self.hello(version: 0x0303, suites: [0xC02B]), false),
      (.brokenIfOld, [0x80, 0x2E, 1, 0, 2], true), (.brokenIfLong, [0x80, 0x2E, 1, 0, 2], false),
      (.compressed, Array("GET / HTTP/1.1\r\n".utf8), false),
    ] {
      var talk = Self.asked(MailManner(hellos: manner)).talk
      for byte in hello { talk.hear(fromClient: [byte]) }
      #expect((talk.end == .reset) == breaks && talk.needsServer == !breaks, "\(manner)")
      if !breaks { #expect(talk.toServer == hello) }
    }
  }

  @Test func answersOfItsOwnAreWhole() {
    for (manner, version, suite) in [
      (HelloManner.answeredInSSL3, 0x0300, 0x002F), (.answeredInTLS11, 0x0302, 0x002F),
      (.answeredWithTripleDES, 0x0303, 0x000A),
    ] {
      var talk = Self.asked(MailManner(hellos: manner)).talk
      talk.hear(fromClient: Self.hello(version: version, suites: [0x0033, suite, 0x5600]))
      let hello = talk.toClient.prefix(54)
      #expect(hello.prefix(11) == [22, 3, UInt8(version & 255), 0, 49, 2, 0, 0, 45, 3, UInt8(version & 255)])
      #expect(hello.suffix(11) == [0, 0, UInt8(suite), 0, 0, 5, 0xFF, 1, 0, 1, 0])
      #expect(talk.toClient.suffix(9) == [22, 3, UInt8(version & 255), 0, 4, 14, 0, 0, 0])
      talk.toClient = []
      talk.hear(fromClient: [22])
      #expect(talk.toClient == [21, 3, UInt8(version & 255), 0, 2, 2, 80])
      #expect(talk.end == .closed && !talk.needsServer)
      // Others are handed on, or declined where nothing fits.
      var other = Self.asked(MailManner(hellos: manner)).talk
      other.hear(fromClient: Self.hello(version: 0x0303, suites: [0xC02B, 0x000A]))
      #expect(other.needsServer && other.end == nil)
      guard manner != .answeredWithTripleDES else { continue }
      var unfit = Self.asked(MailManner(hellos: manner)).talk
      unfit.hear(fromClient: Self.hello(version: version, suites: [0x0033]))
      #expect(unfit.toClient == [21, 3, UInt8(version & 255), 0, 2, 2, 40])
    }
  }

  /// A ServerHello with a session of two bytes, renegotiation_info and one more extension, with a message behind it.
  private static func answer(compression: UInt8, renegotiation: Bool) -> [UInt8] {
    let extensions: [UInt8] = (renegotiation ? [0xFF, 1, 0, 1, 0] : []) + [0, 23, 0, 0]
    let body =
      [3, 3] + [UInt8](repeating: 8, count: 32) + [2, 5, 6, 0xC0, 0x2B, compression] + extensions.counted(2)
    return [22, 3, 3] + ([2] + body.counted(3) + [14, 0, 0, 0]).counted(2) + [20, 3, 3, 0, 1, 1]
  }

  @Test func answersAreChangedOnTheirWay() {
    let whole = Self.answer(compression: 0, renegotiation: true)
    for (manner, changed) in [
      (HelloManner.compressed, Self.answer(compression: 1, renegotiation: true)),
      (.withoutRenegotiationInfo, Self.answer(compression: 0, renegotiation: false)),
    ] {
      var talk = Self.asked(MailManner(hellos: manner)).talk
      talk.hear(fromClient: Self.hello(version: 0x0303, suites: [0xC02B], compressions: [1, 0]))
      for byte in whole { talk.hear(fromServer: [byte]) }
      #expect(talk.toClient == changed, "\(manner)")
      // Alerts, TLS 1.3 and noise go as they came.
      for other in [[21, 3, 3, 0, 2, 2, 70], Array("HTTP/1.1 400 \r\n".utf8), [22, 3, 3, 0, 4, 2, 0, 0, 0]] {
        #expect(ServerAnswer.changed(other, by: manner) == other)
      }
    }
  }
}
