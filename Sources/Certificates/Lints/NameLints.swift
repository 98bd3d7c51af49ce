/// Issuer and subject as distinguished names.
extension CertificateLint {
  @LintList static var names: [CertificateLint] {
    CertificateLint(
      "issuer-not-empty", .error, .standard, "RFC 5280 4.1.2.4", zlint: "e_issuer_field_empty",
      from: LintDate.rfc2459, rule: "the issuer's name is not empty", holds: { !$0.issuer.isEmpty })
    CertificateLint(
      "ca-subject-not-empty", .error, .standard, "RFC 5280 4.1.2.6", zlint: "e_ca_subject_field_empty",
      from: LintDate.rfc2459, rule: "the name of an authority is not empty", applies: { $0.isCA },
      holds: { !$0.subject.isEmpty })
    CertificateLint(
      "subject-or-alternative", .error, .standard, "RFC 5280 4.2.1.6", zlint: "e_subject_empty_without_san",
      from: LintDate.rfc2459, rule: "a certificate with an empty subject has alternative names",
      holds: { !$0.subject.isEmpty || $0.has(.subjectAlternativeName) })
    CertificateLint(
      "ca-common-name", .error, .baseline, "BR 7.1.2.10.2", zlint: "e_ca_common_name_missing",
      from: LintDate.baseline148, rule: "the name of an authority has a common name", applies: { $0.isCA },
      holds: { !$0.commonName.isEmpty })
    CertificateLint(
      "ca-country", .error, .baseline, "BR 7.1.2.10.2", zlint: "e_ca_country_name_missing", from: LintDate.baseline,
      rule: "the name of an authority has a country", applies: { $0.isCA },
      holds: { !($0.subject.texts(.countryName).first ?? []).isEmpty })
    CertificateLint(
      "ca-organization", .error, .baseline, "BR 7.1.2.10.2", zlint: "e_ca_organization_name_missing",
      from: LintDate.baseline, rule: "the name of an authority has an organization", applies: { $0.isCA },
      holds: { !($0.subject.texts(.organizationName).first ?? []).isEmpty })
    CertificateLint(
      "issuer-country-printable", .error, .standard, "RFC 5280 A.1", zlint: "e_issuer_dn_country_not_printable_string",
      from: nil, rule: "the issuer's country is a PrintableString",
      applies: { !$0.issuer.texts(.countryName).isEmpty },
      holds: { $0.issuer.isPrintableString(.countryName) })
    CertificateLint(
      "subject-country-printable", .error, .standard, "RFC 5280 A.1",
      zlint: "e_subject_dn_country_not_printable_string", from: nil,
      rule: "the subject's country is a PrintableString", applies: { !$0.subject.texts(.countryName).isEmpty },
      holds: { $0.subject.isPrintableString(.countryName) })
    CertificateLint(
      "subject-serial-printable", .error, .standard, "RFC 5280 A.1",
      zlint: "e_subject_dn_serial_number_not_printable_string", from: nil,
      rule: "the subject's serial number is a PrintableString", applies: { !$0.subject.last(.serialNumber).isEmpty },
      holds: { $0.subject.isPrintableString(.serialNumber) })
    CertificateLint(
      "subject-printable-alphabet", .error, .standard, "RFC 5280 B", zlint: "e_subject_printable_string_badalpha",
      from: LintDate.rfc2459, rule: "a PrintableString in the subject has only characters of its alphabet",
      holds: { certificate in
        certificate.subject.attributes.filter { $0.tag == UniversalTag.printableString.rawValue }
          .allSatisfy { !$0.raw.isEmpty && $0.raw.allSatisfy(\.isPrintableStringCharacter) }
      })
    CertificateLint(
      "subject-one-attribute-each", .notice, .practice, "good practice", zlint: "n_multiple_subject_rdn", from: nil,
      rule: "each relative name of the subject has one attribute",
      holds: { $0.subject.relativeNames.allSatisfy { $0.count <= 1 } })
    CertificateLint(
      "issuer-one-attribute-each", .warn, .practice, "good practice", zlint: "w_multiple_issuer_rdn", from: nil,
      rule: "each relative name of the issuer has one attribute",
      holds: { $0.issuer.relativeNames.allSatisfy { $0.count <= 1 } })
    CertificateLint(
      "subject-leading-blank", .warn, .practice, "good practice", zlint: "w_subject_dn_leading_whitespace", from: nil,
      rule: "no value in the subject begins with white space",
      holds: { !$0.subject.blankEdges.contains { $0.first?.isWhiteSpace ?? false } })
    CertificateLint(
      "subject-trailing-blank", .warn, .practice, "good practice", zlint: "w_subject_dn_trailing_whitespace", from: nil,
      rule: "no value in the subject ends with white space",
      holds: { !$0.subject.blankEdges.contains { $0.last?.isWhiteSpace ?? false } })
    CertificateLint(
      "issuer-leading-blank", .warn, .practice, "good practice", zlint: "w_issuer_dn_leading_whitespace", from: nil,
      rule: "no value in the issuer begins with white space",
      holds: { !$0.issuer.blankEdges.contains { $0.first?.isWhiteSpace ?? false } })
    CertificateLint(
      "issuer-trailing-blank", .warn, .practice, "good practice", zlint: "w_issuer_dn_trailing_whitespace", from: nil,
      rule: "no value in the issuer ends with white space",
      holds: { !$0.issuer.blankEdges.contains { $0.last?.isWhiteSpace ?? false } })
    CertificateLint(
      "subject-meaningful", .error, .baseline, "BR 7.1.4.2.2", zlint: "e_subject_contains_noninformational_value",
      from: LintDate.baseline, rule: "no value in the subject is mere punctuation",
      holds: { certificate in
        certificate.subject.attributes.compactMap(\.text).allSatisfy { $0.contains(where: \.isMeaningful) }
      })
  }
}

extension LintedName {
  fileprivate func isPrintableString(_ type: OID) -> Bool {
    attributes.allSatisfy { $0.type != type || $0.tag == UniversalTag.printableString.rawValue }
  }

  /// The scalars of every value of a type that names people, places and organizations.
  fileprivate var blankEdges: [[UInt32]] {
    attributes.filter { Self.naming.contains($0.type) }.compactMap { $0.text?.scalars }
  }

  /// Attribute types of RFC 5280 appendix A with street address and postal code, under 2.5.4.
  private static let naming = Set(
    ([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 41, 42, 43, 44, 46] as [UInt8]).map { OID(octets: [0x55, 4, $0]) })
}

extension UInt8 {
  var isLetterOrDigit: Bool {
    (48...57).contains(self) || (65...90).contains(self) || (97...122).contains(self)
  }
  fileprivate var isPrintableStringCharacter: Bool { isLetterOrDigit || " '()+,-./:=?".utf8.contains(self) }
  fileprivate var isMeaningful: Bool { isLetterOrDigit || self >= 0x80 }
}
