/// The tables, the same in both databases, as a list of steps that is only ever added to.
///
/// - `history_stream`: what is compared with itself: a system in an environment under a policy.
/// - `history_run`: one row per run, numbered within its stream in the order of their beginnings.
/// - `history_report`: the report itself, deflated; the larger part of all bytes, and read only where a run is shown.
/// - `history_finding`: where each finding of a stream stands now, with everything that carrying it on needs.
/// - `history_stretch`: the runs in a row in which a finding stood alike: a row where something changed, none where
///   nothing did, so that a year of quiet nights costs nothing.
/// - `history_schedule`: which planned time of a schedule ran last, and who is at the next one.
/// - `history_measure`: the numbers that a run measured, as text that reads back to the same number.
/// - `history_evidence`: what of a run a later one may carry on, deflated; `history_look` finds it by what was looked at.
/// - `history_notice`: what has to be told to whom, until it was.
/// - `history_rehearsal`: a row where the history is a rehearsal's, none where its times are real.
enum HistorySchema {
  /// The version that the steps below lead to.
  static var version: Int { steps.count }

  /// Step n leads from version n to n + 1.
  static let steps: [[String]] = [
    [
      """
      CREATE TABLE history_stream (
        id {identity}, system TEXT NOT NULL, environment TEXT NOT NULL, policy TEXT NOT NULL,
        runs BIGINT NOT NULL DEFAULT 0, UNIQUE (system, environment, policy))
      """,
      """
      CREATE TABLE history_run (
        id {identity}, stream BIGINT NOT NULL REFERENCES history_stream (id), ordinal BIGINT NOT NULL,
        run_id TEXT NOT NULL UNIQUE, run_key TEXT UNIQUE, policy_digest TEXT NOT NULL, tool TEXT NOT NULL,
        started_at BIGINT NOT NULL, finished_at BIGINT NOT NULL, duration_ms BIGINT NOT NULL,
        proven BIGINT, possible BIGINT, coverage BIGINT, gate TEXT NOT NULL,
        partial BIGINT NOT NULL, interrupted BIGINT NOT NULL, pinned BIGINT NOT NULL DEFAULT 0,
        statuses TEXT NOT NULL, open TEXT NOT NULL, report_sha256 TEXT NOT NULL)
      """,
      "CREATE INDEX history_run_order ON history_run (stream, ordinal)",
      "CREATE INDEX history_run_start ON history_run (stream, started_at)",
      """
      CREATE TABLE history_report (
        run BIGINT PRIMARY KEY REFERENCES history_run (id) ON DELETE CASCADE,
        length BIGINT NOT NULL, deflated {bytes} NOT NULL)
      """,
      """
      CREATE TABLE history_finding (
        id {identity}, stream BIGINT NOT NULL REFERENCES history_stream (id), fingerprint TEXT NOT NULL,
        check_id TEXT NOT NULL, target TEXT NOT NULL, subject TEXT, introduced TEXT NOT NULL,
        status TEXT NOT NULL, severity TEXT NOT NULL, waived BIGINT NOT NULL, message TEXT NOT NULL,
        since_ordinal BIGINT NOT NULL, since BIGINT NOT NULL, first_seen BIGINT NOT NULL, first_failed BIGINT,
        evaluated TEXT, open_since BIGINT, episodes BIGINT NOT NULL, sight BIGINT NOT NULL,
        UNIQUE (stream, fingerprint))
      """,
      "CREATE INDEX history_finding_status ON history_finding (stream, status)",
      """
      CREATE TABLE history_stretch (
        finding BIGINT NOT NULL REFERENCES history_finding (id), ordinal BIGINT NOT NULL,
        stream BIGINT NOT NULL, started_at BIGINT NOT NULL, status TEXT NOT NULL, severity TEXT NOT NULL,
        waived BIGINT NOT NULL, message TEXT NOT NULL, change TEXT, repair_seconds BIGINT,
        PRIMARY KEY (finding, ordinal))
      """,
      "CREATE INDEX history_stretch_order ON history_stretch (stream, ordinal)",
      "CREATE INDEX history_stretch_change ON history_stretch (stream, change, started_at)",
      "CREATE INDEX history_stretch_news ON history_stretch (started_at) WHERE change IS NOT NULL",
      """
      CREATE TABLE history_schedule (
        name TEXT PRIMARY KEY, last_slot BIGINT NOT NULL, last_status TEXT, running_slot BIGINT, owner TEXT,
        lease_until BIGINT, attempts BIGINT NOT NULL DEFAULT 0)
      """,
      """
      CREATE TABLE history_notice (
        id {identity}, key TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        created_at BIGINT NOT NULL, due_at BIGINT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0,
        state TEXT NOT NULL, error TEXT)
      """,
      "CREATE INDEX history_notice_due ON history_notice (state, due_at)",
    ],
    [
      """
      CREATE TABLE history_measure (
        run BIGINT NOT NULL REFERENCES history_run (id) ON DELETE CASCADE, stream BIGINT NOT NULL, series TEXT NOT NULL,
        started_at BIGINT NOT NULL, value TEXT NOT NULL, verdict TEXT NOT NULL, confirmed BIGINT NOT NULL,
        probe TEXT NOT NULL, target TEXT, subject TEXT, name TEXT NOT NULL, unit TEXT NOT NULL, better TEXT NOT NULL,
        PRIMARY KEY (run, series))
      """,
      "CREATE INDEX history_measure_series ON history_measure (stream, series, started_at)",
      "CREATE INDEX history_measure_start ON history_measure (stream, started_at)",
      """
      CREATE TABLE history_evidence (
        run BIGINT PRIMARY KEY REFERENCES history_run (id) ON DELETE CASCADE,
        length BIGINT NOT NULL, deflated {bytes} NOT NULL)
      """,
      """
      CREATE TABLE history_look (
        run BIGINT NOT NULL REFERENCES history_run (id) ON DELETE CASCADE, look TEXT NOT NULL, seen_at BIGINT NOT NULL,
        PRIMARY KEY (look, seen_at, run))
      """,
      "CREATE INDEX history_look_run ON history_look (run)", "CREATE INDEX history_look_seen ON history_look (seen_at)",
    ],
    ["CREATE TABLE history_rehearsal (id BIGINT PRIMARY KEY)"],
  ]
}
