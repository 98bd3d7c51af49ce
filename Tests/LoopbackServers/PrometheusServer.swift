/// A real Prometheus on loopback.
package enum PrometheusServer {
  /// Starts it with a configuration, in which `PORT` stands for its own port, and rules in the file `rules.yml`.
  package static func start(
    _ configuration: String, rules: String = "groups: []", _ options: [String] = []
  ) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    try folder.write(
      configuration.split(separator: "PORT", omittingEmptySubsequences: false).joined(separator: String(port)),
      to: "prometheus.yml")
    try folder.write(rules, to: "rules.yml")
    return try ServerProcess(
      "prometheus",
      [
        "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:\(port)",
        "--log.level=error",
      ] + options, port: port, in: folder)
  }

  /// Whether promtool finds anything to say about an exposition in the Prometheus text format.
  package static func promtoolComplains(about exposition: String) throws -> Bool {
    let folder = try ScratchFolder()
    try folder.write(exposition, to: "metrics")
    do {
      try ChildProcess.run("sh", ["-c", "exec promtool check metrics <metrics"], in: folder)
      return false
    } catch is ChildProcess.Failure {
      return true
    }
  }
}

/// A real Alertmanager on loopback, without a cluster.
package enum AlertmanagerServer {
  /// Starts it with a configuration.
  package static func start(_ configuration: String) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    try folder.write(configuration, to: "alertmanager.yml")
    return try ServerProcess(
      "prometheus-alertmanager",
      [
        "--config.file=alertmanager.yml", "--storage.path=data", "--web.listen-address=127.0.0.1:\(port)",
        "--cluster.listen-address=", "--log.level=error",
      ], port: port, in: folder)
  }
}
