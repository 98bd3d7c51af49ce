import Facts

/// One alerting rule.
struct AlertingRule: Codable, Sendable {
  /// The alert's name.
  var name: String
  /// In PromQL.
  var expression: String
  /// How long it has to hold.
  var holds = "0s"
  /// How bad it is; nil where the rule does not say.
  var severity: String?
  /// What it means; empty where the rule does not say.
  var summary: String
  /// The name of the runbook for it; nil for none.
  var runbook: String?
  /// Labels beside the severity.
  var labels: [String: String] = [:]
}

/// The rules that the platform is watched by: for each service whether it answers, is there, fails, is slow or runs full; and
/// one alert that always fires.
enum AlertingRules {
  /// The groups of the healthy platform, by name.
  static let healthy: [(name: String, rules: [AlertingRule])] =
    [("watchdog", [watchdog])] + ServiceName.overHTTP.map { ($0.rawValue, rules(for: $0.rawValue)) }

  /// All of them.
  static var all: [AlertingRule] { healthy.flatMap(\.rules) }

  /// What every runbook begins with.
  static let firstSteps = """
    1. Look at the dashboard Platform: since when, and which services?
    2. Look at the service's lines around that time, by the id of a request that failed.
    3. Was there a release? Roll it back first, and look for the reason then.
    """

  private static let watchdog = AlertingRule(
    name: "Watchdog", expression: "vector(1)", severity: "none",
    summary: "Alerts arrive: this one always fires, and is missed where it does not.")

  private static func rules(for service: String) -> [AlertingRule] {
    let name = service.prefix(1).uppercased() + service.dropFirst()
    let job = "job=\"\(service)\""
    func rule(_ what: String, _ expression: String, _ holds: String, _ severity: String, _ summary: String)
      -> AlertingRule
    {
      AlertingRule(
        name: name + what, expression: expression, holds: holds, severity: severity,
        summary: "The \(service) service \(summary).", runbook: "\(service)-\(what.lowercased())")
    }
    return [
      rule("Down", "up{\(job)} == 0", "1m", "critical", "does not answer"),
      rule("Absent", "absent(up{\(job)})", "1m", "critical", "is not scraped at all"),
      rule(
        "Errors", "sum(rate(http_requests_total{\(job),status=~\"5..\"}[5m])) > 0.5", "5m", "critical",
        "fails every other second"),
      rule(
        "Slow",
        "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{\(job)}[5m]))) > 1",
        "5m", "warning", "takes longer than a second for one request in twenty"),
      rule(
        "Full", "process_resident_memory_bytes{\(job)} > 1e9", "5m", "warning", "holds more than a gigabyte of memory"),
    ]
  }
}
