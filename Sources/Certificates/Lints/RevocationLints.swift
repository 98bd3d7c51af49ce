/// Where revocation lists are.
extension CertificateLint {
  @LintList static var revocation: [CertificateLint] {
    CertificateLint(
      "list-points-not-critical", .warn, .standard, "RFC 5280 4.2.1.13",
      zlint: "w_ext_crl_distribution_marked_critical", from: LintDate.rfc2459,
      rule: "the places of revocation lists are not critical", applies: { $0.has(.crlDistributionPoints) },
      holds: { !$0.isCritical(.crlDistributionPoints) })
    CertificateLint(
      "list-point-complete", .error, .standard, "RFC 5280 4.2.1.13", zlint: "e_distribution_point_incomplete",
      from: LintDate.rfc3280, rule: "the place of a revocation list is more than a list of reasons",
      applies: { $0.has(.crlDistributionPoints) },
      holds: {
        !$0.distributionPoints.contains { $0.hasReasons && !$0.hasFullName && !$0.hasRelativeName && !$0.hasIssuer }
      })
    CertificateLint(
      "list-point-fetchable", .warn, .standard, "RFC 5280 4.2.1.13",
      zlint: "w_distribution_point_missing_ldap_or_uri", from: LintDate.rfc5280,
      rule: "a revocation list can be had by HTTP or LDAP", applies: { $0.has(.crlDistributionPoints) },
      holds: {
        $0.crlURLs.contains { $0.lowercasedASCII.hasPrefix("http://") || $0.lowercasedASCII.hasPrefix("ldap://") }
      })
    CertificateLint(
      "subscriber-list-points-not-critical", .error, .baseline, "BR 7.1.2.3",
      zlint: "e_sub_cert_crl_distribution_points_marked_critical", from: LintDate.baseline,
      rule: "the places of revocation lists are not critical", applies: { $0.has(.crlDistributionPoints) },
      holds: { !$0.isCritical(.crlDistributionPoints) })
    CertificateLint(
      "subscriber-list-point-http", .error, .baseline, "BR 7.1.2.3",
      zlint: "e_sub_cert_crl_distribution_points_does_not_contain_url", from: LintDate.baseline,
      rule: "a revocation list can be had by HTTP", applies: { $0.has(.crlDistributionPoints) },
      holds: { $0.crlURLs.contains { $0.hasPrefix("http://") } })
    CertificateLint(
      "subordinate-list-points-present", .error, .baseline, "BR 7.1.2.2",
      zlint: "e_sub_ca_crl_distribution_points_missing", from: LintDate.baseline,
      rule: "a subordinate authority says where its issuer's revocation list is", applies: { $0.isSubordinateCA },
      holds: { $0.has(.crlDistributionPoints) })
    CertificateLint(
      "subordinate-list-points-not-critical", .error, .baseline, "BR 7.1.2.2",
      zlint: "e_sub_ca_crl_distribution_points_marked_critical", from: LintDate.baseline,
      rule: "the places of revocation lists in a subordinate authority are not critical",
      applies: { $0.isSubordinateCA && $0.has(.crlDistributionPoints) },
      holds: { !$0.isCritical(.crlDistributionPoints) })
    CertificateLint(
      "subordinate-list-point-http", .error, .baseline, "BR 7.1.2.2",
      zlint: "e_sub_ca_crl_distribution_points_does_not_contain_url", from: LintDate.baseline,
      rule: "the revocation list for a subordinate authority can be had by HTTP",
      applies: { $0.isSubordinateCA && $0.has(.crlDistributionPoints) },
      holds: { $0.crlURLs.contains { $0.hasPrefix("http://") } })
    CertificateLint(
      "list-points-only-http", .error, .baseline, "BR 7.1.2.11.2", zlint: "e_crl_distrib_points_not_http",
      from: LintDate.baseline200, rule: "revocation lists are had by HTTP alone", applies: { !$0.crlURLs.isEmpty },
      holds: { $0.crlURLs.allSatisfy { $0.hasPrefix("http:") } })
    CertificateLint(
      "list-point-no-issuer", .error, .baseline, "BR 7.1.2.11.2", zlint: "e_crlissuer_must_not_be_present_in_cdp",
      from: LintDate.baseline200, rule: "the place of a revocation list names no other issuer of it and no reasons",
      applies: { !$0.crlURLs.isEmpty }, holds: { !$0.distributionPoints.contains { $0.hasIssuer || $0.hasReasons } })
  }
}
