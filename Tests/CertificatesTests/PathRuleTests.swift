import AuditModel
import Certificates
import Cryptography
import Testing

/// Every rule with a certificate that keeps it and one that breaks it and nothing else.
@Suite("Rules for paths")
struct PathRuleTests {
  private func check(_ row: Row) throws {
    let verdict = try row.outcome()
    let expected = Set((row.reason ?? "").split(separator: " ").map(String.init))
    #expect(Set(verdict.reasons.map(\.id)) == expected, "\(verdict.reasons)")
    #expect(verdict.isAccepted == (row.reason == nil))
    if verdict.isAccepted { #expect(!verdict.path.isEmpty) }
  }

  @Test("form", arguments: Self.formRows) func form(row: Row) throws { try check(row) }
  @Test("keys and signatures", arguments: Self.keysRows) func keys(row: Row) throws { try check(row) }
  @Test("extensions", arguments: Self.extensionsRows) func extensions(row: Row) throws { try check(row) }
  @Test("authorities", arguments: Self.authoritiesRows) func authorities(row: Row) throws { try check(row) }
  @Test("leaves", arguments: Self.leavesRows) func leaves(row: Row) throws { try check(row) }
  @Test("names", arguments: Self.namesRows) func names(row: Row) throws { try check(row) }
  @Test("name constraints", arguments: Self.constraintsRows) func constraints(row: Row) throws { try check(row) }
  @Test("lengths and policies", arguments: Self.policiesRows) func policies(row: Row) throws { try check(row) }

  static let formRows: [Row] = [
    Row("all in order", nil) { _ in },
    Row("directly under the root", nil) {
      $0.hasIntermediate = false
      $0.leaf.set(.authorityKeyIdentifier, Draft.authorityKey(.root))
    },
    Row("the last second of validity", nil) { $0.at = "2035-01-01T00:00:00Z" },
    Row("a fraction after the last second", nil) { $0.at = "2035-01-01T00:00:00.9Z" },
    Row("the first second of validity", nil) { $0.at = "2025-01-01T00:00:00Z" },
    Row("a fraction before the first second", "not-yet-valid") { $0.at = "2024-12-31T23:59:59.999Z" },
    Row("a second after the end", "expired") { $0.at = "2035-01-01T00:00:01Z" },
    Row("expired leaf", "expired") { $0.leaf.notAfter = DER.utcTime("260531235959Z") },
    Row("future leaf", "not-yet-valid") { $0.leaf.notBefore = DER.utcTime("260601000001Z") },
    Row("expired intermediate", "expired") { $0.intermediate.notAfter = DER.utcTime("260101000000Z") },
    Row("expired root", "expired") { $0.root.notAfter = DER.utcTime("260101000000Z") },
    Row("valid until 2060", nil) { $0.leaf.notAfter = DER.generalizedTime("20600101000000Z") },
    Row("no such day", "validity-malformed") { $0.leaf.notAfter = DER.utcTime("270230000000Z") },
    Row("a time without seconds", "validity-malformed") { $0.leaf.notAfter = DER.utcTime("2701010000Z") },
    Row("a time with an offset", "validity-malformed") { $0.leaf.notAfter = DER.utcTime("270101000000+0000") },
    Row("GeneralizedTime before 2050", "validity-malformed") {
      $0.leaf.notAfter = DER.generalizedTime("20300101000000Z")
    },
    Row("a time with fractions", "validity-malformed") { $0.leaf.notAfter = DER.generalizedTime("20600101000000.5Z") },
    Row("version 1", "version") { $0.leaf.version = [] },
    Row("version 2", "version") { $0.leaf.version = DER.tagged(0, DER.integer([1])) },
    Row("version 4", "version") { $0.leaf.version = DER.tagged(0, DER.integer([3])) },
    Row("root of version 1", "version") { $0.root.version = [] },
    Row("serial number of 20 octets", nil) { $0.leaf.serial = [0x7F] + [UInt8](repeating: 1, count: 19) },
    Row("serial number of 21 octets", "serial") { $0.leaf.serial = [0, 0x80] + [UInt8](repeating: 1, count: 19) },
    Row("serial number of 22 octets", "serial") { $0.leaf.serial = [UInt8](repeating: 1, count: 22) },
    Row("serial number 0", "serial") { $0.leaf.serial = [0] },
    Row("negative serial number", "serial") { $0.leaf.serial = [0x80] },
    Row("padded serial number", "encoding") { $0.leaf.serial = [0, 1] },
    Row("root with serial number 0", nil) { $0.root.serial = [0] },
    Row("intermediate with serial number 0", "serial") { $0.intermediate.serial = [0] },
    Row("root with GeneralizedTime before 2050", nil) { $0.root.notAfter = DER.generalizedTime("20400101000000Z") },
    Row("authority without name", "subject-empty issuer-empty") { $0.root.subject = DER.sequence() },
    Row("a relative name without attribute", "encoding") {
      $0.leaf.subject = DER.sequence(
        DER.set(DER.sequence(DER.oid(.commonName), DER.utf8("www.example.com"))), DER.set())
    },
    Row("an authority with a relative name without attribute", "encoding") {
      $0.intermediate.subject = DER.sequence(DER.set(DER.sequence(DER.oid(.commonName), DER.utf8("b"))), DER.set())
    },
    Row("leaf without issuer", "issuer-empty untrusted") {
      $0.hasIntermediate = false
      $0.leaf.issuer = DER.sequence()
      $0.furtherAnchors = []
    },
    Row("octets after the certificate", "encoding") { $0.leaf.tamper = { $0 + [0] } },
  ]

  static let keysRows: [Row] = [
    Row("RSA of 2048 bits", nil) { $0.leaf.key = .rsa2048 },
    Row("P-384", nil) { $0.leaf.key = .p384 },
    Row("P-521", nil) { $0.leaf.key = .p521 },
    Row("Ed25519", nil) { $0.leaf.key = .ed25519 },
    Row("Ed448", nil) { $0.leaf.key = .ed448 },
    Row("RSA of 1024 bits", "key-weak") { $0.leaf.key = .rsa1024 },
    Row("RSA of 2050 bits", "key-weak") { $0.leaf.key = .rsa2050 },
    Row("P-192", "key-type") { $0.leaf.key = .p192 },
    Row("P-224", "key-type") { $0.leaf.key = .p224 },
    Row("DSA", "key-type") { $0.leaf.key = .dsa },
    Row("X25519", "key-type") {
      $0.leaf.publicKey = DER.sequence(DER.sequence(DER.oid(.x25519)), DER.bits([UInt8](repeating: 9, count: 32)))
    },
    Row("explicit curve", "key-type") {
      $0.leaf.publicKey = DER.sequence(
        DER.sequence(DER.oid(.ecPublicKey), DER.sequence(DER.integer([1]))),
        DER.bits([4] + [UInt8](repeating: 1, count: 64)))
    },
    Row("a point of the wrong length", "key-malformed") {
      $0.leaf.publicKey = DER.sequence(
        DER.sequence(DER.oid(.ecPublicKey), DER.oid(.p256)), DER.bits([4] + [UInt8](repeating: 1, count: 60)))
    },
    Row("an empty RSA key", "key-malformed") {
      $0.leaf.publicKey = DER.sequence(DER.sequence(DER.oid(.rsaEncryption), DER.null), DER.bits([]))
    },
    Row("RSA with exponent 1", "key-weak") {
      $0.leaf.publicKey = rsa([0, 0x80] + [UInt8](repeating: 1, count: 255), exponent: [1])
    },
    Row("RSA with an even exponent", "key-weak") {
      $0.leaf.publicKey = rsa([0, 0x80] + [UInt8](repeating: 1, count: 255), exponent: [4])
    },
    Row("RSA intermediate", nil) { $0.intermediate.key = .rsa2048 },
    Row("Ed25519 intermediate", nil) { $0.intermediate.key = .ed25519 },
    Row("weak intermediate", "key-weak") { $0.intermediate.key = .rsa1024 },
    Row("weak root", "key-weak") { $0.root.key = .rsa1024 },
    Row("root on P-224", "key-type") { $0.root.key = .p224 },
    Row("SHA-384", nil) {
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA384))
      $0.leaf.signHash = .sha384
    },
    Row("SHA-1 under the leaf", "signature-algorithm") {
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA1))
      $0.leaf.signHash = .sha1
    },
    Row("SHA-1 under the intermediate", "signature-algorithm") {
      $0.intermediate.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA1))
      $0.intermediate.signHash = .sha1
    },
    Row("SHA-1 under the root itself", nil) {
      $0.root.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA1))
      $0.root.signHash = .sha1
    },
    Row("MD5", "signature-algorithm") {
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid("1.2.840.113549.1.1.4"), DER.null)
    },
    Row("two algorithms", "algorithm-mismatch") {
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA384))
      $0.leaf.outerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA256))
    },
    Row("two algorithms in the root", "algorithm-mismatch") {
      $0.root.outerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA384))
    },
    Row("ECDSA with parameters", "signature-algorithm") {
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.ecdsaWithSHA256), DER.null)
    },
    Row("RSA without parameters", "signature-algorithm") {
      $0.intermediate.key = .rsa2048
      $0.leaf.innerAlgorithm = DER.sequence(DER.oid(.sha256WithRSA))
    },
    Row("signed by somebody else", "signature-invalid") { $0.leafSigner = .other },
    Row("intermediate signed by somebody else", "signature-invalid") { $0.intermediateSigner = .other },
    Row("one bit of the signature flipped", "signature-invalid") {
      $0.intermediate.key = .ed25519
      $0.leaf.tamper = { Array($0.dropLast()) + [($0.last ?? 0) ^ 1] }
    },
    Row("no trusted root", "untrusted") {
      $0.trustsRoot = false
      $0.furtherAnchors = [Scene.stranger]
    },
    Row("the intermediate is missing", "untrusted") { $0.sendsIntermediate = false },
    Row("the intermediate itself is trusted", nil) {
      $0.trustsRoot = false
      $0.sendsIntermediate = false
      $0.furtherAnchors = [$0.intermediateDER]
      $0.furtherIntermediates = [$0.rootDER]
    },
    Row("an unrelated certificate is sent too", nil) { $0.furtherIntermediates = [Scene.stranger] },
    Row("the root is sent too, and the leaf twice", nil) { $0.furtherIntermediates = [$0.rootDER, $0.leafDER] },
  ]

  private static func rsa(_ modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
    DER.sequence(
      DER.sequence(DER.oid(.rsaEncryption), DER.null),
      DER.bits(DER.sequence(DER.integer(modulus), DER.integer(exponent))))
  }

  private static let unknown: OID = "1.3.6.1.4.1.99999.1"

  static let extensionsRows: [Row] = [
    Row("unknown extension", nil) { $0.leaf.set(unknown, DER.null) },
    Row("unknown critical extension in the leaf", "extension-unknown-critical") {
      $0.leaf.set(unknown, DER.null, critical: true)
    },
    Row("unknown critical extension in the intermediate", "extension-unknown-critical") {
      $0.intermediate.set(unknown, [], critical: true)
    },
    Row("unknown critical extension in the root", "extension-unknown-critical") {
      $0.root.set(unknown, [], critical: true)
    },
    Row("an extension twice", "extension-duplicate") {
      $0.leaf.extensions.append(
        (.subjectAlternativeName, false, DER.names(DER.dns("www.example.com"))))
    },
    Row("alternative names that are text", "extension-malformed") {
      $0.leaf.set(.subjectAlternativeName, Array("www.example.com".utf8))
      $0.name = nil
    },
    Row("an empty list of alternative names", "extension-malformed") {
      $0.leaf.set(.subjectAlternativeName, DER.names())
      $0.name = nil
    },
    Row("issuer access", nil) {
      $0.leaf.set(
        .authorityInformationAccess, DER.sequence(DER.sequence(DER.oid(.accessCAIssuers), DER.uri("http://a.example/")))
      )
    },
    Row("malformed issuer access", "extension-malformed") {
      $0.leaf.set(.authorityInformationAccess, Array("malformed".utf8))
    },
    Row("empty issuer access", "extension-malformed") { $0.leaf.set(.authorityInformationAccess, DER.sequence()) },
    Row("critical issuer access", "extension-criticality") {
      $0.leaf.set(
        .authorityInformationAccess,
        DER.sequence(DER.sequence(DER.oid(.accessCAIssuers), DER.uri("http://a.example/"))), critical: true)
    },
    Row("critical authority key identifier", "extension-criticality") {
      $0.leaf.set(.authorityKeyIdentifier, Draft.authorityKey(.intermediate), critical: true)
    },
    Row("critical subject key identifier", "extension-criticality") {
      $0.root.set(.subjectKeyIdentifier, DER.octets(Draft.identifier(of: .root)), critical: true)
    },
    Row("leaf without authority key identifier", "aki") { $0.leaf.set(.authorityKeyIdentifier, nil) },
    Row("intermediate without authority key identifier", "aki") { $0.intermediate.set(.authorityKeyIdentifier, nil) },
    Row("root with its own key identifier", nil) { $0.root.set(.authorityKeyIdentifier, Draft.authorityKey(.root)) },
    Row("root with another key identifier", "aki") {
      $0.root.set(.authorityKeyIdentifier, Draft.authorityKey(.other))
    },
    Row("root with an empty authority key identifier", "aki") { $0.root.set(.authorityKeyIdentifier, DER.sequence()) },
    Row("authority key identifier by issuer and serial", "aki") {
      $0.leaf.set(
        .authorityKeyIdentifier,
        DER.sequence(
          DER.implicit(0, Draft.identifier(of: .intermediate)),
          DER.tagged(1, DER.directory(DER.name(common: "Forge Root"))), DER.implicit(2, [1])))
    },
    Row("leaf whose authority key identifier fits nobody", nil) {
      $0.leaf.set(.authorityKeyIdentifier, Draft.authorityKey(.other))
    },
    Row("root without subject key identifier", "ski") { $0.root.set(.subjectKeyIdentifier, nil) },
    Row("intermediate without subject key identifier", "ski") { $0.intermediate.set(.subjectKeyIdentifier, nil) },
    Row("leaf without subject key identifier", nil) { $0.leaf.set(.subjectKeyIdentifier, nil) },
    Row("precertificate", "precertificate") { $0.leaf.set(.precertificatePoison, DER.null, critical: true) },
    Row("key usage that allows nothing", "key-usage") { $0.leaf.set(.keyUsage, DER.usage(), critical: true) },
    Row("no key usage", nil) { $0.leaf.set(.keyUsage, nil) },
    Row("key usage that is not critical", nil) { $0.leaf.set(.keyUsage, DER.usage(.digitalSignature)) },
  ]

  static let authoritiesRows: [Row] = [
    Row("intermediate without basic constraints", "not-an-authority") { $0.intermediate.set(.basicConstraints, nil) },
    Row("root without basic constraints", "not-an-authority") { $0.root.set(.basicConstraints, nil) },
    Row("intermediate that is none", "not-an-authority") {
      $0.intermediate.set(.basicConstraints, DER.sequence(), critical: true)
    },
    Row("root with basic constraints that are not critical", "basic-constraints") {
      $0.root.set(.basicConstraints, DER.authority())
    },
    Row("intermediate that may not sign", "key-usage") {
      $0.intermediate.set(.keyUsage, DER.usage(.digitalSignature, .cRLSign), critical: true)
    },
    Row("root that may not sign", "key-usage") { $0.root.set(.keyUsage, DER.usage(.cRLSign), critical: true) },
    Row("intermediate without key usage", nil) { $0.intermediate.set(.keyUsage, nil) },
    Row("root with extended key usage", "anchor-extended-key-usage") {
      $0.root.set(.extendedKeyUsage, DER.purposes(.serverAuth))
    },
    Row("intermediate for servers", nil) { $0.intermediate.set(.extendedKeyUsage, DER.purposes(.serverAuth)) },
    Row("intermediate for any purpose", nil) {
      $0.intermediate.set(.extendedKeyUsage, DER.purposes(.anyExtendedKeyUsage))
    },
    Row("intermediate for clients", "extended-key-usage") {
      $0.intermediate.set(.extendedKeyUsage, DER.purposes(.clientAuth))
    },
  ]

  static let leavesRows: [Row] = [
    Row("authority as a leaf", "leaf-is-authority") {
      $0.leaf.set(.basicConstraints, DER.authority(), critical: true)
    },
    Row("leaf that may sign", "key-usage") {
      $0.leaf.set(.keyUsage, DER.usage(.digitalSignature, .keyCertSign), critical: true)
    },
    Row("leaf that may only encipher data", "key-usage") {
      $0.leaf.set(.keyUsage, DER.usage(.dataEncipherment), critical: true)
    },
    Row("leaf with a path length", "basic-constraints") {
      $0.leaf.set(.basicConstraints, DER.sequence(DER.integer([0])), critical: true)
    },
    Row("no basic constraints", nil) { $0.leaf.set(.basicConstraints, nil) },
    Row("no extended key usage", "extended-key-usage") { $0.leaf.set(.extendedKeyUsage, nil) },
    Row("for clients only", "extended-key-usage") { $0.leaf.set(.extendedKeyUsage, DER.purposes(.clientAuth)) },
    Row("for servers and clients", nil) { $0.leaf.set(.extendedKeyUsage, DER.purposes(.serverAuth, .clientAuth)) },
    Row("for any purpose too", "extended-key-usage-any") {
      $0.leaf.set(.extendedKeyUsage, DER.purposes(.serverAuth, .anyExtendedKeyUsage))
    },
    Row("critical extended key usage", "extended-key-usage-critical") {
      $0.leaf.set(.extendedKeyUsage, DER.purposes(.serverAuth), critical: true)
    },
    Row("for code signing too", "extended-key-usage-foreign") {
      $0.leaf.set(.extendedKeyUsage, DER.purposes(.serverAuth, "1.3.6.1.5.5.7.3.3"))
    },
    Row("for OCSP too", "extended-key-usage-foreign") {
      $0.leaf.set(.extendedKeyUsage, DER.purposes(.serverAuth, .ocspSigning))
    },
    Row("client", nil) {
      $0.purpose = .client
      $0.name = nil
      $0.leaf.set(.extendedKeyUsage, DER.purposes(.clientAuth))
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.email("a@example.com")))
    },
    Row("client without alternative names", nil) {
      $0.purpose = .client
      $0.name = nil
      $0.leaf.set(.extendedKeyUsage, DER.purposes(.clientAuth))
      $0.leaf.set(.subjectAlternativeName, nil)
    },
    Row("server as client", "extended-key-usage") { $0.purpose = .client },
    Row("no alternative name", "san-missing") {
      $0.leaf.set(.subjectAlternativeName, nil)
      $0.name = nil
    },
    Row("critical alternative names beside a subject", "san-criticality") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com")), critical: true)
    },
    Row("no subject, critical alternative names", nil) {
      $0.leaf.subject = DER.sequence()
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com")), critical: true)
    },
    Row("no subject, alternative names that are not critical", "san-criticality") {
      $0.leaf.subject = DER.sequence()
    },
    Row("underscore", "san-malformed") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("a_b.example.com")))
    },
    Row("asked for a host with an underscore, which a wildcard stands for", nil) { $0.name = "a_b.wild.example.com" },
    Row("asked for a host with an underscore that is not there", "name-mismatch") { $0.name = "a_b.example.com" },
    Row("asked for the underscore that the certificate spells out", "san-malformed name-mismatch") {
      $0.name = "a_b.example.com"
      $0.leaf.subject = DER.name(common: "example.com")
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("a_b.example.com")))
    },
    Row("leading dot", "san-malformed") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns(".example.com")))
    },
    Row("letters outside ASCII", "san-malformed") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("ü.example.com")))
    },
    Row("address with a mask", "san-malformed") {
      $0.leaf.set(
        .subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.ip([192, 0, 2, 0, 255, 255, 255, 0])))
    },
    Row("mailbox with two signs", "san-malformed") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.email("a@b@example.com")))
    },
    Row("wildcard over a top-level domain", "wildcard-too-wide") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("*.com")))
    },
    Row("wildcard over a registry's second level", "wildcard-too-wide") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("*.co.uk")))
    },
    Row("common name that is another host", "common-name") { $0.leaf.subject = DER.name(common: "api.example.com") },
    Row("common name in other letters", "common-name") { $0.leaf.subject = DER.name(common: "WWW.example.com") },
    Row("common name that is an address", "common-name") { $0.leaf.subject = DER.name(common: "192.0.2.1") },
    Row("common name that is an address in hexadecimal", "common-name") {
      $0.leaf.subject = DER.name(common: "0xC0000201")
    },
    Row("common name with letters outside ASCII", "common-name") {
      $0.leaf.subject = DER.name(common: "bücher.example")
    },
    Row("common name that is a word", nil) { $0.leaf.subject = DER.name(common: "edge server 7") },
    Row("common name that is the domain above", nil) { $0.leaf.subject = DER.name(common: "example.com") },
    Row("no common name", nil) { $0.leaf.subject = DER.name(("2.5.4.10", "Example")) },
  ]

  static let namesRows: [Row] = [
    Row("in other letters", nil) { $0.name = "WWW.Example.COM" },
    Row("with a trailing dot", nil) { $0.name = "www.example.com." },
    Row("another host", "name-mismatch") { $0.name = "example.com" },
    Row("a host below", "name-mismatch") { $0.name = "a.www.example.com" },
    Row("wildcard", nil) { $0.name = "a.wild.example.com" },
    Row("wildcard for an A-label", nil) { $0.name = "xn--bcher-kva.wild.example.com" },
    Row("wildcard for two labels", "name-mismatch") { $0.name = "a.b.wild.example.com" },
    Row("wildcard for no label", "name-mismatch") { $0.name = "wild.example.com" },
    Row("wildcard within a label", "san-malformed") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("f*.example.com")))
    },
    Row("wildcard in the middle", "san-malformed") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("a.*.example.com")))
    },
    Row("IPv4", nil) {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.ip([192, 0, 2, 1])))
      $0.name = "192.0.2.1"
    },
    Row("IPv6", nil) {
      $0.leaf.set(
        .subjectAlternativeName,
        DER.names(DER.dns("www.example.com"), DER.ip([UInt8](repeating: 0, count: 15) + [1])))
      $0.name = "::1"
    },
    Row("another address", "name-mismatch") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.ip([192, 0, 2, 1])))
      $0.name = "192.0.2.2"
    },
    Row("an address as a DNS name", "name-mismatch") {
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("192.0.2.1")))
      $0.name = "192.0.2.1"
    },
  ]

  private static func limited(_ scene: inout Scene, permitted: [[UInt8]] = [], excluded: [[UInt8]] = []) {
    scene.intermediate.set(
      .nameConstraints, DER.constraints(permitted: permitted, excluded: excluded), critical: true)
    scene.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com")))
  }

  static let constraintsRows: [Row] = [
    Row("permitted", nil) { limited(&$0, permitted: [DER.dns("example.com")]) },
    Row("permitted exactly", nil) { limited(&$0, permitted: [DER.dns("www.example.com")]) },
    Row("permitted in other letters", nil) { limited(&$0, permitted: [DER.dns("EXAMPLE.com")]) },
    Row("permitted everything", nil) { limited(&$0, permitted: [DER.dns("")]) },
    Row("another permitted", "name-not-permitted") { limited(&$0, permitted: [DER.dns("example.org")]) },
    Row("ends alike but is another", "name-not-permitted") { limited(&$0, permitted: [DER.dns("ample.com")]) },
    Row("excluded", "name-excluded") { limited(&$0, excluded: [DER.dns("example.com")]) },
    Row("permitted and excluded", "name-excluded") {
      limited(&$0, permitted: [DER.dns("example.com")], excluded: [DER.dns("www.example.com")])
    },
    Row("a second name is excluded", "name-excluded") {
      limited(&$0, excluded: [DER.dns("bad.example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("bad.example.com")))
    },
    Row("excluded everything", "name-excluded") { limited(&$0, excluded: [DER.dns("")]) },
    Row("constraints of another kind", nil) {
      limited(&$0, permitted: [DER.ip([192, 0, 2, 0, 255, 255, 255, 0])])
    },
    Row("wildcard within what is permitted", nil) {
      limited(&$0, permitted: [DER.dns("example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("*.example.com")))
    },
    Row("wildcard beyond what is permitted", "name-not-permitted") {
      limited(&$0, permitted: [DER.dns("www.example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("*.example.com")))
    },
    Row("wildcard that stands for what is excluded", "name-excluded") {
      limited(&$0, excluded: [DER.dns("bar.example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("*.example.com")))
    },
    Row("permitted network", nil) {
      limited(&$0, permitted: [DER.ip([192, 0, 2, 0, 255, 255, 255, 0]), DER.dns("example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.ip([192, 0, 2, 1])))
    },
    Row("another network", "name-not-permitted") {
      limited(&$0, permitted: [DER.ip([192, 0, 2, 0, 255, 255, 255, 0])])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.ip([192, 0, 3, 1])))
    },
    Row("excluded network", "name-excluded") {
      limited(&$0, excluded: [DER.ip([192, 0, 2, 0, 255, 255, 255, 128])])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.ip([192, 0, 2, 127])))
    },
    Row("IPv6 under an IPv4 network", "name-not-permitted") {
      limited(&$0, permitted: [DER.ip([0, 0, 0, 0, 0, 0, 0, 0])])
      $0.leaf.set(
        .subjectAlternativeName,
        DER.names(DER.dns("www.example.com"), DER.ip([UInt8](repeating: 0, count: 16))))
    },
    Row("permitted subject", nil) {
      limited(&$0, permitted: [DER.directory(DER.name(common: "www.EXAMPLE.com"))])
    },
    Row("another subject", "name-not-permitted") {
      limited(&$0, permitted: [DER.directory(DER.name(common: "other"))])
    },
    Row("excluded subject", "name-excluded") {
      limited(&$0, excluded: [DER.directory(DER.name(common: "www.example.com"))])
    },
    Row("permitted mailbox", nil) {
      limited(&$0, permitted: [DER.email("a@example.com"), DER.dns("example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.email("a@example.com")))
    },
    Row("another mailbox", "name-not-permitted") {
      limited(&$0, permitted: [DER.email("a@example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.email("b@example.com")))
    },
    Row("mailbox on a permitted host", nil) {
      limited(&$0, permitted: [DER.email("example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.email("b@example.com")))
    },
    Row("mailbox below a permitted host", "name-not-permitted") {
      limited(&$0, permitted: [DER.email("example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.email("b@a.example.com")))
    },
    Row("mailbox below a permitted domain", nil) {
      limited(&$0, permitted: [DER.email(".example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.email("b@a.example.com")))
    },
    Row("mailbox in the subject", "name-excluded") {
      limited(&$0, excluded: [DER.email("example.com")])
      $0.leaf.subject = DER.name((.emailAddress, "a@example.com"))
      $0.leaf.set(.extendedKeyUsage, DER.purposes(.clientAuth))
      $0.leaf.set(.subjectAlternativeName, nil)
      $0.purpose = .client
      $0.name = nil
    },
    Row("URI on a permitted host", nil) {
      limited(&$0, permitted: [DER.uri("a.example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.uri("https://a.example.com:8/x")))
    },
    Row("URI on another host", "name-not-permitted") {
      limited(&$0, permitted: [DER.uri("a.example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.uri("https://b.example.com/")))
    },
    Row("URI without a host under constraints", "name-unreadable") {
      limited(&$0, permitted: [DER.uri("a.example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.uri("urn:a:b")))
    },
    Row("registered identifier under constraints", "name-unreadable") {
      limited(&$0, permitted: [DER.implicit(8, [0x2A, 3])])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.implicit(8, [0x2A, 3])))
    },
    Row("constraints that are not critical", "extension-criticality") {
      $0.intermediate.set(.nameConstraints, DER.constraints(permitted: [DER.dns("example.com")]))
    },
    Row("constraints in a leaf", "name-constraints-in-leaf") {
      $0.leaf.set(.nameConstraints, DER.constraints(permitted: [DER.dns("example.com")]), critical: true)
    },
    Row("constraints that say nothing", "name-constraints-malformed") {
      $0.intermediate.set(.nameConstraints, DER.sequence(), critical: true)
    },
    Row("constraints with empty lists", "name-constraints-malformed") {
      $0.intermediate.set(.nameConstraints, DER.sequence(DER.tagged(0, []), DER.tagged(1, [])), critical: true)
    },
    Row("leading dot in a DNS base", "name-constraints-malformed") {
      limited(&$0, excluded: [DER.dns(".example.org")])
    },
    Row("wildcard in a DNS base", "name-constraints-malformed") { limited(&$0, excluded: [DER.dns("*.example.org")]) },
    Row("network without a mask", "name-constraints-malformed") { limited(&$0, excluded: [DER.ip([127, 0, 0, 1])]) },
    Row("network with holes", "name-constraints-malformed") {
      limited(&$0, excluded: [DER.ip([127, 0, 0, 1, 255, 0, 255, 0])])
    },
    Row("malformed mailbox as a base", "name-constraints-malformed") {
      limited(&$0, excluded: [DER.email("a@b@example.org")])
    },
    Row("minimum that is not zero", "name-constraints-malformed") {
      $0.intermediate.set(
        .nameConstraints,
        DER.sequence(DER.tagged(0, DER.sequence(DER.dns("example.com"), DER.implicit(0, [1])))), critical: true)
    },
    Row("root with constraints", "name-not-permitted") {
      $0.root.set(.nameConstraints, DER.constraints(permitted: [DER.dns("example.org")]), critical: true)
    },
    Row("two lists that have to hold together", "name-not-permitted") {
      $0.root.set(.nameConstraints, DER.constraints(permitted: [DER.dns("www.example.com")]), critical: true)
      limited(&$0, permitted: [DER.dns("example.com")])
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com"), DER.dns("api.example.com")))
    },
    Row("name of an intermediate", "name-not-permitted") {
      $0.root.set(.nameConstraints, DER.constraints(permitted: [DER.dns("example.com")]), critical: true)
      $0.intermediate.set(.subjectAlternativeName, DER.names(DER.dns("ca.example.org")))
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com")))
    },
    Row("name of a self-issued intermediate", nil) {
      $0.root.set(.nameConstraints, DER.constraints(permitted: [DER.dns("example.com")]), critical: true)
      $0.intermediate.subject = $0.root.subject
      $0.intermediate.set(.subjectAlternativeName, DER.names(DER.dns("ca.example.org")))
      $0.leaf.set(.subjectAlternativeName, DER.names(DER.dns("www.example.com")))
    },
  ]

  private static let policy: OID = "1.3.6.1.4.1.99999.2.1"
  private static let foreign: OID = "1.3.6.1.4.1.99999.2.2"

  private static func named(_ policies: OID...) -> [UInt8] {
    DER.sequence(of: policies.map { DER.sequence(DER.oid($0)) })
  }

  private static func mapped(_ from: OID, _ to: OID) -> [UInt8] {
    DER.sequence(DER.sequence(DER.oid(from), DER.oid(to)))
  }

  private static let demanded = DER.sequence(DER.implicit(0, [0]))

  static let policiesRows: [Row] = [
    Row("path length 0 above a leaf", nil) {
      $0.intermediate.set(.basicConstraints, DER.authority(pathLength: 0), critical: true)
    },
    Row("path length 0 above an authority", "path-length") {
      $0.root.set(.basicConstraints, DER.authority(pathLength: 0), critical: true)
    },
    Row("path length 0 above a self-issued authority", nil) {
      $0.root.set(.basicConstraints, DER.authority(pathLength: 0), critical: true)
      $0.intermediate.subject = $0.root.subject
    },
    Row("path length 1 above an authority", nil) {
      $0.root.set(.basicConstraints, DER.authority(pathLength: 1), critical: true)
    },
    Row("no intermediate allowed", "too-deep") { $0.maximumDepth = 0 },
    Row("one intermediate allowed", nil) { $0.maximumDepth = 1 },
    Row("policies named", nil) {
      $0.intermediate.set(.certificatePolicies, named(.anyPolicy))
      $0.leaf.set(.certificatePolicies, named(policy))
    },
    Row("policy demanded and there", nil) {
      $0.intermediate.set(.certificatePolicies, named(policy))
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
      $0.leaf.set(.certificatePolicies, named(policy))
    },
    Row("policy demanded and not there", "policy") {
      $0.intermediate.set(.certificatePolicies, named(policy))
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
    },
    Row("policy demanded and another there", "policy") {
      $0.intermediate.set(.certificatePolicies, named(policy))
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
      $0.leaf.set(.certificatePolicies, named(foreign))
    },
    Row("policy mapped", nil) {
      $0.intermediate.set(.certificatePolicies, named(policy))
      $0.intermediate.set(.policyMappings, mapped(policy, foreign), critical: true)
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
      $0.leaf.set(.certificatePolicies, named(foreign))
    },
    Row("policy mapped away", "policy") {
      $0.intermediate.set(.certificatePolicies, named(policy))
      $0.intermediate.set(.policyMappings, mapped(policy, foreign), critical: true)
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
      $0.leaf.set(.certificatePolicies, named(policy))
    },
    Row("anyPolicy mapped", "policy") {
      $0.intermediate.set(.certificatePolicies, named(.anyPolicy))
      $0.intermediate.set(.policyMappings, mapped(.anyPolicy, foreign), critical: true)
    },
    Row("anyPolicy stands for a policy", nil) {
      $0.intermediate.set(.certificatePolicies, named(.anyPolicy))
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
      $0.leaf.set(.certificatePolicies, named(policy))
    },
    Row("anyPolicy inhibited", "policy") {
      $0.intermediate.set(.certificatePolicies, named(policy))
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
      $0.intermediate.set(.inhibitAnyPolicy, DER.integer([0]), critical: true)
      $0.leaf.set(.certificatePolicies, named(.anyPolicy))
    },
    Row("anyPolicy inhibited later", nil) {
      $0.intermediate.set(.certificatePolicies, named(policy))
      $0.intermediate.set(.policyConstraints, demanded, critical: true)
      $0.intermediate.set(.inhibitAnyPolicy, DER.integer([1]), critical: true)
      $0.leaf.set(.certificatePolicies, named(.anyPolicy))
    },
    Row("policy constraints that are not critical", "extension-criticality") {
      $0.intermediate.set(.policyConstraints, DER.sequence(DER.implicit(0, [3])))
    },
    Row("policy constraints that say nothing", "extension-malformed") {
      $0.intermediate.set(.policyConstraints, DER.sequence(), critical: true)
    },
    Row("inhibitAnyPolicy that is not critical", "extension-criticality") {
      $0.intermediate.set(.inhibitAnyPolicy, DER.integer([0]))
    },
  ]
}

extension Scene {
  /// A root that has nothing to do with any scene.
  static let stranger: [UInt8] = {
    var draft = Scene.authority("Stranger", .other, issuer: .other)
    draft.set(.authorityKeyIdentifier, nil)
    return draft.signed(by: .other, issuer: draft.subject)
  }()
}
