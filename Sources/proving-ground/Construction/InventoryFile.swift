import Facts

/// The inventory of the platform, for an audit.
enum InventoryFile {
  /// The text of `prodworthy.yaml`.
  static func text(ports: Ports, folder: Folder) -> String {
    // JSON strings are YAML strings, whatever characters the folder's name has.
    func quoted(_ text: String) -> String { JSONText.compact(.string(text)) }
    func service(_ name: ServiceName) -> String {
      """
        - id: \(name.rawValue)
          kind: http
          url: http://127.0.0.1:\(ports.port(of: name))
          health: /health

      """
    }
    return """
      system: events-platform
      environment: test
      targets:
        - id: web
          kind: https
          url: https://localhost:\(ports.web)/
          trust: \(quoted(folder.trust))
          plainPort: \(ports.plain)
          health: /health
      \(service(.api))\(service(.processing))\(service(.extraction))\
        - id: db
          kind: postgres
          url: postgresql://auditor@localhost:\(ports.database)/events
          password: \(quoted("${file:\(folder.auditorPassword)}"))
          sslmode: verify-full
          trust: \(quoted(folder.trust))

      """
  }
}
