import AuditModel

/// What surrounds the findings: the checklist, what stayed in the dark, the arithmetic, the traffic, the passes.
extension MarkdownReport {
  /// Every item, covered or not.
  func writeChecklist(into page: inout MarkdownPage) {
    guard !report.checklist.isEmpty else { return }
    let open = report.openItems
    page.heading(2, "Checklist: \(open) of \(counted(report.checklist.count, "item")) open")
    let statuses = Dictionary(
      report.findings.map { ($0.fingerprint, $0.status) }, uniquingKeysWith: { first, _ in first })
    page.table(
      ["item", "area", "requirement", "state", "findings"],
      report.checklist.map { row in
        let found = row.findings.compactMap { statuses[$0] }
        return [
          MarkdownText.cell(row.id), MarkdownText.prose(row.area, inTable: true),
          MarkdownText.prose(row.title, inTable: true), row.status.word,
          [
            found.isEmpty ? "no check looked at it" : countsByStatus(found),
            row.attestations.isEmpty ? nil : "attested by " + names(row.attestations),
            row.awaiting.isEmpty || row.status != .notCovered ? nil : "nobody attests " + names(row.awaiting),
          ].compactMap(\.self).joined(separator: "; "),
        ]
      })
  }

  private struct Dark: Hashable {
    let probe: String
    let path: String?
    let reason: String
    let remedy: String?
  }

  /// What could not be seen, and what would show it.
  func writeNotSeen(into page: inout MarkdownPage) {
    guard !report.notSeen.isEmpty else { return }
    page.heading(2, "Not seen: \(counted(report.notSeen.count, "part"))")
    let groups = report.notSeen.grouped {
      Dark(probe: $0.probe, path: $0.path, reason: $0.reason, remedy: $0.remedy)
    }
    page.table(
      ["probe", "part", "target", "why", "what would show it"],
      groups.prefix(MarkdownDetail.rowLimit).map { dark, parts in
        [
          MarkdownText.cell(dark.probe), dark.path.map { MarkdownText.cell($0) } ?? "everything",
          names(parts.map(\.target)), MarkdownText.cell(dark.reason), MarkdownText.cell(dark.remedy),
        ]
      })
    writeRemainder(of: groups.count, "row", into: &page)
  }

  /// The score with everything needed to compute it again by hand.
  func writeScore(into page: inout MarkdownPage) {
    page.heading(2, "How the score was computed")
    let sum = report.score.arithmetic
    guard sum.totalWeight > 0, let proven = report.score.proven, let possible = report.score.possible,
      let coverage = report.score.coverage
    else {
      page.block("No check was in the sum, so there is no score.")
      return
    }
    page.block(
      "Each check earns weight × credit: 1000 for a pass, 500 for a warning, nothing else; over several targets their "
        + "mean, at most 500 while one is open. Whole numbers, never rounded up; accepting a finding changes nothing.")
    page.table(
      ["figure", "computed", "cap", "result"],
      [
        row("proven", "\(sum.earned) / \(sum.totalWeight)", sum.earned / sum.totalWeight, sum.provenCap, proven),
        row(
          "possible, if all undecided passed", "\(sum.earnable) / \(sum.totalWeight)", sum.earnable / sum.totalWeight,
          sum.possibleCap, possible),
        row(
          "evaluated", "\(sum.evaluatedWeight) × 1000 / \(sum.totalWeight)",
          sum.evaluatedWeight * 1000 / sum.totalWeight, nil, coverage),
      ])
    page.details("The \(counted(sum.rows.count, "check")) in the sum") { page in
      page.table(
        ["check", "weight", "worst status", "credit", "weight × credit", "adds when repaired alone"],
        sum.rows.map {
          [
            MarkdownText.cell($0.check), "\($0.weight)", $0.status.word, "\($0.credit)", "\($0.weight * $0.credit)",
            percent($0.gain),
          ]
        } + [["sum", "\(sum.totalWeight)", "", "", "\(sum.earned)", ""]])
    }
  }

  private func row(_ name: String, _ quotient: String, _ value: Int, _ cap: Severity?, _ result: Int) -> [String] {
    [
      name, "\(quotient) = \(value) ‰", cap.map { "\(percent($0.cap)) while a \($0.rawValue) check is open" } ?? "none",
      percent(result),
    ]
  }

  /// What the audit really sent.
  func writeTraffic(into page: inout MarkdownPage) {
    page.heading(2, "Traffic sent")
    let targets = report.traffic.byTarget.sorted { ($1.value.requests, $0.key) < ($0.value.requests, $1.key) }
    let shown = targets.prefix(20).map { cells(MarkdownText.cell($0.key), $0.value) }
    page.table(
      ["target", "connections", "requests", "bytes sent", "bytes received", "processes"],
      shown + [cells("all", report.traffic.total)])
    writeRemainder(of: targets.count, "target", limit: 20, into: &page)
  }

  private func cells(_ name: String, _ traffic: Traffic) -> [String] {
    [
      name, "\(traffic.connections)", "\(traffic.requests)", "\(traffic.bytesSent)", "\(traffic.bytesReceived)",
      "\(traffic.processes)",
    ]
  }

  /// What passes and what stays out of the sum, folded.
  func writeRest(into page: inout MarkdownPage) {
    let passing = report.findings.filter { $0.status == .pass }.grouped(by: \.check)
    if !passing.isEmpty {
      page.heading(2, "Passed: \(counted(passing.count, "check"))")
      page.details("Show them") { page in
        page.table(
          ["check", "what is true", "target"],
          passing.map { id, findings in
            [
              MarkdownText.cell(id), MarkdownText.prose(report.checks[id]?.title ?? "", inTable: true),
              names(findings.map(\.target)),
            ]
          })
      }
    }
    let outside = report.findings.filter { !$0.status.countsInScore }
    if !outside.isEmpty {
      page.heading(2, "Not applicable or deselected: \(counted(outside.count, "finding"))")
      page.details("Show them") { page in
        writeGroups(outside, ["check", "status", "target", "why"], into: &page) {
          [MarkdownText.cell($0.check), $0.status.word]
        }
      }
    }
  }
}
