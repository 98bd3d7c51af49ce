import Facts
import Probing

/// What watches the platform: a real Prometheus and a real Alertmanager, and peers that speak the interfaces of a Grafana, a
/// Loki, an error tracker and a collector.
struct WatchWing: Wing {
  var prometheus = PrometheusPlan()
  var alertmanager = AlertmanagerPlan()
  var grafana = GrafanaPlan()
  var loki = LokiPlan()
  var tracker = TrackerPlan()
  var collector = CollectorPlan()
  var prometheusGateway = GatewayPlan()
  var alertmanagerGateway = GatewayPlan()
  /// How each service exposes metrics, logs and reports errors, where it is not as usual.
  var metrics: [ServiceName: MetricsManner] = [:]
  var logs: [ServiceName: LogManner] = [:]
  var errors: [ServiceName: ErrorManner] = [:]
  /// Whether the inventory says that these can be reached from everywhere, by the ids of their targets.
  var published: Set<String> = []
  /// Metrics of the business that the inventory names beside the one that there is.
  var wishedMetrics: [String] = []
  /// What the inventory says there is of what runs out.
  var capacity = CapacityPlan()
  /// Whether the inventory names the key of the tracker that was switched off.
  var namesOldKey = false
  /// Whether a test event may be sent.
  var sendsTestEvent = true
  /// How long a drill, and the search for a request, may take, in seconds.
  var drillPatience = 90, trailPatience = 30

  private static let peers = [
    "grafana", "loki", "tracker", "collector", "collector-metrics", "collector-otlp", "desk", "prometheus-gateway",
    "alertmanager-gateway",
  ]
  static let ports =
    ServiceName.overHTTP.map { "\($0.rawValue)-metrics" } + [
      "prometheus", "alertmanager", "alertmanager-peers", "drill",
    ]
    + peers
  static func programs() throws(GroundFailure) -> [String] {
    try ["prometheus", "prometheus-alertmanager", "promtool"].map { (name) throws(GroundFailure) in
      try Launcher.path(of: name)
    }
  }

  /// The key by which services send errors: no secret, it only says whose they are.
  private static let errorsKey = "6d1f0c9be54a4b7d8f3f2f0f5b9f7e31"

  /// What a service is told about those who watch it.
  func settings(of service: ServiceName, ports: Ports) -> WatchSettings? {
    guard ServiceName.overHTTP.contains(service) else { return nil }
    return WatchSettings(
      metricsPort: ports["\(service.rawValue)-metrics"], logsPort: ports["loki"], errorsPort: ports["tracker"],
      errorsKey: Self.errorsKey, tracesPort: ports["collector-otlp"], metrics: metrics[service] ?? MetricsManner(),
      logs: logs[service] ?? LogManner(), errors: errors[service] ?? ErrorManner())
  }

  // MARK: Building

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    let folder = Self.folder(in: site)
    try Files.makeFolder(folder, mode: 0o700)
    let alertmanager = try AlertmanagerServer(plan: alertmanager, site: site, folder: folder).start()
    let prometheus = try PrometheusServer(plan: prometheus, site: site, folder: folder).start(before: deadline)
    return [try startPeers(in: site, folder: folder), alertmanager, prometheus]
  }

  private static func folder(in site: Site) -> String { "\(site.folder.path)/watch" }

  private func startPeers(in site: Site, folder: String) throws(GroundFailure) -> AwaitedPart {
    let ports = site.ports
    var settings = PeersSettings(
      ports: Dictionary(uniqueKeysWithValues: Self.peers.map { ($0, ports[$0]) }), prometheus: ports["prometheus"],
      alertmanager: ports["alertmanager"])
    settings.grafana = grafana
    settings.loki = loki
    settings.tracker = tracker
    settings.collector = collector
    settings.prometheusGateway = prometheusGateway
    settings.alertmanagerGateway = alertmanagerGateway
    settings.grafanaToken = "glsa_\(RandomHex.octets(16))"
    settings.grafanaPassword = RandomHex.octets(12)
    settings.trackerToken = RandomHex.octets(32)
    settings.trackerKey = Self.errorsKey
    settings.oldTrackerKey = RandomHex.octets(16)
    try settings.write(to: "\(folder)/peers.json")
    try Files.write(settings.grafanaToken, to: "\(folder)/grafana.token", mode: 0o600)
    try Files.write(settings.trackerToken, to: "\(folder)/tracker.token", mode: 0o600)
    let key = namesOldKey ? settings.oldTrackerKey : settings.trackerKey
    try Files.write(
      "http://\(key)@127.0.0.1:\(ports["tracker"])/\(TrackerPeer.project.number)", to: "\(folder)/tracker.dsn",
      mode: 0o600)
    let part = try site.launcher.startOurselves(["run-peers", "../watch/peers.json"], log: "peers")
    let reporting = ServiceName.overHTTP.filter { runs($0, in: site) && errors[$0]?.areReported ?? true }
    return AwaitedPart(part: part) {
      Self.peers.allSatisfy { Ports.isOpen(ports[$0]) } && hasHeard(in: site, reporting: reporting.count)
    }
  }

  private func runs(_ service: ServiceName, in site: Site) -> Bool {
    service != .processing || site.blueprint.processingRuns
  }

  /// Whether lines of all services, and spans, have come.
  private func hasHeard(in site: Site, reporting: Int) -> Bool {
    func get(_ port: String, _ path: String) -> LoopbackHTTP.Answer? {
      try? LoopbackHTTP.send(.get, port: site.ports[port], path: path, before: Deadline(milliseconds: 5000))
    }
    let speaking = ServiceName.overHTTP.filter { runs($0, in: site) && logs[$0]?.areShipped ?? true }
    let services = get("loki", "/loki/api/v1/label/service/values")?.json?["data"]?.array?.compactMap(\.string) ?? []
    guard Set(speaking.map(\.rawValue)).isSubset(of: services) else { return false }
    let counts = String(decoding: get("collector-metrics", "/metrics")?.body ?? [], as: UTF8.self).split(
      separator: "\n")
    func count(_ name: String) -> Int {
      counts.first { $0.hasPrefix("otelcol_\(name){") }?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
    if !collector.isAnswered { return count("exporter_queue_size") >= collector.queue }
    let hasRefused = count("receiver_refused_spans_total") > 0
    if !collector.takesSpans { return hasRefused }
    return count("receiver_accepted_spans_total") > 0 && (collector.refusedService == nil || hasRefused)
  }

  // MARK: Inventory

  func targets(in site: Site) -> [InventoryTarget] {
    let ports = site.ports
    let folder = Self.folder(in: site)
    let names: JSONValue = .array(ServiceName.overHTTP.map { .string($0.rawValue) })
    func url(_ port: String, _ path: String = "/") -> JSONValue { .string("http://127.0.0.1:\(ports[port])\(path)") }
    func file(_ name: String) -> JSONValue { .string("${file:\(folder)/\(name)}") }
    func target(_ id: String, _ kind: String, _ url: JSONValue, _ fields: InventoryTarget) -> InventoryTarget {
      [("id", .string(id)), ("kind", .string(kind)), ("url", url)]
        + (published.contains(id) ? [("published", true)] : [])
        + fields
    }
    let business = (["sum(events_extracted_total)"] + wishedMetrics).map { query -> JSONValue in
      ["query": .string(query), "windowMinutes": 1]
    }
    let expected: [ServiceName: JSONValue] = [
      .api: ["http_requests_total", "http_request_duration_seconds"],
      .processing: ["http_requests_total", "events_stored_total"],
      .extraction: ["http_requests_total", "events_extracted_total"],
    ]
    return [
      target(
        "prometheus", "prometheus", url(prometheusGateway.isUsed ? "prometheus-gateway" : "prometheus"),
        [("services", names), ("businessMetrics", .array(business)), ("capacity", capacity.value)]),
      target(
        "alertmanager", "alertmanager", url(alertmanagerGateway.isUsed ? "alertmanager-gateway" : "alertmanager"),
        [
          (
            "drill",
            [
              "labels": ["severity": "critical"], "listen": .integer(ports["drill"]),
              "patienceSeconds": .integer(drillPatience),
            ]
          )
        ]),
      target("grafana", "grafana", url("grafana"), [("bearer", file("grafana.token")), ("tryDefaultPassword", true)]),
      target(
        "loki", "loki", url("loki"),
        [
          ("services", names),
          (
            "trail",
            [
              "url": .string("http://127.0.0.1:\(ports.api)/api/events"), "header": "X-Request-ID",
              "patienceSeconds": .integer(trailPatience),
            ]
          ),
        ]),
      target(
        "errors", "sentry", url("tracker"),
        [
          ("organization", .string(TrackerPeer.project.organization)), ("project", .string(TrackerPeer.project.name)),
          ("bearer", file("tracker.token")), ("dsn", file("tracker.dsn")), ("testEvent", .bool(sendsTestEvent)),
        ]),
      target(
        "collector", "otel-collector", url("collector"),
        [("metrics", url("collector-metrics", "/metrics")), ("otlp", url("collector-otlp")), ("testTrace", true)]),
    ]
      + ServiceName.overHTTP.map { service in
        target(
          "\(service.rawValue)-metrics", "metrics", url("\(service.rawValue)-metrics", "/metrics"),
          [("expect", expected[service] ?? [])])
      }
  }
}

/// What the inventory says of the api service's capacity.
struct CapacityPlan: Sendable {
  var instances = 1
  /// Of one instance, in MiB.
  var memoryMiB = 8192
  /// How many times the present peak has to be carried.
  var growth = 2

  /// As the inventory writes it. The window is short, since the platform is looked at as soon as it stands.
  var value: JSONValue {
    [
      "windowMinutes": 0.25, "growth": .integer(growth),
      "services": [
        [
          "service": "api", "instances": .integer(instances), "memoryMiB": .integer(memoryMiB), "files": 4096,
        ]
      ],
      "limits": [
        ["name": "requests at once", "query": "sum(http_requests_in_flight)", "limit": 1000, "unit": "requests"]
      ],
    ]
  }
}
