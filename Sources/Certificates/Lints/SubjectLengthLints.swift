/// Upper bounds of the subject's attributes, in characters (RFC 5280 appendix A.1, X.520).
extension CertificateLint {
  @LintList static var subjectLengths: [CertificateLint] {
    CertificateLint(
      "subject-common-name-length", .error, .standard, "RFC 5280 A.1", zlint: "e_subject_common_name_max_length",
      from: LintDate.rfc2459, rule: "the common name has at most 64 characters", applies: { !$0.commonName.isEmpty },
      holds: { $0.commonName.characterCount <= 64 })
    length("organization", .organizationName, 64, "RFC 5280 A.1", "e_subject_organization_name_max_length")
    length(
      "organizational-unit", .organizationalUnitName, 64, "RFC 5280 A.1",
      "e_subject_organizational_unit_name_max_length")
    length("locality", .localityName, 128, "RFC 5280 A.1", "e_subject_locality_name_max_length", always: true)
    length("state", .stateOrProvinceName, 128, "RFC 5280 A.1", "e_subject_state_name_max_length")
    length("street", .streetAddress, 128, "X.520", "e_subject_street_address_max_length", always: true)
    length("postal-code", .postalCode, 16, "RFC 5280 A.1", "e_subject_postal_code_max_length")
    length("given-name", .givenName, 32768, "RFC 5280 A.1", "e_subject_given_name_max_length")
    length("surname", .surname, 32768, "RFC 5280 A.1", "e_subject_surname_max_length")
    length("email", .emailAddress, 255, "RFC 5280 A.1", "e_subject_email_max_length")
  }

  /// `always`: the rule is about certificates without such an attribute too.
  private static func length(
    _ name: String, _ type: OID, _ most: Int, _ source: String, _ zlint: String, always: Bool = false
  ) -> CertificateLint {
    CertificateLint(
      "subject-\(name)-length", .error, .standard, source, zlint: zlint, from: LintDate.rfc2459,
      rule: "every \(name) in the subject has at most \(most) characters",
      applies: { always || !$0.subject.texts(type).isEmpty },
      holds: { $0.subject.texts(type).allSatisfy { $0.characterCount <= most } })
  }
}
