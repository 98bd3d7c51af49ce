import FoundationEssentials

/// What the peers are told at their start, in a file: a Grafana, a Loki, an error tracker, a collector and the desk at which
/// notifications end. They keep everything in memory and speak the interfaces of the real ones.
struct PeersSettings: Codable, Sendable {
  /// The port of each, by name.
  var ports: [String: Int]
  /// The port of the Prometheus.
  var prometheus: Int
  /// The port of the Alertmanager.
  var alertmanager: Int
  var grafana = GrafanaPlan()
  var loki = LokiPlan()
  var tracker = TrackerPlan()
  var collector = CollectorPlan()
  /// What stands before the Prometheus, where something does.
  var prometheusGateway = GatewayPlan()
  /// What stands before the Alertmanager, where something does.
  var alertmanagerGateway = GatewayPlan()
  /// The token of those who may look into the Grafana, and the password of its administrator.
  var grafanaToken = "", grafanaPassword = ""
  /// The token of those who may look into the tracker, and the key by which events are sent.
  var trackerToken = "", trackerKey = ""
  /// The key that was switched off.
  var oldTrackerKey = ""

  /// The port called `name`; 0 for a name that no peer has.
  func port(_ name: String) -> Int { ports[name] ?? 0 }

  /// Writes the settings to the file at `path`.
  func write(to path: String) throws(GroundFailure) {
    guard let data = try? JSONEncoder().encode(self) else { throw GroundFailure("cannot encode \(path)") }
    try Files.write(String(decoding: data, as: UTF8.self), to: path, mode: 0o600)
  }

  /// Reads the settings in the file at `path`.
  init(path: String) throws(GroundFailure) {
    guard let bytes = Files.bytes(at: path),
      let settings = try? JSONDecoder().decode(PeersSettings.self, from: Data(bytes))
    else { throw GroundFailure("cannot read the settings in \(path)") }
    self = settings
  }

  /// Settings of healthy peers.
  init(ports: [String: Int], prometheus: Int, alertmanager: Int) {
    self.ports = ports
    self.prometheus = prometheus
    self.alertmanager = alertmanager
  }
}

/// How the Grafana is.
struct GrafanaPlan: Codable, Sendable {
  /// Whether its own database works.
  var databaseWorks = true
  /// Whether strangers may look.
  var letsStrangersIn = false
  /// Whether the administrator still has the password of the first day.
  var keepsFirstPassword = false
  /// Whether it has a dashboard.
  var hasDashboards = true
  /// Whether a panel asks for a metric that was renamed.
  var hasDeadPanel = false
  /// Whether a panel asks a data source of another installation.
  var hasForeignPanel = false
  /// Whether one of its data sources has moved.
  var hasLostSource = false
}

/// How the Loki is.
struct LokiPlan: Codable, Sendable {
  /// Whether it says that it is ready.
  var isReady = true
  /// Whether it deletes what is older than its period.
  var deletes = true
}

/// How the error tracker is.
struct TrackerPlan: Codable, Sendable {
  /// Whether it says that it is well.
  var isWell = true
  /// Whether the project has a key that is switched on.
  var hasKey = true
  /// Whether a rule tells somebody.
  var tells = true
  /// Whether it takes events without a release and throws them away.
  var dropsUnreleased = false
}

/// How the collector is.
struct CollectorPlan: Codable, Sendable {
  /// Whether its health extension says that it is available.
  var isAvailable = true
  /// Whether it takes spans at all.
  var takesSpans = true
  /// The service whose spans it refuses; nil for none.
  var refusedService: String?
  /// Whether what it hands spans on to takes them.
  var handsOn = true
  /// Whether what it hands spans on to answers; else they wait.
  var isAnswered = true
  /// How many requests its queue holds.
  var queue = 1000
}

/// What stands before a server: it hands requests on, but for some.
struct GatewayPlan: Codable, Sendable {
  /// Whether the inventory names it instead of the server.
  var isUsed = false
  /// Whether it refuses to show whether the server is ready.
  var hidesReadiness = false
  /// How many requests that change something it lets through; nil for all.
  var mostPosts: Int?
}
