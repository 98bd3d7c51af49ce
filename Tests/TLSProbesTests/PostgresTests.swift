import AuditModel
import Facts
import LoopbackServers
import Testing

@testable import TLSProbes

@Suite struct PostgresTests {
  private func postgres(_ port: Int, trust: String? = nil) -> Target {
    var settings: JSONObject = [
      "url": .string("postgresql://auditor@localhost:\(port)/events?sslmode=require"), "address": "127.0.0.1",
    ]
    if let trust { settings["trust"] = .string(trust) }
    return Target(id: "db", kind: "postgres", settings: settings)
  }

  private static let request: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]

  @Test func handshakeFollowsTheRequestForTLS() async throws {
    let pki = try TestPKI()
    let server = try OpenSSLServer.start(try pki.credential())
    let relay = try Relay(to: server.port) { _, peer in
      guard peer.receive() == Self.request else { return false }
      peer.send(Array("S".utf8))
      return true
    }
    let look = await Look(postgres(relay.server.port, trust: pki.rootFile), versions: true)
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look["handshake.completed"] == true)
    #expect(look["chain.trusted"] == true)
    #expect(look["name.matches"] == true)
    #expect(look["versions.tls12"] == true)
    #expect(look.traffic.requests == 4)
  }

  @Test func declinedTLSIsAFact() async throws {
    let server = try ScriptedServer { peer in
      if peer.receive() == Self.request { peer.send(Array("N".utf8)) }
    }
    let look = await Look(postgres(server.port))
    #expect(look["connection.established"] == true)
    #expect(look["handshake.completed"] == false)
    #expect(look["handshake.reason"] == "the server declines TLS")
  }

  @Test func foreignAnswerIsAFact() async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("HTTP/1.1 400\r\n".utf8))
    }
    #expect(await Look(postgres(server.port))["handshake.reason"]?.string?.contains("PostgreSQL") == true)
  }
}
