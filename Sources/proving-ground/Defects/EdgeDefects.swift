extension Defect {
  /// What can be wrong with how the edge speaks.
  static let edge = [
    Defect(
      id: "tls10-accepted", summary: "the web server still speaks TLS 1.0 and 1.1, with any cipher",
      part: .edgeProtocols
    ) { $0.edgeAcceptsOldTLS = true },
    Defect(
      id: "plain-http", summary: "the plain port serves content instead of redirecting to HTTPS", part: .plainPort
    ) { $0.plainPortRedirects = false },
  ]
}
