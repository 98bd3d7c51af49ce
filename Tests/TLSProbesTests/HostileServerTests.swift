import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Synchronization
import Testing
import Transport

@testable import TLSProbes

/// Servers that lie, stall, block or are none.
@Suite struct HostileServerTests {
  /// The ClientHello of a peer: its version and what it offers; nil for an SSL 2.0 hello.
  private struct Offer {
    var is13: Bool
    var version: UInt16
    var suites: [UInt16]
    var groups: [UInt16] = []
    var shares: [UInt16] = []

    init?(_ peer: ScriptedServer.Peer) {
      var bytes = peer.receive()
      guard bytes.first == 22 else { return nil }
      while bytes.count < 5 || bytes.count < 5 + Int(bytes[3]) << 8 + Int(bytes[4]) {
        let more = peer.receive()
        if more.isEmpty { return nil }
        bytes += more
      }
      var reader = ByteReader(Array(bytes.dropFirst(9)))
      guard let version = reader.uint16(), reader.take(32) != nil, reader.vector(1) != nil,
        let suites = reader.uint16s()
      else { return nil }
      self.version = version
      self.suites = suites
      _ = reader.vector(1)
      var extensions: [UInt16: ArraySlice<UInt8>] = [:]
      var list = ByteReader(reader.vector(2) ?? [])
      while let type = list.uint16(), let body = list.vector(2) { extensions[type] = body }
      is13 = extensions[43] != nil
      var named = ByteReader(extensions[10] ?? [])
      groups = named.uint16s() ?? []
      var keys = ByteReader(extensions[51] ?? [])
      var entries = ByteReader(keys.vector(2) ?? [])
      while let group = entries.uint16(), entries.vector(2) != nil { shares.append(group) }
    }
  }

  private static let refusal = WireBytes.record([2, 40], type: 21)
  private static let versionRefusal = WireBytes.record([2, 70], type: 21)

  /// A server of TLS 1.2 with one suite, in bytes.
  private static func answer(_ offer: Offer?, certificates: [[UInt8]] = [[1, 2, 3]]) -> [UInt8] {
    guard let offer, !offer.is13, offer.version == 0x0303 else { return versionRefusal }
    guard offer.suites.contains(0xC02F) else { return refusal }
    return WireBytes.wholeFlight(certificates: certificates).flatMap { WireBytes.records($0, size: 1 << 14) }
  }

  /// Numbers connections from 0.
  private final class Count: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
      value.withLock {
        $0 += 1
        return $0 - 1
      }
    }
  }

  /// Servers that break off in every way once they have agreed to a version.
  @Test(arguments: [true, false]) func whoBreaksOffLaterHasAgreedToTheVersion(byReset: Bool) async throws {
    let server = try ScriptedServer { peer in
      guard let offer = Offer(peer) else { return }
      guard offer.version == 0x0302, !offer.is13 else { return peer.send(Self.versionRefusal) }
      let flight = [WireBytes.serverHello(version: 0x0302, suite: 0x002F)]
      peer.send(flight.flatMap { WireBytes.record($0, version: 0x0302) })
      // Time for the client to read it.
      usleep(100_000)
      if byReset { peer.resetOnClose() }
    }
    let target = try TLSTarget(https(server.port), trust: [])
    let client = TLSClient(
      target: target, trust: nil, deadline: Deadline(milliseconds: 20_000), traffic: TrafficMeter())
    #expect(throws: Never.self) { try client.offer(.tls11, before: client.deadline) }
    #expect(throws: TransportFailure.self) { try client.offer(.tls10, before: client.deadline) }
  }

  /// A front that answers no hello of ours: what it would accept from others stays open.
  @Test func whoDeclinesEverythingHasNoSuitesThatCouldBeJudged() async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Self.refusal)
    }
    let survey = await Survey(https(server.port))
    #expect(survey.protocols == [])
    #expect(survey["earlyDataBytes"] == .null)
    for path in ["suites", "suiteKinds", "groups", "fallback"] {
      #expect(survey.gaps.contains { $0.path == path && $0.reason.contains("declined every hello") }, "\(path)")
    }
  }

  @Test func bytewiseRecordsAreUnderstood() async throws {
    let server = try ScriptedServer { peer in
      for byte in Self.answer(Offer(peer)) { peer.send([byte]) }
    }
    let survey = await Survey(https(server.port))
    #expect(survey.protocols == ["TLSv1.2"])
    #expect(survey.suites(of: "TLSv1.2") == ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"])
    #expect(survey.inconclusive.filter { $0 != "groups" } == [])
  }

  @Test func warningAboutTheNameComesFirst() async throws {
    let server = try ScriptedServer { peer in
      peer.send(WireBytes.record([1, 112], type: 21) + Self.answer(Offer(peer)))
    }
    let survey = await Survey(https(server.port))
    #expect(survey.protocols == ["TLSv1.2"])
  }

  @Test func SSL2IsFound() async throws {
    let server = try ScriptedServer { peer in
      let hello = peer.receive()
      guard hello.first == 0x80, hello.count > 2, hello[2] == 1 else {
        peer.send(Self.versionRefusal)
        return
      }
      let body: [UInt8] = [4, 0, 1, 0, 2, 0, 3, 0, 3, 0, 16, 9, 9, 9, 7, 0, 0xC0]
      peer.send([0x80, UInt8(body.count + 16)] + body + [UInt8](repeating: 1, count: 16))
    }
    let survey = await Survey(https(server.port))
    #expect(survey.protocols == ["SSLv2"])
    #expect(survey.suites(of: "SSLv2") == ["SSL_CK_DES_192_EDE3_CBC_WITH_MD5"])
    #expect(survey["versions.ssl2"] == true)
    #expect(survey["suiteKinds.insecure"] == ["SSL_CK_DES_192_EDE3_CBC_WITH_MD5"])
    #expect(try judgement(of: "tls-configuration", survey.facts, survey.gaps)["tls-ssl-withdrawn"] == .fail)
  }

  @Test func plainHTTPIsNoTLSServer() async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("HTTP/1.1 400 Bad Request\r\n\u{1B}[2J\r\n".utf8))
    }
    let survey = await Survey(https(server.port))
    #expect(survey.facts == nil)
    #expect(survey.unseen?.kind == .malformed)
    #expect(survey.unseen?.reason.contains("HTTP/1.1 400") == true)
    #expect(survey.unseen?.reason.contains("\u{1B}") == false)
    #expect(survey.traffic.connections <= 3)
  }

  @Test func refusedPortIsUnreachable() async throws {
    let survey = await Survey(https(try LoopbackPort.free()))
    #expect(survey.unseen?.kind == .unreachable)
    #expect(survey.unseen?.reason == "connection refused")
  }

  @Test func declinedPostgresIsNoTLSServer() async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("N".utf8))
    }
    let survey = await Survey(postgres(server.port))
    #expect(survey.unseen?.kind == .malformed)
    #expect(survey.unseen?.reason.contains("declines TLS") == true)
  }

  /// Nothing that was not seen is called absent, whenever the server begins to reset.
  @Test(arguments: [0, 1, 5, 15, 30]) func resetsAfterSomeConnectionsProveNothing(allowed: Int) async throws {
    let pki = try TestPKI()
    let nginx = try NginxServer.start(try pki.credential())
    let relay = try Relay(to: nginx.port) { count, peer in
      guard count >= allowed else { return true }
      peer.resetOnClose()
      return false
    }
    let survey = await Survey(https(relay.server.port), within: 20_000)
    expectNothingWronglyAbsent(survey)
  }

  /// The same with a server that closes in order, which alone would look like a refusal.
  @Test(arguments: [0, 1, 5, 15, 30]) func closesAfterSomeConnectionsProveNothing(allowed: Int) async throws {
    let pki = try TestPKI()
    let nginx = try NginxServer.start(try pki.credential())
    let relay = try Relay(to: nginx.port) { count, _ in count < allowed }
    let survey = await Survey(https(relay.server.port), within: 20_000)
    expectNothingWronglyAbsent(survey)
  }

  /// The same with a server that falls silent, or answers everything with an alert.
  @Test(arguments: [true, false]) func otherBlocksProveNothing(isSilent: Bool) async throws {
    let pki = try TestPKI()
    let nginx = try NginxServer.start(try pki.credential())
    let relay = try Relay(to: nginx.port) { count, peer in
      if count < 12 { return true }
      if isSilent {
        while !peer.receive().isEmpty {}
      } else {
        _ = peer.receive()
        peer.send(Self.refusal)
      }
      return false
    }
    let survey = await Survey(https(relay.server.port), within: 8_000)
    expectNothingWronglyAbsent(survey)
    #expect(survey.seconds < 20)
  }

  private func expectNothingWronglyAbsent(_ survey: Survey) {
    guard survey.facts != nil else { return }
    #expect(survey["versions.tls12"] != false)
    #expect(survey["versions.tls13"] != false)
    #expect(survey.inconclusive != [])
    for (version, name) in [("tls12", "TLSv1.2"), ("tls13", "TLSv1.3")] where survey["versions.\(version)"] == .null {
      #expect(survey.inconclusive.contains(name) || survey.inconclusive == ["all"])
    }
    #expect(survey.gaps != [])
  }

  @Test func tarpitEndsAtTheDeadline() async throws {
    let server = try ScriptedServer { peer in
      for byte in Self.answer(Offer(peer)).prefix(20) {
        peer.send([byte])
        usleep(1_000_000)
      }
    }
    let survey = await Survey(https(server.port), within: 3000)
    #expect(survey.seconds < 12)
    #expect(survey.facts == nil || survey.inconclusive == ["all"])
    #expect(survey.protocols == [])
  }

  /// A flight of some 300 KB with a certificate of 10,000 names.
  @Test func certificateOfTenThousandNames() async throws {
    let pki = try TestPKI()
    let names = (0..<10_000).map { "DNS:host-\($0).example" }
    let server = try OpenSSLServer.start(
      try pki.credential(.init(names: ["DNS:localhost"] + names)), options: ["-tls1_2"])
    let survey = await Survey(https(server.port), trust: [pki.rootFile])
    #expect(survey.inconclusive == [])
    #expect(survey.protocols == ["TLSv1.2"])
    #expect(survey["certificates.0.nameCount"] == 10_001)
    #expect(survey["certificates.0.names"]?.array?.count == 200)
    #expect(survey["certificates"]?.array?.count == 1)
  }

  /// Some edges answer "post-quantum alone, no share" with an alert, although they speak it.
  @Test func edgeThatInsistsOnAShare() async throws {
    let server = try ScriptedServer { peer in
      guard let offer = Offer(peer), offer.is13, offer.suites.contains(0x1301) else {
        peer.send(Self.versionRefusal)
        return
      }
      peer.send(Self.refusal)
    }
    let survey = await Survey(https(server.port))
    // All it ever says is no: TLS, but no version of it.
    #expect(survey.protocols == [])
    #expect(survey["postQuantum"] == false)
  }

  /// TLS 1.3 over x25519, and over X25519MLKEM768 for who sends a key for it; a hello without a key gets an alert.
  private static func edge(_ peer: ScriptedServer.Peer, speaksHybrid: Bool) {
    guard let offer = Offer(peer), offer.is13, offer.suites.contains(0x1301) else {
      return peer.send(versionRefusal)
    }
    func hello(_ group: [UInt8], _ length: Int) -> [UInt8] {
      var share = group
      share.append(length, width: 2)
      share += [UInt8](repeating: 5, count: length)
      return WireBytes.record(
        WireBytes.serverHello(suite: 0x1301, extensions: [(43, [3, 4]), (51, share)]))
    }
    if speaksHybrid, offer.shares.contains(0x11EC) { return peer.send(hello([0x11, 0xEC], 1120)) }
    if offer.shares.contains(29), offer.groups.contains(29) { return peer.send(hello([0, 29], 32)) }
    peer.send(refusal)
  }

  @Test func edgeThatSpeaksHybridOnlyToAKey() async throws {
    let server = try ScriptedServer { Self.edge($0, speaksHybrid: true) }
    let survey = await Survey(https(server.port))
    #expect(survey.protocols == ["TLSv1.3"])
    #expect(survey["postQuantum"] == true)
    #expect(survey.groups.isSuperset(of: ["X25519MLKEM768"]))
    let classical = try ScriptedServer { Self.edge($0, speaksHybrid: false) }
    let other = await Survey(https(classical.port))
    #expect(other["postQuantum"] == false)
    #expect(other.groups == ["x25519"])
    #expect(other.suites(of: "TLSv1.3") == ["TLS_AES_128_GCM_SHA256"])
  }

  /// What stands in front of it takes no hello of more than a packet.
  @Test func largeHelloIsNotAnswered() async throws {
    let pki = try TestPKI()
    let nginx = try NginxServer.start(try pki.credential())
    let relay = try Relay(to: nginx.port) { _, peer in
      guard peer.peek(1500) else { return true }
      peer.resetOnClose()
      return false
    }
    let survey = await Survey(https(relay.server.port))
    #expect(survey.protocols == ["TLSv1.2", "TLSv1.3"])
    #expect(survey["largeHello"] == false)
    #expect(survey["postQuantum"] == .null)
    #expect(survey.inconclusive == ["groups"])
    #expect(survey["modern.group"] == "x25519")
  }

  @Test func suiteThatWasNotOfferedIsNoAnswer() async throws {
    let server = try ScriptedServer { peer in
      _ = Offer(peer)
      peer.send(WireBytes.record(WireBytes.serverHello(suite: 0xFFFE)))
    }
    let survey = await Survey(https(server.port), within: 20_000)
    #expect(survey.protocols == [])
    #expect(survey.inconclusive != [])
  }

  /// Stacks that read no more than 127 suites of a hello, that refuse one with more, and that close over it: what they
  /// accept is found all the same, wherever it stands in the list.
  @Test(arguments: ["shortens", "refuses", "closes"]) func longListsAreNotReadByAll(manner: String) async throws {
    // RC4 is among the first of any list, the last stands beyond the 127th of a long one.
    let accepted: [UInt16] = [0x0005, 0xC02F, 0x009F]
    let server = try ScriptedServer { peer in
      guard let offer = Offer(peer) else { return }
      guard !offer.is13, offer.version == 0x0303 else { return peer.send(Self.versionRefusal) }
      if offer.suites.count > 127, manner == "refuses" { return peer.send(Self.refusal) }
      if offer.suites.count > 127, manner == "closes" { return }
      guard let suite = offer.suites.prefix(127).first(where: accepted.contains) else { return peer.send(Self.refusal) }
      peer.send(WireBytes.record(WireBytes.serverHello(suite: Int(suite)) + WireBytes.certificate([[1, 2, 3]])))
      peer.send(WireBytes.record(WireBytes.done))
    }
    let survey = await Survey(https(server.port), within: 20_000)
    #expect(
      survey.suites(of: "TLSv1.2") == [
        "TLS_RSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
      ])
    #expect(!survey.inconclusive.contains("suites"))
  }
}
