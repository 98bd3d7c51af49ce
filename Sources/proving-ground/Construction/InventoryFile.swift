import Facts

/// The inventory of the platform, for an audit.
struct InventoryFile {
  private let plan: InventoryPlan
  private let ports: Ports
  private let folder: Folder

  /// One thing that an inventory says about a target.
  private typealias Field = (name: String, value: JSONValue)

  init(_ plan: InventoryPlan, ports: Ports, folder: Folder) {
    self.plan = plan
    self.ports = ports
    self.folder = folder
  }

  /// The text of `prodworthy.yaml`.
  var text: String {
    """
    system: events-platform
    environment: test
    consent:
      - { safety: probe, by: proving-ground, until: 2099-12-31 }
      - { safety: mutate, by: proving-ground, until: 2099-12-31 }
    targets:

    """ + targets.map(Self.entry).joined()
  }

  private var targets: [[Field]] {
    [web] + ServiceName.overHTTP.map(service) + [account, database, mail, publicAddress, monitoring]
  }

  private var web: [Field] {
    [
      ("id", "web"), ("kind", "https"), ("url", .string("https://localhost:\(ports.web)/")),
      ("trust", .string(folder.trust)), ("plainPort", .integer(ports.plain)), ("health", "/health"),
      ("profile", "page"), ("cdn", true), ("bearer", reference(to: folder.token(of: "alice"))),
      ("otherBearer", reference(to: folder.token(of: "bob"))),
      ("expiredBearer", reference(to: folder.token(of: "expired"))),
      ("routes", .array(Self.routes)),
      ("rateLimit", ["routes": ["/api/events/search?q=jazz"], "bypass": true]),
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
    ]
  }

  private var mail: [Field] {
    [
      ("id", "mail"), ("kind", "tls"), ("host", "localhost"), ("port", .integer(ports.mail)),
      ("starttls", "submission"), ("nodes", .array(Ports.mailNodes.map { .string($0) })),
      ("trust", .string(folder.trust)),
    ]
  }

  /// What the world sees of the platform: the edge, and nothing behind it.
  private var publicAddress: [Field] {
    let open = [ports.web, ports.plain] + (plan.opensUnusedPort ? [ports.unused] : [])
    let inside = [ports.api, ports.processing, ports.extraction, ports.assets, ports.outside]
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
