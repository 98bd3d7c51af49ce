import Cryptography

extension LintedSignatureAlgorithm {
  /// Whether the certificate's signature was made by the key that it certifies, by this algorithm.
  func isOwnSignature(of certificate: X509Certificate) -> Bool {
    func verifies(_ scheme: SignatureScheme) -> Bool {
      PublicKeyVerifier(subjectPublicKeyInfo: certificate.publicKey.der)?
        .verifies(certificate.signature, over: certificate.toBeSigned, by: scheme) ?? false
    }
    func verifies(legacy scheme: LegacySignature.Scheme) -> Bool {
      LegacySignature.verifies(
        certificate.signature, over: certificate.toBeSigned, by: scheme,
        subjectPublicKeyInfo: certificate.publicKey.der)
    }
    switch self {
    case .md5WithRSA: return verifies(legacy: .rsaMD5)
    case .sha1WithRSA: return verifies(.rsaPKCS1(.sha1))
    case .sha256WithRSA: return verifies(.rsaPKCS1(.sha256))
    case .sha384WithRSA: return verifies(.rsaPKCS1(.sha384))
    case .sha512WithRSA: return verifies(.rsaPKCS1(.sha512))
    case .pss(let hash): return verifies(.rsaPSS(hash, mask: hash, saltLength: hash.digestLength))
    case .sha1WithDSA: return verifies(legacy: .dsaSHA1)
    // As zlint has it, which does not shorten a hash to a smaller group and takes such a signature for another's.
    case .sha256WithDSA: return certificate.publicKey.groupBits >= 256 && verifies(legacy: .dsaSHA256)
    case .sha1WithECDSA: return verifies(.ecdsa(.sha1))
    case .sha256WithECDSA: return verifies(.ecdsa(.sha256))
    case .sha384WithECDSA: return verifies(.ecdsa(.sha384))
    case .sha512WithECDSA: return verifies(.ecdsa(.sha512))
    case .ed25519: return verifies(.ed25519)
    // MD2 is not implemented anywhere any more.
    case .md2WithRSA, .unknown: return false
    }
  }
}

extension PublicKey {
  /// The bits of the order of the group of a DSA key; 0 where there is none.
  fileprivate var groupBits: Int {
    guard let parameters = algorithm.parameters else { return 0 }
    let numbers = LintedSequence.children(parameters)
    return numbers.count == 3 ? Array(numbers[1].content).bitLength : 0
  }
}
