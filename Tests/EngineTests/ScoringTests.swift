import AuditModel
import Engine
import SeededRandomness
import Testing

@Suite("Scoring")
struct ScoringTests {
  private static func finding(_ check: String, _ target: String, _ status: Status, _ severity: Severity) -> Finding {
    Finding(
      check: check, target: target, status: status, severity: severity, message: "", fingerprint: "", durationMs: 0)
  }

  @Test("nothing in the sum has no score")
  func empty() {
    let score = Scoring.score([], weights: [:])
    #expect(score.proven == nil && score.possible == nil && score.coverage == nil)
    let outOfScope = Scoring.score([Self.finding("a", "t", .notApplicable, .high)], weights: [:])
    #expect(outOfScope.proven == nil)
  }

  @Test(
    "an open check caps the score by its severity, decided or not",
    arguments: [Status.fail, .unknown, .blocked, .error, .manual])
  func caps(_ status: Status) {
    for (severity, cap) in [(Severity.critical, 390), (.high, 690), (.medium, 890)] {
      var findings = (0..<1000).map { Self.finding("ok-\($0)", "t", .pass, .critical) }
      findings.append(Self.finding("bad", "t", status, severity))
      let score = Scoring.score(findings, weights: [:])
      #expect(score.proven == cap)
      #expect(score.possible == (status == .fail ? cap : 1000))
    }
  }

  @Test("899 of 1000 is never shown as 90")
  func floors() {
    var findings = (0..<899).map { Self.finding("ok-\($0)", "t", .pass, .low) }
    findings += (0..<101).map { Self.finding("bad-\($0)", "t", .fail, .low) }
    #expect(Scoring.score(findings, weights: [:]).proven == 899)
  }

  @Test("a check on many targets weighs once and earns at most half while one is open")
  func instances() {
    let findings = (0..<9).map { Self.finding("a", "t\($0)", .pass, .low) } + [Self.finding("a", "t9", .fail, .low)]
    #expect(Scoring.score(findings, weights: [:]).proven == 500)
    let most = [Self.finding("a", "t0", .pass, .low)] + (1..<10).map { Self.finding("a", "t\($0)", .fail, .low) }
    #expect(Scoring.score(most, weights: [:]).proven == 100)
  }

  @Test("the gain of a row is what the score rises by when that check alone passes")
  func gains() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<2000 {
      let findings = Self.randomFindings(&random, targets: 1)
      let score = Scoring.score(findings, weights: [:])
      for row in score.arithmetic.rows {
        let repaired = findings.map { finding in
          var finding = finding
          if finding.check == row.check, finding.status.countsInScore { finding.status = .pass }
          return finding
        }
        #expect(Scoring.score(repaired, weights: [:]).proven == (score.proven ?? 0) + row.gain)
      }
    }
  }

  /// A repair: something open or warned passes; or something undecided is decided, whatever the outcome.
  @Test("over 100,000 random repairs the score never drops")
  func repairs() {
    var random = SeededGenerator(seed: 3)
    var repairs = 0
    while repairs < 100_000 {
      var findings = Self.randomFindings(&random, targets: 3)
      for _ in 0..<20 {
        guard
          let index = findings.indices.filter({ findings[$0].status != .pass && findings[$0].status.countsInScore })
            .randomElement(using: &random)
        else { break }
        let before = Scoring.score(findings, weights: [:])
        let decides = !findings[index].status.isEvaluated && Bool.random(using: &random)
        findings[index].status = decides ? [.pass, .warn, .fail].randomElement(using: &random) ?? .fail : .pass
        let after = Scoring.score(findings, weights: [:])
        repairs += 1
        guard (after.proven ?? 0) >= (before.proven ?? 0) else {
          Issue.record("the score fell from \(before) to \(after)")
          return
        }
        #expect((after.proven ?? 0) <= (after.possible ?? 0))
        #expect((after.coverage ?? 0) >= (before.coverage ?? 0))
      }
    }
  }

  @Test("losing sight of something never raises the score")
  func blindness() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<20_000 {
      var findings = Self.randomFindings(&random, targets: 3)
      guard let index = findings.indices.filter({ findings[$0].status.isEvaluated }).randomElement(using: &random)
      else { continue }
      let before = Scoring.score(findings, weights: [:])
      findings[index].status = [.unknown, .error, .blocked].randomElement(using: &random) ?? .unknown
      let after = Scoring.score(findings, weights: [:])
      #expect((after.proven ?? 0) <= (before.proven ?? 0))
      #expect((after.coverage ?? 0) <= (before.coverage ?? 0))
    }
  }

  private static func randomFindings(_ random: inout SeededGenerator, targets: Int) -> [Finding] {
    (0..<Int.random(in: 1...8, using: &random)).flatMap { check -> [Finding] in
      let severity = Severity.allCases.randomElement(using: &random) ?? .low
      return (0..<Int.random(in: 1...targets, using: &random)).map { target in
        finding("c\(check)", "t\(target)", Status.allCases.randomElement(using: &random) ?? .fail, severity)
      }
    }
  }
}
