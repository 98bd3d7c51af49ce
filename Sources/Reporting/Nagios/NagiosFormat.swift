import AuditModel

/// The one line that Nagios, Icinga and their kin expect of a plug-in, with performance data.
struct NagiosFormat: ReportFormat {
  let name = "nagios"
  let summary = "one line with performance data, as Nagios and Icinga expect of a plug-in"

  /// The most bytes: older transports cut a plug-in's answer at 1 KiB.
  static let limit = 1000

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "nagios.txt", text: line(of: report) + "\n")]
  }

  func wrote(_ name: String) -> Bool { name == "nagios.txt" }

  private func line(of report: AuditReport) -> String {
    let failing = report.findings.count { $0.isFailing }
    let open = report.findings.count { $0.isNotProven }
    let warnings = report.findings.count { $0.isWarning }
    let accepted = report.findings.count { $0.isWaived }
    // An acceptance that does not hold, or not for long, is something to act on before it is too late.
    let lapsed = report.attestationsToMend.count
    let unsound = report.waiversToMend.count + lapsed
    let state =
      switch report.gate.status {
      case .failed: "CRITICAL"
      // What happened in a time that was made up says nothing of now.
      case .passed where report.rehearsed == true: "UNKNOWN"
      case .undecided: "UNKNOWN"
      case .passed: failing + open + warnings + unsound > 0 ? "WARNING" : "OK"
      }
    var numbers: [String] = []
    if let proven = report.score.proven { numbers.append("score=\(percent(proven));;;0;100") }
    if let possible = report.score.possible { numbers.append("possible=\(percent(possible));;;0;100") }
    if let coverage = report.score.coverage { numbers.append("coverage=\(percent(coverage))%;;;0;100") }
    numbers += [
      "failing=\(failing);;;0", "not_proven=\(open);;;0", "warnings=\(warnings);;;0", "accepted=\(accepted);;;0",
      "waivers_to_mend=\(report.waiversToMend.count);;;0", "attestations_to_mend=\(lapsed);;;0",
      "requests=\(report.traffic.total.requests);;;0", "duration=\(seconds(report.durationMs))s;;;0",
    ]
    if let new = report.newFailing { numbers.append("new=\(new);;;0") }
    if let days = report.daysToNextWaiverEnd { numbers.append("waiver_days=\(days);;;0") }
    let data = " | " + numbers.joined(separator: " ")
    var text = "READINESS \(state) - \(report.rehearsed == true ? "REHEARSED, its times are made up: " : "")"
    text += "\(report.decision), score \(report.score.sentence)"
    text += ", \(failing) failing"
    if let new = report.newFailing { text += " (\(new) new)" }
    text += ", \(open) not proven"
    if accepted > 0 { text += ", \(accepted) accepted" }
    if let end = report.nextWaiverEnd { text += " (next ends \(end.day))" }
    if !report.waiversToMend.isEmpty { text += ", \(counted(report.waiversToMend.count, "waiver")) to mend" }
    if lapsed > 0 { text += ", \(counted(lapsed, "attestation")) to mend" }
    text += " (\(Self.plain(report.system.name, limit: 120)), \(report.system.environment.rawValue))"
    let worst =
      BaselineMarks(report).newFirst(bySeverity(report.findings.filter(\.isFailing))).first
      ?? bySeverity(report.findings.filter(\.isNotProven)).first
    if let worst {
      let room = Self.limit - text.utf8.count - data.utf8.count - 20
      if room > 60 {
        text +=
          ": \(Self.plain("\(worst.severity.rawValue) \(worst.check) \(worst.place): \(worst.message)", limit: room))"
      }
    }
    return text + data
  }

  /// `raw` without what separates performance data, what a console shows as HTML, and what starts a macro: the format has
  /// no escapes.
  private static func plain(_ raw: String, limit: Int) -> String {
    let text = Untrusted.withoutCommands(Untrusted.oneLine(raw, limit: limit))
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar {
          case "|": "/"
          case "<": "("
          case ">": ")"
          case "$", "`", "&": "_"
          case "\"": "'"
          default: scalar
          }
        }))
  }
}
