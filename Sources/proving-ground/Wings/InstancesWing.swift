import Facts
import Postgres
import Probing

/// Two more instances of the api service behind a balancer, for what goes through the whole platform: load and workflows.
/// With them comes a stock of events, and a role of the database that watches.
struct InstancesWing: Wing {
  /// What is wrong with the instances, but for their names.
  var strain = Strain(instance: "")
  /// How many requests the first instance gets for one of the second.
  var firstWeight = 1
  /// Whether the balancer knows the second instance.
  var knowsSecond = true
  /// The load that the inventory declares.
  var load = LoadPlan()

  static let ports = ["balancer", "first instance", "second instance"]
  static func programs() throws(GroundFailure) -> [String] { [try Edge.program()] }
  private static let names = ["first", "second"]

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    try Stock.fill(site, before: deadline)
    let folder = Self.folder(in: site)
    try Files.makeFolder(folder)
    try Files.makeFolder("\(folder)/tmp")
    try Files.write(load.script, to: "\(folder)/load.yml")
    var parts: [AwaitedPart] = []
    for name in Self.names { parts.append(try startInstance(name, in: site, before: deadline)) }
    try Files.write(configuration(site.ports), to: "\(folder)/nginx.conf")
    try site.launcher.account?.own(folder)
    let balancer = try site.launcher.start(
      [Edge.program(), "-p", "../instances/", "-c", "nginx.conf", "-e", "error.log"], log: "balancer", asAccount: true)
    return parts + [AwaitedPart(part: balancer) { Ports.isOpen(site.ports["balancer"]) }]
  }

  private func startInstance(_ name: String, in site: Site, before deadline: Deadline) throws(GroundFailure)
    -> AwaitedPart
  {
    let port = site.ports["\(name) instance"]
    var settings = ServiceSettings(name: .api, port: port)
    settings.tokenKeyFile = site.folder.tokenKey
    settings.database = DatabaseAddress(
      port: site.ports.database, name: "events", user: "events_app", passwordFile: site.folder.servicesPassword,
      trust: site.folder.trust, protection: site.blueprint.serviceSessions)
    settings.strain = strain
    settings.strain?.instance = name
    // One that computes takes the processor; two would take it from each other.
    if name != Self.names[0] { settings.strain?.burnedCores = 0 }
    let part = try site.launcher.start(
      settings, at: "\(site.folder.services)/instance-\(name).json", log: "instance-\(name)")
    try Files.write("\(part.pid)\n", to: Self.pidFile(of: name, in: site))
    return AwaitedPart(part: part) {
      (try? LoopbackHTTP.send(.get, port: port, path: "/api/sources", before: deadline))?.status == 200
    }
  }

  /// Where the balancer answers.
  static func address(in site: Site) -> String { "http://127.0.0.1:\(site.ports["balancer"])" }

  private static func folder(in site: Site) -> String { "\(site.folder.path)/instances" }
  private static func pidFile(of name: String, in site: Site) -> String {
    "\(site.folder.services)/instance-\(name).pid"
  }

  private func configuration(_ ports: Ports) -> String {
    """
    daemon off;
    pid nginx.pid;
    error_log error.log warn;
    worker_processes 1;
    events { worker_connections 2048; }
    http {
      access_log access.log;
      client_body_temp_path tmp/body;
      proxy_temp_path tmp/proxy;
      fastcgi_temp_path tmp/fastcgi;
      uwsgi_temp_path tmp/uwsgi;
      scgi_temp_path tmp/scgi;
      keepalive_requests 100000;
      upstream instances {
        server 127.0.0.1:\(ports["first instance"]) weight=\(firstWeight);
        \(knowsSecond ? "server 127.0.0.1:\(ports["second instance"]);" : "")
        keepalive 64;
      }
      server {
        listen 127.0.0.1:\(ports["balancer"]);
        server_name localhost;
        proxy_intercept_errors on;
        error_page 444 = @dropped;
        location / {
          proxy_pass http://instances;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $host;
          proxy_next_upstream off;
          proxy_read_timeout 30s;
        }
        location @dropped { return 444; }
      }
    }

    """
  }

  func targets(in site: Site) -> [InventoryTarget] {
    [
      [
        ("id", "load"), ("kind", "load"), ("target", .string(Self.address(in: site))),
        ("script", .string("\(Self.folder(in: site))/load.yml")), ("users", .integer(load.meantUsers)),
        ("instanceHeader", "X-Instance"),
        (
          "watch",
          .array(Self.names.map { ["name": .string($0), "pidFile": .string(Self.pidFile(of: $0, in: site))] })
        ),
      ] + Stock.watcher(in: site)
    ]
  }
}

/// The load that the inventory declares: what a visitor does, with the arrivals of a minute in a few seconds.
struct LoadPlan: Sendable {
  /// The most users that are let in at once; nil for all.
  var mostUsers: Int?
  /// How many users at once the platform is meant for.
  var meantUsers = 2

  /// The script, in Artillery's words.
  var script: String {
    let limit = mostUsers.map { ", maxVusers: \($0)" } ?? ""
    return """
      config:
        phases:
          - { name: Warm up, duration: 1, arrivalRate: 4\(limit) }
          - { name: Normal load, duration: 4, arrivalRate: 10\(limit) }
          - { name: Peak load, duration: 1, arrivalRate: 20\(limit) }
        thresholds:
          "http_req_duration{name:GET /api/events/search?q=AI}": ["p(95)<500"]
      scenarios:
        - name: A visitor
          flow:
            - get:
                url: /api/events
                capture: { json: "$.events[0].id", as: eventId }
            - get: { url: "/api/events/{{ eventId }}" }
            - think: 0.3
            - get: { url: "/api/events/search?q=AI" }
            - post:
                url: /api/scrape/luma
                json: { url: "https://lu.ma/test-{{ $randomString() }}" }

      """
  }
}

/// What the platform holds before its first visitor comes, so that there is something to find, and who may look at it.
private enum Stock {
  private static let role = "watchman"

  static func fill(_ site: Site, before deadline: Deadline) throws(GroundFailure) {
    let address = DatabaseAddress(
      port: site.ports.database, name: "events", user: "postgres", passwordFile: site.folder.superuserPassword,
      trust: site.folder.trust, protection: site.blueprint.setUpSessions)
    let password = Accounts.newSession()
    try Files.write(password, to: passwordFile(in: site), mode: 0o600)
    do throws(PostgresFailure) {
      var connection = try PostgresConnection.open(address.parameters(for: "proving-ground"), before: deadline)
      for statement in [
        // What sets a platform up is no load of it.
        "SET pg_stat_statements.track = 'none'", "SET password_encryption = 'scram-sha-256'",
        "CREATE ROLE \(role) LOGIN CONNECTION LIMIT 20 PASSWORD '\(password)'",
        "GRANT pg_monitor, pg_read_all_data TO \(role)", "GRANT CONNECT ON DATABASE events TO \(role)",
        """
        DO $$ BEGIN
          IF to_regnamespace('monitoring') IS NOT NULL THEN GRANT USAGE ON SCHEMA monitoring TO \(role); END IF;
        END $$
        """,
      ] { try connection.query(statement, before: deadline) }
      var writing = SeedWriting(
        connection, SeedContent(seed: 7, companies: 10, speakers: 40, events: 60), before: deadline)
      writing.mark(as: "stock")
      _ = try writing.run()
    } catch {
      throw GroundFailure("the database refused its stock: \(error)")
    }
  }

  private static func passwordFile(in site: Site) -> String { "\(site.folder.path)/\(role).password" }

  /// How an inventory reaches the database in that role.
  static func watcher(in site: Site) -> InventoryTarget {
    [
      ("database", .string("postgresql://\(role)@localhost:\(site.ports.database)/events")),
      ("databasePassword", .string("${file:\(passwordFile(in: site))}")),
      ("databaseSSLMode", .string(site.blueprint.setUpSessions.mode.rawValue)),
      ("databaseTrust", .string(site.folder.trust)),
    ]
  }
}

extension InstancesWing {
  /// How an inventory reaches the database as somebody who watches.
  static func watcher(in site: Site) -> InventoryTarget { Stock.watcher(in: site) }
}

// MARK: What can be wrong

extension Defect.Part {
  fileprivate static let delays = Self("how quick the instances are", in: .load)
  fileprivate static let searches = Self("how the instances search under load", in: .load)
  fileprivate static let orders = Self("how the instances take orders under load", in: .load)
  fileprivate static let memory = Self("what the instances leave in memory", in: .load)
  fileprivate static let computing = Self("what the instances compute", in: .load)
  fileprivate static let listing = Self("how the instances read the list", in: .load)
  fileprivate static let sessions = Self("how many sessions the instances leave open", in: .load)
  fileprivate static let balancing = Self("how the balancer spreads requests", in: .load)
  fileprivate static let declaration = Self("the load that the inventory declares", in: .load)
}

extension Defect.Realm {
  /// The instances behind the balancer, and the load on them.
  fileprivate static let load = Self("load")
}

extension InstancesWing {
  static let defects = [
    strained("load-list-slow", "lists take 250 ms", .delays) { $0.delays[.list] = 250 },
    strained("load-item-slow", "single events take 300 ms", .delays) { $0.delays[.one] = 300 },
    strained("load-scrape-slow", "an order with an address of its own takes 5.5 s", .delays) {
      $0.delays[.orderOfPage] = 5500
    },
    strained("load-search-slow", "searches take longer than the load script allows", .delays) {
      $0.delays[.searchUnderLoad] = 700
    },
    strained("load-errors", "every tenth search under load ends in an error", .searches) { $0.failsSearches = true },
    strained(
      "load-connections-reset", "every eighth order with an address is dropped without an answer", .orders
    ) { $0.dropsOrders = true },
    strained("load-statement-slow", "the database waits 150 ms at searches under load", .searches) {
      $0.statementMilliseconds = 150
    },
    strained("load-memory-leak", "each request leaves 512 KiB in memory", .memory) { $0.leakedKilobytes = 512 },
    // Half as much again and more than the check allows, since a run has ends at which nothing is asked.
    strained("load-cpu-burnt", "requests to one instance set threads computing", .computing) { $0.burnedCores = 1.4 },
    strained("load-statement-per-event", "the list asks the database for each of its events again", .listing) {
      $0.asksForEachEvent = true
    },
    Defect(
      id: "load-sessions-left", summary: "orders leave sessions of the database open", part: .sessions,
      also: [.sessionCount]
    ) {
      $0[InstancesWing.self].strain.leftSessions = 7
      $0.databaseSettings["max_connections"] = "28"
    },
    Defect(
      id: "load-instance-favoured", summary: "the balancer sends nine of ten requests to one instance", part: .balancing
    ) { $0[InstancesWing.self].firstWeight = 9 },
    Defect(id: "load-instance-missing", summary: "the balancer knows one instance of two", part: .balancing) {
      $0[InstancesWing.self].knowsSecond = false
    },
    Defect(
      id: "load-held-back", summary: "the load script lets one user in at once and leaves the others out",
      part: .declaration, isBlinding: true
    ) { $0[InstancesWing.self].load.mostUsers = 1 },
    Defect(
      id: "load-too-light", summary: "the load script does not bring the 500 users that the platform is meant for",
      part: .declaration
    ) { $0[InstancesWing.self].load.meantUsers = 500 },
  ]

  private static func strained(
    _ id: String, _ summary: String, _ part: Defect.Part, _ change: @escaping @Sendable (inout Strain) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: part) { change(&$0[InstancesWing.self].strain) }
  }

  static let expectations: [String: [ExpectedFinding]] = [
    "load-list-slow": [.init(check: "load-list-p95", target: "load")],
    "load-item-slow": [.init(check: "load-item-p95", target: "load")],
    "load-scrape-slow": [
      .init(check: "load-endpoint-p95", target: "load"), .init(check: "load-scrape-p95", target: "load"),
    ],
    "load-search-slow": [.init(check: "load-thresholds-hold", target: "load")],
    "load-errors": [.init(check: "load-error-rate", target: "load")],
    "load-connections-reset": [
      .init(check: "load-all-answered", target: "load"), .init(check: "load-error-rate", target: "load"),
    ],
    "load-statement-slow": [.init(check: "load-database-time", target: "load")],
    "load-memory-leak": [.init(check: "load-memory-steady", target: "load")],
    "load-cpu-burnt": [.init(check: "load-cpu-headroom", target: "load")],
    "load-statement-per-event": [.init(check: "load-database-calls", target: "load")],
    "load-sessions-left": [
      .init(check: "load-database-connections", target: "load"), .init(check: "postgres-pools-fit", target: "db"),
    ],
    "load-instance-favoured": [.init(check: "load-instances-share", target: "load")],
    "load-instance-missing": [.init(check: "load-instances-share", target: "load")],
    "load-held-back": [
      .init(check: "load-run-valid", target: "load"), .init(check: "load-users-at-once", target: "load"),
    ],
    "load-too-light": [.init(check: "load-users-at-once", target: "load")],
  ]
}
