import AuditModel
import HostileTexts

extension Specimen {
  static let healthyReport = report(
    [
      finding("tls-certificate-lifetime", "web", .pass, "60 of 90 days left"),
      finding("tls-certificate-lifetime", "api", .pass, "61 of 90 days left"),
      finding("tls-protocol-floor", "web", .pass, "only TLS 1.2 and 1.3 are accepted", durationMs: 48),
      finding("http-endpoint-answers", "web", .pass, "answers 200"),
      finding("http-endpoint-answers", "api", .pass, "answers 200"),
      finding("postgres-traffic-encrypted", "db", .pass, "all 12 sessions are encrypted"),
      finding("postgres-duplicate-index", "db", .pass, "no index duplicates another"),
      finding("postgres-pooling", "db", .notApplicable, "the inventory names no application that connects"),
    ],
    conditions: [
      Gate.Condition(id: "something-checked", status: .pass, detail: "7 findings rest on evidence, at least 1 wanted"),
      Gate.Condition(
        id: "open-critical", status: .pass,
        detail: "0 failing and 0 not proven of severity critical, at most 0 allowed"),
    ],
    traffic: [
      "web": Traffic(connections: 9, requests: 7, bytesSent: 4096, bytesReceived: 20_480),
      "api": Traffic(connections: 4, requests: 4, bytesSent: 2048, bytesReceived: 8192),
      "db": Traffic(connections: 2, requests: 11, bytesSent: 9000, bytesReceived: 70_000),
    ])

  /// Every status, a cause of each kind, an acceptance, a part that stayed dark.
  static let brokenReport = report(
    [
      finding(
        "tls-certificate-lifetime", "web", .fail, "expires 2026-11-26T10:00:00Z, 2 days from now",
        expected: "at least 0.2", observed: "0.02",
        evidence: [
          Finding.Evidence(label: "$.leaf.subject", text: "CN=events.example"),
          Finding.Evidence(label: "$.leaf.notAfter", text: "2026-11-26T10:00:00Z"),
        ]),
      finding("tls-certificate-lifetime", "api", .pass, "61 of 90 days left"),
      finding(
        "tls-protocol-floor", "web", .warn, "TLS 1.1 is accepted besides TLS 1.2 and 1.3", expected: "TLS 1.2",
        observed: "TLS 1.1", evidence: [Finding.Evidence(label: "$.protocols", text: "TLSv1.1\nTLSv1.2\nTLSv1.3")]),
      finding(
        "http-endpoint-answers", "api", .fail, "answers 503 Service Unavailable", expected: "less than 500",
        observed: "503", evidence: [Finding.Evidence(label: "$.final.status", text: "503")]),
      finding("http-endpoint-answers", "web", .pass, "answers 200"),
      finding(
        "http-health", "api", .blocked, "waits for http-endpoint-answers: answers 503 Service Unavailable", cause: 0),
      finding(
        "http-version-hidden", "web", .fail, "Server tells nginx/1.22.1", observed: "nginx/1.22.1",
        waiver: "until 2027-01-31 by r.meyer (OPS-12): the edge is replaced in January"),
      finding(
        "postgres-traffic-encrypted", "db", .unknown,
        "could not be observed: password authentication failed for user auditor", cause: 1),
      finding(
        "postgres-duplicate-index", "db", .fail, "events_date_idx duplicates events_date_key",
        subject: "events_date_idx",
        observed: "events_date_key", evidence: [Finding.Evidence(label: "@.bytes", text: "82042880")]),
      finding(
        "postgres-duplicate-index", "db", .fail, "venues_name_idx duplicates venues_name_city_idx",
        subject: "venues_name_idx", observed: "venues_name_city_idx"),
      finding("postgres-bloat", "db", .skipped, "deselected for this run"),
      finding("postgres-pooling", "db", .notApplicable, "the inventory names no application that connects"),
      finding("ops-runbook", "web", .manual, "nobody has attested it since 2026-05-01"),
      finding(
        "plugin-disk", "disk", .error, "could not be observed: the plug-in ended with signal 11", durationMs: 2500),
    ],
    conditions: [
      Gate.Condition(id: "something-checked", status: .pass, detail: "8 findings rest on evidence, at least 1 wanted"),
      Gate.Condition(id: "run-complete", status: .pass, detail: "the run was not interrupted"),
      Gate.Condition(
        id: "open-critical", status: .fail,
        detail: "1 failing and 1 not proven of severity critical, at most 0 allowed"),
      Gate.Condition(
        id: "minimum-coverage", status: .undecided, detail: "47.9 % of the weight evaluated, at least 90.0 % wanted"),
    ],
    causes: [
      AuditReport.Cause(
        target: "api", check: "http-endpoint-answers", reason: "answers 503 Service Unavailable",
        dependents: [fingerprint("http-health\0api\0")]),
      AuditReport.Cause(
        target: "db", check: nil,
        reason: "postgres-session could not look: password authentication failed for user auditor",
        dependents: [fingerprint("postgres-traffic-encrypted\0db\0")]),
    ], partial: ["1 of 12 checks were deselected"],
    notSeen: [
      AuditReport.NotSeen(
        target: "db", probe: "postgres-session", path: nil, reason: "password authentication failed for user auditor",
        remedy: nil),
      AuditReport.NotSeen(
        target: "web", probe: "tls-endpoint", path: "leaf.ocsp", reason: "the server staples nothing",
        remedy: "set ssl_stapling on"),
    ],
    traffic: [
      "web": Traffic(connections: 9, requests: 7, bytesSent: 4096, bytesReceived: 20_480),
      "api": Traffic(connections: 4, requests: 4, bytesSent: 2048, bytesReceived: 900),
      "db": Traffic(connections: 1), "disk": Traffic(processes: 1),
    ])

  static let emptyReport = report(
    [], targets: [],
    conditions: [
      Gate.Condition(
        id: "something-checked", status: .undecided, detail: "0 findings rest on evidence, at least 1 wanted")
    ])

  /// Text that attacks every reader there is, in every place that holds text from elsewhere.
  static let hostileReport = hostile(Hostile.texts.filter { $0.utf8.count < 1000 })

  static func hostile(_ texts: [String]) -> AuditReport {
    func text(_ index: Int) -> String { texts[index % texts.count] }
    let statuses = Status.allCases
    let findings = texts.indices.map { index in
      finding(
        index % 7 == 0 ? text(index) : "tls-protocol-floor", index % 3 == 0 ? text(index + 1) : "web",
        statuses[index % statuses.count], text(index), subject: text(index + 2), expected: text(index + 3),
        observed: text(index + 4), evidence: [Finding.Evidence(label: text(index + 5), text: text(index))],
        waiver: index % 5 == 0 ? text(index + 6) : nil, durationMs: index)
    }
    let word =
      "SEC-1 @team #1 <img src=x> ![x](http://x) | ::error::x ##[add-mask]y `z` $x$ :bomb: www.x.example a@b.example"
    var checks = checks
    checks["tls-protocol-floor"] = AuditReport.CheckSummary(
      title: word, severity: .medium, weight: 3, checklist: ["SEC-3", word], rationale: word,
      remediation: CheckDefinition.Remediation(effort: .low, text: word), references: [word])
    var report = report(
      findings,
      targets: texts.prefix(20).map {
        AuditReport.TargetSummary(
          id: $0, kind: $0, address: $0, location: SourceLocation(path: $0, line: 1, column: 2))
      } + targets, system: text(0),
      conditions: texts.prefix(20).map { Gate.Condition(id: $0, status: .fail, detail: $0) },
      causes: texts.prefix(20).map { AuditReport.Cause(target: $0, check: nil, reason: $0, dependents: ["x"]) },
      partial: Array(texts.prefix(20)),
      notSeen: texts.prefix(20).map {
        AuditReport.NotSeen(target: $0, probe: $0, path: $0, reason: $0, remedy: $0)
      }, traffic: Dictionary(texts.prefix(20).map { ($0, Traffic(requests: 1)) }, uniquingKeysWith: +), checks: checks)
    report.policy = AuditReport.PolicySummary(id: text(1), title: text(2), digest: text(3))
    report.tool = AuditReport.Tool(name: text(4), version: text(5))
    report.runID = text(6)
    for index in report.findings.indices where index % 4 == 0 {
      report.findings[index].reproduce = text(index)
      report.findings[index].attestation = text(index + 1)
    }
    for index in report.findings.indices where index % 6 == 0 {
      report.findings[index].carriedFrom = Instant(seconds: index)
    }
    let accepted = report.findings.filter { $0.waiver != nil }.map(\.fingerprint)
    report.waivers = texts.indices.prefix(20).map { index in
      AuditReport.WaiverRow(
        waiver: Waiver(
          id: text(index), check: text(index + 1), target: text(index + 2), subject: text(index + 3),
          justification: text(index + 4), owner: text(index + 5), approvedBy: text(index + 6), ticket: text(index + 7),
          created: Instant(seconds: 0), expires: Instant(seconds: 1),
          compensating: [
            .init(check: text(index + 8), target: text(index + 9))
          ], location: SourceLocation(path: text(index), line: 1, column: 1)),
        state: index % 2 == 0 ? .active : .void,
        findings: index % 2 == 0 ? Array(accepted.dropFirst(index).prefix(2)) + [text(index)] : [],
        problems: [.init(.forbidden, text(index + 8))])
    }
    report.attestations = texts.indices.prefix(20).map { index in
      AuditReport.AttestationRow(
        attestation: Attestation(
          id: text(index), topic: .statement(text(index + 1)), statement: text(index + 2), by: text(index + 3),
          reviewedBy: text(index + 6), on: Instant(seconds: 0), expires: Instant(seconds: 1),
          evidence: [text(index + 4)], texts: [.init(file: text(index + 7), sha256: text(index + 8))]),
        state: .stale, problem: text(index + 5), items: [text(index + 9)])
    }
    report.baseline = AuditReport.BaselineComparison(
      writtenAt: Instant(seconds: 0),
      new: report.findings.prefix(10).map(\.fingerprint) + [text(0)],
      known: report.findings.dropFirst(10).prefix(10).map(\.fingerprint), fixed: Array(texts.prefix(20)),
      unverified: Array(texts.prefix(20)), removed: Array(texts.prefix(20)))
    report.shard = AuditReport.ShardSummary(total: 1_000_000, present: [1, 1, 999_999])
    report.asOf = Instant(seconds: 1_800_000_000)
    report.forecast = texts.prefix(20).map {
      AuditReport.Expiry(kind: .certificate, at: Instant(seconds: 0), what: $0, target: $0, message: $0)
    }
    report.wayToGreen = AuditReport.WayToGreen(
      steps: texts.prefix(20).map { .init(check: $0, target: $0, effort: .low, what: $0, settles: 2) },
      isCheapest: true, beyond: Array(texts.prefix(20)))
    report.carried = texts.prefix(20).map {
      AuditReport.CarriedEvidence(
        target: $0, probe: $0, runID: $0, observedAt: Instant(seconds: 0), expires: Instant(seconds: 1), ageSeconds: 9,
        refused: $0)
    }
    report.checklist.append(
      AuditReport.ChecklistRow(id: text(7), title: text(8), area: text(9), status: .fail, findings: []))
    report.checklist.append(
      AuditReport.ChecklistRow(
        id: text(10), title: text(11), area: text(12), status: .notCovered, findings: [],
        attestations: Array(texts.prefix(20)), awaiting: Array(texts.prefix(20))))
    return report
  }
}

extension Specimen {
  /// A report of `count` findings with evidence, of which three in five are failing or not proven.
  static func large(_ count: Int) -> AuditReport {
    let evidence = [Finding.Evidence(label: "$.x", text: String(repeating: "``` evidence | </details>\n", count: 120))]
    return report(
      (0..<count).map {
        finding(
          ["tls-certificate-lifetime", "tls-protocol-floor", "http-health", "ops-runbook"][$0 % 4], "web-\($0)",
          [.fail, .warn, .fail, .unknown, .pass][$0 % 5], "message \($0)", subject: "subject \($0)", evidence: evidence)
      }, targets: [], conditions: brokenReport.gate.conditions)
  }
}
