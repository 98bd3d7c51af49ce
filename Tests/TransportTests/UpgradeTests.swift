import AuditModel
import Glibc
import LoopbackPostgres
import LoopbackServers
import Probing
import SeededRandomness
import Testing

@testable import Transport

@Suite("Upgrades to TLS", .serialized)
struct UpgradeTests {
  /// A TLS server that the fakes hand on to.
  private static let backend = Result { try Backend() }

  private struct Backend {
    let pki: TestPKI
    let server: ServerProcess

    init() throws {
      pki = try TestPKI()
      server = try OpenSSLServer.start(try pki.credential(), options: ["-alpn", "postgresql"])
    }
  }

  /// Asks a fake for TLS, and shakes hands where it agrees; the version agreed on.
  private func upgrade(
    _ script: UpgradeScript, at port: Int, within milliseconds: Int = 10_000, quiet: Int = 0
  ) async -> (result: Result<(UpgradeSighting, String?), TransportFailure>, milliseconds: Int) {
    let upgradeProtocol = script.upgradeProtocol
    return await connecting(port, within: milliseconds) { connection, deadline throws(TransportFailure) in
      let sighting = try connection.upgrade(
        by: upgradeProtocol, to: "local&host", before: deadline, quietMilliseconds: quiet)
      guard sighting.isOffered else { return (sighting, nil) }
      let settings = TLSClientSettings(serverName: "localhost", trust: nil, alpn: upgradeProtocol.alpn)
      return (sighting, try connection.agreeOnTLS(settings, before: deadline))
    }
  }

  /// A server that plays `turns` and then hands on to real TLS.
  private func fake(_ script: UpgradeScript, saying turns: [UpgradeScript.Turn]) throws -> Relay {
    let port = try Self.backend.get().server.port
    let trailer = script.trailer
    return try Relay(
      to: port, packets: script.upgradeProtocol == .mssql ? .tds : nil
    ) { _, peer in
      guard UpgradeScript.play(turns, with: peer) else { return false }
      return trailer == 0 || peer.receive(exactly: trailer).count == trailer
    }
  }

  @Test(arguments: UpgradeScript.all.indices)
  func goAheadLeadsToARealHandshake(index: Int) async throws {
    let script = UpgradeScript.all[index]
    let relay = try fake(script, saying: script.turns)
    let (sighting, version) = try await upgrade(script, at: relay.server.port).result.get()
    #expect(sighting.isOffered && sighting.obstacle == nil)
    #expect(sighting.bytesAfterGoAhead == 0)
    #expect(sighting.banner == script.banner)
    #expect(version == "TLSv1.3")
  }

  @Test(arguments: UpgradeScript.all.indices)
  func refusalIsTold(index: Int) async throws {
    let script = UpgradeScript.all[index]
    for (answer, reason) in script.refusals {
      let server = try ScriptedServer { peer in
        if UpgradeScript.play(script.beforeGoAhead + [.say(answer)], with: peer) { _ = peer.receive() }
      }
      let (sighting, _) = try await upgrade(script, at: server.port).result.get()
      #expect(!sighting.isOffered)
      let obstacle = try #require(sighting.obstacle)
      #expect(obstacle.hasPrefix("the server declines TLS"))
      #expect(obstacle.contains(reason), "\(obstacle)")
      #expect(obstacle.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
  }

  @Test(arguments: UpgradeScript.all.indices)
  func foreignAnswerIsNoRefusal(index: Int) async throws {
    let script = UpgradeScript.all[index]
    for answer in [
      "HTTP/1.1 400 Bad Request\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\r\n", "@RSYNCD: 31.0\r\n",
    ] {
      let server = try ScriptedServer { peer in
        if script.isGreeted || UpgradeScript.play(script.turns.prefix(1), with: peer) {
          peer.send(Array(answer.utf8))
          _ = peer.receive()
        }
      }
      let (sighting, _) = try await upgrade(script, at: server.port).result.get()
      #expect(!sighting.isOffered)
      #expect(sighting.obstacle == "what answers the request for TLS is not \(script.upgradeProtocol.title)")
    }
  }

  @Test(arguments: UpgradeScript.all.indices)
  func bytesBehindTheGoAheadAreCountedAndThrownAway(index: Int) async throws {
    let script = UpgradeScript.all[index]
    let extra = Array("* injected\r\n".utf8)
    let relay = try fake(script, saying: script.beforeGoAhead + [.say(script.goAhead + extra)])
    let (sighting, version) = try await upgrade(script, at: relay.server.port).result.get()
    #expect(sighting.isOffered)
    #expect(sighting.bytesAfterGoAhead == extra.count)
    #expect(version == "TLSv1.3")
  }

  @Test func bytesAMomentBehindTheGoAheadAreWaitedFor() async throws {
    let script = try #require(UpgradeScript.all.first { $0.upgradeProtocol == .imap })
    let server = try ScriptedServer { peer in
      guard UpgradeScript.play(script.turns, with: peer) else { return }
      usleep(50_000)
      peer.send([1, 2, 3])
      _ = peer.receive()
    }
    let (result, _) = await connecting(server.port, within: 10_000) { connection, deadline throws(TransportFailure) in
      try connection.upgrade(by: .imap, to: "localhost", before: deadline, quietMilliseconds: 5000)
    }
    #expect(try result.get().bytesAfterGoAhead == 3)
  }

  @Test(arguments: UpgradeScript.all.indices)
  func silenceEndsAtTheDeadline(index: Int) async throws {
    let script = UpgradeScript.all[index]
    let server = try ScriptedServer { peer in
      if UpgradeScript.play(script.beforeGoAhead, with: peer) { while !peer.receive().isEmpty {} }
    }
    let (result, milliseconds) = await upgrade(script, at: server.port, within: 200)
    #expect(throws: TransportFailure.timedOut(phase: "read")) { try result.get() }
    #expect((190..<5000).contains(milliseconds))
  }

  @Test(arguments: UpgradeScript.all.indices)
  func endInTheMiddleIsNeitherOfferNorRefusal(index: Int) async throws {
    let script = UpgradeScript.all[index]
    let server = try ScriptedServer { peer in _ = UpgradeScript.play(script.beforeGoAhead, with: peer) }
    let (result, _) = await upgrade(script, at: server.port)
    #expect(throws: TransportFailure.closedEarly) { try result.get() }
  }

  @Test func aByteNowAndThenDoesNotOutliveTheDeadline() async throws {
    let script = UpgradeScript.all[0]
    let server = try ScriptedServer { peer in
      for _ in 0..<200 {
        peer.send([UInt8(ascii: "2")])
        usleep(20_000)
      }
    }
    let (result, milliseconds) = await upgrade(script, at: server.port, within: 300)
    #expect(throws: TransportFailure.timedOut(phase: "read")) { try result.get() }
    #expect(milliseconds < 3000)
  }

  @Test func endlessTalkIsCutOff() async throws {
    for (index, flood) in [(0, "220-x\r\n"), (0, "x"), (3, "* OK x\r\n"), (7, "\"A\" \"B\"\r\n")] {
      let script = UpgradeScript.all[index]
      let bytes = Array(String(repeating: flood, count: 20_000).utf8)
      let server = try ScriptedServer { peer in
        peer.send(bytes)
        _ = peer.receive()
      }
      let (sighting, _) = try await upgrade(script, at: server.port).result.get()
      #expect(!sighting.isOffered)
    }
  }

  @Test func capabilityThatIsMissingIsARefusal() async throws {
    let texts: [(UpgradeProtocol, [UpgradeScript.Turn], String)] = [
      (.smtp, [.say("220 x\r\n"), .hear("EHLO audit.invalid\r\n"), .say("250-x\r\n250 STARTTLSX\r\n")], "STARTTLS"),
      (
        .imap, [.say("* OK x\r\n"), .hear("a1 CAPABILITY\r\n"), .say("* CAPABILITY IMAP4rev1\r\na1 OK\r\n")], "STARTTLS"
      ),
      (.imap, [.say("* PREAUTH x\r\n")], "PREAUTH"),
      (.pop3, [.say("+OK\r\n"), .hear("CAPA\r\n"), .say("+OK\r\nUIDL\r\n.\r\n")], "STLS"),
      (.sieve, [.say("\"SASL\" \"PLAIN\"\r\nOK\r\n")], "STARTTLS"), (.smtp, [.say("554 no\r\n")], "554 no"),
    ]
    for (upgradeProtocol, turns, reason) in texts {
      let server = try ScriptedServer { peer in if UpgradeScript.play(turns, with: peer) { _ = peer.receive() } }
      let (result, _) = await connecting(server.port, within: 10_000) { connection, deadline throws(TransportFailure) in
        try connection.upgrade(by: upgradeProtocol, to: "localhost", before: deadline)
      }
      let sighting = try result.get()
      #expect(!sighting.isOffered)
      #expect(sighting.obstacle?.contains(reason) == true)
    }
  }

  @Test func popServerWithoutCapabilitiesIsAskedAnyway() async throws {
    let turns: [UpgradeScript.Turn] = [
      .say("+OK\r\n"), .hear("CAPA\r\n"), .say("-ERR unknown\r\n"), .hear("STLS\r\n"), .say("+OK\r\n"),
    ]
    let script = try #require(UpgradeScript.all.first { $0.upgradeProtocol == .pop3 })
    let relay = try fake(script, saying: turns)
    #expect(try await upgrade(script, at: relay.server.port).result.get().1 == "TLSv1.3")
  }

  @Test func postgresDirectSpeaksTLSWithItsApplicationProtocol() async throws {
    let port = try Self.backend.get().server.port
    let (result, _) = await connecting(port, within: 10_000) { connection, deadline throws(TransportFailure) in
      let sighting = try connection.upgrade(by: .postgresDirect, to: "localhost", before: deadline)
      let settings = TLSClientSettings(serverName: "localhost", trust: nil, alpn: UpgradeProtocol.postgresDirect.alpn)
      return (sighting, try connection.startTLS(settings, before: deadline).alpn)
    }
    let (sighting, alpn) = try result.get()
    #expect(sighting.isOffered)
    #expect(alpn == "postgresql")
  }

  @Test func realPostgresGivesTheGoAhead() async throws {
    for (server, isOffered) in [(PostgresServer.shared, true), (PostgresServer.withoutTLS, false)] {
      let port = try server.get().port
      let (result, _) = await connecting(port, within: 10_000) { connection, deadline throws(TransportFailure) in
        let sighting = try connection.upgrade(by: .postgres, to: "localhost", before: deadline, quietMilliseconds: 25)
        guard sighting.isOffered else { return (sighting, "") }
        return (sighting, try connection.agreeOnTLS(TLSClientSettings(serverName: nil, trust: nil), before: deadline))
      }
      let (sighting, version) = try result.get()
      #expect(sighting.isOffered == isOffered)
      #expect(sighting.bytesAfterGoAhead == 0)
      #expect(version == (isOffered ? "TLSv1.3" : ""))
    }
  }
}

@Suite struct UpgradeDialogueTests {
  /// The moves of a dialogue whose server's words come in pieces of `size` bytes.
  private func moves(_ script: UpgradeScript, pieces size: Int) -> [UpgradeMove] {
    var dialogue = script.upgradeProtocol.dialogue(with: "local&host")
    var moves: [UpgradeMove] = []
    var heard: [UInt8] = []
    func drain() {
      while true {
        let move = dialogue.next(&heard)
        if move == .hear { return }
        moves.append(move)
        guard case .send = move else { return }
      }
    }
    drain()
    for case .say(let bytes) in script.turns {
      for start in stride(from: 0, to: bytes.count, by: size) {
        heard += bytes[start..<min(start + size, bytes.count)]
        if moves.last != .goAhead { drain() }
      }
    }
    return moves
  }

  @Test(arguments: UpgradeScript.all.indices)
  func piecesOfAnySizeMakeTheSameDialogue(index: Int) {
    let script = UpgradeScript.all[index]
    let whole = moves(script, pieces: .max / 2)
    #expect(whole.last == .goAhead)
    for size in [1, 2, 3, 7] { #expect(moves(script, pieces: size) == whole) }
  }

  @Test(arguments: UpgradeScript.all.indices)
  func noiseNeverCrashesADialogue(index: Int) {
    let script = UpgradeScript.all[index]
    var random = SeededGenerator(seed: UInt64(index))
    let said = script.turns.flatMap { turn in if case .say(let bytes) = turn { bytes } else { [UInt8]() } }
    for _ in 0..<100 {
      var dialogue = script.upgradeProtocol.dialogue(with: "localhost")
      var heard: [UInt8] = []
      var bytes = said
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: position)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: position)
        }
      }
      bytes += (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
      var sent = 0
      var isOver = false
      for byte in bytes where !isOver {
        heard.append(byte)
        while case let move = dialogue.next(&heard), move != .hear, !isOver {
          if case .send = move { sent += 1 } else { isOver = true }
          isOver = isOver || sent > bytes.count
        }
      }
      #expect(sent <= 20)
    }
  }

  @Test func namesOfOtherToolsAreUnderstood() {
    #expect(UpgradeProtocol(named: "xmpp_server") == .xmppServer)
    #expect(UpgradeProtocol(named: "PostgreSQL") == .postgres)
    #expect(UpgradeProtocol(named: "postgres_direct") == .postgresDirect)
    #expect(UpgradeProtocol(named: "gopher") == nil)
    for known in UpgradeProtocol.allCases { #expect(UpgradeProtocol(named: known.rawValue) == known) }
    #expect(
      Set(UpgradeScript.all.map(\.upgradeProtocol)) == Set(UpgradeProtocol.allCases).subtracting([.postgresDirect]))
  }

  @Test func envelopeSurvivesEveryCut() {
    let content = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var sender = TDSEnvelope()
    sender.wrap(content)
    let packets = sender.outgoing
    #expect(packets.count == 10_000 + 3 * 8)
    for size in [1, 5, 8, 9, 4096, 20_000] {
      var receiver = TDSEnvelope()
      var received: [UInt8] = []
      for start in stride(from: 0, to: packets.count, by: size) {
        received += receiver.unwrap(packets[start..<min(start + size, packets.count)])
      }
      #expect(received == content && !receiver.isBroken)
    }
    var receiver = TDSEnvelope()
    #expect(receiver.unwrap([0x17, 3, 3, 0, 20, 0, 0, 0, 1, 2]).isEmpty)
    #expect(receiver.isBroken)
  }

  @Test func peersTextIsOneShortLine() {
    #expect(PeerText.line("  a\u{1B}[2J\r\nb\u{202E}c\u{0}  ".utf8) == "a [2J b c")
    #expect(PeerText.line([0xFF, 0x41]) == "\u{FFFD}A")
    #expect(PeerText.line(String(repeating: "ü", count: 5000).utf8).unicodeScalars.count == 200)
  }
}
