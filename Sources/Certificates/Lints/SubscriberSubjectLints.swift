/// What the subject of a server's certificate has to say, may say and may not say.
extension CertificateLint {
  @LintList static var subscriberSubject: [CertificateLint] {
    validatedDomain("locality", .localityName)
    validatedDomain("org", .organizationName)
    validatedDomain("postal", .postalCode)
    validatedDomain("province", .stateOrProvinceName)
    validatedDomain("street", .streetAddress)
    CertificateLint(
      "ov-organization", .error, .baseline, "BR 7.1.6.1", zlint: "e_cab_ov_requires_org", from: LintDate.baseline,
      rule: "a certificate of the policy for validated organizations names the organization",
      applies: { $0.has(policy: .organizationValidated) && !$0.isCA }, holds: { $0.subject.has(.organizationName) })
    CertificateLint(
      "ov-country", .error, .baseline, "BR 7.1.6.4", zlint: "e_cert_policy_ov_requires_country",
      from: LintDate.baseline, rule: "a certificate of the policy for validated organizations names the country",
      applies: { $0.has(policy: .organizationValidated) && !$0.isCA }, holds: { $0.subject.has(.countryName) })
    CertificateLint(
      "subject-country-with-identity", .error, .baseline, "BR 7.1.4.2.2", zlint: "e_sub_cert_country_name_must_appear",
      from: LintDate.givenName, rule: "a subject that names an organization or a person names a country",
      applies: { $0.isSubscriber }, holds: { !$0.namesIdentity || !$0.subject.texts(.countryName).isEmpty })
    withoutIdentity("province", .stateOrProvinceName, "e_sub_cert_province_must_not_appear")
    withoutIdentity("locality", .localityName, "e_sub_cert_locality_name_must_not_appear")
    withoutIdentity("street", .streetAddress, "e_sub_cert_street_address_should_not_exist")
    CertificateLint(
      "subject-common-name-included", .notice, .baseline, "BR 7.1.4.2.2", zlint: "n_subject_common_name_included",
      from: LintDate.baseline, until: LintDate.baseline200, rule: "the subject has no common name",
      applies: { !$0.isCA }, holds: { $0.commonName.isEmpty })
    CertificateLint(
      "subject-common-name-from-names", .error, .baseline, "BR 7.1.4.2.2",
      zlint: "e_subject_common_name_not_from_san", from: LintDate.baseline, until: LintDate.baseline180,
      rule: "the common name is one of the alternative names", applies: { !$0.commonName.isEmpty && !$0.isCA },
      holds: { certificate in
        let name = certificate.commonName
        return certificate.dnsNames.contains { $0.lowercasedASCII == name.lowercasedASCII }
          || certificate.subjectNames.addresses.contains { $0.addressText == String(decoding: name, as: UTF8.self) }
      })
    CertificateLint(
      "subject-one-common-name", .warn, .baseline, "BR 7.1.4.2.2", zlint: "w_extra_subject_common_names",
      from: LintDate.baseline, rule: "the subject has at most one common name", applies: { $0.isSubscriber },
      holds: { $0.subject.texts(.commonName).count <= 1 })
  }

  private static func validatedDomain(_ name: String, _ type: OID) -> CertificateLint {
    CertificateLint(
      "dv-no-\(name)", .error, .baseline, "BR 7.1.6.4", zlint: "e_cab_dv_conflicts_with_\(name)",
      from: LintDate.baseline, until: LintDate.baseline200,
      rule: "a certificate of the policy for validated domains has no \(name) in its subject",
      applies: { $0.has(policy: .domainValidated) && !$0.isCA }, holds: { !$0.subject.has(type) })
  }

  private static func withoutIdentity(_ name: String, _ type: OID, _ zlint: String) -> CertificateLint {
    CertificateLint(
      "subject-\(name)-needs-identity", .error, .baseline, "BR 7.1.4.2.2", zlint: zlint, from: LintDate.givenName,
      rule: "a subject with a \(name) names an organization or a person", applies: { $0.isSubscriber },
      holds: { $0.namesIdentity || $0.subject.texts(type).isEmpty })
  }
}

extension LintedCertificate {
  fileprivate var namesIdentity: Bool {
    [OID.organizationName, .givenName, .surname].contains { !subject.texts($0).isEmpty }
  }
}

extension [UInt8] {
  /// The address in figures, an IPv4 address in IPv6 form as IPv4.
  fileprivate var addressText: String? {
    let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    return IPAddress.text(count == 16 && starts(with: mapped) ? Array(suffix(4)) : self)
  }
}
