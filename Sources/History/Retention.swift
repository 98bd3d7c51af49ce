package import AuditModel
package import Probing

/// Which runs are kept.
package struct Retention: Sendable, Hashable {
  /// Every run younger than this is kept, in days.
  package var days: Int
  /// Of the older ones the last of each day (in UTC) is kept for this long, in days; nil for ever, 0 for none.
  package var dailyDays: Int?

  /// Everything for `days`, then one run a day.
  package init(days: Int = 90, dailyDays: Int? = nil) {
    self.days = days
    self.dailyDays = dailyDays
  }

  /// Which of `runs`, each with its beginning, are to go at `now`. Pure; pinned ones and the newest never do.
  static func doomed(
    _ runs: [(id: Int, startedAt: Instant, isPinned: Bool)], _ retention: Retention, now: Instant
  ) -> [Int] {
    var doomed: [Int] = []
    var days: Set<String> = []
    for (index, run) in runs.sorted(by: { ($0.startedAt, $0.id) > ($1.startedAt, $1.id) }).enumerated() {
      let age = now.seconds(since: run.startedAt)
      if run.isPinned || index == 0 || age < retention.days * 86_400 { continue }
      let isLastOfDay = days.insert(run.startedAt.day).inserted
      let isWithinDaily = retention.dailyDays.map { age < $0 * 86_400 } ?? true
      if !(isLastOfDay && isWithinDaily) { doomed.append(run.id) }
    }
    return doomed
  }
}

extension HistoryStore {
  /// Removes what `retention` does not keep and gives how many runs that were. How findings stood stays known.
  package func prune(
    _ retention: Retention, now: Instant, isRehearsal: Bool = false, before deadline: Deadline
  ) throws(HistoryFailure) -> Int {
    let count = try transaction(writing: !isRehearsal, before: deadline) { session throws(HistoryFailure) in
      var count = 0
      for stream in try session.run("SELECT id FROM history_stream", [], before: deadline)
        .compactMap({ $0.integer("id") })
      {
        let rows = try session.run(
          "SELECT id, started_at, pinned FROM history_run WHERE stream = $1", [.integer(stream)], before: deadline)
        let runs = rows.compactMap { row in
          row.integer("id").map {
            (id: $0, startedAt: Instant(seconds: row.integer("started_at") ?? 0), isPinned: row.isTrue("pinned"))
          }
        }
        let doomed = Retention.doomed(runs, retention, now: now)
        count += doomed.count
        if isRehearsal { continue }
        for id in doomed {
          for table in ["history_measure", "history_look", "history_evidence"] {
            try session.run("DELETE FROM \(table) WHERE run = $1", [.integer(id)], before: deadline)
          }
          try session.run("DELETE FROM history_report WHERE run = $1", [.integer(id)], before: deadline)
          try session.run("DELETE FROM history_run WHERE id = $1", [.integer(id)], before: deadline)
        }
      }
      if !isRehearsal {
        // What was told long ago needs no memory of it; what waits is kept.
        try session.run(
          "DELETE FROM history_notice WHERE state <> 'waiting' AND created_at < $1",
          [.integer(now.seconds - max(retention.days, 1) * 86_400)], before: deadline)
      }
      return count
    }
    if count > 0, !isRehearsal {
      try maintain("PRAGMA incremental_vacuum", before: deadline)
      try maintain("PRAGMA wal_checkpoint(TRUNCATE)", before: deadline)
    }
    return count
  }

  /// Keeps a run whatever its age, or no longer; false where there is no such run.
  package func pin(_ runID: String, _ isPinned: Bool, before deadline: Deadline) throws(HistoryFailure) -> Bool {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      try !session.run(
        "UPDATE history_run SET pinned = $2 WHERE run_id = $1 RETURNING id", [.text(runID), SQLValue(isPinned)],
        before: deadline
      ).isEmpty
    }
  }
}
