import AuditModel

/// A certificate as the lints look at it.
///
/// Extensions are read again here, more patiently than `X509Certificate` reads them: a lint must be able to name what is
/// wrong with a list that is empty or a number that may not be there. Where an extension occurs twice, the last counts.
package struct LintedCertificate: Sendable {
  package let certificate: X509Certificate
  let notBefore: Instant
  let notAfter: Instant
  let subject: LintedName
  let issuer: LintedName
  /// The last extension of each kind.
  let extensions: [OID: X509Extension]
  /// The bits of the key usage by number, the named nine alone; empty where there is none or it is malformed.
  let keyUsage: Set<Int>
  /// Nil where there are no basic constraints or they are malformed.
  let basicConstraints: LintedBasicConstraints?
  /// Purposes of every extended key usage, in order.
  let purposes: [OID]
  let subjectNames: LintedAlternativeNames
  let issuerNames: LintedAlternativeNames
  let nameConstraints: [LintedSubtree]
  let policies: [LintedPolicy]
  /// Every distribution point of every extension for them.
  let distributionPoints: [LintedDistributionPoint]
  let accessDescriptions: [LintedAccess]
  /// The identifiers of the logs whose timestamps it embeds, one for every timestamp.
  let logs: [[UInt8]]
  let signatureAlgorithm: LintedSignatureAlgorithm
  /// Whether it names itself as its issuer and its own key signed it.
  package let isSelfSigned: Bool

  /// Reads one. Throws where the octets are no certificate, or its validity cannot be read.
  package init(der octets: [UInt8]) throws(DERFailure) { try self.init(try X509Certificate(der: octets)) }

  /// Looks at one. Throws where its validity cannot be read.
  package init(_ certificate: X509Certificate) throws(DERFailure) {
    guard let notBefore = LintedTime.instant(certificate.notBefore) else {
      throw DERFailure("the start of the validity is no time", at: certificate.notBefore.element.offset)
    }
    guard let notAfter = LintedTime.instant(certificate.notAfter) else {
      throw DERFailure("the end of the validity is no time", at: certificate.notAfter.element.offset)
    }
    self.certificate = certificate
    self.notBefore = notBefore
    self.notAfter = notAfter
    subject = LintedName(certificate.subject)
    issuer = LintedName(certificate.issuer)
    var last: [OID: X509Extension] = [:]
    for one in certificate.extensions { last[one.identifier] = one }
    extensions = last
    func values(_ identifier: OID) -> [ArraySlice<UInt8>] {
      certificate.extensions.filter { $0.identifier == identifier }.map(\.value)
    }
    keyUsage = values(.keyUsage).compactMap(LintedKeyUsage.bits).last ?? []
    basicConstraints = values(.basicConstraints).compactMap { LintedBasicConstraints($0) }.last
    purposes = values(.extendedKeyUsage).flatMap(LintedPurposes.purposes)
    subjectNames = LintedAlternativeNames(last[.subjectAlternativeName]?.value)
    issuerNames = LintedAlternativeNames(last[.issuerAlternativeName]?.value)
    nameConstraints = values(.nameConstraints).flatMap(LintedSubtree.all)
    policies = last[.certificatePolicies].map { LintedPolicy.all($0.value) } ?? []
    distributionPoints = values(.crlDistributionPoints).flatMap(LintedDistributionPoint.all)
    accessDescriptions = values(.authorityInformationAccess).flatMap(LintedAccess.all)
    logs = values(.signedCertificateTimestamps).flatMap(LintedTimestamps.logs)
    let algorithm = LintedSignatureAlgorithm(certificate.innerAlgorithm)
    signatureAlgorithm = algorithm
    isSelfSigned =
      certificate.subject.der.elementsEqual(certificate.issuer.der) && algorithm.isOwnSignature(of: certificate)
  }
}

/// What many lints ask.
extension LintedCertificate {
  /// From the first second to the last, both included.
  var seconds: Int { notAfter.seconds(since: notBefore) + 1 }

  func has(_ identifier: OID) -> Bool { extensions[identifier] != nil }
  func isCritical(_ identifier: OID) -> Bool { extensions[identifier]?.isCritical ?? false }
  func value(_ identifier: OID) -> ArraySlice<UInt8> { extensions[identifier]?.value ?? [] }
  func allows(_ use: KeyUsage.Bit) -> Bool { keyUsage.contains(use.rawValue) }
  func has(policy: OID) -> Bool { policies.contains { $0.identifier == policy } }

  var isCA: Bool { basicConstraints?.isCA ?? false }
  var isRootCA: Bool { isCA && isSelfSigned }
  var isSubordinateCA: Bool { isCA && !isSelfSigned }
  var isSubscriber: Bool { !isCA && !isSelfSigned }

  /// The purposes that have a name in the registries that matter here; others are not looked at by most rules.
  var namedPurposes: [OID] { purposes.filter { LintedPurposes.named.contains($0) } }

  /// Whether the Baseline Requirements are about it: it may prove a TLS server's identity, or says that it keeps to them.
  package var isForServers: Bool {
    purposes.isEmpty || purposes.contains(.serverAuth) || purposes.contains(.anyExtendedKeyUsage)
      || policies.contains { OID.baselinePolicies.contains($0.identifier) }
  }

  var dnsNames: [[UInt8]] { subjectNames.dns }
  var commonName: [UInt8] { subject.last(.commonName) }
  /// Whether there is any name that could be one of a server.
  var hasServerNames: Bool { !commonName.isEmpty || !dnsNames.isEmpty }
  var isCommonNameAddress: Bool { commonName.address != nil }
  /// The common name unless it is empty or an address, and the DNS names.
  var serverNames: [[UInt8]] { (commonName.isEmpty || isCommonNameAddress ? [] : [commonName]) + dnsNames }
  var crlURLs: [[UInt8]] { distributionPoints.flatMap(\.urls) }
  func urls(_ method: OID) -> [[UInt8]] { accessDescriptions.filter { $0.method == method }.compactMap(\.url) }
}

extension OID {
  static let codeSigning: OID = "1.3.6.1.5.5.7.3.3"
  static let emailProtection: OID = "1.3.6.1.5.5.7.3.4"
  static let timeStamping: OID = "1.3.6.1.5.5.7.3.8"
  static let domainValidated: OID = "2.23.140.1.2.1"
  static let organizationValidated: OID = "2.23.140.1.2.2"
  static let individualValidated: OID = "2.23.140.1.2.3"
  static let extendedValidated: OID = "2.23.140.1.1"
  /// The reserved policies by which a certificate says that it keeps to the Baseline Requirements.
  static let baselinePolicies: Set<OID> = [
    domainValidated, organizationValidated, individualValidated, extendedValidated,
  ]
  static let surname: OID = "2.5.4.4"
  static let serialNumber: OID = "2.5.4.5"
  static let countryName: OID = "2.5.4.6"
  static let localityName: OID = "2.5.4.7"
  static let stateOrProvinceName: OID = "2.5.4.8"
  static let streetAddress: OID = "2.5.4.9"
  static let organizationName: OID = "2.5.4.10"
  static let organizationalUnitName: OID = "2.5.4.11"
  static let postalCode: OID = "2.5.4.17"
  static let givenName: OID = "2.5.4.42"
}
