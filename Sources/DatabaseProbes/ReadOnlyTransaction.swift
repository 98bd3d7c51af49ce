import Postgres
import Probing

/// A session's only transaction, in which nothing can be written and everything is seen as of one moment; a statement that fails
/// makes room for a new one.
struct ReadOnlyTransaction: ~Copyable {
  private var connection: PostgresConnection
  private var isOpen = false
  private let traffic: TrafficMeter
  /// Whether all statements see the database at one moment.
  private let isSnapshot: Bool
  /// The longest the server may work on one statement, in milliseconds; the client waits a little longer.
  private let milliseconds: Int

  init(
    _ connection: consuming PostgresConnection, traffic: TrafficMeter, isSnapshot: Bool = false,
    milliseconds: Int = SessionStatements.statementTimeout
  ) {
    self.connection = connection
    self.traffic = traffic
    self.isSnapshot = isSnapshot
    self.milliseconds = milliseconds
  }

  /// Whether it stands, with what was set for it.
  var hasBegun: Bool { isOpen }

  @discardableResult
  mutating func rows(
    _ statement: String, _ arguments: [String?] = [], before deadline: Deadline
  ) throws(PostgresFailure) -> PostgresRows {
    let deadline = deadline.capped(milliseconds: milliseconds + 1000)
    do throws(PostgresFailure) {
      if !isOpen {
        try run("BEGIN TRANSACTION \(isSnapshot ? "ISOLATION LEVEL REPEATABLE READ, " : "")READ ONLY", before: deadline)
        isOpen = true
        try run(SessionStatements.bounds, [String(milliseconds)], before: deadline)
      }
      return try run(statement, arguments, before: deadline)
    } catch {
      close(before: deadline)
      throw error
    }
  }

  /// Leaves no transaction open behind a pooler.
  mutating func close(before deadline: Deadline) {
    guard isOpen else { return }
    isOpen = false
    // Where even this fails, the end of the connection has the same effect.
    _ = try? run("ROLLBACK", before: deadline)
  }

  @discardableResult
  private mutating func run(
    _ statement: String, _ arguments: [String?] = [], before deadline: Deadline
  ) throws(PostgresFailure) -> PostgresRows {
    traffic.add(requests: 1)
    return try connection.query(statement, arguments, before: deadline)
  }
}
