/// An AlgorithmIdentifier: which algorithm, with which parameters.
package struct AlgorithmIdentifier: Sendable, Hashable {
  /// The whole as encoded.
  package var der: ArraySlice<UInt8>
  package var algorithm: OID
  /// The parameters as encoded; nil where there are none at all, which is not the same as NULL.
  package var parameters: DERElement?
  /// Whether something stands after the parameters, which nothing may.
  package private(set) var hasMore = false

  /// Reads one. Throws where it is none, and where something follows the parameters unless that is to be noted only.
  package init(_ element: DERElement, notingMore: Bool = false) throws(DERFailure) {
    guard element.is(.sequence) else { throw DERFailure("an algorithm is no sequence", at: element.offset) }
    der = element.bytes
    var reader = try element.reader()
    algorithm = try reader.required("an algorithm").objectIdentifier("an algorithm")
    parameters = try reader.next()
    hasMore = !reader.isAtEnd
    if !notingMore { try reader.end(of: "an algorithm") }
  }

  /// Whether the parameters are there and NULL.
  package var hasNullParameters: Bool { parameters?.is(.null) ?? false }

  /// The same octets; the place in the whole does not count.
  package static func == (left: AlgorithmIdentifier, right: AlgorithmIdentifier) -> Bool {
    left.der.elementsEqual(right.der)
  }

  /// As `==`.
  package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

/// A SubjectPublicKeyInfo.
package struct PublicKey: Sendable, Hashable {
  /// What the key is made of.
  package enum Material: Sendable, Hashable {
    /// Content octets of the two INTEGERs, big-endian, as encoded. `isPSS` for keys that may only sign with RSA-PSS.
    case rsa(modulus: [UInt8], exponent: [UInt8], isPSS: Bool)
    /// The named curve, or nil where the parameters spell a curve out or inherit one; the point as encoded.
    case ec(curve: OID?, point: [UInt8])
    /// The key of Ed25519, Ed448, X25519 or X448.
    case edwards(OID, [UInt8])
    /// Content octets of the INTEGERs, big-endian; the prime is nil where the parameters are inherited.
    case dsa(prime: [UInt8]?, value: [UInt8])
    /// An algorithm that is not known here.
    case other
    /// The algorithm is known and the key is not one of it; the text says why.
    case malformed(String)
  }

  /// The whole as encoded.
  package var der: ArraySlice<UInt8>
  package var algorithm: AlgorithmIdentifier
  /// The bit string's octets.
  package var keyOctets: ArraySlice<UInt8>
  /// How many bits of the last octet do not count.
  package var unusedBits: Int
  package var material: Material

  /// Reads one. Throws where it is none; a key that is malformed inside is `Material.malformed`.
  package init(_ element: DERElement) throws(DERFailure) {
    guard element.is(.sequence) else { throw DERFailure("a public key is no sequence", at: element.offset) }
    der = element.bytes
    var reader = try element.reader()
    algorithm = try AlgorithmIdentifier(try reader.required("the algorithm of a public key"), notingMore: true)
    let (octets, unused) = try reader.required(.bitString, "a public key").bits("a public key")
    try reader.end(of: "a public key")
    keyOctets = octets
    unusedBits = unused
    do throws(DERFailure) {
      material = try Self.material(algorithm, octets)
    } catch {
      material = .malformed(error.sentence)
    }
  }

  private static func material(
    _ algorithm: AlgorithmIdentifier, _ octets: ArraySlice<UInt8>
  ) throws(DERFailure) -> Material {
    switch algorithm.algorithm {
    case .rsaEncryption, .rsaPSS:
      let key = try DERReader.sole(octets, "an RSA key")
      var reader = try key.reader()
      let modulus = try reader.required("a modulus").integerOctets("a modulus")
      let exponent = try reader.required("an exponent").integerOctets("an exponent")
      try reader.end(of: "an RSA key")
      return .rsa(modulus: modulus, exponent: exponent, isPSS: algorithm.algorithm == .rsaPSS)
    case .ecPublicKey:
      let curve = algorithm.parameters.flatMap { try? $0.objectIdentifier("a curve") }
      return .ec(curve: curve, point: Array(octets))
    case .ed25519, .ed448, .x25519, .x448: return .edwards(algorithm.algorithm, Array(octets))
    case .dsa:
      let value = try DERReader.sole(octets, "a DSA key").integerOctets("a DSA key")
      let prime = try algorithm.parameters.flatMap { (parameters) throws(DERFailure) -> [UInt8]? in
        guard parameters.is(.sequence) else { return nil }
        var reader = try parameters.reader()
        return try reader.required("a prime").integerOctets("a prime")
      }
      return .dsa(prime: prime, value: value)
    default: return .other
    }
  }

  /// The size as it is spoken of: of the modulus, the prime, or the curve's field; nil where that is not known.
  package var bits: Int? {
    switch material {
    case .rsa(let modulus, _, _): modulus.bitLength
    case .dsa(let prime, _): prime?.bitLength
    case .ec(let curve, _): curve.flatMap { Self.curveBits[$0] }
    case .edwards(let kind, _): kind == .ed25519 || kind == .x25519 ? 256 : 456
    case .other, .malformed: nil
    }
  }

  private static let curveBits: [OID: Int] = [
    .p192: 192, .p224: 224, .p256: 256, .p384: 384, .p521: 521, "1.3.132.0.10": 256,
    "1.3.36.3.3.2.8.1.1.7": 256, "1.3.36.3.3.2.8.1.1.11": 384, "1.3.36.3.3.2.8.1.1.13": 512,
  ]

  /// The same octets; the place in the whole does not count.
  package static func == (left: PublicKey, right: PublicKey) -> Bool { left.der.elementsEqual(right.der) }

  /// As `==`.
  package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension [UInt8] {
  /// The number of bits of a big-endian number, leading zeros not counted.
  package var bitLength: Int {
    guard let index = firstIndex(where: { $0 != 0 }) else { return 0 }
    return (count - index) * 8 - self[index].leadingZeroBitCount
  }
}

/// Algorithms and curves.
extension OID {
  package static let rsaEncryption: OID = "1.2.840.113549.1.1.1"
  package static let rsaPSS: OID = "1.2.840.113549.1.1.10"
  package static let mgf1: OID = "1.2.840.113549.1.1.8"
  package static let ecPublicKey: OID = "1.2.840.10045.2.1"
  package static let ed25519: OID = "1.3.101.112"
  package static let ed448: OID = "1.3.101.113"
  package static let x25519: OID = "1.3.101.110"
  package static let x448: OID = "1.3.101.111"
  package static let dsa: OID = "1.2.840.10040.4.1"
  package static let p192: OID = "1.2.840.10045.3.1.1"
  package static let p224: OID = "1.3.132.0.33"
  package static let p256: OID = "1.2.840.10045.3.1.7"
  package static let p384: OID = "1.3.132.0.34"
  package static let p521: OID = "1.3.132.0.35"
  package static let sha1WithRSA: OID = "1.2.840.113549.1.1.5"
  package static let sha224WithRSA: OID = "1.2.840.113549.1.1.14"
  package static let sha256WithRSA: OID = "1.2.840.113549.1.1.11"
  package static let sha384WithRSA: OID = "1.2.840.113549.1.1.12"
  package static let sha512WithRSA: OID = "1.2.840.113549.1.1.13"
  package static let ecdsaWithSHA1: OID = "1.2.840.10045.4.1"
  package static let ecdsaWithSHA224: OID = "1.2.840.10045.4.3.1"
  package static let ecdsaWithSHA256: OID = "1.2.840.10045.4.3.2"
  package static let ecdsaWithSHA384: OID = "1.2.840.10045.4.3.3"
  package static let ecdsaWithSHA512: OID = "1.2.840.10045.4.3.4"
  package static let sha1: OID = "1.3.14.3.2.26"
  package static let sha224: OID = "2.16.840.1.101.3.4.2.4"
  package static let sha256: OID = "2.16.840.1.101.3.4.2.1"
  package static let sha384: OID = "2.16.840.1.101.3.4.2.2"
  package static let sha512: OID = "2.16.840.1.101.3.4.2.3"
}
