import Facts
import SeededRandomness
import TLSRegistry
import Testing

@testable import TLSGrading

/// A server of TLS 1.2 and 1.3 with nothing to complain of.
func soundServer(_ change: (inout ServerProfile) -> Void = { _ in }) -> ServerProfile {
  var server = ServerProfile(
    versions: [.tls12, .tls13],
    suites: [
      .tls12: suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
      .tls13: suites("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"),
    ],
    certificates: [
      .init(
        key: .init(.ec, bits: 256, curve: "prime256v1"), signatureAlgorithm: "ecdsa-with-SHA256",
        signatureDigests: ["SHA256"], lifetimeDays: 90)
    ], groups: ["x25519", "secp256r1", "secp384r1"], isTrusted: true, matchesName: true, isOutOfDate: false,
    isSelfSigned: false, isRevoked: false, chainIsComplete: true, renegotiatesSecurely: true, compresses: false,
    fallbackSignal: .notApplicable, modernClientsGetForwardSecrecy: true, prefersItsOrder: true, isHTTP: true,
    strictTransport: .maxAge(63_072_000),
    vulnerabilities: Dictionary(uniqueKeysWithValues: ServerProfile.Vulnerability.allCases.map { ($0, false) }))
  change(&server)
  return server
}

func suites(_ names: String...) -> [CipherSuite] { names.compactMap { CipherSuite(named: $0) } }

@Suite struct SuiteNameTests {
  @Test(arguments: ReferenceSuite.upTo12 + ReferenceSuite.of13 + ReferenceSuite.ofSSL2)
  func propertiesFollowTheName(reference: ReferenceSuite) throws {
    let suite = try #require(CipherSuite(named: reference.name))
    #expect(suite.strengthBits == reference.bits)
    #expect("\(suite.exchange)" == reference.exchange)
    #expect(suite.isAEAD == reference.flags.contains("A"))
    #expect(suite.isAnonymous == reference.flags.contains("N"))
    #expect(suite.isExport == reference.flags.contains("X"))
    #expect(suite.isRC4 == reference.flags.contains("4"))
    #expect(suite.hasSmallBlock == reference.flags.contains("6"))
    #expect(suite.isCBC == reference.flags.contains("C"))
  }

  @Test(arguments: [
    "", "TLS", "TLS_", "TLS_FALLBACK_SCSV", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "ECDHE-RSA-AES128-SHA",
    "TLS_RSA_WITH_",
    "TLS_RSA_WITH_AES_129_CBC_SHA", "TLS_RSA_WITH_FOO_SHA", "HTTP_RSA_WITH_AES_128_CBC_SHA", "TLS_AES_SHA_GCM",
  ])
  func otherNamesAreNoSuites(name: String) { #expect(CipherSuite(named: name) == nil) }

  @Test func groupsAreKnownByAnyName() {
    #expect(GroupStrength("X25519MLKEM768") == .encapsulation)
    #expect(GroupStrength("SecP384r1MLKEM1024") == .encapsulation)
    #expect(GroupStrength("prime256v1") == GroupStrength("P-256"))
    #expect(GroupStrength("brainpoolP512r1tls13") == .curve(bits: 512))
    #expect(GroupStrength("ffdhe8192") == .field(bits: 8192))
    #expect(GroupStrength("MLKEM1024") == .encapsulation)
    for name in ["", "secp", "group 12", "secp999999999999999999999", "grease"] { #expect(GroupStrength(name) == nil) }
  }
}

@Suite struct GradeTests {
  @Test func soundServerGetsAPlus() {
    let grade = soundServer().grade
    #expect(grade.letter == .aPlus)
    #expect(grade.reasons.isEmpty)
    #expect(grade.missing.isEmpty)
    // 30 + 30 + 40 % of the mean of 80 and 100.
    #expect(grade.score?.value == 96)
    #expect(grade.ciphers?.value == 90)
  }

  @Test func newestVersionAloneWithHSTSGetsAPlus() {
    let server = ServerProfile(
      versions: [.tls13], suites: [.tls13: suites("TLS_AES_256_GCM_SHA384")],
      certificates: [.init(key: .init(.ed25519, bits: 256), signatureDigests: [])], groups: ["x25519"], isTrusted: true,
      matchesName: true, isOutOfDate: false, chainIsComplete: true, isHTTP: true, strictTransport: .maxAge(15_552_000))
    #expect(server.grade.letter == .aPlus)
    #expect(server.grade.score?.value == 100)
    var without = server
    without.strictTransport = .absent
    #expect(without.grade.letter == .a)
    without.isHTTP = false
    #expect(without.grade.letter == .aPlus)
  }

  @Test func pointsAreExact() {
    let server = soundServer {
      $0.versions = [.ssl3, .tls11, .tls12]
      $0.suites = [
        .ssl3: suites("TLS_RSA_WITH_RC4_128_SHA"), .tls11: suites("TLS_RSA_WITH_AES_128_CBC_SHA"),
        .tls12: suites("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
      ]
      $0.certificates = [.init(key: .init(.rsa, bits: 2048), signatureDigests: ["SHA256"])]
    }
    let grade = server.grade
    #expect(grade.versions?.value == 90)
    #expect(grade.keyExchange?.value == 90)
    #expect(grade.ciphers?.value == 80)
    #expect(grade.score?.value == 86)
    let odd = soundServer {
      $0.versions = [.tls11, .tls12]
      $0.suites = [.tls11: suites("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), .tls12: $0.suites[.tls12] ?? []]
    }
    // Half points survive the weights: 97.5 · 0.3 + 30 + 36.
    #expect(odd.grade.score?.value == 95.25)
  }

  /// One change to the sound server, the letter it leaves, and the rule that says so.
  static let cases: [(String, Grade.Letter, @Sendable (inout ServerProfile) -> Void)] = [
    ("untrusted", .t, { $0.isTrusted = false }),
    ("name-mismatch", .m, { $0.matchesName = false }),
    ("out-of-date", .t, { $0.isOutOfDate = true }),
    ("revoked", .t, { $0.isRevoked = true }),
    ("self-signed", .t, { ($0.isSelfSigned, $0.isTrusted) = (true, false) }),
    ("sha1-signature", .t, { $0.certificates?[0].signatureDigests = ["SHA256", "SHA1"] }),
    ("md5-signature", .f, { $0.certificates?[0].signatureDigests = ["MD5"] }),
    ("ssl2", .f, { $0.versions?.insert(.ssl2) }),
    ("ssl3-best", .f, { ($0.versions, $0.suites) = ([.ssl3], [.ssl3: suites("TLS_DHE_RSA_WITH_AES_256_CBC_SHA")]) }),
    ("export", .f, { $0.suites[.tls12]? += suites("TLS_RSA_EXPORT_WITH_RC4_40_MD5") }),
    ("null-cipher", .f, { $0.suites[.tls12]? += suites("TLS_RSA_WITH_NULL_SHA256") }),
    ("anonymous", .f, { $0.suites[.tls12]? += suites("TLS_ECDH_anon_WITH_AES_128_CBC_SHA") }),
    ("weak-cipher", .f, { $0.suites[.tls12]? += suites("TLS_RSA_WITH_DES_CBC_SHA") }),
    ("weak-key", .f, { $0.certificates?[0].key = .init(.rsa, bits: 1023) }),
    ("rsa-exponent", .f, { $0.certificates?[0].key = .init(.rsa, bits: 2048, hasExponentOne: true) }),
    ("predictable-key", .f, { $0.certificates?[0].key.isPredictable = true }),
    ("short-key", .b, { $0.certificates?[0].key = .init(.rsa, bits: 1024) }),
    (
      "weak-dh", .f,
      {
        $0.suites[.tls12]? += suites("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"); $0.dhBits = 768
      }
    ),
    (
      "short-dh", .b,
      {
        $0.suites[.tls12]? += suites("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"); $0.dhBits = 1024
      }
    ),
    ("weak-curve", .f, { $0.groups?.append("secp112r1") }),
    ("short-curve", .b, { $0.groups?.append("secp160r1") }),
    ("no-tls12", .c, { ($0.versions, $0.suites) = ([.tls11], [.tls11: suites("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA")]) }),
    ("crime", .c, { $0.compresses = true }),
    (
      "poodle", .c,
      {
        $0.versions?.insert(.ssl3); $0.suites[.ssl3] = suites("TLS_RSA_WITH_AES_256_CBC_SHA")
      }
    ),
    ("rc4-modern", .c, { $0.suites[.tls12]? += suites("TLS_ECDHE_RSA_WITH_RC4_128_SHA") }),
    ("small-blocks", .c, { $0.suites[.tls12]? += suites("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA") }),
    (
      "rc4", .b,
      {
        $0.versions?.insert(.tls10); $0.suites[.tls10] = suites("TLS_RSA_WITH_RC4_128_SHA")
      }
    ),
    (
      "ssl3", .b,
      {
        $0.versions?.insert(.ssl3); $0.suites[.ssl3] = suites("TLS_RSA_WITH_RC4_128_SHA")
      }
    ),
    (
      "tls10", .b,
      {
        $0.versions?.insert(.tls10); $0.suites[.tls10] = suites("TLS_RSA_WITH_AES_128_CBC_SHA")
      }
    ),
    (
      "tls11", .b,
      {
        $0.versions?.insert(.tls11); $0.suites[.tls11] = suites("TLS_RSA_WITH_AES_128_CBC_SHA")
      }
    ),
    ("chain-incomplete", .b, { $0.chainIsComplete = false }),
    (
      "no-aead", .b,
      { ($0.versions, $0.suites) = ([.tls12], [.tls12: suites("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")]) }
    ),
    (
      "no-forward-secrecy", .b,
      { ($0.versions, $0.suites) = ([.tls12], [.tls12: suites("TLS_RSA_WITH_AES_256_GCM_SHA384")]) }
    ),
    (
      "no-tls13", .aMinus,
      {
        $0.versions = [.tls12]; $0.suites[.tls13] = nil
      }
    ),
    ("no-secure-renegotiation", .aMinus, { $0.renegotiatesSecurely = false }),
    (
      "forward-secrecy-partial", .aMinus,
      {
        $0.suites[.tls12]? += suites("TLS_RSA_WITH_AES_128_GCM_SHA256"); $0.modernClientsGetForwardSecrecy = false
      }
    ),
    ("no-hsts", .a, { $0.strictTransport = .absent }),
    ("short-hsts", .a, { $0.strictTransport = .maxAge(15_551_999) }),
    ("heartbleed", .f, { $0.vulnerabilities[.heartbleed] = true }),
    ("ccs-injection", .f, { $0.vulnerabilities[.ccsInjection] = true }),
    ("robot", .f, { $0.vulnerabilities[.robot] = true }),
    ("ticketbleed", .f, { $0.vulnerabilities[.ticketbleed] = true }),
    ("drown", .f, { $0.vulnerabilities[.drown] = true }),
    ("insecure-renegotiation", .f, { $0.vulnerabilities[.insecureRenegotiation] = true }),
    ("padding-oracle", .f, { $0.vulnerabilities[.paddingOracle] = true }),
    (
      "score", .c,
      {
        ($0.versions, $0.suites, $0.certificates) = (
          [.tls12, .tls13],
          [.tls12: suites("TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"), .tls13: suites("TLS_SHA256_SHA256")],
          [.init(key: .init(.rsa, bits: 2048), signatureDigests: ["SHA256"])]
        ); $0.dhBits = 2048
      }
    ),
  ]

  @Test(arguments: cases.indices)
  func eachRuleHoldsTheGradeDown(index: Int) throws {
    let (rule, letter, change) = Self.cases[index]
    let grade = soundServer(change).grade
    let reason = try #require(grade.reasons.first { $0.id == rule }, "\(rule): \(grade.reasons)")
    if rule != "score" {
      #expect(reason.cap == letter)
      #expect(grade.letter ?? .aPlus >= letter)
    }
    if letter.isAboutTrust {
      #expect(grade.ifTrusted == .aPlus)
      #expect(grade.letter == letter)
    }
    #expect(grade.reasons.first?.cap == grade.letter)
    #expect(Grade.schema.violations(of: grade.facts).isEmpty)
  }

  @Test func staticRSAAtTheBottomIsNotPunished() {
    let server = soundServer { $0.suites[.tls12]? += suites("TLS_RSA_WITH_AES_128_GCM_SHA256") }
    #expect(server.grade.letter == .aPlus)
  }

  @Test func zeroInACategoryIsZero() {
    let server = soundServer { ($0.versions, $0.suites) = ([.ssl2], [.ssl2: suites("SSL_CK_RC4_128_WITH_MD5")]) }
    #expect(server.grade.score == Grade.Points(0))
    #expect(server.grade.letter == .f)
  }

  @Test func agreesWithASecondReadingOnTenThousandServers() {
    var generator = SeededGenerator(seed: 2009)
    var seen: [String: Int] = [:]
    for round in 0..<10_000 {
      let server = ReferenceServer.random(using: &generator)
      let grade = server.profile.grade
      let (wanted, points) = (server.letters, server.twentieths)
      seen[wanted.shown, default: 0] += 1
      let agrees =
        grade.letter?.rawValue == wanted.shown && grade.ifTrusted?.rawValue == wanted.ifTrusted
        && grade.versions?.hundredths == points.versions * 5 && grade.keyExchange?.hundredths == points.keys * 5
        && grade.ciphers?.hundredths == points.ciphers * 5 && grade.score?.hundredths == points.score * 5
      #expect(agrees, "round \(round): \(grade.facts), wanted \(wanted) \(points) of \(server)")
      if !agrees { break }
    }
    for letter in ["A+", "A", "A-", "B", "C", "F", "M", "T"] {
      #expect(seen[letter, default: 0] >= 30, "\(letter) in \(seen)")
    }
  }
}

@Suite struct IgnoranceTests {
  /// Each input with how it is forgotten.
  static let inputs: [(String, @Sendable (inout ServerProfile) -> Void)] = [
    ("versions", { $0.versions = nil }), ("suites.TLSv1.2", { $0.suites[.tls12] = nil }),
    ("certificates", { $0.certificates = nil }), ("certificates.key.bits", { $0.certificates?[0].key.bits = nil }),
    ("certificates.signatureDigests", { $0.certificates?[0].signatureDigests = nil }), ("groups", { $0.groups = nil }),
    ("groups", { $0.groups?.append("unheard-of") }), ("isTrusted", { $0.isTrusted = nil }),
    ("matchesName", { $0.matchesName = nil }), ("isOutOfDate", { $0.isOutOfDate = nil }),
    ("chainIsComplete", { $0.chainIsComplete = nil }), ("renegotiatesSecurely", { $0.renegotiatesSecurely = nil }),
    ("compresses", { $0.compresses = nil }), ("strictTransport", { $0.strictTransport = nil }),
    (
      "modernClientsGetForwardSecrecy",
      {
        $0.suites[.tls12]? += suites("TLS_RSA_WITH_AES_128_GCM_SHA256")
        $0.modernClientsGetForwardSecrecy = nil
      }
    ),
    (
      "dhBits",
      {
        $0.suites[.tls12]? += suites("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256")
        $0.dhBits = nil
      }
    ),
    (
      "fallbackSignal",
      {
        $0.versions?.insert(.tls11)
        $0.suites[.tls11] = suites("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
        $0.fallbackSignal = nil
      }
    ),
  ]

  @Test(arguments: inputs.indices)
  func unknownInputIsNamedAndCosts(index: Int) {
    let (input, forget) = Self.inputs[index]
    let grade = soundServer(forget).grade
    #expect(grade.missing.contains(input))
    if let letter = grade.letter { #expect(letter > .aPlus) }
    #expect(Grade.schema.violations(of: grade.facts).isEmpty)
  }

  @Test func forgettingNeverImprovesAGrade() {
    var generator = SeededGenerator(seed: 7)
    for round in 0..<500 {
      let server = ReferenceServer.random(using: &generator).profile
      let known = server.grade
      for (input, forget) in Self.inputs.prefix(14) where server.suites[.tls12] != nil || input != "suites.TLSv1.2" {
        var blind = server
        forget(&blind)
        if let letter = blind.grade.letter, let before = known.letter, letter < before {
          // A letter may hide behind another: a wrong name or a fault behind a root that is not trusted.
          #expect(
            (letter == .m || letter == .f) && before.isAboutTrust,
            "round \(round): without \(input) \(letter), with it \(before)")
        }
        if let score = blind.grade.score, let before = known.score { #expect(score <= before) }
      }
    }
  }

  @Test func nothingKnownIsNoGrade() {
    let grade = ServerProfile().grade
    #expect(grade.letter == nil && grade.ifTrusted == nil && grade.score == nil)
    #expect(["versions", "suites", "certificates", "isTrusted"].allSatisfy(grade.missing.contains))
    #expect(Grade.schema.violations(of: grade.facts).isEmpty)
    let empty = ServerProfile(versions: [], suites: [.tls13: []], certificates: [], groups: [])
    #expect(empty.grade.letter == nil && empty.grade.score == nil)
  }

  @Test func knownFaultIsAFWhateverElseIsUnknown() {
    var server = ServerProfile(versions: [.ssl2, .tls12], isTrusted: true, matchesName: true, isOutOfDate: false)
    server.certificates = [.init(key: .init(.rsa, bits: 2048), signatureDigests: ["SHA256"])]
    #expect(server.grade.letter == .f)
    #expect(server.grade.score == nil)
  }

  @Test func faultsNotLookedForAreNamedButDoNotCount() {
    let grade = soundServer {
      $0.vulnerabilities = [:]; $0.isRevoked = nil
    }.grade
    #expect(grade.letter == .aPlus)
    #expect(grade.missing.count == ServerProfile.Vulnerability.allCases.count + 1)
  }
}
