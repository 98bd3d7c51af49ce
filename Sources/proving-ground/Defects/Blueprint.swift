/// What is to be built: the healthy system, until defects change it.
struct Blueprint: Sendable {
  /// The leaf certificate that the edge shows.
  var edgeCertificate = Leaf.web
  /// Whether the edge sends the intermediate after its leaf.
  var edgeSendsIntermediate = true
  /// Whether the edge also speaks TLS 1.0 and 1.1.
  var edgeAcceptsOldTLS = false
  /// Whether the plain port sends visitors to HTTPS instead of serving them.
  var plainPortRedirects = true
  /// Who may connect to the database without TLS.
  var plaintextAccess = PlaintextAccess.nobody
  /// Whether the services encrypt their database sessions.
  var servicesEncrypt = true
  /// Whether the database still runs once everything is set up.
  var databaseRuns = true
  /// Whether the processing service is started.
  var processingRuns = true
  /// Whether the processing service looks for the database where it is.
  var processingFindsDatabase = true
  /// How the processing service reports on itself.
  var processingHealth = HealthManner()
}

/// Who may connect to the database without TLS.
enum PlaintextAccess: Sendable {
  /// Every rule says `hostssl`.
  case nobody
  /// The role of the services; everybody else needs TLS.
  case services
  /// Every rule says `host`.
  case everybody
}

/// How a service reports on itself.
struct HealthManner: Codable, Sendable {
  /// How long the answer is held back, in milliseconds.
  var delayMilliseconds = 0
  /// Whether a failing state is told by the status code too (503), and not only by the body.
  var statusCodeTellsTruth = true
}
