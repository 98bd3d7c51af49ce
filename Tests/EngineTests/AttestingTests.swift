import AuditModel
import Facts
import Testing

@testable import Engine

/// What people state where no probe sees anything.
@Suite("Attestations")
struct AttestingTests {
  private static let start = Instant(seconds: 1_800_000_000)
  private static let request = AttestationRequest(
    id: "rollback-rehearsed", statement: "It was rolled back,\nand it worked.")
  private static let items = [
    ChecklistItem(id: "OPS-2", title: "", area: "", attest: [request]), ChecklistItem(id: "OPS-1", title: "", area: ""),
  ]

  private static func attestation(
    topic: Attestation.Topic = .statement("rollback-rehearsed"),
    statement: String = "It was rolled back, and it worked.",
    on: Int = -1, until: Int = 30, texts: [Attestation.Text] = []
  ) -> Attestation {
    Attestation(
      id: "A-1", topic: topic, statement: statement, by: "jane",
      on: Instant(seconds: start.seconds + on * 86_400), expires: Instant(seconds: start.seconds + until * 86_400),
      evidence: ["OPS-7"], texts: texts)
  }

  private static func judged(
    _ attestations: [Attestation], facts: JSONValue = ["n": 1], absence: Status = .manual, asOf day: Instant? = nil,
    further rules: [GateRule] = []
  ) throws -> AuditReport {
    var check = try check("a-b", expect: [], checklist: ["OPS-1"])
    check.expect = [
      CheckDefinition.Expectation(
        fact: try FactPath("$.n"), matcher: Matcher(.equals, .literal(1)),
        ifMissing: CheckDefinition.Absence(status: absence, because: try MessageTemplate("somebody has to look")))
    ]
    let policy = Policy(id: "p", title: "", gate: [.maximumOpen(.high, 0), .requiredItems(["OPS-2"])] + rules)
    let header = header(targets: ["t"])
    let catalogue = catalogue([check], items: items)
    let seen = Plan(header, policy: policy, catalogue: catalogue).observations.map { observation($0, facts: facts) }
    return Audit.report(
      RecordedRun(header: header, observations: seen, overlays: Overlays(attestations: attestations)), policy: policy,
      catalogue: catalogue, asOf: day)
  }

  @Test("a statement proves the item that asks for it, and no other")
  func statement() throws {
    let without = try Self.judged([])
    #expect(without.checklist.map(\.status) == [.notCovered, .pass])
    #expect(without.checklist[0].awaiting == ["rollback-rehearsed"])
    #expect(without.gate.status == .undecided)
    let with = try Self.judged([Self.attestation()])
    #expect(with.checklist.map(\.status) == [.attested, .pass])
    #expect(with.checklist[0].attestations == ["A-1"] && with.checklist[0].awaiting == [])
    #expect(with.attestations.map(\.state) == [.valid] && with.attestations[0].items == ["OPS-2"])
    #expect(with.gate.status == .passed)
    #expect(with.score == without.score)
  }

  @Test("one that has run out or gone stale is to be mended, unless another one makes the same statement")
  func lapsed() throws {
    func outcome(_ attestations: [Attestation], _ states: [AuditReport.AttestationRow.State] = [.expired, .stale])
      throws
      -> (mend: [String], condition: Gate.Condition?)
    {
      let report = try Self.judged(attestations, further: [.refusedAttestationStates(states)])
      return (
        report.attestationsToMend.map(\.attestation.id), report.gate.conditions.first { $0.id == "sound-attestations" }
      )
    }
    #expect(try outcome([]).condition?.status == .pass)
    #expect(try outcome([Self.attestation()]).mend == [])
    let expired = try outcome([Self.attestation(until: -1)])
    #expect(expired.mend == ["A-1"] && expired.condition?.status == .undecided)
    #expect(expired.condition?.detail.contains("A-1 (expired: its last day was") == true)
    #expect(try outcome([Self.attestation(until: -1)], [.stale]).condition?.status == .pass)
    let stale = try outcome([Self.attestation(statement: "It was thought about.")])
    #expect(stale.mend == ["A-1"] && stale.condition?.status == .undecided)
    // What was renewed stands there for the record; what begins later is nothing to mend either.
    var renewed = Self.attestation()
    renewed.id = "A-2"
    let both = try outcome([Self.attestation(until: -1), renewed])
    #expect(both.mend == [] && both.condition?.status == .pass)
    #expect(try outcome([Self.attestation(on: 2)]).mend == [])
    // A finding's attestation is held against its own place alone.
    let elsewhere = Self.attestation(topic: .finding(check: "a-b", target: "t", subject: nil))
    #expect(try outcome([Self.attestation(until: -1), elsewhere]).mend == ["A-1"])
  }

  @Test("it ends with its last second, and goes stale with its text or its words")
  func states() throws {
    func state(_ attestation: Attestation, asOf day: Instant? = nil) throws -> AuditReport.AttestationRow.State? {
      try Self.judged([attestation], asOf: day).attestations.first?.state
    }
    let attestation = Self.attestation(until: 2)
    #expect(try state(attestation) == .valid)
    #expect(try state(attestation, asOf: attestation.expires) == .valid)
    #expect(try state(attestation, asOf: Instant(seconds: attestation.expires.seconds + 1)) == .expired)
    #expect(try state(Self.attestation(on: 1)) == .notYet)
    #expect(try state(Self.attestation(statement: "It was thought about.")) == .stale)
    #expect(try state(Self.attestation(texts: [.init(file: "r.md", sha256: "1", found: "1")])) == .valid)
    #expect(try state(Self.attestation(texts: [.init(file: "r.md", sha256: "1", found: "2")])) == .stale)
    #expect(try state(Self.attestation(texts: [.init(file: "r.md", sha256: "1", found: nil)])) == .stale)
    let stale = try Self.judged([Self.attestation(texts: [.init(file: "r.md", sha256: "1", found: "2")])])
    #expect(stale.checklist[0].status == .notCovered && stale.gate.status == .undecided)
  }

  @Test("it passes what waits for a person, and never what a probe saw or could not see")
  func findings() throws {
    let attestation = Self.attestation(topic: .finding(check: "a-b", target: "t", subject: nil))
    let passed = try Self.judged([attestation], facts: [:])
    #expect(passed.findings.map(\.status) == [.pass])
    #expect(passed.findings[0].attestation == "A-1 until 2027-02-14 by jane")
    #expect(try Self.judged([], facts: [:]).findings.map(\.status) == [.manual])
    #expect(try Self.judged([attestation], facts: [:], absence: .unknown).findings.map(\.status) == [.unknown])
    #expect(try Self.judged([attestation], facts: ["n": 2]).findings.map(\.status) == [.fail])
    let elsewhere = Self.attestation(topic: .finding(check: "a-b", target: "u", subject: nil))
    #expect(try Self.judged([elsewhere], facts: [:]).findings.map(\.status) == [.manual])
  }
}
