import Facts
import Glibc

/// What the inventory says about a target, in the order in which it says it.
typealias InventoryTarget = [(name: String, value: JSONValue)]

/// The inventory of the platform, for an audit.
struct InventoryFile {
  private let plan: InventoryPlan
  private let wings: [InventoryTarget]
  private let head: InventoryTarget
  private let ports: Ports
  private let folder: Folder

  private typealias Field = InventoryTarget.Element

  /// The inventory of what stands on `site`.
  init(_ site: Site) {
    plan = site.blueprint.inventory
    ports = site.ports
    folder = site.folder
    wings = site.blueprint.plannedWings.flatMap { $0.targets(in: site) }
    head = site.blueprint.plannedWings.flatMap { $0.inventoryHead(in: site) }
  }

  /// The text of `prodworthy.yaml`.
  var text: String {
    """
    system: events-platform
    environment: test
    consent:
      - { safety: probe, by: proving-ground, until: 2099-12-31 }
      - { safety: mutate, by: proving-ground, until: 2099-12-31 }
      - { safety: disrupt, by: proving-ground, until: 2099-12-31 }
      - { safety: load, by: proving-ground, until: 2099-12-31 }

    matrix: \(JSONText.compact(plan.matrix.value))

    """ + head.map { "\($0.name): \(Self.scalar($0.value))\n" }.joined() + "targets:\n"
      + targets.map(Self.entry).joined()
  }

  private var targets: [InventoryTarget] {
    [web] + ServiceName.overHTTP.map(service)
      + [account, database, pooler, repository, bucket] + (plan.namesDumps ? [dumps] : [])
      + [mail, publicAddress, monitoring] + wings
  }

  private var web: [Field] {
    [
      ("id", "web"), ("kind", "https"), ("url", .string("https://localhost:\(ports.web)/")),
      ("trust", .string(folder.trust)), ("plainPort", .integer(ports.plain)), ("health", "/health"),
      ("profile", "page"), ("cdn", true), ("pages", [.string(SignInPage.path)]),
      ("bearer", reference(to: folder.token(of: "alice"))),
      ("otherBearer", reference(to: folder.token(of: "bob"))),
      ("expiredBearer", reference(to: folder.token(of: "expired"))),
      ("routes", .array(Self.routes)),
      ("rateLimit", ["routes": ["/api/events/search?q=jazz"], "bypass": true]),
      ("caching", [["path": .string(Asset.style.path), "seconds": 31_536_000, "shared": true]]),
    ]
  }

  /// Who is to be let in where.
  private static let routes: [JSONValue] = [
    ["path": "/health", "access": "public"], ["path": "/api/events", "access": "public"],
    ["path": "/api/me", "access": "protected"],
    ["path": "/api/users/1/saved", "access": "protected", "owner": "bearer"],
    ["path": "/api/users/2/saved", "access": "protected", "owner": "otherBearer"],
    ["path": "/api/users/1/saved", "method": "POST", "access": "protected"],
    ["path": "/api/admin/jobs", "access": "forbidden"], ["path": "/api/admin/accounts", "access": "forbidden"],
  ]

  private func service(_ name: ServiceName) -> [Field] {
    [
      ("id", .string(name.rawValue)), ("kind", "http"),
      ("url", .string("http://127.0.0.1:\(ports.port(of: name))")), ("health", "/health"),
    ]
  }

  /// An answer that is for one person alone.
  private var account: [Field] {
    [
      ("id", "account"), ("kind", "http"), ("url", .string("http://127.0.0.1:\(ports.api)/api/me")),
      ("bearer", reference(to: folder.token(of: "alice"))),
    ]
  }

  private var database: [Field] {
    [
      ("id", "db"), ("kind", "postgres"),
      ("url", .string("postgresql://auditor@localhost:\(ports.database)/events")),
      ("password", reference(to: plan.passwordIsRight ? folder.auditorPassword : folder.servicesPassword)),
      ("sslmode", .string(plan.sslmode)), ("trust", .string(folder.trust)), ("role", "events_app"),
      ("migrations", .string(folder.migrations)),
      ("scratch", .string("postgresql://rehearser@localhost:\(ports.database)/postgres")),
      ("scratchPassword", reference(to: folder.rehearserPassword)), ("quality", .array(Self.rules)), ("seed", seeding),
      ("pools", [["name": "services", "role": "events_app", "size": .integer(plan.declaredSessions)]]),
    ]
  }

  /// What the data has to be like.
  private static let rules: [JSONValue] = [
    [
      "table": "public.accounts", "notNull": ["name", "role"], "unique": ["name"],
      "acceptedValues": ["role": ["user", "admin"]], "rowCount": ["atLeast": 3],
    ],
    [
      "table": "public.saved_searches", "notNull": ["words"], "unique": [["account_id", "words"]],
      "pattern": ["words": "^[^[:space:]]"],
      "relationships": [["column": "account_id", "to": "public.accounts", "field": "id"]],
    ],
    ["table": "public.sources", "pattern": ["url": "^https?://"], "rowCount": ["atLeast": 1, "atMost": 10]],
    [
      "table": "public.heartbeats", "freshness": ["column": "beat_at", "within": "24h"],
      "aggregate": [["of": "avg", "column": "milliseconds", "atMost": 500]],
    ],
    [
      "table": "public.saved_searches",
      "sql": [
        [
          "name": "searches of administrators",
          "query":
            "SELECT s.id FROM saved_searches s JOIN accounts a ON a.id = s.account_id WHERE a.role = 'admin'",
        ]
      ],
    ],
  ]

  private var seeding: JSONValue {
    let program = Files.resolved("/proc/self/exe") ?? "proving-ground"
    var seed: JSONObject = [
      "command": JSONValue([program, "seed"] + plan.seeding), "schema": .string(folder.schema),
      "rows": ["events": 50, "speakers": 200, "companies": 100],
    ]
    // Where the Swift runtime lies beside a toolchain and not in a system folder, the seeder needs to find it.
    if let libraries = getenv("LD_LIBRARY_PATH") {
      seed["environment"] = ["LD_LIBRARY_PATH": .string(String(cString: libraries))]
    }
    return .object(seed)
  }

  private var pooler: [Field] {
    [
      ("id", "pooler"), ("kind", "pgbouncer"),
      ("url", .string("postgresql://watcher@localhost:\(ports.pooler)/")), ("address", "127.0.0.1"),
      (
        "password",
        reference(to: plan.poolerPasswordIsRight ? folder.watcherPassword : folder.auditorPassword)
      ),
      ("sslmode", .string(plan.poolerSSLMode)), ("trust", .string(folder.trust)),
    ]
  }

  private var repository: [Field] {
    [
      ("id", "repository"), ("kind", "pgbackrest"), ("config", .string(folder.backupConfiguration)),
      ("stanza", "events"),
      (
        "drill",
        [
          "database": "events", "tables": [["name": "public.accounts", "minimumRows": 3]],
          "queries": [
            [
              "name": "sessions that should be gone", "atMost": 0,
              "sql": "SELECT count(*) FROM sessions WHERE expires_at < now() - interval '30 days'",
            ]
          ], "heartbeat": "SELECT max(beat_at) FROM heartbeats",
        ]
      ),
    ]
  }

  private var bucket: [Field] {
    [("id", "bucket"), ("kind", "backup-files"), ("path", .string(folder.bucket)), ("ending", ".dump")]
  }

  private var dumps: [Field] {
    [("id", "dumps"), ("kind", "pg-dump"), ("path", .string(folder.dumps)), ("format", "custom")]
  }

  private var mail: [Field] {
    [
      ("id", "mail"), ("kind", "tls"), ("host", "localhost"), ("port", .integer(ports.mail)),
      ("starttls", "submission"), ("nodes", .array(Ports.mailNodes.map { .string($0) })),
      ("trust", .string(folder.trust)),
    ] + (plan.mailIsForEverybody ? [("publicTrust", true)] : [])
      + (plan.furtherMailNames.isEmpty ? [] : [("otherNames", .array(plan.furtherMailNames.map { .string($0) }))])
      + (plan.pinnedMailKeys.isEmpty ? [] : [("pins", .array(plan.pinnedMailKeys.map { .string($0) }))])
  }

  /// What the world sees of the platform: the edge, and nothing behind it.
  private var publicAddress: [Field] {
    let open = [ports.web, ports.plain] + (plan.opensUnusedPort ? [ports.unused] : [])
    let inside =
      [
        ports.api, ports.processing, ports.extraction, ports.assets, ports.outside, ports.pooler,
      ] + Wings.ports.map { ports[$0] }
    func list(_ ports: [Int]) -> JSONValue { .array(ports.map { .integer($0) }) }
    return [
      ("id", "public"), ("kind", "host"), ("address", .string(Ports.publicAddress)), ("open", list(open)),
      ("closed", list(plan.closesDatabase ? [ports.database] : [])),
      ("scan", list(inside + (plan.closesDatabase ? [] : [ports.database]))),
    ]
  }

  private var monitoring: [Field] {
    [("id", "plugin"), ("kind", "nagios"), ("command", JSONValue(Self.command(plan.plugin, ports)))]
  }

  private func reference(to file: String) -> JSONValue { .string("${file:\(file)}") }

  // MARK: YAML

  private static func entry(_ fields: [Field]) -> String {
    zip(["  - "] + Array(repeating: "    ", count: fields.count), fields)
      .map { "\($0)\($1.name): \(scalar($1.value))\n" }.joined()
  }

  /// JSON is YAML, whatever characters a folder's name has; plain words and addresses look better without quotes.
  private static func scalar(_ value: JSONValue) -> String {
    guard let text = value.string, let first = text.first, first.isLetter || first == "/",
      text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ":/.@-".contains($0)) }),
      !["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
    else { return JSONText.compact(value) }
    return text
  }

  // MARK: Monitoring

  /// One of the standard monitoring plug-ins, as any monitoring system would call it.
  private static func command(_ plugin: InventoryPlan.Plugin, _ ports: Ports) -> [String] {
    let plugins = "/usr/lib/nagios/plugins"
    func connect(to port: Int, within seconds: [String]) -> [String] {
      ["\(plugins)/check_tcp", "-H", "127.0.0.1", "-p", String(port), "-w", seconds[0], "-c", seconds[1], "-t", "5"]
    }
    return switch plugin {
    case .looksAtTheDatabase: connect(to: ports.database, within: ["2", "4"])
    // Nothing listens on port 1.
    case .looksInTheWrongPlace: connect(to: 1, within: ["2", "4"])
    case .contradictsItself:
      ["\(plugins)/negate", "--critical=OK", "--substitute"] + connect(to: ports.database, within: ["0", "0"])
    }
  }
}
