import AuditModel
import Facts

/// What a GitLab pipeline shows in a merge request: Code Quality, metrics, and variables for later jobs.
struct GitLabFormat: ReportFormat {
  let name = "gitlab"
  let summary = "Code Quality for GitLab merge requests, with a metrics and a dotenv report beside it"

  // The first file is what --format gitlab stands for; the others are read beside it.
  func leadStandsAlone(_ options: RenderingOptions) -> Bool { true }

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [
      ReportFile(name: "gl-code-quality-report.json", text: InertJSON.text(of: CodeQuality(report).value)),
      ReportFile(name: "gl-metrics.txt", text: OpenMetricsText.text(of: ReportMetrics(report).comparable)),
      ReportFile(name: "gl-readiness.env", text: variables(of: report)),
    ]
  }

  func wrote(_ name: String) -> Bool {
    ["gl-code-quality-report.json", "gl-metrics.txt", "gl-readiness.env"].contains(name)
  }

  /// A dotenv report takes names and plain values only, at most 5 KiB: no text from elsewhere goes in.
  private func variables(of report: AuditReport) -> String {
    """
    READINESS_GATE=\(report.gate.status.rawValue)
    READINESS_REHEARSED=\(report.rehearsed == true)
    READINESS_SCORE=\(report.score.proven.map(percent) ?? "none")
    READINESS_POSSIBLE=\(report.score.possible.map(percent) ?? "none")
    READINESS_COVERAGE=\(report.score.coverage.map(percent) ?? "none")
    READINESS_FAILING=\(report.findings.count { $0.isFailing })
    READINESS_NOT_PROVEN=\(report.findings.count { $0.isNotProven })
    READINESS_ACCEPTED=\(report.findings.count { $0.isWaived })
    READINESS_WAIVERS_TO_MEND=\(report.waiversToMend.count)
    READINESS_ATTESTATIONS_TO_MEND=\(report.attestationsToMend.count)
    READINESS_NEW=\(report.newFailing.map { String($0) } ?? "none")

    """
  }
}
