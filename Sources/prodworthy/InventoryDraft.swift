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

  /// The targets that a compose file's published ports suggest.
  static func entries(fromCompose document: JSONValue) -> [Entry] {
    (document["services"]?.object?.members ?? []).flatMap { name, service in
      entries(service: name, service)
    }
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

  private static func entries(service name: String, _ service: JSONValue) -> [Entry] {
    let image = service["image"]?.string ?? ""
    let health = healthPath(of: service)
    let published = ports(of: service)
    if image.contains("postgres") || image.contains("postgis") || image.contains("pgvector") {
      let environment = variables(of: service)
      let user = environment["POSTGRES_USER"] ?? "postgres"
      let database = environment["POSTGRES_DB"] ?? user
      let port = published.first { $0.inside == 5432 }?.outside
      return [
        Entry(
          id: name,
          fields: [
            ("kind", "postgres"),
            ("url", quoted("postgresql://\(plain(user))@localhost:\(port ?? 5432)/\(plain(database))")),
            ("password", "${env:\(variable(name))_PASSWORD}"), ("sslmode", "verify-full"),
          ],
          remarks: [
            "use a role of its own with pg_monitor, not the application's or a superuser",
            "trust: ca.pem          # the root that signed the server's certificate",
          ] + (port == nil ? ["the compose file publishes no port for it: it must be reachable from the auditor"] : []))
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

  private static func ports(of service: JSONValue) -> [(outside: Int, inside: Int)] {
    (service["ports"]?.array ?? []).compactMap { entry in
      if let inside = entry["target"]?.integer {
        let outside = entry["published"]?.integer ?? entry["published"]?.string.flatMap { Int($0) }
        return outside.map { ($0, inside) }
      }
      let text = entry.string ?? entry.integer.map(String.init) ?? ""
      let parts = text.prefix { $0 != "/" }.split(separator: ":")
      guard parts.count >= 2, let inside = Int(parts[parts.count - 1]), let outside = Int(parts[parts.count - 2])
      else { return nil }
      return (outside, inside)
    }
  }

  private static func variables(of service: JSONValue) -> [String: String] {
    var variables: [String: String] = [:]
    for (name, value) in service["environment"]?.object?.members ?? [] { variables[name] = value.string }
    for entry in service["environment"]?.array ?? [] {
      let parts = (entry.string ?? "").split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { variables[parts[0]] = parts[1] }
    }
    return variables
  }

  /// The path of the first URL in the service's health check.
  private static func healthPath(of service: JSONValue) -> String? {
    let test = service["healthcheck"]?["test"]
    let words = test?.array?.compactMap(\.string).joined(separator: " ") ?? test?.string ?? ""
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
