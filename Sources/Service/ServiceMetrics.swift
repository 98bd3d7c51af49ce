import AuditModel
import History
import Reporting

/// The service's metrics in Prometheus' text format.
enum ServiceMetrics {
  static func text(
    streams: [StreamState], schedules: [(String, ScheduleState)], waiting: Int, _ counts: ServiceCounters.Snapshot,
    version: String, isRehearsal: Bool = false
  ) -> String {
    var text = ""
    func family(_ name: String, _ type: String, _ help: String, _ samples: [([(String, String)], String)]) {
      guard !samples.isEmpty else { return }
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
      // Two of the same labels would spoil the whole exposition; names are made alike by being cleaned.
      var seen: Set<String> = []
      for (labels, value) in samples {
        let list = (labels + (isRehearsal ? [("rehearsed", "true")] : [])).map { "\($0)=\"\(escaped($1))\"" }.joined(
          separator: ",")
        guard seen.insert(list).inserted else { continue }
        text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
      }
    }
    func ratio(_ perMille: Int) -> String { "\(perMille / 1000).\(String(1000 + perMille % 1000).dropFirst())" }
    let latest = streams.compactMap { state in
      state.latest.map { run in
        (
          [
            ("system", state.stream.system), ("environment", state.stream.environment),
            ("policy", state.stream.policy),
          ], run
        )
      }
    }
    family("prodworthy_build_info", "gauge", "The program.", [([("version", version)], "1")])
    family(
      "prodworthy_score_proven_ratio", "gauge", "Proven score of the latest run.",
      latest.compactMap { labels, run in run.proven.map { (labels, ratio($0)) } })
    family(
      "prodworthy_score_possible_ratio", "gauge", "What the score of the latest run could be.",
      latest.compactMap { labels, run in run.possible.map { (labels, ratio($0)) } })
    family(
      "prodworthy_coverage_ratio", "gauge", "Share of weight that evidence decided in the latest run.",
      latest.compactMap { labels, run in run.coverage.map { (labels, ratio($0)) } })
    family(
      "prodworthy_gate_passed", "gauge", "Whether the gate of the latest run passed.",
      latest.map { ($0, $1.gate == .passed ? "1" : "0") })
    family(
      "prodworthy_findings", "gauge", "Findings of the latest run by status.",
      latest.flatMap { labels, run in
        Status.allCases.map { (labels + [("status", $0.rawValue)], String(run.statuses[$0] ?? 0)) }
      })
    family(
      "prodworthy_open_findings", "gauge", "Open findings of the latest run that are not waived, by severity.",
      latest.flatMap { labels, run in
        Severity.allCases.map { (labels + [("severity", $0.rawValue)], String(run.open[$0] ?? 0)) }
      })
    family(
      "prodworthy_last_run_timestamp_seconds", "gauge", "When the latest run began.",
      latest.map { ($0, String($1.startedAt.seconds)) })
    family(
      "prodworthy_last_run_duration_seconds", "gauge", "How long the latest run took.",
      latest.map { ($0, "\($1.durationMs / 1000).\(String(1000 + $1.durationMs % 1000).dropFirst())") })
    family(
      "prodworthy_runs_total", "counter", "Runs that a stream has had.",
      streams.map {
        (
          [("system", $0.stream.system), ("environment", $0.stream.environment), ("policy", $0.stream.policy)],
          String($0.stream.runs)
        )
      })
    family(
      "prodworthy_audit_last_planned_timestamp_seconds", "gauge", "The last planned time that ran to its end.",
      schedules.filter { $0.1.lastStatus != nil }.map { ([("audit", $0.0)], String($0.1.lastSlot.seconds)) })
    family(
      "prodworthy_audit_running", "gauge", "Whether an instance is at the audit.",
      schedules.map { ([("audit", $0.0)], $0.1.runningSlot == nil ? "0" : "1") })
    family(
      "prodworthy_audits_total", "counter", "Audits of this instance by how they ended.",
      counts.audits.sorted { $0.key < $1.key }.flatMap { audit, endings in
        endings.sorted { $0.key < $1.key }.map { ([("audit", audit), ("ending", $0.key)], String($0.value)) }
      })
    family("prodworthy_notices_waiting", "gauge", "Notices that wait to be told.", [([], String(waiting))])
    family(
      "prodworthy_notice_attempts_total", "counter", "Attempts of this instance at telling a notice.",
      counts.notices.sorted { $0.key < $1.key }.map { ([("outcome", $0.key)], String($0.value)) })
    family(
      "prodworthy_http_answers_total", "counter", "Answers of this instance by status.",
      counts.requests.sorted { $0.key < $1.key }.map { ([("status", String($0.key))], String($0.value)) })
    family(
      "prodworthy_http_turned_away_total", "counter", "Connections that this instance had no room for.",
      [([], String(counts.turnedAway))])
    family(
      "prodworthy_last_tick_timestamp_seconds", "gauge", "When this instance last looked at what is due.",
      counts.lastTick.map { [([], String($0.seconds))] } ?? [])
    return text
  }

  /// A label's value: backslash, quote and line feed are what the format knows.
  private static func escaped(_ text: String) -> String {
    var safe = ""
    for character in Untrusted.line(text, limit: 200).unicodeScalars {
      switch character {
      case "\\": safe += "\\\\"
      case "\"": safe += "\\\""
      case "\n": safe += "\\n"
      default: safe.unicodeScalars.append(character)
      }
    }
    return safe
  }
}
