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
    return published.enumerated().map { index, port in
      let scheme = [443, 8443].contains(port.inside) ? "https" : "http"
      var fields = [("kind", scheme), ("url", "\(scheme)://localhost:\(port.outside)/")]
      if let health { fields.append(("health", quoted(health))) }
      return Entry(
        id: index == 0 ? name : "\(name)-\(port.outside)", fields: fields,
        remarks: health == nil ? ["health: /health        # the path of its health endpoint"] : [])
    }
  }

  private static func isPostgres(_ image: String) -> Bool {
    ["postgres", "postgis", "pgvector", "timescale"].contains(where: image.contains)
  }

  /// Ports of TCP that the host gives to a service; of a range its first one.
  private static func ports(of service: ComposeNode) -> [(outside: Int, inside: Int)] {
    (service["ports"]?.list ?? []).compactMap { port in
      guard port["protocol"]?.text ?? "tcp" == "tcp", let inside = port["target"]?.integer,
        let outside = port["published"]?.text.flatMap({ Int($0.prefix { $0 != "-" }) }), (1...65535).contains(outside)
      else { return nil }
      return (outside, inside)
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
