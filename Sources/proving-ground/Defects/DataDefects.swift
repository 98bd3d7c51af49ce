extension Defect {
  /// What can be wrong with the rows of the database, and with what fills it.
  static let data = [
    within(
      "value-missing", "a row lacks a value that it needs", .missingValues,
      [
        "ALTER TABLE saved_searches ALTER COLUMN words DROP NOT NULL",
        "INSERT INTO saved_searches (account_id, words) VALUES (1, NULL)",
      ]),
    within(
      "value-repeated", "the same search was saved twice", .repeatedValues,
      ["INSERT INTO saved_searches (account_id, words) VALUES (1, 'live jazz')"]),
    within(
      "value-malformed", "a search that begins with a space", .malformedValues,
      ["INSERT INTO saved_searches (account_id, words) VALUES (2, ' poetry')"]),
    within(
      "orphan-row", "a search of an account that is gone", .orphans,
      [
        "SET session_replication_role = replica",
        "INSERT INTO saved_searches (account_id, words) VALUES (99, 'poetry')",
        "RESET session_replication_role",
      ]),
    within(
      "rows-too-many", "sources were imported ten times", .rowCounts,
      [
        "INSERT INTO sources (name, url) SELECT 'copy ' || n, 'https://copy.example/' || n FROM generate_series(1, 20) n"
      ]),
    // What restored backups show has to get there by the archive.
    within(
      "heartbeat-stopped", "nothing was written for three days", .heartbeat, also: [.archive],
      ["UPDATE heartbeats SET beat_at = now() - interval '3 days'"]),
    within(
      "figure-implausible", "services that take five seconds to answer each other", .figures,
      ["UPDATE heartbeats SET milliseconds = 5000"]),
    within(
      "data-contradictory", "an administrator has saved a search, which only others can", .contradictions,
      ["INSERT INTO saved_searches (account_id, words) VALUES (3, 'everything')"]),
    within(
      "session-forgotten", "a session that ended two months ago is still there", .oldSessions, also: [.archive],
      ["INSERT INTO sessions (id, account_id, expires_at) VALUES ('old', 1, now() - interval '60 days')"]),
    Defect(id: "seeder-fails", summary: "the seeder does not run", part: .seeding) {
      $0.inventory.seeding.append("--no-such-option")
    },
    Defect(id: "seeder-random", summary: "the seeder makes other data every time", part: .seeding) {
      $0.inventory.seeding.append("--random")
    },
    Defect(id: "seeder-appends", summary: "the seeder adds its rows once more when it runs again", part: .seeding) {
      $0.inventory.seeding.append("--append")
    },
    Defect(id: "seeder-scant", summary: "the seeder makes five events where fifty are wanted", part: .seeding) {
      $0.inventory.seeding += ["--events", "5"]
    },
  ]
}
