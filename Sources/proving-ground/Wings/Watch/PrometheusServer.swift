import Facts
import Glibc
import Probing
import Synchronization

/// How the Prometheus is, until defects change it.
struct PrometheusPlan: Sendable {
  /// The groups of rules.
  var groups = AlertingRules.healthy
  /// The services it scrapes, and those that it looks for where they are not.
  var scraped = ServiceName.overHTTP, misplaced: Set<ServiceName> = []
  /// Whether it knows the Alertmanager.
  var knowsAlertmanager = true
  /// Whether it still sends to another Alertmanager, which is gone.
  var knowsLostAlertmanager = false
  /// How long it keeps what it scrapes.
  var retention = "15d"
  /// Options beside the usual ones.
  var options: [String] = []
  /// Whether a change of its configuration that it could not read came last.
  var hasBadChange = false
  /// Whether part of its storage was damaged before it started.
  var hasDamagedStorage = false
  /// Whether a rule asks a long-term store that takes its time.
  var asksSlowStore = false
  /// Whether it already holds an hour in which no event was found, and none is found now.
  var hasIdleHour = false

  /// Changes the rule called `name`.
  mutating func change(_ name: String, _ change: (inout AlertingRule) -> Void) {
    for group in groups.indices {
      for rule in groups[group].rules.indices where groups[group].rules[rule].name == name {
        change(&groups[group].rules[rule])
      }
    }
  }

  /// Removes the rule called `name`.
  mutating func remove(_ name: String) {
    for group in groups.indices { groups[group].rules.removeAll { $0.name == name } }
  }

  /// Adds a rule to the group of a service.
  mutating func add(_ rule: AlertingRule, to group: String) {
    for index in groups.indices where groups[index].name == group { groups[index].rules.append(rule) }
  }
}

/// A real Prometheus that scrapes the platform's services.
struct PrometheusServer: Sendable {
  let plan: PrometheusPlan
  let site: Site
  let folder: String

  private var port: Int { site.ports["prometheus"] }

  /// Starts it.
  func start(before deadline: Deadline) throws(GroundFailure) -> AwaitedPart {
    try Files.write(configuration, to: "\(folder)/prometheus.yml")
    try Files.write(rules, to: "\(folder)/rules.yml")
    if plan.hasDamagedStorage {
      try Files.makeFolder("\(folder)/metrics")
      try Files.makeFolder("\(folder)/metrics/wal")
      try Files.write(
        "what is left of a page of the log that a failing disk gave back", to: "\(folder)/metrics/wal/00000000")
    }
    if plan.hasIdleHour { try fillIdleHour(before: deadline) }
    let part = try site.launcher.start(
      [
        Launcher.path(of: "prometheus"), "--config.file=../watch/prometheus.yml",
        "--storage.tsdb.path=../watch/metrics", "--storage.tsdb.retention.time=\(plan.retention)",
        "--web.listen-address=127.0.0.1:\(port)", "--rules.alert.resend-delay=1s", "--log.level=warn",
      ] + plan.options, log: "prometheus")
    let readiness = PrometheusReadiness(self, part)
    return AwaitedPart(part: part) { readiness.isReady() }
  }

  /// An hour of a counter that stands still, as blocks of the storage.
  private func fillIdleHour(before deadline: Deadline) throws(GroundFailure) {
    let now = time(nil)
    let target = "job=\"extraction\",instance=\"127.0.0.1:\(site.ports["extraction-metrics"])\""
    var text = "# HELP events_extracted Events that were found in pages.\n# TYPE events_extracted counter\n"
    for second in stride(from: now - 3900, to: now - 5, by: 15) {
      text += "events_extracted_total{\(target)} 0 \(second)\n"
    }
    try Files.write(text + "# EOF\n", to: "\(folder)/hour.txt")
    try Files.makeFolder("\(folder)/metrics")
    try site.launcher.run(
      [
        Launcher.path(of: "promtool"), "tsdb", "create-blocks-from", "openmetrics", "../watch/hour.txt",
        "../watch/metrics",
      ], log: "promtool", before: deadline)
  }

  // MARK: Files

  /// JSON is YAML.
  private var configuration: String {
    var alertmanagers: [JSONValue] = []
    if plan.knowsAlertmanager { alertmanagers.append(.string("127.0.0.1:\(site.ports["alertmanager"])")) }
    // Nothing listens on port 1.
    if plan.knowsLostAlertmanager { alertmanagers.append("127.0.0.1:1") }
    var configuration: JSONObject = [
      "global": ["scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s"],
      "rule_files": ["rules.yml"],
      "scrape_configs": .array(
        plan.scraped.map { service in
          let port = plan.misplaced.contains(service) ? 1 : site.ports["\(service.rawValue)-metrics"]
          return [
            "job_name": .string(service.rawValue),
            "static_configs": [["targets": [.string("127.0.0.1:\(port)")]]],
          ]
        }),
    ]
    if !alertmanagers.isEmpty {
      configuration["alerting"] = ["alertmanagers": [["static_configs": [["targets": .array(alertmanagers)]]]]]
    }
    if plan.asksSlowStore {
      configuration["remote_read"] = [
        [
          "url": .string("http://127.0.0.1:\(site.ports["desk"])/slow-store"), "read_recent": true,
          "required_matchers": ["store": "archive"],
        ]
      ]
    }
    return JSONText.compact(.object(configuration)) + "\n"
  }

  private var rules: String {
    let runbooks = "http://127.0.0.1:\(site.ports["desk"])/runbooks"
    var groups: [JSONValue] = plan.groups.filter { !$0.rules.isEmpty }.map { group in
      [
        "name": .string(group.name),
        "rules": .array(
          group.rules.map { rule in
            var labels = JSONObject(rule.labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            if let severity = rule.severity { labels["severity"] = .string(severity) }
            var annotations: JSONObject = [:]
            if !rule.summary.isEmpty { annotations["summary"] = .string(rule.summary) }
            if let runbook = rule.runbook { annotations["runbook_url"] = .string("\(runbooks)/\(runbook)") }
            return [
              "alert": .string(rule.name), "expr": .string(rule.expression), "for": .string(rule.holds),
              "labels": .object(labels), "annotations": .object(annotations),
            ]
          }),
      ]
    }
    if plan.asksSlowStore {
      groups.append([
        "name": "history", "interval": "500ms",
        "rules": [["record": "job:up:archived", "expr": "up{store=\"archive\"} == 0"]],
      ])
    }
    return JSONText.compact(["groups": .array(groups)]) + "\n"
  }

  /// Gives it a configuration that it cannot read, and tells it to.
  fileprivate func changeBadly(_ part: StartedPart) {
    try? Files.write("scrape_configs:\n  - job_nam: api\n", to: "\(folder)/prometheus.yml")
    kill(part.pid, SIGHUP)
  }
}

/// Waits until everything was scraped twice, every rule evaluated and the alert that always fires has arrived.
private final class PrometheusReadiness: Sendable {
  private let server: PrometheusServer
  private let part: StartedPart
  private let hasChanged = Mutex(false)

  init(_ server: PrometheusServer, _ part: StartedPart) {
    self.server = server
    self.part = part
  }

  func isReady() -> Bool {
    guard wereTargetsScraped, wereRulesEvaluated, hasWatchdogArrived else { return false }
    if !server.plan.hasIdleHour, !hasMoved { return false }
    guard server.plan.hasBadChange else { return true }
    if !hasChanged.withLock({ $0 }) {
      server.changeBadly(part)
      hasChanged.withLock { $0 = true }
    }
    return data("/api/v1/status/runtimeinfo")?["reloadConfigSuccess"]?.bool == false
  }

  private func get(_ port: Int, _ path: String) -> LoopbackHTTP.Answer? {
    try? LoopbackHTTP.send(.get, port: port, path: path, before: Deadline(milliseconds: 5000))
  }

  private func data(_ path: String) -> JSONValue? { get(server.site.ports["prometheus"], path)?.json?["data"] }

  private func selected(_ query: String) -> [JSONValue] {
    data("/api/v1/query?query=\(PercentEncoding.encoded(query))")?["result"]?.array ?? []
  }

  /// Whether every target was scraped twice, a second ago already: rates take two, and questions are of whole seconds.
  private var wereTargetsScraped: Bool {
    let targets = selected("count_over_time(up[5m] offset 1s) > 1")
    return targets.count == server.plan.scraped.count
  }

  private var wereRulesEvaluated: Bool {
    guard let groups = data("/api/v1/rules")?["groups"]?.array else { return false }
    return groups.allSatisfy { group in
      (group["lastEvaluation"]?.string).map { !$0.hasPrefix("0001") } ?? false
        && (group["evaluationTime"]?.double ?? 0) > 0
        && (group["rules"]?.array ?? []).allSatisfy { $0["health"]?.string != "unknown" }
    }
  }

  private var hasWatchdogArrived: Bool {
    guard server.plan.knowsAlertmanager,
      server.plan.groups.contains(where: { $0.rules.contains { $0.name == "Watchdog" } })
    else { return true }
    let alerts = get(server.site.ports["alertmanager"], "/api/v2/alerts")?.json?.array ?? []
    return alerts.contains { $0["labels"]?["alertname"]?.string == "Watchdog" }
  }

  /// Whether what the system is for has moved, a second ago already.
  private var hasMoved: Bool {
    selected("changes(events_extracted_total[5m] offset 1s)").contains { $0["value"]?[1]?.string != "0" }
  }
}
