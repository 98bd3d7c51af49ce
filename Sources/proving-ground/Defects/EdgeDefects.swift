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
    Defect(
      id: "tls-missing", summary: "the web server's TLS port speaks plain HTTP", part: .edgeProtocols, isBlinding: true
    ) {
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
    Defect(id: "failing-front-page", summary: "the front page answers 500", part: .frontPage, isBlinding: true) {
      $0.edge.frontPage = .failing
    },
    Defect(id: "redirect-loop", summary: "the front page redirects to itself", part: .frontPage, isBlinding: true) {
      $0.edge.frontPage = .looping
    },
    Defect(
      id: "redirect-downgrade", summary: "the front page redirects to plain HTTP", part: .frontPage, isBlinding: true
    ) {
      $0.edge.frontPage = .downgrading
    },
    Defect(id: "garbled-answer", summary: "the front page is not well-formed HTTP", part: .frontPage, isBlinding: true)
    {
      $0.edge.frontPage = .garbled
    },
    Defect(
      id: "slow-front-page", summary: "the api service takes 1.5 s for its front page", part: .frontPage,
      isBlinding: true
    ) {
      $0.api.frontPageDelayMilliseconds = 1500
    },
    Defect(id: "stack-trace-shown", summary: "the web server's error pages show a stack trace", part: .errorPages) {
      $0.edge.showsStackTraces = true
    },
    Defect(id: "null-suites", summary: "the web server offers suites that encrypt nothing", part: .edgeProtocols) {
      $0.edge.protocols = .withoutEncryption
    },
    Defect(
      id: "anonymous-suites", summary: "the web server offers suites in which nobody proves who they are",
      part: .edgeProtocols
    ) { $0.edge.protocols = .withoutAuthentication },
    Defect(id: "block-chaining-suites", summary: "the web server offers suites in CBC mode", part: .edgeProtocols) {
      $0.edge.protocols = .withBlockChaining
    },
    Defect(
      id: "no-forward-secrecy", summary: "the web server offers suites without forward secrecy", part: .edgeProtocols,
      also: [.edgeCertificate]
    ) {
      $0.edge.protocols = .withoutForwardSecrecy
      $0.edge.certificate = .rsa
    },
    Defect(
      id: "small-dh-group", summary: "the web server offers Diffie-Hellman over 1024 bits", part: .edgeProtocols,
      also: [.edgeCertificate]
    ) {
      $0.edge.protocols = .withSmallGroup
      $0.edge.certificate = .rsa
    },
    Defect(
      id: "composite-dh-group", summary: "the web server offers Diffie-Hellman over a number that is no prime",
      part: .edgeProtocols, also: [.edgeCertificate]
    ) {
      $0.edge.protocols = .withCompositeGroup
      $0.edge.certificate = .rsa
    },
    Defect(
      id: "uncheckable-dh-group", summary: "the web server offers Diffie-Hellman over a prime that is no safe one",
      part: .edgeProtocols, also: [.edgeCertificate]
    ) {
      $0.edge.protocols = .withUncheckableGroup
      $0.edge.certificate = .rsa
    },
    Defect(
      id: "sign-in-on-plain-port", summary: "the plain port serves the page on which people sign in", part: .signInPage
    ) { $0.edge.signIn.isOnPlainPort = true },
    Defect(
      id: "sign-in-sent-in-the-clear", summary: "the form on which people sign in is sent without encryption",
      part: .signInPage
    ) { $0.edge.signIn.action = "http://localhost.example/api/login" },
    Defect(
      id: "script-in-the-clear", summary: "the page on which people sign in brings in a script without encryption",
      part: .signInPage
    ) { $0.edge.signIn.extra = SignInPage.plainScript },
    Defect(
      id: "picture-in-the-clear", summary: "the page on which people sign in brings in a picture without encryption",
      part: .signInPage
    ) { $0.edge.signIn.extra = SignInPage.plainPicture },
    Defect(
      id: "long-tickets", summary: "the web server's session tickets hold for 30 days", part: .sessionTickets
    ) { $0.edge.resumption = .byLongTickets },
    Defect(
      id: "early-data", summary: "the web server takes requests before the handshake is done", part: .sessionTickets,
      also: [.edgeProtocols]
    ) { $0.edge.resumption = .withEarlyData },
    Defect(
      id: "unknown-name-served", summary: "whoever asks for a name that nobody has gets the web certificate",
      part: .unknownNames
    ) { $0.edge.refusesUnknownNames = false },
    Defect(id: "no-http2", summary: "the web server speaks HTTP/1.1 alone", part: .applicationProtocols) {
      $0.edge.speaksHTTP2 = false
    },
  ]

  /// What can be wrong with the header fields of the edge and the cookie of the api service.
  static let fields = [
    Defect(id: "no-strict-transport", summary: "the web server sends no HSTS", part: .strictTransport) {
      $0.edge.strictTransport = nil
    },
    Defect(id: "short-strict-transport", summary: "the web server's HSTS holds for a day", part: .strictTransport) {
      $0.edge.strictTransport = "max-age=86400; includeSubDomains"
    },
    Defect(
      id: "preload-unfulfilled", summary: "the web server asks for preloading and leaves subdomains out",
      part: .strictTransport
    ) { $0.edge.strictTransport = "max-age=63072000; preload" },
    Defect(id: "outdated-fields", summary: "the web server sends fields that browsers gave up", part: .outdatedFields) {
      $0.edge.outdatedFields = ["X-XSS-Protection \"1; mode=block\"", "Expect-CT \"max-age=86400\""]
    },
    Defect(id: "no-nosniff", summary: "the web server sends no X-Content-Type-Options", part: .sniffing) {
      $0.edge.sendsNoSniff = false
    },
    Defect(id: "version-shown", summary: "the web server names its version", part: .serverName) {
      $0.edge.namesItsVersion = true
    },
    Defect(id: "no-content-policy", summary: "the web server sends no Content-Security-Policy", part: .contentPolicy) {
      $0.edge.contentPolicy = nil
    },
    Defect(
      id: "unsafe-content-policy", summary: "the Content-Security-Policy allows inline scripts and eval",
      part: .contentPolicy
    ) {
      $0.edge.contentPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; object-src 'none'; base-uri 'none'; "
        + "form-action 'self'; frame-ancestors 'none'"
    },
    Defect(id: "framing-allowed", summary: "any site may frame the pages", part: .contentPolicy) {
      $0.edge.contentPolicy = EdgePlan.ownContentPolicy
    },
    Defect(id: "referrer-leaked", summary: "other sites are told the whole address", part: .referrerPolicy) {
      $0.edge.referrerPolicy = "unsafe-url"
    },
    Defect(id: "cookie-without-secure", summary: "the session cookie is sent without TLS too", part: .cookie) {
      $0.api.cookie.isSecure = false
    },
    Defect(id: "cookie-without-httponly", summary: "scripts can read the session cookie", part: .cookie) {
      $0.api.cookie.isHTTPOnly = false
    },
    Defect(id: "cookie-without-samesite", summary: "other sites' requests bring the session cookie", part: .cookie) {
      $0.api.cookie.isSameSite = false
    },
    Defect(id: "cookie-prefix-broken", summary: "the session cookie's prefix forbids its domain", part: .cookie) {
      $0.api.cookie.namesDomain = true
    },
    Defect(
      id: "cookie-shared", summary: "shared caches may keep the front page with its cookie", part: .frontPageCaching
    ) { $0.api.sharesFrontPage = true },
  ]
}
