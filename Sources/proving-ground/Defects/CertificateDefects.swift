extension Defect {
  /// What can be wrong with the certificate of the edge.
  static let certificates = [
    Defect(
      id: "expired-certificate", summary: "the web certificate expired yesterday", part: .edgeCertificate,
      isBlinding: true
    ) {
      $0.edge.certificate = .expired
    },
    Defect(
      id: "expiring-certificate", summary: "5 of the web certificate's 85 days are left", part: .edgeCertificate
    ) { $0.edge.certificate = .expiring },
    Defect(
      id: "self-signed-certificate", summary: "the web certificate is signed by its own key", part: .edgeCertificate,
      isBlinding: true
    ) { $0.edge.certificate = .selfSigned },
    Defect(
      id: "wrong-name-certificate", summary: "the web certificate is made out to another host", part: .edgeCertificate,
      isBlinding: true
    ) { $0.edge.certificate = .wrongName },
    Defect(
      id: "missing-intermediate", summary: "the web server sends its leaf certificate alone", part: .edgeCertificate,
      isBlinding: true
    ) { $0.edge.sendsIntermediate = false },
    Defect(
      id: "stray-certificate", summary: "the web server sends a foreign certificate before the intermediate",
      part: .edgeCertificate
    ) { $0.edge.sendsStray = true },
    Defect(
      id: "developers-root", summary: "the web server sends a root whose private key everybody has",
      part: .edgeCertificate
    ) { $0.edge.sendsDevelopersRoot = true },
    Defect(
      id: "small-exponent", summary: "the web certificate has an RSA key with the exponent 3", part: .edgeCertificate
    ) { $0.edge.certificate = .smallExponent },
    Defect(
      id: "lookalike-name", summary: "the web certificate has a name whose Cyrillic letters read as Latin ones",
      part: .edgeCertificate
    ) { $0.edge.certificate = .lookalike },
    Defect(
      id: "weak-key", summary: "the web certificate has an RSA key of 1024 bits", part: .edgeCertificate,
      isBlinding: true
    ) {
      $0.edge.certificate = .weakKey
    },
    Defect(
      id: "weak-signature", summary: "the web certificate is signed over SHA-1", part: .edgeCertificate,
      isBlinding: true
    ) {
      $0.edge.certificate = .weakSignature
    },
    Defect(id: "long-lived-certificate", summary: "the web certificate lives 900 days", part: .edgeCertificate) {
      $0.edge.certificate = .longLived
    },
    Defect(
      id: "client-certificate", summary: "the web certificate is meant for clients", part: .edgeCertificate,
      isBlinding: true
    ) {
      $0.edge.certificate = .forClients
    },
    Defect(
      id: "expired-intermediate", summary: "the web certificate's issuer expired yesterday", part: .edgeCertificate,
      isBlinding: true
    ) { $0.edge.certificate = .fromExpiredIssuer },
    Defect(
      id: "certificate-without-key-identifiers", summary: "the web certificate names neither its key nor its issuer's",
      part: .edgeCertificate
    ) { $0.edge.certificate = .withoutKeyIdentifiers },
  ]
}
