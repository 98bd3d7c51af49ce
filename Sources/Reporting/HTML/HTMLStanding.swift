import AuditModel

/// What people said about findings, what was carried from earlier runs, and what time will do.
extension HTMLReport {
  /// The cheapest set of fixes.
  func write(_ way: AuditReport.WayToGreen, into page: inout HTMLPage) {
    page.element(
      "p", ["class": "note"],
      way.isCheapest
        ? "No other set of fixes turns the gate with less effort. What waits for one of them is taken to pass."
        : "None of these can be left out; a cheaper set may exist. What waits for one of them is taken to pass.")
    if !way.steps.isEmpty {
      page.table("Cheapest way to green", ["Effort", "Check", "Target", "What to do", "Settles"]) { page in
        for step in way.steps.prefix(detail.rowLimit) {
          page.row(
            [:],
            [
              step.effort.rawValue, step.check ?? "the probe has to be let look", step.target, step.what,
              counted(step.settles, "finding"),
            ])
        }
      }
      page.remainder(of: way.steps.count, "step", limit: detail.rowLimit)
    }
    if !way.beyond.isEmpty { page.element("p", "No fix turns \(Self.names(way.beyond)).") }
  }

  /// What is new, by name; of what was fixed a report knows the number only.
  func write(_ baseline: AuditReport.BaselineComparison, into page: inout HTMLPage) {
    page.element(
      "p", ["class": "note"],
      "The baseline of \(baseline.writtenAt.day) knows findings that were failing then; whatever else fails is new.")
    page.table("Findings against the baseline", ["New", "Known", "Fixed", "Unverified", "Removed"]) { page in
      page.row(
        [:],
        [
          "\(baseline.new.count)", "\(baseline.known.count)", "\(baseline.fixed.count)", "\(baseline.unverified.count)",
          "\(baseline.removed.count)",
        ])
    }
    let new = bySeverity(report.findings.filter { marks[$0] == .new })
    guard !new.isEmpty else { return }
    page.table("New findings", ["Check", "Severity", "Where", "Finding"]) { page in
      for finding in new.prefix(detail.rowLimit) {
        page.markup("<tr><th scope=\"row\">")
        let name = HTMLText.inline(finding.check)
        page.markup(anchors[finding.fingerprint].map { "<a href=\"#\($0)\">\(name)</a>" } ?? name)
        page.markup("</th><td>\(finding.severity.rawValue)</td><td>\(HTMLText.inline(finding.place))</td>")
        page.markup("<td>\(HTMLText.inline(finding.message))</td></tr>\n")
      }
    }
    page.remainder(of: new.count, "finding", limit: detail.rowLimit)
  }

  /// Every waiver with who answers for it, until when, and what is wrong with it.
  func writeWaivers(into page: inout HTMLPage) {
    page.element(
      "p", ["class": "note"],
      "A waiver changes the gate, never a status and never the score. Its owner answers for it until its last day.")
    page.table(
      "Waivers",
      [
        "Waiver", "State", "Of", "Why", "Owner", "Approved by", "Ticket", "Last day", "Covers", "What is wrong",
      ]
    ) { page in
      for (index, row) in report.waivers.prefix(detail.rowLimit).enumerated() {
        let waiver = row.waiver
        page.open("tr", ["id": "waiver-\(index + 1)"])
        page.markup("<th scope=\"row\">\(HTMLText.inline(waiver.id))</th>")
        page.markup("<td>\(Self.badge(Self.kind(of: row), row.state.word))</td>")
        for text in [
          row.place, waiver.terms, waiver.owner, waiver.approvedBy, waiver.ticket,
          "\(waiver.expires.day)\(remaining(until: waiver.expires))",
        ] {
          page.markup("<td>\(HTMLText.inline(text))</td>")
        }
        page.markup("<td>\(counted(row.findings.count, "finding"))")
        let links = row.findings.compactMap { anchors[$0] }.prefix(5)
        if !links.isEmpty {
          let list = links.enumerated().map {
            "<a href=\"#\($0.element)\" aria-label=\"Finding \($0.offset + 1) that this covers\">\($0.offset + 1)</a>"
          }
          page.markup(": " + list.joined(separator: " "))
        }
        page.markup("</td><td>\(HTMLText.inline(row.complaint.isEmpty ? "nothing" : row.complaint))</td></tr>\n")
      }
    }
    page.remainder(of: report.waivers.count, "waiver", limit: detail.rowLimit)
  }

  private static func kind(of row: AuditReport.WaiverRow) -> String {
    switch row.state {
    case .active: row.isSound ? "accept" : "warn"
    case .unused, .notYet: row.isSound ? "none" : "warn"
    case .expired, .void, .unknown: "fail"
    }
  }

  /// ` (15 days left)` at the moment judged for; nothing where it has ended.
  private func remaining(until end: Instant) -> String {
    let left = end.seconds(since: report.judgedAt)
    return left < 0 ? "" : " (\(counted(left / 86_400, "day")) left)"
  }

  /// Every statement of a person, with what it rests on.
  func writeAttestations(into page: inout HTMLPage) {
    page.element("p", ["class": "note"], "Dated statements, with evidence, of people about what no probe can see.")
    page.table(
      "Attestations",
      ["Attestation", "State", "Of", "Statement", "By", "Reviewed by", "Last day", "Evidence", "What is wrong"]
    ) { page in
      for row in report.attestations.prefix(detail.rowLimit) {
        let attestation = row.attestation
        page.markup("<tr><th scope=\"row\">\(HTMLText.inline(attestation.id))</th>")
        page.markup("<td>\(Self.badge(row.state == .valid ? "pass" : "fail", row.state.word))</td>")
        for text in [
          row.topic, attestation.statement, "\(attestation.by), \(attestation.on.day)",
          attestation.reviewedBy ?? "nobody",
          "\(attestation.expires.day)\(remaining(until: attestation.expires))",
          Self.names(attestation.evidence + attestation.texts.map(\.file)), row.problem ?? "nothing",
        ] {
          page.markup("<td>\(HTMLText.inline(text))</td>")
        }
        page.markup("</tr>\n")
      }
    }
    page.remainder(of: report.attestations.count, "attestation", limit: detail.rowLimit)
  }

  /// What ends before the day judged for, earliest first.
  func write(_ forecast: [AuditReport.Expiry], into page: inout HTMLPage) {
    if forecast.isEmpty { return page.element("p", "Nothing that was looked at ends before then.") }
    page.table("What ends", ["Day", "What", "Name", "Target", "Then"]) { page in
      for expiry in forecast.prefix(detail.rowLimit) {
        page.row([:], [expiry.at.day, expiry.kind.rawValue, expiry.what, expiry.target ?? "all", expiry.message])
      }
    }
    page.remainder(of: forecast.count, "thing", limit: detail.rowLimit)
  }

  /// What earlier runs saw, with its age, used or refused.
  func writeCarried(into page: inout HTMLPage) {
    page.table(
      "Evidence of earlier runs", ["Probe", "Target", "Seen", "Age", "Used", "May be used until", "Run"]
    ) { page in
      for evidence in report.carried.prefix(detail.rowLimit) {
        page.markup("<tr><th scope=\"row\">\(HTMLText.inline(evidence.probe))</th>")
        page.markup("<td>\(HTMLText.inline(evidence.target))</td><td>\(evidence.observedAt)</td>")
        page.markup("<td>\(evidence.age)</td>")
        let (kind, word) = evidence.refused == nil ? ("accept", "yes") : ("warn", "no")
        page.markup("<td>\(Self.badge(kind, word))")
        if let reason = evidence.refused { page.element("p", ["class": "mark"], reason) }
        page.markup("</td>")
        page.markup("<td>\(evidence.expires)</td><td>\(HTMLText.inline(evidence.runID))</td></tr>\n")
      }
    }
    page.remainder(of: report.carried.count, "observation", limit: detail.rowLimit)
  }
}
