import AuditModel
import Probing
import Testing

@testable import History

/// What runs measured, and what later ones may carry on, in both kinds of history.
@Suite(.serialized) struct MeasureHistoryTests {
  private static func item(
    _ value: Double?, _ verdict: NoiseComparison.Verdict = .withinNoise, far: Bool = false, series: String = "s",
    target: String = "web", name: String = "response time, p95"
  ) -> AuditReport.Measurement {
    var item = AuditReport.Measurement(
      probe: "load-run", target: target, subject: nil, name: name, unit: "ms", better: .lower, least: 1, value: value,
      series: series)
    item.verdict = verdict
    if verdict != .notComparable, let value {
      (item.median, item.lower, item.upper) =
        far ? (value / 4, value / 5, value / 3) : (value - 10, value - 19, value - 1)
    }
    return item
  }

  private static func entry(_ night: Int, _ items: [AuditReport.Measurement], policy: String = "nightly") -> RunEntry {
    var report = Reports.report(night: night, [], policy: policy)
    report.measures = items
    return Reports.entry(report)
  }

  @Test(arguments: Backend.allCases) func numbersAreKeptAndComeBack(_ backend: Backend) throws {
    let store = try backend.store()
    for (night, value) in [100.25, 101, 0.1 + 0.2].enumerated() {
      try store.news(Self.entry(night, [Self.item(value), Self.item(nil, name: "never measured")]))
    }
    try store.news(Self.entry(9, [Self.item(5, series: "other")], policy: "load"))
    let system = AuditReport.System(name: "shop", environment: .staging)
    func measured(_ policy: String, before: Int, limit: Int = 20) throws -> [Double] {
      try store.measured(
        ["s", "s", "none"], of: system, policy: policy, before: Instant(seconds: Reports.start + before * 86_400),
        limit: limit, deadline: .soon)["s"]?.map(\.value) ?? []
    }
    #expect(try measured("nightly", before: 9) == [100.25, 101, 0.1 + 0.2])
    #expect(try measured("nightly", before: 1) == [100.25, 101])
    #expect(try measured("nightly", before: 9, limit: 2) == [101, 0.1 + 0.2])
    #expect(try measured("load", before: 10) == [])
    let streams = try store.streams(before: .soon)
    let nightly = try #require(streams.first { $0.stream.policy == "nightly" }).stream
    let series = try store.measures(of: nightly.id, since: Instant(seconds: 0), before: .soon)
    #expect(series.map(\.name) == ["response time, p95"])
    #expect(series.first?.points.map(\.value) == [100.25, 101, 0.1 + 0.2])
    // What is removed is removed whole.
    let retention = Retention(days: 1, dailyDays: 0)
    _ = try store.prune(retention, now: Instant(seconds: Reports.start + 400 * 86_400), before: .soon)
    #expect(try measured("nightly", before: 9).count <= 1)
  }

  @Test(arguments: Backend.allCases) func aRegressionIsToldOnceItIsSureAndOnce(_ backend: Backend) throws {
    let store = try backend.store()
    func kinds(_ night: Int, _ item: AuditReport.Measurement) throws -> [MeasureChange.Kind] {
      try store.news(Self.entry(night, [item])).measures.map(\.kind)
    }
    #expect(try kinds(0, Self.item(100)) == [])
    // Just beyond the band once: noise, it seems.
    #expect(try kinds(1, Self.item(120, .regressed)) == [])
    #expect(try kinds(2, Self.item(100)) == [])
    #expect(try kinds(3, Self.item(120, .regressed)) == [])
    #expect(try kinds(4, Self.item(121, .regressed)) == [.regressed])
    #expect(try kinds(5, Self.item(121, .regressed)) == [])
    // A run that cannot be compared says nothing.
    #expect(try kinds(6, Self.item(121, .notComparable)) == [])
    #expect(try kinds(8, Self.item(400, .regressed, far: true)) == [.regressed])
    #expect(try kinds(9, Self.item(90, .improved)) == [.recovered])
    #expect(try kinds(10, Self.item(90)) == [])
    // One that comes late is no news.
    #expect(try kinds(7, Self.item(900, .regressed, far: true)) == [])
  }

  @Test(arguments: Backend.allCases) func evidenceIsFoundByWhatWasLookedAt(_ backend: Backend) throws {
    let store = try backend.store()
    let system = AuditReport.System(name: "shop", environment: .staging)
    func at(_ night: Int) -> Instant { Instant(seconds: Reports.start + night * 86_400) }
    for night in 0..<8 {
      var entry = Self.entry(night, [], policy: night % 2 == 0 ? "load" : "nightly")
      entry.evidence = RunEvidence(
        looks: [("load-run web {}", at(night)), ("never \(night)", at(night))], document: Array("night \(night)".utf8))
      try store.news(entry)
    }
    func found(_ looks: [String], until night: Int, _ system: AuditReport.System) throws -> [String] {
      try store.evidence(of: looks, system: system, until: at(night), before: .soon)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try found(["load-run web {}"], until: 9, system) == (3..<8).map { "night \($0)" })
    #expect(try found(["load-run web {}"], until: 1, system) == ["night 0", "night 1"])
    #expect(try found(["never 0", "unknown"], until: 9, system) == ["night 0"])
    #expect(try found(["load-run web {}"], until: 9, .init(name: "shop", environment: .production)) == [])
    #expect(try found([], until: 9, system) == [])
  }

  /// A history as the first version left it is brought up to date with all that it holds.
  @Test(arguments: Backend.allCases) func aHistoryOfTheFirstVersionIsTakenOver(_ backend: Backend) throws {
    let place = try backend.place()
    let old = HistoryStore(place)
    try old.news(Self.entry(0, []))
    try old.transaction(writing: true, before: .soon) { session throws(HistoryFailure) in
      for table in ["history_measure", "history_look", "history_evidence", "history_rehearsal"] {
        try session.run("DROP TABLE \(table)", [], before: .soon)
      }
      try session.run("UPDATE history_version SET version = 1", [], before: .soon)
    }
    let new = HistoryStore(place, .existing)
    try new.prepare(before: .soon)
    try new.news(Self.entry(1, [Self.item(1)]))
    #expect(try new.runs(of: new.stream().id, limit: 9, before: .soon).count == 2)
    #expect(try new.measures(of: new.stream().id, since: Instant(seconds: 0), before: .soon).count == 1)
  }
}
