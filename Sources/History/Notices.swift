package import AuditModel
import Cryptography
package import Probing

/// Something to be told over a channel, once.
package struct Notice: Sendable, Hashable {
  /// What makes it the same notice, whoever wants to tell it: never told twice.
  package var key: String
  /// The channel's name.
  package var channel: String
  /// `regression`, `recovery`, `gate`, …: for people and for counting.
  package var kind: String
  /// What is sent, without any secret of the channel.
  package var body: String
  /// When it came up; it is due from then on.
  package var at: Instant

  /// A notice identified by channel, event and what it is about.
  package init(channel: String, kind: String, about subject: String, body: String, at: Instant) {
    key = SHA256.hex("notice/1\0\(channel)\0\(kind)\0\(subject)".utf8)
    self.channel = channel
    self.kind = kind
    self.body = body
    self.at = at
  }
}

/// A notice that is due, taken for one attempt at telling it.
package struct DueNotice: Sendable, Hashable {
  /// Its number in this history.
  package var id: Int
  /// The same at every attempt.
  package var key: String
  /// The channel's name.
  package var channel: String
  /// What kind of event.
  package var kind: String
  /// What is sent.
  package var body: String
  /// When it came up.
  package var createdAt: Instant
  /// How often it was tried before.
  package var attempts: Int
}

extension HistoryStore {
  static func insert(
    _ notice: Notice, _ session: any SQLSession, before deadline: Deadline
  ) throws(HistoryFailure) {
    try session.run(
      """
      INSERT INTO history_notice (key, channel, kind, body, created_at, due_at, state)
      VALUES ($1, $2, $3, $4, $5, $5, 'waiting') ON CONFLICT DO NOTHING
      """,
      [.text(notice.key), .text(notice.channel), .text(notice.kind), .text(notice.body), .integer(notice.at.seconds)],
      before: deadline)
  }

  /// Adds notices that no run brings, such as that of an overdue audit; those with a known key are passed over.
  package func add(_ notices: [Notice], before deadline: Deadline) throws(HistoryFailure) {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      for notice in notices { try Self.insert(notice, session, before: deadline) }
    }
  }

  /// Takes the notices that are due, at most `limit`; nobody else gets them for `leaseSeconds`.
  package func takeDueNotices(
    now: Instant, limit: Int, leaseSeconds: Int, before deadline: Deadline
  ) throws(HistoryFailure) -> [DueNotice] {
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      let rows = try session.run(
        session.dialect.adapted(
          """
          UPDATE history_notice SET attempts = attempts + 1, due_at = $2 WHERE id IN (
            SELECT id FROM history_notice WHERE state = 'waiting' AND due_at <= $1 ORDER BY id LIMIT $3 {skip locked})
          RETURNING id, key, channel, kind, body, created_at, attempts
          """), [.integer(now.seconds), .integer(now.seconds + leaseSeconds), .integer(limit)], before: deadline)
      var due: [DueNotice] = []
      for row in rows {
        guard let id = row.integer("id"), let key = row.text("key"), let channel = row.text("channel"),
          let kind = row.text("kind"), let body = row.text("body"), let created = row.integer("created_at"),
          let attempts = row.integer("attempts")
        else { throw .notAHistory("a notice of the history cannot be read") }
        due.append(
          DueNotice(
            id: id, key: key, channel: channel, kind: kind, body: body, createdAt: Instant(seconds: created),
            attempts: attempts - 1))
      }
      return due.sorted { $0.id < $1.id }
    }
  }

  /// What came of telling a notice.
  package enum Delivery: Sendable, Hashable {
    /// It was taken.
    case delivered
    /// It was not, and is tried again at a time.
    case again(at: Instant, reason: String)
    /// It was not, and is given up.
    case givenUp(reason: String)
  }

  /// Notes what came of a notice that was taken.
  package func settle(_ notice: DueNotice, _ delivery: Delivery, before deadline: Deadline) throws(HistoryFailure) {
    let (state, due, reason): (String, Int?, String?) =
      switch delivery {
      case .delivered: ("delivered", nil, nil)
      case .again(let at, let reason): ("waiting", at.seconds, reason)
      case .givenUp(let reason): ("givenUp", nil, reason)
      }
    try transaction(writing: true, before: deadline) { session throws(HistoryFailure) in
      try session.run(
        """
        UPDATE history_notice SET state = $2, due_at = COALESCE(CAST($3 AS BIGINT), due_at), error = $4 WHERE id = $1
        """, [.integer(notice.id), .text(state), SQLValue(due), SQLValue(reason)], before: deadline)
    }
  }

  /// How many notices are in which state: `waiting`, `delivered`, `givenUp`.
  package func noticeCounts(before deadline: Deadline) throws(HistoryFailure) -> [String: Int] {
    try transaction(writing: false, before: deadline) { session throws(HistoryFailure) in
      let rows = try session.run(
        "SELECT state, count(*) AS n FROM history_notice GROUP BY state", [], before: deadline)
      return Dictionary(rows.map { ($0.text("state") ?? "", $0.integer("n") ?? 0) }) { $0 + $1 }
    }
  }
}
