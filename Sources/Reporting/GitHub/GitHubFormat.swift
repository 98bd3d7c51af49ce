import AuditModel

/// What a GitHub Actions step shows: a summary in Markdown, and annotations as workflow commands.
struct GitHubFormat: ReportFormat {
  let name = "github"
  let summary = "a step summary and annotations for GitHub Actions"

  /// A step's summary is lost as a whole above 1 MiB.
  static let summaryBudget = 900 << 10
  /// A step shows ten annotations of a level; the tenth says how many there are besides.
  static let annotationLimit = 9

  func writesOneFile(_ options: RenderingOptions) -> Bool { false }

  func wrote(_ name: String) -> Bool { name == "github-summary.md" || name == "github-annotations.txt" }

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    let budget = min(options.byteBudget ?? .max, Self.summaryBudget)
    return [
      ReportFile(name: "github-summary.md", text: MarkdownFormat.text(of: report, byteBudget: budget)),
      ReportFile(name: "github-annotations.txt", text: annotations(of: report)),
    ]
  }

  private func annotations(of report: AuditReport) -> String {
    let locations = Dictionary(
      report.targets.compactMap { target in target.location.map { (target.id, $0) } },
      uniquingKeysWith: { first, _ in first })
    let failing = report.findings.filter(\.isFailing)
    // What is blocked shows by its cause.
    let open = report.findings.filter { $0.isWarning || ($0.isNotProven && $0.status != .blocked) }
    return lines(bySeverity(failing), .error, locations) + lines(bySeverity(open), .warning, locations)
      + complaints(report.saidInWaivers) + complaints(report.saidInAttestations) + complaints(report.saidOfRehearsal)
  }

  /// One annotation each for what is wrong with what people said, at the place where they wrote it.
  private func complaints(_ said: [Said]) -> String {
    let wrong = said.filter { !$0.isSound }
    var text = wrong.prefix(Self.annotationLimit).map { item in
      let place = item.location.map {
        [("file", $0.path), ("line", String($0.line)), ("col", String($0.column))]
      }
      return WorkflowCommand(
        level: .warning,
        properties: (place ?? []) + [("title", item.kind == .rehearsal ? item.id : "\(item.kind.rawValue) \(item.id)")],
        message: "\(item.topic): \(item.complaint)"
      ).text
    }.joined()
    if wrong.count > Self.annotationLimit, let noun = wrong.first?.kind.rawValue {
      text +=
        WorkflowCommand(
          level: .warning, properties: [],
          message: "and \(counted(wrong.count - Self.annotationLimit, noun)) more, see the step summary"
        ).text
    }
    return text
  }

  private func lines(
    _ findings: [Finding], _ level: WorkflowCommand.Level, _ locations: [String: SourceLocation]
  ) -> String {
    var text = ""
    for finding in findings.prefix(Self.annotationLimit) {
      var properties: [(name: String, value: String)] = []
      if let location = locations[finding.target] {
        properties = [
          ("file", location.path), ("line", String(location.line)), ("col", String(location.column)),
        ]
      }
      let place = finding.subject.map { "\(finding.target) \($0)" } ?? finding.target
      properties.append(("title", "\(finding.severity.rawValue) \(finding.check)"))
      text +=
        WorkflowCommand(
          level: level, properties: properties, message: "\(place): \(finding.message)"
        ).text
    }
    if findings.count > Self.annotationLimit {
      text +=
        WorkflowCommand(
          level: level, properties: [],
          message: "and \(counted(findings.count - Self.annotationLimit, "finding")) more, see the step summary"
        ).text
    }
    return text
  }
}
