import CSQLite
import Glibc
import Probing

/// One connection to an SQLite file. Not safe for two threads at once: the store's lock sees to that.
final class SQLiteSession: SQLSession, @unchecked Sendable {
  let dialect = SQLDialect.sqlite
  let isLost = false
  private let handle: OpaquePointer
  private let path: String
  private var prepared: [String: OpaquePointer] = [:]
  private var deadline = Deadline(milliseconds: 0)

  /// Written into the header of the file: whose it is, "PWHY".
  private static let applicationID = 0x5057_4859
  /// The most statements that are kept prepared; those of this program that are the same every time are fewer.
  private static let mostPrepared = 200
  /// How many instructions pass between two looks at the deadline.
  private static let instructions: Int32 = 20_000

  /// Opens the file at `path`, and makes it where `creating`.
  init(path: String, creating: Bool, before deadline: Deadline) throws(HistoryFailure) {
    if !creating, access(path, F_OK) != 0 { throw .missing("there is no history \(path)") }
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_READWRITE | (creating ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let status = sqlite3_open_v2(path, &opened, flags, nil)
    guard status == SQLITE_OK, let opened else {
      let error = opened.map { sqlite3_system_errno($0) } ?? 0
      sqlite3_close_v2(opened)
      let reason = error == 0 ? "" : ": \(String(cString: strerror(error)))"
      if error == EACCES || error == EPERM || error == EROFS { throw .notPermitted("cannot open \(path)\(reason)") }
      throw .cannotCreate("cannot open the history \(path)\(reason)")
    }
    handle = opened
    self.path = path
    try setUp(before: deadline)
  }

  deinit {
    for statement in prepared.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  private func setUp(before deadline: Deadline) throws(HistoryFailure) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      handle, Self.instructions,
      { context in
        guard let context else { return 0 }
        return Unmanaged<SQLiteSession>.fromOpaque(context).takeUnretainedValue().deadline.hasPassed ? 1 : 0
      }, context)
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 256 << 20)
    for pragma in ["trusted_schema = OFF", "foreign_keys = ON"] { try run("PRAGMA \(pragma)", [], before: deadline) }
    // Also the first read of the file: what is no database shows itself here. The mark is looked at after the tables, since
    // whoever makes them sets it first: another process may be doing so right now.
    let count = try integer("SELECT count(*) AS n FROM sqlite_schema", column: "n", before: deadline) ?? 0
    if try integer("PRAGMA application_id", before: deadline) != Self.applicationID {
      guard count == 0 else { throw .notAHistory("\(path) is a database of another program") }
      try patiently("PRAGMA auto_vacuum = INCREMENTAL", before: deadline)
      try patiently("PRAGMA application_id = \(Self.applicationID)", before: deadline)
    }
    // Shared memory, which a write-ahead log needs, does not work across machines.
    try patiently(
      "PRAGMA journal_mode = \(prodworthy_is_on_network(path) != 0 ? "DELETE" : "WAL")", before: deadline)
    try run("PRAGMA synchronous = FULL", [], before: deadline)
  }

  /// Runs a statement again for which SQLite does not wait by itself while others hold the file.
  private func patiently(_ statement: String, before deadline: Deadline) throws(HistoryFailure) {
    while true {
      do throws(HistoryFailure) {
        try run(statement, [], before: deadline)
        return
      } catch {
        guard case .busy = error, !deadline.hasPassed else { throw error }
        usleep(5000)
      }
    }
  }

  private func integer(
    _ statement: String, column: String = "application_id", before deadline: Deadline
  ) throws(HistoryFailure) -> Int? {
    try run(statement, [], before: deadline).first?.integer(column)
  }

  @discardableResult
  func run(
    _ statement: String, _ arguments: [SQLValue], before deadline: Deadline
  ) throws(HistoryFailure) -> [SQLRow] {
    self.deadline = deadline
    sqlite3_busy_timeout(handle, Int32(clamping: deadline.millisecondsLeft))
    let prepared = try prepared(statement)
    defer {
      sqlite3_reset(prepared)
      sqlite3_clear_bindings(prepared)
    }
    for (index, argument) in arguments.enumerated() { try bind(argument, to: "$\(index + 1)", of: prepared) }
    var rows: [SQLRow] = []
    let count = sqlite3_column_count(prepared)
    let columns = SQLColumns(
      (0..<count).map { column in sqlite3_column_name(prepared, column).map { String(cString: $0) } ?? "" })
    while true {
      switch sqlite3_step(prepared) {
      case SQLITE_ROW:
        rows.append(SQLRow(columns: columns, values: (0..<count).map { value($0, of: prepared) }))
      case SQLITE_DONE: return rows
      case let status: throw failure(status)
      }
    }
  }

  private func prepared(_ statement: String) throws(HistoryFailure) -> OpaquePointer {
    if let known = prepared[statement] { return known }
    // A statement that names the rows it is about is not met again: such must not pile up over weeks.
    if prepared.count >= Self.mostPrepared {
      for statement in prepared.values { sqlite3_finalize(statement) }
      prepared = [:]
    }
    var made: OpaquePointer?
    let status = sqlite3_prepare_v2(handle, statement, -1, &made, nil)
    guard status == SQLITE_OK, let made else { throw failure(status) }
    prepared[statement] = made
    return made
  }

  private func bind(_ value: SQLValue, to name: String, of statement: OpaquePointer) throws(HistoryFailure) {
    let index = sqlite3_bind_parameter_index(statement, name)
    guard index > 0 else { return }
    let status =
      switch value {
      case .null: sqlite3_bind_null(statement, index)
      case .integer(let number): sqlite3_bind_int64(statement, index, Int64(number))
      case .text(let text): prodworthy_sqlite3_bind_text(statement, index, text, Int32(clamping: text.utf8.count))
      case .bytes(let bytes): prodworthy_sqlite3_bind_blob(statement, index, bytes, Int32(clamping: bytes.count))
      }
    guard status == SQLITE_OK else { throw failure(status) }
  }

  private func value(_ column: Int32, of statement: OpaquePointer) -> SQLValue {
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(Int(sqlite3_column_int64(statement, column)))
    case SQLITE_NULL: return .null
    case SQLITE_BLOB:
      let start = sqlite3_column_blob(statement, column)
      return .bytes(Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))))
    default:
      guard let text = sqlite3_column_text(statement, column) else { return .null }
      let count = Int(sqlite3_column_bytes(statement, column))
      return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
    }
  }

  private func failure(_ status: Int32) -> HistoryFailure {
    let reason = sqlite3_errmsg(handle).map { String(cString: $0) } ?? "no reason given"
    switch status & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: return .busy("\(path): somebody else is writing to it")
    case SQLITE_INTERRUPT: return .busy("\(path): no answer in time")
    case SQLITE_NOTADB: return .notAHistory("\(path) is no history")
    case SQLITE_CORRUPT, SQLITE_MISMATCH, SQLITE_FORMAT: return .notAHistory("\(path) is damaged: \(reason)")
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: return .notPermitted("\(path) cannot be written to: \(reason)")
    case SQLITE_CANTOPEN: return .cannotCreate("\(path) cannot be opened: \(reason)")
    case SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM, SQLITE_TOOBIG: return .cannotWrite("\(path): \(reason)")
    default: return .notAHistory("\(path) is not as this program leaves it: \(reason)")
    }
  }
}
