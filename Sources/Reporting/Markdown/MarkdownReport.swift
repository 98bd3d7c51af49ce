import AuditModel

/// The Markdown report at one level of detail: verdict first, then what decides it, then everything else.
struct MarkdownReport {
  let report: AuditReport
  let detail: MarkdownDetail

  /// The whole text.
  var text: String {
    var page = MarkdownPage()
    writeVerdict(into: &page)
    if detail < .verdictOnly { writeFacts(into: &page) }
    MarkdownGate(report: report, isTerse: detail == .verdictOnly).write(into: &page)
    if detail < .verdictOnly {
      writeCauses(into: &page)
      writeWayToGreen(into: &page)
      writeForecast(into: &page)
      writeFailing(into: &page)
    }
    if detail < .topFindings {
      writeOpen(into: &page)
      writeStanding(into: &page)
      writeMatrix(into: &page)
      writeMeasures(into: &page)
      writeChecklist(into: &page)
      writeNotSeen(into: &page)
      writeScore(into: &page)
      writeTraffic(into: &page)
      if detail < .noPasses { writeRest(into: &page) }
    } else if detail == .topFindings {
      writeCounts(into: &page)
      writeChecklist(into: &page)
    }
    page.block("---")
    page.block(
      "Written by \(MarkdownText.prose(report.tool.name)) \(MarkdownText.code(report.tool.version)), report schema "
        + "\(MarkdownText.code(report.schemaVersion)). `report.json` holds everything.")
    return page.text
  }

  private func writeVerdict(into page: inout MarkdownPage) {
    page.heading(
      1, "Production readiness: \(MarkdownText.code(report.system.name)) (\(report.system.environment.rawValue))")
    page.block(
      "**\(report.verdict)** · \(report.decision) · score \(report.score.sentence) · \(report.checklistSentence)")
    if let sentence = report.rehearsalSentence { page.block("**Rehearsed:** \(sentence).") }
    if report.interrupted { page.block("**Interrupted:** the run ended before everything was looked at.") }
    for reason in report.partial.prefix(detail < .verdictOnly ? .max : 3) {
      page.block("**Partial run:** \(MarkdownText.code(reason))")
    }
    if let day = report.asOf { page.block("**Judged as of** \(day), from facts recorded on \(report.startedAt.day).") }
    if let parts = report.shardSentence, !report.isWhole {
      page.block("**Divided run:** \(parts).")
    }
    if let omission = detail.omission {
      page.block("**Shortened** to fit its place: \(omission). The whole report is in `report.json`.")
    }
  }

  private func writeFacts(into page: inout MarkdownPage) {
    let kinds = report.targets.grouped { $0.kind }
      .map { "\($0.elements.count) \(MarkdownText.cell($0.key))" }.joined(separator: ", ")
    page.table(
      ["what", "value"],
      [
        ["system", "\(MarkdownText.cell(report.system.name)), \(report.system.environment.rawValue)"],
        [
          "policy",
          "\(MarkdownText.cell(report.policy.id)) (\(MarkdownText.prose(report.policy.title, inTable: true)))",
        ],
        ["policy digest", MarkdownText.cell(report.policy.digest)],
        ["score", report.score.sentence],
        ["findings", report.findingCounts],
        ["targets", report.targets.isEmpty ? "none" : kinds],
        ["started", "\(report.startedAt), took \(seconds(report.durationMs)) s"],
        ["run", MarkdownText.cell(report.runID)],
      ]
        + [
          ("baseline", report.baselineSentence), ("acceptances", report.acceptanceSentence),
          ("attestations", report.attestationSentence), ("carried", report.carriedSentence),
          ("parts", report.shardSentence),
          ("put back", report.undoneSentence.map { MarkdownText.prose($0, inTable: true) }),
          ("measured", report.measuresSentence),
        ].compactMap { name, value in value.map { [name, $0] } })
  }

  private func writeCauses(into page: inout MarkdownPage) {
    guard !report.causes.isEmpty else { return }
    page.heading(2, "Mend first")
    page.block("Each of these keeps other findings from passing or from being decided.")
    page.table(
      ["target", "shown by", "what is wrong", "waiting for it"],
      report.causes.sorted { $0.dependents.count > $1.dependents.count }.prefix(MarkdownDetail.rowLimit).map {
        [
          MarkdownText.cell($0.target), $0.check.map { MarkdownText.cell($0) } ?? "the probe itself",
          MarkdownText.cell($0.reason), counted($0.dependents.count, "finding"),
        ]
      })
    writeRemainder(of: report.causes.count, "cause", into: &page)
  }

  /// Says how many rows a table left out.
  func writeRemainder(
    of count: Int, _ noun: String, limit: Int = MarkdownDetail.rowLimit, into page: inout MarkdownPage
  ) {
    guard count > limit else { return }
    page.block("… and \(counted(count - limit, noun)) more; all are in `report.json`.")
  }

  private func writeCounts(into page: inout MarkdownPage) {
    page.heading(2, "All findings")
    page.block(
      [
        report.findingCounts,
        counted(report.findings.count { $0.isWaived }, "finding") + " accepted",
        counted(report.notSeen.count, "part") + " not seen",
      ].joined(separator: " · "))
  }
}
