package import AuditModel
import Cryptography
package import Probing

/// What of a run a later one may carry on.
package struct RunEvidence: Sendable {
  /// What was looked at, as one word each, and when.
  package var looks: [(key: String, at: Instant)]
  /// The run, cut down to it, in a form that only who wrote it reads.
  package var document: [UInt8]

  /// What was looked at, with the document that holds it.
  package init(looks: [(key: String, at: Instant)], document: [UInt8]) {
    self.looks = looks
    self.document = document
  }
}

extension HistoryStore {
  /// Longer than any evidence may be used, in seconds.
  private static let longestShelfLife = 366 * 86_400
  /// So many runs that looked at one thing are offered: the newest first.
  private static let mostOffered = 5

  static func insert(
    _ evidence: RunEvidence, run: Int, at start: Instant, _ session: any SQLSession, before deadline: Deadline
  ) throws(HistoryFailure) {
    let packed = try Deflated(evidence.document)
    try session.run(
      "INSERT INTO history_evidence (run, length, deflated) VALUES ($1, $2, $3)",
      [.integer(run), .integer(packed.length), .bytes(packed.bytes)], before: deadline)
    for look in evidence.looks {
      try session.run(
        "INSERT INTO history_look (run, look, seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [.integer(run), .text(name(of: look.key)), .integer(look.at.seconds)], before: deadline)
    }
    // What nobody may use any more takes no room.
    let end: [SQLValue] = [.integer(start.seconds - longestShelfLife)]
    try session.run(
      "DELETE FROM history_evidence WHERE run IN (SELECT run FROM history_look WHERE seen_at < $1)", end,
      before: deadline)
    try session.run("DELETE FROM history_look WHERE seen_at < $1", end, before: deadline)
  }

  private static func name(of key: String) -> String { SHA256.hex("look/1\0\(key)".utf8) }

  /// The documents of the newest runs that looked at any of `looks`, whatever policy they were for.
  package func evidence(
    of looks: [String], system: AuditReport.System, until now: Instant, before deadline: Deadline
  ) throws(HistoryFailure) -> [[UInt8]] {
    try transaction(writing: false, before: deadline) { session throws(HistoryFailure) in
      var runs: Set<Int> = []
      for look in looks {
        let rows = try session.run(
          """
          SELECT l.run FROM history_look l JOIN history_run r ON r.id = l.run JOIN history_stream s ON s.id = r.stream
          WHERE l.look = $1 AND s.system = $2 AND s.environment = $3 AND l.seen_at <= $4
          ORDER BY l.seen_at DESC, l.run DESC LIMIT $5
          """,
          [
            .text(Self.name(of: look)), .text(system.name), .text(system.environment.rawValue), .integer(now.seconds),
            .integer(Self.mostOffered),
          ], before: deadline)
        runs.formUnion(rows.compactMap { $0.integer("run") })
      }
      var documents: [[UInt8]] = []
      for run in runs.sorted() {
        guard
          let row = try session.run(
            "SELECT length, deflated FROM history_evidence WHERE run = $1", [.integer(run)], before: deadline
          ).first
        else { continue }
        guard let length = row.integer("length"), let deflated = row.bytes("deflated") else {
          throw .notAHistory("the evidence of a run cannot be read")
        }
        documents.append(try Deflated.inflated(deflated, length: length))
      }
      return documents
    }
  }
}
