import Testing

@testable import RateLimits

@Suite("What header fields say about rate limits")
struct DeclarationTests {
  /// A response head with what must be read from it.
  struct Case: Sendable, CustomTestStringConvertible {
    var head: String
    var form: Declaration.Form
    /// Name, quota, window.
    var policies: [String] = []
    var remaining: Int?
    var reset: Double?
    var testDescription: String { head }
  }

  static let date = "Date: Tue, 24 Nov 2026 10:00:00 GMT"

  static let cases = [
    // The IETF draft from version 08 on.
    Case(
      head: #"RateLimit-Policy: "burst";q=100;w=60,"daily";q=1000;w=86400"# + "\n" + #"RateLimit: "burst";r=50;t=30"#,
      form: .structured, policies: ["burst 100 60", "daily 1000 86400"], remaining: 50, reset: 30),
    Case(
      head: #"ratelimit-policy: "a";q=10;w=1;pk=:cHsdsRa894==:;future=?1"# + "\n" + #"RATELIMIT-POLICY:  "b";q=5"#,
      form: .structured, policies: ["a 10 1", "b 5 -"]),
    Case(
      head: "RateLimit-Policy: default;q=100;w=10\nRateLimit: default;r=1;t=4", form: .structured,
      policies: ["default 100 10"], remaining: 1, reset: 4),
    Case(
      head: #"RateLimit: "a";r=9;t=1, "b";r=2;t=50, "c";r=2;t=60"#, form: .structured, remaining: 2, reset: 60),
    Case(
      head: #"RateLimit: "a";r=0;t=10"# + "\nRetry-After: 20", form: .structured, remaining: 0, reset: 20),
    Case(head: #"RateLimit-Policy: "q";q=100;qu="content-bytes""#, form: .structured, policies: ["q 100 -"]),
    // One malformed member spoils the field, and other fields are still read.
    Case(head: #"RateLimit-Policy: "a";q=10, "b";w=5"#, form: .none),
    Case(head: #"RateLimit-Policy: "a";q=-1"#, form: .none),
    Case(head: #"RateLimit-Policy: "a";q=1;w=0"#, form: .none),
    Case(head: #"RateLimit-Policy: "a";q=1.0"#, form: .none),
    Case(head: #"RateLimit-Policy: ("a" "b");q=1"#, form: .none),
    Case(head: #"RateLimit: "a";r=5,"#, form: .none),
    Case(
      head: #"RateLimit: "a";r=5;t"# + "\nX-RateLimit-Limit: 7\nX-RateLimit-Remaining: 3", form: .customary,
      policies: ["- 7 -"], remaining: 3),
    // Version 07.
    Case(
      head: "RateLimit: limit=100, remaining=50, reset=30\nRateLimit-Policy: 100;w=60", form: .dictionary,
      policies: ["- 100 60"], remaining: 50, reset: 30),
    Case(
      head: "RateLimit: limit=10\nRateLimit: remaining=5\nRateLimit: reset=3, remaining=4", form: .dictionary,
      policies: ["- 10 -"], remaining: 4, reset: 3),
    Case(
      head: "RateLimit: limit=1000, remaining=2, reset=9\nRateLimit-Policy: 100;w=1, 1000;w=3600", form: .dictionary,
      policies: ["- 1000 3600", "- 100 1"], remaining: 2, reset: 9),
    // Up to version 06.
    Case(
      head: "RateLimit-Limit: 100\nRateLimit-Remaining: 40\nRateLimit-Reset: 12\nRateLimit-Policy: 100;w=60",
      form: .separate, policies: ["- 100 60"], remaining: 40, reset: 12),
    Case(
      head: "RateLimit-Limit: 100, 100;w=60;burst=1000, 5000;w=3600\nRateLimit-Remaining: 1\nRateLimit-Reset: 5",
      form: .separate, policies: ["- 100 60", "- 5000 3600"], remaining: 1, reset: 5),
    Case(head: "RateLimit-Limit: 100", form: .separate, policies: ["- 100 -"]),
    // What everybody does.
    Case(
      head: "\(date)\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 59\nX-RateLimit-Reset: 1795514430",
      form: .customary, policies: ["- 60 -"], remaining: 59, reset: 30),
    Case(
      head: "\(date)\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1795514445000",
      form: .customary, policies: ["- 60 -"], remaining: 0, reset: 45),
    Case(
      head: "\(date)\nX-Rate-Limit-Limit: 60\nX-Rate-Limit-Remaining: 0\nX-Rate-Limit-Reset: 2026-11-24T10:01:00.250Z",
      form: .customary, policies: ["- 60 -"], remaining: 0, reset: 60),
    Case(
      head: "\(date)\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: Tue, 24 Nov 2026 10:02:00 GMT", form: .customary,
      remaining: 0, reset: 120),
    Case(
      head: "\(date)\nX-RateLimit-Remaining: 3\nX-RateLimit-Reset: 1795514400", form: .customary, remaining: 3, reset: 0
    ),
    Case(head: "X-RateLimit-Remaining: 3\nX-RateLimit-Reset: 1795514400", form: .customary, remaining: 3),
    Case(head: "X-RateLimit-Remaining: 3\nX-RateLimit-Reset: 42", form: .customary, remaining: 3, reset: 42),
    Case(
      head: "\(date)\nX-RateLimit-Limit: 5\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1795514401.5\n"
        + "X-RateLimit-Reset-After: 1.5\nX-RateLimit-Bucket: abcd", form: .customary, policies: ["abcd 5 -"],
      remaining: 0, reset: 1.5),
    Case(
      head: "X-RateLimit-Limit-Minute: 20\nX-RateLimit-Remaining-Minute: 19\nX-RateLimit-Limit-Hour: 500\n"
        + "X-RateLimit-Remaining-Hour: 7", form: .customary, policies: ["minute 20 60", "hour 500 3600"], remaining: 7),
    Case(
      head: "X-RateLimit-Remaining: 19\nX-RateLimit-Requested-Tokens: 1\nX-RateLimit-Burst-Capacity: 20\n"
        + "X-RateLimit-Replenish-Rate: 10", form: .customary, policies: ["- 10 1"], remaining: 19),
    Case(
      head: "x-ratelimit-limit: 10, 10;w=1;name=\"per second\"\nx-ratelimit-remaining: 9\nx-ratelimit-reset: 1",
      form: .customary, policies: ["per second 10 1"], remaining: 9, reset: 1),
    Case(
      head: "x-ms-ratelimit-remaining-subscription-reads: 11999", form: .customary, remaining: 11999),
    Case(
      head: "x-ms-ratelimit-remaining-resource: Microsoft.Compute/Get3Min;159,Microsoft.Compute/Get30Min;79",
      form: .customary, remaining: 79),
    Case(
      head: "x-ratelimit-limit-requests: 60\nx-ratelimit-remaining-requests: 59\nx-ratelimit-reset-requests: 1m1s",
      form: .customary, policies: ["requests 60 -"], remaining: 59, reset: 61),
    Case(head: "X-Shopify-Shop-Api-Call-Limit: 32/40", form: .customary, policies: ["- 40 -"], remaining: 8),
    Case(head: "x-ratelimit-remaining: 599.0\nx-ratelimit-reset: 345", form: .customary, remaining: 599, reset: 345),
    // Retry-After alone.
    Case(head: "Retry-After: 120", form: .retryAfter, reset: 120),
    Case(head: "\(date)\nRetry-After: Tue, 24 Nov 2026 10:00:07 GMT", form: .retryAfter, reset: 7),
    Case(head: "\(date)\nRetry-After: Tuesday, 24-Nov-26 10:00:07 GMT", form: .retryAfter, reset: 7),
    Case(head: "\(date)\nRetry-After: Tue Nov 24 10:00:07 2026", form: .retryAfter, reset: 7),
    Case(head: "\(date)\nRetry-After: Tue, 24 Nov 2026 09:00:00 GMT", form: .retryAfter, reset: 0),
    Case(head: "Retry-After: Tue, 24 Nov 2026 10:00:07 GMT", form: .none),
    Case(head: "Retry-After: soon", form: .none),
    Case(head: "Retry-After: -5", form: .none),
    // Nothing.
    Case(head: "Content-Type: text/html", form: .none),
    Case(
      head: "X-RateLimit-Limit: many\nX-RateLimit-Remaining: 0x10\nX-RateLimit-Reset: 99999999999999999999", form: .none
    ),
  ]

  @Test("every grammar is read, and what is malformed counts as absent", arguments: cases)
  func reads(_ example: Case) throws {
    let text = "HTTP/1.1 200 OK\r\n" + example.head.split(separator: "\n").map { $0 + "\r\n" }.joined() + "\r\n"
    let declaration = Declaration(try #require(ResponseHead(text)).fields)
    #expect(declaration.form == example.form)
    let policies = declaration.policies.map { policy in
      "\(policy.name ?? "-") \(policy.quota.map(String.init) ?? "-") \(policy.windowSeconds.map { String(Int($0)) } ?? "-")"
    }
    #expect(policies == example.policies)
    #expect(declaration.remaining == example.remaining)
    #expect(declaration.resetSeconds == example.reset)
  }

  @Test("all grammars of a response are named, the most precise is read")
  func several() throws {
    let head = try #require(
      ResponseHead(
        """
        HTTP/1.1 429 Too Many Requests
        X-RateLimit-Limit: 5
        X-RateLimit-Remaining: 0
        RateLimit-Limit: 6
        RateLimit: "d";r=0;t=9
        RateLimit-Policy: "d";q=7;w=10
        Retry-After: 9

        {}
        """))
    let declaration = Declaration(head.fields)
    #expect(head.status == 429)
    #expect(declaration.forms == [.structured, .separate, .customary, .retryAfter])
    #expect(declaration.mainPolicy?.quota == 7)
  }

  @Test("only the last head counts, whatever came before, and the content is no header")
  func heads() throws {
    let text =
      "HTTP/1.1 301 Moved\r\nX-RateLimit-Remaining: 1\r\n\r\nHTTP/2 200\r\nx-ratelimit-remaining: 2\r\n\r\nretry-after: 5\r\n"
    let head = try #require(ResponseHead(text))
    #expect(head.status == 200)
    #expect(Declaration(head.fields).remaining == 2)
    #expect(Declaration(head.fields).retryAfterSeconds == nil)
    let folded = try #require(ResponseHead("X-RateLimit-Limit: 10,\n 10;w=1\nX-RateLimit-Remaining: 4"))
    #expect(Declaration(folded.fields).policies.first?.windowSeconds == 1)
  }

  @Test(
    "what is no response is told apart from one that says nothing",
    arguments: ["", "\n\n", "{\"a\"", "HTTP/1.1 abc\r\n\r\n"])
  func noResponse(_ text: String) { #expect(ResponseHead(text) == nil) }
}
