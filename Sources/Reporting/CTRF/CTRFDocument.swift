import AuditModel
import Facts

/// One CTRF document. Its schema allows no member of our own but under `extra`.
struct CTRFDocument {
  /// A test's status.
  enum Outcome: String, CaseIterable {
    case passed
    case failed
    case skipped
    case pending
    case other
  }

  private let report: AuditReport
  private let places: FilePlaces
  private let acceptances: Acceptances
  private let marks: BaselineMarks

  init(_ report: AuditReport) {
    self.report = report
    places = FilePlaces(report)
    acceptances = Acceptances(report)
    marks = BaselineMarks(report)
  }

  /// The whole document.
  var value: JSONValue {
    // A gate without conditions decides nothing, and a document without a failing test would look green.
    let conditions =
      report.gate.conditions.isEmpty
      ? [Gate.Condition(id: "gate", status: .undecided, detail: "the policy names no condition")]
      : report.gate.conditions
    let gate = conditions.enumerated().map { test(for: $0.element, $0.offset) }
    let waivers = report.saidInWaivers
    let attestations = report.saidInAttestations
    let rehearsal = report.saidOfRehearsal
    let said =
      rehearsal.enumerated().map { test(for: $0.element, $0.offset, members: ["rehearsed": true]) }
      + zip(waivers, report.waivers).enumerated().map { index, pair in
        test(for: pair.0, index, members: members(of: pair.1.waiver))
      }
      + zip(attestations, report.attestations).enumerated().map { index, pair in
        test(for: pair.0, index, members: members(of: pair.1.attestation))
      }
    let findings = report.findings.map { (Self.outcome(of: $0), test(for: $0)) }
    var counts: [Outcome: Int] = [:]
    for condition in conditions { counts[Self.outcome(of: condition), default: 0] += 1 }
    for item in rehearsal + waivers + attestations { counts[Self.outcome(of: item), default: 0] += 1 }
    for (outcome, _) in findings { counts[outcome, default: 0] += 1 }
    var summary: JSONObject = [
      "tests": .integer(gate.count + said.count + findings.count),
      "suites": .integer(
        1 + [rehearsal, waivers, attestations].count { !$0.isEmpty } + Set(report.findings.map(\.target)).count),
      "start": .integer(report.startedAt.seconds * 1000), "stop": .integer(report.finishedAt.seconds * 1000),
      "duration": .integer(report.durationMs),
    ]
    for outcome in Outcome.allCases { summary[outcome.rawValue] = .integer(counts[outcome] ?? 0) }
    return [
      "reportFormat": "CTRF", "specVersion": "1.0.0", "reportId": .string(Identity.run(report)),
      "timestamp": .string(report.finishedAt.description),
      "generatedBy": .line("\(report.tool.name) \(report.tool.version)"),
      "results": [
        "tool": ["name": .string(filled(report.tool.name)), "version": .line(report.tool.version)],
        "summary": .object(summary), "tests": .array(gate + said + findings.map(\.1)),
        "environment": [
          "reportName": .line("Production readiness: \(report.system.name)"), "appName": .line(report.system.name),
          "testEnvironment": .string(report.system.environment.rawValue),
          "healthy": .bool(report.gate.status == .passed && report.rehearsed != true),
        ],
        "extra": ["prodworthy": extra],
      ],
    ]
  }

  private var extra: JSONValue {
    var extra: JSONObject = [
      "gate": .string(report.gate.status.rawValue), "policy": .line(report.policy.id),
      "policyDigest": .line(report.policy.digest), "score": .string(report.score.sentence),
      "interrupted": .bool(report.interrupted), "partial": .array(report.partial.map { .line($0) }),
    ]
    extra["acceptance"] = report.acceptanceSentence.map { .line($0) }
    extra["attestations"] = report.attestationSentence.map { .line($0) }
    extra["baseline"] = report.baselineSentence.map { .line($0) }
    extra["carried"] = report.carriedSentence.map { .line($0) }
    extra["undone"] = report.undoneSentence.map { .line($0) }
    extra["rehearsed"] = report.rehearsed.map { .bool($0) }
    extra["parts"] = report.shardSentence.map { .line($0) }
    extra["wayToGreen"] = report.wayToGreen.map { .string($0.sentence) }
    return .object(extra)
  }

  private func filled(_ raw: String) -> String {
    let text = Untrusted.oneLine(raw)
    return text.isEmpty ? "—" : text
  }

  static func outcome(of condition: Gate.Condition) -> Outcome {
    switch condition.status {
    case .pass: .passed
    case .fail: .failed
    case .undecided: .other
    }
  }

  static func outcome(of said: Said) -> Outcome { said.isSound ? .passed : .failed }

  static func outcome(of finding: Finding) -> Outcome {
    if finding.isWaived { return .skipped }
    return switch finding.status {
    case .pass, .warn: .passed
    case .fail: .failed
    case .error, .unknown, .blocked: .other
    case .manual: .pending
    case .notApplicable, .skipped: .skipped
    }
  }

  private func test(for condition: Gate.Condition, _ index: Int) -> JSONValue {
    [
      "id": .string(Identity.uuid("condition", condition.id, String(index))), "name": .string(filled(condition.id)),
      "status": .string(Self.outcome(of: condition).rawValue), "duration": 0, "suite": ["readiness.gate"],
      "rawStatus": .string(condition.status.rawValue), "message": .line(condition.detail), "type": "readiness",
    ]
  }

  /// By its position too, since two may have one id.
  private func test(for said: Said, _ index: Int, members: JSONObject) -> JSONValue {
    var test: JSONObject = [
      "id": .string(Identity.uuid(said.kind.rawValue, said.id, String(index))),
      "name": .string(filled("\(said.id) \(said.topic)")), "status": .string(Self.outcome(of: said).rawValue),
      "duration": 0, "suite": [.string(said.suite)], "rawStatus": .string(said.state),
      "message": .line(said.complaint.isEmpty ? said.word : said.complaint), "type": "readiness",
      "extra": ["prodworthy": .object(members)],
    ]
    if let place = said.location {
      test["filePath"] = .line(place.path)
      test["line"] = .integer(place.boundedLine)
    }
    return .object(test)
  }

  private func members(of waiver: Waiver) -> JSONObject {
    [
      "waiver": .line(waiver.id), "reason": .string(waiver.reason.rawValue), "owner": .line(waiver.owner),
      "approvedBy": .line(waiver.approvedBy), "ticket": .line(waiver.ticket),
      "expires": .string(waiver.expires.description),
    ]
  }

  private func members(of attestation: Attestation) -> JSONObject {
    [
      "attestation": .line(attestation.id), "by": .line(attestation.by),
      "expires": .string(attestation.expires.description),
    ]
  }

  private func test(for finding: Finding) -> JSONValue {
    let check = report.checks[finding.check]
    let words = [finding.check, check?.title, "[\(finding.target)]", finding.subject]
    var labels: JSONObject = [
      "check": .line(finding.check), "target": .line(finding.target), "severity": .string(finding.severity.rawValue),
    ]
    labels["subject"] = finding.subject.map { .line($0) }
    // A list without elements is against the schema.
    if let items = check?.checklist, !items.isEmpty { labels["checklist"] = .array(items.map { .line($0) }) }
    var tags: [JSONValue] = [.string(finding.severity.rawValue)]
    if finding.status == .warn { tags.append("warning") }
    if finding.isWaived { tags.append("accepted") }
    if finding.attestation != nil { tags.append("attested") }
    if finding.carriedFrom != nil { tags.append("carried") }
    if marks[finding] == .new { tags.append("new") }
    var extra: JSONObject = ["fingerprint": .line(finding.fingerprint)]
    extra["expected"] = finding.expected.map { .line($0) }
    extra["observed"] = finding.observed.map { .line($0) }
    extra["acceptance"] = finding.acceptance.map { .line($0) }
    extra["acceptedBy"] = acceptances.waiver(of: finding).map { .object(members(of: $0)) }
    extra["attestation"] = finding.attestation.map { .line($0) }
    extra["carriedFrom"] = finding.carriedFrom.map { .string($0.description) }
    extra["baseline"] = marks[finding].map { .string($0.rawValue) }
    extra["lookAgain"] = finding.reproduce.map { .line($0) }
    if let fix = check?.remediation {
      extra["fix"] = .line(fix.text)
      extra["effort"] = .string(fix.effort.rawValue)
    }
    var test: JSONObject = [
      "id": .string(Identity.uuid("finding", finding.fingerprint)),
      "name": .string(filled(words.compactMap(\.self).joined(separator: " "))),
      "status": .string(Self.outcome(of: finding).rawValue), "duration": .integer(max(0, finding.durationMs)),
      "suite": [.string(filled(finding.target))], "rawStatus": .string(finding.status.rawValue),
      "message": .line(finding.message), "type": "readiness", "tags": .array(tags), "labels": .object(labels),
      "extra": ["prodworthy": .object(extra)],
    ]
    if !finding.evidence.isEmpty, finding.status != .pass {
      test["trace"] = .string(
        finding.evidence.map { "\(Untrusted.oneLine($0.label)): \(Untrusted.text($0.text, limit: 2 << 10))" }
          .joined(separator: "\n"))
    }
    if let place = places.place(of: finding) {
      test["filePath"] = .line(place.path)
      test["line"] = .integer(place.boundedLine)
    }
    return .object(test)
  }
}
