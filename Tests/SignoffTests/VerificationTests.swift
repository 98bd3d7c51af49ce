import AuditModel
import Facts
import SeededRandomness
import Testing

@testable import Signoff

@Suite struct VerificationTests {
  private static let one = Samples.person(1)
  private static let two = Samples.person(2)

  /// Person 1 signed for the release, person 2 for security.
  private static func signed() throws -> SigningTable {
    var table = SigningTable()
    try table.sign(one, for: "release")
    try table.sign(two, for: "security")
    return table
  }

  // MARK: What was signed

  @Test func twoPeopleForTwoRolesVerifyTheReport() throws {
    let verdict = try Self.signed().verdict
    #expect(verdict.outcome == .verified)
    #expect(verdict.reasons == [])
    #expect(verdict.roles.map(\.people) == [["person1@example.com"], ["person2@example.com"]])
    #expect(verdict.entries.map(\.state) == [.counts, .counts])
  }

  @Test func aRehearsedRunIsNotVerifiedWhoeverSignedIt() throws {
    var table = SigningTable()
    table.report.rehearsed = true
    try table.sign(Self.one, for: "release")
    try table.sign(Self.two, for: "security")
    #expect(table.verdict.outcome == .notVerified)
    #expect(table.verdict.reasons.map(\.id) == ["rehearsed"])
  }

  @Test func everySingleBitOfAStatementAndItsSignatureCounts() throws {
    var table = SigningTable()
    table.policy.required = [SignOffPolicy.Role(name: "release", people: [])]
    table.signers = [SigningTable.line(Self.one)]
    table.sources = nil
    try table.sign(Self.one, for: "release")
    #expect(table.told == ["verified"])
    let candidate = table.candidates[0]
    func passes(_ change: (inout SignedRun.Candidate) -> Void) -> Bool {
      table.candidates[0] = candidate
      change(&table.candidates[0])
      return table.verdict.outcome != .notVerified
    }
    let read = try SSHSignature(armored: candidate.signature ?? [])
    var statement = candidate.statement
    for bit in 0..<8 * statement.count {
      statement[bit / 8] ^= 1 << UInt8(bit % 8)
      if read.verifies(statement) { Issue.record("bit \(bit) of the statement") }
      statement[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    for index in statement.indices where passes({ $0.statement[index] ^= 1 << UInt8(index % 8) }) {
      Issue.record("byte \(index) of the statement")
    }
    let signature = candidate.signature ?? []
    for bit in 0..<8 * signature.count where passes({ $0.signature?[bit / 8] ^= 1 << UInt8(bit % 8) }) {
      Issue.record("bit \(bit) of the signature")
    }
    var generator = SeededGenerator(seed: 3)
    let envelopes = candidate.envelopes ?? []
    #expect(envelopes.count > 4000)
    for _ in 0..<500 {
      let bit = generator.below(8 * envelopes.count)
      if passes({ $0.envelopes?[bit / 8] ^= 1 << UInt8(bit % 8) }) { Issue.record("bit \(bit) of the envelopes") }
    }
  }

  @Test func bytesThatAreLeftOutOrAddedCount() throws {
    let table = try Self.signed()
    for change: (inout SignedRun.Candidate) -> Void in [
      { $0.statement.append(10) }, { $0.statement.removeLast() }, { $0.signature?.append(10) },
      { $0.signature?.append(32) }, { $0.signature?.insert(10, at: 0) }, { $0.signature = [] },
      { $0.envelopes?.append(10) }, { $0.envelopes?.removeLast() }, { $0.envelopes = [] },
    ] {
      var changed = table
      change(&changed.candidates[1])
      #expect(changed.verdict.outcome == .notVerified)
    }
    // Envelopes of the same person around another statement.
    var exchanged = table
    try exchanged.sign(Self.two, for: "release")
    exchanged.candidates[1].envelopes = exchanged.candidates.removeLast().envelopes
    #expect(exchanged.told == ["notVerified", "envelope-changed", "role-unfilled"])
    var missing = table
    missing.candidates[1].envelopes = nil
    #expect(missing.verdict.outcome == .verified)
    missing.candidates[1].signature = nil
    #expect(missing.told == ["cannotTell", "role-unfilled"])
  }

  @Test(arguments: [0, 1, 2]) func anotherReportVoidsEverySignature(_ index: Int) throws {
    var table = try Self.signed()
    table.files[index].digest = String(repeating: "9", count: 64)
    let name = ["report", "observations", "run"][index]
    #expect(table.told == ["notVerified", "\(name)-changed", "\(name)-changed", "role-unfilled", "role-unfilled"])
    table.files.remove(at: index)
    #expect(table.verdict.outcome == .notVerified)
  }

  @Test func aStatementThatBindsLessThanTheRunIsNone() throws {
    for leaveOut: (inout AuditedSources?) -> Void in [
      { $0 = nil }, { $0?.files.removeFirst() }, { $0?.commit = nil }, { $0?.images = [] },
    ] {
      var table = SigningTable()
      leaveOut(&table.sources)
      try table.sign(Self.one, for: "release")
      table.sources = Samples.sources
      try table.sign(Self.two, for: "security")
      #expect(table.told == ["notVerified", "statement-differs", "role-unfilled"])
    }
  }

  @Test func aSignatureForAnotherPurposeIsNone() throws {
    var table = SigningTable()
    try table.sign(Self.one, for: "release", namespace: "git")
    try table.sign(Self.two, for: "security")
    #expect(table.told == ["notVerified", "signature-purpose", "role-unfilled"])
  }

  @Test func aStatementOfSomethingElseIsNoSignOff() throws {
    var table = try Self.signed()
    let other = ResultStatements.testResult(table.report, subjects: table.files, sources: nil).bytes
    let signature = try SSHSignature(over: other, for: SignOff.namespace, by: Self.one.publicKey, Self.one.sign)
    table.candidates[0] = SignedRun.Candidate(
      name: "signoff-x.json", statement: other, signature: Array(signature.armored.utf8), envelopes: nil)
    #expect(table.told.prefix(2) == ["notVerified", "statement-malformed"])
  }

  // MARK: People

  @Test func onePersonForTwoRolesFails() throws {
    var table = SigningTable()
    try table.sign(Self.one, for: "release")
    try table.sign(Self.one, for: "security")
    #expect(table.told == ["notVerified", "one-person-twice"])
    // Under two names with one key.
    table = SigningTable()
    table.signers.append("other@example.com \(Self.one.publicKey.line)")
    try table.sign(Self.one, for: "release", as: "person1@example.com")
    try table.sign(Self.one, for: "security", as: "other@example.com")
    #expect(table.told == ["notVerified", "one-person-twice"])
    // With two keys under one name.
    table = SigningTable()
    table.signers.append("person1@example.com \(Samples.person(7).publicKey.line)")
    try table.sign(Self.one, for: "release")
    try table.sign(Samples.person(7), for: "security")
    #expect(table.told == ["notVerified", "one-person-twice"])
  }

  @Test func peopleArePutWhereTheyAreNeeded() throws {
    // Person 1 signed for both, person 2 for one of them: in either order there is a place for each.
    for other in ["release", "security"] {
      var table = SigningTable()
      try table.sign(Self.one, for: "release")
      try table.sign(Self.one, for: "security")
      try table.sign(Self.two, for: other)
      #expect(table.told == ["verified"])
    }
  }

  @Test func thresholdsCountPeopleAndNotSignatures() throws {
    var table = SigningTable()
    table.policy.required = [SignOffPolicy.Role(name: "release", people: [], minimum: 3)]
    try table.sign(Self.one, for: "release")
    try table.sign(Self.one, for: "release", at: Samples.instant("2026-11-24T10:00:01Z"))
    try table.sign(Self.two, for: "release")
    #expect(table.told == ["cannotTell", "role-unfilled"])
    try table.sign(Samples.person(3), for: "release")
    #expect(table.told == ["verified"])
  }

  @Test func theRightPeopleAreAskedFor() throws {
    var table = try Self.signed()
    table.policy.required[1].people = ["person3@example.com"]
    #expect(table.told == ["notVerified", "role-unfilled"])
    #expect(table.verdict.entries[1].reasons.map(\.id) == ["person-not-in-role"])
    try table.sign(Samples.person(3), for: "security")
    #expect(table.told == ["verified"])
  }

  @Test func whoIsNotAmongTheSignersDoesNotCount() throws {
    var table = try Self.signed()
    table.signers.removeFirst()
    #expect(table.told == ["notVerified", "role-unfilled"])
    #expect(table.verdict.entries[0].reasons.map(\.id) == ["signer-unknown"])
    // Nor does a key that signs for other purposes.
    table.signers.append(SigningTable.line(Self.one, "namespaces=\"git\""))
    #expect(table.verdict.entries[0].reasons.map(\.id) == ["signer-unknown"])
  }

  @Test func aClaimIsHeldAgainstTheKey() throws {
    var table = SigningTable()
    try table.sign(Self.one, for: "release", as: "person2@example.com")
    try table.sign(Self.two, for: "security")
    #expect(table.told == ["notVerified", "role-unfilled"])
    #expect(table.verdict.entries[0].reasons.map(\.id) == ["identity-other"])
    // Where a line names many, somebody has to say who it is.
    table = SigningTable()
    table.signers = ["*@example.com \(Self.one.publicKey.line)", SigningTable.line(Self.two)]
    try table.sign(Self.one, for: "release")
    try table.sign(Self.two, for: "security")
    #expect(table.verdict.entries[0].reasons.map(\.id) == ["identity-unclear"])
    try table.sign(Self.one, for: "release", as: "anna@example.com")
    #expect(table.told == ["verified"])
    #expect(table.verdict.roles[0].people == ["anna@example.com"])
  }

  @Test func aKeyOfSeveralNamesIsThePersonThatIsAskedFor() throws {
    var table = try Self.signed()
    table.signers[0] = "anna@work.example,person1@example.com,*@example.org \(Self.one.publicKey.line)"
    for (people, person) in [
      ([], "anna@work.example"), (["person1@example.com", "x@example.com"], "person1@example.com"),
      (["zoe@example.org"], "zoe@example.org"),
    ] {
      table.policy.required[0].people = people
      #expect(table.told == ["verified"])
      #expect(table.verdict.roles[0].people == [person])
    }
    table.policy.required[0].people = ["zoe@example.org", "yan@example.org"]
    #expect(table.verdict.entries[0].reasons.map(\.id) == ["identity-unclear"])
  }

  @Test func aNoIsHeard() throws {
    var table = try Self.signed()
    try table.sign(Samples.person(3), for: "release", decision: .reject)
    #expect(table.told == ["notVerified", "rejected"])
    // Of somebody nobody knows it is not.
    table = try Self.signed()
    try table.sign(Samples.person(9), for: "release", decision: .reject)
    #expect(table.told == ["verified"])
  }

  @Test func aRoleThatNobodyAsksForIsToldAndIgnored() throws {
    var table = try Self.signed()
    try table.sign(Samples.person(3), for: "poetry")
    #expect(table.told == ["verified"])
    #expect(table.verdict.entries.last?.state == .ignored)
  }

  // MARK: Time

  @Test func keysHoldFromTheirFirstToTheirLastSecond() throws {
    var table = try Self.signed()
    for (options, holds) in [
      ("valid-before=\"20261124100000Z\"", true), ("valid-before=\"20261124095959Z\"", false),
      ("valid-after=\"20261124100000Z\"", true), ("valid-after=\"20261124100001Z\"", false),
    ] {
      table.signers[0] = SigningTable.line(Self.one, options)
      #expect((table.verdict.outcome == .verified) == holds)
      if !holds { #expect(table.verdict.entries[0].reasons.map(\.id) == ["key-not-valid"]) }
    }
    // It held when it signed, and does not any more.
    table.signers[0] = SigningTable.line(Self.one, "valid-before=\"20261125Z\"")
    #expect(table.told == ["verified"])
    table.now = Samples.instant("2026-11-25T00:00:01Z")
    #expect(table.told == ["notVerified", "role-unfilled"])
  }

  @Test func signOffsEnd() throws {
    var table = SigningTable()
    try table.sign(Self.one, for: "release", until: Samples.instant("2026-11-30T23:59:59Z"))
    try table.sign(Self.two, for: "security")
    table.now = Samples.instant("2026-11-30T23:59:59Z")
    #expect(table.told == ["verified"])
    table.now.seconds += 1
    #expect(table.told == ["notVerified", "role-unfilled"])
    #expect(table.verdict.entries[0].reasons.map(\.id) == ["sign-off-expired"])
  }

  @Test func nothingIsSignedTomorrowOrBeforeTheReport() throws {
    var table = SigningTable()
    try table.sign(Self.one, for: "release", at: Samples.instant("2026-11-24T10:05:01Z"))
    try table.sign(Self.two, for: "security", at: Samples.instant("2026-11-24T09:54:59Z"))
    #expect(table.verdict.outcome == .notVerified)
    #expect(table.verdict.entries.flatMap(\.reasons).map(\.id) == ["signed-in-the-future", "signed-too-early"])
    table.now = Samples.instant("2026-11-24T09:00:00Z")
    #expect(table.told.contains("report-in-the-future"))
  }

  @Test func reportsExpire() throws {
    var table = try Self.signed()
    table.policy.maximumAgeHours = 24
    table.now = Samples.instant("2026-11-25T10:00:00Z")
    #expect(table.told == ["verified"])
    table.now.seconds += 1
    #expect(table.told == ["notVerified", "report-expired"])
    // A report judged as of last month is as old as that.
    table = SigningTable()
    table.report = Samples.report(asOf: Samples.instant("2026-10-24T00:00:00Z"))
    table.policy.maximumAgeHours = 24
    try table.sign(Self.one, for: "release")
    try table.sign(Self.two, for: "security")
    #expect(table.told == ["notVerified", "report-expired"])
  }

  // MARK: The gate

  @Test(arguments: [
    (Gate.Condition.Outcome.fail, ["notVerified", "gate-failed"]), (.undecided, ["cannotTell", "gate-undecided"]),
  ])
  func onlyAPassedGateIsVerified(_ outcome: Gate.Condition.Outcome, _ told: [String]) throws {
    var table = SigningTable()
    table.report = Samples.report(gate: outcome)
    try table.sign(Self.one, for: "release")
    try table.sign(Self.two, for: "security")
    #expect(table.told == told)
  }

  @Test func aDecisionThatDoesNotFollowIsSeen() throws {
    var table = SigningTable()
    table.report.gate = Gate(conditions: [Gate.Condition(id: "a", status: .fail, detail: "1 open")])
    table.report.gate.status = .passed
    try table.sign(Self.one, for: "release")
    try table.sign(Self.two, for: "security")
    #expect(table.told == ["notVerified", "gate-inconsistent"])
  }

  // MARK: What there is now

  @Test func aChangedFileOfTheSystemVoidsTheReport() throws {
    var table = try Self.signed()
    table.states["compose.yaml"] = .sha256(String(repeating: "0", count: 64))
    #expect(table.told == ["notVerified", "configuration-changed"])
    table.states["compose.yaml"] = .missing
    #expect(table.told == ["notVerified", "configuration-missing"])
    table.states = ["compose.yaml": .unseen("not here"), "prodworthy.yaml": .unseen("not here")]
    #expect(table.told == ["cannotTell", "configuration-unseen"])
  }

  @Test func theCommitIsTheOneThatWasAudited() throws {
    var table = try Self.signed()
    table.commit = .at(String(repeating: "d", count: 40))
    #expect(table.told == ["notVerified", "commit-changed"])
    table.commit = .unseen("no git")
    #expect(table.told == ["cannotTell", "commit-unseen"])
    table.policy.commit = .any
    #expect(table.told == ["verified"])
    table.commitAsked = Samples.commit
    #expect(table.told == ["verified"])
    table.commitAsked = String(repeating: "d", count: 40)
    #expect(table.told == ["notVerified", "commit-not-signed"])
  }

  @Test(arguments: [
    (true, ["notVerified", "commit-modified"]), (nil, ["cannotTell", "commit-unknown"]), (false, ["verified"]),
  ])
  func filesOfNoCommitAreSeenWhereThePolicyAsks(_ isModified: Bool?, _ told: [String]) throws {
    var table = SigningTable()
    table.policy.demandsUnmodified = true
    table.sources?.commit?.isModified = isModified
    try table.sign(Self.one, for: "release")
    try table.sign(Self.two, for: "security")
    #expect(table.told == told)
  }

  @Test func imagesAreThoseThatWereAudited() throws {
    var table = try Self.signed()
    table.images = [String(repeating: "6", count: 64)]
    #expect(table.told == ["verified"])
    table.images.append(String(repeating: "7", count: 64))
    #expect(table.told == ["notVerified", "image-not-signed"])
  }

  @Test func nothingThatIsTakenAwayHelps() throws {
    // Without any of the sign-offs, the signers or the sources, what was not verified is not verified.
    var table = SigningTable()
    #expect(table.told == ["cannotTell", "role-unfilled", "role-unfilled"])
    table.sources = nil
    try table.sign(Self.one, for: "release")
    try table.sign(Self.two, for: "security")
    #expect(table.told == ["verified"])
    table.signers = []
    #expect(table.verdict.outcome == .notVerified)
  }

  // MARK: Statements

  @Test func statementsAreReadAsTheyWereWritten() throws {
    let report = Samples.report()
    let signOff = SignOff(
      of: report, files: Samples.files, sources: Samples.sources, role: "release", decision: .reject,
      identity: "a@b", text: "not \u{1B}[31mthis\u{202E} one\n", at: Samples.finished,
      validUntil: Samples.instant("2027-01-01T00:00:00Z"))
    var read = try SignOff(signOff.statement(about: report).bytes)
    // Where the folder was is no part of the statement.
    read.sources?.folder = Samples.sources.folder
    read.sources?.fromRun = Samples.sources.fromRun
    #expect(read == signOff)
    #expect(signOff.waivers == ["W-1"])
  }

  @Test func otherProgramsReadWhatPassedAndWhatDidNot() throws {
    let report = Samples.report()
    let test = ResultStatements.testResult(report, subjects: Samples.files, sources: Samples.sources)
    #expect(test.predicateType == "https://in-toto.io/attestation/test-result/v0.1")
    #expect(test.predicate["result"] == "WARNED")
    #expect(test.predicate["passedTests"] == ["a web"])
    #expect(test.predicate["warnedTests"] == ["b web"])
    #expect(test.predicate["failedTests"] == ["c web"])
    #expect(test.predicate["configuration"]?.array?.count == 3)
    let verification = try #require(
      ResultStatements.verification(report, subjects: Samples.files, at: Samples.finished))
    #expect(verification.predicateType == "https://in-toto.io/attestation/svr/v0.2")
    #expect(verification.predicate["properties"] == ["READINESS_GATE_PASSED", "READINESS_NO_OPEN_CRITICAL"])
    let failed = Samples.report(gate: .fail)
    #expect(ResultStatements.verification(failed, subjects: [], at: Samples.finished) == nil)
    #expect(ResultStatements.testResult(failed, subjects: [], sources: nil).predicate["result"] == "FAILED")
  }

  @Test(arguments: [
    "{}", "[]", "", "{\"_type\":\"https://in-toto.io/Statement/v1\"}",
    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicateType\":\"https://prodworthy.invalid/readiness-signoff/v1\"}",
  ]) func whatIsNoSignOffIsRefused(_ text: String) {
    #expect(throws: SignOff.Refusal.self) { try SignOff(Array(text.utf8)) }
  }

  /// Statements with one member changed to something of another kind: a reason, and never a crash.
  @Test func damagedStatementsAreRefusedOrReadAsSomethingElse() throws {
    let report = Samples.report()
    let signOff = SignOff(
      of: report, files: Samples.files, sources: Samples.sources, role: "release", decision: .approve, identity: nil,
      text: "", at: Samples.finished, validUntil: nil)
    let bytes = signOff.statement(about: report).bytes
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<1500 {
      var changed = bytes
      for _ in 0...generator.below(3) {
        let start = generator.below(changed.count)
        changed.replaceSubrange(
          start..<min(changed.count, start + generator.below(20)), with: [UInt8(generator.below(256))])
      }
      _ = try? SignOff(changed)
    }
  }

  @Test func namesOfFilesHoldNothingForAShell() {
    let report = Samples.report()
    let signOff = SignOff(
      of: report, files: [], sources: nil, role: "release", decision: .approve, identity: "../../a b;$(x)é\u{1B}",
      text: "", at: Samples.finished, validUntil: nil)
    #expect(SignedFiles(signOff, about: report, signer: "x").stem == "signoff-release-.._.._a_b___x___")
  }
}
