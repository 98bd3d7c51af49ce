import AuditModel
import Facts
import Testing

@testable import HTTPExchange
@testable import HTTPProbes

@Suite("What an answer to a stranger means")
struct AnswerReadingTests {
  private static func response(_ body: String, type: String = "application/json", status: Int = 200) -> HTTPResponse {
    var parser = ResponseParser(answering: .get)
    parser.consume(
      Array("HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
    return parser.response
  }

  @Test(
    "content that refuses is told from content that speaks of refusals",
    arguments: [
      (#"{"error":"unauthorized"}"#, true), (#"{"message":"Authentication required"}"#, true),
      (#"{"success":false,"code":401,"message":"who?"}"#, true), (#"{"status":403,"title":"no"}"#, true),
      (#"{"data":null,"errors":[{"message":"x","extensions":{"code":"FORBIDDEN"}}]}"#, true),
      (#"{"error":{"code":403}}"#, true), (#"{"data":{"a":1},"errors":[{"message":"forbidden"}]}"#, false),
      (#"{"id":1,"code":403,"sku":"tea","price":3}"#, false), (#"{"title":"Forbidden Planet","year":1956}"#, false),
      (#"{"orders":[]}"#, false), (#"["unauthorized"]"#, false), ("unauthorized", false),
      (#"{"a":1,"b":2,"c":3,"message":"access denied in 1999"}"#, false),
    ])
  func refusal(_ body: String, _ expected: Bool) {
    #expect(RefusalInContent.isIn(Self.response(body)) == expected)
  }

  @Test(
    "redirects to a login are told from others",
    arguments: [
      ("/login", true), ("/account/sign-in?x=1", true), ("/users/sign_in", true), ("https://sso.corp.example/x", true),
      ("https://accounts.example/", true), ("/welcome?returnUrl=%2Forders", true), ("/oauth2/authorize", true),
      ("/", false), ("/orders/new", false), ("/orders?from=2024", false), ("/blogging", false), ("/catalogin", false),
      ("https://cdn.example/orders", false), ("/gate", true), ("/gateway", false),
    ])
  func login(_ location: String, _ expected: Bool) throws {
    let origin = try #require(HTTPURL("https://api.example/orders"))
    let url = try #require(origin.resolving(location))
    #expect(LoginSigns(declared: "/gate").isLogin(url, from: origin) == expected)
  }

  @Test("a form for a password is one in any spelling, and only in a page")
  func passwordField() {
    for field in ["<input type=password>", "<INPUT name=a TYPE = 'password' >", "<input\n type=\"password\"/>"] {
      #expect(LoginSigns.hasPasswordField(Self.response("<html>\(field)", type: "text/html")))
    }
    #expect(!LoginSigns.hasPasswordField(Self.response("<html>password <input type=text>", type: "text/html")))
    #expect(!LoginSigns.hasPasswordField(Self.response(#"{"html":"<input type=password>"}"#)))
  }

  @Test("pages are the same but for numbers, nonces and the path they repeat")
  func likeness() {
    func like(_ body: String, _ path: String = "/x") -> Likeness {
      Likeness(Self.response(body, type: "text/html"), to: path)
    }
    #expect(like("<p>not /made-up</p> 17:04:05", "/made-up").equals(like("<p>not /orders</p> 18:05:06", "/orders")))
    #expect(!like("<p>nothing here</p>").equals(like("<p>green tea</p>")))
    let long = String(repeating: "tea and cups for all ", count: 40)
    #expect(like(long + "good morning").resembles(like(long + "good evening")))
    #expect(!like("<title>A</title>" + long).resembles(like("<title>B</title>" + long)))
    #expect(!like(long).resembles(like(long + long)))
  }

  @Test("forged tokens keep the claims and no valid signature; what is no token gets made-up ones")
  func forgeries() throws {
    func text(_ presented: Presented) -> String? {
      switch presented {
      case .secret(let value), .madeUp(let value): value
      case .nothing, .declared: nil
      }
    }
    let forged = ForgedToken.forged(from: Secret(GuardedService.alice))
    let parts = GuardedService.alice.split(separator: ".")
    #expect(forged.count == 4)
    for token in forged {
      guard case .secret(let value) = token.presented else {
        Issue.record("\(token.name) is not guarded like the token it is made of")
        continue
      }
      #expect(value.contains(".\(parts[1]).") && value != "Bearer " + GuardedService.alice)
    }
    #expect(
      text(forged[0].presented)?.hasPrefix("Bearer \(Base64URL.encoded(#"{"alg":"none","typ":"JWT"}"#)).") == true)
    for other in ["opaque-token", "a.b", "e30.e30.", "e30.W10.e30"] {
      #expect(
        ForgedToken.forged(from: Secret(other)).allSatisfy { if case .madeUp = $0.presented { true } else { false } })
    }
    #expect(Base64URL.decoded("_-8") == [0xFF, 0xEF])
    #expect(Base64URL.decoded("a") == nil && Base64URL.decoded("a=") == nil)
  }
}
