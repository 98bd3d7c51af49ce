/// Checks without a defect in the proving ground. Each has passing and failing examples, and its probe is tested against
/// real servers or real files; the matrix insists that this list is exact, so that it can only shrink knowingly.
enum UnbrokenChecks {
  /// The proving ground has no second database beside PostgreSQL, no graph, no vectors, no standby and no network
  /// beside loopback; what takes minutes to go wrong (a transaction that was prepared and left, a restore of an hour)
  /// is not waited for; two million series, and a Prometheus that is too busy to scrape, would take more than a small
  /// machine has; its mail front is one that forgets what came before TLS; no certificate authority of its own tells
  /// when to renew; and matters of taste are not in the policies that the platform is audited by.
  static let all: Set<String> = [
    "backups-restore-quick",
    "mysql-endpoint-answers",
    "mysql-strangers-refused",
    "mysql-tls-offered",
    "pgbouncer-links-encrypted",
    "postgres-graph-labels-indexed",
    "postgres-prepared-transactions-finished",
    "postgres-standby-replays",
    "postgres-style-columns",
    "postgres-style-described",
    "postgres-style-keys",
    "postgres-style-names",
    "postgres-style-tables",
    "postgres-vector-lists-fit",
    "postgres-vectors-indexed",
    "prometheus-series-bounded",
    "prometheus-targets-fresh",
    "tls-renewal-window-kept",
    "tls-starttls-forgets-plaintext",
  ]
}
