import AuditModel

/// A comment on a pull or merge request: short, and found again by the marker in its first line.
struct CommentFormat: ReportFormat {
  let name = "comment"
  let summary = "a comment for a pull or merge request, with a marker by which it is found again"

  /// Hosts refuse comments above 65,536 characters.
  static let budget = 60_000

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    let budget = min(options.byteBudget ?? .max, Self.budget)
    return [ReportFile(name: "comment.md", text: Self.text(of: report, byteBudget: budget))]
  }

  func wrote(_ name: String) -> Bool { name == "comment.md" }

  /// The comment with as many rows as `byteBudget` allows; the marker, the verdict and the gate stand in any.
  static func text(of report: AuditReport, byteBudget: Int) -> String {
    for rows in [40, 20, 10, 5] {
      let text = CommentPage(report: report, rows: rows).text
      if text.utf8.count <= byteBudget { return text }
    }
    return CommentPage(report: report, rows: 0).text
  }
}
