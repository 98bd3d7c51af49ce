import Exposition
import SeededRandomness
import Testing

@Suite("OpenMetrics 1.0")
struct OpenMetricsTests {
  /// The rules that an exposition breaks, warnings left out.
  static func errors(_ text: String) -> [String] {
    Exposition(Array(text.utf8), format: .openmetrics).complaints.filter { $0.severity == .error }.map(\.rule)
  }

  @Test(
    "what the specification allows is read",
    arguments: [
      "# EOF", "# EOF\n", "a 1\n# EOF\n", "a{} 1\n# EOF\n", "a NaN\n# EOF\n", "a +Inf\n# EOF\n", "a -infinity\n# EOF\n",
      "a 00017.50e-1\n# EOF\n", "a .5\n# EOF\n", "a 5.\n# EOF\n", "a 1 -1.5e3\n# EOF\n",
      "a{b=\"{}, # \\\\ \\\" \\n \\q\"} 1\n# EOF\n", "a{b=\"\"} 1\na{b=\"x\"} 1\n# EOF\n",
      "# HELP a \n# UNIT a \n# EOF\n", "# HELP a back\\slash \" and \\\n# EOF\n", "# HELP a nul \0 byte\n# EOF\n",
      "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# EOF\n",
      "# TYPE a counter\na_total 1.5 123 # {t=\"x\"} 0.5 12.25\na_created 5 123\n# EOF\n",
      "# TYPE a histogram\na_bucket{le=\"1e-3\"} 0\na_bucket{le=\"+Inf\"} 3 # {} 4\na_count 3\na_sum 2\n# EOF\n",
      "# TYPE a histogram\na_bucket{le=\"-1\"} 0\na_bucket{le=\"+Inf\"} 3\n# EOF\n",
      "# TYPE a gaugehistogram\na_bucket{le=\"-1\"} 1\na_bucket{le=\"+Inf\"} 3\na_gcount 3\na_gsum -5\n# EOF\n",
      "# TYPE a summary\na{quantile=\"0\"} NaN\na{quantile=\"1.0\"} 0\na_count 1\na_sum 2\n# EOF\n",
      "# TYPE a info\na_info{v=\"1\"} 1 2\na_info{v=\"2\"} 1 1\n# EOF\n",
      "# TYPE a stateset\na{a=\"on\"} 1.0\na{a=\"off\"} 0\n# EOF\n",
      // Finer than a nanosecond is cut off, and then these are the same time.
      "# TYPE a gauge\na 1 0.0000000001\na 2 0.0000000002\n# EOF\n",
      "# TYPE a gauge\na 1 12345678901234567890.5\na 2 12345678901234567891\n# EOF\n",
      "{\"a.b\",\"c d\"=\"e\"} 1\n# EOF\n", "# TYPE \"a b\" gauge\n{\"a b\"} 1\n# EOF\n",
    ])
  func allowed(_ text: String) { #expect(Self.errors(text) == [], "\(text)") }

  @Test(
    "what it forbids is told by its rule",
    arguments: [
      ("", "eof-missing"), ("a 1\n", "eof-missing"), ("a 1\n# EOF\nb 1\n", "text-after-eof"),
      ("# EOF\n\n", "text-after-eof"),
      ("a 1\n\n# EOF\n", "blank-line"), ("a 1\r\n# EOF\n", "carriage-return"), ("a 1\n# EOFx\n", "metadata-malformed"),
      ("\u{FEFF}a 1\n# EOF\n", "byte-order-mark"), ("0a 1\n# EOF\n", "name-malformed"),
      ("a.b 1\n# EOF\n", "name-malformed"),
      ("a\n# EOF\n", "value-missing"), ("a \n# EOF\n", "value-missing"), ("a  1\n# EOF\n", "value-missing"),
      ("a 1 \n# EOF\n", "blank-at-end"), ("a 1 1 \n# EOF\n", "blank-at-end"), ("a 1\t\n# EOF\n", "value-malformed"),
      ("a 1_0\n# EOF\n", "value-malformed"), ("a 0x1\n# EOF\n", "value-malformed"),
      ("a -NaN\n# EOF\n", "value-malformed"),
      ("a ١\n# EOF\n", "value-malformed"), ("a 1 NaN\n# EOF\n", "timestamp-malformed"),
      ("a 1 1e999\n# EOF\n", "timestamp-malformed"),
      ("a{b=\"1\"}1\n# EOF\n", "blank-missing"), ("a{b=1} 1\n# EOF\n", "label-malformed"),
      ("a{b=\"1} 1\n# EOF\n", "quote-open"),
      ("a{b=\"1\",} 1\n# EOF\n", "label-malformed"), ("a{b=\"1\",,c=\"2\"} 1\n# EOF\n", "label-malformed"),
      ("a{b=\"1\"c=\"2\"} 1\n# EOF\n", "label-malformed"), ("a{b=\"1\",b=\"2\"} 1\n# EOF\n", "label-duplicate"),
      ("a{b:c=\"1\"} 1\n# EOF\n", "label-malformed"), ("a{__b=\"1\"} 1\n# EOF\n", "label-reserved"),
      ("a{b=\"1\\\"} 1\n# EOF\n", "quote-open"),
      ("a{b=\"\u{0301}\"} 1\na{b=\"\u{0301}\"} 2\n# EOF\n", "sample-duplicate"),
      ("# HELP a\n# EOF\n", "metadata-malformed"), ("#  HELP a b\n# EOF\n", "metadata-malformed"),
      ("# HELP a b\n# HELP a b\n# EOF\n", "help-duplicate"),
      ("# TYPE a gauge\n# TYPE a gauge\n# EOF\n", "type-duplicate"),
      ("# UNIT a_s s\n# UNIT a_s s\n# EOF\n", "unit-duplicate"), ("# TYPE a untyped\n# EOF\n", "type-unknown"),
      ("# TYPE a gauge \n# EOF\n", "type-unknown"), ("# NOTE a b\n# EOF\n", "metadata-malformed"),
      ("# TYPE a gauge\na 1\n# HELP a late\n# EOF\n", "metadata-late"), ("# UNIT a seconds\n# EOF\n", "unit-suffix"),
      ("# TYPE a_u info\n# UNIT a_u u\n# EOF\n", "unit-forbidden"), ("# TYPE a counter\na 1\n# EOF\n", "name-clash"),
      ("a 1\nb 1\na 2\n# EOF\n", "name-clash"), ("# TYPE a_created gauge\n# TYPE a counter\n# EOF\n", "name-clash"),
      ("# TYPE a gauge\na{b=\"1\"} 1\na{b=\"2\"} 1\na{b=\"1\"} 1\n# EOF\n", "metrics-interleaved"),
      ("# TYPE a gauge\na 1\na 1 1\n# EOF\n", "timestamps-mixed"),
      ("# TYPE a gauge\na 1 -1\na 1 -1.1\n# EOF\n", "timestamps-backwards"),
      ("# TYPE a gauge\na 1\na 1\n# EOF\n", "sample-duplicate"),
      ("# TYPE a counter\na_total -1\n# EOF\n", "value-negative"),
      ("# TYPE a counter\na_total NaN\n# EOF\n", "value-nan"),
      ("# TYPE a summary\na_count 0.5\n# EOF\n", "count-fractional"),
      ("# TYPE a summary\na{quantile=\"1.01\"} 0\n# EOF\n", "quantile-label"),
      ("# TYPE a summary\na 0\n# EOF\n", "quantile-label"),
      ("# TYPE a summary\na{quantile=\"0.5\"} -1\n# EOF\n", "quantile-value"),
      ("# TYPE a info\na_info 2\n# EOF\n", "info-value"),
      ("# TYPE a stateset\na{a=\"x\"} 2\n# EOF\n", "state-value"), ("# TYPE a stateset\na 1\n# EOF\n", "state-missing"),
      ("# TYPE a histogram\na_bucket 0\n# EOF\n", "bucket-bound"),
      ("# TYPE a histogram\na_bucket{le=\"+INF\"} 0\n# EOF\n", "bucket-bound"),
      ("# TYPE a histogram\na_bucket{le=\"NaN\"} 0\n# EOF\n", "bucket-bound"),
      ("# TYPE a histogram\na_bucket{le=\"1\"} 0\n# EOF\n", "bucket-missing"),
      (
        "# TYPE a histogram\na_bucket{le=\"2\"} 0\na_bucket{le=\"1\"} 0\na_bucket{le=\"+Inf\"} 0\n# EOF\n",
        "buckets-unordered"
      ),
      ("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n# EOF\n", "buckets-falling"),
      ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 2\na_sum 1\n# EOF\n", "count-differs"),
      ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n# EOF\n", "count-missing"),
      ("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n# EOF\n", "sum-missing"),
      (
        "# TYPE a histogram\na_bucket{le=\"-1\"} 0\na_bucket{le=\"+Inf\"} 0\na_count 0\na_sum 0\n# EOF\n",
        "sum-forbidden"
      ),
      ("# TYPE a gaugehistogram\na_bucket{le=\"+Inf\"} 1\na_gcount 1\na_gsum -1\n# EOF\n", "sum-negative"),
      ("# TYPE a gauge\na 1 # {} 1\n# EOF\n", "exemplar-misplaced"),
      ("# TYPE a counter\na_total 1 #{} 1\n# EOF\n", "exemplar-malformed"),
      ("# TYPE a counter\na_total 1 # {} 1 \n# EOF\n", "exemplar-malformed"),
      ("# TYPE a counter\na_total 1 # {} 1 Inf\n# EOF\n", "exemplar-malformed"),
      ("# TYPE a histogram\na_bucket{le=\"1\"} 1 # {} 2\na_bucket{le=\"+Inf\"} 1\n# EOF\n", "exemplar-outside"),
    ])
  func forbidden(_ text: String, _ rule: String) {
    #expect(Self.errors(text).contains(rule), "\(text): \(Self.errors(text))")
  }

  @Test("an exemplar's labels may take 128 characters, however many octets they are")
  func exemplarLength() {
    func text(_ value: String) -> String { "# TYPE a counter\na_total 1 # {l=\"\(value)\"} 1\n# EOF\n" }
    #expect(Self.errors(text(String(repeating: "☃", count: 127))) == [])
    #expect(Self.errors(text(String(repeating: "x", count: 128))) == ["exemplar-long"])
  }

  @Test("octets that are no text are told with their line")
  func notText() {
    let found = Exposition(Array("a 1\nb{c=\"".utf8) + [0xFF] + Array("\"} 1\n# EOF\n".utf8), format: .openmetrics)
    #expect(found.complaints.contains { $0.line == 2 && $0.rule == "not-utf8" && $0.severity == .error })
  }

  @Test("a missing end is told one past the last line")
  func place() {
    for (text, line) in [("", 1), ("a 1\n", 2), ("a 1\nb 1", 3)] {
      let found = Exposition(Array(text.utf8), format: .openmetrics).complaints.first { $0.rule == "eof-missing" }
      #expect(found?.line == line)
    }
  }

  @Test("whatever is done to an exposition gives complaints within its lines, and no crash")
  func mutations() {
    let seeds = [
      "# TYPE a histogram\n# UNIT a \n# HELP a b\na_bucket{le=\"1\",x=\"y\"} 1 2 # {t=\"1\"} 1 1\na_bucket{le=\"+Inf\",x=\"y\"} 1 2\na_count{x=\"y\"} 1 2\na_sum{x=\"y\"} 1 2\n# EOF\n",
      "# TYPE s summary\ns{quantile=\"0.5\"} 1e-3 1e3\n# TYPE c counter\nc_total{p=\"/u/1\"} 1.5\n{\"q.q\"} 1\n# EOF\n",
    ]
    var random = SeededGenerator(seed: 5)
    for _ in 0..<3000 {
      var bytes = Array((seeds.randomElement(using: &random) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: index)
        case 1: bytes[index] = Array(" \n#{}\",=\\019eE+-._\u{0}a\t".utf8).randomElement(using: &random) ?? 0xFF
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
        }
      }
      let end = bytes.count { $0 == 0x0A } + (bytes.last == 0x0A ? 0 : 1) + 1
      for format in ExpositionFormat.allCases {
        let complaints = Exposition(bytes, format: format).complaints
        #expect(complaints.allSatisfy { (1...end).contains($0.line) })
      }
    }
  }
}
