import AuditModel

/// Markdown for the people who sign.
struct MarkdownFormat: ReportFormat {
  let name = "markdown"
  let summary = "the report that people read and sign, in GitHub Flavored Markdown"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "report.md", text: Self.text(of: report, byteBudget: options.byteBudget))]
  }

  func wrote(_ name: String) -> Bool { name == "report.md" }

  /// The report with as much detail as `byteBudget` allows; without one, with everything.
  static func text(of report: AuditReport, byteBudget: Int?) -> String {
    for detail in MarkdownDetail.allCases where detail < .verdictOnly {
      let text = MarkdownReport(report: report, detail: detail).text
      guard let byteBudget, text.utf8.count > byteBudget else { return text }
    }
    return MarkdownReport(report: report, detail: .verdictOnly).text
  }
}
