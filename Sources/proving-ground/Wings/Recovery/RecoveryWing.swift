import Facts
import Probing

/// The booking service with its store and its price list: what it does while it is cut off from them, and afterwards.
struct RecoveryWing: Wing {
  /// How the booking service bears being cut off.
  var manner = BookingManner()
  /// Whether the command that starts the store says that it failed.
  var startFails = false
  /// How long the store is gone before its alert fires.
  var alertHolds = "1s"

  static let ports = ["booking", "store", "prices", "prices before", "store watch"]
  static func programs() throws(GroundFailure) -> [String] {
    [try Edge.program(), try Launcher.path(of: "prometheus")]
  }

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    try RecoveryUnits.writeScript(in: site)
    var parts: [AwaitedPart] = []
    for name in ["store", "prices"] {
      try RecoveryUnits.write(name, Self.server(name, on: site.ports[name]), in: site)
      parts.append(try RecoveryUnits.start(name, on: site.ports[name], in: site))
    }
    var settings = ServiceSettings(name: .booking, port: site.ports["booking"])
    settings.booking = BookingSettings(
      storePort: site.ports["store"], pricesPort: site.ports["prices before"], manner: manner)
    let part = try site.launcher.start(settings)
    let port = settings.port
    return parts + [AwaitedPart(part: part) { Ports.isOpen(port) }, try startWatch(in: site)]
  }

  /// A server that has something to say whatever it is asked, and a figure for whoever watches it.
  private static func server(_ name: String, on port: Int) -> String {
    """
      server {
        listen 127.0.0.1:\(port);
        location / { return 200 '{}'; }
        location = /metrics {
          default_type text/plain;
          return 200 "# TYPE \(name)_info gauge\n\(name)_info 1\n";
        }
      }
    """
  }

  /// Starts a Prometheus of its own that watches the store: what is cut off here is no alert of the platform's.
  private func startWatch(in site: Site) throws(GroundFailure) -> AwaitedPart {
    let folder = "\(RecoveryUnits.folder(in: site))/watch"
    let port = site.ports["store watch"]
    try Files.makeFolder(folder)
    // JSON is YAML.
    let configuration: JSONValue = [
      "global": ["scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"],
      "rule_files": ["rules.yml"],
      "scrape_configs": [
        [
          "job_name": "store",
          "static_configs": [["targets": [.string("127.0.0.1:\(site.ports["store"])")]]],
        ]
      ],
    ]
    let rules: JSONValue = [
      "groups": [
        [
          "name": "store",
          "rules": [["alert": "StoreDown", "expr": "up{job=\"store\"} == 0", "for": .string(alertHolds)]],
        ]
      ]
    ]
    try Files.write(JSONText.compact(configuration) + "\n", to: "\(folder)/prometheus.yml")
    try Files.write(JSONText.compact(rules) + "\n", to: "\(folder)/rules.yml")
    let part = try site.launcher.start(
      [
        Launcher.path(of: "prometheus"), "--config.file=../recovery/watch/prometheus.yml",
        "--storage.tsdb.path=../recovery/watch/metrics", "--web.listen-address=127.0.0.1:\(port)",
        "--log.level=warn",
      ], log: "store-watch")
    return AwaitedPart(part: part) {
      (try? LoopbackHTTP.send(.get, port: port, path: "/-/ready", before: Deadline(milliseconds: 2000)))?.status == 200
    }
  }

  func targets(in site: Site) -> [InventoryTarget] {
    let store: JSONValue = [
      "name": "store", "stop": JSONValue(RecoveryUnits.command("stop", "store", in: site)),
      "start": JSONValue(RecoveryUnits.command(startFails ? "start-and-fail" : "start", "store", in: site)),
      "request": ["path": "/bookings"], "cutSeconds": 1, "patienceSeconds": 12, "recoverySeconds": 10,
      "alert": [
        "name": "StoreDown", "prometheus": .string("http://127.0.0.1:\(site.ports["store watch"])"), "seconds": 12,
      ],
      "work": [
        "request": ["method": "POST", "path": "/orders"], "seconds": 8,
        "pending": ["url": "/queue", "json": "$.waiting"], "done": ["url": "/queue", "json": "$.done"],
      ],
    ]
    // Broken connections come last: a service that does not recover from them is not cut off any further.
    let prices: JSONValue = [
      "name": "prices",
      "proxy": [
        "listen": .string("127.0.0.1:\(site.ports["prices before"])"),
        "forward": .string("127.0.0.1:\(site.ports["prices"])"), "faults": ["errors", "blackhole", "reset"],
      ],
      "request": ["path": "/prices"], "cutSeconds": 1, "patienceSeconds": 12, "recoverySeconds": 10,
    ]
    return [
      [
        ("id", "booking"), ("kind", "http"), ("url", .string("http://127.0.0.1:\(site.ports["booking"])")),
        ("health", "/health"), ("readiness", "/ready"), ("liveness", "/live"), ("dependencies", [store, prices]),
      ]
    ]
  }
}

extension Defect.Part {
  fileprivate static let readiness = Self("what the booking service's readiness tells", in: .recovery)
  fileprivate static let liveness = Self("what the booking service's liveness asks", in: .recovery)
  fileprivate static let bookings = Self("how the booking service tells that the store is gone", in: .recovery)
  fileprivate static let refusals = Self("how the booking service bears refused calls", in: .recovery)
  fileprivate static let silence = Self("how the booking service bears silence", in: .recovery)
  fileprivate static let breaks = Self("how the booking service bears broken calls", in: .recovery)
  fileprivate static let errors = Self("how the booking service bears errors", in: .recovery)
  fileprivate static let orders = Self("what becomes of orders to the booking service", in: .recovery)
  fileprivate static let storeAlert = Self("when the store's alert fires", in: .recovery)
  fileprivate static let storeStart = Self("how the store is started", in: .recovery)
}

extension Defect.Realm {
  /// The booking service and what it depends on.
  fileprivate static let recovery = Self("recovery")
}

extension RecoveryWing {
  static let defects = [
    Defect(
      id: "store-start-fails", summary: "the command that starts the store says that it failed", part: .storeStart
    ) { $0[RecoveryWing.self].startFails = true },
    Defect(
      id: "store-alert-late", summary: "the alert for the store waits for an hour before it fires", part: .storeAlert
    ) { $0[RecoveryWing.self].alertHolds = "1h" },
    mannered("readiness-always-green", "readiness is green whatever is missing", .readiness) {
      $0.tellsReadiness = false
    },
    mannered("liveness-asks-store", "liveness is red while the store is gone", .liveness) {
      $0.livenessAsksStore = true
    },
    mannered("failure-passed-off", "bookings that cannot be read are passed off as none", .bookings) {
      $0.passesOffEmptyLists = true
    },
    mannered("retries-long", "refused calls are tried again for six seconds", .refusals) {
      $0.pausesWhenRefused = [3000, 3000]
    },
    mannered("waits-unbounded", "a call that gets no answer is waited for as good as forever", .silence) {
      $0.patience = 9000
      $0.pausesWhenSilent = []
    },
    mannered("retries-missing", "a call that was answered with an error is not tried again", .errors) {
      $0.pausesWhenFailing = []
    },
    mannered("retry-storm", "a call that broke off is tried again eleven times", .breaks) {
      $0.pausesWhenBroken = (0..<11).map { 40 + 20 * $0 }
    },
    mannered("retries-at-once", "a call that broke off is tried again without a pause", .breaks) {
      $0.pausesWhenBroken = [0, 0]
    },
    mannered("connection-kept-broken", "a connection that broke is used for ever after", .breaks) {
      $0.keepsBrokenConnection = true
    },
    mannered("orders-acknowledged-early", "orders leave the queue before they are stored", .orders) {
      $0.acknowledgesFirst = true
    },
    mannered("consumer-gone", "whoever works through the queue ends at the first failure", .orders) {
      $0.consumerReconnects = false
    },
  ]

  private static func mannered(
    _ id: String, _ summary: String, _ part: Defect.Part, _ change: @escaping @Sendable (inout BookingManner) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: part) { change(&$0[RecoveryWing.self].manner) }
  }

  static let expectations: [String: [ExpectedFinding]] = [
    "store-start-fails": [.init(check: "recovery-restored", target: "booking")],
    "store-alert-late": [.init(check: "recovery-alert-fires", target: "booking")],
    "readiness-always-green": [.init(check: "recovery-readiness-turns-red", target: "booking")],
    "liveness-asks-store": [.init(check: "recovery-liveness-stays-green", target: "booking")],
    "failure-passed-off": [.init(check: "recovery-failure-told", target: "booking")],
    "retries-long": [.init(check: "recovery-answers-quickly", target: "booking")],
    "waits-unbounded": [.init(check: "recovery-waits-bounded", target: "booking")],
    "retries-missing": [.init(check: "recovery-calls-retried", target: "booking")],
    "retry-storm": [.init(check: "recovery-retries-bounded", target: "booking")],
    "retries-at-once": [.init(check: "recovery-retries-spaced", target: "booking")],
    "connection-kept-broken": [.init(check: "recovery-recovers", target: "booking")],
    "orders-acknowledged-early": [.init(check: "recovery-work-kept", target: "booking")],
    "consumer-gone": [
      .init(check: "recovery-queue-drains", target: "booking"), .init(check: "recovery-work-kept", target: "booking"),
    ],
  ]
}
