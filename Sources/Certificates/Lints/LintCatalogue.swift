extension CertificateLint {
  /// Every lint there is, by subject. A new one is added to its subject's list, nowhere else.
  package static let all: [CertificateLint] = [
    structure, serial, validity, keys, signatures, names, subjectLengths, subscriberSubject, alternativeNames,
    issuerAlternativeNames, dnsNames, addresses, extensionForm, keyUsages, purposes, basicConstraints, keyIdentifiers,
    policies, revocation, issuerAccess, nameConstraints, transparency,
  ].flatMap { $0 }
}

extension LintedCertificate {
  /// Every lint's word on it, in the order of the catalogue.
  package var lints: [LintResult] { CertificateLint.all.map { $0.judge(self) } }
}
