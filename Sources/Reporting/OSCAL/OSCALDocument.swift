import AuditModel
import Facts

/// One document with one result: an observation per finding, a risk per open finding, a finding per checklist item and per
/// check that serves none.
///
/// The schema forbids empty lists, so a list without elements is left out. All UUIDs follow from the report.
struct OSCALDocument {
  private let report: AuditReport
  private let run: String
  /// By fingerprint: what an observation and a risk are called.
  private let items: [String: String]
  private let acceptances: Acceptances
  private let marks: BaselineMarks

  init(_ report: AuditReport) {
    self.report = report
    run = Identity.run(report)
    acceptances = Acceptances(report)
    marks = BaselineMarks(report)
    items = Dictionary(
      report.targets.map { ($0.id, Identity.uuid("target", $0.id)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The whole document.
  var value: JSONValue {
    let policy = Identity.uuid("policy", report.policy.id, report.policy.digest)
    return [
      "assessment-results": [
        "uuid": .string(Identity.uuid("results", run, report.policy.digest)),
        "metadata": [
          "title": .string("Production readiness of \(MarkdownText.code(report.system.name))"),
          "last-modified": .string(report.finishedAt.description), "version": OSCALText.string(report.schemaVersion),
          "oscal-version": "1.2.1",
          "props": [
            OSCALText.property("tool", "\(report.tool.name) \(report.tool.version)"),
            OSCALText.property("run", report.runID),
          ],
        ],
        // No plan stands in a file of its own: the policy is named among the resources.
        "import-ap": ["href": .string("#\(policy)")], "results": [result],
        "back-matter": [
          "resources": [
            [
              "uuid": .string(policy), "title": OSCALText.prose(report.policy.title),
              "description": .string("The policy \(MarkdownText.code(report.policy.id)), which says what is demanded."),
              "props": [OSCALText.property("digest", report.policy.digest)],
            ]
          ]
        ],
      ]
    ]
  }

  private var result: JSONValue {
    var result: JSONObject = [
      "uuid": .string(Identity.uuid("result", run, report.policy.digest)),
      "title": .string("Audit of \(MarkdownText.code(report.system.name)) (\(report.system.environment.rawValue))"),
      "description": .string("\(report.verdict): \(report.decision), score \(report.score.sentence)."),
      "start": .string(report.startedAt.description), "end": .string(report.finishedAt.description),
      "props": properties, "reviewed-controls": ["control-selections": [selection]],
    ]
    func list(_ name: String, _ elements: [JSONValue]) { if !elements.isEmpty { result[name] = .array(elements) } }
    if !items.isEmpty { result["local-definitions"] = ["inventory-items": .array(inventory)] }
    list("observations", looked.map(observation))
    list("risks", looked.filter(Self.isRisk).map(risk))
    list("findings", rowFindings + checkFindings)
    list("attestations", report.attestations.enumerated().map { attestation($0.element, $0.offset) })
    return .object(result)
  }

  private var properties: JSONValue {
    var properties = [
      OSCALText.property("gate", report.gate.status.rawValue), OSCALText.property("score", report.score.sentence),
      OSCALText.property("environment", report.system.environment.rawValue),
      OSCALText.property("interrupted", report.interrupted ? "yes" : "no"),
    ]
    properties += report.gate.conditions.prefix(200).map {
      OSCALText.property("gate-condition", "\($0.status.rawValue) \($0.id): \($0.detail)")
    }
    properties += report.partial.prefix(200).map { OSCALText.property("partial-run", $0) }
    for (name, value) in [
      ("acceptance", report.acceptanceSentence), ("baseline", report.baselineSentence),
      ("carried", report.carriedSentence), ("parts", report.shardSentence), ("put-back", report.undoneSentence),
      ("judged-as-of", report.asOf?.description), ("rehearsed", report.rehearsalSentence),
    ] {
      if let value { properties.append(OSCALText.property(name, value)) }
    }
    for said in [report.saidInWaivers, report.saidInAttestations] {
      properties += said.filter { !$0.isSound }.prefix(200).map {
        OSCALText.property("\($0.kind.rawValue)-to-mend", "\($0.id) (\($0.topic)): \($0.complaint)")
      }
    }
    properties += (report.forecast ?? []).prefix(200).map {
      OSCALText.property(
        "ends", "\($0.at.day) \($0.kind.rawValue) \($0.what)\($0.target.map { " on \($0)" } ?? ""): \($0.message)")
    }
    return .array(properties)
  }

  private var selection: JSONValue {
    var seen: Set<String> = []
    let controls = report.checklist.map { OSCALText.token($0.id) }.filter { seen.insert($0).inserted }
    if controls.isEmpty { return ["include-all": [:]] }
    return ["include-controls": .array(controls.map { ["control-id": .string($0)] })]
  }

  private var inventory: [JSONValue] {
    var seen: Set<String> = []
    return report.targets.filter { seen.insert($0.id).inserted }.compactMap { target in
      guard let uuid = items[target.id] else { return nil }
      var properties = [OSCALText.property("target", target.id), OSCALText.property("kind", target.kind)]
      if let address = target.address { properties.append(OSCALText.property("address", address)) }
      return ["uuid": .string(uuid), "description": OSCALText.code(target.id), "props": .array(properties)]
    }
  }

  // MARK: What was looked at

  /// Findings that somebody looked for; what is out of scope or deselected was not.
  private var looked: [Finding] { report.findings.filter { $0.status.countsInScore } }

  private static func isRisk(_ finding: Finding) -> Bool { finding.status.isOpen || finding.status == .warn }

  private static func observationID(_ finding: Finding) -> String {
    Identity.uuid("observation", finding.fingerprint, finding.check, finding.place)
  }

  private static func riskID(_ finding: Finding) -> String {
    Identity.uuid("risk", finding.fingerprint, finding.check, finding.place)
  }

  private func observation(_ finding: Finding) -> JSONValue {
    var properties = [
      OSCALText.property("check", finding.check), OSCALText.property("target", finding.target),
      OSCALText.property("status", finding.status.rawValue), OSCALText.property("severity", finding.severity.rawValue),
      OSCALText.property("fingerprint", finding.fingerprint),
    ]
    if let subject = finding.subject { properties.append(OSCALText.property("subject", subject)) }
    if let expected = finding.expected { properties.append(OSCALText.property("expected", expected)) }
    if let observed = finding.observed { properties.append(OSCALText.property("observed", observed)) }
    if let attestation = finding.attestation { properties.append(OSCALText.property("attestation", attestation)) }
    if let mark = marks[finding] { properties.append(OSCALText.property("baseline", mark.rawValue)) }
    if let command = finding.reproduce { properties.append(OSCALText.property("look-again", command)) }
    let isSaid = finding.status == .manual || finding.attestation != nil
    var observation: JSONObject = [
      "uuid": .string(Self.observationID(finding)),
      "title": OSCALText.prose(report.checks[finding.check]?.title ?? finding.check),
      "description": OSCALText.code(finding.message), "props": .array(properties),
      "methods": [isSaid ? "INTERVIEW" : "TEST"],
      "collected": .string((finding.carriedFrom ?? report.startedAt).description),
    ]
    if let item = items[finding.target] {
      observation["subjects"] = [["subject-uuid": .string(item), "type": "inventory-item"]]
    }
    if !finding.evidence.isEmpty {
      observation["relevant-evidence"] = .array(
        finding.evidence.map {
          ["description": .string("\(MarkdownText.code($0.label)): \(MarkdownText.code($0.text))")]
        })
    }
    return .object(observation)
  }

  private func risk(_ finding: Finding) -> JSONValue {
    let check = report.checks[finding.check]
    var risk: JSONObject = [
      "uuid": .string(Self.riskID(finding)), "title": OSCALText.prose(check?.title ?? finding.check),
      "description": .string("\(MarkdownText.code(finding.place)): \(MarkdownText.code(finding.message))"),
      "statement": OSCALText.prose(check?.rationale ?? "Nothing is known of this check."),
      // An acceptance is OSCAL's approved deviation.
      "status": finding.isWaived ? "deviation-approved" : "open",
      "props": [OSCALText.property("severity", finding.severity.rawValue)],
      "related-observations": [["observation-uuid": .string(Self.observationID(finding))]],
    ]
    var responses: [JSONValue] = []
    if let fix = check?.remediation {
      responses.append([
        "uuid": .string(Identity.uuid("fix", finding.fingerprint, finding.check, finding.place)),
        "lifecycle": "recommendation", "title": .string("Fix (\(fix.effort.rawValue) effort)"),
        "description": OSCALText.prose(fix.text),
      ])
    }
    if let acceptance = finding.acceptance {
      var response: JSONObject = [
        "uuid": .string(Identity.uuid("acceptance", finding.fingerprint, finding.check, finding.place)),
        "lifecycle": "planned", "title": "Accepted", "description": OSCALText.code(acceptance),
      ]
      if let waiver = acceptances.waiver(of: finding) {
        response["props"] = [
          OSCALText.property("waiver", waiver.id), OSCALText.property("reason", waiver.reason.rawValue),
          OSCALText.property("owner", waiver.owner), OSCALText.property("approved-by", waiver.approvedBy),
          OSCALText.property("ticket", waiver.ticket),
        ]
        // Until then it has to be resolved: what is accepted is accepted until a day.
        risk["deadline"] = .string(waiver.expires.description)
        if !waiver.compensating.isEmpty {
          risk["mitigating-factors"] = .array(
            waiver.compensating.enumerated().map { index, check in
              [
                "uuid": .string(Identity.uuid("compensation", finding.fingerprint, waiver.id, String(index))),
                "description": .string(
                  "The check \(MarkdownText.code(check.check)) passes"
                    + "\(check.target.map { " on \(MarkdownText.code($0))" } ?? "")."),
              ]
            })
        }
      }
      responses.append(.object(response))
    }
    if !responses.isEmpty { risk["remediations"] = .array(responses) }
    return .object(risk)
  }

  // MARK: What people stated

  private func attestation(_ row: AuditReport.AttestationRow, _ index: Int) -> JSONValue {
    let statement = row.attestation
    var properties = [
      OSCALText.property("attestation", statement.id), OSCALText.property("state", row.state.rawValue),
      OSCALText.property("topic", row.topic), OSCALText.property("by", statement.by),
      OSCALText.property("on", statement.on.description), OSCALText.property("expires", statement.expires.description),
    ]
    if let reviewer = statement.reviewedBy { properties.append(OSCALText.property("reviewed-by", reviewer)) }
    if let problem = row.problem { properties.append(OSCALText.property("problem", problem)) }
    properties += statement.evidence.prefix(50).map { OSCALText.property("evidence", $0) }
    properties += row.items.prefix(50).map { OSCALText.property("item", $0) }
    return [
      "parts": [
        [
          "uuid": .string(Identity.uuid("attestation", run, statement.id, String(index))), "name": "statement",
          "ns": "urn:prodworthy:oscal", "title": .string("Attestation \(MarkdownText.code(statement.id))"),
          "props": .array(properties), "prose": OSCALText.code(statement.statement),
        ]
      ]
    ]
  }

  // MARK: What follows for the checklist

  private var rowFindings: [JSONValue] {
    let findings = Dictionary(looked.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
    return report.checklist.enumerated().compactMap { index, row in
      // What applies to nothing here is not assessed.
      guard row.status != .notApplicable else { return nil }
      let (state, reason) = Self.status(of: row.status)
      return finding(
        Identity.uuid("finding", run, row.id, String(index)), target: row.id, title: OSCALText.prose(row.title),
        description: .string("\(MarkdownText.prose(row.area)): \(row.status.word)\(Self.said(of: row))."), state: state,
        reason: reason,
        row.findings.compactMap { findings[$0] })
    }
  }

  private var checkFindings: [JSONValue] {
    let covered = Set(report.checklist.flatMap(\.findings))
    return looked.filter { !covered.contains($0.fingerprint) }.grouped(by: \.check).map { id, findings in
      let worst = findings.max { $0.status.badness < $1.status.badness }?.status ?? .error
      return finding(
        Identity.uuid("finding-of-check", run, id), target: id,
        title: OSCALText.prose(report.checks[id]?.title ?? id),
        description: .string("\(MarkdownText.code(id)): \(countsByStatus(findings.lazy.map(\.status)))."),
        state: worst == .pass || worst == .warn ? "satisfied" : "not-satisfied",
        reason: worst == .pass || worst == .warn ? "pass" : worst == .fail ? "fail" : "other", findings)
    }
  }

  private static func said(of row: AuditReport.ChecklistRow) -> String {
    func names(_ ids: [String]) -> String { ids.prefix(20).map { MarkdownText.code($0) }.joined(separator: ", ") }
    return (row.attestations.isEmpty ? "" : ", attested by \(names(row.attestations))")
      + (row.awaiting.isEmpty ? "" : ", nobody attests \(names(row.awaiting))")
  }

  private static func status(of coverage: AuditReport.ChecklistRow.Coverage) -> (state: String, reason: String) {
    switch coverage {
    case .pass, .warn: ("satisfied", "pass")
    case .fail: ("not-satisfied", "fail")
    // People said so; nothing was tested.
    case .attested: ("satisfied", "other")
    // What nothing looked at is not shown to be satisfied.
    case .notProven, .notCovered, .notApplicable: ("not-satisfied", "other")
    }
  }

  private func finding(
    _ uuid: String, target: String, title: JSONValue, description: JSONValue, state: String, reason: String,
    _ findings: [Finding]
  ) -> JSONValue {
    var finding: JSONObject = [
      "uuid": .string(uuid), "title": title, "description": description,
      "target": [
        "type": "objective-id", "target-id": .string(OSCALText.token(target)),
        "status": ["state": .string(state), "reason": .string(reason)],
      ],
    ]
    if !findings.isEmpty {
      finding["related-observations"] = .array(
        findings.map { ["observation-uuid": .string(Self.observationID($0))] })
    }
    let risks = findings.filter(Self.isRisk)
    if !risks.isEmpty {
      finding["related-risks"] = .array(risks.map { ["risk-uuid": .string(Self.riskID($0))] })
    }
    return .object(finding)
  }
}
