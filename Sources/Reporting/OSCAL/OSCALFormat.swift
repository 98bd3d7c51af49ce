import AuditModel
import Facts

/// OSCAL assessment results (NIST, version 1.2), as JSON.
struct OSCALFormat: ReportFormat {
  let name = "oscal"
  let summary = "OSCAL assessment results: the checklist as objectives, what is open as risks"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "oscal-assessment-results.json", text: InertJSON.text(of: OSCALDocument(report).value))]
  }

  func wrote(_ name: String) -> Bool { name == "oscal-assessment-results.json" }
}
