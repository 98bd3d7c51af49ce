import AuditModel
import Facts
import SeededRandomness
import Testing

@testable import Engine

/// A run divided among machines is the run that was not divided.
@Suite("Shards")
struct ShardingTests {
  private struct Divided {
    var whole: RecordedRun
    var parts: [RecordedRun]
    var policy: Policy
    var catalogue: Catalogue

    func judged(_ run: RecordedRun) -> AuditReport {
      var report = Audit.report(run, policy: policy, catalogue: catalogue)
      // Each run has a name of its own, and a merged one cannot have that of the whole.
      report.runID = ""
      return report
    }

    func merged(_ parts: [RecordedRun]) throws -> RecordedRun {
      try Sharding.merged(parts, policy: policy, catalogue: catalogue)
    }
  }

  private static let policy = Policy(
    id: "p", title: "", gate: [.maximumOpen(.critical, 0), .maximumOpen(.high, 1), .minimumScore(500)])

  private static func catalogue() throws -> Catalogue {
    EngineTests.catalogue(
      try [
        check("a-up", severity: .critical, expect: [("$.n", .atLeast, 1)]),
        check("a-speaks", needs: ["a-up"], with: ["deep": true], expect: [("$.m", .atLeast, 2)]),
      ])
  }

  private static func divided(
    into total: Int, targets: Int, catalogue: Catalogue, _ random: inout SeededGenerator
  ) -> Divided {
    let ids = (0..<targets).map { "t\($0)" }
    let whole = header(targets: ids)
    let plan = Plan(whole, policy: policy, catalogue: catalogue)
    let seen = plan.observations.compactMap { planned -> Observation? in
      switch Int.random(in: 0..<6, using: &random) {
      case 0: observation(planned, facts: nothingSeen, unseen: Unseen(.timeout, "silence"))
      case 1: nil
      default:
        observation(
          planned,
          facts: [
            "n": .integer(Int.random(in: 0...3, using: &random)), "m": .integer(Int.random(in: 0...3, using: &random)),
          ])
      }
    }
    let parts = (1...total).map { index -> RecordedRun in
      var header = whole
      header.runID = "run-\(index)"
      let mine = Sharding.targets(ofPart: index, of: total, in: plan, targets: ids)
      header.shard = Shard(total: total, parts: [Shard.Part(index: index, runID: header.runID, targets: mine)])
      return RecordedRun(header: header, observations: seen.filter { mine.contains($0.target) })
    }
    return Divided(
      whole: RecordedRun(header: whole, observations: seen), parts: parts, policy: policy, catalogue: catalogue)
  }

  @Test("every target has one part, and the parts are about as busy")
  func balance() throws {
    let catalogue = try Self.catalogue()
    let ids = (0..<101).map { "t\($0)" }
    let plan = Plan(header(targets: ids), policy: Self.policy, catalogue: catalogue)
    for total in [1, 2, 3, 7, 101, 150] {
      let parts = (1...total).map { Sharding.targets(ofPart: $0, of: total, in: plan, targets: ids) }
      #expect(parts.flatMap(\.self).sorted() == ids.sorted())
      #expect((parts.map(\.count).max() ?? 0) - (parts.map(\.count).min() ?? 0) <= 1)
    }
  }

  @Test("over 600 random runs, parts merged in any order are the whole, and one that is missing cannot tell")
  func merging() throws {
    var random = SeededGenerator(seed: 101)
    let catalogue = try Self.catalogue()
    var passed = 0
    for round in 0..<600 {
      let total = [1, 2, 3, 7][round % 4]
      let run = Self.divided(into: total, targets: Int.random(in: 1...6, using: &random), catalogue: catalogue, &random)
      let expected = run.judged(run.whole)
      let merged = try run.merged(run.parts.shuffled(using: &random))
      #expect(run.judged(merged) == expected)
      #expect(merged.header.shard == nil)
      let other = try run.merged(run.parts.shuffled(using: &random))
      #expect(other.header == merged.header && other.observations == merged.observations)
      guard total > 1 else { continue }
      // A part of the parts, merged with the rest, is the same whole.
      let cut = Int.random(in: 1..<total, using: &random)
      let nested = try run.merged([try run.merged(Array(run.parts[..<cut]))] + run.parts[cut...])
      #expect(nested.header == merged.header && nested.observations == merged.observations)
      if expected.gate.status == .passed { passed += 1 }
      let missing = Int.random(in: 0..<total, using: &random)
      let rest = run.judged(try run.merged(run.parts.enumerated().filter { $0.offset != missing }.map(\.element)))
      #expect(rest.gate.status != .passed)
      #expect(rest.gate.conditions.contains { $0.id == "all-shards" && $0.status == .undecided })
      #expect(!(expected.gate.status == .failed && rest.gate.status == .passed))
      #expect((rest.score.proven ?? 0) <= (expected.score.proven ?? 0))
    }
    #expect(passed > 5)
  }

  /// Judging is a function of the recorded run, so it is enough that the merged run is the whole one in all that judging
  /// reads; every fiftieth is judged besides.
  @Test(
    "over 100,000 random runs of few targets, what is merged is what was not divided, and a missing part is missed")
  func manyMergings() throws {
    var random = SeededGenerator(seed: 2026)
    let catalogue = try Self.catalogue()
    for round in 0..<100_000 {
      let total = Int.random(in: 1...3, using: &random)
      let run = Self.divided(into: total, targets: Int.random(in: 1...2, using: &random), catalogue: catalogue, &random)
      let merged = try run.merged(run.parts.shuffled(using: &random))
      var header = merged.header
      header.runID = run.whole.header.runID
      guard header == run.whole.header, merged.observations == run.whole.observations else {
        Issue.record("round \(round): the merged run is another one")
        return
      }
      guard total > 1 else { continue }
      let missing = Int.random(in: 0..<total, using: &random)
      let rest = try run.merged(run.parts.enumerated().filter { $0.offset != missing }.map(\.element))
      guard let shard = rest.header.shard, shard.isMerged, !shard.present.contains(missing + 1) else {
        Issue.record("round \(round): a part is missing, and the run seems whole")
        return
      }
      guard round % 50 == 0 else { continue }
      #expect(run.judged(merged) == run.judged(run.whole))
      #expect(run.judged(rest).gate.status != .passed)
    }
  }

  @Test("a part alone cannot speak for the others; a part run twice counts for nothing; strangers do not merge")
  func misfits() throws {
    var random = SeededGenerator(seed: 5)
    let catalogue = try Self.catalogue()
    let run = Self.divided(into: 2, targets: 4, catalogue: catalogue, &random)
    let alone = run.judged(run.parts[0])
    #expect(alone.gate.status != .passed && alone.shard?.present == [1])
    #expect(alone.findings.contains { $0.status == .skipped })
    var again = run.parts[0]
    again.header.runID = "run-again"
    again.header.shard?.parts[0].runID = "run-again"
    let doubled = try run.merged(run.parts + [again])
    #expect(doubled.header.shard?.present == [2])
    #expect(run.judged(doubled).gate.status != .passed)
    #expect(try run.merged(run.parts + [run.parts[0]]).header.shard == nil)
    var stranger = run.parts[1]
    stranger.header.system.name = "another"
    #expect(throws: Sharding.Mismatch.self) { try run.merged([run.parts[0], stranger]) }
    stranger = run.parts[1]
    stranger.overlays.baseline = Baseline(of: alone)
    #expect(throws: Sharding.Mismatch.self) { try run.merged([run.parts[0], stranger]) }
    #expect(throws: Sharding.Mismatch.self) { try run.merged([run.whole]) }
    #expect(throws: Sharding.Mismatch.self) { try run.merged([]) }
  }
}
