import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

private let day = 86400
private let hour = 3600

@Suite struct TLSEndpointTests {
  let pki: TestPKI

  init() throws { pki = try TestPKI() }

  @Test func healthyEndpointShowsAllFacts() async throws {
    let server = try NginxServer.start(try pki.credential(.init(validTo: 60 * day + hour)))
    let look = await Look(https(server.port, trust: pki.rootFile))
    let facts = try #require(look.facts)
    #expect(probe.descriptor.facts.violations(of: facts).isEmpty)
    #expect(look.gaps.isEmpty)
    #expect(look["connection.established"] == true)
    #expect(look["connection.address"] == "127.0.0.1")
    #expect(look["handshake.completed"] == true)
    #expect(look["handshake.version"] == "TLSv1.3")
    #expect(look["handshake.group"] == "X25519")
    #expect(try #require(look["handshake.microseconds"]?.integer) > 0)
    #expect(look["leaf.names"] == ["localhost"])
    #expect(look["leaf.addresses"] == ["127.0.0.1"])
    #expect(look["leaf.keySecurityBits"] == 128)
    #expect(look["leaf.serverAuth"] == true)
    #expect(look["leaf.lifetime.verdict"] == "healthy")
    #expect(look["leaf.lifetime.daysLeft"] == 60)
    #expect(look["leaf.lifetime.publicLimit"] == "kept")
    #expect(look["leaf.renewal.grade"] == "likely")
    // A private authority breaks rules of the Baseline Requirements, which do not bind it, and none of RFC 5280.
    let lints = try #require(look["leaf.lints"]?.array)
    #expect(lints.contains { $0["id"] == "subscriber-policies-present" && $0["binds"] == false })
    #expect(!lints.contains { $0["status"] == "error" && $0["binds"] == true })
    #expect(look["chain.trusted"] == true)
    #expect(look["chain.anchor"] == "declared")
    #expect(look["chain.errors"] == [])
    #expect(look["chain.outdated"] == [])
    #expect(look["chain.signatureDigests"] == ["SHA256"])
    #expect(look["chain.path.2.subject"] == "CN=Loopback Root")
    #expect(look["name.requested"] == "localhost")
    #expect(look["name.matches"] == true)
    #expect(look["versions"] == .null)
    #expect(look.traffic.connections == 1)
    #expect(look.traffic.bytesSent > 200 && look.traffic.bytesReceived > 1000)
  }

  @Test func trustMayComeFromTheRun() async throws {
    let server = try NginxServer.start(try pki.credential())
    #expect(await Look(https(server.port), trust: [pki.rootFile])["chain.trusted"] == true)
    #expect(await Look(https(server.port))["chain.trusted"] == false)
  }

  @Test func unreadableTrustIsAGapAndNoVerdict() async throws {
    let server = try NginxServer.start(try pki.credential())
    let look = await Look(https(server.port, trust: "/nowhere/ca.pem"))
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look["chain.trusted"] == .null)
    #expect(look["chain.outdated"] == .null)
    #expect(look["name.matches"] == true)
    #expect(look.gaps.contains { $0.path == "chain.trusted" && $0.reason.contains("/nowhere/ca.pem") })
  }

  @Test func expiryIsJudgedAsOfAnyDay() async throws {
    let server = try NginxServer.start(try pki.credential(.init(validFrom: -80 * day, validTo: 5 * day + hour)))
    let target = https(server.port, trust: pki.rootFile)
    let look = await Look(target)
    #expect(look["leaf.lifetime.verdict"] == "critical")
    #expect(look["leaf.lifetime.days"] == 86)
    #expect(look["leaf.lifetime.daysLeft"] == 5)
    #expect(look["chain.trusted"] == true)
    let later = await Look(target, asOf: Instant(seconds: today.seconds + 6 * day))
    #expect(later["leaf.lifetime.verdict"] == "expired")
    #expect(later["leaf.lifetime.isExpired"] == true)
    #expect(later["leaf.lifetime.daysLeft"] == -1)
    #expect(later["chain.trusted"] == true)
    let earlier = await Look(target, asOf: Instant(seconds: today.seconds - 81 * day))
    #expect(earlier["leaf.lifetime.isNotYetValid"] == true)
    let muchLater = await Look(target, asOf: Instant(seconds: today.seconds + 4000 * day))
    #expect(muchLater["chain.outdated"]?.array?.count == 2)
  }

  @Test func expiredCertificateSpoilsNothingButItsLife() async throws {
    let server = try NginxServer.start(try pki.credential(.init(validFrom: -90 * day, validTo: -day)))
    let look = await Look(https(server.port, trust: pki.rootFile))
    #expect(look["leaf.lifetime.verdict"] == "expired")
    #expect(look["chain.trusted"] == true)
    #expect(look["chain.errors"] == [])
  }

  @Test func wrongNameSpoilsNothingButTheName() async throws {
    let server = try NginxServer.start(try pki.credential(.init(names: ["DNS:other.example"])))
    let look = await Look(https(server.port, trust: pki.rootFile))
    #expect(look["name.matches"] == false)
    #expect(look["chain.trusted"] == true)
    let asked = await Look(https(server.port, trust: pki.rootFile, serverName: "other.example"))
    #expect(asked["name.matches"] == true)
  }

  @Test func missingIntermediateIsNamed() async throws {
    let server = try NginxServer.start(try pki.credential(withIntermediate: false))
    let look = await Look(https(server.port, trust: pki.rootFile))
    #expect(look["chain.issuerFound"] == false)
    #expect(look["chain.trusted"] == false)
    #expect(look["chain.hasAnchor"] == false)
    #expect(look["leaf.issuer"] == "CN=Loopback Intermediate")
  }

  @Test func strayCertificateBreaksTheOrder() async throws {
    let credential = try pki.credential()
    let folder = try ScratchFolder()
    let texts = try [credential.leafFile, pki.rootFile, pki.intermediateFile].map {
      try String(contentsOfFile: $0, encoding: .utf8)
    }
    var disordered = credential
    disordered.chainFile = try folder.write(texts.joined(), to: "chain.pem")
    let server = try NginxServer.start(disordered)
    let look = await Look(https(server.port, trust: pki.rootFile))
    #expect(look["chain.orderIsRight"] == false)
    #expect(look["chain.presentedCount"] == 3)
    #expect(look["chain.trusted"] == true)
  }

  @Test func namesAreBounded() async throws {
    let names = ["DNS:localhost"] + (0..<10_000).map { "DNS:host-\($0).example" }
    let server = try NginxServer.start(try pki.credential(.init(names: names)))
    let look = await Look(https(server.port, trust: pki.rootFile))
    #expect(look["leaf.nameCount"] == 10_001)
    #expect(look["leaf.names"]?.array?.count == 200)
    #expect(look["name.matches"] == true)
  }

  @Test func longAndStrangeNamesAreKeptWithinBounds() async throws {
    let label = "ü\u{1B}[31m\u{7}" + String(repeating: "ü", count: 50)
    let server = try NginxServer.start(
      try pki.credential(.init(names: ["DNS:" + String(repeating: "a", count: 5000)], commonName: label)))
    let look = await Look(https(server.port, trust: pki.rootFile))
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look["leaf.names.0"] == .string(String(repeating: "a", count: 500)))
    let subject = try #require(look["leaf.subject"]?.string)
    #expect(subject.hasPrefix("CN=ü"))
    #expect(subject.unicodeScalars.count <= 500)
    #expect(look["name.matches"] == false)
  }

  @Test func addressInTheURLIsHeldAgainstAddresses() async throws {
    let server = try NginxServer.start(try pki.credential(.init(names: ["DNS:localhost"])))
    #expect(await Look(https(server.port, host: "127.0.0.1", trust: pki.rootFile))["name.matches"] == false)
  }

  @Test func closedPortAndUnknownHostAreFacts() async throws {
    let refused = await Look(https(try LoopbackPort.free()))
    #expect(probe.descriptor.facts.violations(of: try #require(refused.facts)).isEmpty)
    #expect(refused["connection.established"] == false)
    #expect(refused["connection.reason"] == "connection refused")
    #expect(refused["handshake"] == .null)
    #expect(refused["leaf"] == .null)
    #expect(refused["name.matches"] == .null)
  }

  @Test func silenceIsUnseen() async throws {
    let server = try ScriptedServer { peer in
      while !peer.receive().isEmpty {}
    }
    let look = await Look(https(server.port), within: 200)
    #expect(look.facts == nil)
    #expect(look.unseen?.kind == .timeout)
  }

  @Test func serverWithoutTLSIsMetInVain() async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
    }
    let look = await Look(https(server.port), versions: true)
    #expect(probe.descriptor.facts.violations(of: try #require(look.facts)).isEmpty)
    #expect(look["connection.established"] == true)
    #expect(look["handshake.completed"] == false)
    #expect(look["handshake.reason"]?.string?.contains("does not speak TLS") == true)
    #expect(look["versions.tls10"] == .null)
    #expect(look.gaps.map(\.path) == ["versions.tls10", "versions.tls11", "versions.tls12", "versions.tls13"])
    #expect(look.traffic.connections == 1)
  }

  @Test func resetServerIsMetInVain() async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.resetOnClose()
    }
    let look = await Look(https(server.port))
    #expect(look["handshake.completed"] == false)
    #expect(look["handshake.reason"] == "the peer reset the connection")
  }

  @Test(arguments: [
    ("https://web.example", "web.example", 443), ("https://web.example:8443/a?b#c", "web.example", 8443),
    ("https://[::1]:9/", "::1", 9), ("https://user:pw@web.example/", "web.example", 443), ("https://h:", "h", 443),
  ])
  func urlNamesHostAndPort(url: String, host: String, port: Int) throws {
    let endpoint = try #require(TLSTarget.endpoint(of: url, defaultPort: 443))
    #expect(String(describing: endpoint) == "Endpoint(host: \"\(host)\", port: \(port))")
  }

  @Test func targetWithoutHostIsMalformed() async throws {
    for url in ["https://", "https://a,b/", "https://exämple/", "https://host:99999/", "nonsense"] {
      let look = await Look(Target(id: "web", kind: "https", settings: ["url": .string(url)]))
      #expect(look.unseen?.kind == .malformed, "\(url)")
    }
  }
}

@Suite struct VersionTests {
  let pki: TestPKI

  init() throws { pki = try TestPKI() }

  @Test func modernServerOffersTwoVersions() async throws {
    let server = try NginxServer.start(try pki.credential())
    let look = await Look(https(server.port), versions: true)
    #expect(look["versions"] == ["tls10": false, "tls11": false, "tls12": true, "tls13": true])
    #expect(look.gaps.isEmpty)
    #expect(look.traffic.connections == 4)
  }

  @Test func oldVersionsAreFound() async throws {
    let server = try NginxServer.start(
      try pki.credential(), protocols: "TLSv1 TLSv1.1 TLSv1.2", ciphers: "ALL:@SECLEVEL=0")
    let look = await Look(https(server.port), versions: true)
    #expect(look["versions"] == ["tls10": true, "tls11": true, "tls12": true, "tls13": false])
  }

  @Test func oneVersionAloneIsFound() async throws {
    let newest = try NginxServer.start(try pki.credential(), protocols: "TLSv1.3")
    #expect(
      await Look(https(newest.port), versions: true)["versions"]
        == ["tls10": false, "tls11": false, "tls12": false, "tls13": true])
    let oldest = try NginxServer.start(try pki.credential(), protocols: "TLSv1", ciphers: "ALL:@SECLEVEL=0")
    #expect(
      await Look(https(oldest.port), versions: true)["versions"]
        == ["tls10": true, "tls11": false, "tls12": false, "tls13": false])
  }

  @Test func resetIsNoAnswer() async throws {
    let real = try NginxServer.start(try pki.credential())
    let relay = try Relay(to: real.port) { index, peer in
      if index > 0 { peer.resetOnClose() }
      return index == 0
    }
    let look = await Look(https(relay.server.port), versions: true)
    #expect(look["handshake.completed"] == true)
    #expect(look["versions"] == ["tls10": nil, "tls11": nil, "tls12": nil, "tls13": true])
    #expect(look.gaps.map(\.path) == ["versions.tls10", "versions.tls11", "versions.tls12"])
  }
}
