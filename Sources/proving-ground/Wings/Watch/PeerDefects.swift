extension Defect.Realm {
  fileprivate static let alerts = Self("the Alertmanager")
  fileprivate static let dashboards = Self("the Grafana")
  static let logs = Self("the logs")
  fileprivate static let tracker = Self("the error tracker")
  fileprivate static let collector = Self("the collector")
}

extension Defect.Part {
  fileprivate static let routes = Self("how alerts are routed", in: .alerts)
  fileprivate static let debuggingRoute = Self("where alerts for developers go", in: .alerts)
  fileprivate static let watchdogRoute = Self("who misses the alert that always fires", in: .alerts)
  fileprivate static let pager = Self("where notifications are sent", in: .alerts)
  fileprivate static let drills = Self("where drills end", in: .alerts)
  fileprivate static let inhibitions = Self("which alerts keep others quiet", in: .alerts)
  fileprivate static let silences = Self("which alerts are silenced", in: .alerts)
  fileprivate static let alertGateway = Self("what stands before the Alertmanager", in: .alerts)
  fileprivate static let alertReach = Self("who reaches the Alertmanager", in: .alerts)
  fileprivate static let cluster = Self("the peers of the Alertmanager", in: .alerts)
  fileprivate static let dashboard = Self("the dashboard", in: .dashboards)
  fileprivate static let sources = Self("the data sources", in: .dashboards)
  fileprivate static let strangers = Self("who sees the dashboards", in: .dashboards)
  fileprivate static let administrator = Self("the password of the Grafana", in: .dashboards)
  fileprivate static let dashboardStore = Self("the database of the Grafana", in: .dashboards)
  fileprivate static let logStore = Self("the store of logs", in: .logs)
  fileprivate static let logRetention = Self("how long lines are kept", in: .logs)
  fileprivate static let logReach = Self("who reaches the store of logs", in: .logs)
  /// The lines of a service.
  static func lines(_ service: ServiceName) -> Self {
    Self("the lines of the \(service.rawValue) service", in: .logs)
  }
  fileprivate static let requestIDs = Self("whether requests keep their ids", in: .logs)
  fileprivate static let trackerState = Self("the state of the error tracker", in: .tracker)
  fileprivate static let trackerKeys = Self("the keys of the error tracker", in: .tracker)
  fileprivate static let trackerRules = Self("whom the error tracker tells", in: .tracker)
  fileprivate static let trackerFilters = Self("what the error tracker keeps", in: .tracker)
  fileprivate static let reports = Self("what errors are reported", in: .tracker)
  fileprivate static let releases = Self("which release errors are of", in: .tracker)
  fileprivate static let collectorHealth = Self("whether the collector is available", in: .collector)
  fileprivate static let collectorIntake = Self("what the collector takes in", in: .collector)
  fileprivate static let collectorOutput = Self("what the collector hands on", in: .collector)
}

extension WatchWing {
  static let peerDefects = [
    Defect(id: "warnings-lost", summary: "warnings are led to a receiver behind which is nobody", part: .routes) {
      $0[WatchWing.self].alertmanager.warnings = "nobody"
    },
    Defect(id: "receiver-empty", summary: "a route leads to a receiver behind which is nobody", part: .debuggingRoute) {
      $0[WatchWing.self].alertmanager.leadsDebuggingNowhere = true
    },
    Defect(
      id: "watchdog-unmissed", summary: "nobody would miss the alert that always fires", part: .watchdogRoute,
      also: [.debuggingRoute]
    ) {
      $0[WatchWing.self].alertmanager.watchdog = "nobody"
    },
    Defect(id: "receiver-moved", summary: "notifications go to an address that has changed", part: .pager) {
      $0[WatchWing.self].alertmanager.pagerHasMoved = true
    },
    Defect(id: "drill-lost", summary: "alerts end where nobody looks for them", part: .drills) {
      $0[WatchWing.self].alertmanager.losesDrills = true
      $0[WatchWing.self].drillPatience = 8
    },
    Defect(id: "drill-slow", summary: "alerts are gathered for a minute before anybody is told", part: .drills) {
      $0[WatchWing.self].alertmanager.drillWait = "61s"
    },
    Defect(
      id: "drill-stuck", summary: "what stands before the Alertmanager lets one alert through, and not its end",
      part: .alertGateway
    ) {
      $0[WatchWing.self].alertmanagerGateway = GatewayPlan(isUsed: true, mostPosts: 1)
    },
    Defect(id: "alertmanager-unready", summary: "the Alertmanager is not shown to be ready", part: .alertGateway) {
      $0[WatchWing.self].alertmanagerGateway = GatewayPlan(isUsed: true, hidesReadiness: true)
    },
    Defect(
      id: "alertmanager-unsettled", summary: "the Alertmanager waits for its peers", part: .cluster, isBlinding: true
    ) {
      $0[WatchWing.self].alertmanager.waitsForPeers = true
      $0[WatchWing.self].drillPatience = 8
    },
    Defect(id: "alertmanager-published", summary: "the Alertmanager is open to everybody", part: .alertReach) {
      $0[WatchWing.self].published.insert("alertmanager")
    },
    Defect(id: "inhibition-boundless", summary: "one alert keeps all others quiet", part: .inhibitions) {
      $0[WatchWing.self].alertmanager.inhibitsAll = true
    },
    Defect(id: "silence-long", summary: "an alert is silenced for a month", part: .silences) {
      $0[WatchWing.self].alertmanager.silencedDays = 30
    },
    Defect(id: "silence-total", summary: "every alert is silenced", part: .silences, isBlinding: true) {
      $0[WatchWing.self].alertmanager.isSilenced = true
      $0[WatchWing.self].drillPatience = 8
    },
    Defect(id: "grafana-failing", summary: "the database of the Grafana fails", part: .dashboardStore) {
      $0[WatchWing.self].grafana.databaseWorks = false
    },
    Defect(id: "grafana-open", summary: "strangers see the dashboards", part: .strangers) {
      $0[WatchWing.self].grafana.letsStrangersIn = true
    },
    Defect(id: "grafana-first-password", summary: "admin:admin opens the Grafana", part: .administrator) {
      $0[WatchWing.self].grafana.keepsFirstPassword = true
    },
    Defect(id: "dashboards-missing", summary: "the Grafana has no dashboard", part: .dashboard, isBlinding: true) {
      $0[WatchWing.self].grafana.hasDashboards = false
    },
    Defect(id: "panel-dead", summary: "a panel asks for a metric that was renamed", part: .dashboard) {
      $0[WatchWing.self].grafana.hasDeadPanel = true
    },
    Defect(id: "panel-foreign", summary: "a panel asks a data source of another installation", part: .dashboard) {
      $0[WatchWing.self].grafana.hasForeignPanel = true
    },
    Defect(id: "source-lost", summary: "a data source of the Grafana has moved", part: .sources) {
      $0[WatchWing.self].grafana.hasLostSource = true
    },
    Defect(id: "log-store-unready", summary: "the store of logs is not ready", part: .logStore) {
      $0[WatchWing.self].loki.isReady = false
    },
    Defect(id: "log-store-published", summary: "the store of logs is open to everybody", part: .logReach) {
      $0[WatchWing.self].published.insert("loki")
    },
    Defect(id: "logs-kept-forever", summary: "lines are kept for ever", part: .logRetention) {
      $0[WatchWing.self].loki.deletes = false
    },
    Defect(id: "logs-silent", summary: "no line of the extraction service arrives", part: .lines(.extraction)) {
      $0[WatchWing.self].logs[.extraction, default: LogManner()].areShipped = false
    },
    Defect(
      id: "logs-late", summary: "the clock of the extraction service is twenty minutes behind",
      part: .lines(.extraction)
    ) {
      $0[WatchWing.self].logs[.extraction, default: LogManner()].secondsBehind = 1200
    },
    Defect(id: "logs-unstructured", summary: "the processing service logs sentences", part: .lines(.processing)) {
      $0[WatchWing.self].logs[.processing, default: LogManner()].areStructured = false
    },
    Defect(
      id: "logs-without-levels", summary: "the lines of the extraction service have no level", part: .lines(.extraction)
    ) {
      $0[WatchWing.self].logs[.extraction, default: LogManner()].haveLevels = false
    },
    Defect(
      id: "logs-without-requests", summary: "the lines of the processing service do not name their request",
      part: .lines(.processing)
    ) {
      $0[WatchWing.self].logs[.processing, default: LogManner()].haveRequests = false
    },
    Defect(id: "logs-debugging", summary: "the api service logs what only its developers need", part: .lines(.api)) {
      $0[WatchWing.self].logs[.api, default: LogManner()].includeDebugging = true
    },
    Defect(id: "logs-passwords", summary: "the api service logs passwords", part: .lines(.api)) {
      $0[WatchWing.self].logs[.api, default: LogManner()].showPasswords = true
    },
    Defect(id: "request-id-dropped", summary: "the api service gives every request an id of its own", part: .requestIDs)
    {
      $0[WatchWing.self].logs[.api, default: LogManner()].keepRequestIDs = false
      $0[WatchWing.self].trailPatience = 5
    },
    Defect(id: "tracker-unwell", summary: "the error tracker says that it is not well", part: .trackerState) {
      $0[WatchWing.self].tracker.isWell = false
    },
    Defect(
      id: "tracker-keyless", summary: "every key of the error tracker is switched off", part: .trackerKeys,
      isBlinding: true
    ) {
      $0[WatchWing.self].tracker.hasKey = false
    },
    Defect(
      id: "tracker-key-old", summary: "errors are sent with a key that was switched off", part: .trackerKeys,
      also: [.trackerFilters]
    ) {
      $0[WatchWing.self].namesOldKey = true
    },
    Defect(id: "tracker-telling-nobody", summary: "the error tracker tells nobody of new errors", part: .trackerRules) {
      $0[WatchWing.self].tracker.tells = false
    },
    Defect(
      id: "tracker-dropping", summary: "the error tracker throws events without a release away", part: .trackerFilters
    ) {
      $0[WatchWing.self].tracker.dropsUnreleased = true
    },
    Defect(
      id: "errors-unreported", summary: "no service reports errors", part: .reports,
      also: [.releases, .trackerFilters, .trackerKeys]
    ) {
      for service in ServiceName.overHTTP {
        $0[WatchWing.self].errors[service, default: ErrorManner()].areReported = false
      }
      $0[WatchWing.self].sendsTestEvent = false
    },
    Defect(
      id: "errors-without-release", summary: "errors do not say which release they are of", part: .releases,
      also: [.trackerFilters]
    ) {
      for service in ServiceName.overHTTP {
        $0[WatchWing.self].errors[service, default: ErrorManner()].nameTheRelease = false
      }
    },
    Defect(id: "errors-unowned", summary: "thirty errors belong to nobody", part: .reports) {
      $0[WatchWing.self].errors[.extraction, default: ErrorManner()].atStart = 30
    },
    Defect(id: "collector-unavailable", summary: "the collector says that it is not available", part: .collectorHealth)
    {
      $0[WatchWing.self].collector.isAvailable = false
    },
    Defect(
      id: "collector-refusing", summary: "the collector takes no traces", part: .collectorIntake,
      also: [.collectorOutput]
    ) {
      $0[WatchWing.self].collector.takesSpans = false
    },
    Defect(
      id: "collector-choosy", summary: "the collector refuses the traces of the extraction service",
      part: .collectorIntake
    ) {
      $0[WatchWing.self].collector.refusedService = ServiceName.extraction.rawValue
    },
    Defect(id: "collector-losing", summary: "the collector cannot hand traces on", part: .collectorOutput) {
      $0[WatchWing.self].collector.handsOn = false
    },
    Defect(id: "collector-jammed", summary: "the queue of the collector is full", part: .collectorOutput) {
      $0[WatchWing.self].collector.isAnswered = false
      $0[WatchWing.self].collector.queue = 2
    },
  ]

  static let peerExpectations: [String: [ExpectedFinding]] = [
    "warnings-lost": [
      .init(check: "alertmanager-alerts-delivered", target: "alertmanager"),
      .init(check: "alertmanager-receivers-reach", target: "alertmanager"),
    ],
    "receiver-empty": [.init(check: "alertmanager-receivers-reach", target: "alertmanager")],
    "watchdog-unmissed": [
      .init(check: "alertmanager-receivers-reach", target: "alertmanager"),
      .init(check: "alertmanager-watchdog-arrives", target: "alertmanager", status: "warn"),
    ],
    "receiver-moved": [.init(check: "alertmanager-notifications-succeed", target: "alertmanager")],
    "drill-lost": [.init(check: "alerts-drill-arrives", target: "alertmanager")],
    "drill-slow": [.init(check: "alerts-drill-quick", target: "alertmanager")],
    "drill-stuck": [.init(check: "alerts-drill-resolved", target: "alertmanager", status: "unknown")],
    "alertmanager-unready": [.init(check: "alertmanager-ready", target: "alertmanager")],
    "alertmanager-unsettled": [
      .init(check: "alertmanager-cluster-settled", target: "alertmanager"),
      .init(check: "alertmanager-notifications-succeed", target: "alertmanager", status: "unknown"),
      .init(check: "alerts-drill-arrives", target: "alertmanager"),
    ],
    "alertmanager-published": [.init(check: "alertmanager-not-exposed", target: "alertmanager")],
    "inhibition-boundless": [.init(check: "alertmanager-inhibitions-bounded", target: "alertmanager")],
    "silence-long": [.init(check: "alertmanager-silences-bounded", target: "alertmanager")],
    "silence-total": [
      .init(check: "alertmanager-notifications-succeed", target: "alertmanager", status: "unknown"),
      .init(check: "alertmanager-silences-bounded", target: "alertmanager"),
      .init(check: "alerts-drill-arrives", target: "alertmanager"),
    ],
    "grafana-failing": [.init(check: "grafana-healthy", target: "grafana")],
    "grafana-open": [.init(check: "grafana-anonymous-off", target: "grafana")],
    "grafana-first-password": [.init(check: "grafana-default-password-changed", target: "grafana")],
    "dashboards-missing": [
      .init(check: "grafana-dashboards-exist", target: "grafana"),
      .init(check: "grafana-panel-sources-exist", target: "grafana"),
      .init(check: "grafana-panels-show-data", target: "grafana"),
    ],
    "panel-dead": [.init(check: "grafana-panels-show-data", target: "grafana")],
    "panel-foreign": [
      .init(check: "grafana-panel-sources-exist", target: "grafana"),
      .init(check: "grafana-panels-show-data", target: "grafana"),
    ],
    "source-lost": [.init(check: "grafana-data-sources-healthy", target: "grafana")],
    "log-store-unready": [.init(check: "logs-store-ready", target: "loki")],
    "log-store-published": [.init(check: "logs-store-not-exposed", target: "loki")],
    "logs-kept-forever": [.init(check: "logs-retention-bounded", target: "loki")],
    "logs-silent": [
      .init(check: "logs-debug-off", target: "loki", status: "unknown"),
      .init(check: "logs-levels", target: "loki", status: "unknown"),
      .init(check: "logs-no-secrets", target: "loki", status: "unknown"),
      .init(check: "logs-request-ids", target: "loki", status: "unknown"),
      .init(check: "logs-services-heard", target: "loki"),
      .init(check: "logs-structured", target: "loki", status: "unknown"),
    ],
    "logs-late": [.init(check: "logs-services-heard", target: "loki")],
    "logs-unstructured": [.init(check: "logs-structured", target: "loki")],
    "logs-without-levels": [.init(check: "logs-levels", target: "loki")],
    "logs-without-requests": [.init(check: "logs-request-ids", target: "loki")],
    "logs-debugging": [.init(check: "logs-debug-off", target: "loki")],
    "logs-passwords": [.init(check: "logs-no-secrets", target: "loki")],
    "request-id-dropped": [.init(check: "logs-request-found", target: "loki")],
    "tracker-unwell": [.init(check: "errors-tracker-healthy", target: "errors")],
    "tracker-keyless": [
      .init(check: "errors-heard", target: "errors"),
      .init(check: "errors-key-active", target: "errors"),
      .init(check: "errors-releases-known", target: "errors"),
      .init(check: "errors-test-event-accepted", target: "errors"),
    ],
    "tracker-key-old": [.init(check: "errors-test-event-accepted", target: "errors")],
    "tracker-telling-nobody": [.init(check: "errors-somebody-told", target: "errors")],
    "tracker-dropping": [.init(check: "errors-test-event-found", target: "errors")],
    "errors-unreported": [
      .init(check: "errors-heard", target: "errors"),
      .init(check: "errors-releases-known", target: "errors"),
    ],
    "errors-without-release": [.init(check: "errors-releases-known", target: "errors")],
    "errors-unowned": [.init(check: "errors-unresolved-owned", target: "errors")],
    "collector-unavailable": [.init(check: "collector-available", target: "collector")],
    "collector-refusing": [
      .init(check: "collector-takes-in", target: "collector"),
      .init(check: "collector-takes-trace", target: "collector"),
    ],
    "collector-choosy": [.init(check: "collector-takes-in", target: "collector")],
    "collector-losing": [.init(check: "collector-hands-on", target: "collector")],
    "collector-jammed": [.init(check: "collector-queue-has-room", target: "collector")],
  ]
}
