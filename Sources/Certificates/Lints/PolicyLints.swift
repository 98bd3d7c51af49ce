/// Certificate policies, their mappings and constraints.
extension CertificateLint {
  @LintList static var policies: [CertificateLint] {
    CertificateLint(
      "policy-once", .error, .standard, "RFC 5280 4.2.1.4", zlint: "e_ext_cert_policy_duplicate",
      from: LintDate.rfc5280, rule: "no policy occurs twice", applies: { $0.has(.certificatePolicies) },
      holds: { Set($0.policies.map(\.identifier)).count == $0.policies.count })
    CertificateLint(
      "policy-no-reference", .warn, .standard, "RFC 5280 4.2.1.4", zlint: "w_ext_cert_policy_contains_noticeref",
      from: LintDate.rfc5280, rule: "notices of policies refer to no document",
      applies: { $0.has(.certificatePolicies) }, holds: { !$0.policies.contains(where: \.hasReference) })
    CertificateLint(
      "any-policy-qualifiers", .error, .standard, "RFC 5280 4.2.1.4",
      zlint: "e_ext_cert_policy_disallowed_any_policy_qualifier", from: LintDate.rfc3280,
      rule: "anyPolicy has no qualifiers but the two of RFC 5280", applies: { $0.has(policy: .anyPolicy) },
      holds: { certificate in
        certificate.policies.filter { $0.identifier == .anyPolicy }.flatMap(\.qualifiers)
          .allSatisfy { $0 == .cpsQualifier || $0 == .userNoticeQualifier }
      })
    CertificateLint(
      "policy-text-length", .error, .standard, "RFC 6818 3", zlint: "e_ext_cert_policy_explicit_text_too_long",
      from: LintDate.rfc6818, rule: "texts of policies have at most 200 characters",
      applies: { !$0.policyTexts.isEmpty }, holds: { $0.policyTexts.allSatisfy { $0.textOctets.count <= 200 } })
    CertificateLint(
      "policy-text-not-ia5", .error, .standard, "RFC 6818 3", zlint: "e_ext_cert_policy_explicit_text_ia5_string",
      from: LintDate.rfc6818, rule: "texts of policies are no IA5String", applies: { !$0.policyTexts.isEmpty },
      holds: { $0.policyTexts.allSatisfy { $0.number != UniversalTag.ia5String.rawValue } })
    CertificateLint(
      "policy-text-utf8", .warn, .standard, "RFC 6818 3", zlint: "w_ext_cert_policy_explicit_text_not_utf8",
      from: LintDate.rfc6818, rule: "texts of policies are of the type UTF8String",
      applies: { !$0.policyTexts.isEmpty },
      holds: { $0.policyTexts.allSatisfy { $0.number == UniversalTag.utf8String.rawValue } })
    CertificateLint(
      "policy-text-no-control", .warn, .standard, "RFC 6818 3",
      zlint: "w_ext_cert_policy_explicit_text_includes_control", from: LintDate.rfc6818,
      rule: "texts of policies have no control characters", applies: { !$0.policyTexts.isEmpty },
      holds: { certificate in
        certificate.policyTexts.filter { $0.number == UniversalTag.utf8String.rawValue }
          .allSatisfy { !$0.content.scalars.contains { $0 < 0x20 || (0x7F...0x9F).contains($0) } }
      })
    CertificateLint(
      "mapping-no-any-policy", .error, .standard, "RFC 5280 4.2.1.5", zlint: "e_ext_policy_map_any_policy",
      from: LintDate.rfc3280, rule: "anyPolicy is not mapped", applies: { $0.has(.policyMappings) },
      holds: { !$0.mappings.contains { $0.contains(.anyPolicy) } })
    CertificateLint(
      "mapping-of-own-policy", .warn, .standard, "RFC 5280 4.2.1.5", zlint: "w_ext_policy_map_not_in_cert_policy",
      from: LintDate.rfc3280, rule: "every policy that is mapped is among the certificate's own",
      applies: { $0.has(.policyMappings) },
      holds: { certificate in
        certificate.mappings.allSatisfy { $0.first.map { certificate.has(policy: $0) } ?? true }
      })
    CertificateLint(
      "policy-constraints-not-empty", .error, .standard, "RFC 5280 4.2.1.11", zlint: "e_ext_policy_constraints_empty",
      from: LintDate.rfc2459, rule: "policy constraints are not empty",
      applies: { $0.value(.policyConstraints).isOneSequence },
      holds: { !$0.value(.policyConstraints).isEmptySequence })
    CertificateLint(
      "subscriber-policies-present", .error, .baseline, "BR 7.1.2.3", zlint: "e_sub_cert_certificate_policies_missing",
      from: LintDate.baseline, rule: "a server's certificate has policies", applies: { !$0.isCA },
      holds: { $0.has(.certificatePolicies) })
    CertificateLint(
      "policies-not-critical", .warn, .baseline, "BR 7.1.2.3",
      zlint: "w_sub_cert_certificate_policies_marked_critical", from: LintDate.baseline,
      rule: "the policies are not critical", applies: { $0.has(.certificatePolicies) },
      holds: { !$0.isCritical(.certificatePolicies) })
    CertificateLint(
      "subordinate-policies-present", .error, .baseline, "BR 7.1.2.2", zlint: "e_sub_ca_certificate_policies_missing",
      from: LintDate.baseline, rule: "a subordinate authority has policies", applies: { $0.isSubordinateCA },
      holds: { $0.has(.certificatePolicies) })
    CertificateLint(
      "subordinate-policies-not-critical", .warn, .baseline, "BR 7.1.2.2",
      zlint: "w_sub_ca_certificate_policies_marked_critical", from: LintDate.baseline,
      rule: "the policies of a subordinate authority are not critical",
      applies: { $0.isSubordinateCA && $0.has(.certificatePolicies) },
      holds: { !$0.isCritical(.certificatePolicies) })
    CertificateLint(
      "subordinate-one-reserved-policy", .error, .baseline, "BR 7.1.2.10.5",
      zlint: "e_ca_multiple_reserved_policy_oids", from: LintDate.baseline200,
      rule: "a subordinate authority has at most one reserved policy",
      applies: { $0.isSubordinateCA && !$0.has(policy: .anyPolicy) },
      holds: { $0.policies.filter { OID.baselinePolicies.contains($0.identifier) }.count <= 1 })
    CertificateLint(
      "root-no-policies", .warn, .baseline, "BR 7.1.2.1", zlint: "w_root_ca_contains_cert_policy",
      from: LintDate.baseline, rule: "a root has no policies", applies: { $0.isRootCA },
      holds: { !$0.has(.certificatePolicies) })
  }
}

extension LintedCertificate {
  fileprivate var policyTexts: [DERElement] { policies.flatMap(\.texts) }

  /// Pairs of policies, the issuer's first.
  fileprivate var mappings: [[OID]] {
    LintedSequence.members(value(.policyMappings)).map { LintedSequence.children($0).map { OID(octets: $0.content) } }
  }
}

extension DERElement {
  /// The text in UTF-8; other types than BMPString as they are.
  fileprivate var textOctets: [UInt8] {
    number == UniversalTag.bmpString.rawValue ? LintedName.utf8(bmp: content) ?? [] : Array(content)
  }
}

extension ArraySlice<UInt8> {
  /// Whether it is one sequence and nothing more.
  var isOneSequence: Bool { (try? DERReader.sole(self, "the value"))?.is(.sequence) ?? false }
}
