/// Why a database could not be connected to or a statement not be run.
package enum PostgresFailure: Error, Sendable, Hashable {
  /// The host's name does not exist.
  case noSuchHost(String)
  /// Name resolution failed for another reason.
  case resolutionFailed(String)
  /// Nobody listens on the port.
  case refused(String)
  /// The network did not lead there.
  case unreachable(String)
  /// No TLS session as asked for: none offered, or a certificate that does not verify.
  case insecure(String)
  /// The connection stood, but there is no session: the server's word, or the client's own refusal.
  case rejected(ServerReport)
  /// The server refused a statement.
  case server(ServerReport)
  /// The connection broke.
  case lost(String)
  /// The deadline passed.
  case timedOut(phase: String)
  /// The work was called off.
  case cancelled
  /// The answer is larger than this client takes.
  case tooLarge(String)
  /// What was asked for makes no sense.
  case invalid(String)
}

/// What a server says of a failure.
package struct ServerReport: Sendable, Hashable {
  /// The five characters of PostgreSQL's appendix A (`28P01`); nil where the client itself gave up.
  package var sqlState: String?
  /// One line, in the server's language.
  package var message: String

  /// A message with its SQLSTATE.
  package init(sqlState: String?, message: String) {
    self.sqlState = sqlState
    self.message = message
  }
}

extension PostgresFailure: CustomStringConvertible {
  /// One line for people.
  package var description: String {
    switch self {
    case .noSuchHost(let host): "no such host: \(host)"
    case .resolutionFailed(let reason), .refused(let reason), .unreachable(let reason), .insecure(let reason),
      .lost(let reason), .tooLarge(let reason), .invalid(let reason):
      reason
    case .rejected(let report), .server(let report): report.description
    case .timedOut(let phase): "no answer in time while \(phase)"
    case .cancelled: "called off"
    }
  }
}

extension ServerReport: CustomStringConvertible {
  /// The message, with the SQLSTATE behind it.
  package var description: String { sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message }
}

extension ServerReport {
  /// Reads libpq's account of a failed login, written with `PQERRORS_VERBOSE`.
  ///
  /// libpq offers no SQLSTATE for it, but writes the server's first line as `SEVERITY:  SQLSTATE: message`, with two spaces,
  /// which none of its own messages has.
  init(login account: String) {
    let lines = account.split(whereSeparator: \.isNewline).map(String.init)
    for line in lines {
      guard let mark = line.firstRange(of: ":  ") else { continue }
      let rest = line[mark.upperBound...]
      let state = rest.prefix(5)
      guard state.utf8.count == 5, state.utf8.allSatisfy(Self.isStateCharacter), rest.dropFirst(5).hasPrefix(": ")
      else { continue }
      self.init(sqlState: String(state), message: String(rest.dropFirst(7)))
      return
    }
    self.init(sqlState: nil, message: account.joinedLines)
  }

  private static func isStateCharacter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}

extension String {
  /// The lines of a message as one.
  var joinedLines: String {
    split(whereSeparator: \.isNewline).map { line in
      String(line.drop { $0 == "\t" || $0 == " " })
    }.joined(separator: "; ")
  }
}
