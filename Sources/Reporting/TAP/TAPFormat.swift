import AuditModel

/// TAP version 14: a test point per condition of the gate, then one per finding, with a YAML block where there is something
/// to say.
struct TAPFormat: ReportFormat {
  let name = "tap"
  let summary = "TAP 14, a test point per condition of the gate and per finding"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "report.tap", text: TAPStream(report).text)]
  }

  func wrote(_ name: String) -> Bool { name == "report.tap" }
}
