package import AuditModel
import Glibc
package import Probing
package import Transport

/// Milliseconds spent in the phases of one exchange, with microseconds behind the point.
package struct Timing: Sendable {
  package var resolve: Double
  package var connect: Double
  /// Nil without TLS.
  package var tls: Double?
  /// From the request sent to the first byte of the answer; nil if none came.
  package var firstByte: Double?
  /// From the beginning of name resolution to the end of the answer.
  package var total: Double
}

/// One request with what came of it.
package struct Answer: Sendable {
  /// What became of the declared token.
  package enum Credentials: String, Sendable, CaseIterable {
    /// None is declared, or the request leaves the declared origin.
    case none
    /// Sent.
    case sent
    /// Not sent: the server did not prove who it is.
    case withheld
  }

  package var request: HTTPRequest
  package var response: HTTPResponse
  package var credentials: Credentials
  /// The address connected to.
  package var address: String
  package var timing: Timing
}

/// Why there is no answer.
package enum Silence: Error, Sendable {
  /// Nobody listens there, or what listens cannot be spoken to: a fact about the target.
  case noConnection(reason: String)
  /// Nothing came in time, or the way there is barred: says nothing about the target.
  case unseen(Unseen)
}

/// Speaks HTTP/1.1 with one target, a connection per request. Blocks: only on a lane.
package struct Client: Sendable {
  package let destination: Destination
  package let deadline: Deadline
  package let traffic: TrafficMeter

  /// A client for one target, with the instant at which every wait ends and the meter that counts what is sent.
  package init(destination: Destination, deadline: Deadline, traffic: TrafficMeter) {
    self.destination = destination
    self.deadline = deadline
    self.traffic = traffic
  }

  /// Sends `method` to `url` and reads the answer to its end or its limits.
  package func answer(to method: HTTPMethod, _ url: HTTPURL, withCredentials: Bool = true) throws(Silence) -> Answer {
    try answer(to: HTTPRequest(method, url), presenting: withCredentials ? .declared : .nothing)
  }

  /// Sends `request` on a connection of its own and reads the answer to its end or its limits.
  ///
  /// A secret leaves for the declared origin only, and only once the server has proved to be it.
  package func answer(to request: HTTPRequest, presenting presented: Presented) throws(Silence) -> Answer {
    let clock = ContinuousClock()
    let began = clock.now
    let url = request.url
    let secret = destination.authorization(presenting: presented, to: url)
    let (connection, isTrusted) = try self.connection(to: url, needsProof: secret != nil, before: deadline)
    defer { connection.close() }
    var request = request
    if case .madeUp(let value) = presented {
      request.authorization = value
    } else {
      request.authorization = isTrusted ? secret : nil
    }
    let sent = clock.now
    let (response, _, firstByte) = try exchange(request, over: connection, before: deadline)
    let phases = connection.phases
    return Answer(
      request: request, response: response,
      credentials: secret == nil ? .none : isTrusted ? .sent : .withheld, address: connection.peerAddress,
      timing: Timing(
        resolve: Double(phases.resolve) / 1000, connect: Double(phases.connect) / 1000,
        tls: url.scheme == .https ? Double(phases.tls) / 1000 : nil,
        firstByte: firstByte.map { Self.milliseconds($0 - sent) }, total: Self.milliseconds(clock.now - began)))
  }

  /// Why nothing came back that could be judged.
  package struct Unheard: Error {
    package let unseen: Unseen
  }

  /// The answer to a question of one service to another, whatever its status: throws where none came, where it is no HTTP, and
  /// where the server did not prove who it is and so was not shown the credentials.
  package func heard(_ request: HTTPRequest, presenting presented: Presented) throws(Unheard) -> Answer {
    let answer: Answer
    do {
      answer = try self.answer(to: request, presenting: presented)
    } catch {
      switch error {
      case .noConnection(let reason): throw Unheard(unseen: Unseen(.unreachable, reason))
      case .unseen(let unseen): throw Unheard(unseen: unseen)
      }
    }
    if answer.credentials == .withheld {
      throw Unheard(
        unseen: Unseen(.denied, "the server did not prove who it is, so it was not shown the credentials"))
    }
    guard answer.response.status != nil, answer.response.malformed == nil else {
      throw Unheard(unseen: Unseen(.malformed, answer.response.malformed ?? "no HTTP answer"))
    }
    return answer
  }

  /// Opens a connection to the origin of `url`, encrypted where its scheme says so; whether the server proved to be the
  /// declared one, as far as a token depends on it.
  package func connection(
    to url: HTTPURL, needsProof: Bool? = nil, before deadline: Deadline
  ) throws(Silence) -> (connection: Connection, isTrusted: Bool) {
    let connection: Connection
    do {
      connection = try Connection.open(
        Endpoint(host: destination.address ?? url.host, port: url.port), before: deadline, traffic: traffic)
    } catch {
      throw silence(error, phase: "a connection to")
    }
    if url.scheme == .http { return (connection, true) }
    do {
      let needsProof = needsProof ?? (destination.bearer(for: url) != nil)
      return (connection, try secure(connection, for: url, needsProof: needsProof, before: deadline))
    } catch {
      connection.close()
      throw error
    }
  }

  /// Encrypts the connection; whether the server proved to be the declared one, which is only looked at where a token
  /// depends on it.
  private func secure(
    _ connection: Connection, for url: HTTPURL, needsProof: Bool, before deadline: Deadline
  ) throws(Silence) -> Bool {
    let declared = needsProof ? try? TrustStore.including(destination.trust) : nil
    let trust: TrustStore
    do throws(TrustStore.Failure) {
      if let declared { trust = declared } else { trust = try TrustStore.including([]) }
    } catch {
      throw .unseen(Unseen(.broken, error.sentence))
    }
    let settings = TLSClientSettings(
      serverName: destination.serverName ?? url.host, trust: trust, alpn: ["http/1.1"])
    do {
      if declared == nil {
        _ = try connection.agreeOnTLS(settings, before: deadline)
        return false
      }
      let session = try connection.startTLS(settings, before: deadline)
      let isStrong = session.version == TLSVersion.tls12.rawValue || session.version == TLSVersion.tls13.rawValue
      return isStrong && session.provesIdentity(at: Instant(seconds: time(nil)))
    } catch {
      throw silence(error, phase: "a TLS handshake with")
    }
  }

  /// What became of the connection with the end of an answer.
  package enum End {
    case open, closed
  }

  /// Sends `request` over an open connection and reads the answer.
  ///
  /// A server may answer and close before it has read the request, so a failed write alone decides nothing.
  package func exchange(
    _ request: HTTPRequest, over connection: Connection, before deadline: Deadline
  ) throws(Silence) -> (HTTPResponse, End, firstByte: ContinuousClock.Instant?) {
    let clock = ContinuousClock()
    var end = End.open
    var parser = ResponseParser(answering: request.method, keeping: request.contentLimit)
    var firstByte: ContinuousClock.Instant?
    traffic.add(requests: 1)
    do {
      try connection.write(request.bytes, before: deadline)
    } catch {
      guard case .reset = error else { throw silence(error, phase: "the request to reach") }
    }
    while !parser.isOver {
      do {
        let bytes = try connection.read(upTo: 16 << 10, before: deadline)
        if firstByte == nil, !bytes.isEmpty { firstByte = clock.now }
        if bytes.isEmpty {
          end = .closed
          parser.finish()
        } else {
          parser.consume(bytes)
        }
      } catch {
        end = .closed
        switch error {
        case .closedEarly: parser.finish()
        case .reset: parser.abort("the connection was reset")
        default:
          throw silence(
            error, phase: parser.response.headerBytes == 0 ? "an answer from" : "the rest of the answer from")
        }
      }
    }
    return (parser.response, end, firstByte)
  }

  private func silence(_ failure: TransportFailure, phase: String) -> Silence {
    switch failure {
    case .noSuchHost, .refused, .tls, .reset, .closedEarly: .noConnection(reason: failure.sentence)
    case .resolutionFailed, .unreachable: .unseen(Unseen(.unreachable, failure.sentence))
    case .timedOut: .unseen(Unseen(.timeout, "the deadline passed waiting for \(phase) the server"))
    case .cancelled: .unseen(Unseen(.interrupted, "the run was interrupted"))
    }
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) / 1000
  }
}
