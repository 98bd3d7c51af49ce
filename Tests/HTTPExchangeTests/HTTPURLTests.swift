import Testing

@testable import HTTPExchange

@Suite("HTTP URLs")
struct HTTPURLTests {
  @Test(
    "takes absolute URLs apart",
    arguments: [
      ("https://api.example/", "https://api.example/", 443),
      ("HTTPS://API.Example:8443/a?b=c#d", "https://api.example:8443/a?b=c", 8443),
      ("http://user:secret@host.example", "http://host.example/", 80),
      ("http://[::1]:8080/x", "http://[::1]:8080/x", 8080),
      ("https://host.example:443?q", "https://host.example/?q", 443),
      ("http://host.example/a b\r\nX: y", "http://host.example/a%20b%0D%0AX:%20y", 80),
    ])
  func parses(text: String, normal: String, port: Int) throws {
    let url = try #require(HTTPURL(text))
    #expect(url.text == normal)
    #expect(url.port == port)
  }

  @Test(
    "refuses what no client could use",
    arguments: [
      "", "/relative", "ftp://host.example/", "https://", "https:///x", "https://host:0/", "https://host:65536/",
      "https://host:x/", "https://[::1/", "https://[zz]/", "https://müller.example/", "https://a b/",
      "https://host:+80/",
      "https://host\r\n/",
    ])
  func refuses(text: String) { #expect(HTTPURL(text) == nil) }

  @Test(
    "resolves references as RFC 3986 section 5.4 does",
    arguments: [
      ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
      ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"),
      ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("..", "http://a/b/"), ("../g", "http://a/b/g"),
      ("../..", "http://a/"), ("../../g", "http://a/g"), ("../../../g", "http://a/g"), ("/./g", "http://a/g"),
      ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."), ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"),
      ("g/./h", "http://a/b/c/g/h"), ("g/../h", "http://a/b/c/h"), ("g?y/../x", "http://a/b/c/g?y/../x"),
      ("https://b.example/x", "https://b.example/x"),
    ])
  func resolves(reference: String, result: String) throws {
    let base = try #require(HTTPURL("http://a/b/c/d;p?q"))
    #expect(base.resolving(reference)?.text == result)
  }

  @Test("does not follow other schemes", arguments: ["javascript:alert(1)", "ftp://a/", "data:text/html,x", "https:"])
  func otherSchemes(reference: String) throws {
    #expect(try #require(HTTPURL("http://a/b")).resolving(reference) == nil)
  }

  @Test("tells literal addresses from names")
  func literals() throws {
    for text in ["https://127.0.0.1/", "https://[::1]/"] { #expect(try #require(HTTPURL(text)).hasAddressLiteral) }
    for text in ["https://localhost/", "https://1.2.3.example/"] {
      #expect(try !#require(HTTPURL(text)).hasAddressLiteral)
    }
  }
}
