import Facts
import Testing

@testable import HTTPExchange
@testable import HTTPProbes

@Suite("The report on one answer's header fields")
struct HeaderReportTests {
  static let answer = Array(
    "HTTP/2 200\nset-cookie: a=s3cret; Secure\naccess-control-allow-origin: https://b.example\naccess-control-allow-credentials: true\n"
      .utf8)

  @Test("has the fixed shape for either profile, every test in it, and no cookie's value")
  func shape() throws {
    for (profile, count) in [(HeaderProfile.page, 12), (.api, 10)] {
      var circumstances = HeaderReport.Circumstances()
      circumstances.profile = profile
      let report = try HeaderReport.json(of: Self.answer, circumstances)
      #expect(report["tests"]?.array?.count == count)
      for test in report["tests"]?.array ?? [] {
        #expect(test.object?.names == ["test", "result", "modifier", "pass"])
      }
      #expect(report["score"]?.integer != nil)
      #expect(report["grade"]?.string != nil)
      #expect(report["status"] == 200)
      #expect(!JSONText.compact(report).contains("s3cret"))
    }
  }

  @Test("the origin of the request decides whether it was repeated")
  func origin() throws {
    var circumstances = HeaderReport.Circumstances()
    func sharing() throws -> JSONValue? {
      try HeaderReport.json(of: Self.answer, circumstances)["tests"]?.array?
        .first { $0["test"] == "cross-origin-resource-sharing" }?["result"]
    }
    #expect(try sharing() == "cross-origin-resource-sharing-implemented-with-restricted-access")
    circumstances.origin = "https://b.example"
    #expect(try sharing() == "cross-origin-resource-sharing-implemented-with-universal-access")
  }

  @Test("a host is preloaded where somebody says so, addresses and plain HTTP never are")
  func preload() throws {
    func results(_ url: String, _ isPreloaded: Bool) throws -> [String: JSONValue] {
      var circumstances = HeaderReport.Circumstances()
      circumstances.url = url
      circumstances.isPreloaded = isPreloaded
      let tests = try HeaderReport.json(of: Self.answer, circumstances)["tests"]?.array ?? []
      return Dictionary(tests.map { ($0["test"]?.string ?? "", $0["result"] ?? .null) }, uniquingKeysWith: { $1 })
    }
    #expect(try results("https://Shop.example/", true)["strict-transport-security"] == "hsts-preloaded")
    #expect(try results("https://shop.example/", false)["strict-transport-security"] == "hsts-not-implemented")
    #expect(try results("https://192.0.2.1/", true)["strict-transport-security"] == "hsts-not-implemented")
    let plain = try results("http://shop.example/", true)
    #expect(plain["strict-transport-security"] == "hsts-not-implemented-no-https")
    #expect(plain["redirection"] == "redirection-all-redirects-preloaded")
    // What browsers ask over TLS only protects its cookies as the field does.
    #expect(try results("https://shop.example/", true)["cookies"] == "cookies-secure-with-httponly-sessions")
  }

  @Test("a declared name holds for the names below it and no others")
  func namesBelow() throws {
    var answer = ObservedAnswer(
      url: try #require(HTTPURL("https://shop.example/")), status: 200, fields: HeaderFields())
    answer.preloadedName = "shop.example"
    for host in ["shop.example", "www.shop.example", "a.b.shop.example", "other.dev"] {
      #expect(answer.isPreloaded(host))
    }
    for host in ["example", "webshop.example", "shop.example.org", "dev"] { #expect(!answer.isPreloaded(host)) }
    answer.plain = .led(
      through: ["http://shop.example/", "https://shop.example/", "https://www.shop.example/"].compactMap {
        HTTPURL($0)
      })
    #expect(Observatory.redirection(answer).result == "redirection-all-redirects-preloaded")
    answer.plain = .led(through: ["http://shop.example/", "https://pay.example/"].compactMap { HTTPURL($0) })
    #expect(Observatory.redirection(answer).result == "redirection-off-host-from-http")
  }

  @Test("what is no response, and what is no URL, are refused")
  func refusals() throws {
    var circumstances = HeaderReport.Circumstances()
    #expect(throws: HeaderReport.Refusal.notHTTP) { try HeaderReport.json(of: Array("<html>".utf8), circumstances) }
    circumstances.url = "ftp://a.example/"
    #expect(throws: HeaderReport.Refusal.notURL("ftp://a.example/")) {
      try HeaderReport.json(of: Self.answer, circumstances)
    }
  }
}
