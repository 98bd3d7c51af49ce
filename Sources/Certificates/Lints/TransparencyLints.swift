import AuditModel

/// Certificate transparency.
extension CertificateLint {
  @LintList static var transparency: [CertificateLint] {
    CertificateLint(
      "timestamps-not-empty", .error, .standard, "RFC 6962 3.3", zlint: "e_empty_sct_list", from: LintDate.rfc6962,
      rule: "a list of timestamps is not empty", applies: { $0.isSubscriber && !$0.has(.precertificatePoison) },
      holds: { certificate in
        let first = certificate.certificate.extensions.first { $0.identifier == .signedCertificateTimestamps }
        guard let list = first.flatMap({ LintedTimestamps.list($0.value) }) else { return true }
        return list.count < 2 || list.prefix(2).contains { $0 != 0 }
      })
    CertificateLint(
      "timestamps-enough", .rootProgramme, "Apple HT205280", zlint: "w_ct_sct_policy_count_unsatisfied",
      from: LintDate.appleTransparency, rule: "enough logs have certified that they know the certificate",
      applies: { $0.isSubscriber && !$0.has(.precertificatePoison) },
      verdict: { certificate in
        let wanted =
          [(15, 2), (27, 3), (39, 4)].first { certificate.notAfter < certificate.notBefore.adding(months: $0.0) }?.1
          ?? 5
        let found = Set(certificate.logs).count
        return found >= wanted ? .keeps : .breaks(.notice, "\(found) of \(wanted) logs are embedded")
      })
  }
}
