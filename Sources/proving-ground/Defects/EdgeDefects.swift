extension Defect {
  /// What can be wrong with how the edge speaks.
  static let edge = [
    Defect(
      id: "tls10-accepted", summary: "the web server still speaks TLS 1.0 and 1.1, with any cipher",
      part: .edgeProtocols
    ) { $0.edge.protocols = .old },
    Defect(
      id: "plain-http", summary: "the plain port serves content instead of redirecting to HTTPS", part: .plainPort
    ) { $0.edge.plainPort = .serves },
    Defect(id: "tls-missing", summary: "the web server's TLS port speaks plain HTTP", part: .edgeProtocols) {
      $0.edge.speaksTLS = false
    },
    Defect(id: "no-tls13", summary: "the web server speaks TLS 1.2 alone", part: .edgeProtocols) {
      $0.edge.protocols = .withoutTLS13
    },
    Defect(
      id: "temporary-redirect", summary: "the plain port redirects to HTTPS with 302, for now", part: .plainPort
    ) { $0.edge.plainPort = .redirectsForNow },
    Defect(
      id: "redirect-drops-path", summary: "the plain port redirects every visitor to the front page", part: .plainPort
    ) { $0.edge.plainPort = .dropsThePath },
    Defect(id: "failing-front-page", summary: "the front page answers 500", part: .frontPage) {
      $0.edge.frontPage = .failing
    },
    Defect(id: "redirect-loop", summary: "the front page redirects to itself", part: .frontPage) {
      $0.edge.frontPage = .looping
    },
    Defect(id: "redirect-downgrade", summary: "the front page redirects to plain HTTP", part: .frontPage) {
      $0.edge.frontPage = .downgrading
    },
    Defect(id: "garbled-answer", summary: "the front page is not well-formed HTTP", part: .frontPage) {
      $0.edge.frontPage = .garbled
    },
    Defect(id: "slow-front-page", summary: "the api service takes 1.5 s for its front page", part: .frontPage) {
      $0.frontPageDelayMilliseconds = 1500
    },
    Defect(id: "no-strict-transport", summary: "the web server sends no HSTS", part: .edgeFields) {
      $0.edge.sendsStrictTransport = false
    },
    Defect(id: "no-nosniff", summary: "the web server sends no X-Content-Type-Options", part: .edgeFields) {
      $0.edge.sendsNoSniff = false
    },
    Defect(id: "version-shown", summary: "the web server names its version", part: .edgeFields) {
      $0.edge.namesItsVersion = true
    },
    Defect(id: "stack-trace-shown", summary: "the web server's error pages show a stack trace", part: .errorPages) {
      $0.edge.showsStackTraces = true
    },
  ]
}
