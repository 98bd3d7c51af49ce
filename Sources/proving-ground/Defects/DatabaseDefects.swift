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
      $0.serviceSessions = .none
    },
    Defect(
      id: "database-down", summary: "the database stopped after the services started", part: .databaseProcess,
      isBlinding: true
    ) {
      $0.databaseRuns = false
    },
    Defect(
      id: "database-without-tls", summary: "the database speaks no TLS at all", part: .databaseAccess,
      also: [.databaseTLS, .pooler], isBlinding: true
    ) {
      $0.databaseSettings["ssl"] = "off"
      $0.plaintextAccess = .everybody
      $0.serviceSessions = .none
      $0.setUpSessions = .none
    },
    Defect(
      id: "plaintext-only", summary: "the database offers TLS and its access rules let nobody use it",
      part: .databaseAccess, also: [.inventory, .pooler], isBlinding: true
    ) {
      $0.plaintextAccess = .onlyPlaintext
      $0.serviceSessions = .none
      $0.setUpSessions = .none
      $0.inventory.sslmode = "prefer"
    },
    Defect(
      id: "unencrypted-audit", summary: "the database speaks no TLS, and the application does not insist on it",
      part: .databaseAccess, also: [.databaseTLS, .inventory, .pooler], isBlinding: true
    ) {
      $0.databaseSettings["ssl"] = "off"
      $0.plaintextAccess = .everybody
      $0.serviceSessions = .none
      $0.setUpSessions = .none
      $0.inventory.sslmode = "prefer"
    },
    Defect(
      id: "database-wrong-name", summary: "the database's certificate is made out to another host",
      part: .databaseCertificate, isBlinding: true
    ) {
      $0.databaseCertificate = .wrongName
      $0.serviceSessions = .encrypted
      $0.setUpSessions = .encrypted
    },
    Defect(id: "lax-sslmode", summary: "the application accepts any database server", part: .inventory) {
      $0.inventory.sslmode = "require"
    },
    Defect(id: "wrong-password", summary: "the auditor's password is wrong", part: .inventory, isBlinding: true) {
      $0.inventory.passwordIsRight = false
    },
    Defect(id: "auditor-superuser", summary: "the auditor logs in as a superuser", part: .auditor) {
      $0.auditorGrant = .superuser
    },
    Defect(
      id: "auditor-blind", summary: "the auditor may not see the sessions of others", part: .auditor, isBlinding: true
    ) {
      $0.auditorGrant = .nothing
    },
    Defect(id: "database-tls10", summary: "the database accepts TLS 1.0", part: .databaseTLS) {
      $0.databaseSettings["ssl_min_protocol_version"] = "'TLSv1'"
    },
    Defect(id: "md5-passwords", summary: "the database stores new passwords as MD5", part: .passwordHashing) {
      $0.databaseSettings["password_encryption"] = "md5"
    },
    Defect(id: "not-durable", summary: "the database does not wait for its disk", part: .durability) {
      $0.databaseSettings["fsync"] = "off"
    },
    Defect(id: "slow-log-off", summary: "the database logs no slow statement", part: .statementLog) {
      $0.databaseSettings["log_min_duration_statement"] = "-1"
    },
    Defect(id: "pools-oversized", summary: "the services may open more sessions than there are", part: .pools) {
      $0.inventory.declaredSessions = 80
    },
    Defect(id: "pool-overrun", summary: "the services open more sessions than anybody declared", part: .pools) {
      $0.inventory.declaredSessions = 1
    },
    Defect(
      id: "no-headroom", summary: "the database has hardly a session to spare", part: .sessionCount, also: [.pools]
    ) {
      $0.databaseSettings["max_connections"] = "30"
      $0.hoardedSessions = 16
    },
  ]
}
