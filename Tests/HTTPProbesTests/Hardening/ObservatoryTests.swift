import Testing

@testable import HTTPExchange
@testable import HTTPProbes

/// One answer and what one test makes of it.
struct GradedCase: Sendable, CustomTestStringConvertible {
  var test: String
  var result: String
  var modifier: Int
  var passes: Bool
  var fields: [String]
  var body: String
  var url: String

  init(
    _ test: String, _ result: String, _ modifier: Int, _ passes: Bool, _ fields: [String] = [], body: String = "",
    url: String = "https://shop.example/"
  ) {
    (self.test, self.result, self.modifier, self.passes) = (test, result, modifier, passes)
    (self.fields, self.body, self.url) = (fields, body, url)
  }

  var testDescription: String { "\(result): \(fields.joined(separator: " | ")) \(body.prefix(120))" }

  /// As somebody would have it in a file, lines ending in `newline`.
  func raw(_ newline: String) -> [UInt8] {
    let head = (["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8"] + fields).map { $0 + newline }.joined()
    return Array((body.isEmpty ? head : head + newline + body).utf8)
  }
}

@Suite("The Observatory's tests")
struct ObservatoryTests {
  static func tests(_ bytes: [UInt8], url: String = "https://shop.example/") throws -> [HeaderTest] {
    let raw = try #require(RawAnswer(bytes))
    let url = try #require(HTTPURL(url))
    return Observatory(ObservedAnswer(url: url, status: raw.status, fields: raw.fields, content: raw.content)).tests
  }

  static func policy(_ result: String, _ modifier: Int, _ passes: Bool, _ policies: [String]) -> [GradedCase] {
    policies.map {
      GradedCase("content-security-policy", result, modifier, passes, ["Content-Security-Policy: \($0)"])
    }
  }

  static let policies: [GradedCase] =
    policy(
      "csp-header-invalid", -25, false,
      [
        "", "   ", "img", "default-src 'none'; default-src 'none'", "img-src a.example; IMG-SRC b.example",
        "default-src 'self'; script-src 'strict-dynamic'", "default-src 'self',", "script-src 'self', ,",
        "img-src https://a.example/%zz, img-src https://a.example/%zz",
      ])
    + policy("csp-not-implemented", -25, false, [";;;;;;", ";  ;  ;"])
    + policy(
      "csp-implemented-with-unsafe-inline", -20, false,
      [
        "script-src 'unsafe-inline'; object-src 'none'", "script-src 'UNSAFE-INLINE'; object-src 'none'",
        "script-src data:; object-src 'none'", "script-src https:; object-src 'none'",
        "script-src ftp:; object-src 'none'", "script-src http://*; object-src 'none'",
        "script-src https://*.*; object-src 'none'", "default-src *", "default-src 'none'; object-src *",
        "default-src 'none'; object-src https:", "script-src 'none'", "object-src 'none'", "sandbox",
        "upgrade-insecure-requests", "img-src 'self'",
        "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' http:",
        "frame-ancestors 'none'", "script-src https://cdn.example https:", "default-src https://cdn.example https:",
        "default-src *; script-src *; object-src 'none'", "script-src 'none'; object-src https:",
        "script-scr 'none'",
      ])
    + policy(
      "csp-implemented-with-insecure-scheme", -20, false,
      [
        "default-src http://cdn.example", "default-src 'none'; script-src ftp://cdn.example",
        "default-src 'none'; font-src http:", "default-src 'none'; report-uri http://reports.example/x",
        "default-src 'none'; frame-ancestors http://partner.example",
      ])
    + policy(
      "csp-implemented-with-unsafe-eval", -10, false,
      [
        "default-src 'none'; script-src 'unsafe-eval'", "default-src 'self' 'unsafe-eval'",
        "default-src 'none'; style-src 'unsafe-eval'",
      ]
    )
    + policy(
      "csp-implemented-with-insecure-scheme-in-passive-content-only", -10, true,
      [
        "default-src 'none'; img-src http://cdn.example", "default-src 'self'; media-src ftp:",
        "default-src 'self'; img-src http: https:; style-src 'unsafe-inline'",
        "default-src 'none'; img-src https:; media-src http://cdn.example",
        "default-src 'none'; img-src 'none'; media-src http:; style-src 'unsafe-inline'",
      ])
    + policy(
      "csp-implemented-with-unsafe-inline-in-style-src-only", 0, true,
      [
        "default-src 'none'; style-src 'unsafe-inline'", "default-src 'none'; style-src data:",
        "default-src 'none'; style-src *", "default-src 'unsafe-inline'; script-src 'self'",
        "default-src 'none';;; ;style-src 'self' 'unsafe-inline'",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha384-abc' 'unsafe-inline'",
      ])
    + policy(
      "csp-implemented-with-no-unsafe", 5, true,
      [
        "default-src 'self'", "default-src https://cdn.example;;script-src 'none'",
        "object-src 'none'; script-src 'nonce-abc' 'unsafe-inline'; style-src 'self'",
        "object-src 'none'; script-src 'strict-dynamic' 'nonce-abc' 'unsafe-inline' https: 'self'; style-src 'none'",
        "default-src 'self'; style-src 'unsafe-inline' 'nonce-abc'", "default-src 'none' https://cdn.example",
        "default-src https://cdn.example; style-src 'unsafe-inline' 'sha256-x' 'unsafe-inline'",
        // Of two policies what both allow: one path within the other.
        "default-src https://a.example/x/, default-src https://a.example/x/y/",
        // Taken out of the list that scripts, styles and plug-ins share.
        "default-src 'strict-dynamic' 'sha512-x' https: http://*",
      ])
    + policy(
      "csp-implemented-with-no-unsafe-default-src-none", 10, true,
      [
        "default-src", "default-src 'none'", "DEFAULT-SRC 'NONE'",
        "default-src 'none'; script-src 'strict-dynamic' 'sha256-abc' https://*",
        "default-src 'none'; object-src https://cdn.example",
        "default-src http:, default-src https:", "default-src https://a.example, default-src https://b.example",
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline', default-src 'none'; style-src 'self'",
        "img-src 'none', default-src 'self'",
        "default-src https://a.example/fire, default-src https://a.example/firefox/",
      ])
    + policy(
      "csp-implemented-but-duplicate-directives", 0, true,
      ["default-src 'none'; report-uri /a; report-uri /b", "default-src 'self'; report-to a; report-to b"])
    + [
      GradedCase("content-security-policy", "csp-not-implemented", -25, false),
      GradedCase(
        "content-security-policy", "csp-not-implemented-but-reporting-enabled", -25, false,
        ["Content-Security-Policy-Report-Only: default-src 'none'"]),
      GradedCase(
        "content-security-policy", "csp-not-implemented-but-reporting-enabled", -25, false,
        ["Content-Security-Policy-Report-Only: default-src 'self'; report-to main"]),
      GradedCase(
        "content-security-policy", "csp-implemented-with-no-unsafe-default-src-none", 10, true,
        ["Content-Security-Policy: default-src 'self'", "Content-Security-Policy: default-src 'none'"]),
      GradedCase(
        "content-security-policy", "csp-implemented-with-no-unsafe-default-src-none", 10, true,
        body: #"<html><META content="default-src &#39;none&#39;" HTTP-EQUIV=" content-security-POLICY "></html>"#),
      GradedCase(
        "content-security-policy", "csp-not-implemented", -25, false,
        body: #"<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'">"#),
      GradedCase(
        "content-security-policy", "csp-implemented-with-no-unsafe-default-src-none", 10, true,
        body: ["default-src 'none'", "img-src 'self'", "style-src 'self'", "script-src 'self'"]
          .map { #"<meta http-equiv="Content-Security-Policy" content="\#($0)">"# }.joined()),
      GradedCase(
        "content-security-policy", "csp-implemented-with-no-unsafe-default-src-none", 10, true,
        ["Content-Security-Policy: default-src http:"],
        body: #"<meta http-equiv="Content-Security-Policy" content="default-src https:">"#),
      GradedCase(
        "content-security-policy", "csp-not-implemented", -25, false,
        body: #"<!-- <meta http-equiv="Content-Security-Policy" content="default-src 'none'"> -->"#),
      GradedCase(
        "content-security-policy", "csp-not-implemented", -25, false,
        body: #"<meta http-equiv="Content-Security-Policy-Report-Only" content="default-src 'none'">"#),
      GradedCase(
        "content-security-policy", "csp-implemented-with-no-unsafe", 5, true,
        ["Content-Security-Policy: default-src http://cdn.example"], url: "http://shop.example/"),
    ]

  static let hsts = "Strict-Transport-Security: max-age=31536000"

  static let cookies: [GradedCase] = [
    GradedCase("cookies", "cookies-not-found", 0, true),
    GradedCase("cookies", "cookies-not-found", 0, true, ["Set-Cookie: heroku-session-affinity=x"]),
    GradedCase("cookies", "cookies-not-found", 0, true, ["Set-Cookie: no pair; SameSite=wrong"]),
    GradedCase(
      "cookies", "cookies-not-found", 0, true, ["Set-Cookie: __Host-sess=x; Secure; Path=/; Domain=shop.example"]),
    GradedCase(
      "cookies", "cookies-secure-with-httponly-sessions-and-samesite", 5, true,
      ["Set-Cookie: SESSION=x; secure; HTTPONLY; samesite=Lax", "set-cookie: lang=de; Secure; SameSite=None"]),
    GradedCase(
      "cookies", "cookies-secure-with-httponly-sessions", 0, true,
      ["Set-Cookie: SESSION=x; Secure; HttpOnly; SameSite=Lax", "Set-Cookie: lang=de; Secure"]),
    GradedCase("cookies", "cookies-without-secure-flag-but-protected-by-hsts", -5, false, ["Set-Cookie: a=b", hsts]),
    GradedCase(
      "cookies", "cookies-session-without-secure-flag-but-protected-by-hsts", -10, false,
      ["Set-Cookie: my_login=b; HttpOnly", hsts]),
    GradedCase("cookies", "cookies-without-secure-flag", -20, false, ["Set-Cookie: a=b; SameSite=Lax"]),
    GradedCase("cookies", "cookies-samesite-flag-invalid", -20, false, ["Set-Cookie: a=b; Secure; SameSite"]),
    GradedCase("cookies", "cookies-samesite-flag-invalid", -20, false, ["Set-Cookie: a=b; Secure; SameSite=True"]),
    GradedCase("cookies", "cookies-samesite-flag-invalid", -20, false, ["Set-Cookie: a=b; SameSite=None", hsts]),
    GradedCase(
      "cookies", "cookies-anticsrf-without-samesite-flag", -20, false, ["Set-Cookie: XSRF-csrf=b; Secure; HttpOnly"]),
    GradedCase(
      "cookies", "cookies-session-without-httponly-flag", -30, false, ["Set-Cookie: PHPSESSID=b; Secure; SameSite=Lax"]),
    GradedCase("cookies", "cookies-session-without-secure-flag", -40, false, ["Set-Cookie: sess=b; HttpOnly"]),
    // Of one name, domain and path the last one stays.
    GradedCase(
      "cookies", "cookies-secure-with-httponly-sessions-and-samesite", 5, true,
      ["Set-Cookie: sess=b", "Set-Cookie: sess=c; Secure; HttpOnly; SameSite=Strict"]),
    GradedCase(
      "cookies", "cookies-session-without-secure-flag", -40, false, ["Set-Cookie: sess=b; HttpOnly"],
      url: "http://shop.example/"),
  ]

  static let transport: [GradedCase] =
    [
      ("max-age=31536000; includeSubDomains; preload", "implemented-max-age-at-least-six-months", 0, true),
      ("max-age=15552000", "implemented-max-age-at-least-six-months", 0, true),
      ("MAX-AGE=15552000", "implemented-max-age-at-least-six-months", 0, true),
      ("max-age=\"31536000\"", "implemented-max-age-at-least-six-months", 0, true),
      ("max-age=15551999", "implemented-max-age-less-than-six-months", -10, false),
      ("max-age=0", "implemented-max-age-less-than-six-months", -10, false),
      ("includeSubDomains", "header-invalid", -20, false), ("", "header-invalid", -20, false),
      ("max-age=31536000, max-age=31536000", "header-invalid", -20, false),
    ].map { value, result, modifier, passes in
      GradedCase(
        "strict-transport-security", "hsts-\(result)", modifier, passes, ["Strict-Transport-Security: \(value)"])
    } + [
      GradedCase("strict-transport-security", "hsts-not-implemented", -20, false),
      GradedCase("strict-transport-security", "hsts-header-invalid", -20, false, [hsts, hsts]),
      GradedCase(
        "strict-transport-security", "hsts-not-implemented-no-https", -20, false, [hsts], url: "http://a.example/"),
      GradedCase("strict-transport-security", "hsts-preloaded", 5, true, url: "https://shop.dev/"),
    ]

  static let simple: [GradedCase] =
    [
      ("deny", "sameorigin-or-deny", 5, true), ("SAMEORIGIN ", "sameorigin-or-deny", 5, true),
      ("ALLOW-FROM https://a.example", "allow-from-origin", 0, true), ("whimsy", "header-invalid", -20, false),
      ("DENY, DENY", "header-invalid", -20, false), ("", "not-implemented", -20, false),
    ].map { GradedCase("x-frame-options", "x-frame-options-\($1)", $2, $3, ["X-Frame-Options: \($0)"]) }
    + [
      GradedCase("x-frame-options", "x-frame-options-not-implemented", -20, false),
      GradedCase(
        "x-frame-options", "x-frame-options-header-invalid", -20, false,
        ["X-Frame-Options: DENY", "X-Frame-Options: DENY"]),
      GradedCase(
        "x-frame-options", "x-frame-options-implemented-via-csp", 5, true,
        ["X-Frame-Options: whimsy", "Content-Security-Policy: frame-ancestors https://a.example"]),
      GradedCase(
        "x-frame-options", "x-frame-options-not-implemented", -20, false,
        body:
          #"<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'"><meta http-equiv="X-Frame-Options" content="DENY">"#
      ),
      GradedCase(
        "x-content-type-options", "x-content-type-options-nosniff", 0, true, ["X-Content-Type-Options: NoSniff "]),
      GradedCase("x-content-type-options", "x-content-type-options-not-implemented", -5, false),
      GradedCase(
        "x-content-type-options", "x-content-type-options-header-invalid", -5, false,
        ["X-Content-Type-Options: nosniff", "X-Content-Type-Options: nosniff"]),
      GradedCase(
        "x-content-type-options", "x-content-type-options-header-invalid", -5, false,
        ["X-Content-Type-Options: nosniff, nosniff"]),
    ]
    + [
      ("no-referrer", "private", 5, true), ("same-origin", "private", 5, true), ("STRICT-ORIGIN", "private", 5, true),
      ("strict-origin-when-cross-origin", "private", 5, true), ("unsafe-url, no-referrer, whimsy", "private", 5, true),
      ("origin", "unsafe", -5, false), ("origin-when-cross-origin", "unsafe", -5, false),
      ("unsafe-url", "unsafe", -5, false), ("no-referrer, no-referrer-when-downgrade", "unsafe", -5, false),
      ("origin-when-cross-origin, no-referrer, unsafe-url", "unsafe", -5, false),
      ("whimsy, whimsical", "header-invalid", -5, false),
      ("whimsy", "header-invalid", -5, false), ("", "header-invalid", -5, false),
    ].map { GradedCase("referrer-policy", "referrer-policy-\($1)", $2, $3, ["Referrer-Policy: \($0)"]) }
    + [
      GradedCase("referrer-policy", "referrer-policy-not-implemented", 0, true),
      GradedCase(
        "referrer-policy", "referrer-policy-private", 5, true, ["Referrer-Policy: unsafe-url"],
        body: "<meta name=referRer content=no-referrer>"),
      GradedCase(
        "referrer-policy", "referrer-policy-private", 5, true,
        body: #"<meta name="referrer" content="no-referrer, same-origin">"#),
    ]
    + [
      ("same-origin", "implemented-with-same-origin", 10, true), ("Same-Site", "implemented-with-same-site", 10, true),
      ("cross-origin", "implemented-with-cross-origin", 0, true), ("whimsy", "header-invalid", -5, false),
      ("", "not-implemented", 0, true),
    ].map { GradedCase("cross-origin-resource-policy", "corp-\($1)", $2, $3, ["Cross-Origin-Resource-Policy: \($0)"]) }
    + [
      ("require-corp", "implemented-with-require-corp", 10, true),
      ("credentialless; report-to=\"c\"", "implemented-with-credentialless", 10, true),
      ("require-corp; report-to", "implemented-with-require-corp", 10, true),
      ("unsafe-none", "implemented-with-unsafe-none", 0, true), ("\"require-corp\"", "header-invalid", -5, false),
      ("require-corp, credentialless", "header-invalid", -5, false),
      ("Require-Corp", "header-invalid", -5, false), ("require-corp; report-to=a b", "header-invalid", -5, false),
      ("", "not-implemented", 0, true),
    ].map { GradedCase("cross-origin-embedder-policy", "coep-\($1)", $2, $3, ["Cross-Origin-Embedder-Policy: \($0)"]) }
    + [
      ("same-origin", "implemented-with-same-origin", 10, true),
      ("same-origin-allow-popups;a=1.5;b=?0", "implemented-with-same-origin-allow-popups", 10, true),
      ("noopener-allow-popups", "implemented-with-noopener-allow-popups", 10, true),
      ("unsafe-none", "implemented-with-unsafe-none", 0, true), ("SAME-ORIGIN", "header-invalid", -5, false),
      ("same-origin, unsafe-none", "header-invalid", -5, false), ("\"same-origin\"", "header-invalid", -5, false),
      ("same-origin; report-to=\"main\"", "implemented-with-same-origin", 10, true),
      ("same-origin; report-to", "implemented-with-same-origin", 10, true),
    ].map { GradedCase("cross-origin-opener-policy", "coop-\($1)", $2, $3, ["Cross-Origin-Opener-Policy: \($0)"]) }
    + [
      GradedCase("cross-origin-opener-policy", "coop-not-implemented", 0, true),
      GradedCase(
        "cross-origin-opener-policy", "coop-header-invalid", -5, false,
        ["Cross-Origin-Opener-Policy: same-origin", "Cross-Origin-Opener-Policy: same-origin"]),
      GradedCase("cross-origin-resource-sharing", "cross-origin-resource-sharing-not-implemented", 0, true),
      GradedCase(
        "cross-origin-resource-sharing", "cross-origin-resource-sharing-implemented-with-public-access", 0, true,
        ["Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"]),
      GradedCase(
        "cross-origin-resource-sharing", "cross-origin-resource-sharing-implemented-with-restricted-access", 0, true,
        ["Access-Control-Allow-Origin: https://shop.example", "Access-Control-Allow-Credentials: true"]),
      GradedCase(
        "cross-origin-resource-sharing", "cross-origin-resource-sharing-implemented-with-universal-access", -50, false,
        ["Access-Control-Allow-Origin: \(ObservedAnswer.observatoryOrigin)", "Access-Control-Allow-Credentials: True"]),
    ]

  static let integrity: [GradedCase] =
    [
      ("<p>no scripts", "not-implemented-but-no-scripts-loaded", 0, true),
      ("<script>inline()</script>", "not-implemented-but-all-scripts-loaded-from-secure-origin", 0, true),
      ("<script src=/a.js></script>", "not-implemented-but-all-scripts-loaded-from-secure-origin", 0, true),
      (
        "<script src='//shop.example/a.js'></script>", "not-implemented-but-all-scripts-loaded-from-secure-origin", 0,
        true
      ),
      ("<script src='//'></script>", "not-implemented-but-all-scripts-loaded-from-secure-origin", 0, true),
      ("<script src=a.js integrity=sha384-x></script>", "implemented-and-all-scripts-loaded-securely", 5, true),
      (
        "<script src=https://cdn.example/a.js integrity=sha384-x crossorigin></script>",
        "implemented-and-external-scripts-loaded-securely", 5, true
      ),
      (
        "<script src=https://cdn.shop.example/a.js></script>", "not-implemented-but-external-scripts-loaded-securely",
        -5, false
      ),
      (
        "<script src=https://www.shop.example/a.js></script>", "not-implemented-but-external-scripts-loaded-securely",
        -5, false
      ),
      (
        "<script src=//cdn.example/a.js integrity=sha384-x></script>",
        "implemented-and-external-scripts-loaded-securely", 5, true
      ),
      ("<script src=//cdn.example/a.js></script>", "not-implemented-but-external-scripts-loaded-securely", -5, false),
      (
        "<SCRIPT SRC = \"http://cdn.example/a.js\" integrity=x></SCRIPT>",
        "implemented-but-external-scripts-not-loaded-securely", -20, false
      ),
      (
        "<script src=https://cdn.example/a.js integrity=x></script><script src=http://cdn.example/a.js></script>",
        "not-implemented-and-external-scripts-not-loaded-securely", -50, false
      ),
      (
        "<script>'<script src=http://cdn.example/a.js>'</script>",
        "not-implemented-but-all-scripts-loaded-from-secure-origin", 0, true
      ),
      ("<!-- <script src=http://cdn.example/a.js></script> -->", "not-implemented-but-no-scripts-loaded", 0, true),
    ].map { GradedCase("subresource-integrity", "sri-\($1)", $2, $3, body: $0) }

  @Test("each outcome with its points", arguments: policies + cookies + transport + simple + integrity)
  func outcomes(_ graded: GradedCase) throws {
    for newline in ["\n", "\r\n"] {
      let tests = try Self.tests(graded.raw(newline), url: graded.url)
      #expect(tests.count == 12)
      let test = try #require(tests.first { $0.test == graded.test })
      #expect(test == HeaderTest(graded.test, graded.result, graded.modifier, passes: graded.passes))
    }
  }

  @Test("an answer that is not HTML needs no integrity, and its meta elements count for nothing")
  func notHTML() throws {
    let raw =
      "HTTP/2 200\ncontent-type: application/json\n\n<meta http-equiv=content-security-policy content=\"default-src 'none'\">"
    let tests = try Self.tests(Array(raw.utf8))
    #expect(
      tests.contains(HeaderTest("subresource-integrity", "sri-not-implemented-response-not-html", 0, passes: true)))
    #expect(tests.contains(HeaderTest("content-security-policy", "csp-not-implemented", -25, passes: false)))
  }

  static let routes: [([String]?, String, Int, Bool)] = [
    (nil, "not-needed-no-http", 0, true),
    (["http://a.example/"], "missing", -20, false),
    (["http://a.example/", "http://www.a.example/"], "not-to-https", -20, false),
    (["http://a.example/", "https://a.example/", "http://a.example/x"], "not-to-https", -20, false),
    (
      ["http://a.example/", "http://www.a.example/", "https://a.example/"], "not-to-https-on-initial-redirection", -10,
      false
    ),
    (["http://a.example/", "https://www.a.example/"], "off-host-from-http", -5, false),
    (["http://a.example/", "https://a.example:8443/"], "to-https", 0, true),
    (["http://a.example/", "https://a.example/", "https://www.a.example/"], "to-https", 0, true),
    (["http://a.app/", "https://b.dev/"], "all-redirects-preloaded", 0, true),
  ]

  @Test("redirections", arguments: routes)
  func redirection(_ urls: [String]?, _ result: String, _ modifier: Int, _ passes: Bool) throws {
    let url = try #require(HTTPURL("https://a.example/"))
    var answer = ObservedAnswer(url: url, status: 200, fields: HeaderFields())
    answer.plain = urls.map { .led(through: $0.compactMap { HTTPURL($0) }) } ?? .closed
    #expect(
      Observatory.redirection(answer) == HeaderTest("redirection", "redirection-\(result)", modifier, passes: passes))
    answer.isVerified = false
    #expect(
      Observatory.redirection(answer).result
        == (urls == nil ? "redirection-not-needed-no-http" : "redirection-invalid-cert"))
    #expect(Observatory.strictTransport(answer).result == "hsts-invalid-cert")
  }

  @Test("a script without a scheme is as safe as the way to the page")
  func schemelessScripts() throws {
    let url = try #require(HTTPURL("https://a.example/"))
    var answer = ObservedAnswer(
      url: url, status: 200, fields: HeaderFields(), content: Array("<script src=//cdn.example/x.js></script>".utf8))
    answer.plain = .led(through: [try #require(HTTPURL("http://a.example/"))])
    #expect(Observatory.integrity(answer, answer.tags).modifier == -50)
    answer.plain = .closed
    #expect(Observatory.integrity(answer, answer.tags).modifier == -5)
  }

  @Test("the answer to a plain request leads to https, or misses it")
  func plainAnswers() throws {
    func redirection(_ text: String) throws -> String? {
      try Self.tests(Array(text.utf8), url: "http://a.example/").first { $0.test == "redirection" }?.result
    }
    #expect(try redirection("HTTP/1.1 301 Moved\nLocation: https://a.example/\n") == "redirection-to-https")
    #expect(try redirection("HTTP/1.1 301 Moved\nLocation: https://b.example/\n") == "redirection-off-host-from-http")
    #expect(try redirection("HTTP/1.1 301 Moved\nLocation: /x\n") == "redirection-not-to-https")
    #expect(try redirection("HTTP/1.1 200 OK\nLocation: https://a.example/\n") == "redirection-missing")
  }

  static let letters: [(Int, String)] = [
    (145, "A+"), (100, "A+"), (99, "A"), (95, "A"), (90, "A"), (89, "A-"), (85, "A-"), (80, "B+"), (79, "B"), (70, "B"),
    (65, "B-"), (60, "C+"), (55, "C"), (50, "C"), (49, "C-"), (45, "C-"), (40, "D+"), (35, "D"), (30, "D"), (25, "D-"),
    (24, "F"), (20, "F"), (5, "F"), (0, "F"),
  ]

  @Test("letters for scores", arguments: letters)
  func letter(_ score: Int, _ letter: String) { #expect(HeaderGrade.letter(for: score) == letter) }

  @Test("bonuses count from 90 points without them, and nothing goes below 0")
  func arithmetic() {
    func grade(_ modifiers: [Int]) -> HeaderGrade {
      HeaderGrade(modifiers.map { HeaderTest("t", "r", $0, passes: true) })
    }
    #expect(grade([]).score == 100)
    #expect(grade([-10, 10, 5]).score == 105)
    #expect(grade([-10, -5, 10, 10, 10]).score == 85)
    #expect(grade([-50, -40, -25, 10]).score == 0)
    #expect(grade([-10]).letter == "A")
  }
}
