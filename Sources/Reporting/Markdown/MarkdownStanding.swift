import AuditModel

/// What people said about findings, what was carried from earlier runs, and what time will do.
extension MarkdownReport {
  /// The most rows of a table that stands also where there is hardly any room.
  private var shortLimit: Int { detail < .topFindings ? MarkdownDetail.rowLimit : 10 }

  /// The cheapest set of fixes.
  func writeWayToGreen(into page: inout MarkdownPage) {
    guard let way = report.wayToGreen else { return }
    page.heading(2, "Cheapest way to green: \(way.sentence)")
    if !way.steps.isEmpty {
      page.table(
        ["effort", "check", "target", "what to do", "settles"],
        way.steps.prefix(shortLimit).map { step in
          [
            step.effort.rawValue, step.check.map { MarkdownText.cell($0) } ?? "the probe has to be let look",
            MarkdownText.cell(step.target), MarkdownText.prose(step.what, inTable: true),
            counted(step.settles, "finding"),
          ]
        })
      writeRemainder(of: way.steps.count, "step", limit: shortLimit, into: &page)
      if way.steps.contains(where: { $0.settles > 1 }) {
        page.block("What waits for one of these is taken to pass once it can be looked at.")
      }
    }
    if !way.beyond.isEmpty {
      page.block("No fix turns " + way.beyond.map { MarkdownText.code($0) }.joined(separator: ", ") + ".")
    }
  }

  /// Every waiver, every attestation, the baseline, and what was carried.
  func writeStanding(into page: inout MarkdownPage) {
    writeWaivers(into: &page)
    writeAttestations(into: &page)
    if let baseline = report.baseline {
      page.heading(2, "Against the baseline of \(baseline.writtenAt.day)")
      page.block(
        "\(baseline.new.count) new · \(baseline.known.count) known · \(baseline.fixed.count) fixed · "
          + "\(baseline.unverified.count) unverified · \(baseline.removed.count) removed")
      let new = Set(baseline.new)
      let findings = report.findings.filter { new.contains($0.fingerprint) }
      if !findings.isEmpty {
        writeGroups(findings, ["new check", "severity", "target", "finding"], into: &page) {
          [MarkdownText.cell($0.check), $0.severity.rawValue]
        }
      }
    }
    guard !report.carried.isEmpty else { return }
    page.heading(2, "Evidence of earlier runs")
    page.table(
      ["probe", "target", "seen", "age", "used"],
      report.carried.prefix(MarkdownDetail.rowLimit).map { evidence in
        [
          MarkdownText.cell(evidence.probe), MarkdownText.cell(evidence.target), "\(evidence.observedAt)", evidence.age,
          evidence.refused.map { "no: " + MarkdownText.cell($0) } ?? "carried, until \(evidence.expires)",
        ]
      })
    writeRemainder(of: report.carried.count, "row", into: &page)
  }

  private func writeWaivers(into page: inout MarkdownPage) {
    guard !report.waivers.isEmpty else { return }
    let wrong = report.waivers.count { !$0.isSound }
    page.heading(2, "Waivers: \(report.waivers.count)\(wrong > 0 ? ", \(wrong) to be mended" : "")")
    page.table(
      ["waiver", "state", "of", "owner", "approved by", "ticket", "last day", "covers", "what is wrong"],
      report.waivers.prefix(MarkdownDetail.rowLimit).map { row in
        [
          MarkdownText.cell(row.waiver.id), row.state.word, MarkdownText.cell(row.place),
          MarkdownText.cell(row.waiver.owner), MarkdownText.cell(row.waiver.approvedBy),
          MarkdownText.cell(row.waiver.ticket), row.waiver.expires.day, counted(row.findings.count, "finding"),
          row.complaint.isEmpty ? "nothing" : MarkdownText.cell(row.complaint),
        ]
      })
    writeRemainder(of: report.waivers.count, "waiver", into: &page)
  }

  private func writeAttestations(into page: inout MarkdownPage) {
    guard !report.attestations.isEmpty else { return }
    let wrong = report.attestationsToMend.count
    page.heading(
      2,
      "Attested: \(counted(report.attestations.count { $0.state == .valid }, "statement"))"
        + (wrong > 0 ? ", \(wrong) to be mended" : ""))
    page.table(
      ["attestation", "state", "of", "statement", "by", "last day", "evidence"],
      report.attestations.prefix(MarkdownDetail.rowLimit).map { row in
        [
          MarkdownText.cell(row.attestation.id),
          row.problem.map { "\(row.state.word): \(MarkdownText.cell($0))" } ?? row.state.word,
          MarkdownText.cell(row.topic), MarkdownText.prose(row.attestation.statement, inTable: true),
          MarkdownText.cell(row.attestation.by), row.attestation.expires.day, names(row.attestation.evidence),
        ]
      })
    writeRemainder(of: report.attestations.count, "attestation", into: &page)
  }

  /// What ends before the day judged for.
  func writeForecast(into page: inout MarkdownPage) {
    guard let forecast = report.forecast, let day = report.asOf else { return }
    page.heading(2, "Ends before \(day.day): \(forecast.count)")
    if forecast.isEmpty { return page.block("Nothing that was looked at ends before then.") }
    page.table(
      ["day", "what", "name", "target", "then"],
      forecast.prefix(shortLimit).map {
        [
          $0.at.day, $0.kind.rawValue, MarkdownText.cell($0.what), MarkdownText.cell($0.target),
          MarkdownText.cell($0.message),
        ]
      })
    writeRemainder(of: forecast.count, "row", limit: shortLimit, into: &page)
  }
}
