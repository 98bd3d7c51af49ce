import AuditModel
import SeededRandomness
import Testing

@testable import History

@Suite struct TimelineTests {
  private func changes(_ statuses: [Status], _ introduction: Introduction = .later) -> [Change?] {
    var cursor = TimelineCursor()
    return statuses.enumerated().map { index, status in
      cursor.advance(to: status, at: Instant(seconds: index * 100), introduction).change
    }
  }

  @Test func onlyEvidenceRepairs() {
    #expect(changes([.fail, .unknown, .pass]) == [.new, .unverified, .recovered])
    #expect(changes([.fail, .error]) == [.new, .unverified])
    #expect(changes([.fail, .blocked, .fail]) == [.new, .unverified, nil])
    #expect(changes([.fail, .skipped, .pass]) == [.new, .removed, .recovered])
    #expect(changes([.fail, .manual, .unknown, .warn]) == [.new, .unverified, nil, .recovered])
  }

  @Test func whatWasRepairedAndFailsAgainReappears() {
    #expect(changes([.pass, .fail, .pass, .fail]) == [nil, .regressed, .recovered, .reappeared])
    #expect(changes([.fail, .pass, .unknown, .fail]) == [.new, .recovered, .unverified, .reappeared])
  }

  @Test func theFirstRunIsNoNewsAndANewCheckIsNoRegression() {
    #expect(changes([.fail], .first) == [nil])
    #expect(changes([.fail], .added) == [.added])
    #expect(!Change.added.isRegression)
    #expect(changes([.pass, .warn, .pass]) == [nil, .worsened, .improved])
    #expect(changes([.notApplicable, .fail]) == [nil, .new])
  }

  @Test func repairTakesFromTheFirstFailureToTheFirstProofOfTheRepair() {
    var cursor = TimelineCursor()
    for (status, time) in [(Status.pass, 0), (.fail, 100), (.unknown, 200), (.fail, 300)] {
      #expect(cursor.advance(to: status, at: Instant(seconds: time), .later).repairSeconds == nil)
    }
    #expect(cursor.openSince == Instant(seconds: 100))
    #expect(cursor.advance(to: .pass, at: Instant(seconds: 450), .later).repairSeconds == 350)
    #expect(cursor.openSince == nil && cursor.firstFailed == Instant(seconds: 100))
  }

  /// Runs that come in any order end as if they had come in the order of time.
  @Test func theOrderOfArrivalDoesNotMatter() {
    var random = SeededGenerator(seed: 7)
    let palette: [Status] = [.pass, .fail, .unknown, .warn]
    for _ in 0..<400 {
      let count = 2 + random.below(12)
      let states = (0..<count).map { _ in FindingState(palette[random.below(palette.count)], .high) }
      var ordered = Timeline()
      for (index, state) in states.enumerated() {
        ordered.insert(state, at: index + 1, startedAt: Instant(seconds: index), message: "", next: nil)
      }
      // The first run comes first, so that every later one knows the finding.
      var present = [0]
      var shuffled = Timeline()
      shuffled.insert(states[0], at: 1, startedAt: Instant(seconds: 0), message: "", next: nil)
      for index in Array(1..<count).shuffled(using: &random) {
        let place = present.count { $0 < index }
        let next = place < present.count ? Instant(seconds: present[place]) : nil
        shuffled.insert(states[index], at: place + 1, startedAt: Instant(seconds: index), message: "", next: next)
        present.insert(index, at: place)
      }
      #expect(shuffled == ordered)
      for (index, state) in states.enumerated() { #expect(shuffled.state(at: index + 1) == state) }
    }
  }

  /// The weighted share of transitions among the last 21 of `states`, oldest first, in per mille: the rule as it is told,
  /// which the product follows by a shorter way.
  private func share(of states: some BidirectionalCollection<Status>) -> Int {
    let last = Array(states.suffix(Flapping.window))
    var sum = 0
    for index in 1..<max(1, last.count) where last[index] != last[index - 1] {
      let place = Flapping.window - last.count + index - 1
      sum += 152 + 4 * place
    }
    return sum * 1000 / (190 * (Flapping.window - 1))
  }

  @Test func flapsAsNagiosSays() {
    // Every state another: the whole weight.
    let alternating = (0..<21).map { $0 % 2 == 0 ? Status.pass : .fail }
    #expect(share(of: alternating) == 1000)
    #expect(Flapping.isFlapping(alternating))
    // One change, the newest and the oldest: 1.2 and 0.8 of 20.
    let quiet = Array(repeating: Status.pass, count: 20)
    #expect(share(of: quiet + [.fail]) == 60)
    #expect(share(of: [.fail] + quiet) == 40)
    #expect(!Flapping.isFlapping(quiet + [.fail]))
    #expect(share(of: [Status]()) == 0 && share(of: [.fail]) == 0)
  }

  @Test func flappingByTransitionsIsFlappingByShares() {
    var random = SeededGenerator(seed: 11)
    for round in 0..<300 {
      var states: [Status] = []
      var state = Status.pass
      for _ in 0..<random.below(260) {
        if random.below(2 + round % 12) == 0 { state = [Status.pass, .fail, .warn][random.below(3)] }
        states.append(state)
      }
      var flaps = false
      for end in states.indices {
        let share = self.share(of: states[...end])
        flaps = flaps ? share >= Flapping.low : share >= Flapping.high
      }
      #expect(Flapping.isFlapping(states) == flaps, "\(states)")
    }
  }

  @Test func aFlappingFindingComesToRestLaterThanItBegan() {
    var states = (0..<21).map { $0 % 2 == 0 ? Status.pass : .fail }
    var calm = 0
    while Flapping.isFlapping(states) {
      states.append(.pass)
      calm += 1
      if calm > 30 { break }
    }
    // Below 30 % after about fourteen quiet runs, but only below 15 % is rest.
    #expect((16...20).contains(calm), "\(calm)")
    #expect(share(of: states.dropLast()) < Flapping.high)
  }

  @Test func timelinesCountRunsNotStretches() {
    var timeline = Timeline()
    for index in 0..<30 {
      let status: Status = index < 20 ? .pass : index % 2 == 0 ? .fail : .pass
      timeline.insert(
        FindingState(status, .low), at: index + 1, startedAt: Instant(seconds: index), message: "", next: nil)
    }
    #expect(timeline.stretches.count == 11)
    #expect(timeline.evaluatedStates(upTo: 30).count == 30)
    #expect(timeline.isFlapping(at: 30))
    #expect(!timeline.isFlapping(at: 22))
    // Later runs that change nothing let it come to rest without a new stretch.
    #expect(!timeline.isFlapping(at: 60))
  }
}

@Suite struct SightingTests {
  /// Whatever a report says, a finding is repaired only where evidence decided its check on its target.
  @Test func nothingIsCalledRepairedThatWasNotLookedAt() {
    var random = SeededGenerator(seed: 11)
    let statuses = Status.allCases
    var repairs = 0
    for _ in 0..<20_000 {
      var cursor = TimelineCursor()
      let known = KnownFinding(
        fingerprint: "c/web/a", check: "c", target: "web", subject: "a", severity: .high, isWaived: false)
      for run in 0..<6 {
        let findings = ["a", "b", nil].filter { _ in random.below(3) == 0 }.map { subject in
          Reports.finding("c", statuses[random.below(statuses.count)], subject: subject)
        }
        let isWhole = random.below(4) != 0
        let sightings = Sightings(findings, isWhole: isWhole, isInterrupted: random.below(8) == 0)
        guard let sighting = sightings.sighting(of: known) else { continue }
        let (change, _) = cursor.advance(to: sighting.state.status, at: Instant(seconds: run), .later)
        guard change == .recovered else { continue }
        repairs += 1
        let own = findings.first { $0.subject == "a" }
        if let own {
          #expect(own.status == .pass || own.status == .warn)
        } else {
          #expect(findings.contains { $0.status.isEvaluated })
          #expect(!findings.contains { $0.subject == nil && !$0.status.isEvaluated })
        }
      }
    }
    #expect(repairs > 500)
  }

  @Test func whatIsListedInPartsIsNotListedAsAWhole() {
    let whole = KnownFinding(
      fingerprint: "c/web/", check: "c", target: "web", subject: nil, severity: .high, isWaived: false)
    let sightings = Sightings([Reports.finding("c", .fail, subject: "a")])
    #expect(sightings.sighting(of: whole)?.state.status == .notApplicable)
    #expect(Sightings([]).sighting(of: whole)?.state.status == .skipped)
    #expect(Sightings([], isWhole: false).sighting(of: whole) == nil)
  }
}

@Suite struct NoiseTests {
  private let earlier = [100.0, 102, 98, 101, 99, 100, 103]

  @Test func onlyWhatTheNoiseDoesNotExplainCounts() {
    func verdict(_ value: Double?, _ better: NoiseComparison.Better = .lower) -> NoiseComparison.Verdict {
      NoiseComparison.outcome(of: value, against: earlier, better: better).verdict
    }
    #expect(verdict(104) == .withinNoise)
    #expect(verdict(120) == .regressed && verdict(120, .higher) == .improved)
    #expect(verdict(80) == .improved && verdict(80, .higher) == .regressed)
    #expect(verdict(nil) == .notComparable && verdict(.nan) == .notComparable && verdict(.infinity) == .notComparable)
  }

  @Test func oneOutlierDoesNotMoveTheBand() {
    let calm = NoiseComparison.outcome(of: 120, against: earlier, better: .lower)
    let disturbed = NoiseComparison.outcome(of: 120, against: earlier + [100_000], better: .lower)
    #expect(disturbed.verdict == .regressed)
    #expect(((disturbed.upper ?? 0) - (calm.upper ?? 0)).magnitude < 5)
  }

  @Test func identicalRunsDoNotMakeTheNextMillisecondARegression() {
    let same = Array(repeating: 200.0, count: 10)
    #expect(NoiseComparison.outcome(of: 201, against: same, better: .lower).verdict == .withinNoise)
    #expect(NoiseComparison.outcome(of: 211, against: same, better: .lower).verdict == .regressed)
    #expect(NoiseComparison.outcome(of: 211, against: [200, 200], better: .lower).verdict == .notComparable)
    #expect(NoiseComparison.outcome(of: 1, against: [.nan] + same, better: .lower).runs == 10)
  }

  @Test func largeNumbersDoNotOverflow() {
    let huge = Array(repeating: Double.greatestFiniteMagnitude, count: 6)
    #expect(NoiseComparison.outcome(of: 1, against: huge, better: .lower).verdict != .regressed)
  }
}

@Suite struct TrendTests {
  private func runs(_ digests: [String], _ scores: [Int?]) throws -> [RunSummary] {
    zip(digests, scores).enumerated().map { index, pair in
      RunSummary(
        Reports.report(night: index, [], digest: pair.0, proven: pair.1), key: nil, ordinal: index + 1, digest: "")
    }
  }

  @Test func aChangeOfTheCatalogueBreaksTheLine() throws {
    let trend = Trend(try runs(["a", "a", "b", "b"], [800, 850, 600, 640]))
    #expect(trend.points.map(\.isComparable) == [false, true, false, true])
    #expect(trend.points.map(\.movement) == [nil, 50, nil, 40])
    #expect(trend.movement == 40)
  }

  @Test func likeForLikeShowsWhatTheSystemDid() {
    func row(_ check: String, _ weight: Int, _ credit: Int) -> Score.Row {
      Score.Row(check: check, weight: weight, status: credit == 0 ? .fail : .pass, credit: credit, gain: 0)
    }
    let comparison = LikeForLike(
      before: [row("a", 10, 1000), row("b", 5, 0), row("gone", 3, 0)],
      after: [row("a", 10, 1000), row("b", 5, 1000), row("new", 10, 0)])
    #expect(comparison == LikeForLike(before: comparison.before, after: comparison.after, common: 2))
    #expect(comparison.before == 666 && comparison.after == 1000)
    #expect(LikeForLike(before: [], after: [row("a", 1, 0)]).before == nil)
  }

  @Test func sparklines() {
    #expect(Sparkline.text([0, 500, 1000]) == "▁▄█")
    #expect(Sparkline.text([7, 7, nil]) == "▄▄·")
    #expect(Sparkline.text([nil]) == "·" && Sparkline.text([]).isEmpty)
  }
}

extension LikeForLike {
  fileprivate init(before: Int?, after: Int?, common: Int) {
    self.init(before: [], after: [])
    self.common = common
    self.before = before
    self.after = after
  }
}
