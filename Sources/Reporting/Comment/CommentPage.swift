import AuditModel
import Cryptography

/// The comment with at most so many rows in each table.
struct CommentPage {
  let report: AuditReport
  let rows: Int

  /// The whole text.
  var text: String {
    var page = MarkdownPage()
    page.block(Self.marker(for: report))
    page.heading(
      2,
      "\(report.verdict): \(MarkdownText.code(report.system.name, limit: 200)) (\(report.system.environment.rawValue))")
    page.block("**\(report.decision)** · score \(report.score.sentence) · \(report.checklistSentence)")
    if let sentence = report.rehearsalSentence { page.block("**Rehearsed:** \(sentence).") }
    if report.interrupted { page.block("**Interrupted:** the run ended before everything was looked at.") }
    if !report.partial.isEmpty {
      page.block("**Partial run:** \(counted(report.partial.count, "reason")) in the report.")
    }
    if let day = report.asOf { page.block("**Judged as of** \(day), from facts recorded on \(report.startedAt.day).") }
    if let parts = report.shardSentence, !report.isWhole {
      page.block("**Divided run:** \(parts).")
    }
    let standing = [
      report.baselineSentence, report.acceptanceSentence, report.attestationSentence, report.carriedSentence,
      report.undoneSentence.map { MarkdownText.prose($0) },
    ].compactMap(\.self)
    if !standing.isEmpty { page.block(standing.joined(separator: " · ")) }
    MarkdownGate(report: report, isTerse: true, level: 3).write(into: &page)
    if rows > 0 {
      writeWayToGreen(into: &page)
      writeCauses(into: &page)
      writeFailing(into: &page)
      writeOpen(into: &page)
      write(report.saidInWaivers, "Waivers to be mended", into: &page)
      write(report.saidInAttestations, "To be attested again", into: &page)
      writeForecast(into: &page)
    } else {
      page.block("The findings did not fit here: \(report.findingCounts).")
    }
    page.block(
      "<sub>Policy \(MarkdownText.code(report.policy.id, limit: 100)), run \(MarkdownText.code(report.runID, limit: 100)), "
        + "\(report.finishedAt). The whole report is in <code>report.md</code>, <code>report.html</code> and "
        + "<code>report.json</code>.</sub>")
    return page.text
  }

  /// An HTML comment that no reader sees: by it the next run finds the comment that it replaces, one per system,
  /// environment and policy. It stands first, since what is cut off is cut off at the end.
  static func marker(for report: AuditReport) -> String {
    let identity = [report.system.name, report.system.environment.rawValue, report.policy.id]
    let plain = identity.map { text in
      String(
        decoding: text.utf8.prefix(40).filter { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
          default: false
          }
        }, as: UTF8.self)
    }
    // Whatever the plain words lose, the digest tells apart.
    let digest = SHA256.hex(identity.joined(separator: "\0").utf8).prefix(16)
    return "<!-- prodworthy \(plain.joined(separator: " ")) \(digest) -->"
  }

  private func writeCauses(into page: inout MarkdownPage) {
    guard !report.causes.isEmpty else { return }
    let causes = report.causes.enumerated().sorted {
      ($1.element.dependents.count, $0.offset) < ($0.element.dependents.count, $1.offset)
    }.map(\.element)
    page.heading(3, "Mend first")
    page.table(
      ["target", "what is wrong", "waiting for it"],
      causes.prefix(rows).map {
        [cell($0.target), cell($0.reason), counted($0.dependents.count, "finding")]
      })
    writeRemainder(causes.count, "cause", into: &page)
  }

  /// What fails; with a baseline first what is new, since that is what a change is answerable for.
  private func writeFailing(into page: inout MarkdownPage) {
    let marks = BaselineMarks(report)
    let failing = marks.newFirst(bySeverity(report.findings.filter(\.isFailing)))
    guard !failing.isEmpty else { return }
    let new = failing.count { marks[$0] == .new }
    let isCompared = report.baseline != nil
    page.heading(
      3,
      "Failing: \(counted(failing.count, "finding"))"
        + (isCompared ? ", \(new == 0 ? "none of them new" : "\(new) of them new")" : ""))
    page.table(
      (isCompared ? ["since the baseline"] : []) + ["severity", "check", "where", "finding"],
      failing.prefix(rows).map { finding in
        let word = marks[finding] == .new ? "**new**" : marks[finding]?.rawValue ?? "—"
        return (isCompared ? [word] : [])
          + [finding.severity.rawValue, cell(finding.check), cell(finding.place), cell(finding.message)]
      })
    writeRemainder(failing.count, "failing finding", into: &page)
    let checks = failing.prefix(rows).grouped(by: \.check).map(\.key)
    page.details("How to fix them") { page in
      for id in checks {
        guard let fix = report.checks[id]?.remediation else { continue }
        page.block(
          "\(MarkdownText.code(id, limit: 120)) (\(fix.effort.rawValue) effort): \(MarkdownText.prose(fix.text, limit: 600))"
        )
      }
    }
  }

  private func writeOpen(into page: inout MarkdownPage) {
    let groups = [
      ("Not proven", bySeverity(report.findings.filter { $0.isNotProven && $0.status != .blocked })),
      ("Warnings", bySeverity(report.findings.filter(\.isWarning))),
      ("Accepted", bySeverity(report.findings.filter(\.isWaived))),
    ]
    for (title, findings) in groups where !findings.isEmpty {
      page.details("\(title): \(counted(findings.count, "finding"))") { page in
        page.table(
          ["severity", "check", "where", "finding"],
          findings.prefix(rows).map {
            [$0.severity.rawValue, cell($0.check), cell($0.place), cell($0.acceptance ?? $0.message)]
          })
        writeRemainder(findings.count, "finding", into: &page)
      }
    }
  }

  private func writeWayToGreen(into page: inout MarkdownPage) {
    guard let way = report.wayToGreen, !way.steps.isEmpty else { return }
    page.details("Cheapest way to green: \(way.sentence)") { page in
      page.table(
        ["effort", "check", "where", "what to do"],
        way.steps.prefix(rows).map { step in
          [
            step.effort.rawValue, step.check.map { cell($0) } ?? "let the probe look", cell(step.target),
            MarkdownText.prose(step.what, inTable: true, limit: 300),
          ]
        })
      writeRemainder(way.steps.count, "step", into: &page)
      if !way.beyond.isEmpty {
        page.block(
          "No fix turns " + way.beyond.prefix(rows).map { MarkdownText.code($0, limit: 120) }.joined(separator: ", ")
            + ".")
        writeRemainder(way.beyond.count, "condition", into: &page)
      }
    }
  }

  /// What is wrong with what people said in one way.
  private func write(_ said: [Said], _ title: String, into page: inout MarkdownPage) {
    let wrong = said.filter { !$0.isSound }
    guard let kind = wrong.first?.kind.rawValue else { return }
    page.details("\(title): \(wrong.count)") { page in
      page.table(
        [kind, "state", "of", "last day", "what is wrong"],
        wrong.prefix(rows).map { [cell($0.id), $0.word, cell($0.topic), $0.expires?.day ?? "—", cell($0.complaint)] })
      writeRemainder(wrong.count, kind, into: &page)
    }
  }

  private func writeForecast(into page: inout MarkdownPage) {
    guard let forecast = report.forecast, let day = report.asOf, !forecast.isEmpty else { return }
    page.details("Ends before \(day.day): \(forecast.count)") { page in
      page.table(
        ["day", "what", "name", "where", "then"],
        forecast.prefix(rows).map {
          [$0.at.day, $0.kind.rawValue, cell($0.what), cell($0.target ?? ""), cell($0.message)]
        })
      writeRemainder(forecast.count, "thing", into: &page)
    }
  }

  private func cell(_ raw: String) -> String { MarkdownText.cell(raw, limit: 300) }

  private func writeRemainder(_ count: Int, _ noun: String, into page: inout MarkdownPage) {
    if count > rows { page.block("… and \(counted(count - rows, noun)) more.") }
  }
}
