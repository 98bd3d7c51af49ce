/// What a proxy does to what passes through it.
package enum Fault: Sendable, Hashable {
  /// Nothing.
  case none
  /// Nobody listens: connections are refused, and those there are break.
  case refuse
  /// Connections are taken, and reset as soon as something is said on them.
  case reset
  /// Everything is taken in, and nothing comes back.
  case blackhole
  /// Answers come so many milliseconds later.
  case delay(milliseconds: Int)
  /// Answers come with so many bytes a second.
  case throttle(bytesPerSecond: Int)
  /// Answers break off in the middle of their content.
  case cut
  /// The first requests, so many of them, are answered with status 500, except for calls that are spared. What does not speak plain HTTP/1.1 passes.
  case errors(first: Int)
}

/// What passed through a proxy since it began, or since it was last asked to forget.
package struct ProxyRecord: Sendable {
  /// One request in plain HTTP/1.1.
  package struct Request: Sendable {
    /// What became of it.
    package enum End: Sendable, Hashable {
      /// The first byte of an answer was sent back.
      case answered
      /// The client ended the connection first.
      case givenUp
      /// The proxy or the server ended it.
      case broken
    }

    /// When its head was complete, in milliseconds of the proxy's clock.
    package var at: Int
    /// Its method.
    package var method: String
    /// Its path without a query, at most 200 characters; what the client says, so hostile text.
    package var path: String
    /// What became of it; nil while it waits.
    package var end: End?
    /// When that was, in milliseconds of the proxy's clock.
    package var endedAt: Int?
  }

  /// A kind of request.
  package struct Call: Sendable, Hashable {
    /// Its method.
    package var method: String
    /// Its path without a query.
    package var path: String

    /// A kind of request.
    package init(method: String, path: String) {
      self.method = method
      self.path = path
    }
  }

  /// When each connection was taken, in milliseconds of the proxy's clock; at most `most`.
  package var connections: [Int] = []
  /// The requests, oldest first; at most `most`.
  package var requests: [Request] = []
  /// Connections in all.
  package var connectionCount = 0
  /// Requests in all.
  package var requestCount = 0

  /// What came after `earlier`, a record of the same proxy.
  package func later(than earlier: ProxyRecord) -> ProxyRecord {
    var later = self
    later.connections.removeFirst(min(earlier.connections.count, connections.count))
    later.requests.removeFirst(min(earlier.requests.count, requests.count))
    later.connectionCount -= earlier.connectionCount
    later.requestCount -= earlier.requestCount
    return later
  }

  /// The most that is kept of each, so that a storm fills no memory.
  static let most = 20_000
}
