/// What an extension of a certificate or a revocation list says.
package enum ExtensionContent: Sendable, Hashable {
  case basicConstraints(BasicConstraints)
  case keyUsage(KeyUsage)
  case extendedKeyUsage([OID])
  case subjectAlternativeName([GeneralName])
  case issuerAlternativeName([GeneralName])
  case nameConstraints(NameConstraints)
  case authorityKeyIdentifier(AuthorityKeyIdentifier)
  case subjectKeyIdentifier([UInt8])
  case certificatePolicies([PolicyInformation])
  case policyConstraints(PolicyConstraints)
  /// The number of certificates after which anyPolicy counts no more.
  case inhibitAnyPolicy(Int)
  case policyMappings([PolicyMapping])
  case crlDistributionPoints([DistributionPoint])
  case freshestCRL([DistributionPoint])
  case authorityInformationAccess([AccessDescription])
  case subjectInformationAccess([AccessDescription])
  /// The list inside, RFC 6962 section 3.3.
  case signedCertificateTimestamps([SignedCertificateTimestamp])
  /// Numbers of TLS extensions (RFC 7633).
  case tlsFeature([Int])
  /// The mark of a precertificate (RFC 6962 section 3.1).
  case precertificatePoison
  /// As encoded.
  case qualifiedCertificateStatements(ArraySlice<UInt8>)
  /// Content octets of the number.
  case crlNumber([UInt8])
  /// Content octets of the number of the list that this one builds on.
  case deltaCRLIndicator([UInt8])
  case issuingDistributionPoint(IssuingDistributionPoint)
  /// RFC 5280 section 5.3.1.
  case crlReason(Int)
  case invalidityDate(X509Time)
  case certificateIssuer([GeneralName])
  /// An extension that is not known here.
  case unknown
  /// The extension is known and its value is not one of it; the text says why.
  case malformed(String)
}

/// RFC 5280 section 4.2.1.9.
package struct BasicConstraints: Sendable, Hashable {
  package var isCA: Bool
  /// How many further certificates that are not self-issued may stand between it and the leaf.
  package var pathLength: Int?
  /// Whether the field cA is there at all: left out it is FALSE.
  package var hasEncodedCA: Bool
}

/// RFC 5280 section 4.2.1.3.
package struct KeyUsage: Sendable, Hashable {
  /// The bits by number.
  package enum Bit: Int, Sendable, CaseIterable {
    case digitalSignature, contentCommitment, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, cRLSign,
      encipherOnly, decipherOnly
  }

  /// The numbers of the bits that are set, those without a name included.
  package var bits: Set<Int>
  /// Whether the encoding ends in zero bits, which DER forbids.
  package var hasTrailingZeroBits: Bool

  /// Whether the bit is set.
  package func contains(_ bit: Bit) -> Bool { bits.contains(bit.rawValue) }
}

/// RFC 5280 section 4.2.1.10.
package struct NameConstraints: Sendable, Hashable {
  /// A base, and the two numbers that RFC 5280 fixes.
  package struct Subtree: Sendable, Hashable {
    package var base: GeneralName
    /// 0 unless encoded otherwise.
    package var minimum: Int
    package var maximum: Int?
  }

  /// Nil where the field is left out.
  package var permitted: [Subtree]?
  /// Nil where the field is left out.
  package var excluded: [Subtree]?
}

/// RFC 5280 section 4.2.1.1.
package struct AuthorityKeyIdentifier: Sendable, Hashable {
  package var keyIdentifier: [UInt8]?
  package var issuer: [GeneralName]?
  /// Content octets.
  package var serial: [UInt8]?
}

/// RFC 5280 section 4.2.1.4.
package struct PolicyInformation: Sendable, Hashable {
  /// A statement beside the policy.
  package enum Qualifier: Sendable, Hashable {
    case cps(GeneralName.ASCIIText)
    /// Both parts as encoded, where they are there.
    case userNotice(reference: DERElement?, text: DERElement?)
    /// Another kind with its value as encoded.
    case other(OID, DERElement?)
    case malformed(OID, String)
  }

  package var policy: OID
  /// Nil where the field is left out.
  package var qualifiers: [Qualifier]?
}

/// RFC 5280 section 4.2.1.11; numbers of certificates, nil where left out.
package struct PolicyConstraints: Sendable, Hashable {
  package var requireExplicitPolicy: Int?
  package var inhibitPolicyMapping: Int?
}

/// RFC 5280 section 4.2.1.5.
package struct PolicyMapping: Sendable, Hashable {
  package var issuerDomain: OID
  package var subjectDomain: OID
}

/// The name of a distribution point (RFC 5280 section 4.2.1.13).
package enum DistributionPointName: Sendable, Hashable {
  case full([GeneralName])
  case relative([DistinguishedName.Attribute])
}

/// RFC 5280 section 4.2.1.13.
package struct DistributionPoint: Sendable, Hashable {
  package var name: DistributionPointName?
  /// Numbers of the reasons; nil for all.
  package var reasons: Set<Int>?
  package var issuer: [GeneralName]?
}

/// RFC 5280 section 5.2.5.
package struct IssuingDistributionPoint: Sendable, Hashable {
  package var name: DistributionPointName?
  package var onlyUserCertificates: Bool
  package var onlyCACertificates: Bool
  /// Numbers of the reasons; nil for all.
  package var onlySomeReasons: Set<Int>?
  package var isIndirect: Bool
  package var onlyAttributeCertificates: Bool
}

/// RFC 5280 section 4.2.2.1.
package struct AccessDescription: Sendable, Hashable {
  package var method: OID
  package var location: GeneralName
}

/// RFC 6962 section 3.2.
package struct SignedCertificateTimestamp: Sendable, Hashable {
  /// 0 for the only version there is; others are kept without their parts.
  package var version: UInt8
  /// 32 octets.
  package var logID: [UInt8]
  /// Milliseconds since 1970.
  package var timestamp: UInt64
  package var extensions: [UInt8]
  /// The numbers of hash and signature algorithm (RFC 5246 section 7.4.1.4.1), and the signature.
  package var hashAlgorithm: UInt8
  package var signatureAlgorithm: UInt8
  package var signature: [UInt8]
}

/// Extensions, their parts and purposes.
extension OID {
  package static let subjectDirectoryAttributes: OID = "2.5.29.9"
  package static let subjectKeyIdentifier: OID = "2.5.29.14"
  package static let keyUsage: OID = "2.5.29.15"
  package static let subjectAlternativeName: OID = "2.5.29.17"
  package static let issuerAlternativeName: OID = "2.5.29.18"
  package static let basicConstraints: OID = "2.5.29.19"
  package static let crlNumber: OID = "2.5.29.20"
  package static let crlReason: OID = "2.5.29.21"
  package static let invalidityDate: OID = "2.5.29.24"
  package static let deltaCRLIndicator: OID = "2.5.29.27"
  package static let issuingDistributionPoint: OID = "2.5.29.28"
  package static let certificateIssuer: OID = "2.5.29.29"
  package static let nameConstraints: OID = "2.5.29.30"
  package static let crlDistributionPoints: OID = "2.5.29.31"
  package static let certificatePolicies: OID = "2.5.29.32"
  package static let anyPolicy: OID = "2.5.29.32.0"
  package static let policyMappings: OID = "2.5.29.33"
  package static let authorityKeyIdentifier: OID = "2.5.29.35"
  package static let policyConstraints: OID = "2.5.29.36"
  package static let extendedKeyUsage: OID = "2.5.29.37"
  package static let freshestCRL: OID = "2.5.29.46"
  package static let inhibitAnyPolicy: OID = "2.5.29.54"
  package static let authorityInformationAccess: OID = "1.3.6.1.5.5.7.1.1"
  package static let qualifiedCertificateStatements: OID = "1.3.6.1.5.5.7.1.3"
  package static let subjectInformationAccess: OID = "1.3.6.1.5.5.7.1.11"
  package static let tlsFeature: OID = "1.3.6.1.5.5.7.1.24"
  package static let signedCertificateTimestamps: OID = "1.3.6.1.4.1.11129.2.4.2"
  package static let precertificatePoison: OID = "1.3.6.1.4.1.11129.2.4.3"
  package static let cpsQualifier: OID = "1.3.6.1.5.5.7.2.1"
  package static let userNoticeQualifier: OID = "1.3.6.1.5.5.7.2.2"
  package static let accessOCSP: OID = "1.3.6.1.5.5.7.48.1"
  package static let accessCAIssuers: OID = "1.3.6.1.5.5.7.48.2"
  package static let anyExtendedKeyUsage: OID = "2.5.29.37.0"
  package static let serverAuth: OID = "1.3.6.1.5.5.7.3.1"
  package static let clientAuth: OID = "1.3.6.1.5.5.7.3.2"
  package static let ocspSigning: OID = "1.3.6.1.5.5.7.3.9"
  package static let commonName: OID = "2.5.4.3"
  package static let emailAddress: OID = "1.2.840.113549.1.9.1"
}
