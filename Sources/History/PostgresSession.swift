import Postgres
import Probing

/// One session with a PostgreSQL server. Not safe for two threads at once: the store's lock sees to that.
final class PostgresSession: SQLSession, @unchecked Sendable {
  let dialect = SQLDialect.postgres
  private(set) var isLost = false
  private var connection: PostgresConnection

  init(_ parameters: PostgresParameters, before deadline: Deadline) throws(HistoryFailure) {
    do throws(PostgresFailure) {
      connection = try PostgresConnection.open(parameters, before: deadline)
    } catch {
      throw Self.failure(error)
    }
    // Whatever the server's own settings, keys are compared byte by byte and bytes are written in hexadecimal.
    try run("SET bytea_output = 'hex'", [], before: deadline)
    try run("SET client_min_messages = 'error'", [], before: deadline)
  }

  @discardableResult
  func run(
    _ statement: String, _ arguments: [SQLValue], before deadline: Deadline
  ) throws(HistoryFailure) -> [SQLRow] {
    let texts = arguments.map { argument -> String? in
      switch argument {
      case .null: nil
      case .integer(let number): String(number)
      // PostgreSQL has no text with a zero byte; reports hold none, but their readers need not know that.
      case .text(let text): text.utf8.contains(0) ? String(text.map { $0 == "\0" ? "\u{FFFD}" : $0 }) : text
      case .bytes(let bytes): "\\x" + Hexadecimal.text(of: bytes)
      }
    }
    do throws(PostgresFailure) {
      let rows = try connection.query(statement, texts, before: deadline)
      let columns = SQLColumns(rows.columns)
      return rows.map { row in SQLRow(columns: columns, values: row.texts.map { SQLValue($0) }) }
    } catch {
      switch error {
      case .server: break
      default: isLost = true
      }
      throw Self.failure(error)
    }
  }

  private static func failure(_ failure: PostgresFailure) -> HistoryFailure {
    let reason = "the history's database: \(failure)"
    guard case .server(let report) = failure else {
      if case .rejected(let report) = failure, report.sqlState?.hasPrefix("28") == true {
        return .notPermitted(reason)
      }
      return .unavailable(reason)
    }
    // Appendix A of PostgreSQL's documentation.
    switch report.sqlState ?? "" {
    case "42501", "25006": return .notPermitted(reason)
    case "40001", "40P01", "55P03", "57014": return .busy(reason)
    case let state where state.hasPrefix("53"): return .cannotWrite(reason)
    case let state where state.hasPrefix("57"): return .unavailable(reason)
    default: return .notAHistory(reason)
    }
  }
}
