extension Defect {
  /// What can be wrong with the database and the way to it.
  static let database = [
    Defect(
      id: "plaintext-database", summary: "the database lets every role log in without TLS", part: .databaseAccess
    ) { $0.plaintextAccess = .everybody },
    Defect(
      id: "plaintext-session", summary: "the services talk to the database without TLS", part: .databaseAccess
    ) {
      $0.plaintextAccess = .services
      $0.servicesEncrypt = false
    },
    Defect(id: "database-down", summary: "the database stopped after the services started", part: .databaseProcess) {
      $0.databaseRuns = false
    },
  ]
}
