import Facts
import Glibc
import SeededRandomness
import Testing

@testable import LoadGeneration

@Suite("Histograms of times")
struct HistogramTests {
  /// Twenty shapes of times, in microseconds.
  static let shapes: [@Sendable (inout SeededGenerator) -> Double] = [
    { _ in 1 }, { _ in 1_000_000 }, { Double($0.below(10)) }, { Double($0.below(2048)) }, { Double($0.below(5000)) },
    { Double($0.below(1_000_000)) }, { Double($0.below(60_000_000)) }, { -1000 * log(1 - unit(&$0)) },
    { -1_000_000 * log(1 - unit(&$0)) }, { 100 / pow(1 - unit(&$0), 1.2) }, { 1000 / pow(1 - unit(&$0), 0.5) },
    { exp(7 + 2 * normal(&$0)) }, { exp(12 + normal(&$0)) }, { 20_000 + 1000 * normal(&$0) },
    { $0.below(10) == 0 ? 3_000_000 * unit(&$0) : 1000 }, { $0.below(2) == 0 ? 100 : 100_000 },
    { Double(1 << $0.below(30)) }, { Double((1 << $0.below(30)) - 1) }, { Double($0.below(3) * 4096 + $0.below(3)) },
    { pow(unit(&$0), 8) * 1e9 },
  ]

  static func unit(_ generator: inout SeededGenerator) -> Double {
    Double(generator.next() >> 11) / 9_007_199_254_740_992
  }

  static func normal(_ generator: inout SeededGenerator) -> Double {
    (-2 * log(1 - unit(&generator))).squareRoot() * cos(2 * .pi * unit(&generator))
  }

  @Test("tell percentiles within 0.1 % or 1 µs of a sort, and merged ones tell the same", arguments: shapes.indices)
  func percentiles(_ shape: Int) throws {
    var generator = SeededGenerator(seed: UInt64(shape))
    let values = (0..<20_000).map { _ in Int(max(0, min(Self.shapes[shape](&generator), 1e11))) }
    var whole = LatencyHistogram()
    var parts = Array(repeating: LatencyHistogram(), count: 3)
    for (index, value) in values.enumerated() {
      whole.record(value)
      parts[index % 3].record(value)
    }
    let sorted = values.sorted()
    for q in [0.0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1] {
      let exact = sorted[max(1, Int((q * 20_000 - 1e-9).rounded(.up))) - 1]
      let told = try #require(whole.quantile(q))
      #expect(abs(told - exact) <= max(1, exact / 1000), "q \(q): \(told) for \(exact)")
    }
    #expect(whole.most == sorted.last)
    #expect(whole.least == sorted.first)
    // Through their documents, as shards are.
    var merged = LatencyHistogram()
    for part in parts {
      let written = try JSONText.parse(Array(JSONText.compact(part.compact).utf8))
      merged.add(try #require(LatencyHistogram(compact: written)))
    }
    #expect(merged.count == whole.count && merged.least == whole.least && merged.most == whole.most)
    for q in [0.5, 0.9, 0.99, 0.999] { #expect(merged.quantile(q) == whole.quantile(q)) }
  }

  @Test("tell no percentile that too few values cannot tell")
  func few() {
    var histogram = LatencyHistogram()
    #expect(histogram.document["p50"] == .null)
    for _ in 0..<19 { histogram.record(1000) }
    #expect(histogram.document["p50"] == 0.001)
    #expect(histogram.document["p90"] == 0.001)
    #expect(histogram.document["p95"] == .null)
    histogram.record(1000)
    #expect(histogram.document["p95"] == 0.001)
    #expect(histogram.document["p99"] == .null)
    #expect(histogram.document["n"] == 20)
  }

  @Test(
    "read no damaged counts",
    arguments: [
      "[]", "[11,0,0]", "[11,5,1,0]", "[11,0,1,1,-1,1]", "[11,0,1,1,99999999,1]", "[11,0,1,1,1,0]",
      "[11,0,1,1,1,1,1,1]",
      "[1,0,1,1]", "[\"a\",0,1,1]", "{}",
    ])
  func damaged(_ text: String) throws {
    #expect(LatencyHistogram(compact: try JSONText.parse(Array(text.utf8))) == nil)
  }
}
