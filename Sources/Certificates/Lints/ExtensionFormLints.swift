/// Which extensions may occur how often, and how critical they are.
extension CertificateLint {
  @LintList static var extensionForm: [CertificateLint] {
    CertificateLint(
      "extension-once", .standard, "RFC 5280 4.2", zlint: "e_ext_duplicate_extension", from: LintDate.rfc2459,
      rule: "no extension occurs twice", applies: { $0.certificate.version == 3 },
      verdict: { certificate in
        var seen: Set<OID> = []
        let twice = certificate.certificate.extensions.filter { !seen.insert($0.identifier).inserted }
        return twice.first.map { .breaks(.error, "\($0.identifier)") } ?? .keeps
      })
    CertificateLint(
      "extension-list-not-empty", .standard, "RFC 5280 4.2", zlint: "e_ext_cannot_be_empty_sequence",
      from: LintDate.rfc2459, rule: "no extension that is a list is empty",
      verdict: { certificate in
        let empty = lists.first { certificate.has($0) && LintedSequence.members(certificate.value($0)).isEmpty }
        return empty.map { .breaks(.error, "\($0)") } ?? .keeps
      })
    notCritical("access-not-critical", .authorityInformationAccess, "RFC 5280 4.2.2.1", "e_ext_aia_marked_critical")
    notCritical(
      "authority-key-not-critical", .authorityKeyIdentifier, "RFC 5280 4.2.1.1",
      "e_ext_authority_key_identifier_critical")
    notCritical(
      "subject-key-not-critical", .subjectKeyIdentifier, "RFC 5280 4.2.1.2", "e_ext_subject_key_identifier_critical")
    notCritical(
      "directory-attributes-not-critical", .subjectDirectoryAttributes, "RFC 5280 4.2.1.8",
      "e_ext_subject_directory_attr_critical")
    notCritical(
      "freshest-list-not-critical", .freshestCRL, "RFC 5280 4.2.1.15", "e_ext_freshest_crl_marked_critical",
      from3280: true)
    notCritical(
      "subject-access-not-critical", .subjectInformationAccess, "RFC 5280 4.2.2.2",
      "e_subject_info_access_marked_critical", from3280: true)
    CertificateLint(
      "name-constraints-critical", .error, .standard, "RFC 5280 4.2.1.10",
      zlint: "e_ext_name_constraints_not_critical", from: LintDate.rfc2459, rule: "name constraints are critical",
      applies: { $0.has(.nameConstraints) }, holds: { $0.isCritical(.nameConstraints) })
    CertificateLint(
      "policy-constraints-critical", .error, .standard, "RFC 5280 4.2.1.11",
      zlint: "e_ext_policy_constraints_not_critical", from: LintDate.rfc5280, rule: "policy constraints are critical",
      applies: { $0.has(.policyConstraints) }, holds: { $0.isCritical(.policyConstraints) })
    CertificateLint(
      "inhibit-any-policy-critical", .error, .standard, "RFC 5280 4.2.1.14",
      zlint: "e_inhibit_any_policy_not_critical", from: LintDate.rfc3280,
      rule: "the extension against anyPolicy is critical", applies: { $0.has(.inhibitAnyPolicy) },
      holds: { $0.isCritical(.inhibitAnyPolicy) })
    CertificateLint(
      "policy-mappings-critical", .warn, .standard, "RFC 5280 4.2.1.5", zlint: "w_ext_policy_map_not_critical",
      from: LintDate.rfc2459, rule: "policy mappings are critical", applies: { $0.has(.policyMappings) },
      holds: { $0.isCritical(.policyMappings) })
  }

  private static let lists: [OID] = [
    .certificatePolicies, .policyMappings, .subjectAlternativeName, .issuerAlternativeName,
    .subjectDirectoryAttributes, .extendedKeyUsage, .crlDistributionPoints, .authorityInformationAccess,
    .subjectInformationAccess, .freshestCRL,
  ]

  private static func notCritical(
    _ id: String, _ identifier: OID, _ source: String, _ zlint: String, from3280: Bool = false
  ) -> CertificateLint {
    CertificateLint(
      id, .error, .standard, source, zlint: zlint, from: from3280 ? LintDate.rfc3280 : LintDate.rfc2459,
      rule: "the extension \(identifier) is not critical", applies: { $0.has(identifier) },
      holds: { !$0.isCritical(identifier) })
  }
}
