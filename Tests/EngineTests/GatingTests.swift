import AuditModel
import Engine
import Facts
import SeededRandomness
import Testing

@Suite("Gating")
struct GatingTests {
  private func outcome(
    _ rule: GateRule, _ facts: [String: JSONValue?], severity: Severity = .high
  ) throws -> Gate.Condition.Outcome? {
    let check = try check("a-b", severity: severity, expect: [("$.n", .atLeast, 10)], checklist: ["SEC-1"])
    let policy = Policy(id: "p", title: "", gate: [rule])
    let items = [ChecklistItem(id: "SEC-1", title: "", area: ""), ChecklistItem(id: "SEC-2", title: "", area: "")]
    return report([check], facts: facts, policy: policy, items: items).gate.conditions.last?.status
  }

  @Test("every rule has a pass, a fail and a cannot-tell")
  func rules() throws {
    let good: JSONValue = ["n": 12]
    let bad: JSONValue = ["n": 2]
    for rule in [
      GateRule.maximumOpen(.high, 0), .minimumScore(800), .requiredChecks(["a-b"]), .requiredItems(["SEC-1"]),
    ] {
      #expect(try outcome(rule, ["t": good]) == .pass, "\(rule)")
      #expect(try outcome(rule, ["t": bad]) == .fail, "\(rule)")
      #expect(try outcome(rule, ["t": nothingSeen]) == .undecided, "\(rule)")
    }
    #expect(try outcome(.maximumOpen(.high, 1), ["t": bad]) == .pass)
    #expect(try outcome(.maximumNotEvaluated(.high, 0), ["t": bad]) == .pass)
    #expect(try outcome(.maximumNotEvaluated(.high, 0), ["t": nothingSeen]) == .undecided)
    #expect(try outcome(.minimumCoverage(900), ["t": bad]) == .pass)
    #expect(try outcome(.minimumCoverage(900), ["t": nothingSeen]) == .undecided)
    #expect(try outcome(.requiredChecks(["a-other"]), ["t": good]) == .undecided)
    #expect(try outcome(.requiredItems(["SEC-2"]), ["t": good]) == .undecided)
  }

  @Test("an audit of nothing, and an interrupted one, cannot tell")
  func nothing() throws {
    let check = try check("a-b", expect: [("$.n", .atLeast, 10)])
    #expect(report([], facts: ["t": ["n": 12]]).gate.status == .undecided)
    #expect(report([check], facts: [:]).gate.status == .undecided)
    #expect(report([check], facts: ["t": ["n": 12]], interrupted: true).gate.status == .undecided)
    #expect(report([check], facts: ["t": ["n": 12]]).gate.status == .passed)
  }

  @Test("taking away any observation never turns a failed gate into a passed one")
  func monotone() throws {
    var random = SeededGenerator(seed: 23)
    let checks = try [
      check("a-first", severity: .critical, expect: [("$.n", .atLeast, 3)]),
      check("a-second", severity: .high, needs: ["a-first"], expect: [("$.m", .atLeast, 3)]),
      check("a-third", severity: .medium, expect: [("$.list[*]", .countAtMost, 1)]),
    ]
    let policy = Policy(
      id: "p", title: "",
      gate: [.maximumOpen(.critical, 0), .maximumOpen(.high, 1), .minimumScore(500), .minimumCoverage(500)])
    for _ in 0..<5000 {
      var facts: [String: JSONValue?] = [:]
      for target in ["a", "b", "c"] {
        facts[target] = .some([
          "n": .integer(Int.random(in: 0...5, using: &random)), "m": .integer(Int.random(in: 0...5, using: &random)),
          "list": .array(Array(repeating: 1, count: Int.random(in: 0...2, using: &random))),
        ])
      }
      let before = report(checks, facts: facts, policy: policy).gate.status
      guard let lost = facts.keys.sorted().randomElement(using: &random) else { continue }
      facts[lost] = nothingSeen
      let after = report(checks, facts: facts, policy: policy).gate.status
      #expect(!(before == .failed && after == .passed))
      #expect(!(before == .undecided && after == .passed))
    }
  }
}
