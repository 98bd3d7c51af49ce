import Postgres
import Probing

/// A session's only transaction, in which nothing can be written and everything is seen as of one moment; a statement that fails
/// makes room for a new one.
struct ReadOnlyTransaction: ~Copyable {
  private var connection: PostgresConnection
  private var isOpen = false
  private let traffic: TrafficMeter
  /// The longest the client waits for one statement, in milliseconds: a little more than the server is allowed.
  private static let patience = 6000

  init(_ connection: consuming PostgresConnection, traffic: TrafficMeter) {
    self.connection = connection
    self.traffic = traffic
  }

  mutating func rows(
    _ statement: String, _ arguments: [String?] = [], before deadline: Deadline
  ) throws(PostgresFailure) -> PostgresRows {
    let deadline = deadline.capped(milliseconds: Self.patience)
    do throws(PostgresFailure) {
      if !isOpen {
        try run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", before: deadline)
        isOpen = true
        try run(SessionStatements.bounds, before: deadline)
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
