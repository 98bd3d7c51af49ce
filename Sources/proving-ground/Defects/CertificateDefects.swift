extension Defect {
  /// What can be wrong with the certificate of the edge.
  static let certificates = [
    Defect(id: "expired-certificate", summary: "the web certificate expired yesterday", part: .edgeCertificate) {
      $0.edge.certificate = .expired
    },
    Defect(
      id: "expiring-certificate", summary: "5 of the web certificate's 85 days are left", part: .edgeCertificate
    ) { $0.edge.certificate = .expiring },
    Defect(
      id: "self-signed-certificate", summary: "the web certificate is signed by its own key", part: .edgeCertificate
    ) { $0.edge.certificate = .selfSigned },
    Defect(
      id: "wrong-name-certificate", summary: "the web certificate is made out to another host", part: .edgeCertificate
    ) { $0.edge.certificate = .wrongName },
    Defect(
      id: "missing-intermediate", summary: "the web server sends its leaf certificate alone", part: .edgeCertificate
    ) { $0.edge.sendsIntermediate = false },
  ]
}
