/// The algorithm of the issuer's signature.
extension CertificateLint {
  @LintList static var signatures: [CertificateLint] {
    CertificateLint(
      "signature-algorithms-agree", .error, .standard, "RFC 5280 4.1.1.2", zlint: nil, from: nil,
      rule: "the algorithm beside the signature is the one inside the signed part",
      holds: { $0.certificate.innerAlgorithm == $0.certificate.outerAlgorithm })
    CertificateLint(
      "signature-algorithm-allowed", .baseline, "BR 6.1.5", zlint: "e_signature_algorithm_not_supported", from: nil,
      rule: "the signature uses RSA, DSA or ECDSA with a hash of the SHA family",
      verdict: { certificate in
        switch certificate.signatureAlgorithm {
        case .sha1WithRSA, .sha256WithRSA, .sha384WithRSA, .sha512WithRSA, .sha1WithDSA, .sha256WithDSA,
          .sha1WithECDSA, .sha256WithECDSA, .sha384WithECDSA, .sha512WithECDSA:
          return .keeps
        case .pss: return .breaks(.warn, "RSA-PSS is not understood everywhere")
        case .md2WithRSA, .md5WithRSA, .ed25519, .unknown: return .breaks(.error, nil)
        }
      })
    CertificateLint(
      "signature-not-sha1", .error, .baseline, "BR 7.1.3", zlint: "e_sub_cert_or_sub_ca_using_sha1",
      from: LintDate.sha1Forbidden, rule: "the signature does not use SHA-1",
      holds: { !$0.signatureAlgorithm.usesSHA1 })
    CertificateLint(
      "signature-sha1-expiry", .warn, .baseline, "BR 7.1.3", zlint: "w_sub_cert_sha1_expiration_too_long",
      from: LintDate.sha1Discouraged, rule: "a certificate signed with SHA-1 expires before 2017",
      applies: { !$0.isCA && $0.signatureAlgorithm.usesSHA1 }, holds: { $0.notAfter <= LintDate.sha1LastExpiry })
    CertificateLint(
      "signature-rsa-null-parameters", .error, .standard, "RFC 4055 5",
      zlint: "e_tbs_signature_rsa_encryption_parameter_not_null", from: LintDate.rfc5280,
      rule: "the algorithm of an RSA signature has NULL as its parameters",
      applies: { rsaAlgorithms.contains($0.certificate.innerAlgorithm.algorithm) },
      holds: { $0.certificate.innerAlgorithm.isPlainRSA })
  }

  private static let rsaAlgorithms: Set<OID> = [
    "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.2", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5",
    "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.113549.1.1.14",
  ]
}
