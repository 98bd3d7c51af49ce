import CLibPQ
import Glibc
package import Probing

extension PostgresConnection {
  /// Connects and logs in. Blocks: only on a lane.
  package static func open(
    _ parameters: PostgresParameters, before deadline: Deadline
  ) throws(PostgresFailure) -> PostgresConnection {
    let addresses = try HostResolution.addresses(of: parameters.address ?? parameters.host, before: deadline)
    let trust = try TrustBundle(parameters.sslMode.verifies ? parameters.trust : [])
    defer { extendLifetime(trust) }
    let keywords = parameters.keywords(addresses: addresses, trustFile: trust.path)
    guard !keywords.contains(where: { $0.1.utf8.contains(0) }) else {
      throw .invalid("PostgreSQL takes no text with a zero byte")
    }
    guard let handle = start(keywords) else { throw .lost("no memory for a connection") }
    do throws(PostgresFailure) {
      try logIn(handle, before: deadline)
    } catch {
      PQfinish(handle)
      throw error
    }
    return PostgresConnection(connected: handle)
  }

  private static func start(_ keywords: [(String, String)]) -> OpaquePointer? {
    let names = keywords.map { strdup($0.0) }
    let values = keywords.map { strdup($0.1) }
    defer { for text in names + values { free(text) } }
    return PQconnectStartParams(
      names.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 0)
  }

  private static func logIn(_ handle: OpaquePointer, before deadline: Deadline) throws(PostgresFailure) {
    // libpq would print notices.
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    var phase = Phase(PQstatus(handle)) ?? .connecting
    if PQstatus(handle) == CONNECTION_BAD { throw failure(in: phase, of: handle) }
    var next = PGRES_POLLING_WRITING
    while next != PGRES_POLLING_OK {
      try wait(
        for: next == PGRES_POLLING_READING ? POLLIN : POLLOUT, on: handle, before: deadline, phase: phase.rawValue)
      next = PQconnectPoll(handle)
      if next == PGRES_POLLING_FAILED { throw failure(in: phase, of: handle) }
      phase = Phase(PQstatus(handle)) ?? phase
    }
    PQsetnonblocking(handle, 1)
  }

  /// How far a login has come: libpq tells why one failed only in words, but not having come further tells the kind.
  private enum Phase: String {
    case connecting = "connecting to the database"
    case securing = "negotiating TLS with the database"
    case loggingIn = "logging in to the database"

    /// Nil for the states on the way from one phase to the next.
    init?(_ status: ConnStatusType) {
      switch status {
      case CONNECTION_STARTED, CONNECTION_MADE, CONNECTION_NEEDED: self = .connecting
      case CONNECTION_SSL_STARTUP: self = .securing
      case CONNECTION_AWAITING_RESPONSE, CONNECTION_AUTH_OK: self = .loggingIn
      default: return nil
      }
    }
  }

  private static func failure(in phase: Phase, of handle: OpaquePointer) -> PostgresFailure {
    let account = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
    switch phase {
    case .connecting:
      let isRefused = account.contains(String(cString: strerror(ECONNREFUSED)))
      return isRefused ? .refused(account.joinedLines) : .unreachable(account.joinedLines)
    case .securing: return .insecure(account.joinedLines)
    case .loggingIn: return .rejected(ServerReport(login: account))
    }
  }
}
