import AuditModel
import Facts
import LoopbackPostgres
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

/// Real servers whose configuration is known: what is found must be exactly that.
@Suite(.serialized) struct GroundTruthTests {
  let pki: TestPKI

  init() throws { pki = try TestPKI() }

  private static let suites13: Set = [
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
  ]
  /// OpenSSL 3.0's own list.
  private static let groups13: Set = [
    "x25519", "secp256r1", "x448", "secp521r1", "secp384r1", "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144",
    "ffdhe8192",
  ]

  private func rsa(_ bits: Int = 2048) throws -> TestPKI.Credential { try pki.credential(.init(key: "rsa:\(bits)")) }

  private func expectHealthy(_ survey: Survey) {
    #expect(survey.inconclusive == [])
    #expect(survey.gaps == [])
    #expect(survey.connections == survey.traffic.connections)
    #expect(survey.connections <= 80)
  }

  @Test func nginxAsMozillaHasIt() async throws {
    let suites = [
      "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ]
    let server = try NginxServer.start(
      try pki.credential(), ciphers: suites.joined(separator: ":"),
      server: "ssl_ecdh_curve X25519:prime256v1:secp384r1; ssl_session_timeout 1d;")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    expectHealthy(survey)
    #expect(survey.protocols == ["TLSv1.2", "TLSv1.3"])
    #expect(survey.suites(of: "TLSv1.3") == Self.suites13)
    #expect(
      survey.suites(of: "TLSv1.2") == [
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
      ])
    #expect(survey.groups == ["x25519", "secp256r1", "secp384r1"])
    for group in survey["groups"]?.array ?? [] { #expect(group["protocols"] == ["TLSv1.2", "TLSv1.3"]) }
    #expect(survey["suiteKinds.insecure"] == [])
    #expect(survey["suiteKinds.staticKeyExchange"] == [])
    #expect(survey["versions.ssl2"] == false)
    #expect(survey["versions.tls13"] == true)
    #expect(survey["modern.version"] == "TLSv1.3")
    #expect(survey["modern.group"] == "x25519")
    #expect(survey["certificates"]?.array?.count == 1)
    #expect(survey["certificates.0.keyAlgorithm"] == "EC")
    #expect(survey["certificates.0.keyCurve"] == "prime256v1")
    #expect(survey["chain.trusted"] == true)
    #expect(survey["name.matches"] == true)
    #expect(survey["compression"] == "off")
    #expect(survey["renegotiation"] == "secure")
    #expect(survey["extendedMasterSecret"] == true)
    #expect(survey["downgradeMark"] == true)
    #expect(survey["fallback"] == [])
    #expect(survey["postQuantum"] == false)
    #expect(survey["largeHello"] == true)
    #expect(survey["clientCertificate"] == false)
    #expect(survey["stapled"] == false)
    #expect(survey["earlyDataBytes"] == 0)
    #expect(survey["names.unknownName"] == "sameCertificate")
    #expect(survey["addresses.0.agrees"] == true)
    let tickets = try #require(survey["tickets"]?.array)
    #expect(tickets.compactMap { $0["protocol"]?.string } == ["TLSv1.2", "TLSv1.3"])
    #expect(tickets.compactMap { $0["lifetimeSeconds"]?.integer } == [86400, 86400])
  }

  @Test func orderOfTheServerIsTold() async throws {
    let list = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"
    for (directive, expected) in [("on", "server"), ("off", "client")] {
      let server = try NginxServer.start(
        try pki.credential(), protocols: "TLSv1.2", ciphers: list, server: "ssl_prefer_server_ciphers \(directive);")
      let survey = await Survey(https(server.port))
      #expect(survey.facts?["preference"]?["TLSv1.2"]?.string == expected)
    }
  }

  @Test func everythingThatLibsslSpeaks() async throws {
    let everything = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
    let folder = try ScratchFolder()
    let parameters = try folder.write(Self.modp2048, to: "dh.pem")
    let server = try OpenSSLServer.start(
      try rsa(), options: ["-cipher", everything, "-tls1_2", "-dhparam", parameters])
    let survey = await Survey(https(server.port))
    #expect(survey.inconclusive == [])
    let list = try OpenSSLServer.ciphers(everything, options: ["-s", "-tls1_2"])
    let expected = list.split(separator: "\n").filter { !$0.contains("Au=DSS") && !$0.contains("Au=ECDSA") }
      .compactMap { $0.split(separator: " ").dropFirst(2).first.map(String.init) }
    #expect(survey.suites(of: "TLSv1.2") == Set(expected))
    #expect(expected.count > 50)
    #expect(survey.protocols == ["TLSv1.2"])
    #expect(survey["suiteKinds.insecure"]?.array?.contains("TLS_RSA_WITH_NULL_SHA256") == true)
    #expect(survey["suiteKinds.insecure"]?.array?.contains("TLS_DH_anon_WITH_AES_128_CBC_SHA") == true)
    let field = survey["groups"]?.array?.first { $0["kind"] == "ff" }
    #expect(field?["name"] == "modp2048")
    #expect(field?["bits"] == 2048)
    #expect(field?["ownParameters"] == true)
  }

  /// The parameters of RFC 3526's group 14.
  private static let modp2048 = """
    -----BEGIN DH PARAMETERS-----
    MIIBCAKCAQEA///////////JD9qiIWjCNMTGYouA3BzRKQJOCIpnzHQCC76mOxOb
    IlFKCHmONATd75UZs806QxswKwpt8l8UN0/hNW1tUcJF5IW1dmJefsb0TELppjft
    awv/XLb0Brft7jhr+1qJn6WunyQRfEsf5kkoZlHs5Fs9wgB8uKFjvwWY2kg2HFXT
    mmkWP6j9JM9fg2VdI9yjrZYcYvNWIIVSu57VKQdwlpZtZww1Tkq8mATxdGwIyhgh
    fDKQXkYuNs474553LBgOhgObJ4Oi7Aeij7XFXfBvTFLJ3ivL9pVYFxg5lUl86pVq
    5RXSJhiY+gUQFXKOWoqsqmj//////////wIBAg==
    -----END DH PARAMETERS-----

    """

  @Test func oldVersionsAndTheFallback() async throws {
    let server = try NginxServer.start(
      try rsa(), protocols: "TLSv1 TLSv1.1 TLSv1.2", ciphers: "AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0")
    let survey = await Survey(https(server.port))
    expectHealthy(survey)
    #expect(survey.protocols == ["TLSv1.0", "TLSv1.1", "TLSv1.2"])
    for version in survey.protocols {
      #expect(survey.suites(of: version) == ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"])
    }
    #expect(survey["suiteKinds.staticKeyExchange"] == ["TLS_RSA_WITH_AES_128_CBC_SHA"])
    #expect(survey["fallback.0.version"] == "TLSv1.1")
    #expect(survey["fallback.0.honoured"] == true)
    #expect(survey["fallback.1"] == ["version": "TLSv1.0", "honoured": true])
    #expect(survey["versions.ssl3"] == false)
    #expect(survey["modern.aead"] == false)
    #expect(survey["modern.forwardSecret"] == true)
  }

  @Test func twoCertificatesAreBothSeen() async throws {
    let other = try rsa()
    let own = try pki.credential()
    let server = try NginxServer.start(
      own, server: "ssl_certificate \(other.chainFile); ssl_certificate_key \(other.keyFile);")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    expectHealthy(survey)
    let algorithms = survey["certificates"]?.array?.compactMap { $0["keyAlgorithm"]?.string }
    #expect(Set(algorithms ?? []) == ["EC", "RSA"])
    let newer = try NginxServer.start(
      own, protocols: "TLSv1.3",
      server: "ssl_certificate \(other.chainFile); ssl_certificate_key \(other.keyFile);")
    let alone = await Survey(https(newer.port, trust: pki.rootFile))
    expectHealthy(alone)
    #expect(alone.protocols == ["TLSv1.3"])
    #expect(Set(alone["certificates"]?.array?.compactMap { $0["keyAlgorithm"]?.string } ?? []) == ["EC", "RSA"])
    #expect(alone["renegotiation"] == "notApplicable")
    #expect(alone["compression"] == "notApplicable")
    #expect(alone.facts?["suites"]?.object?.count == 1)
  }

  @Test func anotherServerForUnknownNames() async throws {
    let server = try NginxServer.start(
      try pki.credential(), server: "server_name localhost;",
      otherServer: "listen 127.0.0.1:PORT ssl default_server; ssl_reject_handshake on;")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    #expect(survey["names.unknownName"] == "refused")
    #expect(survey["names.withoutName"] == "refused")
    expectHealthy(survey)
  }

  @Test func clientCertificateIsAskedFor() async throws {
    for version in ["TLSv1.2", "TLSv1.3"] {
      let server = try NginxServer.start(
        try pki.credential(), protocols: version,
        server: "ssl_client_certificate \(pki.rootFile); ssl_verify_client on;")
      let survey = await Survey(https(server.port, trust: pki.rootFile))
      #expect(survey["clientCertificate"] == true)
      #expect(survey["certificates"]?.array?.count == 1)
      #expect(survey.protocols == [version])
    }
  }

  @Test func stapleIsReadAndJudgedByTheDay() async throws {
    let credential = try pki.credential()
    let server = try NginxServer.start(
      credential, server: "ssl_stapling on; ssl_stapling_file \(try pki.staple(for: credential));")
    let target = https(server.port, trust: pki.rootFile)
    let survey = await Survey(target)
    #expect(survey["stapled"] == true)
    #expect(survey["staple.verdict"] == "good")
    #expect(survey["staple.signatureValid"] == true)
    #expect(survey["staple.isCurrent"] == true)
    let later = await Survey(target, asOf: Instant(seconds: today.seconds + 7200))
    #expect(later["staple.isCurrent"] == false)
    #expect(survey["stapleVerdict"] == "good")
    #expect(later["stapleVerdict"] == "outdated")
  }

  @Test func stapleOfARevokedOrOtherCertificate() async throws {
    let credential = try pki.credential()
    let revoked = try NginxServer.start(
      credential, server: "ssl_stapling on; ssl_stapling_file \(try pki.staple(for: credential, revoked: true));")
    #expect(await Survey(https(revoked.port, trust: pki.rootFile))["staple.verdict"] == "revoked")
    let other = try pki.credential()
    let strange = try NginxServer.start(
      other, server: "ssl_stapling on; ssl_stapling_file \(try pki.staple(for: credential));")
    #expect(await Survey(https(strange.port, trust: pki.rootFile))["staple.verdict"] == "otherCertificate")
    let foreign = try TestPKI(named: "Foreign")
    let forged = try foreign.credential()
    let signed = try NginxServer.start(
      credential, server: "ssl_stapling on; ssl_stapling_file \(try foreign.staple(for: forged));")
    let survey = await Survey(https(signed.port, trust: pki.rootFile))
    #expect(survey["staple.signatureValid"] == false)
  }

  @Test func earlyDataIsSeen() async throws {
    let server = try NginxServer.start(try pki.credential(), server: "ssl_early_data on;")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    #expect(try #require(survey["earlyDataBytes"]?.integer) > 0)
  }

  @Test func applicationProtocols() async throws {
    let server = try HAProxyServer.start(try pki.credential(), bind: "alpn h2,http/1.1 no-tls-tickets")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    expectHealthy(survey)
    #expect(survey["alpn.protocols"] == ["h2", "http/1.1"])
    #expect(survey.groups.isSuperset(of: ["x25519", "secp256r1"]))
    let without = try HAProxyServer.start(try pki.credential(), bind: "ssl-max-ver TLSv1.2")
    let older = await Survey(https(without.port, trust: pki.rootFile))
    #expect(older.protocols == ["TLSv1.2"])
  }

  @Test func postQuantumServer() async throws {
    let server = try NodeServer.start(try pki.credential(), .postQuantum)
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    expectHealthy(survey)
    #expect(survey["postQuantum"] == true)
    #expect(
      survey.groups == [
        "X25519MLKEM768", "x25519", "secp256r1", "x448", "secp384r1", "secp521r1", "ffdhe2048", "ffdhe3072",
      ])
    let hybrid = survey["groups"]?.array?.first { $0["name"] == "X25519MLKEM768" }
    #expect(hybrid?["kind"] == "hybrid")
    #expect(hybrid?["id"] == 4588)
    let only = try NodeServer.start(
      try pki.credential(), .postQuantum, options: "ecdhCurve: 'X25519MLKEM768', minVersion: 'TLSv1.3'")
    let narrow = await Survey(https(only.port, trust: pki.rootFile))
    #expect(narrow.groups == ["X25519MLKEM768"])
    #expect(narrow.protocols == ["TLSv1.3"])
    #expect(narrow.suites(of: "TLSv1.3") == Self.suites13)
    #expect(narrow["modern.group"] == "X25519MLKEM768")
    #expect(narrow.inconclusive == [])
    // libssl here cannot speak it, so what needs keys is a gap and no "no".
    #expect(narrow["stapled"] == .null)
    #expect(narrow.gaps.contains { $0.path == "tickets" })
  }

  @Test func systemNode() async throws {
    let server = try NodeServer.start(
      try pki.credential(), .system, options: "ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256'")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    expectHealthy(survey)
    #expect(survey.suites(of: "TLSv1.2") == ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"])
    #expect(survey["postQuantum"] == false)
  }

  @Test func withdrawnVersionAndCiphers() async throws {
    let server = try TLSLiteServer.start(
      try rsa(),
      settings: """
        settings.minVersion = (3, 0)
        settings.maxVersion = (3, 0)
        settings.cipherNames = ['rc4', '3des']
        settings.macNames = ['md5', 'sha']
        settings.keyExchangeNames = ['rsa']
        """)
    let survey = await Survey(https(server.port))
    #expect(survey.inconclusive == [])
    #expect(survey.protocols == ["SSLv3"])
    #expect(
      survey.suites(of: "SSLv3") == [
        "TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
      ])
    #expect(survey["suiteKinds.smallBlock"] == ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"])
    #expect(survey["certificates.0.keyAlgorithm"] == "RSA")
    #expect(survey["certificates.0.keyBits"] == 2048)
  }

  /// 2^607 - 1 is a prime that nobody would choose.
  @Test func ownDiffieHellmanNumberIsMeasured() async throws {
    let server = try TLSLiteServer.start(
      try rsa(),
      settings: """
        settings.minVersion = (3, 1)
        settings.maxVersion = (3, 3)
        settings.keyExchangeNames = ['dhe_rsa']
        settings.cipherNames = ['aes128']
        settings.macNames = ['sha']
        settings.dhParams = (2, 2**607 - 1)
        settings.dhGroups = []
        """)
    let survey = await Survey(https(server.port))
    #expect(survey.inconclusive == [])
    #expect(survey.protocols == ["TLSv1.0", "TLSv1.1", "TLSv1.2"])
    #expect(survey.suites(of: "TLSv1.2") == ["TLS_DHE_RSA_WITH_AES_128_CBC_SHA"])
    let field = try #require(survey["groups"]?.array?.first { $0["kind"] == "ff" })
    #expect(field["name"] == "dhe607")
    #expect(field["bits"] == 607)
    #expect(field["id"] == .null)
  }

  /// A server that takes finite fields from the client's list shows them only to a client that has one.
  @Test func namedFiniteFieldsOfTLS12() async throws {
    let server = try TLSLiteServer.start(
      try rsa(),
      settings: """
        settings.minVersion = (3, 3)
        settings.maxVersion = (3, 3)
        settings.keyExchangeNames = ['dhe_rsa']
        settings.dhParams = (2, 2**1279 - 1)
        settings.dhGroups = ['ffdhe2048', 'ffdhe3072']
        """)
    let survey = await Survey(https(server.port))
    #expect(survey.groups.isSuperset(of: ["dhe1279", "ffdhe2048", "ffdhe3072"]))
    #expect(!survey.groups.contains("ffdhe4096"))
  }

  @Test func realPostgres() async throws {
    let server = try PostgresServer.shared.get()
    let survey = await Survey(postgres(server.port), trust: [server.root])
    expectHealthy(survey)
    #expect(survey.protocols == ["TLSv1.2", "TLSv1.3"])
    #expect(survey.suites(of: "TLSv1.3") == Self.suites13)
    #expect(survey["suiteKinds.insecure"] == [])
    #expect(survey["alpn.protocols"] == [])
    #expect(survey["chain.trusted"] == true)
  }

  @Test func behindPostgresRequest() async throws {
    let inner = try OpenSSLServer.start(try pki.credential(), options: ["-tls1_2"])
    let relay = try Relay(to: inner.port) { _, peer in
      guard peer.receive() == [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F] else { return false }
      peer.send(Array("S".utf8))
      return true
    }
    let survey = await Survey(postgres(relay.server.port), trust: [pki.rootFile])
    #expect(survey.protocols == ["TLSv1.2"])
    #expect(survey.inconclusive == [])
    #expect(survey.suites(of: "TLSv1.2").contains("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
  }

  /// A name with three addresses: one node kept its old certificate, one is down.
  @Test func everyAddressIsLookedAt() async throws {
    let old = try pki.credential()
    let server = try NginxServer.start(
      try pki.credential(),
      otherServer: "listen 127.0.0.2:PORT ssl; ssl_certificate \(old.chainFile); ssl_certificate_key \(old.keyFile);")
    let meter = TrafficMeter()
    let target = try TLSTarget(https(server.port, trust: pki.rootFile), trust: [])
    let surveyor = ConfigurationSurveyor(
      target: target, addresses: ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1"], trust: nil,
      deadline: Deadline(milliseconds: 20_000), lane: BlockingLane(width: 4), traffic: meter, seed: 1)
    let survey = try await surveyor.survey()
    let facts = ConfigurationFacts(
      survey: survey, name: "localhost", isNameSent: true, connections: 0, blindness: nil,
      before: Deadline(milliseconds: 20_000)
    ).value
    let addresses = try #require(facts["addresses"]?.array)
    #expect(addresses.map { $0["agrees"] } == [true, false, .null, true])
    #expect(addresses[1]["reason"] == "shows another certificate")
    #expect(addresses[1]["serial"] != addresses[0]["serial"])
    #expect(addresses[2]["reason"] == "connection refused")
  }

  /// A safe prime of 1024 bits that nobody else has.
  private static let ownField = """
    -----BEGIN DH PARAMETERS-----
    MIGHAoGBALs1OSrIqdNFaShuXosfzDh8yz9+tV/QTqaUedL4D6X3CXT1WHwNCopK
    u6Y2/hR0om3wIkJieR6XhvYO5DrOL1bNERLu3Ps4R9WbEzzUgwpdZRaguEajc7GL
    ElsvvmvlmgDkR2JkM7rzZqI20SjkeTfqwK7kW0kRWErB+B1FJrF3AgEC
    -----END DH PARAMETERS-----
    """

  /// A field of the server's own is not tested once time is up, and that is said; one that is known needs no time.
  @Test func fieldsAreTestedBeforeTheDeadline() async throws {
    for (field, isKnown) in [(Self.ownField, false), (Self.modp2048, true)] {
      let folder = try ScratchFolder()
      let parameters = try folder.write(field, to: "dh.pem")
      let server = try OpenSSLServer.start(
        try rsa(), options: ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-dhparam", parameters])
      let target = try TLSTarget(https(server.port, trust: pki.rootFile), trust: [])
      let surveyor = ConfigurationSurveyor(
        target: target, addresses: ["127.0.0.1"], trust: nil, deadline: Deadline(milliseconds: 20_000),
        lane: BlockingLane(width: 4), traffic: TrafficMeter(), seed: 1)
      let survey = try await surveyor.survey()
      for milliseconds in [0, 20_000] {
        let facts = ConfigurationFacts(
          survey: survey, name: "localhost", isNameSent: true, connections: 0, blindness: nil,
          before: Deadline(milliseconds: milliseconds))
        let hasTime = isKnown || milliseconds > 0
        #expect(facts.value["groups"]?[0]?["soundness"] == (hasTime ? "safe" : .null))
        #expect(facts.gaps.contains { $0.path == "groups.soundness" } == !hasTime)
        let found = try judgement(of: "tls-configuration", facts.value, facts.gaps)
        #expect(found["tls-finite-field-sound"] == (hasTime ? nil : .unknown))
      }
    }
  }

  /// The same three as nodes that the inventory names: the one that is down has to be up.
  @Test func everyDeclaredNodeIsLookedAt() async throws {
    let old = try pki.credential()
    let server = try NginxServer.start(
      try pki.credential(),
      otherServer: "listen 127.0.0.2:PORT ssl; ssl_certificate \(old.chainFile); ssl_certificate_key \(old.keyFile);")
    let survey = await Survey(
      Target(
        id: "x", kind: "tls",
        settings: [
          "host": "127.0.0.1", "port": .integer(server.port), "serverName": "localhost",
          "trust": .string(pki.rootFile), "nodes": ["127.0.0.1", "127.0.0.2", "127.0.0.3"],
        ]))
    let addresses = try #require(survey["addresses"]?.array)
    #expect(addresses.map { $0["address"]?.string } == ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    #expect(addresses.map { $0["agrees"] } == [true, false, false])
    #expect(addresses.allSatisfy { $0["routed"] == true })
  }

  @Test func certificateThatDemandsAStapleAndGetsNone() async throws {
    var leaf = TestPKI.Leaf()
    leaf.mustStaple = true
    let server = try NginxServer.start(try pki.credential(leaf))
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    #expect(survey["mustStaple"] == true)
    #expect(survey["stapleVerdict"] == "missing")
  }

  /// Figures of one run, for the record; the limit of time is generous for a machine with other work to do.
  @Test func costsLittle() async throws {
    let own = try pki.credential()
    let other = try rsa()
    let server = try NginxServer.start(
      own, server: "ssl_certificate \(other.chainFile); ssl_certificate_key \(other.keyFile);")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    expectHealthy(survey)
    #expect(survey.seconds < 10)
  }
}
