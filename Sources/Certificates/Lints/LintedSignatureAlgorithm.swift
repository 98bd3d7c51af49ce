import Cryptography

/// A signature algorithm by its name, with the parameters of RSA-PSS looked at.
enum LintedSignatureAlgorithm: Sendable, Hashable {
  case md2WithRSA, md5WithRSA, sha1WithRSA, sha256WithRSA, sha384WithRSA, sha512WithRSA
  /// RSA-PSS with SHA-256, SHA-384 or SHA-512 throughout and a salt as long as the hash.
  case pss(HashFunction)
  case sha1WithDSA, sha256WithDSA
  case sha1WithECDSA, sha256WithECDSA, sha384WithECDSA, sha512WithECDSA
  case ed25519
  case unknown

  init(_ identifier: AlgorithmIdentifier) {
    self =
      identifier.algorithm == Self.pssIdentifier
      ? Self.pss(identifier.parameters) : Self.names[identifier.algorithm] ?? .unknown
  }

  var usesSHA1: Bool { self == .sha1WithRSA || self == .sha1WithDSA || self == .sha1WithECDSA }

  private static let pssIdentifier: OID = "1.2.840.113549.1.1.10"
  private static let names: [OID: LintedSignatureAlgorithm] = [
    "1.2.840.113549.1.1.2": .md2WithRSA, "1.2.840.113549.1.1.4": .md5WithRSA, "1.2.840.113549.1.1.5": .sha1WithRSA,
    "1.3.14.3.2.29": .sha1WithRSA, "1.2.840.113549.1.1.11": .sha256WithRSA, "1.2.840.113549.1.1.12": .sha384WithRSA,
    "1.2.840.113549.1.1.13": .sha512WithRSA, "1.2.840.10040.4.3": .sha1WithDSA,
    "2.16.840.1.101.3.4.3.2": .sha256WithDSA, "1.2.840.10045.4.1": .sha1WithECDSA,
    "1.2.840.10045.4.3.2": .sha256WithECDSA, "1.2.840.10045.4.3.3": .sha384WithECDSA,
    "1.2.840.10045.4.3.4": .sha512WithECDSA, "1.3.101.112": .ed25519,
  ]

  /// RFC 4055 section 3.1, in the three forms that are in use.
  private static func pss(_ parameters: DERElement?) -> LintedSignatureAlgorithm {
    guard let parameters, parameters.is(.sequence) else { return .unknown }
    let fields = LintedSequence.children(parameters)
    func field(_ number: UInt32) -> DERElement? {
      fields.first { $0.isContext(number) }.flatMap { LintedSequence.children($0).first }
    }
    func algorithm(_ element: DERElement?) -> AlgorithmIdentifier? {
      element.flatMap { try? AlgorithmIdentifier($0) }
    }
    guard let hash = algorithm(field(0)), let mask = algorithm(field(1)), let maskHash = algorithm(mask.parameters),
      let salt = field(2).flatMap({ try? $0.natural("the salt") }), hash.hasNullParameters,
      maskHash.hasNullParameters, mask.algorithm == "1.2.840.113549.1.1.8", hash.algorithm == maskHash.algorithm,
      (field(3).map { (try? $0.natural("the trailer")) ?? 0 } ?? 1) == 1
    else { return .unknown }
    let hashes: [OID: HashFunction] = [
      "2.16.840.1.101.3.4.2.1": .sha256, "2.16.840.1.101.3.4.2.2": .sha384, "2.16.840.1.101.3.4.2.3": .sha512,
    ]
    guard let function = hashes[hash.algorithm], function.digestLength == salt else { return .unknown }
    return .pss(function)
  }
}
