import AuditModel
import Facts
import LoopbackPostgres
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

/// Faults with names: servers that have them, servers that do not, and servers that do not tell.
///
/// One after the other: each starts servers, and the other suites need the processors too.
@Suite(.serialized) struct FaultTests {
  private let pki: TestPKI
  private let rsa: TestPKI.Credential

  init() throws {
    (pki, rsa) = try Self.shared.get()
  }

  private static let shared = Result {
    let pki = try TestPKI()
    return (pki, try pki.credential(.init(key: "rsa:2048")))
  }

  /// What a probe for a fault sees of a loopback server.
  private struct Sighted {
    var fault: JSONValue?
    var gaps: [Gap] = []
    var unseen: Unseen?
    var connections: Int

    init(_ probe: any FaultProbe, _ target: Target, within milliseconds: Int = 20_000) async {
      let meter = TrafficMeter()
      let context = ProbeContext(
        deadline: Deadline(milliseconds: milliseconds), lane: lane, traffic: meter, trust: [])
      switch await probe.observe(target, with: [:], in: context) {
      case .seen(let facts, let gaps):
        #expect(probe.descriptor.facts.violations(of: facts) == [])
        fault = facts["fault"]
        self.gaps = gaps
      case .unseen(let unseen): self.unseen = unseen
      }
      connections = meter.traffic.connections
    }

    var verdict: String? { fault?["verdict"]?.string }
    var reason: String { fault?["reason"]?.string ?? "" }
  }

  private static let all: [any FaultProbe] = [
    Heartbleed(), EarlyKeyChange(), PaddingOracle(), Ticketbleed(), ClientRenegotiation(), UnknownValues(),
  ]

  private func faulty(_ manner: FaultyTLSServer.Manner) throws -> ServerProcess {
    try FaultyTLSServer.start(rsa, manner)
  }

  /// What a probe sees of a server with a manner, which is there for as long as that takes.
  private func sighted(
    _ probe: any FaultProbe, _ manner: FaultyTLSServer.Manner, within milliseconds: Int = 20_000
  ) async throws -> Sighted {
    let server = try faulty(manner)
    let seen = await Sighted(probe, https(server.port), within: milliseconds)
    #expect(seen.unseen == nil)
    return withExtendedLifetime(server) { seen }
  }

  @Test func aServerOfTodayHasNone() async throws {
    let server = try NginxServer.start(try pki.credential())
    let target = https(server.port, trust: pki.rootFile)
    let expected = [
      "notVulnerable", "notVulnerable", "notApplicable", "notVulnerable", "notVulnerable", "notVulnerable",
    ]
    for (probe, verdict) in zip(Self.all, expected) {
      let seen = await Sighted(probe, target)
      #expect(seen.verdict == verdict, "\(probe.descriptor.id): \(seen.reason)")
      #expect(seen.gaps == [])
      #expect(seen.connections <= 6)
    }
  }

  /// Every suite that libssl has, RSA key exchange among them, from TLS 1.0 on.
  @Test func anOldConfigurationOfASoundServerHasNone() async throws {
    let server = try NginxServer.start(
      rsa, protocols: "TLSv1 TLSv1.1 TLSv1.2",
      ciphers: "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    let target = https(server.port)
    for probe in Self.all {
      let seen = await Sighted(probe, target)
      #expect(seen.verdict == "notVulnerable", "\(probe.descriptor.id): \(seen.reason)")
    }
  }

  @Test func aServerOfTLS13AloneHasNone() async throws {
    let server = try NginxServer.start(try pki.credential(), protocols: "TLSv1.3")
    let target = https(server.port)
    for probe in Self.all.dropLast() {
      let seen = await Sighted(probe, target)
      #expect(seen.verdict == "notApplicable", "\(probe.descriptor.id): \(seen.reason)")
      #expect(seen.fault?["version"] == "TLSv1.3")
    }
    let values = await Sighted(UnknownValues(), target)
    #expect(values.verdict == "notVulnerable")
    #expect(values.fault?["newerVersionTolerated"] == .null)
  }

  @Test func heartbleed() async throws {
    let bleeding = try await sighted(Heartbleed(), .heartbleed)
    #expect(bleeding.verdict == "vulnerable")
    // The proof is one byte.
    #expect(bleeding.fault?["bytesBeyond"] == 1)
    #expect(bleeding.fault?["heartbeats"] == true)
    let careful = try await sighted(Heartbleed(), .heartbeats)
    #expect(careful.verdict == "notVulnerable")
    #expect(careful.fault?["heartbeats"] == true)
    #expect(careful.fault?["bytesBeyond"] == .null)
  }

  @Test func earlyKeyChange() async throws {
    let taken = try await sighted(EarlyKeyChange(), .earlyKeyChange)
    #expect(taken.verdict == "vulnerable")
    #expect(taken.reason.contains("alert 20"))
    #expect(try await sighted(EarlyKeyChange(), .sound).verdict == "notVulnerable")
  }

  @Test(arguments: [
    (FaultyTLSServer.Manner.strongOracle, "strong"), (.weakOracle, "weak"), (.hastyOracle, "strong"),
  ])
  func paddingOracle(manner: FaultyTLSServer.Manner, strength: String) async throws {
    let seen = try await sighted(PaddingOracle(), manner)
    #expect(seen.verdict == "vulnerable", "\(seen.reason)")
    #expect(seen.fault?["oracle"]?.string == strength)
    #expect(seen.fault?["answers"]?.array?.count == 5)
    #expect(seen.gaps == [])
  }

  @Test func paddingWithoutAnOracle() async throws {
    let seen = try await sighted(PaddingOracle(), .sound)
    #expect(seen.verdict == "notVulnerable")
    #expect(seen.fault?["oracle"] == "none")
    #expect(seen.connections == 11)
  }

  /// A key whose length is no multiple of eight, so that no message may begin as others do.
  @Test func paddingUnderAnOddKey() async throws {
    let server = try NginxServer.start(
      try pki.credential(.init(key: "rsa:2049")), protocols: "TLSv1.2", ciphers: "AES128-SHA")
    let seen = await Sighted(PaddingOracle(), https(server.port))
    #expect(seen.verdict == "notVulnerable", "\(seen.reason)")
  }

  @Test func paddingAskedOneAfterTheOther() async throws {
    // It serves one connection at a time.
    let server = try OpenSSLServer.start(
      try pki.credential(.init(key: "rsa:1024")), options: ["-cipher", "AES128-SHA:@SECLEVEL=0", "-tls1_2"])
    let seen = await Sighted(PaddingOracle(), https(server.port), within: 40_000)
    #expect(seen.verdict == "notVulnerable", "\(seen.reason)")
  }

  @Test func answersByTurnsProveNothing() async throws {
    let seen = try await sighted(PaddingOracle(), .moody)
    #expect(seen.verdict == nil)
    #expect(seen.gaps.map(\.path) == ["fault.verdict"])
  }

  @Test func silenceProvesNothing() async throws {
    for probe in [Heartbleed(), EarlyKeyChange(), PaddingOracle()] as [any FaultProbe] {
      let seen = try await sighted(probe, .silent, within: 1500)
      #expect(seen.verdict == nil, "\(probe.descriptor.id): \(seen.reason)")
      #expect(seen.gaps.map(\.path) == ["fault.verdict"])
    }
  }

  @Test func resetsProveNothing() async throws {
    for probe in [Heartbleed(), EarlyKeyChange()] as [any FaultProbe] {
      let seen = try await sighted(probe, .resets)
      #expect(seen.verdict == nil, "\(probe.descriptor.id): \(seen.reason)")
    }
  }

  /// In front of a real server, something that repeats the name of a session with the byte behind it.
  @Test func ticketbleed() async throws {
    let inner = try OpenSSLServer.start(try pki.credential(), options: ["-tls1_2"])
    let relay = try Relay(to: inner.port) { _, peer in
      guard peer.peek(80) else { return true }
      let hello = peer.peeked(1024)
      guard hello.count > 80, hello[43] == 31 else { return true }
      // The one suite that was agreed on stands behind the name.
      let suite = Int(hello[77]) << 8 | Int(hello[78])
      let answer = WireBytes.serverHello(suite: suite, session: Array(hello[44..<75]) + [0x77])
      _ = peer.receive()
      peer.send(WireBytes.record(answer) + [20, 3, 3, 0, 1, 1])
      return false
    }
    let seen = await Sighted(Ticketbleed(), https(relay.server.port))
    #expect(seen.verdict == "vulnerable", "\(seen.reason)")
    #expect(seen.reason.contains("31 bytes as 32"))
    #expect(await Sighted(Ticketbleed(), https(inner.port)).verdict == "notVulnerable")
    let without = try OpenSSLServer.start(try pki.credential(), options: ["-tls1_2", "-no_ticket"])
    #expect(await Sighted(Ticketbleed(), https(without.port)).verdict == "notApplicable")
  }

  @Test func renegotiationAtTheClientsWish() async throws {
    for version in ["-tls1_2", "-tls1"] {
      let server = try OpenSSLServer.start(
        try pki.credential(), options: ["-www", "-client_renegotiation", version, "-cipher", "ALL:@SECLEVEL=0"])
      let seen = await Sighted(ClientRenegotiation(), https(server.port))
      #expect(seen.verdict == "vulnerable", "\(seen.reason)")
      #expect(seen.fault?["bound"] == true)
      let refusing = try OpenSSLServer.start(
        try pki.credential(), options: ["-www", version, "-cipher", "ALL:@SECLEVEL=0"])
      #expect(await Sighted(ClientRenegotiation(), https(refusing.port)).verdict == "notVulnerable")
    }
  }

  @Test func valuesThatNobodyKnows() async throws {
    let inner = try OpenSSLServer.start(try pki.credential())
    let picky = try Relay(to: inner.port) { _, peer in
      _ = peer.peek(200)
      // The unknown extension at the head of the list.
      return !peer.peeked(4096).contains([0x1A, 0x1A, 0, 0])
    }
    let seen = await Sighted(UnknownValues(), https(picky.server.port))
    #expect(seen.verdict == "vulnerable", "\(seen.reason)")
    #expect(seen.fault?["greaseTolerated"] == false)
    #expect(seen.fault?["newerVersionTolerated"] == true)
    let old = try Relay(to: inner.port) { _, peer in
      _ = peer.peek(200)
      return Array(peer.peeked(11).suffix(2)) != [3, 4]
    }
    let newer = await Sighted(UnknownValues(), https(old.server.port))
    #expect(newer.fault?["newerVersionTolerated"] == false, "\(newer.reason)")
    #expect(newer.fault?["greaseTolerated"] == true)
  }

  @Test func nobodyIsThere() async throws {
    let port = try LoopbackPort.free()
    for probe in Self.all {
      let seen = await Sighted(probe, https(port))
      #expect(seen.unseen?.kind == .unreachable)
    }
  }

  @Test func anotherProtocolIsNoServerOfTLS() async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
    }
    for probe in Self.all {
      let seen = await Sighted(probe, https(server.port))
      #expect(seen.verdict == nil, "\(probe.descriptor.id): \(seen.reason)")
    }
  }

  @Test func behindADatabasesOwnRequest() async throws {
    let server = try PostgresServer.shared.get()
    for probe in Self.all {
      let seen = await Sighted(probe, postgres(server.port))
      #expect(seen.verdict?.hasPrefix("not") == true, "\(probe.descriptor.id): \(seen.reason)")
    }
  }
}
