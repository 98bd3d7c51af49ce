import AuditModel

@testable import Reporting

extension Specimen {
  /// What people said, what was carried, and what time will do: every member that a report may have.
  static let acceptedReport: AuditReport = {
    var report = brokenReport
    report.asOf = Instant(seconds: 1_795_514_400 + 30 * 86_400)
    for index in report.findings.indices where report.findings[index].status == .fail {
      report.findings[index].reproduce =
        "prodworthy audit --policy pre-release --check \(report.findings[index].check) --target \(report.findings[index].target)"
    }
    if let index = report.findings.firstIndex(where: { $0.check == "ops-runbook" }) {
      report.findings[index].status = .pass
      report.findings[index].message = "attested by a.lovelace: every alert has a runbook"
      report.findings[index].attestation = "A-2026-002 until 2027-02-20 by a.lovelace"
    }
    if let index = report.findings.firstIndex(where: { $0.check == "postgres-bloat" }) {
      report.findings[index].status = .pass
      report.findings[index].message = "no table is bloated"
      report.findings[index].carriedFrom = Instant(seconds: 1_795_482_000)
    }
    report.waivers = waiverRows
    report.attestations = attestationRows
    report.baseline = AuditReport.BaselineComparison(
      writtenAt: Instant(seconds: 1_790_000_000),
      new: report.findings.filter { $0.check == "postgres-duplicate-index" && $0.status == .fail }.map(\.fingerprint),
      known: report.findings.filter { $0.check == "http-version-hidden" }.map(\.fingerprint), fixed: ["f1"],
      unverified: ["f2", "f3"], removed: [])
    report.forecast = [
      AuditReport.Expiry(
        kind: .certificate, at: Instant(seconds: 1_795_687_200), what: "tls-endpoint leaf", target: "web",
        message: "a certificate expires"),
      AuditReport.Expiry(
        kind: .finding, at: Instant(seconds: 1_796_000_000), what: "postgres-bloat", target: "db",
        message: "unknown then: what postgres-session saw may be used until 2026-12-01T00:00:00Z"),
      AuditReport.Expiry(
        kind: .waiver, at: Instant(seconds: 1_797_000_000), what: "W-2026-001", target: "web",
        message: "the waiver of http-version-hidden by r.meyer ends"),
    ]
    report.wayToGreen = AuditReport.WayToGreen(
      steps: [
        .init(
          check: "tls-certificate-lifetime", target: "web", effort: .low, what: "Renew it, and let a timer do so.",
          settles: 1),
        .init(
          check: nil, target: "db", effort: .medium,
          what: "let it be seen: postgres-session could not look: password authentication failed for user auditor",
          settles: 1),
      ], isCheapest: false, beyond: ["sound-waivers"])
    report.carried = [
      AuditReport.CarriedEvidence(
        target: "db", probe: "restore-drill", runID: "11111111-2222-3333-4444-555555555555",
        observedAt: Instant(seconds: 1_795_482_000), expires: Instant(seconds: 1_796_086_800), ageSeconds: 32_400,
        refused: nil),
      AuditReport.CarriedEvidence(
        target: "api", probe: "load-run", runID: "11111111-2222-3333-4444-555555555555",
        observedAt: Instant(seconds: 1_795_282_000), expires: Instant(seconds: 1_795_886_800), ageSeconds: 232_400,
        refused: "changed since: compose.yaml"),
    ]
    report.shard = AuditReport.ShardSummary(total: 3, present: [1, 3])
    if let index = report.checklist.firstIndex(where: { $0.status == .notCovered }) {
      report.checklist[index].status = .attested
      report.checklist[index].attestations = ["A-2026-001"]
    }
    if let index = report.checklist.firstIndex(where: { $0.status == .notCovered }) {
      report.checklist[index].awaiting = ["incident-rehearsed"]
    }
    return report
  }()

  private static func waiver(
    _ id: String, _ check: String, _ target: String, subject: String? = nil, location: Int
  ) -> Waiver {
    Waiver(
      id: id, check: check, target: target, subject: subject, reason: .fixScheduled,
      justification: "the edge is replaced in January", owner: "r.meyer", approvedBy: "a.lovelace", ticket: "OPS-12",
      created: Instant(seconds: 1_794_000_000), expires: Instant(seconds: 1_797_000_000),
      ceiling: Waiver.Ceiling(atLeast: 0.5, atMost: 300), compensating: [.init(check: "http-health", target: "api")],
      severity: .low, location: SourceLocation(path: "waivers.yaml", line: location, column: 5))
  }

  private static let waiverRows = [
    AuditReport.WaiverRow(
      waiver: waiver("W-2026-001", "http-version-hidden", "web", location: 2), state: .active,
      findings: [fingerprint("http-version-hidden\0web\0")], problems: [.init(.endsSoon, "ends with 2026-12-11")]),
    AuditReport.WaiverRow(
      waiver: waiver("W-2026-002", "postgres-*", "db", subject: "idx_*", location: 14), state: .unused, findings: [],
      problems: [
        .init(.overBroad, "matches 40 findings, and the policy allows 25"),
        .init(.unused, "nothing is open there any more: remove it"),
      ]),
    AuditReport.WaiverRow(
      waiver: waiver("W-2026-003", "no-such-check", "web", location: 26), state: .unknown, findings: [],
      problems: [.init(.unknown, "there is no check no-such-check")]),
  ]

  private static let attestationRows = [
    AuditReport.AttestationRow(
      attestation: Attestation(
        id: "A-2026-001", topic: .statement("rollback-rehearsed"), statement: "It was rolled back, and it worked.",
        by: "a.lovelace", reviewedBy: "r.meyer", on: Instant(seconds: 1_794_000_000),
        expires: Instant(seconds: 1_803_000_000), evidence: ["https://wiki.events.example/12", "OPS-7"],
        texts: [.init(file: "docs/rollback.md", sha256: fingerprint("a"), found: fingerprint("a"))],
        location: SourceLocation(path: "attestations.yaml", line: 2, column: 5)), state: .valid, problem: nil,
      items: ["OPS-2"]),
    AuditReport.AttestationRow(
      attestation: Attestation(
        id: "A-2026-002", topic: .finding(check: "ops-runbook", target: "web", subject: "alerts"),
        statement: "Every alert has a runbook.", by: "a.lovelace", on: Instant(seconds: 1_794_000_000),
        expires: Instant(seconds: 1_803_000_000), evidence: ["OPS-8"],
        texts: [.init(file: "docs/runbooks.md", sha256: fingerprint("b"), found: nil)]), state: .stale,
      problem: "docs/runbooks.md cannot be read", items: ["ACC-5"]),
  ]
}
