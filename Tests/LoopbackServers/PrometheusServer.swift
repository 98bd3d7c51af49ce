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

  /// Whether promtool finds anything to say about each of these expositions in the Prometheus text format.
  package static func promtoolComplains(about expositions: [String]) throws -> [Bool] {
    let folder = try ScratchFolder()
    for (index, text) in expositions.enumerated() { try folder.write(text, to: "\(index)") }
    let script = "for i in $(seq 0 $1); do promtool check metrics <$i >/dev/null 2>&1; echo $?; done"
    let output = try ChildProcess.output(
      of: "sh", ["-c", script, "promtool", String(expositions.count - 1)], in: folder)
    return output.split(separator: "\n").map { $0 != "0" }
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
