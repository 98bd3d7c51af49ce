import Exposition
import LoopbackServers
import Testing

@Suite("The Prometheus text format 0.0.4, and advice on names")
struct PrometheusTextTests {
  static func complaints(_ text: String, _ severity: Complaint.Severity) -> [String] {
    Exposition(Array(text.utf8), format: .prometheus).complaints.filter { $0.severity == severity }.map(\.rule)
  }

  @Test(
    "what Prometheus scrapes is read",
    arguments: [
      "a 1\n", "\n# just a comment\n#TYPEless\na 1\n", "#\tTYPE\ta\tcounter\n#\tHELP\ta\thelp\na\t1\t1000\n",
      "a{b=\"c\",} 1\n",
      "a { b = \"c\" , d = \"e\" } 1\n", "a{b=\"c\"}1\n", "# HELP a\n# TYPE a untyped\na +Inf -5\n", "a{b=\"\\q\"} 1\n",
    ])
  func allowed(_ text: String) { #expect(Self.complaints(text, .error) == [], "\(text)") }

  @Test(
    "what it does not is told by its rule",
    arguments: [
      ("a 1", "newline-missing"), ("a 1\r\n", "carriage-return"), ("a 1 1.5\n", "timestamp-malformed"),
      ("a 0x1p3\n", "value-malformed"),
      ("a{b=\"1\",b=\"2\"} 1\n", "label-duplicate"), ("a{b='1'} 1\n", "label-malformed"),
      ("a{__name__=\"b\"} 1\n", "label-reserved"),
      ("# TYPE a meh\na 1\n", "type-unknown"), ("# TYPE a gauge\n# TYPE a gauge\n", "type-duplicate"),
      ("a 1\n# TYPE a gauge\n", "metadata-late"), ("# HELP a x\n# HELP a y\n", "help-duplicate"),
      ("# TYPE a histogram\na_bucket{le=\"x\"} 1\n", "bucket-bound"),
      ("<html><body>login</body></html>\n", "name-malformed"),
      ("{\"status\":\"ok\"}\n", "label-malformed"), ("# TYPE a summary\na{quantile=\"x\"} 1\n", "quantile-label"),
    ])
  func forbidden(_ text: String, _ rule: String) {
    #expect(Self.complaints(text, .error).contains(rule), "\(text): \(Self.complaints(text, .error))")
  }

  @Test(
    "what parses and is wrong is a warning",
    arguments: [
      ("", "no-samples"), ("a 1\na 2\n", "sample-duplicate"), ("a 1\nb 1\na{c=\"1\"} 2\n", "metrics-interleaved"),
      ("a 1 1700000000\n", "timestamp-in-seconds"), ("a 1 \n", "blank-at-end"), ("a{b=\"\\q\"} 1\n", "escape-unknown"),
      ("# HELP a C:\\x\na 1\n", "escape-unknown"),
      ("# TYPE a histogram\na_bucket{le=\"1\"} 3\na_bucket{le=\"+Inf\"} 2\na_count 2\na_sum 1\n", "buckets-falling"),
      ("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_count 2\na_sum 1\n", "bucket-missing"),
      ("a{u=\"0b1c2d3e-0000-4000-8000-0123456789ab\"} 1\n", "label-identifier"),
      ("a{u=\"x@y.example\"} 1\n", "label-identifier"),
      ("a{path=\"/users/4711/photo\"} 1\n", "label-identifier"),
    ])
  func warned(_ text: String, _ rule: String) {
    #expect(Self.complaints(text, .error) == [])
    #expect(Self.complaints(text, .warn).contains(rule), "\(text): \(Self.complaints(text, .warn))")
  }

  @Test("ordinary labels are no identifiers")
  func ordinaryLabels() {
    for value in ["/users/:id", "/v1/events", "GET", "127.0.0.1:9090", "a@b", "2xx", "api-7f9c"] {
      #expect(!Self.complaints("a{l=\"\(value)\"} 1\n", .warn).contains("label-identifier"), "\(value)")
    }
  }

  @Test("more than a hundred values of a label, and more than ten thousand series, are too many")
  func cardinality() {
    func text(_ count: Int) -> String { (0..<count).map { "a{user=\"u\($0)\"} 1\n" }.joined() }
    #expect(!Self.complaints(text(100), .warn).contains("label-values-many"))
    #expect(Self.complaints(text(101), .warn).contains("label-values-many"))
    #expect(Self.complaints(text(10_001), .warn).contains("series-many"))
  }

  /// Metadata and one sample.
  static func metric(_ name: String, _ type: String, labels: String = "", help: Bool = true) -> String {
    let samples =
      type == "histogram"
      ? "\(name)_bucket{le=\"+Inf\"} 1\n\(name)_sum 1\n\(name)_count 1\n"
      : type == "summary" ? "\(name)_sum 1\n\(name)_count 1\n" : "\(name)\(labels) 1\n"
    return (help ? "# HELP \(name) something\n" : "") + "# TYPE \(name) \(type)\n" + samples
  }

  static let named: [(name: String, type: String, labels: String, help: Bool, rule: String?)] = [
    ("http_requests_total", "counter", "", true, nil), ("queue_length", "gauge", "", true, nil),
    ("request_duration_seconds", "histogram", "", true, nil), ("rpc_seconds", "summary", "", true, nil),
    ("cpu_usage_ratio", "gauge", "", true, nil), ("mystery_thing", "untyped", "", true, nil),
    ("http_requests_total", "counter", "", false, "help-missing"),
    ("jobs", "counter", "", true, "counter-without-total"),
    ("jobs_total", "gauge", "", true, "total-reserved"), ("wait_milliseconds", "gauge", "", true, "unit-not-base"),
    ("disk_kilobytes", "gauge", "", true, "unit-not-base"), ("uptime_days", "gauge", "", true, "unit-not-base"),
    ("wait_ms", "gauge", "", true, "unit-abbreviated"), ("disk_mb", "gauge", "", true, "unit-abbreviated"),
    ("queue_gauge", "gauge", "", true, "type-in-name"), ("job:rate", "gauge", "", true, "colon-in-name"),
    ("queueLength", "gauge", "", true, "not-snake-case"), ("queue", "gauge", "{podName=\"a\"}", true, "not-snake-case"),
    ("queue_bucket", "gauge", "", true, "suffix-reserved"), ("queue_count", "gauge", "", true, "suffix-reserved"),
    ("queue_sum", "gauge", "", true, "suffix-reserved"), ("queue", "gauge", "{le=\"1\"}", true, "label-kept"),
    ("queue", "gauge", "{quantile=\"1\"}", true, "label-kept"),
  ]

  @Test("names are warned of exactly where promtool warns")
  func names() throws {
    let texts = Self.named.map { Self.metric($0.name, $0.type, labels: $0.labels, help: $0.help) }
    let promtool = try PrometheusServer.promtoolComplains(about: texts)
    #expect(promtool.count == texts.count)
    for (entry, (text, complains)) in zip(Self.named, zip(texts, promtool)) {
      let warnings = Self.complaints(text, .warn)
      #expect(Self.complaints(text, .error) == [])
      #expect(entry.rule.map { warnings.contains($0) } ?? warnings.isEmpty, "\(text): \(warnings)")
      #expect(complains == (entry.rule != nil), "promtool on \(text)")
    }
  }

  @Test("counters that fell between two scrapes are named, gauges are not")
  func falling() {
    func scrape(_ count: Int, _ gauge: Int, _ bucket: Int) -> Exposition {
      Exposition(
        Array(
          "# TYPE a_total counter\na_total \(count)\n# TYPE g gauge\ng \(gauge)\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} \(bucket)\n"
            .utf8), format: .prometheus)
    }
    #expect(scrape(5, 5, 5).counters(lowerThanIn: scrape(5, 9, 5)) == [])
    #expect(scrape(4, 5, 3).counters(lowerThanIn: scrape(5, 5, 5)) == ["a_total", "h_bucket"])
  }
}
