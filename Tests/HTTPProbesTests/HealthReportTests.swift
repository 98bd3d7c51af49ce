import Testing

@testable import HTTPExchange
@testable import HTTPProbes

@Suite("Health reports")
struct HealthReportTests {
  static func report(_ body: String, type: String = "application/json") -> HealthReport? {
    var parser = ResponseParser(answering: .get)
    parser.consume(
      Array("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
    return HealthReport(parser.response)
  }

  @Test(
    "reads the word in every convention and case",
    arguments: [
      ("{\"status\":\"pass\"}", "application/health+json", .health, .up),
      ("{\"status\":\"PASS\",\"checks\":{\"db:time\":[{\"status\":\"ok\"}]}}", "application/health+json", .health, .up),
      ("{\"Status\":\"fail\"}", "application/health+json; charset=utf-8", .health, .down),
      ("{\"status\":\"warn\"}", "application/health+json", .health, .warn),
      ("{\"status\":\"UP\",\"components\":{\"db\":{\"status\":\"UP\"}}}", "application/json", .spring, .up),
      ("{\"status\":\"OUT_OF_SERVICE\"}", "application/vnd.spring-boot.actuator.v3+json", .spring, .down),
      (
        "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"db\",\"status\":\"DOWN\"}]}", "application/json", .microprofile,
        .down
      ),
      ("[+]ping ok\n[-]etcd failed: reason withheld\nhealthz check failed", "text/plain", .kubernetes, .down),
      ("[+]ping ok\n[+]log ok\nhealthz check passed", "text/plain; charset=utf-8", .kubernetes, .up),
      ("ok", "text/plain", .plain, .up), ("Healthy.\n", "text/plain", .plain, .up),
      ("Unhealthy", "text/plain", .plain, .down),
      ("{\"ok\":true}", "application/json", .health, .up), ("{\"healthy\":false}", "application/json", .health, .down),
      ("", "text/plain", .plain, nil), ("{\"uptime\":5}", "application/json", .unknown, nil),
      ("{\"status\":200}", "application/json", .unknown, nil), ("all quiet here", "text/plain", .unknown, nil),
    ] as [(String, String, HealthReport.Convention, HealthReport.Level?)])
  func reads(body: String, type: String, convention: HealthReport.Convention, level: HealthReport.Level?) throws {
    let report = try #require(Self.report(body, type: type))
    #expect(report.convention == convention)
    #expect(report.level == level)
  }

  @Test("a page is no health report, whatever type it claims")
  func refusesPages() {
    #expect(Self.report("<!DOCTYPE html><title>ok</title>", type: "text/html") == nil)
    #expect(Self.report("\n<html><body>ok</body></html>", type: "text/plain") == nil)
    #expect(Self.report("\u{0}\u{1}", type: "application/octet-stream") == nil)
  }

  @Test("names the components and their state")
  func readsComponents() throws {
    let draft = try #require(
      Self.report(
        "{\"status\":\"fail\",\"checks\":{\"db:connections\":[{\"status\":\"pass\"},{\"status\":\"fail\"}],\"queue\":[{\"status\":\"warn\"}]}}",
        type: "application/health+json"))
    #expect(draft.components == [.init(name: "db:connections", level: .down), .init(name: "queue", level: .warn)])
    let cluster = try #require(Self.report("[+]ping ok\n[-]etcd failed: reason withheld", type: "text/plain"))
    #expect(cluster.components == [.init(name: "ping", level: .up), .init(name: "etcd", level: .down)])
  }

  @Test("keeps a bounded number of components")
  func boundsComponents() throws {
    let checks = (0..<5000).map { "\"c\($0)\":{\"status\":\"UP\"}" }.joined(separator: ",")
    let report = try #require(Self.report("{\"status\":\"UP\",\"components\":{\(checks)}}"))
    #expect(report.components.count == HealthReport.componentLimit)
  }
}
