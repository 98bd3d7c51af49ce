/// A finding that a defect causes.
struct ExpectedFinding: Sendable {
  /// The check's id.
  let check: String
  /// The id of the target in the inventory.
  let target: String
  /// What the finding says: `fail`, `warn` or `unknown`.
  var status = "fail"
}

extension Defect {
  /// The findings by defect: the one table that the defect matrix is held against.
  static let expectations: [String: [ExpectedFinding]] = [
    "auditor-blind": [
      .init(check: "postgres-connection-headroom", target: "db", status: "unknown"),
      .init(check: "postgres-sessions-encrypted", target: "db", status: "unknown"),
      .init(check: "postgres-tls-floor", target: "db", status: "unknown"),
    ],
    "auditor-superuser": [.init(check: "postgres-auditor-unprivileged", target: "db", status: "warn")],
    "client-certificate": [.init(check: "tls-certificate-purpose", target: "web")],
    "database-exposed": [.init(check: "network-closed-ports", target: "public")],
    "database-exposed-unmentioned": [.init(check: "network-sensitive-ports", target: "public")],
    "database-down": [
      .init(check: "health-reports-up", target: "api"), .init(check: "health-reports-up", target: "processing"),
      .init(check: "health-reports-up", target: "web"), .init(check: "nagios-plugin-ok", target: "plugin"),
      .init(check: "postgres-endpoint-answers", target: "db"),
    ],
    "database-tls10": [.init(check: "postgres-tls-floor", target: "db")],
    "database-without-tls": [
      .init(check: "postgres-login-works", target: "db", status: "unknown"),
      .init(check: "postgres-plaintext-refused", target: "db"), .init(check: "postgres-tls-offered", target: "db"),
    ],
    "database-wrong-name": [
      .init(check: "postgres-certificate-verifies", target: "db"), .init(check: "tls-name-matches", target: "db"),
    ],
    "declared-port-dead": [.init(check: "network-declared-ports-answer", target: "public")],
    "expired-certificate": [.init(check: "tls-certificate-valid", target: "web")],
    "expired-intermediate": [.init(check: "tls-issuers-valid", target: "web")],
    "expiring-certificate": [.init(check: "tls-certificate-renewal", target: "web")],
    "failing-front-page": [.init(check: "http-status-below-500", target: "web")],
    "garbled-answer": [.init(check: "http-message-well-formed", target: "web")],
    "health-cached": [.init(check: "health-not-cached", target: "processing")],
    "health-flaps": [.init(check: "health-answers-steadily", target: "processing")],
    "health-guarded": [.init(check: "health-open-to-pollers", target: "processing")],
    "health-hides-part": [.init(check: "health-components-up", target: "processing")],
    "health-lies": [
      .init(check: "health-reports-up", target: "processing"),
      .init(check: "health-status-agrees", target: "processing"),
    ],
    "health-missing": [.init(check: "health-endpoint-exists", target: "processing")],
    "health-reveals": [.init(check: "health-reveals-nothing", target: "processing")],
    "inside-exposed": [.init(check: "network-ports-declared", target: "public")],
    "lax-sslmode": [.init(check: "postgres-application-sslmode", target: "db")],
    "long-lived-certificate": [.init(check: "tls-certificate-lifetime", target: "web", status: "warn")],
    "md5-passwords": [.init(check: "postgres-password-hashing", target: "db")],
    "missing-intermediate": [.init(check: "tls-chain-complete", target: "web")],
    "no-headroom": [.init(check: "postgres-connection-headroom", target: "db")],
    "no-nosniff": [.init(check: "http-content-type-options", target: "web")],
    "no-strict-transport": [.init(check: "http-strict-transport", target: "web")],
    "no-tls13": [.init(check: "tls-protocol-current", target: "web", status: "warn")],
    "not-durable": [.init(check: "postgres-writes-durable", target: "db")],
    "plain-http": [.init(check: "http-redirects-to-https", target: "web")],
    "plaintext-database": [.init(check: "postgres-plaintext-refused", target: "db")],
    "plaintext-only": [
      .init(check: "postgres-application-sslmode", target: "db"),
      .init(check: "postgres-plaintext-refused", target: "db"),
      .init(check: "postgres-session-encrypted", target: "db"),
      .init(check: "postgres-sessions-encrypted", target: "db"),
    ],
    "plaintext-session": [.init(check: "postgres-sessions-encrypted", target: "db")],
    "plugin-contradicts": [.init(check: "nagios-perfdata-agrees", target: "plugin")],
    "plugin-critical": [.init(check: "nagios-plugin-ok", target: "plugin")],
    "redirect-downgrade": [.init(check: "http-redirects-stay-encrypted", target: "web")],
    "redirect-drops-path": [.init(check: "http-redirect-keeps-path", target: "web")],
    "redirect-loop": [.init(check: "http-redirects-end", target: "web")],
    "self-signed-certificate": [
      .init(check: "tls-certificate-not-self-signed", target: "web"), .init(check: "tls-chain-trusted", target: "web"),
    ],
    "service-down": [.init(check: "http-endpoint-answers", target: "processing")],
    "slow-front-page": [
      .init(check: "http-first-byte-quick", target: "api"), .init(check: "http-first-byte-quick", target: "web"),
    ],
    "slow-health": [.init(check: "health-answers-quickly", target: "processing")],
    "slow-log-off": [.init(check: "postgres-slow-statements-logged", target: "db")],
    "stack-trace-shown": [.init(check: "http-errors-hide-internals", target: "web")],
    "stray-certificate": [.init(check: "tls-chain-order", target: "web", status: "warn")],
    "temporary-redirect": [.init(check: "http-redirect-permanent", target: "web")],
    "tls-missing": [.init(check: "tls-endpoint-answers", target: "web")],
    "tls10-accepted": [.init(check: "tls-protocol-floor", target: "web")],
    "unencrypted-audit": [
      .init(check: "postgres-application-sslmode", target: "db"),
      .init(check: "postgres-plaintext-refused", target: "db"),
      .init(check: "postgres-sessions-encrypted", target: "db"), .init(check: "postgres-tls-offered", target: "db"),
    ],
    "version-shown": [.init(check: "http-version-hidden", target: "web")],
    "weak-key": [.init(check: "tls-key-strength", target: "web")],
    "weak-signature": [.init(check: "tls-signature-strength", target: "web")],
    "wrong-name-certificate": [.init(check: "tls-name-matches", target: "web")],
    "wrong-password": [.init(check: "postgres-login-works", target: "db")],
  ]

  /// The findings this defect causes, and no others.
  var expected: [ExpectedFinding] { Self.expectations[id] ?? [] }
}
