import Certificates
import LoopbackServers

/// DER in the making.
enum D {
  static func tlv(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    if count < 0x80 { return [tag, UInt8(count)] + content }
    if count < 0x100 { return [tag, 0x81, UInt8(count)] + content }
    if count < 0x10000 { return [tag, 0x82, UInt8(count >> 8), UInt8(count & 0xFF)] + content }
    return [tag, 0x83, UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)] + content
  }

  static func sequence(_ members: [UInt8]...) -> [UInt8] { tlv(0x30, members.flatMap { $0 }) }
  static func set(_ members: [UInt8]...) -> [UInt8] { tlv(0x31, members.flatMap { $0 }) }
  static func integer(_ octets: [UInt8]) -> [UInt8] { tlv(2, octets) }
  static func octets(_ content: [UInt8]) -> [UInt8] { tlv(4, content) }
  static func bits(_ content: [UInt8], unused: UInt8 = 0) -> [UInt8] { tlv(3, [unused] + content) }
  static func boolean(_ value: Bool) -> [UInt8] { [1, 1, value ? 0xFF : 0] }
  static func oid(_ identifier: OID) -> [UInt8] { tlv(6, identifier.octets) }
  static func utf8(_ text: String) -> [UInt8] { tlv(12, Array(text.utf8)) }
  static func printable(_ text: String) -> [UInt8] { tlv(19, Array(text.utf8)) }
  static func ia5(_ text: String) -> [UInt8] { tlv(22, Array(text.utf8)) }
  /// A time; `Z` and all, two digits of the year for UTCTime.
  static func time(_ text: String, generalized: Bool = false) -> [UInt8] {
    tlv(generalized ? 24 : 23, Array(text.utf8))
  }
  /// `[number]`, primitive unless constructed.
  static func context(_ number: UInt8, _ content: [UInt8], constructed: Bool = false) -> [UInt8] {
    tlv(0x80 | (constructed ? 0x20 : 0) | number, content)
  }
  static func dns(_ name: String) -> [UInt8] { context(2, Array(name.utf8)) }
  static func uri(_ text: String) -> [UInt8] { context(6, Array(text.utf8)) }
  static func address(_ octets: [UInt8]) -> [UInt8] { context(7, octets) }

  /// A relative name with one attribute.
  static func attribute(_ type: OID, _ value: [UInt8]) -> [UInt8] { set(sequence(oid(type), value)) }
  static func algorithm(_ identifier: OID, null: Bool = true) -> [UInt8] {
    null ? sequence(oid(identifier), [5, 0]) : sequence(oid(identifier))
  }
  static func rsaKey(modulus: [UInt8], exponent: [UInt8] = [1, 0, 1], null: Bool = true) -> [UInt8] {
    let positive = (modulus.first ?? 0) >= 0x80 ? [0] + modulus : modulus
    return sequence(
      algorithm("1.2.840.113549.1.1.1", null: null), bits(sequence(integer(positive), integer(exponent))))
  }
  static func ecKey(_ curve: OID) -> [UInt8] {
    sequence(
      sequence(oid("1.2.840.10045.2.1"), oid(curve)), bits([4] + [UInt8](repeating: 7, count: 64)))
  }
  static func hexadecimal(_ text: String) -> [UInt8] {
    stride(from: 0, to: text.count, by: 2).compactMap { start in
      let from = text.index(text.startIndex, offsetBy: start)
      return UInt8(text[from..<text.index(from, offsetBy: 2)], radix: 16)
    }
  }
}

/// A certificate that can be changed in any part before it is encoded.
struct LintDraft: Sendable {
  struct Extension: Sendable {
    var identifier: OID
    var isCritical: Bool
    var value: [UInt8]
  }

  /// What stands in the field; nil leaves it out.
  var version: UInt8? = 2
  var serial: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0]
  var algorithm = D.algorithm("1.2.840.113549.1.1.11")
  /// The algorithm beside the signature; nil for the same.
  var outerAlgorithm: [UInt8]?
  /// Encoded relative names.
  var issuer: [[UInt8]] = [
    D.attribute("2.5.4.6", D.printable("DE")), D.attribute("2.5.4.10", D.utf8("Example Trust")),
    D.attribute("2.5.4.3", D.utf8("Example Authority")),
  ]
  var subject: [[UInt8]] = []
  var from: [UInt8]
  var to: [UInt8]
  var key = D.rsaKey(modulus: Self.modulus)
  /// Encoded `[1]` and `[2]`.
  var uniqueIdentifiers: [UInt8] = []
  var extensions: [Extension] = []
  /// Who signs; nil for a signature that verifies under no key.
  var signer: SigningKey?
  var digest = "sha256"

  mutating func put(_ identifier: OID, critical: Bool = false, _ value: [UInt8]) {
    let new = Extension(identifier: identifier, isCritical: critical, value: value)
    if let index = extensions.firstIndex(where: { $0.identifier == identifier }) {
      extensions[index] = new
    } else {
      extensions.append(new)
    }
  }

  mutating func drop(_ identifier: OID) { extensions.removeAll { $0.identifier == identifier } }

  mutating func mark(_ identifier: OID, critical: Bool) {
    for index in extensions.indices where extensions[index].identifier == identifier {
      extensions[index].isCritical = critical
    }
  }

  mutating func names(_ names: [UInt8]..., critical: Bool? = nil) {
    put(.subjectAlternativeName, critical: critical ?? subject.isEmpty, D.tlv(0x30, names.flatMap { $0 }))
  }

  func encoded() throws -> [UInt8] {
    let name = { (parts: [[UInt8]]) in D.tlv(0x30, parts.flatMap { $0 }) }
    let list = extensions.flatMap { one in
      D.sequence(D.oid(one.identifier), one.isCritical ? D.boolean(true) : [], D.octets(one.value))
    }
    let signed = D.sequence(
      version.map { D.context(0, D.integer([$0]), constructed: true) } ?? [], D.integer(serial), algorithm,
      name(issuer), D.sequence(from, to), name(subject), key, uniqueIdentifiers,
      extensions.isEmpty ? [] : D.context(3, D.tlv(0x30, list), constructed: true))
    let signature = try signer?.signature(over: signed, digest: digest) ?? [1, 2, 3, 4]
    return D.sequence(signed, outerAlgorithm ?? algorithm, D.bits(signature))
  }

  func lints() throws -> [String: LintResult] {
    let results = try LintedCertificate(der: try encoded()).lints
    return Dictionary(results.map { ($0.lint.id, $0) }) { first, _ in first }
  }

  /// 2048 bits, odd, without small factors.
  static let modulus = D.hexadecimal(
    "9c2442f9298cb3a570ccec313571810afc132d0d113db17d30cbc97d0fef792866836886a260cd0b7b45145c1a81682c64e50cad66237a04"
      + "65e7e4236472f1a38f2c6ec8cc4169a3ae3a2b7fdfe01893f3aed0b6c7ac1491def88334e647cb8f74e69a5d0dd27a65bd628881ad1b72db"
      + "a7abe1c29e1a8ef4f341e07a83f73f16dbf4a8b2b0c4312d20203626f3fe39c0519088f590fbbd119c1caaf75e8766ed88daf4016b4013ef"
      + "254b0c4e010c4759482c9cbc43435cc52eae05cf96d0cc5fd4c28c2e7c26847f0316909e3bbbe9eaa8948c893b61867626bb7dbd2d1c9af0"
      + "153e7c2a26a2c0bd3b1287fff52ddf5d616499c9e25a7605aec6f0245bd86d41")
}

/// Certificates that keep every rule of their time.
extension LintDraft {
  /// A server's certificate of a public authority for `www.example.com`, times as UTCTime.
  static func leaf(_ from: String, _ to: String) -> LintDraft {
    var draft = LintDraft(from: D.time(from), to: D.time(to))
    draft.names(D.dns("www.example.com"), D.dns("*.example.com"), D.address([8, 8, 8, 8]))
    draft.put(.keyUsage, critical: true, D.bits([0xA0], unused: 5))
    draft.put(.extendedKeyUsage, D.sequence(D.oid(.serverAuth), D.oid(.clientAuth)))
    draft.put(.basicConstraints, critical: true, D.sequence())
    draft.put(.authorityKeyIdentifier, D.sequence(D.context(0, [1, 2, 3, 4])))
    if from < "230915" { draft.put(.subjectKeyIdentifier, D.octets([4, 3, 2, 1])) }
    draft.put(.certificatePolicies, D.sequence(D.sequence(D.oid("2.23.140.1.2.1"))))
    draft.put(.crlDistributionPoints, Self.points(["http://crl.example/a.crl"]))
    draft.put(
      .authorityInformationAccess,
      Self.access([(.accessOCSP, "http://ocsp.example"), (.accessCAIssuers, "http://ca.example/a.cer")]))
    draft.put(.signedCertificateTimestamps, D.octets(Self.timestamps(logs: 5)))
    return draft
  }

  /// A root that really is signed by its own key.
  static func root(_ from: [UInt8], _ to: [UInt8], _ key: SigningKey) -> LintDraft {
    var draft = LintDraft(from: from, to: to)
    draft.subject = draft.issuer
    draft.key = key.subjectPublicKeyInfo
    draft.signer = key
    draft.put(.keyUsage, critical: true, D.bits([0x86], unused: 1))
    draft.put(.basicConstraints, critical: true, D.sequence(D.boolean(true)))
    draft.put(.subjectKeyIdentifier, D.octets([4, 3, 2, 1]))
    return draft
  }

  /// A subordinate authority with constraints of every kind.
  static func subordinate(_ from: String, _ to: String) -> LintDraft {
    var draft = leaf(from, to)
    draft.subject = [
      D.attribute("2.5.4.6", D.printable("DE")), D.attribute("2.5.4.10", D.utf8("Example Trust")),
      D.attribute("2.5.4.3", D.utf8("Example Authority 2")),
    ]
    draft.drop(.subjectAlternativeName)
    draft.drop(.signedCertificateTimestamps)
    draft.put(.subjectKeyIdentifier, D.octets([4, 3, 2, 1]))
    draft.put(.keyUsage, critical: true, D.bits([0x86], unused: 1))
    draft.put(.basicConstraints, critical: true, D.sequence(D.boolean(true), D.integer([0])))
    draft.put(
      .nameConstraints, critical: true,
      D.sequence(D.context(0, D.sequence(D.dns("example.com")), constructed: true)))
    draft.put(.policyConstraints, critical: true, D.sequence(D.context(0, [0])))
    draft.put(.inhibitAnyPolicy, critical: true, D.integer([0]))
    draft.put(
      .policyMappings, critical: true, D.sequence(D.sequence(D.oid("2.23.140.1.2.1"), D.oid("1.3.6.1.4.1.99.1"))))
    draft.put(.freshestCRL, Self.points(["http://crl.example/delta.crl"]))
    draft.put(.subjectInformationAccess, Self.access([("1.3.6.1.5.5.7.48.5", "http://ca.example/all")]))
    draft.put(
      .subjectDirectoryAttributes, D.sequence(D.sequence(D.oid("1.3.6.1.5.5.7.9.4"), D.set(D.printable("DE")))))
    return draft
  }

  /// A certificate of a validated organization with everything that its subject may say.
  static func organization(_ from: String, _ to: String) -> LintDraft {
    var draft = leaf(from, to)
    draft.subject = [
      D.attribute("2.5.4.6", D.printable("DE")), D.attribute("2.5.4.8", D.utf8("Berlin")),
      D.attribute("2.5.4.7", D.utf8("Berlin")), D.attribute("2.5.4.9", D.utf8("Hauptstraße 1")),
      D.attribute("2.5.4.17", D.utf8("10115")), D.attribute("2.5.4.10", D.utf8("Beispiel GmbH")),
      D.attribute("2.5.4.11", D.utf8("Netz")), D.attribute("2.5.4.42", D.utf8("Ada")),
      D.attribute("2.5.4.4", D.utf8("Lovelace")), D.attribute("2.5.4.5", D.printable("HRB 1")),
      D.attribute("1.2.840.113549.1.9.1", D.ia5("a@example.com")), D.attribute("2.5.4.3", D.utf8("www.example.com")),
    ]
    draft.names(D.dns("www.example.com"), critical: false)
    draft.put(
      .certificatePolicies,
      D.sequence(
        D.sequence(
          D.oid("2.23.140.1.2.2"),
          D.sequence(
            D.sequence(D.oid(.cpsQualifier), D.ia5("http://ca.example/cps")),
            D.sequence(D.oid(.userNoticeQualifier), D.sequence(D.utf8("See the practice statement")))))))
    draft.put(.issuerAlternativeName, D.sequence(D.dns("ca.example"), D.uri("http://ca.example/")))
    return draft
  }

  static func points(_ urls: [String]) -> [UInt8] {
    D.tlv(
      0x30,
      urls.flatMap { D.sequence(D.context(0, D.context(0, D.uri($0), constructed: true), constructed: true)) })
  }

  static func access(_ places: [(OID, String)]) -> [UInt8] {
    D.tlv(0x30, places.flatMap { D.sequence(D.oid($0.0), D.uri($0.1)) })
  }

  /// A list of timestamps, each of another log.
  static func timestamps(logs: UInt8) -> [UInt8] {
    let list = (0..<logs).flatMap { log -> [UInt8] in
      let one: [UInt8] =
        [0] + [UInt8](repeating: log, count: 32) + [0, 0, 1, 0x8F, 0, 0, 0, 0] + [0, 0] + [4, 3, 0, 2, 9, 9]
      return [0, UInt8(one.count)] + one
    }
    return [UInt8(list.count >> 8), UInt8(list.count & 0xFF)] + list
  }
}
