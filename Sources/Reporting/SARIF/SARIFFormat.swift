import AuditModel
import Facts

/// How much a SARIF log holds.
package enum SARIFProfile: String, Sendable, CaseIterable {
  /// Every finding, passes and open questions with their kind.
  case full
  /// What GitHub code scanning shows as an alert: failures and warnings that nobody has accepted, the worst first, at most
  /// as many as it takes. It knows no kinds, so that a pass would show as an alert.
  case github
}

/// SARIF 2.1.0 (OASIS, errata 01).
struct SARIFFormat: ReportFormat {
  let name = "sarif"
  let summary = "SARIF 2.1.0 for code scanning and editors, as much as --sarif-profile names"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    let document = SARIFDocument(report, profile: options.sarifProfile)
    return [ReportFile(name: "report.sarif", text: InertJSON.text(of: document.value))]
  }

  func wrote(_ name: String) -> Bool { name == "report.sarif" }
}
