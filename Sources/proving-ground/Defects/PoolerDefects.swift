extension Defect {
  /// What can be wrong with the pooler in front of the database.
  static let pooler = [
    pooled("pooler-exhausted", "every session of the pool is taken") {
      ($0.mode, $0.poolSize) = ("session", 1)
    },
    pooled("pooler-clients-wait", "clients of the pooler wait for a session") {
      ($0.mode, $0.poolSize, $0.clients) = ("session", 1, 2)
      $0.keepsClientsWaiting = true
    },
    pooled("pooler-crowded", "the pooler takes hardly any further client") { ($0.maxClients, $0.clients) = (10, 9) },
    pooled("pooler-believes", "the pooler believes who its clients say they are") { $0.authentication = "trust" },
    pooled("pooler-takes-plaintext", "the pooler lets clients in without TLS") { $0.clientTLS = "allow" },
    Defect(
      id: "pooler-without-tls", summary: "the pooler speaks no TLS with its clients", part: .pooler, isBlinding: true
    ) {
      $0.pooler.clientTLS = "disable"
      $0.inventory.poolerSSLMode = "disable"
    },
    pooled("pooler-unverified", "the pooler goes to the database without TLS if it has to") { $0.serverTLS = "prefer" },
    pooled("pooler-by-session", "each client of the pooler has a session of its own") { $0.mode = "session" },
    Defect(
      id: "pooler-password-wrong", summary: "the password of the role that watches the pooler is wrong", part: .pooler,
      isBlinding: true
    ) { $0.inventory.poolerPasswordIsRight = false },
  ]

  private static func pooled(
    _ id: String, _ summary: String, _ change: @escaping @Sendable (inout PoolerPlan) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: .pooler) { change(&$0.pooler) }
  }
}
