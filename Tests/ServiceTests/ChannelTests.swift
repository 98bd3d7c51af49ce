import AuditModel
import Cryptography
import Facts
import Foundation
import LoopbackServers
import Probing
import Testing
import Transport

@testable import Definitions
@testable import History
@testable import Service

@Suite struct ChannelTests {
  private func notice(_ channel: String, _ body: String, attempts: Int = 0) -> DueNotice {
    DueNotice(
      id: 1, key: "0123456789abcdef", channel: channel, kind: "regression", body: body,
      createdAt: Instant(seconds: 0), attempts: attempts)
  }

  private func delivery(
    _ channel: ServiceDefinition.Channel, _ body: String, attempts: Int = 0
  ) async -> HistoryStore.Delivery {
    let delivering = Delivering(channels: [channel.name: channel])
    let notice = notice(channel.name, body, attempts: attempts)
    return await BlockingLane(width: 1).run { delivering.deliver(notice, at: Instant(seconds: 1_800_000_000)) }
  }

  private static let event = Telling.Event(
    kind: .regression, title: "shop (staging): 1 regression",
    lines: ["high regressed: <tls> & *co* on web: ü\r\n.\r\n"],
    more: 3, link: "https://audit.test/runs/1", document: [:])

  @Test func slackGetsNoMarkupButOurs() throws {
    let message = try JSONText.parse(Array(SlackMessage.text(of: Self.event).utf8))
    let text = try #require(message["blocks"]?[1]?["text"]?["text"]?.string)
    #expect(text.contains("&lt;tls&gt; &amp; "))
    #expect(
      !text.contains("*co*") && text.contains("… and 3 more") && text.contains("<https://audit.test/runs/1|the run>"))
    #expect(message["text"] == "shop (staging): 1 regression")
    var long = Self.event
    long.lines = Array(repeating: String(repeating: "x", count: 500), count: 10)
    let shortened = try JSONText.parse(Array(SlackMessage.text(of: long).utf8))
    #expect((shortened["blocks"]?[1]?["text"]?["text"]?.string?.count ?? 0) < 3000)
  }

  @Test func lettersCannotBreakOutOfTheirEnvelope() throws {
    var hostile = Self.event
    hostile.title = "shop\r\nBcc: thief@example.test\r\n\r\n.\r\nMAIL FROM:<x>" + String(repeating: "ü", count: 90)
    let mail = ServiceDefinition.Mail(
      host: "127.0.0.1", port: 25, security: .none, from: "audit@example.test",
      to: ["a@example.test", "b@example.test"])
    let bytes = Letter.message(Letter.text(of: hostile), from: mail, key: "k", at: Instant(seconds: 1_793_498_400))
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(bytes.allSatisfy { $0 == 13 || $0 == 10 || (0x20...0x7E).contains($0) })
    let lines = text.components(separatedBy: "\r\n")
    #expect(!lines.contains { $0.hasPrefix("Bcc:") || $0.hasPrefix(".") || $0.utf8.count > 78 })
    #expect(!text.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
    #expect(text.contains("Date: Sun, 01 Nov 2026 02:00:00 +0000\r\n"))
    let body = text.components(separatedBy: "\r\n\r\n")[1].replacingOccurrences(of: "\r\n", with: "")
    let decoded = try #require(Base64.decoded(body))
    #expect(String(decoding: decoded, as: UTF8.self).contains("<tls> & *co* on web: ü"))
  }

  @Test func base64IsThatOfFoundation() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      let text = Data(bytes).base64EncodedString()
      #expect(Base64.encoded(bytes) == text)
      #expect(Base64.decoded(text) == bytes)
    }
    #expect(Base64.decoded("a") == nil && Base64.decoded("=a==") == nil && Base64.decoded("ab!=") == nil)
  }

  /// A mail server of a few lines: what it is told, and whether the letter arrives whole.
  @Test func lettersGoOverSMTP() async throws {
    let told = Ledger<String>()
    let server = try ScriptedServer { peer in
      peer.send(Array("220-mail.test greets\r\n220 you\r\n".utf8))
      var buffer = ""
      while true {
        let bytes = peer.receive()
        if bytes.isEmpty { return }
        buffer += String(decoding: bytes, as: UTF8.self)
        while let end = buffer.range(of: "\r\n") {
          let line = String(buffer[..<end.lowerBound])
          buffer = String(buffer[end.upperBound...])
          told.note(line)
          if line.hasPrefix("EHLO") { peer.send(Array("250-mail.test\r\n250-SIZE 100\r\n250 8BITMIME\r\n".utf8)) }
          if line.hasPrefix("MAIL") || line.hasPrefix("RCPT") || line == "." { peer.send(Array("250 ok\r\n".utf8)) }
          if line == "DATA" { peer.send(Array("354 go on\r\n".utf8)) }
          if line == "QUIT" { peer.send(Array("221 bye\r\n".utf8)) }
        }
      }
    }
    let mail = ServiceDefinition.Mail(
      host: "127.0.0.1", port: server.port, security: .none, from: "audit@example.test",
      to: ["a@example.test", "b@example.test"])
    let channel = ServiceDefinition.Channel(
      name: "mail", destination: .email(mail), events: [.regression], severity: .high, trust: [])
    #expect(await delivery(channel, Letter.text(of: Self.event)) == .delivered)
    let lines = told.entries
    #expect(
      lines.prefix(4) == [
        "EHLO localhost", "MAIL FROM:<audit@example.test>", "RCPT TO:<a@example.test>", "RCPT TO:<b@example.test>",
      ])
    #expect(lines.contains("From: Prodworthy <audit@example.test>") && lines.contains("."))
    // With STARTTLS asked for and not offered, nothing is told.
    var careful = mail
    careful.security = .starttls
    let other = ServiceDefinition.Channel(
      name: "mail", destination: .email(careful), events: [.regression], severity: .high, trust: [])
    guard case .again(_, let reason) = await delivery(other, "{}") else {
      Issue.record("a letter went out in plaintext")
      return
    }
    #expect(reason.contains("STARTTLS") && told.entries.count { $0.hasPrefix("MAIL") } == 1)
  }

  /// Over TLS that begins in the middle, with a login: nothing of either goes out before.
  @Test func lettersGoOverSMTPWithSTARTTLS() async throws {
    let pki = try TestPKI()
    let credential = try pki.credential()
    let identity = try ServerIdentity(certificateFile: credential.chainFile, keyFile: credential.keyFile)
    let listener = try Listener(address: "127.0.0.1", port: 0)
    let (plain, secret) = (Ledger<String>(), Ledger<String>())
    let serving = Task {
      await BlockingLane(width: 1).run {
        guard let connection = listener.accept(before: .soon) else { return }
        defer { connection.close() }
        var buffer = ""
        var isSecure = false
        func say(_ text: String) { try? connection.write(Array(text.utf8), before: .soon) }
        say("220 mail.test\r\n")
        while let bytes = try? connection.read(upTo: 4096, before: .soon), !bytes.isEmpty {
          buffer += String(decoding: bytes, as: UTF8.self)
          while let end = buffer.range(of: "\r\n") {
            let line = String(buffer[..<end.lowerBound])
            buffer = String(buffer[end.upperBound...])
            (isSecure ? secret : plain).note(line)
            switch line.prefix(4) {
            case "EHLO":
              say(isSecure ? "250-mail.test\r\n250 AUTH LOGIN PLAIN\r\n" : "250-mail.test\r\n250 STARTTLS\r\n")
            case "STAR":
              // What an attacker puts in behind the answer must not count as said over TLS.
              say("220 go\r\n")
              guard (try? connection.startTLS(identity, before: .soon)) != nil else { return }
              isSecure = true
            case "AUTH": say("235 welcome\r\n")
            case "MAIL", "RCPT", ".": say("250 ok\r\n")
            case "DATA": say("354 go on\r\n")
            case "QUIT": say("221 bye\r\n")
            default: break
            }
          }
        }
      }
    }
    let mail = ServiceDefinition.Mail(
      host: "localhost", port: listener.port, security: .starttls, user: "me", password: Secret("pässword"),
      from: "audit@example.test", to: ["a@example.test"])
    let channel = ServiceDefinition.Channel(
      name: "mail", destination: .email(mail), events: [.regression], severity: .high, trust: [pki.rootFile])
    #expect(await delivery(channel, Letter.text(of: Self.event)) == .delivered)
    await serving.value
    #expect(plain.entries == ["EHLO localhost", "STARTTLS"])
    #expect(secret.entries.first == "EHLO localhost")
    #expect(secret.entries.contains("AUTH PLAIN \(Data("\0me\0pässword".utf8).base64EncodedString())"))
    #expect(secret.entries.contains("."))
  }

  @Test func webhooksAreSignedAndOnlyGoToWhoProvesToBeMeant() async throws {
    let received = Ledger<String>()
    let pki = try TestPKI()
    let nginx = try NginxServer.start(try pki.credential(), location: "return 204;")
    let url = "https://localhost:\(nginx.port)/hook"
    var channel = Fixtures.webhook(url, key: "k")
    guard case .again(_, let reason) = await delivery(channel, "{}") else {
      Issue.record("an unknown root was believed")
      return
    }
    #expect(reason.contains("prove"))
    channel.trust = [pki.rootFile]
    #expect(await delivery(channel, "{}") == .delivered)
    let plain = try ScriptedServer { peer in
      received.note(String(decoding: peer.receive(), as: UTF8.self))
      peer.send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
    }
    #expect(
      await delivery(Fixtures.webhook("http://127.0.0.1:\(plain.port)/h?a=1", key: "k"), "{\"a\":1}") == .delivered)
    let text = try #require(received.entries.first)
    #expect(text.hasPrefix("POST /h?a=1 HTTP/1.1\r\nHost: 127.0.0.1:\(plain.port)\r\n"))
    let code = HMACSHA256.code(of: Array("1800000000.{\"a\":1}".utf8), key: Array("k".utf8))
    let digits = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    #expect(text.contains("X-Prodworthy-Timestamp: 1800000000\r\nX-Prodworthy-Signature: sha256=\(digits)\r\n"))
  }

  @Test func failuresAreTriedAgainLaterAndLaterAndThenGivenUp() async throws {
    let closed = try LoopbackPort.free()
    let channel = Fixtures.webhook("http://127.0.0.1:\(closed)/secret-path")
    guard case .again(let at, let reason) = await delivery(channel, "{}") else {
      Issue.record("nobody took it")
      return
    }
    #expect((30...40).contains(at.seconds - 1_800_000_000) && !reason.contains("secret-path"))
    let pauses = (1...11).map { Delivering.pause(after: $0, "key") }
    #expect(pauses == pauses.sorted() || pauses.last ?? 0 >= 4 * 3600)
    #expect(pauses.allSatisfy { $0 <= 5 * 3600 } && pauses.reduce(0, +) > 12 * 3600)
    guard case .givenUp = await delivery(channel, "{}", attempts: 11) else {
      Issue.record("tried for ever")
      return
    }
    guard
      case .givenUp = await delivery(
        ServiceDefinition.Channel(
          name: "gone", destination: .slack(url: Secret("ftp://x")), events: [.regression], severity: .high, trust: []),
        "{}")
    else {
      Issue.record("a URL that leads nowhere was kept")
      return
    }
  }

  @Test func aWaiverThatEndsSoonIsToldOnce() throws {
    let folder = try ScratchFolder()
    let store = HistoryStore(.file(folder.path("h.db")))
    let telling = Telling(
      channels: [Fixtures.webhook("http://127.0.0.1:1")], publicURL: nil, firingUntil: Instant(seconds: 0))
    let lines = WaiverLine.lines(
      in: Array(
        """
        {"waivers": [{"waiver": {"id": "W-1", "check": "tls", "expires": "2026-11-10"}, "state": "active"},
          {"waiver": {"id": "W-2", "expires": "2027-06-01T00:00:00Z"}, "state": "active"},
          {"waiver": {"id": "W-3", "expires": "never"}}, 7]}
        """.utf8))
    #expect(lines.map(\.id) == ["W-1", "W-2"])
    for night in 0..<4 {
      let (report, bytes) = try Fixtures.report(
        at: Instant(seconds: 1_793_498_400 + night * 86_400), [Fixtures.finding("tls", .pass)])
      _ = try store.append(RunEntry(report: report, document: bytes), before: .soon) {
        telling.notices(waivers: lines, $0)
      }
    }
    let due = try store.takeDueNotices(now: Instant(seconds: 2_000_000_000), limit: 9, leaseSeconds: 1, before: .soon)
    #expect(due.map(\.kind) == ["waiver"] && due.first?.body.contains("W-1") == true)
  }

  @Test func alertsFireUntilTheNextRunAndEndWithTheRepair() throws {
    let folder = try ScratchFolder()
    let store = HistoryStore(.file(folder.path("h.db")))
    let channel = ServiceDefinition.Channel(
      name: "am", destination: .alertmanager(url: Secret("http://127.0.0.1:1"), bearer: nil),
      events: Set(ServiceDefinition.Event.allCases), severity: .high, trust: [])
    let telling = Telling(channels: [channel], publicURL: nil, firingUntil: Instant(seconds: 2_000_000_000))
    var bodies: [JSONValue] = []
    for (night, status) in [Status.pass, .fail, .fail, .pass].enumerated() {
      let (report, bytes) = try Fixtures.report(
        at: Instant(seconds: 1_793_498_400 + night * 86_400),
        [Fixtures.finding("tls", status), Fixtures.finding("low", .fail, .low)])
      _ = try store.append(RunEntry(report: report, document: bytes), before: .soon) { news in
        let notices = telling.notices(news)
        bodies.append(notices.first.flatMap { try? JSONText.parse(Array($0.body.utf8)) } ?? .null)
        return notices
      }
    }
    #expect(bodies[0].isNull)
    #expect(bodies[1].array?.count == 1 && bodies[1][0]?["endsAt"]?.string == "2033-05-18T03:33:20Z")
    // The same labels and the same beginning in every run: one alert, not one a night.
    #expect(
      bodies[1][0]?["labels"] == bodies[2][0]?["labels"] && bodies[1][0]?["startsAt"] == bodies[2][0]?["startsAt"])
    #expect(
      bodies[3][0]?["labels"] == bodies[1][0]?["labels"] && bodies[3][0]?["startsAt"] == bodies[1][0]?["startsAt"])
    #expect(bodies[3][0]?["endsAt"]?.string == "2026-11-04T02:00:05Z")
  }
}
