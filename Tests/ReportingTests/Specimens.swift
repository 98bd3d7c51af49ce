import AuditModel

@testable import Reporting

/// Reports as audits of a small events platform write them: what the golden files show.
enum Specimen: String, CaseIterable {
  case healthy
  case broken
  case hostile
  case empty
  case accepted

  var report: AuditReport {
    switch self {
    case .healthy: Self.healthyReport
    case .broken: Self.brokenReport
    case .hostile: Self.hostileReport
    case .empty: Self.emptyReport
    case .accepted: Self.acceptedReport
    }
  }

  // MARK: Parts

  static let checks: [String: AuditReport.CheckSummary] = [
    "tls-certificate-lifetime": check(
      "Certificate is renewed well before it expires", .critical, ["SEC-3"], .low, "Renew it, and let a timer do so.",
      "An expired certificate locks every user out at once.", ["RFC 5280 section 4.1.2.5"]),
    "tls-protocol-floor": check(
      "Old TLS versions are refused", .medium, ["SEC-3", "ACC-2"], .low, "Set ssl_protocols to TLSv1.2 TLSv1.3.",
      "TLS 1.0 and 1.1 are deprecated and have known weaknesses.", ["RFC 8996"]),
    "http-endpoint-answers": check(
      "Endpoint answers", .high, ["OPS-3"], .medium, "Start the service and look at its log.",
      "What does not answer serves nobody.", []),
    "http-health": check(
      "Health endpoint reports its dependencies", .high, ["OPS-3"], .medium, "Add /health/ready with a database check.",
      "Without it an orchestrator routes requests to instances that cannot serve them.", []),
    "http-version-hidden": check(
      "Server does not tell its version", .low, ["SEC-2"], .low, "Set server_tokens off.",
      "A version tells an attacker which exploit fits.", ["RFC 9110 section 10.2.4"]),
    "postgres-traffic-encrypted": check(
      "Database connections are encrypted", .critical, ["SEC-4"], .medium, "Set sslmode=verify-full and hostssl.",
      "Plaintext shows passwords and rows to everybody on the path.", []),
    "postgres-duplicate-index": check(
      "No index duplicates another", .medium, ["PERF-1"], .low, "Drop the duplicate with DROP INDEX CONCURRENTLY.",
      "Every write pays for every index.", []),
    "postgres-bloat": check(
      "Tables are not bloated", .low, ["PERF-1"], .medium, "Run pg_repack.", "Bloat makes every scan longer.", []),
    "postgres-pooling": check(
      "A pooler bounds the connections", .medium, ["PERF-2"], .high, "Put a pooler in front.",
      "Each connection costs the server memory and a process.", []),
    "ops-runbook": check(
      "A runbook exists for every alert", .medium, ["ACC-5", "OPS-4"], .high, "Write one per alert.",
      "At three in the morning nobody invents a procedure.", []),
    "plugin-disk": check(
      "Disk has room for a week", .high, ["ACC-4"], .medium, "Grow the volume.", "A full disk stops the database.", []),
  ]

  private static func check(
    _ title: String, _ severity: Severity, _ items: [String], _ effort: CheckDefinition.Remediation.Effort,
    _ fix: String, _ rationale: String, _ references: [String]
  ) -> AuditReport.CheckSummary {
    AuditReport.CheckSummary(
      title: title, severity: severity, weight: severity.weight, checklist: items, rationale: rationale,
      remediation: CheckDefinition.Remediation(effort: effort, text: fix), references: references)
  }

  static func finding(
    _ check: String, _ target: String, _ status: Status, _ message: String, subject: String? = nil,
    expected: String? = nil, observed: String? = nil, evidence: [Finding.Evidence] = [], waiver: String? = nil,
    cause: Int? = nil, durationMs: Int = 12
  ) -> Finding {
    Finding(
      check: check, target: target, subject: subject, status: status, severity: checks[check]?.severity ?? .medium,
      message: message, expected: expected, observed: observed, evidence: evidence, waiver: waiver, cause: cause,
      fingerprint: fingerprint("\(check)\0\(target)\0\(subject ?? "")"), durationMs: durationMs)
  }

  /// Stands in for the SHA-256 of a real report: 64 hexadecimal digits that follow from the text (FNV-1a, four times).
  static func fingerprint(_ text: String) -> String {
    (0..<4).map { round in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ UInt64(round)
      for byte in text.utf8.prefix(1000) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      let digits = String(hash, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  static let targets = [
    target("web", "https", "https://events.example/", line: 4),
    target("api", "https", "https://api.events.example:8443/", line: 8),
    target("db", "postgres", "db.events.example:5432/events", line: 13),
    target("disk", "command", nil, line: 21),
  ]

  private static func target(_ id: String, _ kind: String, _ address: String?, line: Int) -> AuditReport.TargetSummary {
    AuditReport.TargetSummary(
      id: id, kind: kind, address: address,
      location: SourceLocation(path: "prodworthy.yaml", line: line, column: 5))
  }

  static func report(
    _ findings: [Finding], targets: [AuditReport.TargetSummary] = targets, system: String = "events-platform",
    conditions: [Gate.Condition], causes: [AuditReport.Cause] = [], partial: [String] = [],
    notSeen: [AuditReport.NotSeen] = [], traffic: [String: Traffic] = [:],
    checks: [String: AuditReport.CheckSummary] = checks
  ) -> AuditReport {
    let used = Set(findings.map(\.check))
    let sorted = findings.enumerated().sorted {
      ($1.element.status.badness, $1.element.severity, $0.offset)
        < ($0.element.status.badness, $0.element.severity, $1.offset)
    }.map(\.element)
    return AuditReport(
      tool: AuditReport.Tool(name: "prodworthy", version: "1.0.0"), runID: "6f1d2c9e-0b7a-4e0e-9a55-3d1f0c5b7e21",
      system: AuditReport.System(name: system, environment: .staging),
      policy: AuditReport.PolicySummary(
        id: "pre-release", title: "What a release must prove", digest: fingerprint("pre-release")),
      asOf: nil, startedAt: Instant(seconds: 1_795_514_400), finishedAt: Instant(seconds: 1_795_514_404),
      durationMs: 4321, interrupted: false, partial: partial, targets: targets,
      checks: checks.filter { used.contains($0.key) }, score: score(of: sorted, checks: checks),
      gate: Gate(conditions: conditions), findings: sorted, checklist: checklist(for: sorted, checks: checks),
      causes: causes,
      traffic: AuditReport.TrafficReport(total: traffic.values.reduce(Traffic(), +), byTarget: traffic),
      notSeen: notSeen)
  }

  private static func worst(_ findings: [Finding]) -> Status {
    findings.map(\.status).max { $0.badness < $1.badness } ?? .error
  }

  /// The score as `docs/scoring.md` states it.
  private static func score(of findings: [Finding], checks: [String: AuditReport.CheckSummary]) -> Score {
    let counted = findings.filter { $0.status.countsInScore }.grouped(by: \.check).sorted { $0.key < $1.key }
    struct Part {
      var check: String, severity: Severity, weight: Int, statuses: [Status]
      func credit(_ undecided: Int) -> Int {
        let credits = statuses.map { $0.isEvaluated ? $0.credit ?? 0 : undecided }
        let mean = credits.reduce(0, +) / credits.count
        return credits.contains(0) ? min(500, mean) : mean
      }
    }
    let parts = counted.map { id, findings in
      Part(
        check: id, severity: findings[0].severity, weight: checks[id]?.weight ?? 3,
        statuses: findings.grouped(by: \.target).map { worst($0.elements) })
    }.filter { $0.weight > 0 }
    let total = parts.reduce(0) { $0 + $1.weight }
    func sum(_ undecided: Int) -> Int { parts.reduce(0) { $0 + $1.weight * $1.credit(undecided) } }
    func cap(_ parts: [Part]) -> Severity? { parts.map(\.severity).filter { $0.cap < 1000 }.max() }
    let open = parts.filter { $0.statuses.contains { $0.isOpen } }
    let evaluated = parts.filter { $0.statuses.allSatisfy { $0.isEvaluated } }.reduce(0) { $0 + $1.weight }
    let provenCap = cap(open)
    let possibleCap = cap(parts.filter { $0.statuses.contains(.fail) })
    let proven = total == 0 ? nil : min(sum(0) / total, provenCap?.cap ?? 1000)
    return Score(
      proven: proven, possible: total == 0 ? nil : min(sum(1000) / total, possibleCap?.cap ?? 1000),
      coverage: total == 0 ? nil : evaluated * 1000 / total,
      arithmetic: Score.Arithmetic(
        totalWeight: total, earned: sum(0), earnable: sum(1000), evaluatedWeight: evaluated, provenCap: provenCap,
        possibleCap: possibleCap,
        rows: parts.map { part in
          let others = cap(open.filter { $0.check != part.check })?.cap ?? 1000
          let repaired = min((sum(0) + part.weight * (1000 - part.credit(0))) / max(1, total), others)
          return Score.Row(
            check: part.check, weight: part.weight, status: part.statuses.max { $0.badness < $1.badness } ?? .error,
            credit: part.credit(0), gain: max(0, repaired - (proven ?? 0)))
        }))
  }

  private static func checklist(
    for findings: [Finding], checks: [String: AuditReport.CheckSummary]
  ) -> [AuditReport.ChecklistRow] {
    let items = [
      ("SEC-2", "Authentication and authorization are enforced", "Security"),
      ("SEC-3", "Certificates are valid and renewed", "Security"),
      ("SEC-4", "Database connections are encrypted", "Security"),
      ("PERF-1", "Indexes fit the queries", "Performance"), ("PERF-2", "Connections are pooled", "Performance"),
      ("MON-4", "Alerting rules exist", "Monitoring"), ("OPS-3", "Health endpoints exist", "Operations"),
      ("ACC-5", "Runbooks exist", "Acceptance"),
    ]
    return items.map { id, title, area in
      let relevant = findings.filter { checks[$0.check]?.checklist.contains(id) == true }
      let status: AuditReport.ChecklistRow.Coverage =
        switch relevant.isEmpty ? nil : worst(relevant) {
        case .fail: .fail
        case .error, .unknown, .blocked, .manual: .notProven
        case .warn: .warn
        case .pass: .pass
        case .notApplicable: .notApplicable
        case .skipped, nil: .notCovered
        }
      return AuditReport.ChecklistRow(
        id: id, title: title, area: area, status: status, findings: relevant.map(\.fingerprint))
    }
  }
}
