/// Extended key usage.
extension CertificateLint {
  @LintList static var purposes: [CertificateLint] {
    CertificateLint(
      "any-purpose-not-critical", .warn, .standard, "RFC 5280 4.2.1.12", zlint: "w_eku_critical_improperly",
      from: LintDate.rfc3280, rule: "extended key usage that allows any purpose is not critical",
      applies: { $0.has(.extendedKeyUsage) },
      holds: { !$0.isCritical(.extendedKeyUsage) || !$0.purposes.contains(.anyExtendedKeyUsage) })
    CertificateLint(
      "subscriber-purposes-present", .error, .baseline, "BR 7.1.2.3", zlint: "e_sub_cert_eku_missing",
      from: LintDate.baseline, rule: "a server's certificate has an extended key usage", applies: { !$0.isCA },
      holds: { $0.has(.extendedKeyUsage) })
    CertificateLint(
      "purposes-include-tls", .error, .baseline, "BR 7.1.2.3",
      zlint: "e_sub_cert_eku_server_auth_client_auth_missing", from: LintDate.baseline, until: LintDate.baseline200,
      rule: "the extended key usage includes TLS servers or clients", applies: { !$0.namedPurposes.isEmpty },
      holds: { $0.purposes.contains(.serverAuth) || $0.purposes.contains(.clientAuth) })
    CertificateLint(
      "subscriber-purposes-only-tls", .warn, .baseline, "BR 7.1.2.3", zlint: "w_sub_cert_eku_extra_values",
      from: LintDate.baseline, until: LintDate.baseline200,
      rule: "the extended key usage has no purposes beyond TLS and e-mail",
      applies: { $0.isSubscriber && !$0.namedPurposes.isEmpty },
      holds: { $0.namedPurposes.allSatisfy { [.serverAuth, .clientAuth, .emailProtection].contains($0) } })
    CertificateLint(
      "root-no-purposes", .error, .baseline, "BR 7.1.2.1", zlint: "e_root_ca_extended_key_usage_present",
      from: LintDate.baseline, rule: "a root has no extended key usage", applies: { $0.isRootCA },
      holds: { !$0.has(.extendedKeyUsage) })
    CertificateLint(
      "subordinate-purposes-not-critical", .warn, .baseline, "BR 7.1.2.2", zlint: "w_sub_ca_eku_critical",
      from: LintDate.baseline116, rule: "the extended key usage of a subordinate authority is not critical",
      applies: { $0.isSubordinateCA && $0.has(.extendedKeyUsage) }, holds: { !$0.isCritical(.extendedKeyUsage) })
    CertificateLint(
      "subordinate-purposes-separate", .error, .baseline, "BR 7.1.2", zlint: "e_ca_invalid_eku",
      from: LintDate.baseline171, rule: "an authority for TLS serves no other purpose",
      applies: { $0.isSubordinateCA && !$0.namedPurposes.isEmpty },
      holds: { certificate in
        let purposes = certificate.namedPurposes
        return !(purposes.contains(.anyExtendedKeyUsage) && purposes.count > 1)
          && !purposes.contains { [.emailProtection, .codeSigning, .timeStamping, .ocspSigning].contains($0) }
      })
  }
}
