/// What the key may be used for.
extension CertificateLint {
  @LintList static var keyUsages: [CertificateLint] {
    CertificateLint(
      "key-usage-critical", .warn, .standard, "RFC 5280 4.2.1.3", zlint: "w_ext_key_usage_not_critical",
      from: LintDate.rfc2459, rule: "the key usage is critical", applies: { $0.has(.keyUsage) },
      holds: { $0.isCritical(.keyUsage) })
    CertificateLint(
      "key-usage-some", .error, .standard, "RFC 5280 4.2.1.3", zlint: "e_ext_key_usage_without_bits",
      from: LintDate.rfc5280, rule: "the key usage has at least one bit", applies: { $0.has(.keyUsage) },
      holds: { !$0.keyUsage.isEmpty })
    CertificateLint(
      "key-usage-sign-needs-ca", .error, .standard, "RFC 5280 4.2.1.9", zlint: "e_ext_key_usage_cert_sign_without_ca",
      from: LintDate.rfc3280, rule: "only authorities may sign certificates", applies: { $0.has(.keyUsage) },
      holds: { !$0.allows(.keyCertSign) || $0.isCA })
    CertificateLint(
      "key-usage-no-trailing-octet", .error, .standard, "X.690 11.2.2", zlint: "e_superfluous_ku_encoding", from: nil,
      rule: "the key usage does not end in an empty octet", applies: { !$0.value(.keyUsage).isEmpty },
      holds: { $0.value(.keyUsage).last != 0 })
    CertificateLint(
      "key-usage-unused-bits", .error, .standard, "X.690 11.2.2", zlint: "e_incorrect_ku_encoding", from: nil,
      rule: "the key usage leaves out all trailing zero bits", applies: { !$0.value(.keyUsage).isEmpty },
      holds: { certificate in
        let octets = Array(certificate.value(.keyUsage))
        guard octets.count >= 4 else { return false }
        let bits = octets.dropFirst(3).reversed()
        let zeros = bits.prefix { $0 == 0 }.count * 8
        let last = bits.first { $0 != 0 }
        return Int(octets[2]) == (last.map { zeros + $0.trailingZeroBitCount } ?? 0)
      })
    CertificateLint(
      "ec-key-usage", .error, .standard, "RFC 8813 3", zlint: "e_ecdsa_allowed_ku", from: LintDate.rfc8813,
      rule: "a key on an elliptic curve is not used to encipher keys or data",
      applies: { $0.keyAlgorithm == .ecPublicKey && $0.has(.keyUsage) },
      holds: { !$0.allows(.keyEncipherment) && !$0.allows(.dataEncipherment) })
    CertificateLint(
      "ca-key-usage-present", .error, .baseline, "BR 7.1.2.1", zlint: "e_ca_key_usage_missing",
      from: LintDate.rfc3280, rule: "an authority has a key usage", applies: { $0.isCA },
      holds: { !$0.keyUsage.isEmpty })
    CertificateLint(
      "ca-key-usage-critical", .error, .baseline, "BR 7.1.2.1", zlint: "e_ca_key_usage_not_critical",
      from: LintDate.baseline, rule: "the key usage of an authority is critical",
      applies: { $0.isCA && $0.has(.keyUsage) }, holds: { $0.isCritical(.keyUsage) })
    CertificateLint(
      "ca-key-usage-certificates", .error, .baseline, "BR 7.1.2.1", zlint: "e_ca_key_cert_sign_not_set",
      from: LintDate.baseline, rule: "the key usage of an authority includes signing certificates",
      applies: { $0.isCA && $0.has(.keyUsage) }, holds: { $0.allows(.keyCertSign) })
    CertificateLint(
      "ca-key-usage-lists", .error, .baseline, "BR 7.1.2.10.7", zlint: "e_ca_crl_sign_not_set",
      from: LintDate.baseline, rule: "the key usage of an authority includes signing revocation lists",
      applies: { $0.isCA && $0.has(.keyUsage) }, holds: { $0.allows(.cRLSign) })
    CertificateLint(
      "ca-key-usage-answers", .notice, .baseline, "BR 7.1.2.1", zlint: "n_ca_digital_signature_not_set",
      from: LintDate.baseline, rule: "the key usage of an authority that signs OCSP answers includes signatures",
      applies: { $0.isCA && $0.has(.keyUsage) }, holds: { $0.allows(.digitalSignature) })
    CertificateLint(
      "root-key-usage-present", .error, .baseline, "BR 7.1.2.1", zlint: "e_root_ca_key_usage_present",
      from: LintDate.rfc2459, rule: "a root has a key usage", applies: { $0.isRootCA }, holds: { $0.has(.keyUsage) })
    CertificateLint(
      "root-key-usage-critical", .error, .baseline, "BR 7.1.2.1", zlint: "e_root_ca_key_usage_must_be_critical",
      from: LintDate.rfc2459, rule: "the key usage of a root is critical",
      applies: { $0.isRootCA && $0.has(.keyUsage) }, holds: { $0.isCritical(.keyUsage) })
    CertificateLint(
      "subscriber-key-usage-certificates", .error, .baseline, "BR 7.1.2.3",
      zlint: "e_sub_cert_key_usage_cert_sign_bit_set", from: LintDate.baseline,
      rule: "the key usage of a server's certificate does not include signing certificates",
      applies: { $0.has(.keyUsage) && !$0.isCA }, holds: { !$0.allows(.keyCertSign) })
    CertificateLint(
      "subscriber-key-usage-lists", .error, .baseline, "BR 7.1.2.3", zlint: "e_sub_cert_key_usage_crl_sign_bit_set",
      from: LintDate.baseline, rule: "the key usage of a server's certificate does not include signing lists",
      applies: { $0.has(.keyUsage) && !$0.isCA }, holds: { !$0.allows(.cRLSign) })
  }
}
