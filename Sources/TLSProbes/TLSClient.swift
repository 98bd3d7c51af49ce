import Probing
import Transport

/// What came of one connection with a handshake.
struct Meeting: Sendable {
  /// The address connected to.
  var address: String
  var phases: Connection.Phases
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
    let outcome = Result { () throws(TransportFailure) in
      try open(connection, before: deadline)
      var settings = TLSClientSettings(serverName: target.serverName, trust: trust)
      if target.opening == .direct { settings.alpn = ["h2", "http/1.1"] }
      return try connection.startTLS(settings, before: deadline)
    }
    if case .failure(let failure) = outcome, failure.isInconclusive { throw failure }
    return Meeting(address: connection.peerAddress, phases: connection.phases, outcome: outcome)
  }

  /// Offers one protocol version alone, with every cipher there is.
  func offer(_ version: TLSVersion, before deadline: Deadline) throws(TransportFailure) {
    let connection = try Connection.open(target.endpoint, before: deadline, traffic: traffic)
    defer { connection.close() }
    try open(connection, before: deadline)
    let settings = TLSClientSettings(
      serverName: target.serverName, trust: nil, minimumVersion: version, maximumVersion: version,
      offersEveryCipher: true)
    _ = try connection.agreeOnTLS(settings, before: deadline)
  }

  func open(_ connection: Connection, before deadline: Deadline) throws(TransportFailure) {
    guard target.opening == .postgres else { return }
    traffic.add(requests: 1)
    try connection.write(Self.sslRequest, before: deadline)
    // One byte and no more: whatever followed it in plaintext would be taken for the server's (CVE-2021-23222).
    switch try connection.read(upTo: 1, before: deadline).first {
    case UInt8(ascii: "S"): return
    case UInt8(ascii: "N"): throw .tls(TLSFailure(.notTLS, "the server declines TLS"))
    case nil: throw .closedEarly
    default: throw .tls(TLSFailure(.notTLS, "what answers the request for TLS is not PostgreSQL's protocol"))
    }
  }

  /// Length 8, then the code 80877103 (PostgreSQL manual, section 55.7).
  private static let sslRequest: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]
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
