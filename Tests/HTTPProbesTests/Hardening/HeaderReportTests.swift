import Facts
import Testing

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
