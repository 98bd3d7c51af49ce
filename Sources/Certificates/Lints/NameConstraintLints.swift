/// Which names an authority may certify.
extension CertificateLint {
  @LintList static var nameConstraints: [CertificateLint] {
    CertificateLint(
      "name-constraints-only-in-ca", .error, .standard, "RFC 5280 4.2.1.10", zlint: "e_ext_name_constraints_not_in_ca",
      from: LintDate.rfc2459, rule: "only authorities have name constraints", applies: { $0.has(.nameConstraints) },
      holds: { $0.isCA })
    CertificateLint(
      "name-constraints-not-empty", .error, .standard, "RFC 5280 4.2.1.10", zlint: "e_name_constraint_empty",
      from: LintDate.rfc5280, rule: "name constraints are not empty",
      applies: { $0.value(.nameConstraints).isOneSequence }, holds: { !$0.value(.nameConstraints).isEmptySequence })
    CertificateLint(
      "name-constraint-minimum", .error, .standard, "RFC 5280 4.2.1.10", zlint: "e_name_constraint_minimum_non_zero",
      from: LintDate.rfc2459, rule: "the minimum of a name constraint is zero", applies: { $0.has(.nameConstraints) },
      holds: { !$0.nameConstraints.contains { $0.kind != 6 && $0.minimum != 0 } })
    CertificateLint(
      "name-constraint-maximum", .error, .standard, "RFC 5280 4.2.1.10",
      zlint: "e_name_constraint_maximum_not_absent", from: LintDate.rfc2459,
      rule: "a name constraint has no maximum", applies: { $0.has(.nameConstraints) },
      holds: {
        !$0.nameConstraints.contains { $0.kind != 6 && !($0.kind == 1 && $0.isPermitted) && $0.maximum != 0 }
      })
    unwanted("edi-party-name", 5, "w_name_constraint_on_edi_party_name")
    unwanted("registered-identifier", 8, "w_name_constraint_on_registered_id")
    unwanted("x400-address", 3, "w_name_constraint_on_x400")
    CertificateLint(
      "name-constraint-no-leading-period", .error, .standard, "RFC 5280 4.2.1.10",
      zlint: nil, from: LintDate.rfc5280,
      rule: "a constraint of DNS names does not begin with a period",
      applies: { $0.nameConstraints.contains { $0.kind == 2 } },
      holds: { !$0.nameConstraints.contains { $0.kind == 2 && $0.base.first == UInt8(ascii: ".") } })
    CertificateLint(
      "subordinate-name-constraints-critical", .warn, .baseline, "BR 7.1.2.2",
      zlint: "w_sub_ca_name_constraints_not_critical", from: LintDate.baseline102,
      rule: "the name constraints of a subordinate authority are critical",
      applies: { $0.isSubordinateCA && $0.has(.nameConstraints) }, holds: { $0.isCritical(.nameConstraints) })
  }

  private static func unwanted(_ name: String, _ kind: UInt32, _ zlint: String) -> CertificateLint {
    CertificateLint(
      "name-constraint-no-\(name)", .warn, .standard, "RFC 5280 4.2.1.10", zlint: zlint, from: LintDate.rfc5280,
      rule: "no name constraint is about a \(name)", applies: { $0.has(.nameConstraints) },
      holds: { !$0.nameConstraints.contains { $0.kind == kind } })
  }
}
