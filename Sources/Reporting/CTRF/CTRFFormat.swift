import AuditModel
import Facts

/// The Common Test Report Format, version 1.0.
struct CTRFFormat: ReportFormat {
  let name = "ctrf"
  let summary = "the Common Test Report Format, a test per condition of the gate and per finding"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "ctrf-report.json", text: InertJSON.text(of: CTRFDocument(report).value))]
  }

  func wrote(_ name: String) -> Bool { name == "ctrf-report.json" }
}
