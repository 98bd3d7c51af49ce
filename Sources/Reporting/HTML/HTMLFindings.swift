import AuditModel

/// The findings, by check, each with what supports it.
extension HTMLReport {
  /// A group of findings: a card per check, so that why and fix stand once.
  func write(_ group: FindingGroup, into page: inout HTMLPage) {
    if group.findings.isEmpty {
      page.element("p", "Nothing fails.")
      return
    }
    page.element("p", ["class": "note"], group.note)
    let rows = Dictionary(
      report.score.arithmetic.rows.map { ($0.check, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, (id, findings)) in group.checks.prefix(detail.checkLimit).enumerated() {
      write(findings, of: id, number: index + 1, in: group, rows[id], into: &page)
    }
    page.remainder(of: group.checks.count, "check", limit: detail.checkLimit)
  }

  private func write(
    _ findings: [Finding], of id: String, number: Int, in group: FindingGroup, _ row: Score.Row?,
    into page: inout HTMLPage
  ) {
    let check = report.checks[id]
    let severity = findings[0].severity
    let title = "\(group.id)-\(number)"
    page.markup("<article class=\"check\" data-card aria-labelledby=\"\(title)\">\n")
    page.markup("<h3 id=\"\(title)\"><span class=\"badge \(severity.rawValue)\">\(severity.rawValue)</span> ")
    page.markup("\(HTMLText.inline(check?.title ?? id))</h3>\n<p class=\"meta\"><code>\(HTMLText.inline(id))</code>")
    for word in words(about: check, row, of: group) { page.markup(" · \(HTMLText.inline(word))") }
    page.markup("</p>\n")
    let isAccepted = group.id == "accepted"
    let isOpen = group.id == "not-proven"
    var header = ["Target", "Subject"]
    if isOpen || isAccepted { header.append("Status") }
    header.append("Finding")
    header += isAccepted ? ["Accepted by"] : isOpen ? [] : ["Expected", "Observed"]
    page.table("\(group.title) \(number): \(id)", header) { page in
      for finding in findings.prefix(detail.rowLimit) {
        var cells = [finding.target, finding.subject ?? ""]
        if isOpen || isAccepted { cells.append(finding.status.word) }
        cells.append(finding.message)
        cells +=
          isAccepted ? [finding.acceptance ?? ""] : isOpen ? [] : [finding.expected ?? "", finding.observed ?? ""]
        page.row(
          attributes(of: finding, in: group.id), cells,
          marks: [header.firstIndex(of: "Finding") ?? 0: marks(of: finding)])
      }
    }
    page.remainder(of: findings.count, "finding", limit: detail.rowLimit)
    writeAdvice(for: check, into: &page)
    writeCommands(for: findings, into: &page)
    writeEvidence(of: findings, into: &page)
    page.close("article")
  }

  /// What the filter asks of a row.
  private func attributes(of finding: Finding, in group: String) -> KeyValuePairs<String, String?> {
    [
      "id": anchors[finding.fingerprint], "data-s": group, "data-v": finding.severity.rawValue,
      "data-t": targetNumbers[finding.target].map { String($0) },
    ]
  }

  private func words(about check: AuditReport.CheckSummary?, _ row: Score.Row?, of group: FindingGroup) -> [String] {
    var words: [String] = []
    if let row {
      words.append("weight \(row.weight)")
      if group.id == "failing" || group.id == "not-proven" {
        words.append(
          row.gain > 0
            ? "repaired alone it adds \(percent(row.gain)) to the score"
            : "repaired alone it adds nothing, since another open check caps the score")
      }
    }
    if let items = check?.checklist, !items.isEmpty { words.append("checklist \(items.joined(separator: ", "))") }
    return words
  }

  private func writeAdvice(for check: AuditReport.CheckSummary?, into page: inout HTMLPage) {
    guard let check else { return }
    page.markup("<dl class=\"advice\">\n")
    page.element("dt", "Why it matters")
    page.element("dd", check.rationale)
    page.element("dt", "Fix (\(check.remediation.effort.rawValue) effort)")
    page.element("dd", check.remediation.text)
    if !check.references.isEmpty {
      page.element("dt", "References")
      page.element("dd", check.references.joined(separator: "; "))
    }
    page.close("dl")
  }

  /// What a row says below the finding: markup of ours around encoded text.
  private func marks(of finding: Finding) -> String {
    var words: [String] = []
    switch marks[finding] {
    case .new: words.append("\(Self.badge("warn", "new")) since the baseline")
    case .known: words.append("known to the baseline")
    case .unverified: words.append("failing in the baseline, not verified now")
    case .fixed, .removed, nil: break
    }
    if let origin = finding.origin { words.append(HTMLText.inline(origin)) }
    if let index = acceptances.index(of: finding), index < detail.rowLimit {
      let name = HTMLText.inline(report.waivers[index].waiver.id)
      words.append("<a href=\"#waiver-\(index + 1)\">\(name)</a>")
    }
    return words.isEmpty ? "" : "<p class=\"mark\">\(words.joined(separator: " · "))</p>"
  }

  /// The most commands of one check.
  private static let commandLimit = 20

  /// The commands that look at these findings alone, each once: findings of one check on one target share theirs.
  private func writeCommands(for findings: [Finding], into page: inout HTMLPage) {
    let commands = findings.compactMap(\.reproduce).grouped { $0 }.map(\.key)
    guard !commands.isEmpty else { return }
    let limit = min(detail.rowLimit, Self.commandLimit)
    page.details("Look again") { page in
      for command in commands.prefix(limit) {
        page.markup("<pre tabindex=\"0\">\n\(HTMLText.inline(command))</pre>\n")
      }
      page.remainder(of: commands.count, "command", limit: limit)
    }
  }

  private func writeEvidence(of findings: [Finding], into page: inout HTMLPage) {
    guard detail.evidenceLimit > 0 else { return }
    let shown = findings.prefix(detail.rowLimit).filter { !$0.evidence.isEmpty }
    guard !shown.isEmpty else { return }
    page.details("Evidence for \(counted(shown.count, "finding"))") { page in
      for finding in shown {
        for piece in finding.evidence {
          page.element("p", ["class": "label"], "\(finding.place) · \(piece.label)")
          if let plot = SeriesPlot(piece.text) { page.markup(plot.figure(of: piece.label)) }
          // A line break right after the tag is not part of the text.
          page.markup("<pre tabindex=\"0\">\n\(HTMLText.block(piece.text, limit: detail.evidenceLimit))</pre>\n")
        }
      }
    }
  }

  /// What passes, a row per check.
  func writePassed(into page: inout HTMLPage) {
    let passing = report.findings.filter { $0.status == .pass }.grouped(by: \.check)
    page.details("Show the checks that pass") { page in
      page.table("Checks that pass", ["Check", "What is true", "Severity", "Targets"]) { page in
        for (id, findings) in passing.prefix(detail.rowLimit) {
          page.row(
            ["data-s": "passed", "data-v": findings[0].severity.rawValue],
            [
              id, report.checks[id]?.title ?? "", findings[0].severity.rawValue,
              Self.names(findings.map(Self.passedPlace)),
            ])
        }
      }
      page.remainder(of: passing.count, "check", limit: detail.rowLimit)
    }
  }

  /// Where something passes, and who says so if it was not this run that looked.
  private static func passedPlace(_ finding: Finding) -> String {
    finding.origin.map { "\(finding.target) (\($0))" } ?? finding.target
  }

  private struct Reason: Hashable {
    let check: String
    let status: Status
    let message: String
  }

  /// What stays out of the sum, with why.
  func writeOutside(into page: inout HTMLPage) {
    let groups = report.findings.filter { !$0.status.countsInScore }
      .grouped { Reason(check: $0.check, status: $0.status, message: $0.message) }
    page.details("Show what does not apply or was deselected") { page in
      page.table("Out of scope", ["Check", "Status", "Why", "Targets"]) { page in
        for (reason, findings) in groups.prefix(detail.rowLimit) {
          page.row([:], [reason.check, reason.status.word, reason.message, Self.names(findings.map(\.place))])
        }
      }
      page.remainder(of: groups.count, "row", limit: detail.rowLimit)
    }
  }

  /// The first few names, the rest counted.
  static func names(_ names: [String]) -> String {
    let shown = names.prefix(names.count > 12 ? 10 : 12).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 10) more" : shown
  }
}
