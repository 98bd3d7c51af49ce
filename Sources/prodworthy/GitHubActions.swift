import AuditModel
import Reporting

/// What a run leaves in a GitHub Actions job: the step summary, and annotations on the log.
enum GitHubActions {
  /// Appends the step summary and prints the annotations where the process runs in a GitHub Actions step.
  ///
  /// Throws `Failure` (73, 74).
  static func publish(
    _ report: AuditReport, environment: [String: String], options: RenderingOptions
  ) throws(Failure) {
    guard environment["GITHUB_ACTIONS"] == "true", let format = ReportFormats.named("github") else { return }
    for file in try rendered(report, as: format, options) {
      if file.name.hasSuffix(".md") {
        if let path = environment["GITHUB_STEP_SUMMARY"], !path.isEmpty { try Output.append(file.bytes, to: path) }
      } else {
        try Output.print(file.bytes)
      }
    }
  }
}
