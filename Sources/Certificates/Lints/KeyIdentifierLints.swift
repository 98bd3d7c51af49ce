/// Identifiers of the issuer's and the subject's key.
extension CertificateLint {
  @LintList static var keyIdentifiers: [CertificateLint] {
    CertificateLint(
      "authority-key-present", .error, .standard, "RFC 5280 4.2.1.1", zlint: "e_ext_authority_key_identifier_missing",
      from: LintDate.rfc2459, rule: "a certificate that is not self-signed identifies the key of its issuer",
      applies: { !$0.isRootCA }, holds: { $0.has(.authorityKeyIdentifier) || $0.isSelfSigned })
    CertificateLint(
      "authority-key-identifier", .error, .standard, "RFC 5280 4.2.1.1",
      zlint: "e_ext_authority_key_identifier_no_key_identifier", from: LintDate.rfc2459,
      rule: "the issuer's key is identified by a key identifier",
      holds: { certificate in
        certificate.isRootCA
          || LintedSequence.members(certificate.value(.authorityKeyIdentifier)).contains { $0.isContext(0) }
      })
    CertificateLint(
      "ca-subject-key-present", .error, .standard, "RFC 5280 4.2.1.2",
      zlint: "e_ext_subject_key_identifier_missing_ca", from: LintDate.rfc2459,
      rule: "the certificate of an authority identifies its key", applies: { $0.isCA },
      holds: { $0.has(.subjectKeyIdentifier) })
    CertificateLint(
      "subject-key-present", .warn, .standard, "RFC 5280 4.2.1.2",
      zlint: "w_ext_subject_key_identifier_missing_sub_cert", from: LintDate.rfc2459,
      rule: "the certificate identifies its key", applies: { !$0.isCA }, holds: { $0.has(.subjectKeyIdentifier) })
    CertificateLint(
      "subscriber-no-subject-key", .warn, .baseline, "BR 7.1.2.7.6",
      zlint: "w_ext_subject_key_identifier_not_recommended_subscriber", from: LintDate.baseline200,
      rule: "a server's certificate does not identify its key", applies: { $0.isSubscriber },
      holds: { !$0.has(.subjectKeyIdentifier) })
  }
}

extension LintedCertificate {
  /// Whether the Baseline Requirements recommended the contrary of a standard's rule when this was issued, so that one of
  /// both is broken whatever it says.
  package func contradicts(_ lint: CertificateLint) -> Bool {
    lint.id == "subject-key-present" && isForServers && notBefore >= LintDate.baseline200
  }
}
