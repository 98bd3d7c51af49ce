package import AuditModel
import Cryptography
package import Probing

extension RunStream {
  init(_ row: SQLRow) throws(HistoryFailure) {
    guard let id = row.integer("id"), let system = row.text("system"), let environment = row.text("environment"),
      let policy = row.text("policy"), let runs = row.integer("runs")
    else { throw .notAHistory("a stream of the history cannot be read") }
    self.init(id: id, system: system, environment: environment, policy: policy, runs: runs)
  }
}

extension TrackedFinding {
  init(_ row: SQLRow) throws(HistoryFailure) {
    guard let fingerprint = row.text("fingerprint"), let check = row.text("check_id"), let target = row.text("target"),
      let status = row.text("status").flatMap(Status.init), let severity = row.text("severity").flatMap(Severity.init),
      let message = row.text("message"), let since = row.integer("since"), let seen = row.integer("first_seen"),
      let episodes = row.integer("episodes")
    else { throw .notAHistory("a finding of the history cannot be read") }
    self.init(
      fingerprint: fingerprint, check: check, target: target, subject: row.text("subject"),
      state: FindingState(status, severity, isWaived: row.isTrue("waived")), message: message,
      since: Instant(seconds: since), firstSeen: Instant(seconds: seen),
      firstFailed: row.integer("first_failed").map(Instant.init(seconds:)),
      openSince: row.integer("open_since").map(Instant.init(seconds:)), episodes: episodes,
      evaluated: row.text("evaluated").flatMap(Status.init))
  }
}

/// A stream with the run that speaks for it now.
package struct StreamState: Sendable, Hashable {
  /// The stream.
  package var stream: RunStream
  /// Its newest run; nil where every run was removed.
  package var latest: RunSummary?
}

/// How long failures last in a stream.
package struct RepairTimes: Sendable, Hashable {
  /// How many failures were repaired.
  package var repaired: Int
  /// How long those lasted on average, from the run that found them to the run that found them repaired, in seconds;
  /// nil where none was.
  package var meanSeconds: Int?
  /// How many failures are not repaired.
  package var open: Int
  /// When the oldest of those began; nil where there is none.
  package var oldestOpen: Instant?
}

extension HistoryStore {
  private func reading<Result: Sendable>(
    before deadline: Deadline, _ body: (any SQLSession) throws(HistoryFailure) -> Result
  ) throws(HistoryFailure) -> Result {
    try transaction(writing: false, before: deadline, body)
  }

  /// Asks whether it answers.
  package func ping(before deadline: Deadline) throws(HistoryFailure) {
    try reading(before: deadline) { session throws(HistoryFailure) in
      _ = try session.run("SELECT version FROM history_version", [], before: deadline)
    }
  }

  /// Every stream with its newest run, by name.
  package func streams(before deadline: Deadline) throws(HistoryFailure) -> [StreamState] {
    try reading(before: deadline) { session throws(HistoryFailure) in
      let rows = try session.run(
        """
        SELECT s.id, s.system, s.environment, s.policy, s.runs, \(RunSummary.columns)
        FROM history_stream s LEFT JOIN history_run r
          ON r.stream = s.id AND r.ordinal = (SELECT max(ordinal) FROM history_run WHERE stream = s.id)
        WHERE s.runs > 0 ORDER BY s.system, s.environment, s.policy
        """, [], before: deadline)
      var states: [StreamState] = []
      for row in rows {
        states.append(
          StreamState(
            stream: try RunStream(row), latest: row.text("run_id") == nil ? nil : try RunSummary(row)))
      }
      return states
    }
  }

  /// The newest `limit` runs of a stream, newest first.
  package func runs(
    of stream: Int, limit: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> [RunSummary] {
    try reading(before: deadline) { session throws(HistoryFailure) in
      try Self.runs(session, stream, limit: limit, before: deadline)
    }
  }

  private static func runs(
    _ session: any SQLSession, _ stream: Int, limit: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> [RunSummary] {
    let rows = try session.run(
      "SELECT \(RunSummary.columns) FROM history_run r WHERE r.stream = $1 ORDER BY r.ordinal DESC LIMIT $2",
      [.integer(stream), .integer(max(0, limit))], before: deadline)
    var runs: [RunSummary] = []
    for row in rows { runs.append(try RunSummary(row)) }
    return runs
  }

  /// A run by its id, or by the beginning of it where that is enough to tell it from others; nil where there is none.
  package func run(
    _ id: String, before deadline: Deadline
  ) throws(HistoryFailure) -> (stream: RunStream, run: RunSummary)? {
    guard !id.isEmpty, id.utf8.count <= 200 else { return nil }
    return try reading(before: deadline) { session throws(HistoryFailure) in
      // The text between `id` and the first one behind all that begin with it.
      let rows = try session.run(
        """
        SELECT s.id, s.system, s.environment, s.policy, s.runs, \(RunSummary.columns)
        FROM history_run r JOIN history_stream s ON s.id = r.stream WHERE substr(r.run_id, 1, $2) = $1
        ORDER BY r.run_id LIMIT 2
        """, [.text(id), .integer(id.unicodeScalars.count)], before: deadline)
      guard let row = rows.first else { return nil }
      guard rows.count == 1 || row.text("run_id") == id else {
        throw .invalid("several runs begin with \(id)")
      }
      return (try RunStream(row), try RunSummary(row))
    }
  }

  /// The bytes of a run's report as they were stored; nil where there is no such run.
  ///
  /// Throws `.notAHistory` where they are not what was stored.
  package func document(ofRun id: String, before deadline: Deadline) throws(HistoryFailure) -> [UInt8]? {
    try reading(before: deadline) { session throws(HistoryFailure) in
      let row = try session.run(
        """
        SELECT p.length, p.deflated, r.report_sha256 FROM history_run r JOIN history_report p ON p.run = r.id
        WHERE r.run_id = $1
        """, [.text(id)], before: deadline
      ).first
      guard let row else { return nil }
      guard let length = row.integer("length"), let deflated = row.bytes("deflated") else {
        throw .notAHistory("the report of the run \(id) cannot be read")
      }
      let document = try Deflated.inflated(deflated, length: length)
      guard SHA256.hex(document) == row.text("report_sha256") else {
        throw .notAHistory("the report of the run \(id) is not the one that was stored")
      }
      return document
    }
  }

  /// Which findings of a stream are wanted.
  package enum Selection: Sendable {
    /// Those that fail.
    case failing
    /// Those that fail or could not be decided.
    case open
    /// Those that changed in the last twenty runs so often that a change is no news.
    case flapping
    /// All.
    case all
  }

  /// The findings of a stream as they stand now, the most severe and then the oldest first.
  package func findings(
    of stream: RunStream, _ selection: Selection, limit: Int = 10_000, before deadline: Deadline
  ) throws(HistoryFailure) -> [TrackedFinding] {
    try reading(before: deadline) { session throws(HistoryFailure) in
      switch selection {
      case .failing:
        return try Self.findings(session, stream: stream.id, "f.status = 'fail'", limit: limit, before: deadline)
      case .open:
        return try Self.findings(
          session, stream: stream.id, "f.status IN ('fail', 'error', 'unknown', 'blocked', 'manual')", limit: limit,
          before: deadline)
      case .all: return try Self.findings(session, stream: stream.id, "1 = 1", limit: limit, before: deadline)
      case .flapping: return try Self.flapping(session, stream, limit: limit, before: deadline)
      }
    }
  }

  static func findings(
    _ session: any SQLSession, stream: Int, _ condition: String, limit: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> [TrackedFinding] {
    let ranks = Severity.allCases.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0)" }.joined(separator: " ")
    let rows = try session.run(
      """
      SELECT f.* FROM history_finding f WHERE f.stream = $1 AND \(condition)
      ORDER BY CASE f.severity \(ranks) ELSE 9 END, COALESCE(f.open_since, f.since), f.check_id, f.target, f.subject
      LIMIT $2
      """, [.integer(stream), .integer(max(0, limit))], before: deadline)
    var findings: [TrackedFinding] = []
    for row in rows { findings.append(try TrackedFinding(row)) }
    return findings
  }

  private static func flapping(
    _ session: any SQLSession, _ stream: RunStream, limit: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> [TrackedFinding] {
    // Of those that changed of late, no more than the stretches that a decision looks at: the last one that began before
    // the runs within reach, and what followed.
    let rows = try session.run(
      """
      WITH restless AS (
        SELECT finding FROM history_stretch WHERE stream = $1 AND ordinal > $2
        GROUP BY finding HAVING count(*) > 2 ORDER BY finding LIMIT 1000),
      reached AS (
        SELECT r.finding, COALESCE((
          SELECT max(b.ordinal) FROM history_stretch b WHERE b.finding = r.finding AND b.ordinal <= $3), 0) AS first
        FROM restless r)
      SELECT t.finding, t.ordinal, t.started_at, t.status, t.severity
      FROM reached JOIN history_stretch t ON t.finding = reached.finding AND t.ordinal >= reached.first
      ORDER BY t.finding, t.ordinal
      """,
      [
        .integer(stream.id), .integer(stream.runs - Flapping.window), .integer(stream.runs - Timeline.reach),
      ], before: deadline)
    var stretches: [Int: [Stretch]] = [:]
    for row in rows {
      guard let finding = row.integer("finding") else {
        throw .notAHistory("a stretch of the history cannot be read")
      }
      stretches[finding, default: []].append(try Self.stretch(row))
    }
    let unstable = stretches.filter { Timeline($0.value).isFlapping(at: stream.runs) }.keys.sorted()
    guard !unstable.isEmpty else { return [] }
    let list = unstable.map(String.init).joined(separator: ", ")
    return try findings(session, stream: stream.id, "f.id IN (\(list))", limit: limit, before: deadline)
  }

  /// How one finding stood over the runs of its stream; nil where it is not known.
  package func timeline(
    of fingerprint: String, in stream: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> Timeline? {
    try reading(before: deadline) { session throws(HistoryFailure) in
      let row = try session.run(
        "SELECT id FROM history_finding WHERE stream = $1 AND fingerprint = $2",
        [.integer(stream), .text(fingerprint)],
        before: deadline
      ).first
      guard let id = row?.integer("id") else { return nil }
      return try Self.timeline(session, of: id, before: deadline)
    }
  }

  static func timeline(
    _ session: any SQLSession, of finding: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> Timeline {
    let rows = try session.run(
      """
      SELECT ordinal, started_at, status, severity, waived, message FROM history_stretch WHERE finding = $1
      ORDER BY ordinal
      """, [.integer(finding)], before: deadline)
    var stretches: [Stretch] = []
    for row in rows { stretches.append(try Self.stretch(row)) }
    return Timeline(stretches)
  }

  private static func stretch(_ row: SQLRow) throws(HistoryFailure) -> Stretch {
    guard let ordinal = row.integer("ordinal"), let started = row.integer("started_at"),
      let status = row.text("status").flatMap(Status.init), let severity = row.text("severity").flatMap(Severity.init)
    else { throw .notAHistory("a stretch of the history cannot be read") }
    return Stretch(
      ordinal: ordinal, startedAt: Instant(seconds: started),
      state: FindingState(status, severity, isWaived: row.isTrue("waived")), message: row.text("message") ?? "")
  }

  /// The newest changes of these kinds in a stream, newest first.
  package func changes(
    in stream: RunStream, _ kinds: [Change], limit: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> [FindingChange] {
    try changes(
      where: "t.stream = $2", orderedBy: "t.ordinal DESC", kinds, limit: limit, [.integer(stream.id)], before: deadline
    ).map(\.change)
  }

  /// The newest changes of these kinds in all streams, newest first.
  package func changes(
    _ kinds: [Change], limit: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> [(stream: RunStream, change: FindingChange)] {
    try changes(
      where: "t.change IS NOT NULL", orderedBy: "t.started_at DESC, s.system, t.ordinal DESC", kinds, limit: limit, [],
      before: deadline)
  }

  private func changes(
    where condition: String, orderedBy order: String, _ kinds: [Change], limit: Int, _ arguments: [SQLValue],
    before deadline: Deadline
  ) throws(HistoryFailure) -> [(stream: RunStream, change: FindingChange)] {
    guard !kinds.isEmpty else { return [] }
    return try reading(before: deadline) { session throws(HistoryFailure) in
      let words = kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      let rows = try session.run(
        """
        SELECT s.id, s.system, s.environment, s.policy, s.runs, f.fingerprint, f.check_id, f.target, f.subject,
          f.first_seen, f.first_failed, f.open_since, f.episodes, f.evaluated, t.status, t.severity, t.waived, t.message,
          t.started_at AS since, t.ordinal, t.change, t.repair_seconds
        FROM history_stretch t JOIN history_finding f ON f.id = t.finding JOIN history_stream s ON s.id = t.stream
        WHERE \(condition) AND t.change IN (\(words))
        ORDER BY \(order), f.check_id, f.target, f.subject LIMIT $1
        """, [.integer(max(0, limit))] + arguments, before: deadline)
      var changes: [(stream: RunStream, change: FindingChange)] = []
      for row in rows {
        guard let kind = row.text("change").flatMap(Change.init), let ordinal = row.integer("ordinal") else {
          throw .notAHistory("a change of the history cannot be read")
        }
        let finding = try TrackedFinding(row)
        let change = FindingChange(
          kind: kind, finding: finding, ordinal: ordinal, at: finding.since,
          repairSeconds: row.integer("repair_seconds"), isFlapping: false)
        changes.append((try RunStream(row), change))
      }
      return changes
    }
  }

  /// How long failures of a stream lasted that were repaired at `start` or later.
  package func repairTimes(
    in stream: Int, since start: Instant, before deadline: Deadline
  ) throws(HistoryFailure) -> RepairTimes {
    try reading(before: deadline) { session throws(HistoryFailure) in
      let repaired = try session.run(
        """
        SELECT count(*) AS n, sum(repair_seconds) AS total FROM history_stretch
        WHERE stream = $1 AND change = 'recovered' AND started_at >= $2 AND repair_seconds IS NOT NULL
        """, [.integer(stream), .integer(start.seconds)], before: deadline
      ).first
      let open = try session.run(
        """
        SELECT count(*) AS n, min(open_since) AS oldest FROM history_finding
        WHERE stream = $1 AND open_since IS NOT NULL
        """, [.integer(stream)], before: deadline
      ).first
      let count = repaired?.integer("n") ?? 0
      return RepairTimes(
        repaired: count, meanSeconds: count == 0 ? nil : repaired?.integer("total").map { $0 / count },
        open: open?.integer("n") ?? 0, oldestOpen: open?.integer("oldest").map(Instant.init(seconds:)))
    }
  }
}
