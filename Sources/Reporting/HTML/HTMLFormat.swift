import AuditModel

/// One self-contained page: no network, readable without JavaScript, printed as the sign-off.
struct HTMLFormat: ReportFormat {
  let name = "html"
  let summary = "one self-contained page to read, filter and print; no network, no need for JavaScript"

  /// The most bytes of a page.
  static let budget = 4_500_000

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    let digest = try ReportDigest.of(report)
    let budget = min(options.byteBudget ?? .max, Self.budget)
    return [ReportFile(name: "report.html", text: Self.text(of: report, digest: digest, byteBudget: budget))]
  }

  func wrote(_ name: String) -> Bool { name == "report.html" }

  /// The page with as much detail as `byteBudget` allows; the last step is taken whatever it comes to.
  static func text(of report: AuditReport, digest: String, byteBudget: Int) -> String {
    for detail in HTMLDetail.ladder.dropLast() where detail.evidenceBytes(of: report) <= byteBudget {
      let text = HTMLReport(report, detail: detail, digest: digest).text
      if text.utf8.count <= byteBudget { return text }
    }
    return HTMLReport(report, detail: HTMLDetail.least, digest: digest).text
  }
}
