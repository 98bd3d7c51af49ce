/// A certificate revocation list (RFC 5280 section 5.1) in raw and in read form.
package struct X509CRL: Sendable, Hashable {
  /// The largest encoding that is read, in octets.
  package static let largest = 20 << 20

  /// One revoked certificate.
  package struct Entry: Sendable, Hashable {
    /// Content octets.
    package var serial: [UInt8]
    package var revoked: X509Time
    package var extensions: [X509Extension]

    /// The number of the reason (RFC 5280 section 5.3.1); nil where none is given.
    package var reason: Int? {
      for one in extensions { if case .crlReason(let reason) = one.content { return reason } }
      return nil
    }

    /// The issuer of the certificate where the list is indirect.
    package var certificateIssuer: [GeneralName]? {
      for one in extensions { if case .certificateIssuer(let names) = one.content { return names } }
      return nil
    }
  }

  /// The whole as encoded.
  package var der: ArraySlice<UInt8>
  /// The signed part as encoded.
  package var toBeSigned: ArraySlice<UInt8>
  /// As people count: 1 or 2; other numbers as encoded plus one.
  package var version: Int
  package var innerAlgorithm: AlgorithmIdentifier
  package var outerAlgorithm: AlgorithmIdentifier
  package var issuer: DistinguishedName
  package var thisUpdate: X509Time
  package var nextUpdate: X509Time?
  package var entries: [Entry]
  package var extensions: [X509Extension]
  package var signature: ArraySlice<UInt8>
  package var signatureUnusedBits: Int
  /// Where the encoding keeps not to DER; at most a hundred places.
  package var encodingFaults: [EncodingFault]

  /// Reads one. Throws where the octets are no revocation list at all.
  package init(der octets: [UInt8]) throws(DERFailure) {
    guard octets.count <= Self.largest else { throw DERFailure("larger than any revocation list", at: 0) }
    var outermost = DERReader(octets[...])
    let whole = try outermost.required(.sequence, "the list")
    var reader = DERReader(whole.content)
    let signed = try reader.required(.sequence, "the signed part")
    outerAlgorithm = try AlgorithmIdentifier(try reader.required("the algorithm of the signature"))
    let bits = try reader.required(.bitString, "the signature").bits("the signature")
    try reader.end(of: "the list")
    signature = bits.octets
    signatureUnusedBits = bits.unused
    der = whole.bytes
    toBeSigned = signed.bytes

    var faults = EncodingFault.all(in: whole)
    if !outermost.isAtEnd { faults.append(EncodingFault(.trailingOctets, at: outermost.rest.startIndex)) }
    var fields = DERReader(signed.content)
    version =
      try fields.optional(.integer).map { (field) throws(DERFailure) in try field.natural("the version") + 1 } ?? 1
    innerAlgorithm = try AlgorithmIdentifier(try fields.required("the algorithm of the signature"))
    issuer = try DistinguishedName(try fields.required("the issuer"))
    thisUpdate = X509Time(try fields.required("the time of the list"))
    nextUpdate = nil
    if let next = fields.peek(), next.is(.utcTime) || next.is(.generalizedTime) {
      nextUpdate = X509Time(next)
      _ = try fields.next()
    }
    entries = []
    if let list = try fields.optional(.sequence) {
      for child in try list.children() { entries.append(try Entry(child)) }
    }
    extensions =
      try fields.optional(context: 0).map { (field) throws(DERFailure) in
        try X509Extension.list(try DERReader.sole(field.content, "the extensions"))
      } ?? []
    try fields.end(of: "the signed part")
    for one in extensions { faults += one.encodingFaults }
    encodingFaults = Array(faults.prefix(EncodingFault.most))
  }

  /// The same octets.
  package static func == (left: X509CRL, right: X509CRL) -> Bool { left.der.elementsEqual(right.der) }

  /// As `==`.
  package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension X509CRL.Entry {
  fileprivate init(_ element: DERElement) throws(DERFailure) {
    guard element.is(.sequence) else { throw DERFailure("an entry is no sequence", at: element.offset) }
    var reader = DERReader(element.content)
    serial = try reader.required("a serial number").integerOctets("a serial number")
    revoked = X509Time(try reader.required("the time of a revocation"))
    extensions = try reader.optional(.sequence).map(X509Extension.list) ?? []
    try reader.end(of: "an entry")
  }
}

/// What its extensions say; nil where there is none or it is malformed.
extension X509CRL {
  /// The first extension of this kind.
  package func `extension`(_ identifier: OID) -> X509Extension? {
    extensions.first { $0.identifier == identifier }
  }

  /// Content octets.
  package var number: [UInt8]? {
    if case .crlNumber(let value) = self.extension(.crlNumber)?.content { value } else { nil }
  }

  /// Content octets of the number of the base of a delta.
  package var deltaBase: [UInt8]? {
    if case .deltaCRLIndicator(let value) = self.extension(.deltaCRLIndicator)?.content { value } else { nil }
  }

  package var issuingDistributionPoint: IssuingDistributionPoint? {
    if case .issuingDistributionPoint(let value) = self.extension(.issuingDistributionPoint)?.content {
      value
    } else {
      nil
    }
  }

  package var authorityKeyIdentifier: AuthorityKeyIdentifier? {
    if case .authorityKeyIdentifier(let value) = self.extension(.authorityKeyIdentifier)?.content {
      value
    } else {
      nil
    }
  }
}
