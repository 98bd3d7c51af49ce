package import AuditModel
package import Probing

/// A number that got worse than noise explains, or well again.
package struct MeasureChange: Sendable, Hashable {
  /// Which way.
  package enum Kind: String, Sendable, Hashable {
    case regressed, recovered
  }
  /// Which way.
  package var kind: Kind
  /// The number as the run measured it.
  package var measurement: AuditReport.Measurement
}

/// A number over the runs of a stream.
package struct MeasureSeries: Sendable, Hashable {
  /// Equal for numbers that compare.
  package var series: String
  /// The probe that measured it; `run` for what belongs to the run itself.
  package var probe: String
  /// The target's id; nil for the run itself.
  package var target: String?
  /// The part of the target; nil for the whole.
  package var subject: String?
  /// What it is, in words.
  package var name: String
  /// Its unit.
  package var unit: String
  /// Which way is better.
  package var better: NoiseComparison.Better
  /// What came of the newest comparison.
  package var verdict: NoiseComparison.Verdict
  /// Oldest first.
  package var points: [AuditReport.Measurement.Point]

  /// Where it was measured, in words.
  package var place: String { [target, subject].compactMap(\.self).joined(separator: " · ") }
}

extension HistoryStore {
  /// Stores the numbers of a run and tells which of them changed for sure: one that lies just beyond the band is noise in
  /// some three of a hundred runs, so it counts once the next run lies there too, or at once where it lies far beyond.
  static func insert(
    _ measurements: [AuditReport.Measurement], run: Int, stream: Int, at start: Instant, _ session: any SQLSession,
    before deadline: Deadline
  ) throws(HistoryFailure) -> [MeasureChange] {
    var changes: [MeasureChange] = []
    for item in measurements {
      guard let value = item.value, value.isFinite else { continue }
      let before = try session.run(
        """
        SELECT verdict, confirmed FROM history_measure WHERE stream = $1 AND series = $2 AND started_at <= $3
        ORDER BY started_at DESC, run DESC LIMIT 1
        """, [.integer(stream), .text(item.series), .integer(start.seconds)], before: deadline
      ).first
      let isWorse = item.verdict == .regressed
      let wasWorse = before?.text("verdict") == NoiseComparison.Verdict.regressed.rawValue
      let wasConfirmed = before?.isTrue("confirmed") ?? false
      let isConfirmed = isWorse && (item.isFar || wasWorse)
      if isConfirmed, !wasConfirmed { changes.append(MeasureChange(kind: .regressed, measurement: item)) }
      if wasConfirmed, item.verdict == .withinNoise || item.verdict == .improved {
        changes.append(MeasureChange(kind: .recovered, measurement: item))
      }
      try session.run(
        """
        INSERT INTO history_measure (run, stream, series, started_at, value, verdict, confirmed, probe, target, subject,
          name, unit, better) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING
        """,
        [
          .integer(run), .integer(stream), .text(item.series), .integer(start.seconds), .text(String(value)),
          .text(item.verdict.rawValue), SQLValue(isConfirmed), .text(item.probe), SQLValue(item.target),
          SQLValue(item.subject), .text(item.name), .text(item.unit), .text(item.better.rawValue),
        ], before: deadline)
    }
    return changes
  }

  /// What the newest runs that began no later than `start` measured of each of `series`, at most `limit` each, for a system in an environment
  /// under a policy.
  package func measured(
    _ series: [String], of system: AuditReport.System, policy: String, before start: Instant, limit: Int,
    deadline: Deadline
  ) throws(HistoryFailure) -> [String: [AuditReport.Measurement.Point]] {
    try transaction(writing: false, before: deadline) { session throws(HistoryFailure) in
      var found: [String: [AuditReport.Measurement.Point]] = [:]
      for name in Set(series).sorted() {
        let rows = try session.run(
          """
          SELECT r.run_id, m.started_at, m.value FROM history_measure m JOIN history_stream s ON s.id = m.stream
          JOIN history_run r ON r.id = m.run
          WHERE s.system = $1 AND s.environment = $2 AND s.policy = $3 AND m.series = $4 AND m.started_at <= $5
          ORDER BY m.started_at DESC, m.run DESC LIMIT $6
          """,
          [
            .text(system.name), .text(system.environment.rawValue), .text(policy), .text(name), .integer(start.seconds),
            .integer(max(0, limit)),
          ], before: deadline)
        let points = rows.reversed().compactMap(Self.point)
        if !points.isEmpty { found[name] = points }
      }
      return found
    }
  }

  /// The numbers of a stream from `start` on, by place and name; only those that its newest measuring runs still measure.
  package func measures(
    of stream: Int, since start: Instant, limit: Int = 50_000, before deadline: Deadline
  ) throws(HistoryFailure) -> [MeasureSeries] {
    try transaction(writing: false, before: deadline) { session throws(HistoryFailure) in
      // A series is as many rows as runs measured it, which differ in the number alone: what else is said of it is read
      // once, where it was measured last.
      let rows = try session.run(
        """
        SELECT m.series, r.run_id, m.started_at, m.value, m.run
        FROM history_measure m JOIN history_run r ON r.id = m.run
        WHERE m.stream = $1 AND m.started_at >= $2 ORDER BY m.started_at DESC, m.run DESC LIMIT $3
        """, [.integer(stream), .integer(start.seconds), .integer(limit)], before: deadline)
      var points: [String: [AuditReport.Measurement.Point]] = [:]
      var newest: [(run: Int, series: String)] = []
      for row in rows {
        guard let series = row.text("series"), let point = Self.point(row), let run = row.integer("run") else {
          throw .notAHistory("a number of the history cannot be read")
        }
        if points[series, default: []].isEmpty { newest.append((run, series)) }
        points[series, default: []].append(point)
      }
      let described = try Self.descriptions(session, of: newest, before: deadline)
      var found: [String: MeasureSeries] = [:]
      var current: [[String?]: String] = [:]
      for (_, series) in newest {
        guard let row = described[series] else { throw .notAHistory("a number of the history cannot be read") }
        guard let probe = row.text("probe"), let name = row.text("name"), let unit = row.text("unit"),
          let better = row.text("better").flatMap(NoiseComparison.Better.init),
          let verdict = row.text("verdict").flatMap(NoiseComparison.Verdict.init)
        else { throw .notAHistory("a number of the history cannot be read") }
        let place = [probe, row.text("target"), row.text("subject"), name]
        // A load of another shape is another series; of one number the newest is shown.
        guard current[place, default: series] == series else { continue }
        current[place] = series
        found[series] = MeasureSeries(
          series: series, probe: probe, target: row.text("target"), subject: row.text("subject"), name: name,
          unit: unit, better: better, verdict: verdict, points: points[series] ?? [])
      }
      return found.values.map { series in
        var series = series
        series.points.reverse()
        return series
      }.sorted {
        ($0.target ?? "", $0.probe, $0.subject ?? "", $0.name, $0.series)
          < ($1.target ?? "", $1.probe, $1.subject ?? "", $1.name, $1.series)
      }
    }
  }

  /// What is said of series where runs measured them last, by series.
  private static func descriptions(
    _ session: any SQLSession, of newest: [(run: Int, series: String)], before deadline: Deadline
  ) throws(HistoryFailure) -> [String: SQLRow] {
    guard !newest.isEmpty else { return [:] }
    let runs = Dictionary(newest.map { ($0.series, $0.run) }, uniquingKeysWith: { first, _ in first })
    let list = Set(runs.values).sorted().map(String.init).joined(separator: ", ")
    let rows = try session.run(
      """
      SELECT run, series, probe, target, subject, name, unit, better, verdict FROM history_measure WHERE run IN (\(list))
      """, [], before: deadline)
    var described: [String: SQLRow] = [:]
    for row in rows {
      guard let name = row.text("series"), let run = row.integer("run"), runs[name] == run else { continue }
      described[name] = row
    }
    return described
  }

  private static func point(_ row: SQLRow) -> AuditReport.Measurement.Point? {
    guard let run = row.text("run_id"), let at = row.integer("started_at"),
      let value = row.text("value").flatMap(Double.init)
    else { return nil }
    return AuditReport.Measurement.Point(runID: run, at: Instant(seconds: at), value: value)
  }
}
