import AuditModel
import Facts
import LoopbackServers
import Testing
import Transport

@testable import TLSProbes

@Suite struct UpgradeTests {
  private func service(_ port: Int?, _ further: JSONObject = [:]) -> Target {
    var settings: JSONObject = ["host": "localhost", "address": "127.0.0.1"]
    settings["port"] = port.map { .integer($0) }
    for (name, value) in further { settings[name] = value }
    return Target(id: "mail", kind: "tls", settings: settings)
  }

  /// A mail server up to its last word; false where the client does not keep to the protocol.
  private static func converse(_ peer: ScriptedServer.Peer, lastWord: String) -> Bool {
    peer.send(Array("220 mail.test ESMTP\r\n".utf8))
    guard peer.receive() == Array("EHLO audit.invalid\r\n".utf8) else { return false }
    peer.send(Array("250-mail.test\r\n250 STARTTLS\r\n".utf8))
    guard peer.receive() == Array("STARTTLS\r\n".utf8) else { return false }
    peer.send(Array(lastWord.utf8))
    return true
  }

  @Test func mailServerShowsItsCertificateAndVersions() async throws {
    let pki = try TestPKI()
    let server = try OpenSSLServer.start(try pki.credential())
    let relay = try Relay(to: server.port) { _, peer in Self.converse(peer, lastWord: "220 go\r\n") }
    let target = service(relay.server.port, ["starttls": "smtp", "trust": .string(pki.rootFile)])
    let look = await Look(target, versions: true)
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look.gaps.isEmpty)
    #expect(
      look["upgrade"] == [
        "protocol": "smtp", "offered": true, "refusedBecause": nil, "banner": "mail.test ESMTP", "bytesAfterGoAhead": 0,
      ])
    #expect(look["handshake.completed"] == true)
    #expect(look["handshake.alpn"] == .null)
    #expect(look["chain.trusted"] == true)
    #expect(look["name.matches"] == true)
    #expect(look["versions.tls12"] == true)
    #expect(look.traffic.requests == 4)
  }

  @Test func bytesBehindTheGoAheadAreAFact() async throws {
    let pki = try TestPKI()
    let server = try OpenSSLServer.start(try pki.credential())
    let relay = try Relay(to: server.port) { _, peer in Self.converse(peer, lastWord: "220 go\r\n250 injected\r\n") }
    let look = await Look(service(relay.server.port, ["starttls": "submission"]))
    #expect(look["upgrade.bytesAfterGoAhead"] == 14)
    #expect(look["handshake.completed"] == true)
  }

  @Test func refusalIsAFact() async throws {
    let server = try ScriptedServer { peer in
      if Self.converse(peer, lastWord: "454 no certificate\r\n") { _ = peer.receive() }
    }
    let look = await Look(service(server.port, ["starttls": "smtp"]), versions: true)
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look["upgrade.offered"] == false)
    #expect(look["upgrade.refusedBecause"] == "the server declines TLS: 454 no certificate")
    #expect(look["upgrade.bytesAfterGoAhead"] == .null)
    #expect(look["handshake.completed"] == false)
    #expect(look["handshake.reason"] == "the server declines TLS: 454 no certificate")
    #expect(look["versions.tls12"] == .null)
  }

  @Test func endBeforeTheGoAheadIsAGap() async throws {
    let server = try ScriptedServer { peer in _ = Self.converse(peer, lastWord: "") }
    let look = await Look(service(server.port, ["starttls": "smtp"]))
    #expect(look["upgrade.offered"] == .null)
    #expect(look["handshake.completed"] == false)
    #expect(look.gaps.contains { $0.path == "upgrade.offered" && $0.reason.contains("before TLS began") })
  }

  @Test func versionWhoseConversationBreaksIsNotTakenForDeclined() async throws {
    let pki = try TestPKI()
    let server = try OpenSSLServer.start(try pki.credential())
    // Only the first connection gets as far as TLS, as with a server that limits connections.
    let relay = try Relay(to: server.port) { number, peer in
      number == 0 && Self.converse(peer, lastWord: "220 go\r\n")
    }
    let look = await Look(service(relay.server.port, ["starttls": "smtp"]), versions: true)
    #expect(look["handshake.version"] == "TLSv1.3")
    #expect(look["versions.tls12"] == .null)
    #expect(look.gaps.contains { $0.path == "versions.tls12" })
  }

  @Test func silenceIsUnseen() async throws {
    let server = try ScriptedServer { peer in _ = peer.receive() }
    let look = await Look(service(server.port, ["starttls": "imap"]), within: 200)
    #expect(look.facts == nil)
    #expect(look.unseen?.kind == .timeout)
  }

  @Test func withoutStartTLSItBeginsWithTheFirstByte() async throws {
    let pki = try TestPKI()
    let server = try OpenSSLServer.start(try pki.credential(), options: ["-alpn", "http/1.1"])
    let look = await Look(service(server.port, ["trust": .string(pki.rootFile)]))
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look["upgrade"] == .null)
    #expect(look["handshake.completed"] == true)
    // A service that is not HTTP is not asked whether it is.
    #expect(look["handshake.alpn"] == .null)
    #expect(look.traffic.requests == 0)
  }

  @Test func closedPortIsAFact() async throws {
    let look = await Look(service(try LoopbackPort.free(), ["starttls": "ldap"]))
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look["connection.established"] == false)
    #expect(look["upgrade"] == .null)
  }

  @Test func declarationsAreReadOrRefused() throws {
    func read(_ settings: JSONObject) throws -> TLSTarget {
      try TLSTarget(Target(id: "x", kind: "tls", settings: settings), trust: [])
    }
    #expect(try read(["host": "h.example", "starttls": "xmpp-server"]).endpoint.port == 5269)
    #expect(try read(["host": "[::1]", "port": 993]).endpoint.host == "::1")
    #expect(try read(["host": "h", "port": 5432, "starttls": "postgres-direct"]).alpn == ["postgresql"])
    let named = try read(["host": "h", "port": 1, "serverName": "n", "address": "127.0.0.1", "trust": "/ca.pem"])
    let nodes: JSONValue = ["192.0.2.1", "[2001:db8::1]", "192.0.2.1"]
    #expect(try read(["host": "h", "port": 1, "nodes": nodes]).nodes == ["192.0.2.1", "2001:db8::1"])
    #expect(named.serverName == "n" && named.endpoint.host == "127.0.0.1" && named.trust == ["/ca.pem"])
    let refused: [JSONObject] = [
      [:], ["host": "h"], ["host": "h", "port": 0], ["host": "h", "port": 65536], ["host": "a,b", "port": 1],
      ["host": "h", "starttls": "gopher"], ["host": "[]", "port": 1],
      ["host": "h", "port": 1, "nodes": ["other.example"]],
    ]
    for settings in refused { #expect(throws: TLSTarget.Invalid.self) { try read(settings) } }
  }
}
