import AuditModel
import Facts

/// One SARIF log with one run: a rule per check, a result per finding, the checklist as a taxonomy.
struct SARIFDocument {
  /// The most results and rules of a run that GitHub takes.
  static let limit = 25_000

  private let report: AuditReport
  private let profile: SARIFProfile
  private let limit: Int
  private let places: FilePlaces
  private let acceptances: Acceptances
  private let marks: BaselineMarks
  private let rules: [String]
  /// What they are called, each unlike the others: the schema wants no two elements alike.
  private let ruleNames: [String]
  private let ruleIndices: [String: Int]
  /// Positions in the taxonomy by item.
  private let taxa: [String: Int]
  /// Headings by item.
  private let areas: [String: String]

  init(_ report: AuditReport, profile: SARIFProfile, limit: Int = Self.limit) {
    self.limit = limit
    self.report = report
    self.profile = profile
    places = FilePlaces(report)
    acceptances = Acceptances(report)
    marks = BaselineMarks(report)
    // A finding may name a check that the report says nothing about; it gets a rule all the same.
    let ids = Set(report.checks.keys).union(report.findings.lazy.map(\.check))
    rules = ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    ruleNames = SARIFText.names(of: rules)
    taxa = Dictionary(
      report.checklist.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    areas = Dictionary(report.checklist.map { ($0.id, $0.area) }, uniquingKeysWith: { first, _ in first })
    ruleIndices = Dictionary(
      rules.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// The whole log.
  var value: JSONValue {
    [
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0", "runs": [run],
    ]
  }

  private var run: JSONValue {
    var run: JSONObject = [
      "tool": ["driver": driver],
      // Code scanning keeps apart what differs before the last slash.
      "automationDetails": [
        "id": .string(
          "prodworthy/\(segment(report.system.name))-\(report.system.environment.rawValue)/"
            + "\(segment(report.policy.id))/\(segment(report.runID))"),
        "guid": .string(Identity.run(report)),
      ],
      // Columns of an inventory are counted in Unicode scalars.
      "columnKind": "unicodeCodePoints", "invocations": [invocation], "results": .array(results),
      "properties": properties,
    ]
    if !report.checklist.isEmpty { run["taxonomies"] = [taxonomy] }
    return .object(run)
  }

  private var properties: JSONValue {
    var properties: JSONObject = [
      "gate": .string(report.gate.status.rawValue), "score": .string(report.score.sentence),
      "conditions": .array(
        report.gate.conditions.map {
          ["id": .line($0.id), "status": .string($0.status.rawValue), "detail": .line($0.detail)]
        }),
    ]
    properties["acceptance"] = report.acceptanceSentence.map { .line($0) }
    properties["attestations"] = report.attestationSentence.map { .line($0) }
    properties["baseline"] = report.baselineSentence.map { .line($0) }
    properties["carried"] = report.carriedSentence.map { .line($0) }
    properties["undone"] = report.undoneSentence.map { .line($0) }
    properties["rehearsed"] = report.rehearsed.map { .bool($0) }
    properties["parts"] = report.shardSentence.map { .line($0) }
    return .object(properties)
  }

  private func segment(_ raw: String) -> String {
    let text = Untrusted.oneLine(raw, limit: 200)
    return text.isEmpty ? "unnamed" : SourceLocation.percentEncoded(text, keeping: " ")
  }

  /// Readers refuse empty texts where one is required.
  private func text(_ raw: String, limit: Int = 1024) -> JSONValue {
    let text = SARIFText.plain(raw, limit: limit)
    return .string(text.isEmpty ? "—" : text)
  }

  // MARK: Rules

  private var driver: JSONValue {
    var driver: JSONObject = [
      "name": text(report.tool.name, limit: 255),
      "rules": .array(rules.enumerated().map { rule($0.element, name: ruleNames[$0.offset]) }),
    ]
    driver["version"] = text(report.tool.version, limit: 255)
    return .object(driver)
  }

  private func rule(_ id: String, name: String) -> JSONValue {
    guard let check = report.checks[id] else {
      return ["id": .string(name), "shortDescription": ["text": text(id)]]
    }
    var properties: JSONObject = [
      "precision": "high", "problem.severity": .string(SARIFText.problemSeverity(of: check.severity)),
      "tags": tags(of: check), "severity": .string(check.severity.rawValue), "weight": .integer(check.weight),
      "effort": .string(check.remediation.effort.rawValue),
    ]
    properties["security-severity"] = SARIFText.securitySeverity(of: check.severity).map { .string($0) }
    var rule: JSONObject = [
      "id": .string(name), "shortDescription": ["text": text(check.title)],
      "fullDescription": ["text": text(check.rationale)],
      "help": ["text": text(help(of: check), limit: 8 << 10), "markdown": .string(markdownHelp(of: check))],
      "defaultConfiguration": ["level": .string(SARIFText.level(of: check.severity))],
      "properties": .object(properties),
    ]
    let items = check.checklist.compactMap { taxa[$0] }
    if !items.isEmpty {
      rule["relationships"] = .array(
        items.map {
          [
            "target": ["index": .integer($0), "toolComponent": ["index": 0, "name": "checklist"]],
            "kinds": ["relevant"],
          ]
        })
    }
    return .object(rule)
  }

  private func help(of check: AuditReport.CheckSummary) -> String {
    var lines = ["\(check.rationale)", "Fix (\(check.remediation.effort.rawValue) effort): \(check.remediation.text)"]
    if !check.references.isEmpty { lines.append("References: \(check.references.joined(separator: "; "))") }
    return lines.joined(separator: "\n")
  }

  private func markdownHelp(of check: AuditReport.CheckSummary) -> String {
    var page = MarkdownPage()
    page.block("**Why it matters:** \(MarkdownText.prose(check.rationale))")
    page.block(
      "**Fix** (\(check.remediation.effort.rawValue) effort): \(MarkdownText.prose(check.remediation.text))")
    if !check.references.isEmpty {
      page.block("**References:** " + check.references.map { MarkdownText.prose($0) }.joined(separator: "; "))
    }
    return page.text
  }

  private func tags(of check: AuditReport.CheckSummary) -> JSONValue {
    var tags = ["production-readiness"]
    // Code scanning reads the severity as a number only where this tag stands.
    if check.checklist.contains(where: { areas[$0]?.lowercased() == "security" }) { tags.append("security") }
    for item in check.checklist {
      let tag = Untrusted.oneLine(item, limit: 200)
      if !tag.isEmpty, !tags.contains(tag), tags.count < 20 { tags.append(tag) }
    }
    return .array(tags.map { .string($0) })
  }

  // MARK: Checklist

  private var taxonomy: JSONValue {
    [
      "name": "checklist", "shortDescription": ["text": "What a production-ready system has to show"],
      "taxa": .array(
        zip(report.checklist, SARIFText.names(of: report.checklist.map(\.id))).map { row, name in
          [
            "id": .string(name), "shortDescription": ["text": text(row.title)],
            "properties": ["area": text(row.area), "status": .string(row.status.rawValue)],
          ]
        }),
    ]
  }

  // MARK: Results

  private var results: [JSONValue] {
    switch profile {
    case .full: report.findings.filter { $0.status != .skipped }.map(result) + absent
    case .github:
      bySeverity(report.findings.filter { $0.isFailing || $0.isWarning }).prefix(limit).map(result)
    }
  }

  private func result(_ finding: Finding) -> JSONValue {
    let kind = SARIFText.kind(of: finding.status)
    var result: JSONObject = [
      "ruleId": ruleIndices[finding.check].map { .string(ruleNames[$0]) } ?? "—", "kind": .string(kind),
      "level": .string(kind == "fail" ? level(of: finding) : "none"),
      "message": ["text": text("\(finding.place): \(finding.message)", limit: 4 << 10)],
      "locations": [location(of: finding)],
      "partialFingerprints": [
        "primaryLocationLineHash": .line("\(finding.fingerprint):1", limit: 200),
        "prodworthyFinding/v1": print(finding.fingerprint),
      ],
      // The standard wants them on all results of a run or on none.
      "suppressions": .array(suppressions(of: finding)), "properties": properties(of: finding),
    ]
    result["ruleIndex"] = ruleIndices[finding.check].map { .integer($0) }
    result["baselineState"] = baselineState(of: finding).map { .string($0) }
    return .object(result)
  }

  /// The state against the baseline (section 3.27.24), for every result or for none. A baseline knows only what failed: of
  /// anything else nothing has changed.
  private func baselineState(of finding: Finding) -> String? {
    guard report.baseline != nil else { return nil }
    return switch marks[finding] {
    case .new: "new"
    case .fixed, .unverified, .removed: "updated"
    case .known, nil: "unchanged"
    }
  }

  /// What the baseline knew and nothing shows any more. Nothing is left of it but its fingerprint, and whoever reads no
  /// states must not take it for a failure.
  private var absent: [JSONValue] {
    guard let baseline = report.baseline else { return [] }
    let present = Set(report.findings.lazy.filter { $0.status != .skipped }.map(\.fingerprint))
    var seen: Set<String> = []
    let name = text(report.system.name)
    // A fingerprint of which nothing can be shown tells a reader nothing.
    let gone = baseline.fixed.filter {
      !present.contains($0) && !Untrusted.oneLine($0, limit: 200).isEmpty && seen.insert($0).inserted
    }
    return gone.prefix(limit).map { fingerprint in
      [
        "ruleId": "fixed-since-baseline", "kind": "pass", "level": "none", "baselineState": "absent",
        "message": ["text": .string("fixed since the baseline of \(baseline.writtenAt.day)")],
        "locations": [
          [
            "logicalLocations": [
              ["name": name, "fullyQualifiedName": name, "kind": "resource"]
            ]
          ]
        ],
        "partialFingerprints": [
          "primaryLocationLineHash": .line("\(fingerprint):1", limit: 200),
          "prodworthyFinding/v1": print(fingerprint),
        ], "suppressions": [], "properties": ["status": "pass", "fingerprint": .line(fingerprint, limit: 200)],
      ]
    }
  }

  private func level(of finding: Finding) -> String {
    finding.status == .warn ? "note" : SARIFText.level(of: finding.severity)
  }

  /// A fingerprint, which the schema wants to be something.
  private func print(_ raw: String) -> JSONValue {
    let text = Untrusted.oneLine(raw, limit: 200)
    return .string(text.isEmpty ? "—" : text)
  }

  private func location(of finding: Finding) -> JSONValue {
    var logical: JSONObject = [
      "name": text(finding.subject ?? finding.target, limit: 1024),
      "kind": finding.subject == nil ? "resource" : "member",
    ]
    logical["fullyQualifiedName"] = text(
      finding.subject.map { "\(finding.target)/\($0)" } ?? finding.target, limit: 2048)
    var location: JSONObject = ["logicalLocations": [.object(logical)]]
    if let place = places.place(of: finding) {
      location["physicalLocation"] = [
        "artifactLocation": ["uri": .string(place.uri)],
        "region": [
          "startLine": .integer(place.boundedLine), "startColumn": .integer(place.boundedColumn),
          "endLine": .integer(place.boundedLine), "endColumn": .integer(place.boundedColumn + 1),
        ],
      ]
    }
    return .object(location)
  }

  private func suppressions(of finding: Finding) -> [JSONValue] {
    guard let acceptance = finding.acceptance else { return [] }
    var suppression: JSONObject = [
      "kind": "external", "status": "accepted", "justification": text(acceptance, limit: 4 << 10),
      "guid": .string(Identity.uuid("suppression", finding.fingerprint)),
    ]
    if let waiver = acceptances.waiver(of: finding) {
      suppression["properties"] = [
        "waiver": .line(waiver.id), "reason": .string(waiver.reason.rawValue), "owner": .line(waiver.owner),
        "approvedBy": .line(waiver.approvedBy), "ticket": .line(waiver.ticket),
        "expires": .string(waiver.expires.description),
      ]
      if let place = waiver.location {
        suppression["location"] = [
          "physicalLocation": [
            "artifactLocation": ["uri": .string(place.uri)],
            "region": ["startLine": .integer(place.boundedLine), "startColumn": .integer(place.boundedColumn)],
          ]
        ]
      }
    }
    return [.object(suppression)]
  }

  private func properties(of finding: Finding) -> JSONValue {
    var properties: JSONObject = [
      "status": .string(finding.status.rawValue), "severity": .string(finding.severity.rawValue),
      "target": .line(finding.target), "durationMs": .integer(finding.durationMs),
    ]
    properties["subject"] = finding.subject.map { .line($0) }
    properties["expected"] = finding.expected.map { .line($0) }
    properties["observed"] = finding.observed.map { .line($0) }
    // Code scanning shows no properties of a result and takes no log above 10 MB.
    if !finding.evidence.isEmpty, profile == .full {
      properties["evidence"] = .array(
        finding.evidence.map { ["label": .line($0.label), "text": .shown($0.text, limit: 2 << 10)] })
    }
    if profile == .full {
      properties["attestation"] = finding.attestation.map { .line($0) }
      properties["carriedFrom"] = finding.carriedFrom.map { .string($0.description) }
      properties["lookAgain"] = finding.reproduce.map { .line($0) }
    }
    if let cause = finding.cause, report.causes.indices.contains(cause) {
      properties["waitsFor"] = .line("\(report.causes[cause].target): \(report.causes[cause].reason)")
    }
    return .object(properties)
  }

  // MARK: What the run itself has to say

  private var invocation: JSONValue {
    let broken = report.findings.filter { $0.status == .error }
    var invocation: JSONObject = [
      "executionSuccessful": .bool(broken.isEmpty && !report.interrupted),
      "startTimeUtc": .string(report.startedAt.description), "endTimeUtc": .string(report.finishedAt.description),
    ]
    var notifications: [JSONValue] = broken.prefix(1000).map { finding in
      var notification: JSONObject = [
        "level": "error", "message": ["text": text("\(finding.place): \(finding.message)")],
      ]
      notification["associatedRule"] = ruleIndices[finding.check].map { ["index": .integer($0)] }
      return .object(notification)
    }
    notifications += report.notSeen.prefix(1000).map { part in
      let remedy = part.remedy.map { "; \($0) would show it" } ?? ""
      return [
        "level": "warning",
        "message": [
          "text": text("\(part.target): \(part.probe) did not see \(part.path ?? "anything"): \(part.reason)\(remedy)")
        ],
      ]
    }
    invocation["toolExecutionNotifications"] = .array(notifications)
    invocation["toolConfigurationNotifications"] = .array(
      (report.rehearsalSentence.map { [["level": "warning", "message": ["text": text("rehearsed: \($0)")]]] } ?? [])
        + report.partial.map { ["level": "warning", "message": ["text": text("partial run: \($0)")]] }
        + report.waiversToMend.prefix(1000).map {
          ["level": "warning", "message": ["text": text("waiver \($0.waiver.id) (\($0.place)): \($0.complaint)")]]
        }
        + report.attestations.lazy.filter { $0.state != .valid }.prefix(1000).map {
          [
            "level": "warning",
            "message": [
              "text": text("attestation \($0.attestation.id) (\($0.topic)): \($0.state.word), \($0.problem ?? "")")
            ],
          ]
        })
    return .object(invocation)
  }
}
