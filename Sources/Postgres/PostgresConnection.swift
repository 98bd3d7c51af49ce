import CLibPQ
import Glibc
package import Probing

/// One session with a PostgreSQL server over libpq's non-blocking calls, closed when it goes out of scope.
///
/// Every call blocks its thread until its deadline: only on a lane. A session may move between threads but is never used
/// by two at once, which its being noncopyable and its mutating methods see to.
package struct PostgresConnection: ~Copyable, @unchecked Sendable {
  let handle: OpaquePointer
  /// Why no further statement can be run; nil while one can.
  private var defect: PostgresFailure?

  init(connected handle: OpaquePointer) { self.handle = handle }

  deinit { PQfinish(handle) }

  /// The literal address connected to.
  package var address: String? {
    PQhostaddr(handle).flatMap { $0.pointee == 0 ? nil : String(cString: $0) }
  }

  /// The server's process that serves this session, as the login told it; a pooler tells a number of its own.
  package var process: Int? {
    let number = PQbackendPID(handle)
    return number == 0 ? nil : Int(number)
  }

  /// What encrypts a session.
  package struct Encryption: Sendable, Hashable {
    /// The protocol, `TLSv1.3`.
    package var version: String?
    /// The cipher suite in OpenSSL's words.
    package var cipher: String?
  }

  /// What encrypts this session; nil for plaintext.
  package var encryption: Encryption? {
    guard PQsslInUse(handle) == 1 else { return nil }
    return Encryption(
      version: PQsslAttribute(handle, "protocol").map { String(cString: $0) },
      cipher: PQsslAttribute(handle, "cipher").map { String(cString: $0) })
  }

  /// Runs one statement, its arguments bound to `$1`, `$2`, …; nil is SQL's null.
  ///
  /// A statement that outlives the deadline is cancelled, and the session stays usable unless the server fails to confirm
  /// that within half a second more.
  @discardableResult
  package mutating func query(
    _ statement: String, _ arguments: [String?] = [], before deadline: Deadline
  ) throws(PostgresFailure) -> PostgresRows {
    if let defect { throw defect }
    guard !statement.utf8.contains(0), !arguments.contains(where: { $0?.utf8.contains(0) ?? false }) else {
      throw .invalid("PostgreSQL takes no text with a zero byte")
    }
    try send(statement, arguments)
    return try takeAnswer(before: deadline)
  }

  /// Runs one command over the simple protocol, for consoles that take no other. The text must be the caller's own.
  @discardableResult
  package mutating func command(_ text: String, before deadline: Deadline) throws(PostgresFailure) -> PostgresRows {
    if let defect { throw defect }
    guard PQsendQuery(handle, text) == 1 else { throw .lost(lastMessage) }
    PQsetSingleRowMode(handle)
    return try takeAnswer(before: deadline)
  }

  /// Runs a `COPY … FROM STDIN` in the text format and says how many rows it took: `next` gives them piece by piece, nil at
  /// their end. The session is of no further use where it fails.
  package mutating func copy(
    _ statement: String, before deadline: Deadline, _ next: () -> [UInt8]?
  ) throws(PostgresFailure) -> Int {
    if let defect { throw defect }
    do throws(PostgresFailure) {
      guard PQsendQuery(handle, statement) == 1 else { throw .lost(lastMessage) }
      try flush(before: deadline)
      guard let answer = try nextResult(before: deadline) else { throw .lost(lastMessage) }
      let isReady = PQresultStatus(answer) == PGRES_COPY_IN
      var refusal = ResultCollector()
      if !isReady { try refusal.take(answer) }
      PQclear(answer)
      guard isReady else { throw refusal.report.map { .server($0) } ?? .invalid("this is no COPY FROM STDIN") }
      while let piece = next() {
        try put { piece.withUnsafeBytes { PQputCopyData(handle, $0.baseAddress, Int32(clamping: $0.count)) } }
        // Piece by piece, so that rows that wait do not fill the memory.
        try flush(before: deadline)
      }
      try put { PQputCopyEnd(handle, nil) }
      try flush(before: deadline)
      return try self.answer(before: deadline).affected ?? 0

      func put(_ send: () -> Int32) throws(PostgresFailure) {
        while true {
          switch send() {
          case 1: return
          case 0: try flush(before: deadline)
          default: throw .lost(lastMessage)
          }
        }
      }
    } catch {
      defect = .lost("a COPY before failed")
      throw error
    }
  }

  private mutating func takeAnswer(before deadline: Deadline) throws(PostgresFailure) -> PostgresRows {
    do throws(PostgresFailure) {
      try flush(before: deadline)
      return try answer(before: deadline)
    } catch {
      switch error {
      case .timedOut, .cancelled, .tooLarge: cancelAndDrain()
      case .lost, .invalid: defect = error
      default: break
      }
      throw error
    }
  }

  private func send(_ statement: String, _ arguments: [String?]) throws(PostgresFailure) {
    let copies = arguments.map { $0.flatMap { strdup($0) } }
    defer { for copy in copies { free(copy) } }
    let sent = PQsendQueryParams(
      handle, statement, Int32(clamping: arguments.count), nil, copies.map { UnsafePointer($0) }, nil, nil, 0)
    guard sent == 1 else { throw .lost(lastMessage) }
    // Rows are taken over one by one, so that no server can fill the memory.
    PQsetSingleRowMode(handle)
  }

  private func flush(before deadline: Deadline) throws(PostgresFailure) {
    while true {
      switch PQflush(handle) {
      case 0: return
      case 1: break
      default: throw .lost(lastMessage)
      }
      try wait(for: POLLIN | POLLOUT, before: deadline)
      // A server that cannot write stops reading, so its output is taken in between.
      guard PQconsumeInput(handle) == 1 else { throw .lost(lastMessage) }
    }
  }

  private func answer(before deadline: Deadline) throws(PostgresFailure) -> PostgresRows {
    var collector = ResultCollector()
    while let result = try nextResult(before: deadline) {
      defer { PQclear(result) }
      try collector.take(result)
    }
    if PQstatus(handle) == CONNECTION_BAD { throw .lost(collector.report?.description ?? lastMessage) }
    if let report = collector.report { throw .server(report) }
    return collector.rows
  }

  private func nextResult(before deadline: Deadline) throws(PostgresFailure) -> OpaquePointer? {
    while PQisBusy(handle) == 1 {
      try wait(for: POLLIN, before: deadline)
      guard PQconsumeInput(handle) == 1 else { throw .lost(lastMessage) }
    }
    return PQgetResult(handle)
  }

  private func wait(for events: Int32, before deadline: Deadline) throws(PostgresFailure) {
    try Self.wait(for: events, on: handle, before: deadline, phase: "waiting for a statement")
  }

  private var lastMessage: String { Self.lastMessage(of: handle) }

  // MARK: Calling a statement off

  /// How long the server may take to confirm, in milliseconds.
  private static let grace = 500

  /// A right to cancel, which libpq lets any thread use.
  private struct CancelKey: @unchecked Sendable {
    let raw: OpaquePointer
  }

  /// A cancelled session stays busy until the server's last word on the statement is read.
  private mutating func cancelAndDrain() {
    defect = .lost("a statement before could not be called off")
    guard let raw = PQgetCancel(handle) else { return }
    let key = CancelKey(raw: raw)
    let isRunning = DetachedThread.start {
      // Connects anew, and blocks at that.
      var reason = [CChar](repeating: 0, count: 256)
      PQcancel(key.raw, &reason, Int32(reason.count))
      PQfreeCancel(key.raw)
    }
    guard isRunning else {
      PQfreeCancel(raw)
      return
    }
    let deadline = Deadline(milliseconds: Self.grace)
    do throws(PostgresFailure) {
      try flush(before: deadline)
      while let result = try nextResult(before: deadline) { PQclear(result) }
      defect = nil
    } catch {}
  }

  // MARK: For connecting and running alike

  /// Waits on the socket libpq has at this moment: it may change from one call to the next while connecting.
  static func wait(
    for events: Int32, on handle: OpaquePointer, before deadline: Deadline, phase: String
  ) throws(PostgresFailure) {
    let descriptor = PQsocket(handle)
    guard descriptor >= 0 else { throw .lost(lastMessage(of: handle)) }
    switch deadline.wait(for: events, on: descriptor) {
    case .ready: return
    case .timedOut: throw .timedOut(phase: phase)
    case .cancelled: throw .cancelled
    }
  }

  static func lastMessage(of handle: OpaquePointer) -> String {
    PQerrorMessage(handle).map { String(cString: $0).joinedLines } ?? "the connection is lost"
  }
}
