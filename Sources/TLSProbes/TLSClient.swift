import Probing
import Transport

/// What came of one connection with a handshake.
struct Meeting: Sendable {
  /// The address connected to.
  var address: String
  var phases: Connection.Phases
  /// What came of asking for TLS; nil where nothing had to be asked, and where the server ended the talk.
  var upgrade: UpgradeSighting?
  /// The session, or why there is none.
  var outcome: Result<TLSSession, TransportFailure>
}

/// Speaks TLS with one target, a connection per handshake. Blocks: only on a lane.
struct TLSClient: Sendable {
  let target: TLSTarget
  /// Nil where the roots cannot be read: then nothing is said about the chain.
  let trust: TrustStore?
  let deadline: Deadline
  let traffic: TrafficMeter

  /// Connects, offers everything, and looks at what the server presents.
  ///
  /// Throws where nobody could be met, and where the server was silent; a handshake that broke is an outcome.
  func meet() throws(TransportFailure) -> Meeting {
    let connection = try Connection.open(target.endpoint, before: deadline, traffic: traffic)
    defer { connection.close() }
    var upgrade: UpgradeSighting?
    let outcome = Result { () throws(TransportFailure) in
      // What must not follow the go-ahead may be a moment behind it.
      upgrade = try self.upgrade(connection, before: deadline, quietMilliseconds: 25)
      if let obstacle = upgrade?.obstacle { throw .tls(TLSFailure(.notTLS, obstacle)) }
      let settings = TLSClientSettings(serverName: target.serverName, trust: trust, alpn: target.alpn)
      return try connection.startTLS(settings, before: deadline)
    }
    if case .failure(let failure) = outcome, failure.isInconclusive { throw failure }
    return Meeting(address: connection.peerAddress, phases: connection.phases, upgrade: upgrade, outcome: outcome)
  }

  /// Offers one protocol version alone, with every cipher there is.
  func offer(_ version: TLSVersion, before deadline: Deadline) throws(TransportFailure) {
    let connection = try Connection.open(target.endpoint, before: deadline, traffic: traffic)
    defer { connection.close() }
    if let obstacle = try upgrade(connection, before: deadline, quietMilliseconds: 0)?.obstacle {
      throw .tls(TLSFailure(.notTLS, obstacle))
    }
    let settings = TLSClientSettings(
      serverName: target.serverName, trust: nil, minimumVersion: version, maximumVersion: version,
      alpn: target.alpn, offersEveryCipher: true)
    do throws(TransportFailure) {
      _ = try connection.agreeOnTLS(settings, before: deadline)
    } catch {
      // Whoever breaks off later has agreed to the version all the same.
      if !connection.hasAgreedOnTLS { throw error }
    }
  }

  /// Asks for TLS, where it has to be asked for.
  func upgrade(
    _ connection: Connection, before deadline: Deadline, quietMilliseconds: Int
  ) throws(TransportFailure) -> UpgradeSighting? {
    guard case .upgrade(let upgradeProtocol) = target.opening else { return nil }
    if upgradeProtocol != .postgresDirect { traffic.add(requests: 1) }
    do {
      return try connection.upgrade(
        by: upgradeProtocol, to: target.serverName, before: deadline, quietMilliseconds: quietMilliseconds)
    } catch {
      // An end before TLS has begun says nothing about TLS.
      guard error == .closedEarly || error == .reset else { throw error }
      throw .tls(TLSFailure(.notTLS, "\(error.sentence), before TLS began"))
    }
  }
}

extension TransportFailure {
  /// Whether it says nothing about the server.
  var isInconclusive: Bool {
    switch self {
    case .timedOut, .cancelled, .unreachable, .resolutionFailed: true
    case .noSuchHost, .refused, .reset, .closedEarly, .tls: false
    }
  }
}
