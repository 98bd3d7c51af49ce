extension Defect {
  /// What can be wrong with a service.
  static let services = [
    Defect(id: "service-down", summary: "the processing service is not running", part: .processing) {
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
  ]
}
