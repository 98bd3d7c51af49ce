import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import ObservabilityProbes

@Suite("A real Prometheus and a real Alertmanager")
struct RealServerTests {
  static let alertmanagerConfiguration = """
    route:
      receiver: pager
      group_wait: 0s
      group_interval: 1s
      routes:
        - { receiver: nobody, matchers: ['severity="warning"'] }
        - { receiver: hook, matchers: [drill=~"drill-.+"] }
    receivers:
      - { name: pager, webhook_configs: [{ url: "http://127.0.0.1:1/" }] }
      - { name: hook, webhook_configs: [{ url: "http://127.0.0.1:HOOK/" }] }
      - { name: nobody }
    inhibit_rules:
      - { source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [instance] }

    """

  static func alertmanager(hook: Int = 1) throws -> ServerProcess {
    try AlertmanagerServer.start(
      alertmanagerConfiguration.split(separator: "HOOK", omittingEmptySubsequences: false).joined(separator: "\(hook)"))
  }

  static let rules = """
    groups:
      - name: platform
        rules:
          - { alert: Watchdog, expr: vector(1), labels: { severity: none }, annotations: { summary: always } }
          - alert: Down
            expr: up == 0
            labels: { severity: critical }
            annotations: { summary: it does not answer, runbook_url: "https://wiki.example/down" }
          - { alert: ApiGone, expr: 'absent(up{job="api"})', labels: { severity: critical }, annotations: { summary: gone } }
          - record: job:errors:rate
            expr: 'sum by (job) (rate(http_requests_total{status=~"5.."}[1m]))'
          - { alert: Errors, expr: 'job:errors:rate > 1', labels: { severity: warning, value: "{{ $value }}" } }
          - alert: Slow
            expr: 'histogram_quantile(0.9, rate(http_request_duration_seconds_bucket{job=~"api|web"}[1m])) > 1'
          - { alert: Renamed, expr: http_request_seconds > 3 }
          - { alert: Always, expr: process_resident_memory_bytes }
      - name: broken
        rules:
          - { alert: Clash, expr: 'up + on(job) group_left up{job=~"api|self"} * on() up', labels: { severity: warning } }

    """

  /// Looks again until the facts are as far as `isReady` wants them, at most half a minute.
  static func look(
    _ probe: any Probe, at settings: JSONObject, until isReady: (Look) -> Bool
  ) async -> Look {
    var look = await Look(probe, at: settings)
    for _ in 0..<100 where !isReady(look) {
      try? await Task.sleep(for: .milliseconds(300))
      look = await Look(probe, at: settings)
    }
    return look
  }

  @Test("are seen as they are, and every planted defect is found")
  func prometheus() async throws {
    let alertmanager = try Self.alertmanager()
    let service = try ServicePeer { request, past in
      .text(Services.metrics + "# HELP events_total Events.\n# TYPE events_total counter\nevents_total \(past.count)\n")
    }
    let prometheus = try PrometheusServer.start(
      """
      global: { scrape_interval: 1s, evaluation_interval: 1s }
      alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:\(alertmanager.port)"] }] }] }
      rule_files: [rules.yml]
      scrape_configs:
        - { job_name: self, static_configs: [{ targets: ["127.0.0.1:PORT"] }] }
        - { job_name: api, static_configs: [{ targets: ["127.0.0.1:\(service.port)"] }] }
        - { job_name: gone, static_configs: [{ targets: ["127.0.0.1:1"] }] }

      """, rules: Self.rules, ["--web.enable-admin-api", "--rules.alert.resend-delay=1s"])
    let settings: JSONObject = [
      "url": .string("http://127.0.0.1:\(prometheus.port)"), "services": ["api", "worker"],
    ]
    // Prometheus keeps what it says of its series for half a minute: it is asked once it has some.
    let business = await Self.look(
      BusinessMetricsProbe(),
      at: [
        "url": settings["url"] ?? nil,
        "businessMetrics": [
          ["query": "events_total", "windowMinutes": 1], ["query": "queue_length", "windowMinutes": 1],
          ["query": "process_resident_memory_bytes{job=\"api\"}", "windowMinutes": 10],
        ],
      ]
    ) { $0["metrics.0.moves"] == true }
    let look = await Self.look(PrometheusProbe(), at: settings) { look in
      let targets = look["targets"]?.array ?? []
      let rules = look["rules.items"]?.array ?? []
      return targets.count == 3 && targets.allSatisfy { !($0["up"] ?? nil).isNull }
        && rules.count == 9 && rules.allSatisfy { !($0["healthy"] ?? nil).isNull }
        && look["watchdog"] == true && look["coverage.0.latency"] == true && look["alertmanagers.active"] == 1
        && rules.filter { $0["healthy"] == false }.count == 1
    }
    #expect(look["version"]?.string?.hasPrefix("2.") == true)
    #expect(look["access"] == ["open": true, "scope": "loopback", "exposed": false])
    #expect(look["runtime.retentionDays"] == 15)
    #expect(look.gaps == [])

    let passing = [
      "prometheus-ready", "prometheus-configuration-loaded", "prometheus-storage-sound",
      "prometheus-retention-sufficient",
      "prometheus-targets-fresh", "prometheus-series-bounded", "prometheus-labels-bounded",
      "prometheus-metrics-bounded",
      "prometheus-lifecycle-closed", "prometheus-not-exposed", "alerts-rules-exist", "alerts-groups-keep-pace",
      "alerts-reach-alertmanager", "alerts-watchdog-exists", "alerts-notifications-kept",
    ]
    for check in passing {
      let ruling = try look.ruling(check)
      #expect(ruling.status == .pass, "\(check): \(ruling)")
    }
    let failing: [(String, Set<String>)] = [
      ("prometheus-targets-up", ["gone 127.0.0.1:1"]), ("prometheus-services-scraped", ["worker"]),
      ("prometheus-admin-closed", []), ("alerts-rules-healthy", ["broken / Clash"]),
      ("alerts-rules-know-metrics", ["platform / Renamed"]),
      ("alerts-rules-conditional", ["platform / Always", "broken / Clash"]),
      ("alerts-severity-labelled", ["platform / Slow", "platform / Renamed", "platform / Always"]),
      ("alerts-runbooks-linked", ["platform / ApiGone"]), ("alerts-value-not-label", ["platform / Errors"]),
      ("alerts-cover-absence", ["worker"]), ("alerts-cover-errors", ["worker"]), ("alerts-cover-latency", ["worker"]),
    ]
    for (check, subjects) in failing {
      let ruling = try look.ruling(check)
      #expect(ruling.status == .fail && ruling.subjects == subjects, "\(check): \(ruling)")
    }
    // The rule over `up` watches whatever is scraped, and memory is watched by a rule without a condition.
    #expect(look["coverage.0.missing"] == [])
    #expect(look["coverage.1.missing"] == ["absent", "errors", "latency", "saturation"])

    #expect(try business.ruling("metrics-business-exist").subjects == ["queue_length"])
    // What stands still for some seconds of ten minutes has not been seen standing still.
    #expect(business["metrics.2.moves"] == .null)
    #expect(business["metrics.2.exists"] == true)

    let alerts = await Self.look(
      AlertmanagerProbe(), at: ["url": .string("http://127.0.0.1:\(alertmanager.port)")]
    ) { look in look["watchdog.present"] == true && !(look["notifications"]?.array ?? []).isEmpty }
    for check in [
      "alertmanager-ready", "alertmanager-cluster-settled", "alertmanager-silences-bounded",
      "alertmanager-inhibitions-bounded", "alertmanager-watchdog-arrives", "alertmanager-not-exposed",
    ] {
      let ruling = try alerts.ruling(check)
      #expect(ruling.status == .pass, "\(check): \(ruling)")
    }
    #expect(try alerts.ruling("alertmanager-alerts-delivered").subjects == ["severity=warning"])
    #expect(try alerts.ruling("alertmanager-receivers-reach").subjects == ["nobody"])
  }

  @Test("a drill's alert arrives at a listener, and its time is measured; where it is not routed there, it does not")
  func drill() async throws {
    let port = try LoopbackPort.free()
    let alertmanager = try Self.alertmanager(hook: port)
    let url = JSONValue.string("http://127.0.0.1:\(alertmanager.port)")
    let drill = await Look(
      FireDrillProbe(),
      at: [
        "url": url, "drill": ["labels": ["severity": "critical"], "listen": .integer(port), "patienceSeconds": 20],
      ],
      milliseconds: 30_000)
    #expect(drill["arrived"] == true)
    #expect(drill["resolved"] == true)
    #expect((drill["seconds"]?.double ?? 99) < 20)
    #expect(try drill.status("alerts-drill-arrives") == .pass)
    #expect(try drill.status("alerts-drill-quick") == .pass)
    #expect(try drill.status("alerts-drill-resolved") == .pass)

    let lost = await Look(
      FireDrillProbe(),
      at: ["url": url, "drill": ["labels": ["severity": "warning"], "listen": .integer(port), "patienceSeconds": 2]])
    #expect(lost["accepted"] == true)
    #expect(lost["arrived"] == false)
    #expect(try lost.status("alerts-drill-arrives") == .fail)

    // A run that ends before the drill's patience proves nothing.
    let short = await Look(
      FireDrillProbe(),
      at: ["url": url, "drill": ["labels": ["severity": "warning"], "listen": .integer(port), "patienceSeconds": 60]],
      milliseconds: 1500)
    #expect(short["arrived"] == .null)
    #expect(try short.status("alerts-drill-arrives") == .unknown)
    #expect(short["resolved"] == true)
  }
}
