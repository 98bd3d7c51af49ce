/// Version, unique identifiers and the form of the whole.
extension CertificateLint {
  @LintList static var structure: [CertificateLint] {
    CertificateLint(
      "version-3", .error, .baseline, "BR 7.1.1", zlint: "e_invalid_certificate_version", from: LintDate.baseline130,
      rule: "the certificate is of version 3",
      holds: { $0.certificate.version == 3 })
    CertificateLint(
      "extensions-need-version-3", .error, .standard, "RFC 5280 4.1.2.9", zlint: "e_cert_extensions_version_not_3",
      from: LintDate.rfc2459, rule: "extensions stand only in certificates of version 3",
      holds: { $0.certificate.version == 3 || $0.certificate.extensions.isEmpty })
    CertificateLint(
      "no-unique-identifier", .error, .standard, "RFC 5280 4.1.2.8", zlint: "e_cert_contains_unique_identifier",
      from: LintDate.rfc5280, rule: "the certificate has no unique identifiers of issuer or subject",
      holds: { $0.certificate.issuerUniqueID == nil && $0.certificate.subjectUniqueID == nil })
    CertificateLint(
      "unique-identifier-version", .error, .standard, "RFC 5280 4.1.2.8",
      zlint: "e_cert_unique_identifier_version_not_2_or_3", from: LintDate.rfc5280,
      rule: "unique identifiers stand only in certificates of version 2 or 3",
      holds: {
        ($0.certificate.issuerUniqueID == nil && $0.certificate.subjectUniqueID == nil)
          || [2, 3].contains($0.certificate.version)
      })
    CertificateLint(
      "encoding-distinguished", .standard, "RFC 5280 4.1", zlint: nil, from: nil,
      rule: "the certificate is encoded by the distinguished rules (X.690)",
      verdict: { certificate in
        guard let fault = certificate.certificate.encodingFaults.first else { return .keeps }
        return .breaks(.error, "\(fault.kind.rawValue) at octet \(fault.offset)")
      })
  }
}
