package import AuditModel
import Cryptography
package import Probing

/// A run on its way into a history.
package struct RunEntry: Sendable {
  /// The report.
  package var report: AuditReport
  /// The report as it was written, byte for byte.
  package var document: [UInt8]
  /// The planned time it is for, if any: a second run with the same key is refused.
  package var key: String?
  /// Whether it is kept whatever its age.
  package var isPinned: Bool
  /// What of it a later run may carry on; nil for nothing.
  package var evidence: RunEvidence?

  /// A report with its bytes.
  package init(
    report: AuditReport, document: [UInt8], key: String? = nil, isPinned: Bool = false, evidence: RunEvidence? = nil
  ) {
    self.report = report
    self.document = document
    self.key = key
    self.isPinned = isPinned
    self.evidence = evidence
  }

  /// The key of a planned time of an audit: the same for every instance that plans it.
  package static func key(system: String, environment: String, policy: String, slot: String) -> String {
    SHA256.hex("run-key/1\0\(system)\0\(environment)\0\(policy)\0\(slot)".utf8)
  }
}

/// What came of appending a run.
package enum Appended: Sendable {
  /// It is in, with everything that changed by it.
  case stored(RunNews)
  /// It was in already.
  case present
  /// Another run for the same planned time is in already.
  case superseded(by: String)
}

/// What a run changed.
package struct RunNews: Sendable {
  /// What it belongs to.
  package var stream: RunStream
  /// The run.
  package var run: RunSummary
  /// The run before it; nil for the first one.
  package var previous: RunSummary?
  /// Whether it is the newest of its stream; an older one changes what was, and is no news.
  package var isNewest: Bool
  /// What stands otherwise than before it, the worst first; only for the newest.
  package var changes: [FindingChange]
  /// What fails and is not waived, after it; only for the newest.
  package var failing: [TrackedFinding]
  /// The numbers that got worse or well again, for sure; only for the newest.
  package var measures: [MeasureChange] = []
}

extension HistoryStore {
  /// Adds a run: after this returns it is in for good, and until then it is not in at all.
  ///
  /// Throws `.misplaced` for a rehearsed run where the history is no rehearsal's, and the reverse. `notices` says what is to be told of it; those are in exactly if the run is. It may be called a second time.
  package func append(
    _ entry: RunEntry, before deadline: Deadline, notices: (RunNews) -> [Notice] = { _ in [] }
  ) throws(HistoryFailure) -> Appended {
    let packed = try Deflated(entry.document)
    let digest = SHA256.hex(entry.document)
    func attempt() throws(HistoryFailure) -> Appended {
      try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
        try Self.requirePlace(
          forRehearsed: entry.report.rehearsed == true, in: place, session, before: deadline)
        var appending = Appending(session: session, deadline: deadline)
        let outcome = try appending.append(entry, packed, digest: digest)
        if case .stored(let news) = outcome {
          for notice in notices(news) { try Self.insert(notice, session, before: deadline) }
        }
        return outcome
      }
    }
    do throws(HistoryFailure) {
      return try attempt()
    } catch {
      // The connection may have broken after the server had stored the run: asking again tells, and stores it once.
      guard case .unavailable = error, !deadline.hasPassed else { throw error }
      return try attempt()
    }
  }
}

/// One run going in.
private struct Appending {
  let session: any SQLSession
  let deadline: Deadline

  private func run(_ statement: String, _ arguments: [SQLValue]) throws(HistoryFailure) -> [SQLRow] {
    try session.run(session.dialect.adapted(statement), arguments, before: deadline)
  }

  mutating func append(_ entry: RunEntry, _ packed: Deflated, digest: String) throws(HistoryFailure) -> Appended {
    let report = entry.report
    let stream = try lockedStream(of: report)
    if let present = try run(
      "SELECT report_sha256 FROM history_run WHERE run_id = $1", [.text(report.runID)]
    ).first {
      guard present.text("report_sha256") == digest else {
        throw .invalid("the history holds another report of the run \(report.runID)")
      }
      return .present
    }
    if let key = entry.key,
      let other = try run("SELECT run_id FROM history_run WHERE run_key = $1", [.text(key)]).first
    {
      return .superseded(by: other.text("run_id") ?? "")
    }
    let previous = try run(
      """
      SELECT \(RunSummary.columns) FROM history_run r WHERE r.stream = $1 AND r.started_at <= $2
      ORDER BY r.ordinal DESC LIMIT 1
      """, [.integer(stream.id), .integer(report.startedAt.seconds)]
    ).first
    // Runs are numbered by their beginnings; removed ones keep their numbers.
    let next = try run(
      """
      SELECT ordinal, started_at FROM history_run WHERE stream = $1 AND started_at > $2 ORDER BY ordinal LIMIT 1
      """, [.integer(stream.id), .integer(report.startedAt.seconds)]
    ).first
    let ordinal = next?.integer("ordinal") ?? stream.runs + 1
    let summary = RunSummary(report, key: entry.key, ordinal: ordinal, digest: digest)
    var news = RunNews(
      stream: stream, run: summary, previous: nil, isNewest: next == nil, changes: [], failing: [])
    news.run.isPinned = entry.isPinned
    news.stream.runs += 1
    if let previous { news.previous = try RunSummary(previous) }
    let sightings = Sightings(
      report.findings, isWhole: report.partial.isEmpty, isInterrupted: report.interrupted)
    if let next {
      try insert(
        sightings, report, stream: stream, at: ordinal, next: next.integer("started_at").map(Instant.init(seconds:)))
    } else {
      news.changes = try carryOn(sightings, report, stream: stream, at: ordinal)
      news.failing = try HistoryStore.findings(
        session, stream: stream.id, "f.status = 'fail' AND f.waived = 0", limit: 10_000, before: deadline)
    }
    let id = try store(news.run, packed, stream: stream)
    let changes = try HistoryStore.insert(
      report.measures ?? [], run: id, stream: stream.id, at: report.startedAt, session, before: deadline)
    if news.isNewest { news.measures = changes }
    if let evidence = entry.evidence {
      try HistoryStore.insert(evidence, run: id, at: report.startedAt, session, before: deadline)
    }
    return .stored(news)
  }

  /// The stream, with every other writer kept out of it until the end of the transaction.
  private func lockedStream(of report: AuditReport) throws(HistoryFailure) -> RunStream {
    let names: [SQLValue] = [
      .text(report.system.name), .text(report.system.environment.rawValue), .text(report.policy.id),
    ]
    _ = try run(
      "INSERT INTO history_stream (system, environment, policy) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", names)
    guard
      let row = try run(
        """
        SELECT id, system, environment, policy, runs FROM history_stream
        WHERE system = $1 AND environment = $2 AND policy = $3 {for update}
        """, names
      ).first
    else { throw .notAHistory("a stream of the history cannot be read") }
    return try RunStream(row)
  }

  private func store(
    _ summary: RunSummary, _ packed: Deflated, stream: RunStream
  ) throws(HistoryFailure) -> Int {
    let row = try run(
      """
      INSERT INTO history_run (stream, ordinal, run_id, run_key, policy_digest, tool, started_at, finished_at,
        duration_ms, proven, possible, coverage, gate, partial, interrupted, pinned, statuses, open, report_sha256)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
      RETURNING id
      """,
      [
        .integer(stream.id), .integer(summary.ordinal), .text(summary.runID), SQLValue(summary.runKey),
        .text(summary.policyDigest), .text(summary.tool), .integer(summary.startedAt.seconds),
        .integer(summary.finishedAt.seconds), .integer(summary.durationMs), SQLValue(summary.proven),
        SQLValue(summary.possible), SQLValue(summary.coverage), .text(summary.gate.rawValue),
        SQLValue(summary.isPartial), SQLValue(summary.isInterrupted), SQLValue(summary.isPinned),
        .text(RunSummary.text(summary.statuses.map { ($0.rawValue, $1) })),
        .text(RunSummary.text(summary.open.map { ($0.rawValue, $1) })), .text(summary.reportDigest),
      ]
    ).first
    guard let id = row?.integer("id") else { throw .notAHistory("a stored run has no number") }
    _ = try run(
      "INSERT INTO history_report (run, length, deflated) VALUES ($1, $2, $3)",
      [.integer(id), .integer(packed.length), .bytes(packed.bytes)])
    _ = try run("UPDATE history_stream SET runs = runs + 1 WHERE id = $1", [.integer(stream.id)])
    return id
  }

  // MARK: The newest run

  private struct Kept {
    var id: Int
    var known: KnownFinding
    var introduction: Introduction
    var state: FindingState
    var cursor: TimelineCursor
    var firstSeen: Instant
  }

  private func kept(_ stream: RunStream) throws(HistoryFailure) -> [Kept] {
    var all: [Kept] = []
    for row in try run("SELECT * FROM history_finding WHERE stream = $1", [.integer(stream.id)]) {
      let finding = try TrackedFinding(row)
      guard let id = row.integer("id"), let introduction = row.text("introduced").flatMap(Introduction.init) else {
        throw .notAHistory("a finding of the history cannot be read")
      }
      var cursor = TimelineCursor()
      cursor.evaluated = finding.evaluated
      cursor.openSince = finding.openSince
      cursor.firstFailed = finding.firstFailed
      cursor.episodes = finding.episodes
      cursor.sight = row.integer("sight").flatMap(TimelineCursor.Sight.init) ?? .nothing
      all.append(
        Kept(
          id: id,
          known: KnownFinding(
            fingerprint: finding.fingerprint, check: finding.check, target: finding.target,
            subject: finding.subject, severity: finding.state.severity, isWaived: finding.state.isWaived),
          introduction: introduction, state: finding.state, cursor: cursor, firstSeen: finding.firstSeen))
    }
    return all
  }

  /// Writes what stands otherwise, and nothing of what stands as before.
  private func carryOn(
    _ sightings: Sightings, _ report: AuditReport, stream: RunStream, at ordinal: Int
  ) throws(HistoryFailure) -> [FindingChange] {
    let kept = try kept(stream)
    var changes: [FindingChange] = []
    var seen: Set<String> = []
    for var finding in kept {
      seen.insert(finding.known.fingerprint)
      guard let sighting = sightings.sighting(of: finding.known), sighting.state != finding.state else { continue }
      let (change, repair) = finding.cursor.advance(
        to: sighting.state.status, at: report.startedAt, finding.introduction)
      finding.state = sighting.state
      let stretch = Stretch(
        ordinal: ordinal, startedAt: report.startedAt, state: sighting.state,
        message: sighting.message ?? Self.unlisted(sighting.state.status))
      try add(JudgedStretch(stretch: stretch, change: change, repairSeconds: repair), to: finding.id, of: stream)
      try update(finding, stretch)
      guard let change else { continue }
      let isFlapping = try timeline(of: finding.id).isFlapping(at: ordinal)
      changes.append(
        FindingChange(
          kind: change, finding: Self.tracked(finding, stretch), ordinal: ordinal, at: report.startedAt,
          repairSeconds: repair, isFlapping: isFlapping))
    }
    let pairs = Set(kept.map { [$0.known.check, $0.known.target] })
    for finding in report.findings where seen.insert(finding.fingerprint).inserted {
      guard let sighting = sightings.listed[finding.fingerprint] else { continue }
      let introduction: Introduction =
        stream.runs == 0 ? .first : pairs.contains([finding.check, finding.target]) ? .later : .added
      var new = Kept(
        id: 0,
        known: KnownFinding(
          fingerprint: finding.fingerprint, check: finding.check, target: finding.target, subject: finding.subject,
          severity: finding.severity, isWaived: finding.waiver != nil),
        introduction: introduction, state: sighting.state, cursor: TimelineCursor(), firstSeen: report.startedAt)
      let stretch = Stretch(
        ordinal: ordinal, startedAt: report.startedAt, state: sighting.state, message: sighting.message ?? "")
      let (change, repair) = new.cursor.advance(to: sighting.state.status, at: report.startedAt, introduction)
      new.id = try create(new, stretch, in: stream)
      try add(JudgedStretch(stretch: stretch, change: change, repairSeconds: repair), to: new.id, of: stream)
      if let change {
        changes.append(
          FindingChange(
            kind: change, finding: Self.tracked(new, stretch), ordinal: ordinal, at: report.startedAt,
            repairSeconds: repair, isFlapping: false))
      }
    }
    return changes.sorted { left, right in
      let (a, b) = (left.finding, right.finding)
      if left.kind.isRegression != right.kind.isRegression { return left.kind.isRegression }
      if a.state.severity != b.state.severity { return a.state.severity > b.state.severity }
      return (a.check, a.target, a.subject ?? "") < (b.check, b.target, b.subject ?? "")
    }
  }

  /// What is said of a finding that a report does not list.
  private static func unlisted(_ status: Status) -> String {
    switch status {
    case .pass, .warn: "not among what its check lists any more"
    case .skipped: "not looked at"
    case .notApplicable: "its parts are listed instead of it"
    default: "its check could not be decided"
    }
  }

  private static func tracked(_ kept: Kept, _ stretch: Stretch) -> TrackedFinding {
    TrackedFinding(
      fingerprint: kept.known.fingerprint, check: kept.known.check, target: kept.known.target,
      subject: kept.known.subject, state: kept.state, message: stretch.message, since: stretch.startedAt,
      firstSeen: kept.firstSeen, firstFailed: kept.cursor.firstFailed, openSince: kept.cursor.openSince,
      episodes: kept.cursor.episodes, evaluated: kept.cursor.evaluated)
  }

  private func create(_ finding: Kept, _ stretch: Stretch, in stream: RunStream) throws(HistoryFailure) -> Int {
    let (known, cursor) = (finding.known, finding.cursor)
    let row = try run(
      """
      INSERT INTO history_finding (stream, fingerprint, check_id, target, subject, introduced, status, severity, waived,
        message, since_ordinal, since, first_seen, first_failed, evaluated, open_since, episodes, sight)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id
      """,
      [
        .integer(stream.id), .text(known.fingerprint), .text(known.check), .text(known.target),
        SQLValue(known.subject), .text(finding.introduction.rawValue), .text(finding.state.status.rawValue),
        .text(finding.state.severity.rawValue), SQLValue(finding.state.isWaived), .text(stretch.message),
        .integer(stretch.ordinal), .integer(stretch.startedAt.seconds), .integer(finding.firstSeen.seconds),
        SQLValue(cursor.firstFailed?.seconds), SQLValue(cursor.evaluated?.rawValue),
        SQLValue(cursor.openSince?.seconds), .integer(cursor.episodes), .integer(cursor.sight.rawValue),
      ]
    ).first
    guard let id = row?.integer("id") else { throw .notAHistory("a stored finding has no number") }
    return id
  }

  private func update(_ finding: Kept, _ stretch: Stretch) throws(HistoryFailure) {
    let cursor = finding.cursor
    _ = try run(
      """
      UPDATE history_finding SET status = $2, severity = $3, waived = $4, message = $5, since_ordinal = $6, since = $7,
        first_seen = $8, first_failed = $9, evaluated = $10, open_since = $11, episodes = $12, sight = $13
      WHERE id = $1
      """,
      [
        .integer(finding.id), .text(finding.state.status.rawValue), .text(finding.state.severity.rawValue),
        SQLValue(finding.state.isWaived), .text(stretch.message), .integer(stretch.ordinal),
        .integer(stretch.startedAt.seconds), .integer(finding.firstSeen.seconds),
        SQLValue(cursor.firstFailed?.seconds), SQLValue(cursor.evaluated?.rawValue),
        SQLValue(cursor.openSince?.seconds), .integer(cursor.episodes), .integer(cursor.sight.rawValue),
      ])
  }

  private func add(_ judged: JudgedStretch, to finding: Int, of stream: RunStream) throws(HistoryFailure) {
    let stretch = judged.stretch
    _ = try run(
      """
      INSERT INTO history_stretch (finding, ordinal, stream, started_at, status, severity, waived, message, change,
        repair_seconds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      """,
      [
        .integer(finding), .integer(stretch.ordinal), .integer(stream.id), .integer(stretch.startedAt.seconds),
        .text(stretch.state.status.rawValue), .text(stretch.state.severity.rawValue),
        SQLValue(stretch.state.isWaived), .text(stretch.message), SQLValue(judged.change?.rawValue),
        SQLValue(judged.repairSeconds),
      ])
  }

  private func timeline(of finding: Int) throws(HistoryFailure) -> Timeline {
    try HistoryStore.timeline(session, of: finding, before: deadline)
  }

  // MARK: A run that comes late

  /// Puts a run in before others that are there: every timeline is written anew as if it had come in order.
  private func insert(
    _ sightings: Sightings, _ report: AuditReport, stream: RunStream, at ordinal: Int, next: Instant?
  ) throws(HistoryFailure) {
    _ = try run(
      "UPDATE history_run SET ordinal = ordinal + 1 WHERE stream = $1 AND ordinal >= $2",
      [.integer(stream.id), .integer(ordinal)])
    var known: Set<String> = []
    for var finding in try kept(stream) {
      known.insert(finding.known.fingerprint)
      var timeline = try timeline(of: finding.id)
      let knewBefore = timeline.state(at: ordinal - 1) != nil
      let sighting =
        knewBefore ? sightings.sighting(of: finding.known) : sightings.listed[finding.known.fingerprint]
      timeline.insert(
        sighting?.state ?? timeline.state(at: ordinal - 1), at: ordinal, startedAt: report.startedAt,
        message: sighting.map { $0.message ?? Self.unlisted($0.state.status) } ?? "", next: next)
      if sighting != nil, report.startedAt < finding.firstSeen { finding.firstSeen = report.startedAt }
      try rewrite(&finding, timeline, in: stream)
    }
    let pairs = Set(try kept(stream).map { [$0.known.check, $0.known.target] })
    for finding in report.findings where known.insert(finding.fingerprint).inserted {
      guard let sighting = sightings.listed[finding.fingerprint] else { continue }
      var timeline = Timeline()
      timeline.insert(
        sighting.state, at: ordinal, startedAt: report.startedAt, message: sighting.message ?? "", next: next)
      var new = Kept(
        id: 0,
        known: KnownFinding(
          fingerprint: finding.fingerprint, check: finding.check, target: finding.target, subject: finding.subject,
          severity: finding.severity, isWaived: finding.waiver != nil),
        introduction: pairs.contains([finding.check, finding.target]) ? .later : .added, state: sighting.state,
        cursor: TimelineCursor(), firstSeen: report.startedAt)
      guard let first = timeline.stretches.first else { continue }
      new.id = try create(new, first, in: stream)
      try rewrite(&new, timeline, in: stream)
    }
  }

  private func rewrite(_ finding: inout Kept, _ timeline: Timeline, in stream: RunStream) throws(HistoryFailure) {
    let (stretches, cursor) = timeline.judged(finding.introduction)
    _ = try run("DELETE FROM history_stretch WHERE finding = $1", [.integer(finding.id)])
    for stretch in stretches { try add(stretch, to: finding.id, of: stream) }
    guard let last = stretches.last?.stretch else { return }
    finding.cursor = cursor
    finding.state = last.state
    try update(finding, last)
  }
}
