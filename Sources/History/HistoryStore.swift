package import Probing
import Synchronization

/// The runs kept: one connection to a file or a database, shared by whoever holds this value, one at a time.
///
/// Every call blocks its thread until its deadline: only on a lane, or in a command that does nothing else.
package final class HistoryStore: Sendable {
  /// Whether a history that is not there is made.
  package enum Opening: Sendable {
    case existing, creating
  }

  /// Where it is kept.
  package let place: HistoryPlace
  private let opening: Opening
  private let session = Mutex<(any SQLSession)?>(nil)

  /// A history at `place`; nothing is opened yet.
  package init(_ place: HistoryPlace, _ opening: Opening = .creating) {
    self.place = place
    self.opening = opening
  }

  /// Opens it, makes its tables and brings older ones up to date. A call that fails leaves everything as it was.
  package func prepare(before deadline: Deadline) throws(HistoryFailure) {
    try session.withLock { session throws(HistoryFailure) in
      session = try connected(session, before: deadline)
    }
  }

  /// Runs `body` in one transaction, which is in as a whole once this returns, or not at all.
  ///
  /// `body` may run a second time, where the connection turns out to be lost before anything was written.
  @discardableResult
  func transaction<Result: Sendable>(
    writing: Bool, before deadline: Deadline,
    _ body: (any SQLSession) throws(HistoryFailure) -> Result
  ) throws(HistoryFailure) -> Result {
    try session.withLock { held throws(HistoryFailure) -> Result in
      var session = try connected(held, before: deadline)
      held = session
      let begin = session.dialect == .sqlite && writing ? "BEGIN IMMEDIATE" : "BEGIN"
      do throws(HistoryFailure) {
        try session.run(begin, [], before: deadline)
      } catch {
        // A connection that lay idle may be gone without a word.
        guard session.isLost else { throw error }
        session = try connected(nil, before: deadline)
        held = session
        try session.run(begin, [], before: deadline)
      }
      do throws(HistoryFailure) {
        let result = try body(session)
        try session.run("COMMIT", [], before: deadline)
        return result
      } catch {
        if session.isLost {
          held = nil
        } else {
          // With a deadline of its own: that of the transaction may have passed.
          do throws(HistoryFailure) {
            try session.run("ROLLBACK", [], before: Deadline(milliseconds: 1000))
          } catch { held = nil }
        }
        throw error
      }
    }
  }

  /// Runs statements that need no transaction, for SQLite's upkeep.
  func maintain(_ statement: String, before deadline: Deadline) throws(HistoryFailure) {
    try session.withLock { held throws(HistoryFailure) in
      let session = try connected(held, before: deadline)
      held = session
      if session.dialect == .sqlite { try session.run(statement, [], before: deadline) }
    }
  }

  private func connected(
    _ held: (any SQLSession)?, before deadline: Deadline
  ) throws(HistoryFailure) -> any SQLSession {
    if let held, !held.isLost { return held }
    let session: any SQLSession =
      switch place.kind {
      case .file(let path):
        try SQLiteSession(path: path, creating: opening == .creating, before: deadline)
      case .postgres(let parameters): try PostgresSession(parameters, before: deadline)
      }
    try migrate(session, before: deadline)
    return session
  }

  // MARK: Migrations

  private func migrate(_ session: any SQLSession, before deadline: Deadline) throws(HistoryFailure) {
    let isFresh = try version(of: session, before: deadline) == nil
    if isFresh, opening == .existing { throw .missing("there is no history in \(place.name) yet") }
    if try version(of: session, before: deadline) == HistorySchema.version { return }
    try session.run(session.dialect == .sqlite ? "BEGIN IMMEDIATE" : "BEGIN", [], before: deadline)
    do throws(HistoryFailure) {
      if session.dialect == .postgres {
        // One process at a time; the number is this program's own, and the lock goes with the transaction.
        try session.run("SELECT pg_advisory_xact_lock(1347896409)", [], before: deadline)
      }
      // Another process may have been faster.
      let present = try version(of: session, before: deadline)
      if present == nil {
        try session.run("CREATE TABLE history_version (version BIGINT NOT NULL)", [], before: deadline)
        try session.run("INSERT INTO history_version VALUES (0)", [], before: deadline)
      }
      let known = HistorySchema.version
      let start = present ?? 0
      guard (0...known).contains(start) else {
        throw .notAHistory(
          "\(place.name) was written by a newer prodworthy: its version is \(start), known is \(known)")
      }
      for step in HistorySchema.steps[start...] {
        for statement in step { try session.run(session.dialect.adapted(statement), [], before: deadline) }
      }
      try session.run("UPDATE history_version SET version = $1", [.integer(known)], before: deadline)
      try session.run("COMMIT", [], before: deadline)
    } catch {
      _ = try? session.run("ROLLBACK", [], before: Deadline(milliseconds: 1000))
      throw error
    }
  }

  /// The version of the tables; nil where there are none.
  private func version(of session: any SQLSession, before deadline: Deadline) throws(HistoryFailure) -> Int? {
    let exists =
      switch session.dialect {
      case .sqlite: "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'history_version'"
      case .postgres: "SELECT count(*) AS n FROM pg_class WHERE oid = to_regclass('history_version')"
      }
    guard try session.run(exists, [], before: deadline).first?.integer("n") ?? 0 > 0 else { return nil }
    return try session.run("SELECT version FROM history_version", [], before: deadline).first?.integer("version")
  }
}
