package import Cryptography

/// What the algorithm identifier of a signature says.
package enum SignatureAlgorithm: Sendable, Hashable {
  /// An algorithm that is known, with parameters as its rules demand.
  case known(SignatureScheme)
  /// An algorithm that is known, with parameters that its rules forbid; the text says what is wrong.
  case badParameters(SignatureScheme, String)
  /// An algorithm that is not known here: MD5, DSA, ML-DSA, …
  case unknown(OID)

  /// The hash under the signature; nil where it is part of the algorithm or not known.
  package var hash: HashFunction? {
    switch self {
    case .known(let scheme), .badParameters(let scheme, _):
      switch scheme {
      case .rsaPKCS1(let hash), .rsaPSS(let hash, _, _), .ecdsa(let hash): hash
      case .ed25519, .ed448: nil
      }
    case .unknown: nil
    }
  }
}

extension AlgorithmIdentifier {
  /// What it says as the algorithm of a signature: RFC 4055 for RSA, RFC 5758 for ECDSA, RFC 8410 for the Edwards curves.
  package var signatureAlgorithm: SignatureAlgorithm {
    if let hash = Self.pkcs1[algorithm] {
      return hasNullParameters
        ? .known(.rsaPKCS1(hash)) : .badParameters(.rsaPKCS1(hash), "the parameters have to be NULL")
    }
    if let hash = Self.ecdsa[algorithm] { return withoutParameters(.ecdsa(hash)) }
    switch algorithm {
    case .ed25519: return withoutParameters(.ed25519)
    case .ed448: return withoutParameters(.ed448)
    case .rsaPSS:
      do throws(DERFailure) {
        return try probabilistic()
      } catch {
        return .badParameters(.rsaPSS(.sha1, mask: .sha1, saltLength: 20), error.message)
      }
    default: return .unknown(algorithm)
    }
  }

  private func withoutParameters(_ scheme: SignatureScheme) -> SignatureAlgorithm {
    parameters == nil ? .known(scheme) : .badParameters(scheme, "there must be no parameters")
  }

  private static let pkcs1: [OID: HashFunction] = [
    .sha1WithRSA: .sha1, .sha224WithRSA: .sha224, .sha256WithRSA: .sha256, .sha384WithRSA: .sha384,
    .sha512WithRSA: .sha512,
  ]
  private static let ecdsa: [OID: HashFunction] = [
    .ecdsaWithSHA1: .sha1, .ecdsaWithSHA224: .sha224, .ecdsaWithSHA256: .sha256, .ecdsaWithSHA384: .sha384,
    .ecdsaWithSHA512: .sha512,
  ]
  private static let hashes: [OID: HashFunction] = [
    .sha1: .sha1, .sha224: .sha224, .sha256: .sha256, .sha384: .sha384, .sha512: .sha512,
  ]

  private func probabilistic() throws(DERFailure) -> SignatureAlgorithm {
    guard let parameters, parameters.is(.sequence) else {
      throw DERFailure("the parameters are no sequence", at: der.startIndex)
    }
    var reader = DERReader(parameters.content)
    func hash(_ element: DERElement) throws(DERFailure) -> HashFunction {
      let identifier = try AlgorithmIdentifier(element)
      guard let hash = Self.hashes[identifier.algorithm], identifier.parameters == nil || identifier.hasNullParameters
      else { throw DERFailure("an unknown hash function", at: element.offset) }
      return hash
    }
    var digest = HashFunction.sha1
    if let field = try reader.optional(context: 0) { digest = try hash(try DERReader.sole(field.content, "a hash")) }
    var mask = HashFunction.sha1
    if let field = try reader.optional(context: 1) {
      let identifier = try AlgorithmIdentifier(try DERReader.sole(field.content, "a mask"))
      guard identifier.algorithm == .mgf1, let inner = identifier.parameters else {
        throw DERFailure("an unknown mask", at: field.offset)
      }
      mask = try hash(inner)
    }
    var salt = 20
    if let field = try reader.optional(context: 2) {
      salt = try DERReader.sole(field.content, "a length of salt").natural("a length of salt")
    }
    if let field = try reader.optional(context: 3) {
      guard try DERReader.sole(field.content, "a trailer").natural("a trailer") == 1 else {
        throw DERFailure("an unknown trailer", at: field.offset)
      }
    }
    try reader.end(of: "the parameters")
    let scheme = SignatureScheme.rsaPSS(digest, mask: mask, saltLength: salt)
    guard digest == mask, salt == digest.digestLength else {
      return .badParameters(scheme, "mask and salt have to be those of the hash")
    }
    return .known(scheme)
  }
}
