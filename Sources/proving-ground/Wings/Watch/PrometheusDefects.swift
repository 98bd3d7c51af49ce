extension Defect.Realm {
  /// The Prometheus and its rules.
  fileprivate static let metrics = Self("the Prometheus")
  /// The metrics endpoints of the services.
  static let endpoints = Self("the metrics endpoints")
}

extension Defect.Part {
  fileprivate static func rule(_ name: String) -> Self { Self("the rule \(name)", in: .metrics) }
  /// The metrics of a service.
  static func metrics(_ service: ServiceName) -> Self {
    Self("the metrics of the \(service.rawValue) service", in: .endpoints)
  }
  fileprivate static let rules = Self("the rules", in: .metrics)
  static let scraping = Self("what is scraped", in: .metrics)
  fileprivate static let notified = Self("where alerts are sent", in: .metrics)
  fileprivate static let options = Self("the options of the Prometheus", in: .metrics)
  fileprivate static let retention = Self("how long metrics are kept", in: .metrics)
  fileprivate static let configuration = Self("the last change of the Prometheus", in: .metrics)
  fileprivate static let storage = Self("the storage of the Prometheus", in: .metrics)
  fileprivate static let gateway = Self("what stands before the Prometheus", in: .metrics)
  fileprivate static let reach = Self("who reaches the Prometheus", in: .metrics)
  fileprivate static let durations = Self("how services show durations", in: .endpoints)
  fileprivate static let endpointReach = Self("who reaches the metrics endpoints", in: .endpoints)
  fileprivate static let business = Self("the metrics of the business", in: .metrics)
  fileprivate static let capacity = Self("what there is of what runs out", in: .metrics)
  fileprivate static let growth = Self("what growth is planned for", in: .metrics)
  fileprivate static let instances = Self("how many instances there are", in: .metrics)
}

extension WatchWing {
  static let prometheusDefects = [
    Defect(
      id: "metrics-port-wrong", summary: "Prometheus looks for the metrics of one service where they are not",
      part: .scraping
    ) {
      $0[WatchWing.self].prometheus.misplaced = [.processing]
    },
    Defect(id: "service-unscraped", summary: "Prometheus does not scrape the processing service", part: .scraping) {
      $0[WatchWing.self].prometheus.scraped = [.api, .extraction]
    },
    Defect(id: "rules-missing", summary: "Prometheus has no rules", part: .rules, isBlinding: true) {
      $0[WatchWing.self].prometheus.groups = []
    },
    Defect(id: "rule-contradictory", summary: "a rule matches many series with many", part: .rule("ApiClash")) {
      $0[WatchWing.self].prometheus.add(
        AlertingRule(
          name: "ApiClash", expression: "scrape_samples_scraped * on() scrape_samples_scraped > 1e12",
          severity: "warning",
          summary: "Nobody knows."), to: "api")
    },
    Defect(id: "rule-outdated", summary: "a rule asks for a metric that was renamed", part: .rule("ApiQueue")) {
      $0[WatchWing.self].prometheus.add(
        AlertingRule(
          name: "ApiQueue", expression: "queue_length{job=\"api\"} > 100", severity: "warning",
          summary: "The queue is long."), to: "api")
    },
    Defect(id: "rule-unconditional", summary: "a rule compares with nothing", part: .rule("ApiBusy")) {
      $0[WatchWing.self].prometheus.add(
        AlertingRule(
          name: "ApiBusy", expression: "http_requests_in_flight{job=\"api\"}", severity: "warning",
          summary: "The api service is busy."), to: "api")
    },
    Defect(id: "rule-value-labelled", summary: "a rule has its value among its labels", part: .rule("ProcessingErrors"))
    {
      $0[WatchWing.self].prometheus.change("ProcessingErrors") { $0.labels["rate"] = "{{ $value }}" }
    },
    Defect(id: "rule-ungraded", summary: "a rule does not say how bad it is", part: .rule("ApiFull")) {
      $0[WatchWing.self].prometheus.change("ApiFull") { $0.severity = nil }
    },
    Defect(id: "rule-unexplained", summary: "a rule does not say what it means", part: .rule("ProcessingFull")) {
      $0[WatchWing.self].prometheus.change("ProcessingFull") { $0.summary = "" }
    },
    Defect(id: "rule-without-runbook", summary: "a critical alert leads to no runbook", part: .rule("ApiDown")) {
      $0[WatchWing.self].prometheus.change("ApiDown") { $0.runbook = nil }
    },
    Defect(
      id: "outage-unwatched", summary: "no rule watches whether the processing service answers",
      part: .rule("ProcessingDown")
    ) {
      $0[WatchWing.self].prometheus.remove("ProcessingDown")
    },
    Defect(
      id: "absence-unwatched", summary: "no rule watches whether the extraction service is there",
      part: .rule("ExtractionAbsent")
    ) {
      $0[WatchWing.self].prometheus.remove("ExtractionAbsent")
    },
    Defect(id: "failures-unwatched", summary: "no rule watches whether the api service fails", part: .rule("ApiErrors"))
    {
      $0[WatchWing.self].prometheus.remove("ApiErrors")
    },
    Defect(id: "latency-unwatched", summary: "no rule watches whether the api service is slow", part: .rule("ApiSlow"))
    {
      $0[WatchWing.self].prometheus.remove("ApiSlow")
    },
    Defect(
      id: "fullness-unwatched", summary: "no rule watches whether the extraction service runs full",
      part: .rule("ExtractionFull")
    ) {
      $0[WatchWing.self].prometheus.remove("ExtractionFull")
    },
    Defect(id: "watchdog-missing", summary: "no alert always fires", part: .rule("Watchdog")) {
      $0[WatchWing.self].prometheus.remove("Watchdog")
    },
    Defect(id: "rules-overrun", summary: "a group of rules takes longer than its interval", part: .rule("history")) {
      $0[WatchWing.self].prometheus.asksSlowStore = true
    },
    Defect(id: "alertmanager-unknown", summary: "Prometheus knows no Alertmanager", part: .notified) {
      $0[WatchWing.self].prometheus.knowsAlertmanager = false
    },
    Defect(
      id: "alertmanager-lost", summary: "Prometheus sends to an Alertmanager that is gone as well", part: .notified
    ) {
      $0[WatchWing.self].prometheus.knowsLostAlertmanager = true
    },
    Defect(id: "prometheus-admin-open", summary: "the admin interface of Prometheus is switched on", part: .options) {
      $0[WatchWing.self].prometheus.options = ["--web.enable-admin-api"]
    },
    Defect(id: "prometheus-lifecycle-open", summary: "whoever asks may end Prometheus", part: .options) {
      $0[WatchWing.self].prometheus.options = ["--web.enable-lifecycle"]
    },
    Defect(id: "prometheus-forgetful", summary: "Prometheus keeps two days", part: .retention) {
      $0[WatchWing.self].prometheus.retention = "2d"
    },
    Defect(
      id: "prometheus-change-bad", summary: "the last change of Prometheus's configuration was not read",
      part: .configuration
    ) {
      $0[WatchWing.self].prometheus.hasBadChange = true
    },
    Defect(id: "prometheus-damaged", summary: "part of Prometheus's storage was damaged", part: .storage) {
      $0[WatchWing.self].prometheus.hasDamagedStorage = true
    },
    Defect(id: "prometheus-unready", summary: "Prometheus is not shown to be ready", part: .gateway) {
      $0[WatchWing.self].prometheusGateway = GatewayPlan(isUsed: true, hidesReadiness: true)
    },
    Defect(id: "prometheus-published", summary: "Prometheus is open to everybody", part: .reach) {
      $0[WatchWing.self].published.insert("prometheus")
    },
    Defect(id: "business-unmeasured", summary: "what the business counts on is not measured", part: .business) {
      $0[WatchWing.self].wishedMetrics = ["sum(tickets_sold_total)"]
    },
    Defect(id: "business-idle", summary: "no event was found for an hour", part: .business, also: [.storage]) {
      $0[WatchWing.self].prometheus.hasIdleHour = true
    },
    Defect(
      id: "memory-short", summary: "the api service holds more memory than it is given", part: .capacity,
      also: [.growth]
    ) {
      $0[WatchWing.self].capacity.memoryMiB = 1
    },
    Defect(id: "growth-unprovided", summary: "more growth is planned for than there is room", part: .growth) {
      $0[WatchWing.self].capacity.growth = 900
    },
    Defect(id: "instance-missing", summary: "one of two instances of the api service is not there", part: .instances) {
      $0[WatchWing.self].capacity.instances = 2
    },
    Defect(
      id: "metrics-garbled", summary: "the metrics of the processing service cannot be read",
      part: .metrics(.processing), also: [.scraping]
    ) {
      $0[WatchWing.self].metrics[.processing, default: MetricsManner()].areWellFormed = false
    },
    Defect(
      id: "metrics-down", summary: "the metrics port of the processing service is closed", part: .metrics(.processing),
      also: [.scraping]
    ) {
      $0[WatchWing.self].metrics[.processing, default: MetricsManner()].areServed = false
    },
    Defect(
      id: "metrics-untyped", summary: "the metrics of the extraction service do not say what they are",
      part: .metrics(.extraction)
    ) {
      $0[WatchWing.self].metrics[.extraction, default: MetricsManner()].stateTheirType = false
    },
    Defect(id: "metrics-renamed", summary: "the api service renamed a metric", part: .metrics(.api), also: [.durations])
    {
      $0[WatchWing.self].metrics[.api, default: MetricsManner()].keepTheirNames = false
    },
    Defect(
      id: "metrics-milliseconds", summary: "the processing service measures milliseconds", part: .metrics(.processing),
      also: [.durations]
    ) {
      $0[WatchWing.self].metrics[.processing, default: MetricsManner()].areInBaseUnits = false
    },
    Defect(
      id: "metrics-without-durations", summary: "the extraction service does not show how long requests take",
      part: .metrics(.extraction), also: [.durations]
    ) {
      $0[WatchWing.self].metrics[.extraction, default: MetricsManner()].showDurations = false
    },
    Defect(
      id: "metrics-by-visitor", summary: "the metrics of the api service tell visitors apart", part: .metrics(.api)
    ) {
      $0[WatchWing.self].metrics[.api, default: MetricsManner()].visitors = 1100
    },
    Defect(
      id: "metrics-multiplied", summary: "a metric of the extraction service has ten thousand series",
      part: .metrics(.extraction)
    ) {
      $0[WatchWing.self].metrics[.extraction, default: MetricsManner()].crossings = 22
    },
    Defect(
      id: "metrics-falling", summary: "the processing service calls a counter what counts down",
      part: .metrics(.processing)
    ) {
      $0[WatchWing.self].metrics[.processing, default: MetricsManner()].countDown = true
    },
    Defect(
      id: "metrics-published", summary: "the metrics of the api service are open to everybody", part: .endpointReach
    ) {
      $0[WatchWing.self].published.insert("api-metrics")
    },
  ]

  static let prometheusExpectations: [String: [ExpectedFinding]] = [
    "metrics-port-wrong": [.init(check: "prometheus-targets-up", target: "prometheus")],
    "service-unscraped": [.init(check: "prometheus-services-scraped", target: "prometheus")],
    "rules-missing": [
      .init(check: "alertmanager-watchdog-arrives", target: "alertmanager"),
      .init(check: "alerts-cover-absence", target: "prometheus"),
      .init(check: "alerts-cover-availability", target: "prometheus"),
      .init(check: "alerts-cover-errors", target: "prometheus"),
      .init(check: "alerts-cover-latency", target: "prometheus"),
      .init(check: "alerts-cover-saturation", target: "prometheus"),
      .init(check: "alerts-described", target: "prometheus"),
      .init(check: "alerts-groups-keep-pace", target: "prometheus"),
      .init(check: "alerts-rules-conditional", target: "prometheus"),
      .init(check: "alerts-rules-exist", target: "prometheus"),
      .init(check: "alerts-rules-healthy", target: "prometheus"),
      .init(check: "alerts-rules-know-metrics", target: "prometheus"),
      .init(check: "alerts-runbooks-linked", target: "prometheus", status: "unknown"),
      .init(check: "alerts-severity-labelled", target: "prometheus"),
      .init(check: "alerts-value-not-label", target: "prometheus"),
      .init(check: "alerts-watchdog-exists", target: "prometheus"),
    ],
    "rule-contradictory": [.init(check: "alerts-rules-healthy", target: "prometheus")],
    "rule-outdated": [.init(check: "alerts-rules-know-metrics", target: "prometheus")],
    "rule-unconditional": [.init(check: "alerts-rules-conditional", target: "prometheus")],
    "rule-value-labelled": [.init(check: "alerts-value-not-label", target: "prometheus")],
    "rule-ungraded": [.init(check: "alerts-severity-labelled", target: "prometheus")],
    "rule-unexplained": [.init(check: "alerts-described", target: "prometheus")],
    "rule-without-runbook": [.init(check: "alerts-runbooks-linked", target: "prometheus")],
    "outage-unwatched": [.init(check: "alerts-cover-availability", target: "prometheus")],
    "absence-unwatched": [.init(check: "alerts-cover-absence", target: "prometheus")],
    "failures-unwatched": [.init(check: "alerts-cover-errors", target: "prometheus")],
    "latency-unwatched": [.init(check: "alerts-cover-latency", target: "prometheus")],
    "fullness-unwatched": [.init(check: "alerts-cover-saturation", target: "prometheus")],
    "watchdog-missing": [
      .init(check: "alertmanager-watchdog-arrives", target: "alertmanager"),
      .init(check: "alerts-watchdog-exists", target: "prometheus"),
    ],
    "rules-overrun": [.init(check: "alerts-groups-keep-pace", target: "prometheus")],
    "alertmanager-unknown": [
      .init(check: "alertmanager-watchdog-arrives", target: "alertmanager"),
      .init(check: "alerts-reach-alertmanager", target: "prometheus"),
    ],
    "alertmanager-lost": [.init(check: "alerts-notifications-kept", target: "prometheus")],
    "prometheus-admin-open": [.init(check: "prometheus-admin-closed", target: "prometheus")],
    "prometheus-lifecycle-open": [.init(check: "prometheus-lifecycle-closed", target: "prometheus")],
    "prometheus-forgetful": [.init(check: "prometheus-retention-sufficient", target: "prometheus")],
    "prometheus-change-bad": [.init(check: "prometheus-configuration-loaded", target: "prometheus")],
    "prometheus-damaged": [.init(check: "prometheus-storage-sound", target: "prometheus")],
    "prometheus-unready": [.init(check: "prometheus-ready", target: "prometheus")],
    "prometheus-published": [.init(check: "prometheus-not-exposed", target: "prometheus")],
    "business-unmeasured": [
      .init(check: "metrics-business-exist", target: "prometheus"),
      .init(check: "metrics-business-move", target: "prometheus", status: "unknown"),
    ],
    "business-idle": [.init(check: "metrics-business-move", target: "prometheus")],
    "memory-short": [
      .init(check: "capacity-limits-bear-growth", target: "prometheus"),
      .init(check: "capacity-limits-have-headroom", target: "prometheus"),
    ],
    "growth-unprovided": [.init(check: "capacity-limits-bear-growth", target: "prometheus")],
    "instance-missing": [.init(check: "capacity-instances-as-declared", target: "prometheus")],
    "metrics-garbled": [
      .init(check: "metrics-exposition-parses", target: "processing-metrics"),
      .init(check: "prometheus-targets-up", target: "prometheus"),
    ],
    "metrics-down": [
      .init(check: "metrics-exposition-parses", target: "processing-metrics", status: "unknown"),
      .init(check: "metrics-not-exposed", target: "processing-metrics", status: "unknown"),
      .init(check: "prometheus-targets-up", target: "prometheus"),
    ],
    "metrics-untyped": [.init(check: "metrics-content-type", target: "extraction-metrics")],
    "metrics-renamed": [.init(check: "metrics-expected-there", target: "api-metrics")],
    "metrics-milliseconds": [.init(check: "metrics-names-conventional", target: "processing-metrics")],
    "metrics-without-durations": [.init(check: "metrics-signals-complete", target: "extraction-metrics")],
    "metrics-by-visitor": [
      .init(check: "metrics-labels-bounded", target: "api-metrics"),
      .init(check: "prometheus-labels-bounded", target: "prometheus"),
    ],
    "metrics-multiplied": [.init(check: "prometheus-metrics-bounded", target: "prometheus")],
    "metrics-falling": [.init(check: "metrics-values-consistent", target: "processing-metrics")],
    "metrics-published": [.init(check: "metrics-not-exposed", target: "api-metrics")],
  ]
}
