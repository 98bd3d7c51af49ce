import AuditModel

/// What a report says in numbers. A number that the report does not have is absent, never nought: alerts on absence see it.
struct ReportMetrics {
  /// The most targets, and the most conditions, that get series of their own: a report must not flood a monitoring system.
  static let seriesLimit = 500

  private let report: AuditReport

  init(_ report: AuditReport) { self.report = report }

  /// Everything. Of a rehearsed run nothing that says when something is: an alert on the age of the last run would fall
  /// silent by a time that was made up.
  var all: [MetricFamily] {
    marked(verdict + findings + standing + targets + (report.rehearsed == true ? [] : ends + times) + run + [build])
  }

  /// What is worth comparing between two branches: nothing that every run changes.
  var comparable: [MetricFamily] { marked(verdict + findings + standing) }

  /// Every series of a rehearsed run bears that it was one, so that none continues that of real runs.
  private func marked(_ families: [MetricFamily]) -> [MetricFamily] {
    report.rehearsed == true ? families.map { $0.labelled("rehearsed", "true") } : families
  }

  private func add(_ value: MetricFamily.Value, to family: inout MetricFamily) {
    family.add(
      value,
      [
        "system": report.system.name, "environment": report.system.environment.rawValue, "policy": report.policy.id,
      ])
  }

  private func gauge(_ name: String, _ help: String, _ value: MetricFamily.Value?) -> MetricFamily {
    var family = MetricFamily(name, help)
    if let value { add(value, to: &family) }
    return family
  }

  private var verdict: [MetricFamily] {
    var status = MetricFamily("readiness_gate_status", "1 for the gate's decision, 0 for the other two.")
    for decision in [Gate.Decision.passed, .failed, .undecided] {
      status.add(
        .count(decision == report.gate.status ? 1 : 0),
        ["system": report.system.name, "policy": report.policy.id, "status": decision.rawValue])
    }
    var conditions = MetricFamily(
      "readiness_gate_condition_passed", "Whether a condition of the gate holds; what is undecided does not.",
      merge: .least)
    for condition in report.gate.conditions.prefix(Self.seriesLimit) {
      conditions.add(
        .count(condition.status == .pass ? 1 : 0),
        ["system": report.system.name, "policy": report.policy.id, "condition": condition.id])
    }
    return [
      gauge("readiness_gate_passed", "Whether the gate passed.", .count(report.gate.status == .passed ? 1 : 0)), status,
      conditions,
      gauge(
        "readiness_score_percent", "The proven score, 0 to 100.", report.score.proven.map { .percent(perMille: $0) }),
      gauge(
        "readiness_score_possible_percent", "The score if everything undecided passed, 0 to 100.",
        report.score.possible.map { .percent(perMille: $0) }),
      gauge(
        "readiness_coverage_ratio", "The share of weight that evidence decided, 0 to 1.",
        report.score.coverage.map { .ratio(perMille: $0) }),
    ]
  }

  private var findings: [MetricFamily] {
    var counts: [Status: [Severity: Int]] = [:]
    for finding in report.findings { counts[finding.status, default: [:]][finding.severity, default: 0] += 1 }
    var findings = MetricFamily("readiness_findings", "Findings by status and severity, accepted ones included.")
    // Nought is a value here: a series that disappears when its last finding does would read as stale.
    for status in Status.allCases {
      for severity in Severity.allCases {
        findings.add(
          .count(counts[status]?[severity] ?? 0),
          [
            "system": report.system.name, "policy": report.policy.id, "status": status.rawValue,
            "severity": severity.rawValue,
          ])
      }
    }
    var items = MetricFamily("readiness_checklist_items", "Items of the checklist by their state.")
    for state in AuditReport.ChecklistRow.Coverage.allCases {
      items.add(
        .count(report.checklist.count { $0.status == state }),
        ["system": report.system.name, "policy": report.policy.id, "status": state.rawValue])
    }
    return [
      findings, items,
      gauge(
        "readiness_failing", "Findings that fail and that nobody accepted.",
        .count(report.findings.count { $0.isFailing })),
      gauge(
        "readiness_not_proven", "Findings that evidence did not decide and that nobody accepted.",
        .count(report.findings.count { $0.isNotProven })),
      gauge("readiness_accepted", "Findings that somebody accepted.", .count(report.findings.count { $0.isWaived })),
      gauge("readiness_not_seen", "Parts of targets that could not be seen.", .count(report.notSeen.count)),
    ]
  }

  /// What people said about findings, and what is new; no ages and no days left, which every run changes.
  private var standing: [MetricFamily] {
    func family<State: RawRepresentable & CaseIterable & Equatable>(
      _ name: String, _ help: String, _ states: [State]
    ) -> MetricFamily where State.RawValue == String {
      var family = MetricFamily(name, help)
      for state in State.allCases {
        family.add(
          .count(states.count { $0 == state }),
          ["system": report.system.name, "policy": report.policy.id, "state": state.rawValue])
      }
      return family
    }
    var waived = MetricFamily("readiness_waived_findings", "Findings that somebody accepted, by severity.")
    for severity in Severity.allCases {
      waived.add(
        .count(report.findings.count { $0.isWaived && $0.severity == severity }),
        ["system": report.system.name, "policy": report.policy.id, "severity": severity.rawValue])
    }
    var known = MetricFamily("readiness_baseline_findings", "Findings against the baseline, by what became of them.")
    if let baseline = report.baseline {
      for (state, prints) in [
        (BaselineMark.new, baseline.new), (.known, baseline.known), (.fixed, baseline.fixed),
        (.unverified, baseline.unverified), (.removed, baseline.removed),
      ] {
        known.add(
          .count(prints.count),
          ["system": report.system.name, "policy": report.policy.id, "state": state.rawValue])
      }
    }
    return [
      waived, family("readiness_waivers", "Waivers by their state.", report.waivers.map(\.state)),
      gauge(
        "readiness_waivers_to_mend", "Waivers about which something has to be done.",
        .count(report.waiversToMend.count)),
      family("readiness_attestations", "Attestations by their state.", report.attestations.map(\.state)),
      gauge(
        "readiness_attestations_to_mend", "Attestations about which something has to be done.",
        .count(report.attestationsToMend.count)), known,
    ]
  }

  /// What time will do. Absent where nothing ends.
  private var ends: [MetricFamily] {
    let used = report.carried.filter { $0.refused == nil }
    return [
      gauge(
        "readiness_waiver_next_expiry_seconds", "Seconds until the next waiver that covers something ends.",
        report.nextWaiverEnd.map { .count(max(0, $0.seconds(since: report.judgedAt))) }),
      gauge(
        "readiness_waiver_next_expiry_timestamp_seconds",
        "When the next waiver that covers something ends, in seconds since 1970.",
        report.nextWaiverEnd.map { .count($0.seconds) }),
      gauge(
        "readiness_attestation_next_expiry_timestamp_seconds",
        "When the next attestation that holds ends, in seconds since 1970.",
        report.attestations.lazy.filter { $0.state == .valid }.map(\.attestation.expires.seconds).min()
          .map { .count($0) }),
      gauge(
        "readiness_forecast_expiries", "Things that end before the day judged for.",
        report.forecast.map { .count($0.count) }),
      gauge("readiness_carried_observations", "Observations of earlier runs that were used.", .count(used.count)),
      gauge(
        "readiness_carried_age_seconds", "Age of the oldest observation of an earlier run that was used.",
        used.map(\.ageSeconds).max().map { .count(max(0, $0)) }),
      gauge(
        "readiness_shards_missing", "Parts of a divided run that are not here.",
        report.shard.map { .count(max(0, max(0, $0.total) - Set($0.present).count)) }),
    ]
  }

  private var targets: [MetricFamily] {
    var open: [String: Int] = [:]
    for finding in report.findings where finding.isFailing || finding.isNotProven {
      open[finding.target, default: 0] += 1
    }
    var findings = MetricFamily(
      "readiness_target_open_findings", "Findings of a target that fail or are not proven, and that nobody accepted.")
    var requests = MetricFamily("readiness_traffic_requests", "Requests or statements sent to a target.")
    var sent = MetricFamily("readiness_traffic_sent_bytes", "Bytes sent to a target.")
    var received = MetricFamily("readiness_traffic_received_bytes", "Bytes received from a target.")
    for target in report.targets.prefix(Self.seriesLimit) {
      func add(_ count: Int, to family: inout MetricFamily) {
        family.add(.count(count), ["system": report.system.name, "policy": report.policy.id, "target": target.id])
      }
      add(open[target.id] ?? 0, to: &findings)
      let traffic = report.traffic.byTarget[target.id] ?? Traffic()
      add(traffic.requests, to: &requests)
      add(traffic.bytesSent, to: &sent)
      add(traffic.bytesReceived, to: &received)
    }
    return [findings, requests, sent, received]
  }

  private var run: [MetricFamily] {
    [
      gauge("readiness_run_interrupted", "Whether a signal ended the run early.", .count(report.interrupted ? 1 : 0)),
      gauge(
        "readiness_run_partial", "Whether the run did not look at everything the policy asks for.",
        .count(report.partial.isEmpty ? 0 : 1)),
      gauge(
        "readiness_run_rehearsed", "Whether the run was a rehearsal, its times made up.",
        .count(report.rehearsed == true ? 1 : 0)),
      gauge(
        "readiness_run_duration_seconds", "How long the run took.", .seconds(milliseconds: report.durationMs)),
    ]
  }

  private var times: [MetricFamily] {
    [
      gauge(
        "readiness_last_run_timestamp_seconds", "When the run ended, in seconds since 1970.",
        .count(report.finishedAt.seconds))
    ]
  }

  private var build: MetricFamily {
    var family = MetricFamily("readiness_build_info", "What ran, as labels; always 1.")
    family.add(
      .count(1),
      [
        "system": report.system.name, "policy": report.policy.id, "version": report.tool.version,
        "policy_digest": report.policy.digest,
      ])
    return family
  }
}
