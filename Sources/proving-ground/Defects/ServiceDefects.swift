extension Defect {
  /// What can be wrong with a service.
  static let services = [
    Defect(
      id: "service-down", summary: "the processing service is not running", part: .processing,
      also: [.metrics(.processing), .lines(.processing), .scraping], isBlinding: true
    ) {
      $0.processingRuns = false
    },
    Defect(
      id: "health-lies", summary: "the processing service cannot reach its database and answers /health with 200",
      part: .processing
    ) {
      $0.processingFindsDatabase = false
      $0.processingHealth.statusCodeTellsTruth = false
    },
    Defect(id: "slow-health", summary: "the processing service takes 1.5 s to answer /health", part: .processing) {
      $0.processingHealth.delayMilliseconds = 1500
    },
    Defect(id: "health-missing", summary: "the processing service has no /health", part: .processing) {
      $0.processingHealth.exists = false
    },
    Defect(id: "health-guarded", summary: "the processing service's /health wants a token", part: .processing) {
      $0.processingHealth.asksForCredentials = true
    },
    Defect(id: "health-cached", summary: "caches may keep the processing service's /health", part: .processing) {
      $0.processingHealth.isCacheable = true
    },
    Defect(
      id: "health-reveals", summary: "the processing service's /health shows an address and a stack", part: .processing
    ) { $0.processingHealth.revealsInternals = true },
    Defect(
      id: "health-flaps", summary: "every other answer of the processing service's /health says down",
      part: .processing
    ) { $0.processingHealth.flaps = true },
    Defect(
      id: "health-hides-part",
      summary: "the processing service cannot reach its database and says so only in the small print",
      part: .processing
    ) {
      $0.processingFindsDatabase = false
      $0.processingHealth.hidesDownParts = true
    },
    Defect(id: "plugin-critical", summary: "the monitoring plug-in finds nothing listening", part: .plugin) {
      $0.inventory.plugin = .looksInTheWrongPlace
    },
    Defect(
      id: "plugin-contradicts", summary: "the monitoring plug-in reports OK against its own thresholds", part: .plugin
    ) { $0.inventory.plugin = .contradictsItself },
  ]
}
