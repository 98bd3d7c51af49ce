/// What a service is told about those who watch it.
struct WatchSettings: Codable, Sendable {
  /// The port on which it exposes its metrics.
  var metricsPort: Int
  /// The port that takes lines of logs.
  var logsPort: Int
  /// The port that takes events of errors.
  var errorsPort: Int
  /// The key by which it sends them.
  var errorsKey: String
  /// The port that takes traces.
  var tracesPort: Int
  /// How it exposes metrics.
  var metrics = MetricsManner()
  /// How it logs.
  var logs = LogManner()
  /// How it reports errors.
  var errors = ErrorManner()
}

/// How a service exposes its metrics.
struct MetricsManner: Codable, Sendable {
  /// Whether its metrics port is open.
  var areServed = true
  /// Whether every line can be read.
  var areWellFormed = true
  /// Whether the answer says which format it is in.
  var stateTheirType = true
  /// Whether times are in seconds, as everything else is.
  var areInBaseUnits = true
  /// Whether it shows how long requests take.
  var showDurations = true
  /// Whether the durations still have the name by which everybody knows them.
  var keepTheirNames = true
  /// How many visitors are told apart by a label.
  var visitors = 0
  /// How many values each of three labels has that nobody needs; their product is the number of series.
  var crossings = 0
  /// Whether one of its counters counts down.
  var countDown = false
}

/// How a service logs.
struct LogManner: Codable, Sendable {
  /// Whether its lines are sent to the store.
  var areShipped = true
  /// How many seconds its clock is behind.
  var secondsBehind = 0
  /// Whether lines are JSON.
  var areStructured = true
  /// Whether they have a level.
  var haveLevels = true
  /// Whether they have the id of their request.
  var haveRequests = true
  /// Whether a request keeps the id that it came with.
  var keepRequestIDs = true
  /// Whether what only its developers need is logged too.
  var includeDebugging = false
  /// Whether passwords are logged.
  var showPasswords = false
}

/// How a service reports errors.
struct ErrorManner: Codable, Sendable {
  /// Whether it does.
  var areReported = true
  /// Whether it says which release it is.
  var nameTheRelease = true
  /// How many errors happen at its start, each a different one.
  var atStart = 0
}
