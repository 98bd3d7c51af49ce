import HTTPExchange
import Probing
import Transport

/// A connection that is kept open from one request to the next (RFC 9112 section 9.3), and opened anew where the server
/// ends it. Blocks; used by one thread at a time.
final class KeptConnection: @unchecked Sendable {
  /// What came of one request.
  struct Exchange: Sendable {
    /// As far as it was read; without a status where no answer came.
    var response: HTTPResponse
    /// Why there is no whole answer; nil if there is one.
    var silence: Silence?
    /// When the request left.
    var sent: ContinuousClock.Instant
    /// When the answer was complete, or was given up.
    var answered: ContinuousClock.Instant
  }

  private let client: Client
  private let url: HTTPURL
  private var connection: Connection?
  /// Whether the server has proved who it is, on this connection.
  private var isTrusted = false
  /// Requests answered on this connection.
  private var served = 0

  /// A connection for requests to the origin of `url`; not opened yet.
  init(_ client: Client, for url: HTTPURL) {
    self.client = client
    self.url = url
  }

  /// The address connected to, while the connection is open.
  var address: String? { connection?.peerAddress }

  /// Opens the connection unless it is open. Throws why that does not go.
  func open(before deadline: Deadline) throws(Silence) {
    if connection != nil { return }
    let opened = try client.connection(to: url, before: deadline)
    (connection, isTrusted, served) = (opened.connection, opened.isTrusted, 0)
  }

  /// Closes the connection if it is open.
  func close() {
    connection?.close()
    connection = nil
  }

  /// Sends `request` and reads its answer. A connection that the server had ended meanwhile is replaced once.
  func exchange(_ request: HTTPRequest, before deadline: Deadline) -> Exchange {
    let clock = ContinuousClock()
    var sent = clock.now
    for _ in 0..<2 {
      do {
        try open(before: deadline)
        guard let connection else { break }
        var request = request
        request.fields.append((name: "Connection", value: "keep-alive"))
        request.authorization =
          request.authorization ?? (isTrusted ? client.destination.authorization(presenting: .declared, to: url) : nil)
        let isReused = served > 0
        sent = clock.now
        let (response, end, _) = try client.exchange(request, over: connection, before: deadline)
        if isReused, response.headerBytes == 0, response.malformed != nil {
          close()
          continue
        }
        served += 1
        if end == .closed || !Self.persists(response) { close() }
        return Exchange(response: response, silence: nil, sent: sent, answered: clock.now)
      } catch {
        close()
        return Exchange(response: HTTPResponse(), silence: error, sent: sent, answered: clock.now)
      }
    }
    return Exchange(
      response: HTTPResponse(), silence: .noConnection(reason: "the connection was closed without an answer"),
      sent: sent, answered: clock.now)
  }

  /// Whether another request may follow on the same connection.
  private static func persists(_ response: HTTPResponse) -> Bool {
    guard response.malformed == nil, !response.isBodyTruncated, let fields = response.fields else { return false }
    let options = fields.list("connection")
    if options.contains("close") { return false }
    return response.version == "1.1" || options.contains("keep-alive")
  }
}
