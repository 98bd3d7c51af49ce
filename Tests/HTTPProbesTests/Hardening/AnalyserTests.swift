import Testing

@testable import HTTPExchange
@testable import HTTPProbes

@Suite("Analysers of header fields")
struct AnalyserTests {
  static func fields(_ pairs: [(String, String)]) -> HeaderFields {
    var fields = HeaderFields()
    for (name, value) in pairs { fields.append(name: name, value: value) }
    return fields
  }

  static let cookies: [(String, String, [CookieFacts.Fault])] = [
    ("a=b; Secure", "https://www.shop.example/", []),
    ("__Host-a=b; Secure; Path=/", "https://www.shop.example/x/y", []),
    ("__Host-a=b; Secure", "https://www.shop.example/x/y", [.brokenPrefix]),
    ("__Host-a=b; Path=/", "https://www.shop.example/", [.brokenPrefix]),
    ("__Secure-a=b", "https://www.shop.example/", [.brokenPrefix]),
    ("a=b; SameSite=None", "https://www.shop.example/", [.noneWithoutSecure]),
    ("a=b; SameSite=Relaxed", "https://www.shop.example/", [.unknownSameSite]),
    ("a=b; Domain=www.shop.example", "https://www.shop.example/", []),
    ("a=b; Domain=.shop.example", "https://www.shop.example/", [.widerThanHost]),
    ("a=b; Domain=op.example", "https://www.shop.example/", [.foreignDomain]),
    ("a=b; Domain=0.0.1", "https://127.0.0.1/", [.foreignDomain]),
    ("a=b; Max-Age=34560000", "https://www.shop.example/", []),
    ("a=b; Max-Age=34560001", "https://www.shop.example/", [.longLived]),
    ("a=b; Max-Age=99999999999999999999999", "https://www.shop.example/", [.longLived]),
    ("a=b; Max-Age=-1", "https://www.shop.example/", []),
  ]

  @Test("faults of cookies", arguments: cookies)
  func cookieFaults(_ field: String, _ url: String, _ faults: [CookieFacts.Fault]) throws {
    let cookie = try #require(SetCookie(field))
    let url = try #require(HTTPURL(url))
    #expect(CookieFacts.faults(of: cookie, from: url, isSetTwice: false) == faults)
    #expect(CookieFacts.faults(of: cookie, from: url, isSetTwice: true) == faults + [.setTwice])
  }

  @Test("what sets no cookie", arguments: ["", "=a", "name", "a\u{1}=b", ";a=b"])
  func noCookie(_ field: String) { #expect(SetCookie(field) == nil) }

  static let names: [(String, Bool)] = [
    ("/app.3f9a1c2b.js", true), ("/static/js/main.8d1c0a3e.chunk.js", true), ("/assets/index-Di9rgTda.js", true),
    ("/assets/index-B_x9-Kq1.css", true), ("/media/js/site.a066757d134f.js", true), ("/a.js?v=4fe21c9b77", true),
    ("/_next/static/1a2b3c4d5e/x.js", true), ("/app.js", false), ("/jquery-3.7.1.min.js", false),
    ("/bootstrap2024.min.css", false), ("/backgroundimage.png", false), ("/20261126.png", false),
    ("/favicon-196x196.png", false), ("/my-component.js", false), ("/img/HeroBanner.jpg", false),
    ("/img/icons-Hero-Img2.png", false),
  ]

  @Test("names with a hash and without", arguments: names)
  func hashed(_ path: String, _ isHashed: Bool) throws {
    let url = try #require(HTTPURL("https://a.example\(path)"))
    #expect(PageAssets.isHashed(url) == isHashed)
  }

  static let caching: [([(String, String)], fresh: Int, shared: Int, offered: Bool)] = [
    ([], 0, 0, false), ([("cache-control", "max-age=60")], 60, 60, true),
    ([("cache-control", "private, max-age=60")], 60, 0, false),
    ([("cache-control", "no-store, max-age=60")], 0, 0, false),
    ([("cache-control", "no-cache, max-age=60")], 0, 0, false),
    ([("cache-control", "max-age=0, s-maxage=\"60\"")], 0, 60, true),
    ([("cache-control", "public")], 0, 0, true), ([("cache-control", "max-age=x")], 0, 0, false),
    ([("cache-control", "max-age=99999999999999999999")], .max, .max, true),
    ([("date", "Thu, 26 Nov 2026 04:37:57 GMT"), ("expires", "Fri, 27 Nov 2026 04:37:57 GMT")], 86_400, 86_400, true),
    ([("date", "Thu, 26 Nov 2026 04:37:57 GMT"), ("expires", "Wed, 25 Nov 2026 04:37:57 GMT")], 0, 0, false),
    ([("expires", "0")], 0, 0, false),
    (
      [
        ("cache-control", "max-age=5"), ("expires", "Fri, 27 Nov 2026 04:37:57 GMT"),
        ("date", "Thu, 26 Nov 2026 04:37:57 GMT"),
      ], 5, 5, true
    ),
  ]

  @Test("how long answers may be kept", arguments: caching)
  func directives(_ pairs: [(String, String)], _ fresh: Int, _ shared: Int, _ offered: Bool) {
    let directives = CacheDirectives(Self.fields(pairs))
    #expect(directives.freshness == fresh)
    #expect(directives.sharedFreshness == shared)
    #expect(directives.isOffered == offered)
  }

  static let dates: [(String, Int?)] = [
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Thu, 26 Nov 2026 04:37:57 GMT", 1_795_667_877),
    ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Thu, 26 Foo 2026 04:37:57 GMT", nil), ("-1", nil),
    ("Thu, 26 Nov 2026 24:37:57 GMT", nil), ("Thu, 26 Nov 99999 04:37:57 GMT", nil),
  ]

  @Test("dates", arguments: dates)
  func date(_ text: String, _ seconds: Int?) { #expect(HTTPDate.seconds(text) == seconds) }

  static let networks: [([(String, String)], seen: Bool, hit: Bool)] = [
    ([("server", "nginx")], false, false), ([("cf-cache-status", "HIT")], true, true),
    ([("cf-cache-status", "DYNAMIC"), ("server", "cloudflare")], true, false),
    ([("x-cache", "Hit from cloudfront")], true, true),
    ([("x-cache", "MISS, HIT")], true, true), ([("x-cache", "Miss from cloudfront")], true, false),
    ([("x-vercel-cache", "STALE")], true, true), ([("age", "12")], true, true), ([("age", "0")], true, false),
    ([("cache-status", "Edge; hit; ttl=30, Shield; fwd=miss")], true, true),
    ([("cache-status", "\"hit\"; fwd=uri-miss")], true, false),
    ([("via", "1.1 varnish")], true, false), ([("server-timing", "cdn-cache; desc=HIT, edge; dur=1")], true, true),
    ([("server-timing", "db; dur=1")], false, false), ([("x-served-by", "api-7")], false, false),
  ]

  @Test("traces of delivery networks", arguments: networks)
  func network(_ pairs: [(String, String)], _ seen: Bool, _ hit: Bool) {
    let network = DeliveryNetwork([Self.fields(pairs)])
    #expect(!network.evidence.isEmpty == seen)
    #expect(network.isHit == hit)
  }

  static let outdated: [([(String, String)], [String])] = [
    ([("x-xss-protection", "0"), ("pragma", "no-cache"), ("cache-control", "no-store")], []),
    ([("x-xss-protection", "1"), ("expect-ct", "max-age=0"), ("expect-ct", "x")], ["x-xss-protection", "expect-ct"]),
    ([("pragma", "no-cache")], ["pragma"]), ([("x-frame-options", "ALLOW-FROM https://a")], ["x-frame-options"]),
    ([("x-frame-options", "DENY"), ("feature-policy", "a")], ["feature-policy"]),
  ]

  @Test("outdated fields", arguments: outdated)
  func outdatedFields(_ pairs: [(String, String)], _ names: [String]) {
    #expect(OutdatedFields.found(in: Self.fields(pairs)).map(\.name) == names)
  }

  static let problems: [(String, [String])] = [
    (#"{"title":"x","status":404,"type":"about:blank","more":[1]}"#, []), ("{}", []), ("[]", ["it is no JSON object"]),
    ("nope", ["it is no JSON object"]), (#"{"status":200}"#, ["status is 200, the answer's 404"]),
    (#"{"status":"404"}"#, ["status is no number"]), (#"{"title":1}"#, ["title is no text"]),
    (#"{"type":"not a uri"}"#, ["type is no URI reference"]),
  ]

  @Test("problem details", arguments: problems)
  func problem(_ body: String, _ faults: [String]) {
    var response = HTTPResponse()
    response.status = 404
    response.fields = Self.fields([("content-type", "application/problem+json")])
    response.body = Array(body.utf8)
    #expect(ProblemDetails.faults(of: response) == faults)
  }

  static let interfaces: [([String], String, Bool?, String, Int)] = [
    ([], "content-security-policy", nil, "csp-not-implemented", -10),
    (["Content-Security-Policy: default-src 'none'"], "content-security-policy", nil, "csp-default-src-none-only", -5),
    (
      ["Content-Security-Policy: frame-ancestors 'none'"], "content-security-policy", nil,
      "csp-frame-ancestors-none-only", -5
    ),
    (["Content-Security-Policy: default-src 'self'"], "content-security-policy", nil, "csp-neither-none", -5),
    (["Content-Security-Policy: x"], "content-security-policy", nil, "csp-header-invalid", -10),
    (
      ["Content-Security-Policy: default-src 'none'; frame-ancestors 'none'"], "content-security-policy", nil,
      "csp-default-src-none-and-frame-ancestors-none", 5
    ),
    ([], "cache-control", nil, "cache-control-not-needed", 0),
    ([], "cache-control", true, "cache-control-missing-on-private-data", -10),
    (["Set-Cookie: a=b"], "cache-control", nil, "cache-control-missing-on-private-data", -10),
    (["Cache-Control: no-store"], "cache-control", true, "cache-control-no-store", 0),
    (["Cache-Control: private"], "cache-control", true, "cache-control-private", -5),
    (["Cache-Control: public"], "cache-control", true, "cache-control-private-data-offered-to-shared-caches", -25),
    ([], "content-type", nil, "content-type-missing", -10),
    (["Content-Length: 0"], "content-type", nil, "content-type-not-needed", 0),
    (["Content-Type: text/plain"], "content-type", nil, "content-type-without-charset", -5),
    (["Content-Type: application/json"], "content-type", nil, "content-type-right", 0),
    (["Server: nginx/1.22.1"], "server-information", nil, "server-information-version", -5),
    (["X-Powered-By: Express"], "server-information", nil, "server-information-framework", -5),
    (["Server: nginx"], "server-information", nil, "server-information-none", 0),
  ]

  @Test("tests of an interface", arguments: interfaces)
  func interface(_ fields: [String], _ test: String, _ isPrivate: Bool?, _ result: String, _ modifier: Int) throws {
    let raw = try #require(RawAnswer(Array((["HTTP/1.1 200 OK"] + fields).joined(separator: "\n").utf8)))
    let url = try #require(HTTPURL("https://a.example/"))
    let answer = ObservedAnswer(url: url, status: 200, fields: raw.fields)
    let found = InterfaceProfile(answer, isPrivate: isPrivate).tests.first { $0.test == test }
    #expect(found?.result == result)
    #expect(found?.modifier == modifier)
  }

  @Test("JSON that is called something else")
  func mislabelled() throws {
    let url = try #require(HTTPURL("https://a.example/"))
    let answer = ObservedAnswer(
      url: url, status: 200, fields: Self.fields([("content-type", "text/html; charset=utf-8")]),
      content: Array(" {}".utf8))
    #expect(InterfaceProfile(answer).tests.contains { $0.result == "content-type-json-under-another-name" })
  }
}
