import Facts

/// The inventory of the platform, for an audit.
enum InventoryFile {
  /// The text of `prodworthy.yaml`.
  static func text(_ plan: InventoryPlan, ports: Ports, folder: Folder) -> String {
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
          password: \(quoted("${file:\(plan.passwordIsRight ? folder.auditorPassword : folder.servicesPassword)}"))
          sslmode: \(plan.sslmode)
          trust: \(quoted(folder.trust))
        - id: plugin
          kind: nagios
          command: \(JSONText.compact(JSONValue(command(plan.plugin, ports))))

      """
  }

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
