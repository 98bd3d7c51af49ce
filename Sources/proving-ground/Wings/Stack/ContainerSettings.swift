/// What the container engine is told at its start.
struct EngineSettings: Codable, Sendable {
  /// The project its containers belong to.
  var project: String
  var containers: [ContainerSettings]
}

/// A container as the engine is to show it.
struct ContainerSettings: Codable, Sendable {
  /// In hexadecimal digits.
  var id: String
  var service: String
  var image: String
  /// `running` or `exited`.
  var state = "running"
  /// What its health check says; nil where it has none.
  var health: String? = "healthy"
  var restarts = 0
  var wasKilledForItsMemory = false
  var isPrivileged = false
  /// Whether its log is bounded.
  var hasBoundedLog = true
  /// What its health check says once it was started again for the first time.
  var healthOnceRestarted: String?
  /// How it is started again, as the compose file says it.
  var restartPolicy: String
  /// The volumes it writes to: their names by the paths within.
  var volumes: [String: String] = [:]
  /// The ports of the host it takes.
  var ports: [PortBinding] = []
  /// The process behind it; nil where the engine only tells of it.
  var process: ProcessSettings?

  /// A port of the host that leads into a container.
  struct PortBinding: Codable, Sendable {
    var inside: Int
    var address: String
    var outside: Int
  }

  /// A process that the engine starts, and starts again.
  struct ProcessSettings: Codable, Sendable {
    /// A path with arguments.
    var command: [String]
    /// The port on which it answers once it is ready.
    var port: Int
    /// Whether it runs as the servers' account.
    var asAccount: Bool
    /// What its log is called.
    var log: String
  }
}
