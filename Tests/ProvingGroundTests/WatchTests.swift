import Testing

@testable import proving_ground

@Suite("What watches the proving ground")
struct WatchTests {
  @Test("a query for lines selects streams by labels and keeps lines by filters")
  func lineQuery() throws {
    let query = try #require(LineQuery(#"{service="api", level!="debug"} |= "a \"b\"" != "c""#))
    #expect(query.selects(["service": "api"]))
    #expect(!query.selects(["service": "api", "level": "debug"]))
    #expect(!query.selects(["service": "web"]))
    #expect(query.keeps(#"x a "b" y"#))
    #expect(!query.keeps(#"x a "b" c"#))
    #expect(!query.keeps("x"))
    let pattern = try #require(LineQuery(#"{service=~"a.+"} |~ "[0-9]{3}""#))
    #expect(pattern.selects(["service": "api"]) && !pattern.selects(["service": "a"]))
    #expect(pattern.keeps("status 503") && !pattern.keeps("status 50"))
  }

  @Test(
    "what is no such query is refused", arguments: ["", "{}", #"{a=~".*"}"#, #"{a="b""#, #"{a=b}"#, #"{a="b"} |= c"#])
  func refusedLineQuery(_ text: String) { #expect(LineQuery(text) == nil) }

  @Test("metrics count requests by route and status, and durations in buckets that hold the smaller ones")
  func metrics() {
    let metrics = ServiceMetrics(of: .extraction, manner: MetricsManner())
    for seconds in [0.003, 0.2, 9] {
      metrics.begin()
      metrics.end("GET", route: "/health", status: seconds > 1 ? 503 : 200, seconds: seconds)
    }
    metrics.add(3, to: .eventsExtracted)
    let lines = metrics.exposition().split(separator: "\n")
    #expect(lines.contains(#"http_requests_total{method="GET",route="/health",status="200"} 2"#))
    #expect(lines.contains(#"http_requests_total{method="GET",route="/health",status="503"} 1"#))
    #expect(lines.contains(#"http_request_duration_seconds_bucket{route="/health",le="0.005"} 1"#))
    #expect(lines.contains(#"http_request_duration_seconds_bucket{route="/health",le="0.25"} 2"#))
    #expect(lines.contains(#"http_request_duration_seconds_bucket{route="/health",le="+Inf"} 3"#))
    #expect(lines.contains("http_requests_in_flight 0") && lines.contains("events_extracted_total 3"))
  }

  @Test("an outbox keeps the newest, and what is put back comes before what came since")
  func outbox() {
    let box = Outbox<Int>(most: 3)
    for number in 1...4 { box.put(number) }
    let taken = box.takeAll()
    #expect(taken == [2, 3, 4] && box.takeAll().isEmpty)
    box.put(5)
    box.putBack(taken)
    #expect(box.takeAll() == [3, 4, 5])
  }

  @Test("every defect of a wing has its findings, every finding its defect, and every port its own name")
  func wings() {
    #expect(Set(Wings.defects.map(\.id)) == Set(Wings.expectations.keys))
    #expect(Set(Wings.defects.map(\.id)).count == Wings.defects.count)
    #expect(Set(Wings.ports).count == Wings.ports.count)
    #expect(Wings.expectations.values.allSatisfy { !$0.isEmpty })
  }

  @Test("each service is watched by a rule of each kind, and each critical alert has a runbook")
  func rules() {
    #expect(AlertingRules.all.count == 1 + 5 * ServiceName.overHTTP.count)
    #expect(AlertingRules.all.allSatisfy { $0.severity != nil && !$0.summary.isEmpty })
    #expect(AlertingRules.all.filter { $0.severity == "critical" }.allSatisfy { $0.runbook != nil })
  }
}
