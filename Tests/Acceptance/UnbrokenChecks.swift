/// Checks without a defect in the proving ground. Each has passing and failing examples, and its probe is tested against
/// real servers or real files; the matrix insists that these lists are exact, so that they can only shrink knowingly.
enum UnbrokenChecks {
  /// The proving ground has no second database beside PostgreSQL, no graph, no vectors, no standby and no network beside
  /// loopback; what takes minutes to go wrong (a transaction that was prepared and left, a restore of an hour) is not waited
  /// for; two million series, and a Prometheus that is too busy to scrape, would take more than a small machine has; its
  /// mail front is one that forgets what came before TLS; servers of today no longer have the named faults of old ones, and
  /// no certificate authority of its own tells when to renew; and matters of taste are not in the policies that the
  /// platform is audited by.
  private static let impossible: Set<String> = [
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
    "tls-ccs-injection-absent",
    "tls-chain-not-intercepted",
    "tls-client-renegotiation-refused",
    "tls-heartbleed-absent",
    "tls-renewal-window-kept",
    "tls-robot-absent",
    "tls-starttls-forgets-plaintext",
    "tls-ticketbleed-absent",
    "tls-unknown-values-tolerated",
  ]

  /// The platform has none of their targets yet: no dependencies or instances that may be cut off.
  private static let untargeted: Set<String> = [
    "balancing-addition-used",
    "balancing-instances-several",
    "balancing-removal-carried",
    "balancing-removal-unnoticed",
    "balancing-return-used",
    "balancing-shares-even",
    "recovery-alert-fires",
    "recovery-answers-quickly",
    "recovery-calls-retried",
    "recovery-failure-told",
    "recovery-liveness-stays-green",
    "recovery-queue-drains",
    "recovery-readiness-turns-red",
    "recovery-recovers",
    "recovery-restored",
    "recovery-retries-bounded",
    "recovery-retries-spaced",
    "recovery-waits-bounded",
    "recovery-work-kept",
  ]

  static let all = impossible.union(untargeted)
}
