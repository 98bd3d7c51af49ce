import AuditModel

/// What has to be acted on: failing, not proven, warned about, accepted.
extension MarkdownReport {
  /// Failing findings by check, so that why and fix stand once.
  func writeFailing(into page: inout MarkdownPage) {
    let failing = report.findings.filter(\.isFailing)
    page.heading(2, "Failing: \(counted(failing.count, "finding"))")
    if failing.isEmpty { page.block("Nothing fails.") }
    let rows = Dictionary(
      report.score.arithmetic.rows.map { ($0.check, $0) }, uniquingKeysWith: { first, _ in first })
    var room = detail == .topFindings ? MarkdownDetail.topCount : .max
    for (id, findings) in failing.grouped(by: \.check) {
      guard room > 0 else { break }
      writeHeading(of: id, findings[0].severity, rows[id], into: &page)
      let limit = min(room, MarkdownDetail.rowLimit)
      room -= min(limit, findings.count)
      page.table(
        ["target", "subject", "finding", "expected", "observed"],
        findings.prefix(limit).map {
          [
            MarkdownText.cell($0.target), MarkdownText.cell($0.subject), MarkdownText.cell($0.message),
            MarkdownText.cell($0.expected), MarkdownText.cell($0.observed),
          ]
        })
      writeRemainder(of: findings.count, "finding", limit: limit, into: &page)
      writeAdvice(for: id, into: &page)
      if let command = findings[0].reproduce { page.block("**Look again:** \(MarkdownText.code(command))") }
      writeEvidence(of: findings, into: &page)
    }
    if room == 0, failing.count > MarkdownDetail.topCount {
      page.block("… and \(counted(failing.count - MarkdownDetail.topCount, "failing finding")) more.")
    }
  }

  private func writeHeading(of id: String, _ severity: Severity, _ row: Score.Row?, into page: inout MarkdownPage) {
    let check = report.checks[id]
    page.heading(3, "\(severity.rawValue): \(MarkdownText.prose(check?.title ?? id))")
    var words = [MarkdownText.code(id)]
    if let row {
      words.append("weight \(row.weight)")
      words.append(
        row.gain > 0
          ? "repaired alone it adds \(percent(row.gain)) to the score"
          : "repaired alone it adds nothing, since another open check caps the score")
    }
    if let items = check?.checklist, !items.isEmpty {
      words.append("checklist " + items.map { MarkdownText.prose($0) }.joined(separator: ", "))
    }
    page.block(words.joined(separator: " · "))
  }

  private func writeAdvice(for id: String, into page: inout MarkdownPage) {
    guard let check = report.checks[id] else { return }
    page.block("**Why it matters:** \(MarkdownText.prose(check.rationale))")
    page.block(
      "**Fix** (\(check.remediation.effort.rawValue) effort): \(MarkdownText.prose(check.remediation.text))")
    if !check.references.isEmpty {
      page.block("**References:** " + check.references.map { MarkdownText.prose($0) }.joined(separator: "; "))
    }
  }

  private func writeEvidence(of findings: [Finding], into page: inout MarkdownPage) {
    let shown = findings.filter { !$0.evidence.isEmpty && detail.evidenceLimit(for: $0.severity) > 0 }
    guard !shown.isEmpty else { return }
    page.details("Evidence") { page in
      for finding in shown.prefix(MarkdownDetail.evidenceCount) {
        let place = [finding.target, finding.subject].compactMap { $0 }.map { MarkdownText.code($0) }
        for piece in finding.evidence {
          page.block((place + [MarkdownText.code(piece.label)]).joined(separator: " · "))
          page.block(MarkdownText.fenced(piece.text, limit: detail.evidenceLimit(for: finding.severity)))
        }
      }
      writeRemainder(of: shown.count, "finding", limit: MarkdownDetail.evidenceCount, into: &page)
    }
  }

  /// What is neither failing nor passing.
  func writeOpen(into page: inout MarkdownPage) {
    let open = bySeverity(report.findings.filter(\.isNotProven))
    page.heading(2, "Not proven: \(counted(open.count, "finding"))")
    if open.isEmpty {
      page.block("Everything in the score was decided by evidence or accepted.")
    } else {
      page.block("No evidence is never a pass: these earn nothing and cap the score like failures.")
      writeGroups(open, ["check", "severity", "status", "target", "why"], into: &page) {
        [MarkdownText.cell($0.check), $0.severity.rawValue, $0.status.word]
      }
    }
    let warnings = report.findings.filter(\.isWarning)
    if !warnings.isEmpty {
      page.heading(2, "Warnings: \(counted(warnings.count, "finding"))")
      writeGroups(warnings, ["check", "severity", "target", "finding"], into: &page) {
        [MarkdownText.cell($0.check), $0.severity.rawValue]
      }
      for id in warnings.grouped(by: \.check).map(\.key).prefix(MarkdownDetail.rowLimit) {
        guard let fix = report.checks[id]?.remediation else { continue }
        page.block("\(MarkdownText.code(id)): \(MarkdownText.prose(fix.text))")
      }
    }
    let waived = report.findings.filter(\.isWaived)
    if !waived.isEmpty {
      page.heading(2, "Accepted: \(counted(waived.count, "finding"))")
      page.table(
        ["check", "target", "subject", "status", "accepted by", "finding"],
        waived.prefix(MarkdownDetail.rowLimit).map {
          [
            MarkdownText.cell($0.check), MarkdownText.cell($0.target), MarkdownText.cell($0.subject), $0.status.word,
            MarkdownText.cell($0.waiver), MarkdownText.cell($0.message),
          ]
        })
      writeRemainder(of: waived.count, "finding", into: &page)
    }
  }

  private struct Kind: Hashable {
    let check: String
    let status: Status
    let message: String
  }

  /// A table of findings in which those that differ only by their target share a row; `lead` gives its first cells.
  func writeGroups(
    _ findings: [Finding], _ header: [String], into page: inout MarkdownPage, lead: (Finding) -> [String]
  ) {
    let groups = findings.grouped { Kind(check: $0.check, status: $0.status, message: $0.message) }
    page.table(
      header,
      groups.prefix(2 * MarkdownDetail.rowLimit).map { kind, findings in
        lead(findings[0]) + [places(findings), MarkdownText.cell(kind.message)]
      })
    writeRemainder(of: groups.count, "row", limit: 2 * MarkdownDetail.rowLimit, into: &page)
  }

  private func places(_ findings: [Finding]) -> String {
    names(findings.map { finding in finding.subject.map { "\(finding.target) \($0)" } ?? finding.target })
  }

  /// The first few of `names` as code spans in a table cell, the rest counted.
  func names(_ names: [String]) -> String {
    let shown = names.prefix(names.count > 4 ? 3 : 4).map { MarkdownText.cell($0) }.joined(separator: ", ")
    return names.count > 4 ? "\(shown) and \(names.count - 3) more" : shown
  }
}
