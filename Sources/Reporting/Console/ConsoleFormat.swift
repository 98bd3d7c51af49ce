import AuditModel

/// Lines for a terminal or a pipeline's log: what to act on, then the verdict at the very end, where eyes are.
struct ConsoleFormat: ReportFormat {
  let name = "console"
  let summary = "what to act on, then the verdict: for a terminal or a log"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "console.txt", text: ConsoleReport(report: report, options: options).text)]
  }

  func wrote(_ name: String) -> Bool { name == "console.txt" }
}
