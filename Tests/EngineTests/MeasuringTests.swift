import AuditModel
import Facts
import Foundation
import Probing
import SeededRandomness
import Testing

@testable import Engine

/// Numbers held against those of earlier runs.
@Suite("Measures")
struct MeasuringTests {
  private struct GaugeProbe: Probe {
    let descriptor = ProbeDescriptor(
      id: "gauge", summary: "", targetKinds: ["thing"], safety: .load, facts: .any, traffic: "nothing",
      measures: Measures(
        [
          .init("$.p95", "response time, p95", unit: "ms", least: 1),
          .init("$.rate", "throughput", unit: "requests/s", better: .higher),
          .init("$.p95", "response time, p95", unit: "ms", each: "$.endpoints[*]"),
        ], shape: ["$.shape"], sound: "$.valid"))

    func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
      .seen([:])
    }
  }

  private static let catalogue = Catalogue(checks: [], probes: [GaugeProbe()], checklist: [])

  private static func run(_ facts: JSONValue?, target: String = "one", carriedFrom: String? = nil) -> RecordedRun {
    let seen = Observation(
      key: "gauge \(target) {}", probe: "gauge", target: target, kind: "thing", declaration: [:], parameters: [:],
      facts: facts, startedAt: Instant(seconds: 1_800_000_000), durationMs: 5, carriedFrom: carriedFrom)
    return RecordedRun(header: header(targets: [target]), observations: [seen])
  }

  private static func measured(_ run: RecordedRun) -> [AuditReport.Measurement] {
    Measuring.measurements(of: run, policy: everything, catalogue: catalogue).filter { $0.probe != "run" }
  }

  private static let facts: JSONValue = [
    "valid": true, "shape": "a", "p95": 120.5, "rate": 40,
    "endpoints": [["name": "GET /", "p95": 80], ["name": "GET /twice", "p95": 1], ["name": "GET /twice", "p95": 2]],
  ]

  @Test("what a probe declares is measured by that alone; parts that nobody can tell apart are not")
  func declared() {
    let found = Self.measured(Self.run(Self.facts))
    #expect(found.map(\.name) == ["response time, p95", "response time, p95", "throughput"])
    #expect(found.map(\.subject) == [nil, "GET /", nil])
    #expect(found.map(\.value) == [120.5, 80, 40])
    #expect(Set(found.map(\.series)).count == 3)
    #expect(found.allSatisfy { $0.verdict == .notComparable })
  }

  @Test("numbers compare within one shape, one target and one part only")
  func series() throws {
    let first = Self.measured(Self.run(Self.facts)).map(\.series)
    var other = try #require(Self.facts.object)
    #expect(Self.measured(Self.run(.object(other), target: "two")).map(\.series) != first)
    other["shape"] = "b"
    #expect(Set(Self.measured(Self.run(.object(other))).map(\.series)).isDisjoint(with: first))
    other["shape"] = "a"
    other["p95"] = 7
    #expect(Self.measured(Self.run(.object(other))).map(\.series) == first)
  }

  @Test("what is unsound or was not seen has no number, and what an earlier run saw is that run's")
  func nothing() throws {
    var facts = try #require(Self.facts.object)
    facts["valid"] = false
    #expect(Self.measured(Self.run(.object(facts))).allSatisfy { $0.value == nil && $0.reason != nil })
    facts["valid"] = true
    facts["p95"] = nil
    #expect(Self.measured(Self.run(.object(facts)))[0].value == nil)
    #expect(Self.measured(Self.run(nothingSeen)).isEmpty)
    #expect(Self.measured(Self.run(Self.facts, carriedFrom: "earlier")).isEmpty)
  }

  // MARK: The band

  private static func item(_ value: Double?, better: NoiseComparison.Better = .lower) -> AuditReport.Measurement {
    AuditReport.Measurement(
      probe: "gauge", target: "one", subject: nil, name: "n", unit: "ms", better: better, least: 0, value: value,
      series: "s")
  }

  private static func points(_ values: [Double]) -> [AuditReport.Measurement.Point] {
    values.enumerated().map { .init(runID: "r\($0)", at: Instant(seconds: $0 * 86_400), value: $1) }
  }

  /// A standard normal value (Box and Muller).
  private static func normal(_ random: inout SeededGenerator) -> Double {
    let (u, v) = (
      Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random), Double.random(in: 0..<1, using: &random)
    )
    return (-2 * log(u)).squareRoot() * cos(2 * Double.pi * v)
  }

  @Test(
    "over stationary noise at most five in a hundred runs seem to regress, whatever the scatter; a shift of 30 % is found",
    arguments: [(0.01, 0.999), (0.03, 0.93), (0.05, 0.7), (0.2, 0.0)])
  func noise(_ scatter: Double, _ found: Double) {
    var random = SeededGenerator(seed: 7)
    for skewed in [false, true] {
      for runs in [6, 8, 12, 20] {
        var (alarms, shifts, low) = (0, 0, 0)
        let rounds = 500
        for _ in 0..<rounds {
          func draw() -> Double {
            let deviation = scatter * Self.normal(&random)
            return 100 * (skewed ? exp(deviation) : max(0, 1 + deviation))
          }
          let earlier = Self.points((0..<runs).map { _ in draw() })
          if Self.item(draw()).compared(with: earlier).verdict == .regressed { alarms += 1 }
          if Self.item(draw() * 1.3).compared(with: earlier).verdict == .regressed { shifts += 1 }
          if Self.item(draw() / 1.3, better: .higher).compared(with: earlier).verdict == .regressed { low += 1 }
        }
        #expect(alarms <= rounds * 5 / 100, "\(scatter) \(runs) \(skewed): \(alarms)")
        #expect(Double(shifts) >= found * Double(rounds), "\(scatter) \(runs) \(skewed): \(shifts)")
        #expect(Double(low) >= (found - 0.4) * Double(rounds), "\(scatter) \(runs) \(skewed): \(low)")
      }
    }
  }

  @Test("one outlier among the earlier runs moves nothing; too few runs and no number compare with nothing")
  func robust() {
    let calm = Self.points([100, 101, 99, 100, 102, 98, 100])
    #expect(Self.item(135).compared(with: calm).verdict == .regressed)
    #expect(Self.item(135).compared(with: calm + Self.points([1_000_000])).verdict == .regressed)
    #expect(Self.item(70).compared(with: calm).verdict == .improved)
    #expect(Self.item(70, better: .higher).compared(with: calm).verdict == .regressed)
    #expect(Self.item(102).compared(with: calm).verdict == .withinNoise)
    let few = Self.item(135).compared(with: Array(calm.prefix(5)))
    #expect(few.verdict == .notComparable && few.reason == "5 comparable earlier runs, 6 are needed")
    #expect(Self.item(nil).compared(with: calm).verdict == .notComparable)
    #expect(Self.item(.infinity).compared(with: calm).verdict == .notComparable)
  }

  // MARK: The gate

  @Test("a gate that allows no regression fails by one, and cannot tell where nothing can be compared")
  func gate() throws {
    let policy = Policy(id: "p", title: "", gate: [.maximumRegressions(0)])
    func decision(_ earlier: [Double], duration: [Double] = Array(repeating: 1, count: 6)) -> Gate.Condition.Outcome? {
      var run = Self.run(["valid": true, "shape": "a", "p95": 130, "rate": nil])
      for item in Measuring.measurements(of: run, policy: policy, catalogue: Self.catalogue) {
        run.header.measured = (run.header.measured ?? [:]).merging(
          [item.series: Self.points(item.probe == "run" ? duration : earlier)]) { $1 }
      }
      // The throughput was not measured: taken out of the question by a probe that declares none.
      let report = Audit.report(run, policy: policy, catalogue: Self.catalogue)
      return report.gate.conditions.first { $0.id == "no-regressions" }?.status
    }
    let calm: [Double] = [100, 101, 99, 100, 102, 98, 100]
    #expect(decision(calm) == .fail)
    // The other number was not measured at all: that none regressed cannot be told.
    #expect(decision(calm.map { $0 * 1.3 }) == .undecided)
    #expect(decision([]) == .undecided)
  }
}
