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
    "admin-for-users": [.init(check: "authorization-forbidden-kept", target: "web")],
    "admin-open": [.init(check: "authorization-strangers-refused", target: "web")],
    "admin-open-behind-slash": [.init(check: "authorization-variants-refused", target: "web")],
    "admin-open-to-head": [.init(check: "authorization-methods-covered", target: "web")],
    "anonymous-suites": [
      .init(check: "tls-grade", target: "web"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
      .init(check: "tls-suites-secure", target: "web"),
    ],
    "any-method-taken": [.init(check: "http-unknown-method-refused", target: "web")],
    "asset-missing": [.init(check: "http-assets-exist", target: "web")],
    "assets-short-lived": [.init(check: "http-assets-cached-long", target: "web")],
    "assets-uncached": [
      .init(check: "http-assets-cached-long", target: "web"),
      .init(check: "http-assets-state-freshness", target: "web"),
    ],
    "assets-without-validators": [.init(check: "http-assets-revalidate", target: "web")],
    "auditor-blind": [
      .init(check: "postgres-connection-headroom", target: "db", status: "unknown"),
      .init(check: "postgres-sessions-encrypted", target: "db", status: "unknown"),
      .init(check: "postgres-tls-floor", target: "db", status: "unknown"),
    ],
    "auditor-superuser": [.init(check: "postgres-auditor-unprivileged", target: "db", status: "warn")],
    "block-chaining-suites": [.init(check: "tls-mozilla-intermediate", target: "web")],
    "certificate-without-key-identifiers": [.init(check: "tls-certificate-lints", target: "web")],
    "client-certificate": [.init(check: "tls-certificate-purpose", target: "web")],
    "compression-without-vary": [.init(check: "http-compression-negotiated", target: "web")],
    "console-open": [.init(check: "authorization-consoles-unexposed", target: "web")],
    "cookie-prefix-broken": [.init(check: "http-cookies-well-formed", target: "web")],
    "cookie-shared": [.init(check: "http-cookies-not-shared", target: "web")],
    "cookie-without-httponly": [
      .init(check: "http-headers-grade", target: "web", status: "warn"),
      .init(check: "http-session-cookies-protected", target: "web"),
    ],
    "cookie-without-samesite": [.init(check: "http-cookies-same-site", target: "web")],
    "cookie-without-secure": [
      .init(check: "http-cookies-secure", target: "web"),
      .init(check: "http-session-cookies-protected", target: "web"),
    ],
    "cors-null-origin": [
      .init(check: "http-cors-consistent", target: "account"),
      .init(check: "http-cors-consistent", target: "api"),
      .init(check: "http-cors-consistent", target: "web"),
      .init(check: "http-cors-credentials", target: "account"),
      .init(check: "http-cors-credentials", target: "api"),
      .init(check: "http-cors-credentials", target: "web"),
    ],
    "cors-reflects-origin": [
      .init(check: "http-cors-consistent", target: "account"),
      .init(check: "http-cors-consistent", target: "api"),
      .init(check: "http-cors-consistent", target: "web"),
      .init(check: "http-cors-credentials", target: "account"),
      .init(check: "http-cors-credentials", target: "api"),
      .init(check: "http-cors-credentials", target: "web"),
      .init(check: "http-headers-grade", target: "web"),
    ],
    "cors-wildcard": [
      .init(check: "http-cors-consistent", target: "account"),
      .init(check: "http-cors-consistent", target: "api"),
      .init(check: "http-cors-consistent", target: "web"),
    ],
    "cors-without-vary": [
      .init(check: "http-cors-consistent", target: "account"),
      .init(check: "http-cors-consistent", target: "api"),
      .init(check: "http-cors-consistent", target: "web"),
      .init(check: "http-cors-varies", target: "account"),
      .init(check: "http-cors-varies", target: "api"),
      .init(check: "http-cors-varies", target: "web"),
    ],
    "database-down": [
      .init(check: "authorization-public-open", target: "web", status: "unknown"),
      .init(check: "authorization-token-accepted", target: "web", status: "unknown"),
      .init(check: "authorization-variants-refused", target: "web", status: "unknown"),
      .init(check: "health-reports-up", target: "account"),
      .init(check: "health-reports-up", target: "api"),
      .init(check: "health-reports-up", target: "processing"),
      .init(check: "health-reports-up", target: "web"),
      .init(check: "http-status-below-500", target: "account"),
      .init(check: "nagios-plugin-ok", target: "plugin"),
      .init(check: "postgres-endpoint-answers", target: "db"),
    ],
    "database-exposed": [.init(check: "network-closed-ports", target: "public")],
    "database-exposed-unmentioned": [.init(check: "network-sensitive-ports", target: "public")],
    "database-tls10": [.init(check: "postgres-tls-floor", target: "db")],
    "database-without-tls": [
      .init(check: "postgres-login-works", target: "db", status: "unknown"),
      .init(check: "postgres-plaintext-refused", target: "db"),
      .init(check: "postgres-tls-offered", target: "db"),
    ],
    "database-wrong-name": [
      .init(check: "postgres-certificate-verifies", target: "db"),
      .init(check: "tls-name-matches", target: "db"),
    ],
    "declared-port-dead": [.init(check: "network-declared-ports-answer", target: "public")],
    "early-data": [.init(check: "tls-early-data-off", target: "web", status: "warn")],
    "every-token-refused": [
      .init(check: "authorization-expired-refused", target: "web", status: "unknown"),
      .init(check: "authorization-owners-only", target: "web", status: "unknown"),
      .init(check: "authorization-token-accepted", target: "web"),
      .init(check: "authorization-unsigned-refused", target: "web", status: "unknown"),
    ],
    "expired-certificate": [.init(check: "tls-certificate-valid", target: "web")],
    "expired-intermediate": [.init(check: "tls-issuers-valid", target: "web")],
    "expired-token-accepted": [.init(check: "authorization-expired-refused", target: "web")],
    "expiring-certificate": [
      .init(check: "tls-certificate-renewal", target: "web"),
      .init(check: "tls-renewal-automated", target: "web", status: "warn"),
    ],
    "failing-front-page": [.init(check: "http-status-below-500", target: "web")],
    "foreign-object-readable": [.init(check: "authorization-owners-only", target: "web")],
    "framing-allowed": [
      .init(check: "http-framing-restricted", target: "web"),
      .init(check: "http-headers-grade", target: "web", status: "warn"),
    ],
    "garbage-token-crashes": [
      .init(check: "authorization-garbage-refused", target: "web", status: "unknown"),
      .init(check: "authorization-garbage-survived", target: "web"),
      .init(check: "authorization-writes-refused", target: "web", status: "unknown"),
    ],
    "garbled-answer": [
      .init(check: "http-message-well-formed", target: "web"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
    ],
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
    "html-errors": [
      .init(check: "http-interface-errors-readable", target: "account"),
      .init(check: "http-interface-errors-readable", target: "api"),
    ],
    "inside-exposed": [.init(check: "network-ports-declared", target: "public")],
    "lax-sslmode": [.init(check: "postgres-application-sslmode", target: "db")],
    "long-lived-certificate": [
      .init(check: "tls-certificate-lifetime", target: "web", status: "warn"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
      .init(check: "tls-renewal-automated", target: "web", status: "warn"),
    ],
    "long-tickets": [.init(check: "tls-ticket-lifetime", target: "web")],
    "md5-passwords": [.init(check: "postgres-password-hashing", target: "db")],
    "metrics-open": [.init(check: "authorization-metrics-unexposed", target: "web")],
    "missing-intermediate": [.init(check: "tls-chain-complete", target: "web")],
    "no-allow": [.init(check: "http-refusal-names-methods", target: "web")],
    "no-challenge": [.init(check: "authorization-refusal-explained", target: "web")],
    "no-compression": [.init(check: "http-text-compressed", target: "web")],
    "no-content-policy": [
      .init(check: "http-content-security-policy", target: "web"),
      .init(check: "http-framing-restricted", target: "web"),
      .init(check: "http-headers-grade", target: "web"),
    ],
    "no-edge-copies": [.init(check: "http-assets-from-network", target: "web")],
    "no-forward-secrecy": [
      .init(check: "tls-key-exchange-ephemeral", target: "web", status: "warn"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
    ],
    "no-headroom": [.init(check: "postgres-connection-headroom", target: "db")],
    "no-http2": [.init(check: "tls-http2-offered", target: "web", status: "warn")],
    "no-nosniff": [.init(check: "http-content-type-options", target: "web")],
    "no-strict-transport": [
      .init(check: "http-headers-grade", target: "web", status: "warn"),
      .init(check: "http-strict-transport", target: "web"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
    ],
    "no-tls13": [.init(check: "tls-protocol-current", target: "web", status: "warn")],
    "not-durable": [.init(check: "postgres-writes-durable", target: "db")],
    "null-suites": [
      .init(check: "tls-grade", target: "web"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
      .init(check: "tls-suites-secure", target: "web"),
    ],
    "one-page-for-everything": [
      .init(check: "http-missing-page-refused", target: "account"),
      .init(check: "http-missing-page-refused", target: "api"),
      .init(check: "http-missing-page-refused", target: "web"),
    ],
    "outdated-fields": [.init(check: "http-fields-current", target: "web")],
    "plain-http": [
      .init(check: "http-headers-grade", target: "web", status: "warn"),
      .init(check: "http-redirects-to-https", target: "web"),
    ],
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
    "preload-unfulfilled": [.init(check: "http-preload-consistent", target: "web")],
    "private-answer-cacheable": [.init(check: "http-private-answers-not-shared", target: "account")],
    "problem-misstated": [
      .init(check: "http-problem-details", target: "account"),
      .init(check: "http-problem-details", target: "api"),
    ],
    "public-route-guarded": [.init(check: "authorization-public-open", target: "web")],
    "redirect-downgrade": [.init(check: "http-redirects-stay-encrypted", target: "web")],
    "redirect-drops-path": [.init(check: "http-redirect-keeps-path", target: "web")],
    "redirect-loop": [.init(check: "http-redirects-end", target: "web")],
    "referrer-leaked": [.init(check: "http-referrer-policy", target: "web")],
    "self-signed-certificate": [
      .init(check: "tls-certificate-lints", target: "web"),
      .init(check: "tls-certificate-not-self-signed", target: "web"),
      .init(check: "tls-chain-trusted", target: "web"),
    ],
    "service-down": [.init(check: "http-endpoint-answers", target: "processing")],
    "settings-open": [.init(check: "authorization-secrets-unexposed", target: "web")],
    "short-strict-transport": [
      .init(check: "http-strict-transport", target: "web"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
    ],
    "slow-front-page": [
      .init(check: "http-first-byte-quick", target: "api"),
      .init(check: "http-first-byte-quick", target: "web"),
    ],
    "slow-health": [.init(check: "health-answers-quickly", target: "processing")],
    "slow-log-off": [.init(check: "postgres-slow-statements-logged", target: "db")],
    "small-dh-group": [
      .init(check: "tls-finite-field-size", target: "web", status: "warn"),
      .init(check: "tls-grade", target: "web"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
    ],
    "stack-trace-shown": [.init(check: "http-errors-hide-internals", target: "web")],
    "stray-certificate": [.init(check: "tls-chain-order", target: "web", status: "warn")],
    "temporary-redirect": [.init(check: "http-redirect-permanent", target: "web")],
    "tls-missing": [.init(check: "tls-endpoint-answers", target: "web")],
    "tls10-accepted": [
      .init(check: "tls-grade", target: "web"),
      .init(check: "tls-mozilla-intermediate", target: "web"),
      .init(check: "tls-protocol-floor", target: "web"),
      .init(check: "tls-suites-secure", target: "web"),
    ],
    "token-signature-ignored": [.init(check: "authorization-unsigned-refused", target: "web")],
    "trace-answered": [
      .init(check: "http-trace-off", target: "account"),
      .init(check: "http-trace-off", target: "api"),
      .init(check: "http-trace-off", target: "web"),
    ],
    "unencrypted-audit": [
      .init(check: "postgres-application-sslmode", target: "db"),
      .init(check: "postgres-plaintext-refused", target: "db"),
      .init(check: "postgres-sessions-encrypted", target: "db"),
      .init(check: "postgres-tls-offered", target: "db"),
    ],
    "unknown-name-served": [.init(check: "tls-unknown-name", target: "web", status: "warn")],
    "unsafe-content-policy": [
      .init(check: "http-content-security-policy", target: "web"),
      .init(check: "http-headers-grade", target: "web", status: "warn"),
    ],
    "unsigned-token-accepted": [.init(check: "authorization-unsigned-refused", target: "web")],
    "version-shown": [.init(check: "http-version-hidden", target: "web")],
    "weak-key": [.init(check: "tls-key-strength", target: "web")],
    "weak-signature": [.init(check: "tls-signature-strength", target: "web")],
    "writes-open": [.init(check: "authorization-writes-refused", target: "web")],
    "wrong-name-certificate": [.init(check: "tls-name-matches", target: "web")],
    "wrong-password": [.init(check: "postgres-login-works", target: "db")],
  ]

  /// Defects whose checks do not exist yet: they turn nothing red so far. The matrix insists that this list is exact, so
  /// whoever adds a check moves its defect up into the table.
  static let awaited: Set<String> = [
    "no-rate-limit",
    "rate-limit-503",
    "rate-limit-bypassable",
    "rate-limit-misdeclared",
    "rate-limit-on-health",
    "rate-limit-page",
    "rate-limit-without-retry-after",
  ]

  /// The findings this defect causes, and no others.
  var expected: [ExpectedFinding] { Self.expectations[id] ?? [] }
}
