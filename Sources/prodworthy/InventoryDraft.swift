import ComposeModel
import Facts

/// A first inventory, for people to complete.
enum InventoryDraft {
  /// One target with the remarks that belong to it.
  struct Entry {
    /// Its id.
    var id: String
    /// Its fields after the id, in order.
    var fields: [(name: String, value: String)]
    /// What is left to do.
    var remarks: [String]
  }

  /// The targets that a compose project suggests: its file, and what it publishes.
  static func entries(from project: ComposeProject, file: String) -> [Entry] {
    var taken = Set(project.services.map(\.name))
    var id = "stack"
    while !taken.insert(id).inserted { id += "-file" }
    let stack = Entry(
      id: id, fields: [("kind", "compose"), ("file", quoted(file))],
      remarks: [
        "envFiles: [production.env]      # the variables that production uses",
        "socket: /var/run/docker.sock    # the engine it runs in; reading it equals root there",
      ])
    return [stack] + project.services.flatMap { entries(service: $0.name, $0.value) }
  }

  /// The whole file.
  static func text(system: String, entries: [Entry]) -> String {
    let targets = entries.isEmpty ? [example] : entries
    let note =
      entries.isEmpty
      ? "  # An example: put your own endpoints here.\n" : "  # Read from the compose file; check every line.\n"
    return """
      # What is audited. Every key is explained in docs/inventory.md; `prodworthy doctor` tells whether it can work.
      system: \(quoted(system))
      environment: staging            # production, staging, test or development
      ceiling: probe                  # the roughest an audit may be: observe, probe, load, mutate, disrupt
      targets:
      \(note)\(targets.map(text).joined())
      """
  }

  private static let example = Entry(
    id: "web", fields: [("kind", "https"), ("url", "https://localhost:8443/"), ("health", "/health")],
    remarks: [
      "trust: ca.pem          # extra roots, for a private CA",
      "bearer: ${env:API_TOKEN}   # secrets only by reference",
    ])

  private static func text(_ entry: Entry) -> String {
    let fields = entry.fields.map { "    \($0.name): \($0.value)\n" }.joined()
    return "  - id: \(quoted(entry.id))\n\(fields)\(entry.remarks.map { "    # \($0)\n" }.joined())"
  }

  private static func entries(service name: String, _ service: ComposeNode) -> [Entry] {
    let health = healthPath(of: service)
    let published = ports(of: service)
    if isPostgres(service["image"]?.text ?? "") {
      let environment = service["environment"]
      let user = environment?["POSTGRES_USER"]?.text ?? "postgres"
      let database = environment?["POSTGRES_DB"]?.text ?? user
      guard let port = published.first(where: { $0.inside == 5432 })?.outside else { return [] }
      return [
        Entry(
          id: name,
          fields: [
            ("kind", "postgres"),
            ("url", quoted("postgresql://\(plain(user))@localhost:\(port)/\(plain(database))")),
            ("sslmode", "verify-full"),
          ],
          remarks: [
            "password: ${env:\(variable(name))_PASSWORD}",
            "use a role of its own with pg_monitor, not the application's or a superuser",
            "trust: ca.pem          # the root that signed the server's certificate",
          ])
      ]
    }
    let image = service["image"]?.text.map { ImageReference($0) }
    return published.enumerated().map { index, port in
      let id = index == 0 ? name : "\(name)-\(port.outside)"
      if let kind = kind(of: image, port.inside) {
        return Entry(
          id: id, fields: [("kind", kind.name), ("url", "\(kind.scheme)://localhost:\(port.outside)\(kind.path)")],
          remarks: kind.remarks)
      }
      if datastorePorts.contains(port.inside) {
        // What speaks neither HTTP nor anything that is looked at: its port is all there is.
        return Entry(
          id: id,
          fields: [("kind", "host"), ("address", quoted(port.address)), ("open", "[\(port.outside)]")],
          remarks: ["closed: [22]            # ports that must not answer there"])
      }
      let scheme = [443, 8443].contains(port.inside) ? "https" : "http"
      var fields = [("kind", scheme), ("url", "\(scheme)://localhost:\(port.outside)/")]
      if let health { fields.append(("health", quoted(health))) }
      var remarks = health == nil ? ["health: /health        # the path of its health endpoint"] : []
      if scheme == "https" { remarks.append("trust: ca.pem          # extra roots, for a private CA") }
      return Entry(id: id, fields: fields, remarks: remarks)
    }
  }

  /// A kind of target that an image is of.
  private struct ServiceKind {
    var name: String
    var scheme: String
    var path = "/"
    var remarks: [String] = []
  }

  /// The kind of target of a service by its image and the port within; nil for one that is asked over HTTP.
  private static func kind(of image: ImageReference?, _ port: Int) -> ServiceKind? {
    let name = image?.name ?? ""
    let user = "user: reader            # and password: ${env:NAME}, where it asks for them"
    switch port {
    case 6379 where ["redis", "valkey", "keydb", "dragonfly"].contains(where: name.contains):
      return ServiceKind(name: "redis", scheme: "redis", path: "")
    case 3306 where ["mysql", "mariadb", "percona"].contains(where: name.contains):
      return ServiceKind(name: "mysql", scheme: "mysql", path: "")
    case 6432 where name.contains("pgbouncer"):
      return ServiceKind(
        name: "pgbouncer", scheme: "postgresql",
        remarks: ["password: ${env:POOLER_PASSWORD}    # of a role of stats_users, to be named before the host"])
    case 9090 where name == "prometheus": return ServiceKind(name: "prometheus", scheme: "http", remarks: [user])
    case 9093 where name == "alertmanager": return ServiceKind(name: "alertmanager", scheme: "http", remarks: [user])
    case 3000 where name.hasPrefix("grafana"):
      return ServiceKind(
        name: "grafana", scheme: "http",
        remarks: ["bearer: ${env:GRAFANA_TOKEN}    # of a service account that may view"])
    case 3100 where name == "loki": return ServiceKind(name: "loki", scheme: "http")
    default: return nil
    }
  }

  /// Ports of programs that speak no HTTP: brokers, caches, databases (their own defaults).
  private static let datastorePorts: Set<Int> = [
    21, 22, 25, 53, 1433, 1521, 2181, 3306, 4222, 5432, 5672, 6379, 6432, 9042, 9092, 11211, 26379, 27017,
  ]

  private static func isPostgres(_ image: String) -> Bool {
    ["postgres", "postgis", "pgvector", "timescale"].contains(where: image.contains)
  }

  /// Ports of TCP that the host gives to a service; of a range its first one.
  private static func ports(of service: ComposeNode) -> [(outside: Int, inside: Int, address: String)] {
    (service["ports"]?.list ?? []).compactMap { port in
      guard port["protocol"]?.text ?? "tcp" == "tcp", let inside = port["target"]?.integer,
        let outside = port["published"]?.text.flatMap({ Int($0.prefix { $0 != "-" }) }), (1...65535).contains(outside)
      else { return nil }
      let address = port["host_ip"]?.text ?? ""
      return (outside, inside, ["", "0.0.0.0", "::"].contains(address) ? "127.0.0.1" : address)
    }
  }

  /// The path of the first URL in the service's health check.
  private static func healthPath(of service: ComposeNode) -> String? {
    let words = (service["healthcheck"]?["test"]?.list ?? []).compactMap(\.text).joined(separator: " ")
    guard let start = words.firstRange(of: "http://") ?? words.firstRange(of: "https://") else { return nil }
    let path = words[start.upperBound...].prefix { !" \"'|;&)".contains($0) }.drop { $0 != "/" }
    return path.isEmpty ? nil : String(path)
  }

  /// `text` if it can stand in a URL as it is; a placeholder where it holds a variable or needs escaping.
  private static func plain(_ text: String) -> String {
    text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) } ? text : "CHANGE_ME"
  }

  private static func variable(_ name: String) -> String {
    String(name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  /// The text as a YAML scalar: bare where that is safe, else in double quotes as JSON writes it.
  private static func quoted(_ text: String) -> String {
    let isSafe =
      text.first.map { $0.isASCII && ($0.isLetter || $0 == "/") } == true
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:@".contains($0)) }
      && !text.hasSuffix(":")
      && !["yes", "no", "on", "off", "true", "false", "null", "y", "n"].contains(text.lowercased())
    return isSafe ? text : JSONText.compact(.string(text))
  }
}
