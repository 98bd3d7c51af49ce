/// The public key.
extension CertificateLint {
  @LintList static var keys: [CertificateLint] {
    CertificateLint(
      "key-type-known", .error, .baseline, "BR 6.1.5", zlint: "e_public_key_type_not_allowed",
      from: LintDate.baseline, rule: "the key is of a known type", holds: { $0.hasKnownKey })
    CertificateLint(
      "key-not-dsa", .error, .baseline, "BR 6.1.5", zlint: "e_br_prohibit_dsa_usage", from: LintDate.baseline171,
      rule: "the key is no DSA key", holds: { $0.keyAlgorithm != .dsa })
    CertificateLint(
      "ec-curve", .error, .baseline, "BR 6.1.5", zlint: "e_ec_improper_curves", from: nil,
      rule: "the curve is P-256, P-384 or P-521", applies: { $0.keyAlgorithm == .ecPublicKey },
      holds: { certificate in
        guard case .ec(let curve?, _) = certificate.certificate.publicKey.material else { return false }
        return curve == .p256 || curve == .p384 || curve == .p521
      })
    CertificateLint(
      "rsa-2048-bits", .error, .baseline, "BR 6.1.5", zlint: "e_rsa_mod_less_than_2048_bits", from: nil,
      rule: "an RSA key that is valid after 2013 has 2048 bits or more",
      applies: { $0.rsa != nil && $0.notAfter >= LintDate.rsa1024 }, holds: { $0.modulusBits >= 2048 })
    CertificateLint(
      "rsa-old-root-2048-bits", .error, .baseline, "BR 6.1.5", zlint: "e_old_root_ca_rsa_mod_less_than_2048_bits",
      from: nil, rule: "an RSA key of a root from before 2011 has 2048 bits or more",
      applies: { $0.rsa != nil && $0.isRootCA && $0.notBefore < LintDate.rsa1024Roots },
      holds: { $0.modulusBits >= 2048 })
    CertificateLint(
      "rsa-old-subordinate-1024-bits", .error, .baseline, "BR 6.1.5",
      zlint: "e_old_sub_ca_rsa_mod_less_than_1024_bits", from: nil,
      rule: "an RSA key of a subordinate authority from before 2011 has 1024 bits or more",
      applies: {
        $0.rsa != nil && $0.isSubordinateCA && $0.notBefore < LintDate.rsa1024Roots && $0.notAfter < LintDate.rsa1024
      }, holds: { $0.modulusBits >= 1024 })
    CertificateLint(
      "rsa-old-subscriber-1024-bits", .error, .baseline, "BR 6.1.5",
      zlint: "e_old_sub_cert_rsa_mod_less_than_1024_bits", from: nil,
      rule: "an RSA key that is valid until 2013 has 1024 bits or more",
      applies: { $0.rsa != nil && !$0.isCA && $0.notAfter < LintDate.rsa1024 }, holds: { $0.modulusBits >= 1024 })
    CertificateLint(
      "rsa-modulus-odd", .warn, .baseline, "BR 6.1.6", zlint: "w_rsa_mod_not_odd", from: LintDate.baseline113,
      rule: "an RSA modulus is odd", applies: { $0.rsa != nil },
      holds: { ($0.rsa?.modulus.last ?? 0) & 1 == 1 })
    CertificateLint(
      "rsa-modulus-small-factors", .warn, .baseline, "BR 6.1.6", zlint: "w_rsa_mod_factors_smaller_than_752",
      from: LintDate.baseline113, rule: "an RSA modulus has no factor smaller than 752", applies: { $0.rsa != nil },
      holds: { certificate in
        let modulus = certificate.rsa?.modulus ?? []
        return !(2..<752).contains { divisor in modulus.reduce(0) { ($0 << 8 | Int($1)) % divisor } == 0 }
      })
    CertificateLint(
      "rsa-exponent-odd", .error, .baseline, "BR 6.1.6", zlint: "e_rsa_public_exponent_not_odd",
      from: LintDate.baseline113, rule: "an RSA exponent is odd", applies: { $0.rsa != nil },
      holds: { ($0.rsa?.exponent.last ?? 0) & 1 == 1 })
    CertificateLint(
      "rsa-exponent-3", .error, .baseline, "BR 6.1.6", zlint: "e_rsa_public_exponent_too_small",
      from: LintDate.baseline113, rule: "an RSA exponent is 3 or more", applies: { $0.rsa != nil },
      holds: { ($0.rsa?.exponent ?? []).isAtLeast([3]) })
    CertificateLint(
      "rsa-exponent-range", .warn, .baseline, "BR 6.1.6", zlint: "w_rsa_public_exponent_not_in_range",
      from: LintDate.baseline113, rule: "an RSA exponent is between 2^16 + 1 and 2^256 - 1",
      applies: { $0.rsa != nil },
      holds: { certificate in
        let exponent = certificate.rsa?.exponent ?? []
        return exponent.isAtLeast([1, 0, 1]) && exponent.significant.count <= 32
      })
    CertificateLint(
      "rsa-exponent-not-1", .error, .rootProgramme, "Mozilla 5.2", zlint: "e_mp_exponent_cannot_be_one",
      from: LintDate.mozilla24, rule: "an RSA exponent is not 1", applies: { $0.keyAlgorithm == .rsaEncryption },
      holds: { $0.rsa.map { Array($0.exponent.significant) != [1] } ?? false })
    CertificateLint(
      "rsa-2048-bits-in-stores", .error, .rootProgramme, "Mozilla 5.1",
      zlint: "e_mp_modulus_must_be_2048_bits_or_more", from: LintDate.mozilla24,
      rule: "an RSA modulus has 2048 bits or more", applies: { $0.keyAlgorithm == .rsaEncryption },
      holds: { $0.modulusBits >= 2048 })
    CertificateLint(
      "rsa-modulus-whole-octets", .error, .rootProgramme, "Mozilla 5.1", zlint: "e_mp_modulus_must_be_divisible_by_8",
      from: LintDate.mozilla24, rule: "the bits of an RSA modulus are a multiple of 8",
      applies: { $0.keyAlgorithm == .rsaEncryption }, holds: { $0.modulusBits % 8 == 0 && $0.modulusBits > 0 })
    CertificateLint(
      "rsa-key-null-parameters", .error, .standard, "RFC 4055 1.2", zlint: "e_spki_rsa_encryption_parameter_not_null",
      from: LintDate.rfc5280, rule: "the algorithm of an RSA key has NULL as its parameters",
      applies: { $0.keyAlgorithm == .rsaEncryption },
      holds: { $0.certificate.publicKey.algorithm.isPlainRSA })
  }
}

extension LintedCertificate {
  var keyAlgorithm: OID { certificate.publicKey.algorithm.algorithm }

  fileprivate var hasKnownKey: Bool {
    [.rsaEncryption, .dsa, .ecPublicKey, .ed25519, .x25519].contains(keyAlgorithm)
  }

  /// Modulus and exponent of a plain RSA key, big-endian.
  var rsa: (modulus: [UInt8], exponent: [UInt8])? {
    guard keyAlgorithm == .rsaEncryption, case .rsa(let modulus, let exponent, _) = certificate.publicKey.material
    else {
      return nil
    }
    return (modulus, exponent)
  }

  /// 0 where there is no modulus.
  fileprivate var modulusBits: Int {
    let octets = (rsa?.modulus ?? []).significant
    guard let first = octets.first else { return 0 }
    return octets.count * 8 - first.leadingZeroBitCount
  }
}

extension [UInt8] {
  /// Without leading zeros.
  fileprivate var significant: ArraySlice<UInt8> { drop { $0 == 0 } }

  /// Whether the big-endian number is at least the other, which has no leading zeros.
  fileprivate func isAtLeast(_ other: [UInt8]) -> Bool {
    let own = significant
    if own.count != other.count { return own.count > other.count }
    return !own.lexicographicallyPrecedes(other)
  }
}

extension AlgorithmIdentifier {
  /// Whether it is an algorithm of PKCS #1 and encoded as RFC 4055 demands, to the octet.
  var isPlainRSA: Bool {
    let identifier: [UInt8] = [6, UInt8(truncatingIfNeeded: algorithm.octets.count)] + algorithm.octets
    let expected: [UInt8] = [0x30, UInt8(truncatingIfNeeded: identifier.count + 2)] + identifier + [5, 0]
    return der.elementsEqual(expected)
  }
}
