/// An X.509 certificate (RFC 5280 section 4.1) in raw and in read form.
///
/// Anything whose skeleton can be read is one, however badly it keeps to the rules: what cannot be read inside is kept
/// as a value that says so, and what BER allows and DER does not is listed in `encodingFaults`.
package struct X509Certificate: Sendable, Hashable {
  /// The largest encoding that is read, in octets: four times a certificate with 10,000 names.
  package static let largest = 4 << 20

  /// The whole as encoded, anything after it left out.
  package var der: ArraySlice<UInt8>
  /// The signed part as encoded.
  package var toBeSigned: ArraySlice<UInt8>
  /// As people count: 1, 2 or 3; other numbers as encoded plus one.
  package var version: Int
  /// The content octets of the serial number, as encoded.
  package var serial: [UInt8]
  /// The algorithm inside the signed part.
  package var innerAlgorithm: AlgorithmIdentifier
  /// The algorithm beside the signature.
  package var outerAlgorithm: AlgorithmIdentifier
  package var issuer: DistinguishedName
  package var notBefore: X509Time
  package var notAfter: X509Time
  package var subject: DistinguishedName
  package var publicKey: PublicKey
  /// The octets of the bit string; nil where there is none.
  package var issuerUniqueID: [UInt8]?
  /// The octets of the bit string; nil where there is none.
  package var subjectUniqueID: [UInt8]?
  /// In encoded order; nil where the field is left out.
  package var extensionList: [X509Extension]?
  /// The octets of the signature's bit string.
  package var signature: ArraySlice<UInt8>
  /// How many bits of the signature's last octet do not count.
  package var signatureUnusedBits: Int
  /// Where the encoding, the values of its extensions included, keeps not to DER; at most a hundred places.
  package var encodingFaults: [EncodingFault]

  /// Reads one. Throws where the octets are no certificate at all.
  package init(der octets: [UInt8]) throws(DERFailure) {
    guard octets.count <= Self.largest else { throw DERFailure("larger than any certificate", at: 0) }
    var outermost = DERReader(octets[...])
    let whole = try outermost.required(.sequence, "the certificate")
    var reader = DERReader(whole.content)
    let signed = try reader.required(.sequence, "the signed part")
    outerAlgorithm = try AlgorithmIdentifier(
      try reader.required("the algorithm of the signature"), notingMore: true)
    let bits = try reader.required(.bitString, "the signature").bits("the signature")
    try reader.end(of: "the certificate")
    signature = bits.octets
    signatureUnusedBits = bits.unused
    der = whole.bytes
    toBeSigned = signed.bytes

    var fields = DERReader(signed.content)
    var faults = EncodingFault.all(in: whole)
    if !outermost.isAtEnd { faults.append(EncodingFault(.trailingOctets, at: outermost.rest.startIndex)) }
    version = 1
    if let tagged = try fields.optional(context: 0) {
      let number = try DERReader.sole(tagged.content, "the version")
      guard number.is(.integer) else { throw DERFailure("the version is no integer", at: number.offset) }
      version = try number.natural("the version") + 1
      if version == 1 { faults.append(EncodingFault(.encodedDefault, at: tagged.offset)) }
    }
    serial = try fields.required("the serial number").integerOctets("the serial number")
    innerAlgorithm = try AlgorithmIdentifier(
      try fields.required("the algorithm of the signature"), notingMore: true)
    issuer = try DistinguishedName(try fields.required("the issuer"))
    let validity = try fields.required(.sequence, "the validity")
    var times = DERReader(validity.content)
    notBefore = X509Time(try times.required("the start of the validity"))
    notAfter = X509Time(try times.required("the end of the validity"))
    try times.end(of: "the validity")
    subject = try DistinguishedName(try fields.required("the subject"))
    publicKey = try PublicKey(try fields.required("the public key"))
    issuerUniqueID = try fields.optional(context: 1).map { (field) throws(DERFailure) in
      Array(try field.bits("the issuer's unique identifier").octets)
    }
    subjectUniqueID = try fields.optional(context: 2).map { (field) throws(DERFailure) in
      Array(try field.bits("the subject's unique identifier").octets)
    }
    extensionList = try fields.optional(context: 3).map { (field) throws(DERFailure) in
      try X509Extension.list(try DERReader.sole(field.content, "the extensions"))
    }
    try fields.end(of: "the signed part")
    for algorithm in [outerAlgorithm, innerAlgorithm, publicKey.algorithm] where algorithm.hasMore {
      faults.insert(EncodingFault(.trailingOctets, at: algorithm.der.startIndex), at: 0)
    }
    for one in extensionList ?? [] { faults += one.encodingFaults }
    encodingFaults = Array(faults.prefix(EncodingFault.most))
  }

  /// The same octets.
  package static func == (left: X509Certificate, right: X509Certificate) -> Bool {
    left.der.elementsEqual(right.der)
  }

  /// As `==`.
  package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension X509Extension {
  /// What of it keeps not to DER, inside the value too where its structure is known.
  var encodingFaults: [EncodingFault] {
    var faults = hasEncodedFalse ? [EncodingFault(.encodedDefault, at: element.offset)] : []
    switch content {
    case .unknown, .malformed: break
    default:
      if let inside = try? DERReader.sole(value, "the value") { faults += EncodingFault.all(in: inside) }
      if case .basicConstraints(let constraints) = content, constraints.hasEncodedCA, !constraints.isCA {
        faults.append(EncodingFault(.encodedDefault, at: value.startIndex))
      }
    }
    return faults
  }
}

/// What extensions say. Each is the first of its kind, and nil where there is none or it is malformed.
extension X509Certificate {
  /// In encoded order, none where the field is left out.
  package var extensions: [X509Extension] { extensionList ?? [] }

  /// The first extension of this kind.
  package func `extension`(_ identifier: OID) -> X509Extension? {
    extensions.first { $0.identifier == identifier }
  }

  package var basicConstraints: BasicConstraints? {
    if case .basicConstraints(let value) = self.extension(.basicConstraints)?.content { value } else { nil }
  }

  package var keyUsage: KeyUsage? {
    if case .keyUsage(let value) = self.extension(.keyUsage)?.content { value } else { nil }
  }

  package var extendedKeyUsage: [OID]? {
    if case .extendedKeyUsage(let value) = self.extension(.extendedKeyUsage)?.content { value } else { nil }
  }

  package var subjectAlternativeName: [GeneralName]? {
    if case .subjectAlternativeName(let value) = self.extension(.subjectAlternativeName)?.content {
      value
    } else {
      nil
    }
  }

  package var nameConstraints: NameConstraints? {
    if case .nameConstraints(let value) = self.extension(.nameConstraints)?.content { value } else { nil }
  }

  package var authorityKeyIdentifier: AuthorityKeyIdentifier? {
    if case .authorityKeyIdentifier(let value) = self.extension(.authorityKeyIdentifier)?.content {
      value
    } else {
      nil
    }
  }

  package var subjectKeyIdentifier: [UInt8]? {
    if case .subjectKeyIdentifier(let value) = self.extension(.subjectKeyIdentifier)?.content { value } else { nil }
  }

  package var certificatePolicies: [PolicyInformation]? {
    if case .certificatePolicies(let value) = self.extension(.certificatePolicies)?.content { value } else { nil }
  }

  package var policyConstraints: PolicyConstraints? {
    if case .policyConstraints(let value) = self.extension(.policyConstraints)?.content { value } else { nil }
  }

  package var inhibitAnyPolicy: Int? {
    if case .inhibitAnyPolicy(let value) = self.extension(.inhibitAnyPolicy)?.content { value } else { nil }
  }

  package var policyMappings: [PolicyMapping]? {
    if case .policyMappings(let value) = self.extension(.policyMappings)?.content { value } else { nil }
  }

  package var crlDistributionPoints: [DistributionPoint]? {
    if case .crlDistributionPoints(let value) = self.extension(.crlDistributionPoints)?.content { value } else { nil }
  }

  package var authorityInformationAccess: [AccessDescription]? {
    if case .authorityInformationAccess(let value) = self.extension(.authorityInformationAccess)?.content {
      value
    } else {
      nil
    }
  }

  /// Whether it may sign certificates as far as its basic constraints say.
  package var isCA: Bool { basicConstraints?.isCA ?? false }

  /// Whether issuer and subject are the same name (RFC 5280 section 6.1).
  package var isSelfIssued: Bool { issuer == subject || issuer.comparable == subject.comparable }
}
