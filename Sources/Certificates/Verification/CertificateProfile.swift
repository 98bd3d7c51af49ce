import Cryptography

/// What a certificate has to be by itself, wherever a path leads through it: RFC 5280 section 4, and the profile of the
/// CA/Browser Forum's Baseline Requirements section 7.1 where that is stricter.
enum CertificateProfile {
  /// Its place in a path.
  enum Role: Sendable { case leaf, intermediate, anchor }

  /// Something that speaks against a certificate.
  struct Complaint: Sendable, Hashable {
    var id: String
    var message: String

    init(_ id: String, _ message: String) {
      self.id = id
      self.message = message
    }
  }

  /// Everything that speaks against `certificate` in this place.
  static func complaints(
    about certificate: X509Certificate, as role: Role, for purpose: PathQuestion.Purpose
  ) -> [Complaint] {
    encoding(certificate) + form(certificate, role) + algorithms(certificate, role) + key(certificate.publicKey)
      + extensions(certificate) + identifiers(certificate, role) + alternatives(certificate)
      + (role == .leaf ? leaf(certificate, purpose) : authority(certificate, role, purpose))
  }

  // MARK: Everywhere

  /// DER, apart from what many authorities get wrong and no reader is misled by.
  private static func encoding(_ certificate: X509Certificate) -> [Complaint] {
    certificate.encodingFaults.first { ![.encodedDefault, .unorderedSet].contains($0.kind) }
      .map { [Complaint("encoding", "not DER: \($0.kind.rawValue) at octet \($0.offset)")] } ?? []
  }

  private static func form(_ certificate: X509Certificate, _ role: Role) -> [Complaint] {
    var complaints: [Complaint] = []
    // Roots that browsers have believed for decades have the number 0 and odd times; neither tells them apart from others.
    let isOldRoot = role == .anchor && certificate.isSelfIssued
    if certificate.version != 3 {
      complaints.append(Complaint("version", "is of version \(certificate.version), and only 3 has extensions"))
    }
    let serial = certificate.serial
    if isOldRoot {
      // Nobody looks a root up by its number.
    } else if serial.allSatisfy({ $0 == 0 }) {
      complaints.append(Complaint("serial", "has the serial number 0"))
    } else if (serial.first ?? 0) >= 0x80 {
      complaints.append(Complaint("serial", "has a negative serial number"))
    } else if serial.count > 20 {
      complaints.append(Complaint("serial", "has a serial number of \(serial.count) octets; 20 are allowed"))
    }
    if certificate.issuer.isEmpty { complaints.append(Complaint("issuer-empty", "has an empty issuer")) }
    for (time, which) in [(certificate.notBefore, "start"), (certificate.notAfter, "end")] {
      if time.instant == nil {
        complaints.append(Complaint("validity-malformed", "has no time as the \(which) of its validity: \(time.text)"))
      } else if !time.hasRightForm, !isOldRoot {
        complaints.append(
          Complaint("validity-malformed", "writes the \(which) of its validity in the wrong type: \(time.text)"))
      }
    }
    return complaints
  }

  private static func algorithms(_ certificate: X509Certificate, _ role: Role) -> [Complaint] {
    var complaints: [Complaint] = []
    if certificate.innerAlgorithm != certificate.outerAlgorithm {
      complaints.append(
        Complaint("algorithm-mismatch", "names two algorithms for its signature, one inside and one outside"))
    }
    switch certificate.outerAlgorithm.signatureAlgorithm {
    case .unknown(let identifier):
      complaints.append(Complaint("signature-algorithm", "is signed by \(identifier), which is not allowed"))
    case .badParameters(_, let why):
      complaints.append(Complaint("signature-algorithm", "has an algorithm with wrong parameters: \(why)"))
    case .known(let scheme):
      // The signature of an anchor under itself proves nothing, so its hash does not matter.
      if !isAllowed(scheme), role != .anchor || !certificate.isSelfIssued {
        complaints.append(Complaint("signature-algorithm", "is signed with a hash that is too weak"))
      }
    }
    return complaints
  }

  /// SHA-2 of at least 256 bits, or an Edwards curve.
  static func isAllowed(_ scheme: SignatureScheme) -> Bool {
    switch scheme {
    case .rsaPKCS1(let hash), .rsaPSS(let hash, _, _), .ecdsa(let hash): ![.sha1, .sha224].contains(hash)
    case .ed25519, .ed448: true
    }
  }

  private static func key(_ key: PublicKey) -> [Complaint] {
    let parameters = key.algorithm.parameters
    switch key.material {
    case .rsa(let modulus, let exponent, let isPSS):
      let bits = modulus.bitLength
      var complaints: [Complaint] = []
      if (modulus.first ?? 0x80) >= 0x80 { complaints.append(Complaint("key-malformed", "has a negative modulus")) }
      if bits < 2048 { complaints.append(Complaint("key-weak", "has an RSA key of \(bits) bits; 2048 are the least")) }
      if bits % 8 != 0 { complaints.append(Complaint("key-weak", "has an RSA key of \(bits) bits, no multiple of 8")) }
      if bits > 16_384 {
        complaints.append(Complaint("key-type", "has an RSA key of \(bits) bits; 16384 are the most"))
      }
      if exponent.bitLength < 2 || (exponent.last ?? 0) & 1 == 0 || (exponent.first ?? 0x80) >= 0x80 {
        complaints.append(Complaint("key-weak", "has an RSA key with an exponent that is even or less than 3"))
      }
      if !isPSS, !key.algorithm.hasNullParameters {
        complaints.append(Complaint("key-malformed", "has an RSA key whose parameters are not NULL"))
      }
      return complaints
    case .ec(let curve, let point):
      guard let curve else { return [Complaint("key-type", "has an EC key that names no curve")] }
      guard let size = [OID.p256: 32, .p384: 48, .p521: 66][curve] else {
        return [Complaint("key-type", "has an EC key on a curve other than P-256, P-384 and P-521")]
      }
      let isPoint =
        (point.count == 1 + 2 * size && point.first == 4) || (point.count == 1 + size && [2, 3].contains(point.first))
      return isPoint ? [] : [Complaint("key-malformed", "has an EC key that is no point")]
    case .edwards(let kind, let octets):
      guard kind == .ed25519 || kind == .ed448 else { return [Complaint("key-type", "has a key that cannot sign")] }
      let isWhole = octets.count == (kind == .ed25519 ? 32 : 57) && parameters == nil
      return isWhole ? [] : [Complaint("key-malformed", "has a malformed Edwards key")]
    case .dsa: return [Complaint("key-type", "has a DSA key")]
    case .other: return [Complaint("key-type", "has a key of the kind \(key.algorithm.algorithm)")]
    case .malformed(let why): return [Complaint("key-malformed", "has a malformed key: \(why)")]
    }
  }

  /// What this room processes, and so may be critical.
  private static let processed: Set<OID> = [
    .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .issuerAlternativeName, .nameConstraints,
    .certificatePolicies, .policyConstraints, .inhibitAnyPolicy, .policyMappings, .crlDistributionPoints, .tlsFeature,
    .signedCertificateTimestamps,
  ]
  /// RFC 5280 sections 4.2.1.1, 4.2.1.2, 4.2.1.8, 4.2.1.15, 4.2.2.1 and 4.2.2.2.
  private static let neverCritical: Set<OID> = [
    .authorityKeyIdentifier, .subjectKeyIdentifier, .subjectDirectoryAttributes, .freshestCRL,
    .authorityInformationAccess, .subjectInformationAccess,
  ]
  /// RFC 5280 sections 4.2.1.10, 4.2.1.11 and 4.2.1.14.
  private static let alwaysCritical: Set<OID> = [.nameConstraints, .policyConstraints, .inhibitAnyPolicy]

  private static func extensions(_ certificate: X509Certificate) -> [Complaint] {
    var complaints: [Complaint] = []
    var seen: Set<OID> = []
    if certificate.extensionList?.isEmpty == true {
      complaints.append(Complaint("extension-malformed", "has an empty list of extensions"))
    }
    for one in certificate.extensions {
      let name = one.identifier
      if !seen.insert(name).inserted { complaints.append(Complaint("extension-duplicate", "has \(name) twice")) }
      if case .malformed(let why) = one.content {
        complaints.append(Complaint("extension-malformed", "has a malformed \(name): \(why)"))
      } else if name == .precertificatePoison {
        complaints.append(Complaint("precertificate", "is a precertificate, not a certificate"))
      } else if one.isCritical, neverCritical.contains(name) {
        complaints.append(Complaint("extension-criticality", "marks \(name) as critical"))
      } else if one.isCritical, !processed.contains(name) {
        complaints.append(Complaint("extension-unknown-critical", "has the unknown critical extension \(name)"))
      } else if !one.isCritical, alwaysCritical.contains(name) {
        complaints.append(Complaint("extension-criticality", "does not mark \(name) as critical"))
      }
    }
    if let usage = certificate.keyUsage, usage.bits.isEmpty {
      complaints.append(Complaint("key-usage", "has a key usage that allows nothing"))
    }
    if let constraints = certificate.basicConstraints, constraints.pathLength != nil, !constraints.isCA {
      complaints.append(Complaint("basic-constraints", "limits the length of paths and is no authority"))
    }
    if let constraints = certificate.policyConstraints, constraints == PolicyConstraints() {
      complaints.append(Complaint("extension-malformed", "has policy constraints that constrain nothing"))
    }
    return complaints
  }

  private static func identifiers(_ certificate: X509Certificate, _ role: Role) -> [Complaint] {
    let identifier = certificate.subjectKeyIdentifier
    var complaints: [Complaint] = []
    if role != .leaf, identifier?.isEmpty ?? true {
      complaints.append(Complaint("ski", "is an authority without subject key identifier"))
    }
    guard let authority = certificate.authorityKeyIdentifier else {
      if role != .anchor || !certificate.isSelfIssued {
        complaints.append(Complaint("aki", "has no authority key identifier"))
      }
      return complaints
    }
    if authority.keyIdentifier?.isEmpty ?? true {
      complaints.append(Complaint("aki", "has an authority key identifier without the identifier of a key"))
    }
    if authority.issuer != nil || authority.serial != nil {
      complaints.append(Complaint("aki", "names its issuer's certificate by issuer and serial number"))
    }
    if role == .anchor, certificate.isSelfIssued, let key = authority.keyIdentifier, let identifier, key != identifier {
      complaints.append(Complaint("aki", "signs itself, and its two key identifiers differ"))
    }
    return complaints
  }

  private static func alternatives(_ certificate: X509Certificate) -> [Complaint] {
    for name in certificate.subjectAlternativeName ?? [] {
      let isGood =
        switch name.kind {
        case .dns(let text): DNSName(certificate: text.octets) != nil
        case .ip(let octets): octets.count == 4 || octets.count == 16
        case .email(let text): NameSpace.isMailbox(text.octets)
        case .uri(let text): isURI(text.octets)
        case .malformed: false
        case .other, .x400, .directory, .ediParty, .registered: true
        }
      if !isGood { return [Complaint("san-malformed", "has a malformed alternative name \(name.text)")] }
    }
    return []
  }

  /// A scheme, a colon and something after it, all in visible ASCII.
  private static func isURI(_ octets: ArraySlice<UInt8>) -> Bool {
    guard let colon = octets.firstIndex(of: 0x3A), colon > octets.startIndex, colon + 1 < octets.endIndex else {
      return false
    }
    return octets.allSatisfy { (0x21...0x7E).contains($0) }
  }

  // MARK: Authorities

  private static func authority(
    _ certificate: X509Certificate, _ role: Role, _ purpose: PathQuestion.Purpose
  ) -> [Complaint] {
    var complaints: [Complaint] = []
    if certificate.subject.isEmpty { complaints.append(Complaint("subject-empty", "is an authority without a name")) }
    if let one = certificate.extension(.basicConstraints), certificate.isCA {
      if !one.isCritical {
        complaints.append(Complaint("basic-constraints", "does not mark its basic constraints as critical"))
      }
    } else {
      complaints.append(Complaint("not-an-authority", "is no authority and signs certificates"))
    }
    if let usage = certificate.keyUsage, !usage.contains(.keyCertSign) {
      complaints.append(Complaint("key-usage", "may not sign certificates by its key usage"))
    }
    if let constraints = certificate.nameConstraints, let why = NameSpace.complaint(about: constraints) {
      complaints.append(Complaint("name-constraints-malformed", "has name constraints that \(why)"))
    }
    if let purposes = certificate.extendedKeyUsage {
      if role == .anchor, certificate.isSelfIssued {
        complaints.append(Complaint("anchor-extended-key-usage", "is a root with an extended key usage"))
      } else if !purposes.contains(purpose.identifier), !purposes.contains(.anyExtendedKeyUsage) {
        complaints.append(Complaint("extended-key-usage", "may not issue certificates for a TLS \(purpose.rawValue)"))
      }
    }
    return complaints
  }

  // MARK: Leaves

  private static func leaf(_ certificate: X509Certificate, _ purpose: PathQuestion.Purpose) -> [Complaint] {
    var complaints: [Complaint] = []
    if certificate.isCA { complaints.append(Complaint("leaf-is-authority", "is an authority in the place of a leaf")) }
    if certificate.extension(.nameConstraints) != nil {
      complaints.append(Complaint("name-constraints-in-leaf", "has name constraints and is no authority"))
    }
    if let usage = certificate.keyUsage {
      if usage.contains(.keyCertSign), !certificate.isCA {
        complaints.append(Complaint("key-usage", "may sign certificates by its key usage and is no authority"))
      }
      let isForTLS =
        usage.contains(.digitalSignature)
        || (purpose == .server && (usage.contains(.keyEncipherment) || usage.contains(.keyAgreement)))
      if !isForTLS, !usage.bits.isEmpty {
        complaints.append(Complaint("key-usage", "may not be used for TLS by its key usage"))
      }
    }
    complaints += purposes(certificate, purpose)
    guard let names = certificate.extension(.subjectAlternativeName) else {
      if purpose == .server || certificate.subject.isEmpty {
        complaints.append(Complaint("san-missing", "has no alternative name; common names do not count"))
      }
      return complaints
    }
    if names.isCritical != certificate.subject.isEmpty {
      complaints.append(
        Complaint(
          "san-criticality",
          names.isCritical
            ? "marks its alternative names as critical and has a subject"
            : "has no subject and does not mark its alternative names as critical"))
    }
    if purpose == .server { complaints += serverNames(certificate) }
    return complaints
  }

  private static func purposes(_ certificate: X509Certificate, _ purpose: PathQuestion.Purpose) -> [Complaint] {
    guard let one = certificate.extension(.extendedKeyUsage) else {
      return [Complaint("extended-key-usage", "does not say what it is for")]
    }
    guard case .extendedKeyUsage(let purposes) = one.content else { return [] }
    var complaints: [Complaint] = []
    if !purposes.contains(purpose.identifier) {
      complaints.append(Complaint("extended-key-usage", "is not for a TLS \(purpose.rawValue)"))
    }
    if purposes.contains(.anyExtendedKeyUsage) {
      complaints.append(Complaint("extended-key-usage-any", "is for any purpose whatever"))
    }
    if one.isCritical {
      complaints.append(Complaint("extended-key-usage-critical", "marks its extended key usage as critical"))
    }
    if purpose == .server, let foreign = purposes.first(where: neverBesideServers.contains) {
      complaints.append(Complaint("extended-key-usage-foreign", "is for a TLS server and for \(foreign) alike"))
    }
    return complaints
  }

  /// Code signing, mail, time stamps, OCSP and precertificates: Baseline Requirements section 7.1.2.7.10.
  private static let neverBesideServers: Set<OID> = [
    "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8", .ocspSigning, "1.3.6.1.4.1.11129.2.4.4",
  ]

  private static func serverNames(_ certificate: X509Certificate) -> [Complaint] {
    var hosts: [DNSName] = []
    var texts: Set<String> = []
    for name in certificate.subjectAlternativeName ?? [] {
      switch name.kind {
      case .dns(let text):
        texts.insert(text.text)
        if let host = DNSName(certificate: text.octets) { hosts.append(host) }
      case .ip(let octets): IPAddress.text(octets).map { _ = texts.insert($0) }
      default: break
      }
    }
    var complaints: [Complaint] = []
    if let wide = hosts.first(where: \.spansPublicSuffix) {
      complaints.append(Complaint("wildcard-too-wide", "stands for everybody's names under \(wide.text)"))
    }
    for common in certificate.subject.texts(of: .commonName)
    where !texts.contains(common) && contradicts(common, hosts) {
      complaints.append(
        Complaint("common-name", "has the common name \(common), which is none of its alternative names"))
    }
    return complaints
  }

  /// Whether a common name claims a host or an address that no alternative name claims (Baseline Requirements section
  /// 7.1.4.3). A word that is neither claims nothing, and the domain that an alternative name lies under is let pass.
  private static func contradicts(_ common: String, _ hosts: [DNSName]) -> Bool {
    if IPAddress.octets(common.lowercased()) != nil { return true }
    let isFigures = common.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E } && common.contains(".")
    let isHexadecimal = common.lowercased().hasPrefix("0x") && common.dropFirst(2).allSatisfy(\.isHexDigit)
    if isFigures || isHexadecimal { return true }
    guard common.contains("."), !common.unicodeScalars.contains(where: \.properties.isWhitespace) else { return false }
    guard let name = DNSName(certificate: Array(common.utf8)) else { return !common.utf8.allSatisfy { $0 < 0x80 } }
    guard !hosts.isEmpty else { return false }
    if hosts.contains(name) { return true }
    return !hosts.contains { $0.isWithin(name) }
  }
}

extension PathQuestion.Purpose {
  /// The extended key usage that stands for it.
  var identifier: OID { self == .server ? .serverAuth : .clientAuth }
}
