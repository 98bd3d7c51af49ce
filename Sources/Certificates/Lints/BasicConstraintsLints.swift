/// Who may issue certificates, and how far down.
extension CertificateLint {
  @LintList static var basicConstraints: [CertificateLint] {
    CertificateLint(
      "basic-constraints-critical", .error, .standard, "RFC 5280 4.2.1.9", zlint: "e_basic_constraints_not_critical",
      from: LintDate.rfc2459, rule: "the basic constraints of an authority are critical",
      applies: { $0.isCA && $0.has(.basicConstraints) }, holds: { $0.isCritical(.basicConstraints) })
    CertificateLint(
      "path-length-needs-ca", .error, .standard, "RFC 5280 4.2.1.9",
      zlint: "e_path_len_constraint_improperly_included", from: LintDate.rfc3280,
      rule: "only authorities that may sign certificates limit the length of the path",
      applies: { $0.has(.basicConstraints) },
      holds: { !LintedBasicConstraints.hasMore($0.value(.basicConstraints)) || ($0.isCA && $0.allows(.keyCertSign)) })
    CertificateLint(
      "path-length-not-negative", .error, .standard, "RFC 5280 4.2.1.9", zlint: "e_path_len_constraint_zero_or_less",
      from: LintDate.rfc2459, rule: "the limit of the path is not negative",
      applies: { $0.basicConstraints != nil },
      holds: { ($0.basicConstraints?.pathLength?.first ?? 0) < 0x80 })
    CertificateLint(
      "signing-key-is-ca", .error, .baseline, "BR 7.1.2.10.4", zlint: "e_ca_is_ca", from: LintDate.baseline,
      rule: "a certificate that may sign others is an authority by its basic constraints",
      applies: { $0.allows(.keyCertSign) && $0.has(.basicConstraints) }, holds: { $0.isCA })
    CertificateLint(
      "other-key-is-no-ca", .error, .baseline, "BR 7.1.2.3", zlint: "e_sub_cert_not_is_ca", from: LintDate.baseline,
      rule: "a certificate that may not sign others is no authority by its basic constraints",
      applies: { $0.has(.keyUsage) && !$0.allows(.keyCertSign) && $0.has(.basicConstraints) }, holds: { !$0.isCA })
    CertificateLint(
      "subscriber-basic-constraints-critical", .error, .baseline, "BR 7.1.2.7.6",
      zlint: "e_sub_cert_basic_constraints_not_critical", from: LintDate.baseline200,
      rule: "the basic constraints of a server's certificate are critical",
      applies: { $0.isSubscriber && $0.has(.basicConstraints) }, holds: { $0.isCritical(.basicConstraints) })
    CertificateLint(
      "root-no-path-length", .warn, .baseline, "BR 7.1.2.1",
      zlint: "w_root_ca_basic_constraints_path_len_constraint_field_present", from: LintDate.baseline,
      rule: "a root does not limit the length of the path", applies: { $0.isRootCA && $0.has(.basicConstraints) },
      holds: { !LintedBasicConstraints.hasMore($0.value(.basicConstraints)) })
  }
}
