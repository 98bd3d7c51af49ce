/// Reading the values of extensions.
extension ExtensionContent {
  /// Reads the value of the extension `identifier`. What cannot be read is `malformed`.
  static func decoded(_ identifier: OID, _ value: ArraySlice<UInt8>) -> ExtensionContent {
    do throws(DERFailure) {
      return try content(identifier, value)
    } catch {
      return .malformed(error.sentence)
    }
  }

  private static func content(_ identifier: OID, _ value: ArraySlice<UInt8>) throws(DERFailure) -> ExtensionContent {
    guard known.contains(identifier) else { return .unknown }
    let element = try DERReader.sole(value, "the value")
    switch identifier {
    case .basicConstraints: return .basicConstraints(try BasicConstraints(element))
    case .keyUsage:
      guard element.is(.bitString) else { throw DERFailure("the key usage is no bit string", at: element.offset) }
      return .keyUsage(
        KeyUsage(bits: try element.namedBits("the key usage"), hasTrailingZeroBits: element.hasTrailingZeroBits))
    case .extendedKeyUsage:
      return .extendedKeyUsage(
        try members(element, "purposes") { (member) throws(DERFailure) in try member.objectIdentifier("a purpose") })
    case .subjectAlternativeName: return .subjectAlternativeName(try names(element))
    case .issuerAlternativeName: return .issuerAlternativeName(try names(element))
    case .certificateIssuer: return .certificateIssuer(try names(element))
    case .nameConstraints: return .nameConstraints(try NameConstraints(element))
    case .authorityKeyIdentifier: return .authorityKeyIdentifier(try AuthorityKeyIdentifier(element))
    case .subjectKeyIdentifier:
      guard element.is(.octetString) else {
        throw DERFailure("the key identifier is no octet string", at: element.offset)
      }
      return .subjectKeyIdentifier(Array(element.content))
    case .certificatePolicies:
      return .certificatePolicies(
        try members(element, "policies") { (member) throws(DERFailure) in try PolicyInformation(member) })
    case .policyConstraints: return .policyConstraints(try PolicyConstraints(element))
    case .inhibitAnyPolicy:
      guard element.is(.integer) else { throw DERFailure("the number is no integer", at: element.offset) }
      return .inhibitAnyPolicy(try element.natural("the number of certificates"))
    case .policyMappings:
      return .policyMappings(
        try members(element, "mappings") { (member) throws(DERFailure) in try PolicyMapping(member) })
    case .crlDistributionPoints: return .crlDistributionPoints(try points(element))
    case .freshestCRL: return .freshestCRL(try points(element))
    case .authorityInformationAccess: return .authorityInformationAccess(try descriptions(element))
    case .subjectInformationAccess: return .subjectInformationAccess(try descriptions(element))
    case .signedCertificateTimestamps:
      guard element.is(.octetString) else { throw DERFailure("the list is no octet string", at: element.offset) }
      return .signedCertificateTimestamps(try SignedCertificateTimestamp.list(element.content))
    case .tlsFeature:
      return .tlsFeature(
        try members(element, "features") { (member) throws(DERFailure) in
          guard member.is(.integer) else { throw DERFailure("a feature is no integer", at: member.offset) }
          return try member.natural("a feature")
        })
    case .precertificatePoison:
      guard element.is(.null), element.content.isEmpty else {
        throw DERFailure("the poison is no NULL", at: element.offset)
      }
      return .precertificatePoison
    case .qualifiedCertificateStatements: return .qualifiedCertificateStatements(value)
    case .crlNumber: return .crlNumber(try element.integerOctets("the number of the list"))
    case .deltaCRLIndicator: return .deltaCRLIndicator(try element.integerOctets("the number of the base"))
    case .issuingDistributionPoint: return .issuingDistributionPoint(try IssuingDistributionPoint(element))
    case .crlReason:
      guard element.is(.enumerated) else { throw DERFailure("the reason is of another type", at: element.offset) }
      return .crlReason(try element.natural("the reason"))
    case .invalidityDate:
      guard element.is(.generalizedTime) else { throw DERFailure("the date is of another type", at: element.offset) }
      return .invalidityDate(X509Time(element))
    default: return .unknown
    }
  }

  private static let known: Set<OID> = [
    .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .issuerAlternativeName,
    .certificateIssuer, .nameConstraints, .authorityKeyIdentifier, .subjectKeyIdentifier, .certificatePolicies,
    .policyConstraints, .inhibitAnyPolicy, .policyMappings, .crlDistributionPoints, .freshestCRL,
    .authorityInformationAccess, .subjectInformationAccess, .signedCertificateTimestamps, .tlsFeature,
    .precertificatePoison, .qualifiedCertificateStatements, .crlNumber, .deltaCRLIndicator, .issuingDistributionPoint,
    .crlReason, .invalidityDate,
  ]

  /// The members of a sequence of at least one.
  private static func members<Member>(
    _ element: DERElement, _ what: String, _ read: (DERElement) throws(DERFailure) -> Member
  ) throws(DERFailure) -> [Member] {
    guard element.is(.sequence) else { throw DERFailure("the \(what) are no sequence", at: element.offset) }
    var members: [Member] = []
    for child in try element.children() { members.append(try read(child)) }
    guard !members.isEmpty else { throw DERFailure("there are no \(what)", at: element.offset) }
    return members
  }

  private static func names(_ element: DERElement) throws(DERFailure) -> [GeneralName] {
    try members(element, "names") { GeneralName($0) }
  }

  private static func points(_ element: DERElement) throws(DERFailure) -> [DistributionPoint] {
    try members(element, "distribution points") { (member) throws(DERFailure) in try DistributionPoint(member) }
  }

  private static func descriptions(_ element: DERElement) throws(DERFailure) -> [AccessDescription] {
    try members(element, "descriptions") { (member) throws(DERFailure) in try AccessDescription(member) }
  }
}

extension DERElement {
  /// A reader over a SEQUENCE.
  fileprivate func sequence(_ what: String) throws(DERFailure) -> DERReader {
    guard self.is(.sequence) else { throw DERFailure("\(what) is no sequence", at: offset) }
    return DERReader(content)
  }

  /// An implicitly tagged BOOLEAN.
  fileprivate func implicitBoolean(_ what: String) throws(DERFailure) -> Bool {
    guard !isConstructed, content.count == 1, let octet = content.first, octet == 0 || octet == 0xFF else {
      throw DERFailure("\(what) is no boolean in DER", at: offset)
    }
    return octet == 0xFF
  }
}

extension BasicConstraints {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("the constraints")
    let flag = try reader.optional(.boolean)
    isCA = try flag?.boolean("the flag of an authority") ?? false
    hasEncodedCA = flag != nil
    pathLength = try reader.optional(.integer)?.natural("the length of the path")
    try reader.end(of: "the constraints")
  }
}

extension NameConstraints {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("the constraints")
    permitted = try reader.optional(context: 0).map(Self.subtrees)
    excluded = try reader.optional(context: 1).map(Self.subtrees)
    try reader.end(of: "the constraints")
  }

  private static func subtrees(_ element: DERElement) throws(DERFailure) -> [Subtree] {
    var subtrees: [Subtree] = []
    for child in try element.children() {
      var reader = try child.sequence("a subtree")
      let base = GeneralName(try reader.required("the base of a subtree"))
      let minimum = try reader.optional(context: 0)?.natural("the minimum of a subtree") ?? 0
      let maximum = try reader.optional(context: 1)?.natural("the maximum of a subtree")
      try reader.end(of: "a subtree")
      subtrees.append(Subtree(base: base, minimum: minimum, maximum: maximum))
    }
    return subtrees
  }
}

extension AuthorityKeyIdentifier {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("the identifier")
    keyIdentifier = try reader.optional(context: 0).map { Array($0.content) }
    issuer = try reader.optional(context: 1).map(GeneralName.list)
    serial = try reader.optional(context: 2).map { Array($0.content) }
    try reader.end(of: "the identifier")
  }
}

extension PolicyInformation {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("a policy")
    policy = try reader.required("a policy").objectIdentifier("a policy")
    qualifiers = try reader.optional(.sequence).map { (list) throws(DERFailure) in
      var qualifiers: [Qualifier] = []
      for child in try list.children() { qualifiers.append(try Qualifier(child)) }
      return qualifiers
    }
    try reader.end(of: "a policy")
  }
}

extension PolicyInformation.Qualifier {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("a qualifier")
    let kind = try reader.required("a qualifier").objectIdentifier("a qualifier")
    let value = try reader.next()
    try reader.end(of: "a qualifier")
    switch kind {
    case .cpsQualifier:
      guard let value, value.is(.ia5String) else {
        self = .malformed(kind, "no IA5String")
        return
      }
      self = .cps(GeneralName.ASCIIText(octets: value.content))
    case .userNoticeQualifier:
      do throws(DERFailure) {
        guard let value, value.is(.sequence) else { throw DERFailure("no sequence", at: element.offset) }
        var parts = DERReader(value.content)
        let reference = try parts.optional(.sequence)
        let text = try parts.next()
        try parts.end(of: "a notice")
        self = .userNotice(reference: reference, text: text)
      } catch {
        self = .malformed(kind, error.sentence)
      }
    default: self = .other(kind, value)
    }
  }
}

extension PolicyConstraints {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("the constraints")
    requireExplicitPolicy = try reader.optional(context: 0)?.natural("requireExplicitPolicy")
    inhibitPolicyMapping = try reader.optional(context: 1)?.natural("inhibitPolicyMapping")
    try reader.end(of: "the constraints")
  }
}

extension PolicyMapping {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("a mapping")
    issuerDomain = try reader.required("a policy").objectIdentifier("a policy")
    subjectDomain = try reader.required("a policy").objectIdentifier("a policy")
    try reader.end(of: "a mapping")
  }
}

extension DistributionPointName {
  /// Reads the explicitly tagged choice.
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    let choice = try DERReader.sole(element.content, "the name of a distribution point")
    if choice.isContext(0) {
      self = .full(try GeneralName.list(choice))
    } else if choice.isContext(1) {
      self = .relative(try DistinguishedName.relativeName(choice))
    } else {
      throw DERFailure("a distribution point's name of an unknown kind", at: choice.offset)
    }
  }
}

extension DistributionPoint {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("a distribution point")
    name = try reader.optional(context: 0).map { (name) throws(DERFailure) in try DistributionPointName(name) }
    reasons = try reader.optional(context: 1)?.namedBits("the reasons")
    issuer = try reader.optional(context: 2).map(GeneralName.list)
    try reader.end(of: "a distribution point")
  }
}

extension IssuingDistributionPoint {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("the distribution point")
    name = try reader.optional(context: 0).map { (name) throws(DERFailure) in try DistributionPointName(name) }
    onlyUserCertificates = try reader.optional(context: 1)?.implicitBoolean("a flag") ?? false
    onlyCACertificates = try reader.optional(context: 2)?.implicitBoolean("a flag") ?? false
    onlySomeReasons = try reader.optional(context: 3)?.namedBits("the reasons")
    isIndirect = try reader.optional(context: 4)?.implicitBoolean("a flag") ?? false
    onlyAttributeCertificates = try reader.optional(context: 5)?.implicitBoolean("a flag") ?? false
    try reader.end(of: "the distribution point")
  }
}

extension AccessDescription {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    var reader = try element.sequence("a description")
    method = try reader.required("a method").objectIdentifier("a method")
    location = GeneralName(try reader.required("a location"))
    try reader.end(of: "a description")
  }
}

extension SignedCertificateTimestamp {
  /// Reads the list in TLS encoding (RFC 6962 section 3.3).
  package static func list(_ octets: ArraySlice<UInt8>) throws(DERFailure) -> [SignedCertificateTimestamp] {
    var rest = octets
    var list = try vector(&rest)
    guard rest.isEmpty else { throw DERFailure("the timestamps go on after their end", at: rest.startIndex) }
    var timestamps: [SignedCertificateTimestamp] = []
    while !list.isEmpty { timestamps.append(try SignedCertificateTimestamp(try vector(&list))) }
    return timestamps
  }

  /// Reads one in TLS encoding (RFC 6962 section 3.2), without its length.
  package init(_ octets: ArraySlice<UInt8>) throws(DERFailure) {
    var rest = octets
    let version = UInt8(try Self.number(1, from: &rest))
    guard version == 0 else {
      self.init(
        version: version, logID: [], timestamp: 0, extensions: [], hashAlgorithm: 0, signatureAlgorithm: 0,
        signature: [])
      return
    }
    guard rest.count >= 32 else { throw DERFailure("a timestamp is cut short", at: rest.startIndex) }
    let logID = Array(rest.prefix(32))
    rest = rest.dropFirst(32)
    let timestamp = try Self.number(8, from: &rest)
    let extensions = Array(try Self.vector(&rest))
    let algorithms = try Self.number(2, from: &rest)
    let signature = Array(try Self.vector(&rest))
    guard rest.isEmpty else { throw DERFailure("a timestamp goes on after its end", at: rest.startIndex) }
    self.init(
      version: 0, logID: logID, timestamp: timestamp, extensions: extensions,
      hashAlgorithm: UInt8(algorithms >> 8), signatureAlgorithm: UInt8(algorithms & 0xFF), signature: signature)
  }

  /// Octets behind their number.
  private static func vector(_ bytes: inout ArraySlice<UInt8>) throws(DERFailure) -> ArraySlice<UInt8> {
    let length = Int(try number(2, from: &bytes))
    guard bytes.count >= length else { throw DERFailure("a timestamp is cut short", at: bytes.startIndex) }
    defer { bytes = bytes.dropFirst(length) }
    return bytes.prefix(length)
  }

  private static func number(_ count: Int, from bytes: inout ArraySlice<UInt8>) throws(DERFailure) -> UInt64 {
    guard bytes.count >= count else { throw DERFailure("a timestamp is cut short", at: bytes.startIndex) }
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
