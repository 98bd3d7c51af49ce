import AuditModel
import LoopbackServers
import Probing
import Testing

@testable import Transport

/// Blocking calls of a test, on a thread of their own.
let lane = BlockingLane(width: 8)

func session(
  port: Int, name: String? = "localhost", trust files: [String], systemRoots: Bool = false,
  minimum: TLSVersion? = nil, maximum: TLSVersion? = nil, alpn: [String] = [], everyCipher: Bool = false
) async -> Result<TLSSession, TransportFailure> {
  await lane.run {
    Result { () throws(TransportFailure) in
      let deadline = Deadline(milliseconds: 5000)
      guard let store = try? TrustStore.including(files, systemRoots: systemRoots) else {
        throw .unreachable("no trust")
      }
      let connection = try Connection.open(
        Endpoint(host: "127.0.0.1", port: port), before: deadline, traffic: TrafficMeter())
      defer { connection.close() }
      return try connection.startTLS(
        TLSClientSettings(
          serverName: name, trust: store, minimumVersion: minimum, maximumVersion: maximum, alpn: alpn,
          offersEveryCipher: everyCipher), before: deadline)
    }
  }
}

@Suite struct TLSSessionTests {
  let pki: TestPKI

  init() throws { pki = try TestPKI() }

  @Test func healthyServerProvesItsIdentity() async throws {
    let server = try NginxServer.start(try pki.credential())
    let session = try await session(port: server.port, trust: [pki.rootFile]).get()
    let verdict = try #require(session.verdict)
    #expect(session.version == "TLSv1.3")
    #expect(session.cipher.hasPrefix("TLS_"))
    #expect(session.group == "X25519")
    #expect(verdict.problems == [])
    #expect(verdict.isTrusted)
    #expect(verdict.anchor == .declared)
    #expect(verdict.path.map(\.subject) == ["CN=leaf", "CN=Loopback Intermediate", "CN=Loopback Root"])
    #expect(session.isMadeOutToName == true)
    #expect(session.isOrderRight)
    #expect(session.presentedCount == 2)
    let leaf = try #require(session.presented.first)
    #expect(leaf.dnsNames == ["localhost"])
    #expect(leaf.ipAddresses == ["127.0.0.1"])
    #expect(leaf.nameCount == 2)
    #expect(leaf.keyAlgorithm == "EC")
    #expect(leaf.keyBits == 256)
    #expect(leaf.signatureAlgorithm == "ecdsa-with-SHA256")
    #expect(leaf.signatureDigest == "SHA256")
    #expect(!leaf.isCA && !leaf.isSelfSigned && leaf.isForServers && !leaf.mustStaple)
    #expect(session.presented[1].isCA)
    let (notBefore, notAfter) = (try #require(leaf.notBefore), try #require(leaf.notAfter))
    #expect(notAfter.seconds(since: notBefore) == 61 * 86400)
    #expect(session.provesIdentity(at: notAfter))
    #expect(!session.provesIdentity(at: Instant(seconds: notAfter.seconds + 1)))
    #expect(!session.provesIdentity(at: Instant(seconds: notBefore.seconds - 1)))
  }

  @Test func addressIsHeldAgainstAddressesOnly() async throws {
    let server = try NginxServer.start(try pki.credential(.init(names: ["DNS:127.0.0.1", "DNS:localhost"])))
    #expect(
      try await session(port: server.port, name: "127.0.0.1", trust: [pki.rootFile]).get().isMadeOutToName == false)
    #expect(
      try await session(port: server.port, name: "localhost.", trust: [pki.rootFile]).get().isMadeOutToName == true)
    #expect(
      try await session(port: server.port, name: "LOCALHOST", trust: [pki.rootFile]).get().isMadeOutToName == true)
    #expect(try await session(port: server.port, name: "leaf", trust: [pki.rootFile]).get().isMadeOutToName == false)
  }

  @Test func missingIntermediateLeavesTheIssuerOut() async throws {
    let server = try NginxServer.start(try pki.credential(withIntermediate: false))
    let verdict = try #require(try await session(port: server.port, trust: [pki.rootFile]).get().verdict)
    #expect(!verdict.isTrusted && !verdict.isIssuerAtHand && verdict.anchor == nil)
    #expect(verdict.problems.map(\.id).contains("issuer-missing"))
  }

  @Test func foreignRootIsNotTrusted() async throws {
    let server = try NginxServer.start(try pki.credential())
    let other = try TestPKI(named: "Other")
    let verdict = try #require(try await session(port: server.port, trust: [other.rootFile]).get().verdict)
    #expect(!verdict.isTrusted && verdict.isIssuerAtHand && verdict.anchor == nil)
    #expect(verdict.problems.map(\.depth) == [1])
  }

  @Test func selfSignedIsTrustedOnlyWhereDeclared() async throws {
    let credential = try pki.selfSigned()
    let server = try NginxServer.start(credential)
    let foreign = try await session(port: server.port, trust: [pki.rootFile]).get()
    #expect(foreign.verdict?.problems.map(\.id) == ["self-signed"])
    #expect(foreign.verdict?.isIssuerAtHand == true)
    #expect(foreign.presented.first?.isSelfSigned == true)
    let declared = try await session(port: server.port, trust: [credential.leafFile]).get()
    #expect(declared.verdict?.isTrusted == true)
    #expect(declared.verdict?.anchor == .declared)
  }

  @Test func everyProblemIsCollectedAndNoneDependsOnTheDay() async throws {
    let server = try NginxServer.start(
      try pki.credential(
        .init(validFrom: -86400 * 90, validTo: -86400, purpose: "clientAuth"), withIntermediate: false))
    let session = try await session(port: server.port, name: "other.example", trust: [pki.rootFile]).get()
    let problems = try #require(session.verdict).problems.map(\.id)
    #expect(problems.contains("issuer-missing"))
    #expect(problems.contains("purpose-wrong"))
    #expect(!problems.contains { $0.hasPrefix("x509-") })
    #expect(session.isMadeOutToName == false)
    #expect(session.presented.first?.isForServers == false)
  }

  @Test func withoutRootsThereIsNoVerdict() async throws {
    let server = try NginxServer.start(try pki.credential())
    #expect(try await session(port: server.port, trust: []).get().verdict == nil)
  }

  @Test func systemRootsDoNotTrustUs() async throws {
    let server = try NginxServer.start(try pki.credential())
    let session = try await session(port: server.port, trust: [], systemRoots: true).get()
    #expect(session.verdict?.isTrusted == false)
  }

  @Test func weakKeysAndOldHashesAreSeenNotRefused() async throws {
    let server = try NginxServer.start(
      try pki.credential(.init(key: "rsa:1024", digest: "sha1")), ciphers: "DEFAULT@SECLEVEL=0")
    let leaf = try #require(try await session(port: server.port, trust: [pki.rootFile]).get().presented.first)
    #expect(leaf.keyAlgorithm == "RSA")
    #expect(leaf.keyBits == 1024)
    #expect(leaf.signatureDigest == "SHA1")
  }

  @Test func oldVersionsAreSpokenThoughTheSystemForbidsThem() async throws {
    let server = try NginxServer.start(
      try pki.credential(), protocols: "TLSv1 TLSv1.1", ciphers: "ALL:@SECLEVEL=0")
    #expect(try await session(port: server.port, trust: [pki.rootFile]).get().version == "TLSv1.1")
    let oldest = await session(port: server.port, trust: [pki.rootFile], maximum: .tls10)
    #expect(try oldest.get().version == "TLSv1")
    let newer = await session(port: server.port, trust: [pki.rootFile], minimum: .tls12)
    guard case .failure(.tls(let failure)) = newer else {
      Issue.record("\(newer)")
      return
    }
    #expect(failure.cause == .alert(70))
    #expect(!failure.isAfterAgreement)
  }

  @Test func demandedClientCertificateBreaksTheHandshakeAfterAgreement() async throws {
    let server = try OpenSSLServer.start(
      try pki.credential(), options: ["-Verify", "1", "-verify_return_error", "-tls1_2"])
    guard case .failure(.tls(let failure)) = await session(port: server.port, trust: [pki.rootFile]) else {
      Issue.record("a certificate was demanded")
      return
    }
    #expect(failure.isAfterAgreement)
  }

  @Test func applicationProtocolIsNegotiated() async throws {
    let server = try OpenSSLServer.start(try pki.credential(), options: ["-alpn", "http/1.1"])
    let session = try await session(port: server.port, trust: [pki.rootFile], alpn: ["h2", "http/1.1"]).get()
    #expect(session.alpn == "http/1.1")
  }

  @Test func tenThousandNamesAreBounded() async throws {
    let names = ["DNS:localhost"] + (0..<10_000).map { "DNS:host-\($0).example" }
    let server = try NginxServer.start(try pki.credential(.init(names: names)))
    let session = try await session(port: server.port, name: "host-9999.example", trust: [pki.rootFile]).get()
    let leaf = try #require(session.presented.first)
    #expect(leaf.nameCount == 10_001)
    #expect(leaf.dnsNames.count == Certificate.mostNames)
    #expect(session.isMadeOutToName == true)
  }
}
