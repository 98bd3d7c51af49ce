/// Checks whose defect the proving ground cannot make: it has no second database beside PostgreSQL, no graph, no vectors, no
/// standby and no network beside loopback; what takes minutes to go wrong (a transaction that was prepared and left, a restore of
/// an hour) is not waited for; and matters of taste are not in the policies that the platform is audited by.
///
/// Each has passing and failing examples, and its probe is tested against real servers; the matrix insists that this list
/// is exact, so that it can only shrink knowingly.
enum UnbrokenChecks {
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
    "postgres-views-respect-policies",
    "redis-authenticates",
    "redis-endpoint-answers",
    "redis-plaintext-refused",
    "redis-tls-offered",
    "workflow-cleanup-passes",
    "workflow-not-flaky",
    "workflow-step-passes",
    "workflow-step-within-time",
    "workflow-within-time",
  ]
}
