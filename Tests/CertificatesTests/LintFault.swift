import Certificates
import LoopbackServers

/// A certificate with one fault, and the lint that has to name it.
struct LintFault: Sendable {
  let id: String
  let status: LintStatus
  let draft: LintDraft

  /// One or more faults for every lint.
  static func all(_ samples: LintSamples) throws -> [LintFault] {
    inForm + inNames + inSubject + inServerNames + inExtensions + inUses + inPolicies + inPlaces + inConstraints
      + inTransparency + inValidity + inKeys(samples) + inRoots(samples)
  }

  private static let leaf2013 = LintDraft.leaf("130301000000Z", "131201000000Z")
  private static let leaf2017 = LintDraft.leaf("170601000000Z", "190801000000Z")
  private static let leaf2019 = LintDraft.leaf("190601000000Z", "200601000000Z")
  private static let leaf2024 = LintDraft.leaf("240601000000Z", "240830000000Z")
  private static let subordinate = LintDraft.subordinate("240601000000Z", "290601000000Z")
  private static let organization = LintDraft.organization("190601000000Z", "200601000000Z")

  private static func fault(
    _ id: String, _ status: LintStatus = .error, in draft: LintDraft = leaf2024, _ change: (inout LintDraft) -> Void
  ) -> LintFault {
    var draft = draft
    change(&draft)
    return LintFault(id: id, status: status, draft: draft)
  }

  private static let inForm: [LintFault] = [
    fault("version-3") { $0.version = nil },
    fault("extensions-need-version-3") { $0.version = 1 },
    fault("no-unique-identifier") { $0.uniqueIdentifiers = D.context(1, [0, 1]) },
    fault("no-unique-identifier") { $0.uniqueIdentifiers = D.context(2, [0]) },
    fault("unique-identifier-version") {
      $0.uniqueIdentifiers = D.context(1, [0, 1])
      $0.version = nil
    },
    fault("encoding-distinguished") { $0.put(.basicConstraints, critical: true, D.sequence(D.boolean(false))) },
    fault("encoding-distinguished") { $0.issuer.append(D.set()) },
    fault("encoding-distinguished", in: organization) { $0.subject.append(D.set()) },
    fault("serial-length") { $0.serial = [0] + [UInt8](repeating: 0xFF, count: 20) },
    fault("serial-positive") { $0.serial = [0] },
    fault("serial-positive") { $0.serial = [0x80, 1] },
    fault("signature-algorithms-agree") { $0.outerAlgorithm = D.algorithm("1.2.840.113549.1.1.12") },
    fault("signature-algorithm-allowed") { $0.algorithm = D.algorithm("1.2.840.113549.1.1.4") },
    fault("signature-algorithm-allowed") { $0.algorithm = D.algorithm("1.3.101.112", null: false) },
    fault("signature-algorithm-allowed") { $0.algorithm = D.algorithm("1.2.840.113549.1.1.14") },
    fault("signature-algorithm-allowed", .warn) { $0.algorithm = pss(salt: 32) },
    fault("signature-algorithm-allowed") { $0.algorithm = pss(salt: 20) },
    fault("signature-not-sha1") { $0.algorithm = D.algorithm("1.2.840.113549.1.1.5") },
    fault("signature-not-sha1") { $0.algorithm = D.algorithm("1.2.840.10045.4.1", null: false) },
    fault("signature-sha1-expiry", .warn, in: .leaf("150601000000Z", "170601000000Z")) {
      $0.algorithm = D.algorithm("1.2.840.113549.1.1.5")
    },
    fault("signature-rsa-null-parameters") { $0.algorithm = D.algorithm("1.2.840.113549.1.1.11", null: false) },
    fault("signature-rsa-null-parameters") {
      $0.algorithm = D.sequence(D.oid("1.2.840.113549.1.1.11"), [5, 0], [5, 0])
    },
  ]

  private static func pss(salt: UInt8) -> [UInt8] {
    let hash = D.algorithm("2.16.840.1.101.3.4.2.1")
    return D.sequence(
      D.oid("1.2.840.113549.1.1.10"),
      D.sequence(
        D.context(0, hash, constructed: true),
        D.context(1, D.sequence(D.oid("1.2.840.113549.1.1.8"), hash), constructed: true),
        D.context(2, D.integer([salt]), constructed: true)))
  }

  private static let inNames: [LintFault] = [
    fault("issuer-not-empty") { $0.issuer = [] },
    fault("issuer-not-empty") { $0.issuer = [D.set()] },
    fault("ca-subject-not-empty", in: subordinate) { $0.subject = [] },
    fault("subject-or-alternative") { $0.drop(.subjectAlternativeName) },
    fault("ca-common-name", in: subordinate) { $0.subject.removeLast() },
    fault("ca-country", in: subordinate) { $0.subject.removeFirst() },
    fault("ca-organization", in: subordinate) { $0.subject.remove(at: 1) },
    fault("issuer-country-printable") { $0.issuer[0] = D.attribute("2.5.4.6", D.utf8("DE")) },
    fault("subject-country-printable", in: organization) { $0.subject[0] = D.attribute("2.5.4.6", D.utf8("DE")) },
    fault("subject-serial-printable", in: organization) { $0.subject[9] = D.attribute("2.5.4.5", D.utf8("1")) },
    fault("subject-printable-alphabet", in: organization) {
      $0.subject[9] = D.attribute("2.5.4.5", D.printable("a@b"))
    },
    fault("subject-one-attribute-each", .notice, in: organization) {
      $0.subject[0] = D.set(
        D.sequence(D.oid("2.5.4.6"), D.printable("DE")), D.sequence(D.oid("2.5.4.8"), D.printable("BE")))
    },
    fault("issuer-one-attribute-each", .warn) {
      $0.issuer[0] = D.set(
        D.sequence(D.oid("2.5.4.6"), D.printable("DE")), D.sequence(D.oid("2.5.4.8"), D.printable("BE")))
    },
    fault("subject-leading-blank", .warn, in: organization) { $0.subject[5] = D.attribute("2.5.4.10", D.utf8(" A")) },
    fault("subject-trailing-blank", .warn, in: organization) {
      $0.subject[5] = D.attribute("2.5.4.10", D.utf8("A\u{2003}"))
    },
    fault("issuer-leading-blank", .warn) { $0.issuer[1] = D.attribute("2.5.4.10", D.printable(" A")) },
    fault("issuer-trailing-blank", .warn) { $0.issuer[1] = D.attribute("2.5.4.10", D.ia5("A\t")) },
    fault("subject-meaningful", in: organization) { $0.subject[2] = D.attribute("2.5.4.7", D.utf8("-")) },
    fault("subject-meaningful", in: organization) { $0.subject[2] = D.attribute("2.5.4.7", D.utf8("")) },
  ]

  private static let inSubject: [LintFault] =
    [
      long("common-name", at: 11, "2.5.4.3", 65), long("organization", at: 5, "2.5.4.10", 65),
      long("organizational-unit", at: 6, "2.5.4.11", 65), long("locality", at: 2, "2.5.4.7", 129),
      long("state", at: 1, "2.5.4.8", 129), long("street", at: 3, "2.5.4.9", 129),
      long("postal-code", at: 4, "2.5.4.17", 17), long("given-name", at: 7, "2.5.4.42", 32769),
      long("surname", at: 8, "2.5.4.4", 32769), long("email", at: 10, "1.2.840.113549.1.9.1", 256),
    ]
    + [
      fault("dv-no-locality", in: leaf2019) { $0.subject = [D.attribute("2.5.4.7", D.utf8("Berlin"))] },
      fault("dv-no-org", in: leaf2019) { $0.subject = [D.attribute("2.5.4.10", D.utf8("Beispiel"))] },
      fault("dv-no-postal", in: leaf2019) { $0.subject = [D.attribute("2.5.4.17", D.utf8("10115"))] },
      fault("dv-no-province", in: leaf2019) { $0.subject = [D.attribute("2.5.4.8", D.utf8("Berlin"))] },
      fault("dv-no-street", in: leaf2019) { $0.subject = [D.attribute("2.5.4.9", D.utf8("Weg 1"))] },
      fault("ov-organization", in: organization) { $0.subject.remove(at: 5) },
      fault("ov-country", in: organization) { $0.subject.removeFirst() },
      fault("subject-country-with-identity", in: organization) { $0.subject.removeFirst() },
      fault("subject-province-needs-identity", in: leaf2019) {
        $0.subject = [D.attribute("2.5.4.8", D.utf8("Berlin"))]
      },
      fault("subject-locality-needs-identity", in: leaf2019) {
        $0.subject = [D.attribute("2.5.4.7", D.utf8("Berlin"))]
      },
      fault("subject-street-needs-identity", in: leaf2019) { $0.subject = [D.attribute("2.5.4.9", D.utf8("Weg 1"))] },
      fault("subject-common-name-included", .notice, in: organization) { _ in },
      fault("subject-common-name-from-names", in: organization) { $0.names(D.dns("other.example.com")) },
      fault("subject-one-common-name", .warn, in: organization) {
        $0.subject.append(D.attribute("2.5.4.3", D.utf8("www.example.com")))
      },
    ]

  private static func long(_ name: String, at index: Int, _ type: OID, _ count: Int) -> LintFault {
    fault("subject-\(name)-length", in: organization) {
      // Two octets a character: characters count, not octets.
      $0.subject[index] = D.attribute(type, D.utf8(String(repeating: "é", count: count)))
    }
  }

  private static let inServerNames: [LintFault] = [
    fault("names-present") { $0.drop(.subjectAlternativeName) },
    fault("names-not-empty") { $0.names() },
    fault("name-not-empty") { $0.names(D.dns("")) },
    fault("names-critical-without-subject") { $0.mark(.subjectAlternativeName, critical: false) },
    fault("names-not-critical-with-subject", .warn, in: organization) {
      $0.mark(.subjectAlternativeName, critical: true)
    },
    fault("dns-name-ascii") { $0.names(D.dns("bücher.example")) },
    fault("dns-name-not-blank") { $0.names(D.dns(" ")) },
    fault("uri-ascii") { $0.names(D.uri("http://bücher.example/")) },
    fault("uri-absolute") { $0.names(D.uri("/only/a/path")) },
    fault("uri-absolute") { $0.names(D.uri("www.example.com")) },
    fault("uri-absolute") { $0.names(D.uri("http://a b/")) },
    fault("uri-absolute") { $0.names(D.uri("http://a.example/%zz")) },
    fault("uri-absolute") { $0.names(D.uri("http://a.example/#50%")) },
    fault("names-no-directory-name") { $0.names(D.context(4, D.sequence(), constructed: true)) },
    fault("names-no-edi-party-name") {
      $0.names(D.context(5, D.context(1, D.utf8("x"), constructed: true), constructed: true))
    },
    fault("names-no-other-name") {
      $0.names(
        D.context(0, D.oid("1.3.6.1.4.1.99.1") + D.context(0, D.utf8("x"), constructed: true), constructed: true))
    },
    fault("names-no-registered-identifier") { $0.names(D.context(8, [0x2A, 3])) },
    fault("names-no-email-address") { $0.names(D.context(1, Array("a@example.com".utf8))) },
    fault("names-no-uri") { $0.names(D.uri("http://www.example.com/")) },
    fault("dns-name-once", .notice) { $0.names(D.dns("a.example"), D.dns("A.example")) },
    fault("dns-name-bare-wildcard") { $0.names(D.dns("*")) },
    fault("dns-name-wildcard-first") { $0.names(D.dns("www.*.com")) },
    fault("dns-name-leading-period") { $0.names(D.dns(".example.com")) },
    fault("dns-name-null") { $0.names(D.dns("a\0.example.com")) },
    fault("dns-labels-not-empty") { $0.names(D.dns("a..example.com")) },
    fault("dns-labels-length") { $0.names(D.dns(String(repeating: "a", count: 64) + ".example")) },
    fault("server-labels-not-empty", in: organization) { $0.subject[11] = D.attribute("2.5.4.3", D.utf8("a..com")) },
    fault("server-labels-length", in: organization) {
      $0.subject[11] = D.attribute("2.5.4.3", D.utf8(String(repeating: "a", count: 64)))
    },
    fault("server-name-characters") { $0.names(D.dns("a b.example.com")) },
    fault("server-name-characters", in: organization) { $0.subject[11] = D.attribute("2.5.4.3", D.utf8("Ein Name")) },
    fault("wildcard-alone-in-label") { $0.names(D.dns("www*.example.com")) },
    fault("wildcard-first-label") { $0.names(D.dns("www.*.example.com")) },
    fault("dns-name-no-underscore-before-2018", in: leaf2017) { $0.names(D.dns("a_b.example.com")) },
    fault("dns-name-no-underscore", in: leaf2019) { $0.names(D.dns("a_b.example.com")) },
    fault("dns-label-not-reserved") { $0.names(D.dns("ab--c.example.com")) },
    fault("dns-name-not-redacted", .notice) { $0.names(D.dns("*.?.example.com")) },
    fault("address-not-reserved") { $0.names(D.address([10, 0, 0, 1])) },
    fault("address-not-reserved") { $0.names(D.address([0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 1, count: 12))) },
    fault("address-not-reserved") { $0.names(D.address([UInt8](repeating: 0, count: 15) + [1])) },
    fault("common-name-not-reserved-address", in: organization) {
      $0.subject[11] = D.attribute("2.5.4.3", D.utf8("192.168.1.1"))
    },
    fault("issuer-names-not-critical", .warn, in: organization) { $0.mark(.issuerAlternativeName, critical: true) },
    fault("issuer-names-not-empty", in: organization) { $0.put(.issuerAlternativeName, D.sequence()) },
    fault("issuer-name-not-empty", in: organization) { $0.put(.issuerAlternativeName, D.sequence(D.dns(""))) },
    fault("issuer-dns-name-ascii", in: organization) { $0.put(.issuerAlternativeName, D.sequence(D.dns("ü"))) },
    fault("issuer-dns-name-not-blank", in: organization) { $0.put(.issuerAlternativeName, D.sequence(D.dns(" "))) },
    fault("issuer-uri-absolute", in: organization) { $0.put(.issuerAlternativeName, D.sequence(D.uri("ca.example"))) },
    fault("issuer-dns-name-bare-wildcard", in: organization) {
      $0.put(.issuerAlternativeName, D.sequence(D.dns("*")))
    },
    fault("issuer-dns-name-wildcard-first", in: organization) {
      $0.put(.issuerAlternativeName, D.sequence(D.dns("a.*.b")))
    },
  ]

  private static let inExtensions: [LintFault] = [
    fault("extension-once") {
      $0.extensions.append(
        LintDraft.Extension(identifier: .keyUsage, isCritical: true, value: D.bits([0x80], unused: 7)))
    },
    fault("extension-list-not-empty") { $0.put(.extendedKeyUsage, D.sequence()) },
    fault("access-not-critical") { $0.mark(.authorityInformationAccess, critical: true) },
    fault("authority-key-not-critical") { $0.mark(.authorityKeyIdentifier, critical: true) },
    fault("subject-key-not-critical", in: subordinate) { $0.mark(.subjectKeyIdentifier, critical: true) },
    fault("directory-attributes-not-critical", in: subordinate) {
      $0.mark(.subjectDirectoryAttributes, critical: true)
    },
    fault("freshest-list-not-critical", in: subordinate) { $0.mark(.freshestCRL, critical: true) },
    fault("subject-access-not-critical", in: subordinate) { $0.mark(.subjectInformationAccess, critical: true) },
    fault("name-constraints-critical", in: subordinate) { $0.mark(.nameConstraints, critical: false) },
    fault("policy-constraints-critical", in: subordinate) { $0.mark(.policyConstraints, critical: false) },
    fault("inhibit-any-policy-critical", in: subordinate) { $0.mark(.inhibitAnyPolicy, critical: false) },
    fault("policy-mappings-critical", .warn, in: subordinate) { $0.mark(.policyMappings, critical: false) },
    fault("authority-key-present") { $0.drop(.authorityKeyIdentifier) },
    fault("authority-key-identifier") { $0.put(.authorityKeyIdentifier, D.sequence()) },
    fault("ca-subject-key-present", in: subordinate) { $0.drop(.subjectKeyIdentifier) },
    fault("subject-key-present", .warn, in: leaf2019) { $0.drop(.subjectKeyIdentifier) },
    fault("subscriber-no-subject-key", .warn) { $0.put(.subjectKeyIdentifier, D.octets([1])) },
    fault("basic-constraints-critical", in: subordinate) { $0.mark(.basicConstraints, critical: false) },
    fault("path-length-needs-ca") { $0.put(.basicConstraints, critical: true, D.sequence(D.integer([0]))) },
    fault("path-length-needs-ca", in: subordinate) { $0.put(.keyUsage, critical: true, D.bits([2], unused: 1)) },
    fault("path-length-not-negative", in: subordinate) {
      $0.put(.basicConstraints, critical: true, D.sequence(D.boolean(true), D.integer([0xFF])))
    },
    fault("signing-key-is-ca") { $0.put(.keyUsage, critical: true, D.bits([4], unused: 2)) },
    fault("other-key-is-no-ca", in: subordinate) { $0.put(.keyUsage, critical: true, D.bits([2], unused: 1)) },
    fault("subscriber-basic-constraints-critical") { $0.mark(.basicConstraints, critical: false) },
  ]

  private static let inUses: [LintFault] = [
    fault("key-usage-critical", .warn) { $0.mark(.keyUsage, critical: false) },
    fault("key-usage-some") { $0.put(.keyUsage, critical: true, D.bits([0], unused: 7)) },
    fault("key-usage-some") { $0.put(.keyUsage, critical: true, D.bits([])) },
    fault("key-usage-sign-needs-ca") { $0.put(.keyUsage, critical: true, D.bits([4], unused: 2)) },
    fault("key-usage-no-trailing-octet") { $0.put(.keyUsage, critical: true, D.bits([0x80, 0], unused: 7)) },
    fault("key-usage-unused-bits") { $0.put(.keyUsage, critical: true, D.bits([0xA0], unused: 0)) },
    fault("ec-key-usage") {
      $0.key = D.ecKey("1.2.840.10045.3.1.7")
      $0.put(.keyUsage, critical: true, D.bits([0xA0], unused: 5))
    },
    fault("ca-key-usage-present", in: subordinate) { $0.drop(.keyUsage) },
    fault("ca-key-usage-critical", in: subordinate) { $0.mark(.keyUsage, critical: false) },
    fault("ca-key-usage-certificates", in: subordinate) { $0.put(.keyUsage, critical: true, D.bits([2], unused: 1)) },
    fault("ca-key-usage-lists", in: subordinate) { $0.put(.keyUsage, critical: true, D.bits([4], unused: 2)) },
    fault("ca-key-usage-answers", .notice, in: subordinate) {
      $0.put(.keyUsage, critical: true, D.bits([6], unused: 1))
    },
    fault("subscriber-key-usage-certificates") { $0.put(.keyUsage, critical: true, D.bits([0x84], unused: 2)) },
    fault("subscriber-key-usage-lists") { $0.put(.keyUsage, critical: true, D.bits([0x82], unused: 1)) },
    fault("any-purpose-not-critical", .warn) {
      $0.put(.extendedKeyUsage, critical: true, D.sequence(D.oid(.anyExtendedKeyUsage)))
    },
    fault("subscriber-purposes-present") { $0.drop(.extendedKeyUsage) },
    fault("purposes-include-tls", in: leaf2019) { $0.put(.extendedKeyUsage, D.sequence(D.oid(.anyExtendedKeyUsage))) },
    fault("subscriber-purposes-only-tls", .warn, in: leaf2019) {
      $0.put(.extendedKeyUsage, D.sequence(D.oid(.serverAuth), D.oid("1.3.6.1.5.5.7.3.3")))
    },
    fault("subordinate-purposes-not-critical", .warn, in: subordinate) { $0.mark(.extendedKeyUsage, critical: true) },
    fault("subordinate-purposes-separate", in: subordinate) {
      $0.put(.extendedKeyUsage, D.sequence(D.oid(.serverAuth), D.oid("1.3.6.1.5.5.7.3.4")))
    },
    fault("subordinate-purposes-separate", in: subordinate) {
      $0.put(.extendedKeyUsage, D.sequence(D.oid(.serverAuth), D.oid(.anyExtendedKeyUsage)))
    },
  ]

  private static func policy(_ identifier: OID, _ qualifiers: [UInt8]...) -> [UInt8] {
    D.sequence(D.oid(identifier), qualifiers.isEmpty ? [] : D.tlv(0x30, qualifiers.flatMap { $0 }))
  }

  private static func notice(_ parts: [UInt8]...) -> [UInt8] {
    D.sequence(D.oid(.userNoticeQualifier), D.tlv(0x30, parts.flatMap { $0 }))
  }

  private static func text(_ text: [UInt8]) -> [UInt8] { D.sequence(policy("2.23.140.1.2.1", notice(text))) }

  private static let inPolicies: [LintFault] = [
    fault("policy-once") {
      $0.put(.certificatePolicies, D.sequence(policy("2.23.140.1.2.1"), policy("2.23.140.1.2.1")))
    },
    fault("policy-no-reference", .warn) {
      $0.put(.certificatePolicies, text(D.sequence(D.utf8("Example"), D.sequence(D.integer([1])))))
    },
    fault("any-policy-qualifiers", in: subordinate) {
      $0.put(
        .certificatePolicies,
        D.sequence(policy(.anyPolicy, D.sequence(D.oid("1.3.6.1.4.1.99.1"), D.utf8("x")))))
    },
    fault("policy-text-length") {
      $0.put(.certificatePolicies, text(D.utf8(String(repeating: "a", count: 201))))
    },
    fault("policy-text-not-ia5") { $0.put(.certificatePolicies, text(D.ia5("text"))) },
    fault("policy-text-utf8", .warn) { $0.put(.certificatePolicies, text(D.tlv(26, Array("text".utf8)))) },
    fault("policy-text-no-control", .warn) { $0.put(.certificatePolicies, text(D.utf8("a\nb"))) },
    fault("policy-text-no-control", .warn) { $0.put(.certificatePolicies, text(D.utf8("a\u{85}b"))) },
    fault("mapping-no-any-policy", in: subordinate) {
      $0.put(.policyMappings, critical: true, D.sequence(D.sequence(D.oid("1.3.6.1.4.1.99.1"), D.oid(.anyPolicy))))
    },
    fault("mapping-of-own-policy", .warn, in: subordinate) {
      $0.put(
        .policyMappings, critical: true,
        D.sequence(D.sequence(D.oid("1.3.6.1.4.1.99.1"), D.oid("1.3.6.1.4.1.99.2"))))
    },
    fault("policy-constraints-not-empty", in: subordinate) { $0.put(.policyConstraints, critical: true, D.sequence()) },
    fault("subscriber-policies-present") { $0.drop(.certificatePolicies) },
    fault("policies-not-critical", .warn) { $0.mark(.certificatePolicies, critical: true) },
    fault("subordinate-policies-present", in: subordinate) { $0.drop(.certificatePolicies) },
    fault("subordinate-policies-not-critical", .warn, in: subordinate) {
      $0.mark(.certificatePolicies, critical: true)
    },
    fault("subordinate-one-reserved-policy", in: subordinate) {
      $0.put(.certificatePolicies, D.sequence(policy("2.23.140.1.2.1"), policy("2.23.140.1.2.2")))
    },
  ]

  private static let inPlaces: [LintFault] = [
    fault("list-points-not-critical", .warn) { $0.mark(.crlDistributionPoints, critical: true) },
    fault("list-point-complete") {
      $0.put(.crlDistributionPoints, D.sequence(D.sequence(D.context(1, [1, 0x40]))))
    },
    fault("list-point-fetchable", .warn) {
      $0.put(.crlDistributionPoints, LintDraft.points(["https://crl.example/a"]))
    },
    fault("subscriber-list-points-not-critical") { $0.mark(.crlDistributionPoints, critical: true) },
    fault("subscriber-list-point-http") {
      $0.put(.crlDistributionPoints, LintDraft.points(["ldap://crl.example/a"]))
    },
    fault("subordinate-list-points-present", in: subordinate) { $0.drop(.crlDistributionPoints) },
    fault("subordinate-list-points-not-critical", in: subordinate) { $0.mark(.crlDistributionPoints, critical: true) },
    fault("subordinate-list-point-http", in: subordinate) {
      $0.put(.crlDistributionPoints, LintDraft.points(["HTTP://crl.example/a"]))
    },
    fault("list-points-only-http") {
      $0.put(.crlDistributionPoints, LintDraft.points(["http://crl.example/a", "ldap://crl.example/a"]))
    },
    fault("list-point-no-issuer") {
      $0.put(
        .crlDistributionPoints,
        D.sequence(
          D.sequence(
            D.context(0, D.context(0, D.uri("http://crl.example/a"), constructed: true), constructed: true),
            D.context(2, D.context(4, D.sequence(), constructed: true), constructed: true))))
    },
    fault("list-point-no-issuer") {
      $0.put(
        .crlDistributionPoints,
        D.sequence(
          D.sequence(
            D.context(0, D.context(0, D.uri("http://crl.example/a"), constructed: true), constructed: true),
            D.context(1, [1, 0x40]))))
    },
    fault("issuer-certificate-fetchable", .warn) {
      $0.put(.authorityInformationAccess, LintDraft.access([(.accessCAIssuers, "ftp://ca.example/a")]))
    },
    fault("subscriber-access-present") { $0.drop(.authorityInformationAccess) },
    fault("subscriber-access-not-critical") { $0.mark(.authorityInformationAccess, critical: true) },
    fault("subscriber-responder", in: leaf2019) {
      $0.put(.authorityInformationAccess, LintDraft.access([(.accessCAIssuers, "http://ca.example/a")]))
    },
    fault("subscriber-issuer-certificate", .warn) {
      $0.put(.authorityInformationAccess, LintDraft.access([(.accessOCSP, "http://ca.example/a")]))
    },
    fault("subordinate-access-not-critical", in: subordinate) { $0.mark(.authorityInformationAccess, critical: true) },
    fault("subordinate-issuer-certificate", .warn, in: .subordinate("220601000000Z", "290601000000Z")) {
      $0.drop(.authorityInformationAccess)
    },
    fault("issuer-certificate-only-http") {
      $0.put(.authorityInformationAccess, LintDraft.access([(.accessCAIssuers, "ldap://ca.example/a")]))
    },
    fault("issuer-certificate-only-http") {
      $0.put(.authorityInformationAccess, LintDraft.access([(.accessCAIssuers, "https://ca.example/a")]))
    },
    fault("responder-only-http") {
      $0.put(.authorityInformationAccess, LintDraft.access([(.accessOCSP, "https://ocsp.example")]))
    },
    fault("access-methods") {
      $0.put(.authorityInformationAccess, LintDraft.access([("1.3.6.1.5.5.7.48.5", "http://ca.example/a")]))
    },
    fault("access-methods") {
      $0.put(
        .authorityInformationAccess, D.sequence(D.sequence(D.oid(.accessOCSP), D.dns("ocsp.example"))))
    },
    fault("access-places-once") {
      $0.put(
        .authorityInformationAccess,
        LintDraft.access([(.accessOCSP, "http://ocsp.example"), (.accessOCSP, "HTTP://ocsp.example")]))
    },
  ]

  private static func subtree(_ base: [UInt8], _ more: [UInt8] = []) -> [UInt8] {
    D.sequence(D.context(0, D.sequence(base, more), constructed: true))
  }

  private static let inConstraints: [LintFault] = [
    fault("name-constraints-only-in-ca") { $0.put(.nameConstraints, critical: true, subtree(D.dns("example.com"))) },
    fault("name-constraints-not-empty", in: subordinate) { $0.put(.nameConstraints, critical: true, D.sequence()) },
    fault("name-constraint-minimum", in: subordinate) {
      $0.put(.nameConstraints, critical: true, subtree(D.dns("example.com"), D.context(0, [1])))
    },
    fault("name-constraint-maximum", in: subordinate) {
      $0.put(.nameConstraints, critical: true, subtree(D.dns("example.com"), D.context(1, [1])))
    },
    fault("name-constraint-no-edi-party-name", .warn, in: subordinate) {
      $0.put(
        .nameConstraints, critical: true,
        subtree(D.context(5, D.context(1, D.utf8("x"), constructed: true), constructed: true)))
    },
    fault("name-constraint-no-registered-identifier", .warn, in: subordinate) {
      $0.put(.nameConstraints, critical: true, subtree(D.context(8, [0x2A, 3])))
    },
    fault("name-constraint-no-x400-address", .warn, in: subordinate) {
      $0.put(.nameConstraints, critical: true, subtree(D.context(3, D.sequence(), constructed: true)))
    },
    fault("name-constraint-no-leading-period", in: subordinate) {
      $0.put(.nameConstraints, critical: true, subtree(D.dns(".example.com")))
    },
    fault("subordinate-name-constraints-critical", .warn, in: subordinate) {
      $0.mark(.nameConstraints, critical: false)
    },
  ]

  private static let inTransparency: [LintFault] = [
    fault("timestamps-not-empty") { $0.put(.signedCertificateTimestamps, D.octets([0, 0])) },
    fault("timestamps-enough", .notice) { $0.drop(.signedCertificateTimestamps) },
    fault("timestamps-enough", .notice) {
      $0.put(.signedCertificateTimestamps, D.octets(LintDraft.timestamps(logs: 1)))
    },
  ]

  private static let inValidity: [LintFault] = [
    fault("validity-not-reversed") { $0.to = D.time("240531235959Z") },
    fault("validity-39-months", in: leaf2017) { $0.to = D.time("200901000001Z") },
    fault("validity-825-days", in: leaf2019) { $0.to = D.time("210903000001Z") },
    fault("validity-397-days", .warn) { $0.to = D.time("250703000000Z") },
    fault("validity-398-days") { $0.to = D.time("250704000000Z") },
    fault("validity-199-days", .warn, in: .leaf("260401000000Z", "261017000000Z")) { _ in },
    fault("validity-200-days", in: .leaf("260401000000Z", "261018000000Z")) { _ in },
    fault("validity-99-days", .warn, in: .leaf("270401000000Z", "270709000000Z")) { _ in },
    fault("validity-100-days", in: .leaf("270401000000Z", "270710000000Z")) { _ in },
    fault("validity-46-days", .warn, in: .leaf("290401000000Z", "290517000000Z")) { _ in },
    fault("validity-47-days", in: .leaf("290401000000Z", "290518000000Z")) { _ in },
    fault("validity-form-by-year") { $0.to = D.time("20240830000000Z", generalized: true) },
    fault("utc-time-seconds") { $0.to = D.time("2408300000Z") },
    fault("utc-time-zulu") { $0.to = D.time("240830000000+0100") },
    fault("generalized-time-seconds") { $0.to = D.time("205108300000Z", generalized: true) },
    fault("generalized-time-whole-seconds") { $0.to = D.time("20510830000000.5Z", generalized: true) },
    fault("generalized-time-zulu") { $0.to = D.time("20510830000000-0100", generalized: true) },
  ]

  private static func inKeys(_ samples: LintSamples) -> [LintFault] {
    func modulus(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
      var modulus = LintDraft.modulus
      change(&modulus)
      return D.rsaKey(modulus: modulus)
    }
    let short = [UInt8](LintDraft.modulus.suffix(64))
    return [
      fault("key-type-known") {
        $0.key = D.sequence(
          D.algorithm("1.2.840.113549.1.1.10", null: false), D.bits(D.sequence(D.integer([5]), D.integer([3]))))
      },
      fault("key-not-dsa") {
        $0.key = D.sequence(
          D.sequence(D.oid("1.2.840.10040.4.1"), D.sequence(D.integer([23]), D.integer([11]), D.integer([2]))),
          D.bits(D.integer([4])))
      },
      fault("ec-curve") { $0.key = D.ecKey("1.3.132.0.33") },
      fault("rsa-2048-bits") { $0.key = D.rsaKey(modulus: [UInt8](LintDraft.modulus.dropFirst())) },
      fault("rsa-old-subordinate-1024-bits", in: .subordinate("100601000000Z", "130601000000Z")) {
        $0.key = D.rsaKey(modulus: short)
      },
      fault("rsa-old-subscriber-1024-bits", in: leaf2013) { $0.key = D.rsaKey(modulus: short) },
      fault("rsa-modulus-odd", .warn) { $0.key = modulus { $0[$0.count - 1] &= 0xFE } },
      // 3 times a number of 2046 bits.
      fault("rsa-modulus-small-factors", .warn) { $0.key = modulus { $0 = [UInt8](repeating: 0xFF, count: 256) } },
      fault("rsa-exponent-odd") { $0.key = D.rsaKey(modulus: LintDraft.modulus, exponent: [1, 0, 0]) },
      fault("rsa-exponent-3") { $0.key = D.rsaKey(modulus: LintDraft.modulus, exponent: [1]) },
      fault("rsa-exponent-range", .warn) { $0.key = D.rsaKey(modulus: LintDraft.modulus, exponent: [3]) },
      fault("rsa-exponent-range", .warn) {
        $0.key = D.rsaKey(modulus: LintDraft.modulus, exponent: [1] + [UInt8](repeating: 1, count: 32))
      },
      fault("rsa-exponent-not-1") { $0.key = D.rsaKey(modulus: LintDraft.modulus, exponent: [1]) },
      fault("rsa-2048-bits-in-stores") { $0.key = D.rsaKey(modulus: short) },
      fault("rsa-modulus-whole-octets") { $0.key = modulus { $0[0] = 0x1C } },
      fault("rsa-key-null-parameters") { $0.key = D.rsaKey(modulus: LintDraft.modulus, null: false) },
      fault("rsa-key-null-parameters") {
        $0.key = D.sequence(
          D.sequence(D.oid("1.2.840.113549.1.1.1"), [5, 0], [5, 0]),
          D.bits(D.sequence(D.integer([0] + LintDraft.modulus), D.integer([1, 0, 1]))))
      },
      fault("encoding-distinguished") {
        $0.key = D.sequence(
          D.sequence(D.oid("1.2.840.113549.1.1.1"), [5, 0], [5, 0]),
          D.bits(D.sequence(D.integer([0] + LintDraft.modulus), D.integer([1, 0, 1]))))
      },
      fault("rsa-key-null-parameters") {
        $0.key = D.sequence(
          D.sequence(D.oid("1.2.840.113549.1.1.1"), [5, 1, 0]),
          D.bits(D.sequence(D.integer([0] + LintDraft.modulus), D.integer([1, 0, 1]))))
      },
    ]
  }

  private static func inRoots(_ samples: LintSamples) -> [LintFault] {
    [
      fault("rsa-old-root-2048-bits", in: samples.oldRoot) {
        $0.signer = samples.rsa1024
        $0.key = samples.rsa1024.subjectPublicKeyInfo
      },
      fault("root-key-usage-present", in: samples.ecRoot) { $0.drop(.keyUsage) },
      fault("root-key-usage-critical", in: samples.ecRoot) { $0.mark(.keyUsage, critical: false) },
      fault("root-no-purposes", in: samples.ecRoot) { $0.put(.extendedKeyUsage, D.sequence(D.oid(.serverAuth))) },
      fault("root-no-path-length", .warn, in: samples.ecRoot) {
        $0.put(.basicConstraints, critical: true, D.sequence(D.boolean(true), D.integer([1])))
      },
      fault("root-no-policies", .warn, in: samples.ecRoot) {
        $0.put(.certificatePolicies, D.sequence(policy("2.23.140.1.2.1")))
      },
    ]
  }
}
