import Facts
import TLSRegistry
import Testing

@testable import TLSGrading

@Suite struct MozillaTests {
  /// The intermediate configuration as the generator writes it, with an RSA certificate.
  private func intermediate(_ change: (inout ServerProfile) -> Void = { _ in }) -> ServerProfile {
    soundServer {
      $0.suites[.tls12] = suites(
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
      $0.certificates = [
        .init(
          key: .init(.rsa, bits: 2048), signatureAlgorithm: "sha256WithRSAEncryption", signatureDigests: ["SHA256"],
          lifetimeDays: 90)
      ]
      $0.groups = ["X25519", "prime256v1", "secp384r1"]
      $0.prefersItsOrder = false
      change(&$0)
    }
  }

  private func compliance(_ server: ServerProfile, _ version: String, _ profile: Guideline.Profile) throws -> Compliance
  {
    try #require(server.compliances.first { $0.guideline.version == version && $0.guideline.profile == profile })
  }

  @Test func eachVersionHasItsProfiles() {
    #expect(
      Guideline.all.map { "\($0.version) \($0.profile)" } == [
        "6.0 modern", "6.0 intermediate", "5.8 modern", "5.8 intermediate", "5.8 old", "5.7 modern", "5.7 intermediate",
        "5.7 old",
      ])
    #expect(Guideline.current(.old)?.version == "5.8")
    #expect(Guideline.all.map(\.suites.count) == [0, 6, 0, 6, 21, 0, 9, 26])
    #expect(Guideline.all.flatMap { $0.suites.union($0.suites13) }.allSatisfy { CipherSuite(named: $0) != nil })
  }

  @Test func intermediateConfigurationComplies() throws {
    let server = intermediate()
    for version in ["6.0", "5.8", "5.7"] {
      let compliance = try compliance(server, version, .intermediate)
      #expect(compliance.isCompliant == true, "\(version): \(compliance.deviations)")
    }
    #expect(server.compliances.closest?.guideline == Guideline.current(.intermediate))
    #expect(server.grade.letter == .aPlus)
  }

  @Test func modernConfigurationComplies() throws {
    let server = soundServer {
      $0.versions = [.tls13]
      $0.suites[.tls12] = nil
      $0.groups?.append("X25519MLKEM768")
    }
    #expect(try compliance(server, "6.0", .modern).isCompliant == true)
    // Stricter than asked for is fine.
    #expect(try compliance(server, "6.0", .intermediate).isCompliant == true)
    #expect(server.compliances.closest?.guideline.profile == .modern)
  }

  @Test func oldConfigurationCompliesWithTheOldProfileAlone() throws {
    let server = intermediate {
      $0.versions = [.tls10, .tls11, .tls12, .tls13]
      $0.suites[.tls10] = suites("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
      $0.suites[.tls11] = $0.suites[.tls10]
      $0.suites[.tls12]? += suites("TLS_RSA_WITH_AES_128_CBC_SHA256")
      $0.prefersItsOrder = true
    }
    #expect(try compliance(server, "5.8", .old).isCompliant == true)
    #expect(server.compliances.closest?.guideline.profile == .old)
    let intermediate = try compliance(server, "6.0", .intermediate)
    #expect(intermediate.deviations.filter { $0.kind == .version }.map(\.value) == ["TLSv1", "TLSv1.1"])
    #expect(intermediate.deviations.filter { $0.kind == .suite }.count == 3)
  }

  /// A kind of deviation with a change to the intermediate configuration that brings it about.
  static let cases: [(Compliance.Kind, String, @Sendable (inout ServerProfile) -> Void)] = [
    (.version, "TLSv1.1", { $0.versions?.insert(.tls11) }),
    (
      .suite, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
      {
        $0.suites[.tls12]? += suites("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")
        $0.dhBits = 2048
      }
    ),
    (.suite, "TLS_AES_128_CCM_SHA256", { $0.suites[.tls13]? += suites("TLS_AES_128_CCM_SHA256") }),
    (
      .dhSize, "1024",
      {
        $0.suites[.tls12]? += suites("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")
        $0.dhBits = 1024
      }
    ),
    (.group, "secp224r1", { $0.groups?.append("secp224r1") }),
    (.certificateType, "Ed25519", { $0.certificates?[0].key = .init(.ed25519, bits: 256) }),
    (.certificateCurve, "secp521r1", { $0.certificates?[0].key = .init(.ec, bits: 521, curve: "secp521r1") }),
    (
      .certificateSignature, "sha1WithRSAEncryption",
      { $0.certificates?[0].signatureAlgorithm = "sha1WithRSAEncryption" }
    ),
    (.rsaKeySize, "1024", { $0.certificates?[0].key.bits = 1024 }),
    (.lifetime, "367", { $0.certificates?[0].lifetimeDays = 367 }),
    (.hsts, "none", { $0.strictTransport = .absent }),
    (.hsts, "63071999", { $0.strictTransport = .maxAge(63_071_999) }),
    (.vulnerability, "robot", { $0.vulnerabilities[.robot] = true }),
  ]

  @Test(arguments: cases.indices)
  func eachDeviationIsALineOfItsOwn(index: Int) throws {
    let (kind, value, change) = Self.cases[index]
    let compliance = try compliance(intermediate(change), "6.0", .intermediate)
    #expect(compliance.isCompliant == false)
    let deviation = try #require(compliance.deviations.first { $0.kind == kind && $0.value == value })
    #expect(!deviation.message.isEmpty && !deviation.allowed.isEmpty)
  }

  @Test func orderOfSuitesCountsForOldClientsOnly() throws {
    let server = intermediate()
    #expect(try compliance(server, "5.8", .old).deviations.map(\.kind) == [.serverOrder])
    #expect(try compliance(intermediate { $0.prefersItsOrder = nil }, "5.8", .old).isCompliant == nil)
  }

  @Test func furtherGroupsAndLongLivesAreNotesOnly() throws {
    let server = intermediate {
      $0.groups? += ["secp521r1", "x448", "ffdhe2048", "unheard-of"]
      $0.certificates?[0].lifetimeDays = 200
    }
    let compliance = try compliance(server, "6.0", .intermediate)
    #expect(compliance.isCompliant == true)
    #expect(compliance.notes.map(\.value) == ["secp521r1", "x448", "ffdhe2048", "unheard-of", "200"])
  }

  @Test func secondCertificateForOlderClientsIsNoDeviation() throws {
    let server = soundServer {
      $0.versions = [.tls13]
      $0.suites[.tls12] = nil
      $0.certificates?.append(
        .init(key: .init(.rsa, bits: 2048), signatureAlgorithm: "sha256WithRSAEncryption", lifetimeDays: 90))
    }
    #expect(try compliance(server, "6.0", .modern).isCompliant == true)
  }

  @Test func whatIsNotKnownIsNoCompliance() throws {
    let forgetting: [(String, (inout ServerProfile) -> Void)] = [
      ("versions", { $0.versions = nil }), ("suites.TLSv1.2", { $0.suites[.tls12] = nil }),
      ("groups", { $0.groups = nil }), ("certificates", { $0.certificates = nil }),
      ("certificates.key.bits", { $0.certificates?[0].key.bits = nil }),
      ("certificates.lifetimeDays", { $0.certificates?[0].lifetimeDays = nil }),
      ("certificates.signatureAlgorithm", { $0.certificates?[0].signatureAlgorithm = nil }),
      ("strictTransport", { $0.strictTransport = nil }),
    ]
    for (input, forget) in forgetting {
      let compliance = try compliance(intermediate(forget), "6.0", .intermediate)
      #expect(compliance.isCompliant == nil, "\(input)")
      #expect(compliance.missing == [input])
    }
    let blank = ServerProfile().compliances
    #expect(blank.allSatisfy { $0.isCompliant == nil })
  }

  @Test func publishedDocumentIsRead() throws {
    let old = try #require(Guideline.all.first { $0.version == "5.8" && $0.profile == .old })
    let modern: JSONValue = [
      "certificate_curves": ["prime256v1", "secp384r1"],
      "certificate_signatures": ["ecdsa-with-SHA256", "ecdsa-with-SHA384", "ecdsa-with-SHA512"],
      "certificate_types": ["ecdsa"], "ciphers": ["iana": [], "openssl": []],
      "ciphersuites": ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
      "dh_param_size": nil, "ecdh_param_size": 256, "hsts_min_age": 63_072_000, "maximum_certificate_lifespan": 90,
      "ocsp_staple": true, "recommended_certificate_lifespan": 90, "rsa_key_size": nil,
      "server_preferred_order": false, "tls_curves": ["X25519MLKEM768", "X25519", "prime256v1", "secp384r1"],
      "tls_versions": ["TLSv1.3"],
    ]
    var oldDocument = try #require(modern.object)
    oldDocument["certificate_signatures"] = ["sha256WithRSAEncryption"]
    oldDocument["certificate_types"] = ["rsa"]
    oldDocument["ciphers"] = ["iana": JSONValue(old.suites.sorted())]
    oldDocument["dh_param_size"] = 2048
    oldDocument["maximum_certificate_lifespan"] = 366
    oldDocument["rsa_key_size"] = 2048
    oldDocument["server_preferred_order"] = true
    oldDocument["tls_versions"] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    let document: JSONValue = ["version": 5.8, "configurations": ["old": .object(oldDocument), "modern": modern]]
    let published = try Guideline.reading(document)
    #expect(published == Guideline.all.filter { $0.version == "5.8" && $0.profile != .intermediate })
  }

  @Test func brokenDocumentsAreRefused() {
    let documents: [JSONValue] = [
      nil, [], ["version": 6], ["version": 6, "configurations": []],
      ["version": 6, "configurations": ["strange": [:]]],
      ["version": 6, "configurations": ["modern": [:]]], ["version": 6, "configurations": ["modern": 3]],
      ["version": 6, "configurations": ["modern": ["tls_versions": ["TLSv9"]]]],
      ["version": 6, "configurations": ["modern": ["tls_versions": [4]]]],
    ]
    for document in documents { #expect(throws: Guideline.Malformed.self) { try Guideline.reading(document) } }
  }

  @Test func factsHaveTheDeclaredShape() throws {
    for server in [intermediate(), ServerProfile(), soundServer { $0.versions?.insert(.ssl2) }] {
      let facts = Compliance.facts(server.compliances)
      #expect(Compliance.schema.violations(of: facts).isEmpty)
      #expect(facts["old"]?["guideline"] == "5.8")
      #expect(facts["earlier"]?.array?.count == 5)
    }
    let facts = Compliance.facts(intermediate { $0.versions?.insert(.tls10) }.compliances)
    #expect(facts["intermediate"]?["deviations"]?[0]?["message"] == "the server accepts TLS 1.0")
    #expect(facts["closest"]?["deviations"] == 1)
    func lines(_ server: ServerProfile) -> [JSONValue?]? {
      Compliance.facts(server.compliances)["intermediate"]?["lines"]?.array?.map { $0["complies"] }
    }
    #expect(lines(intermediate()) == [true])
    #expect(lines(intermediate { $0.groups = nil }) == [.null])
    #expect(lines(intermediate { ($0.groups, $0.strictTransport) = (nil, .absent) }) == [false, .null])
  }
}
