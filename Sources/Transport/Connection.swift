import Glibc
package import Probing

/// A TCP connection, plain at first, and encrypted from `startTLS` on.
///
/// Blocks until the deadline of each call: use it on a lane, from one thread at a time.
package final class Connection {
  /// How long the phases of setting it up took, in microseconds.
  package struct Phases: Sendable, Equatable {
    /// From the name to addresses.
    package var resolve: Int
    /// From addresses to a connection, addresses that failed included.
    package var connect: Int
    /// The TLS handshake; 0 before it.
    package var tls: Int
  }

  /// The address it is connected to, in figures, without port.
  package let peerAddress: String
  /// How long the phases of setting it up took.
  package private(set) var phases: Phases
  /// Whether the peer has agreed on a version and a suite of TLS, even if the handshake broke after that.
  package private(set) var hasAgreedOnTLS = false
  private let socket: Socket
  private var stream: TLSStream?

  private init(_ socket: Socket, address: String, phases: Phases) {
    self.socket = socket
    peerAddress = address
    self.phases = phases
  }

  /// Resolves the host and connects to its addresses, one after the other, until one answers.
  ///
  /// Each address gets an equal share of the time that is left, so that a silent one does not use up all of it.
  package static func open(
    _ endpoint: Endpoint, before deadline: Deadline, traffic: TrafficMeter
  ) throws(TransportFailure) -> Connection {
    let watch = Stopwatch()
    let addresses = try NameResolution.addresses(of: endpoint, before: deadline)
    let resolved = watch.microseconds
    var failures: [TransportFailure] = []
    for (index, address) in addresses.enumerated() {
      let share = deadline.millisecondsLeft / (addresses.count - index)
      do {
        let socket = try Socket.connected(
          to: address, before: deadline.capped(milliseconds: share), traffic: traffic)
        return Connection(
          socket, address: address.text,
          phases: Phases(resolve: resolved, connect: watch.microseconds - resolved, tls: 0))
      } catch {
        if error == .cancelled { throw error }
        failures.append(error)
      }
    }
    throw Self.mostTelling(failures) ?? .noSuchHost(endpoint.host)
  }

  /// Connects to a socket of this machine, such as a container engine's.
  package static func open(
    unixSocket path: String, before deadline: Deadline, traffic: TrafficMeter
  ) throws(TransportFailure) -> Connection {
    let watch = Stopwatch()
    guard let address = SocketAddress(unixSocket: path) else {
      throw .unreachable("the path of the socket is too long")
    }
    let socket = try Socket.connected(to: address, before: deadline, traffic: traffic)
    return Connection(socket, address: path, phases: Phases(resolve: 0, connect: watch.microseconds, tls: 0))
  }

  /// One silent address leaves the question open, so it outweighs the refusals of the others; an address that the network
  /// does not lead to (IPv6 where there is none) says least.
  private static func mostTelling(_ failures: [TransportFailure]) -> TransportFailure? {
    failures.first { if case .timedOut = $0 { true } else { false } }
      ?? failures.first { if case .unreachable = $0 { false } else { true } } ?? failures.first
  }

  /// Performs the TLS handshake and looks at what the server presented; later reads and writes are encrypted.
  ///
  /// A certificate that proves nothing does not end the handshake: the session's verdict says so.
  package func startTLS(
    _ settings: TLSClientSettings, before deadline: Deadline
  ) throws(TransportFailure) -> TLSSession {
    TLSSession(try handshake(settings, before: deadline), settings)
  }

  /// Performs the TLS handshake without looking at certificates; gives the protocol version agreed on.
  package func agreeOnTLS(
    _ settings: TLSClientSettings, before deadline: Deadline
  ) throws(TransportFailure) -> String {
    try handshake(settings, before: deadline).version
  }

  private func handshake(
    _ settings: TLSClientSettings, before deadline: Deadline
  ) throws(TransportFailure) -> TLSStream {
    let watch = Stopwatch()
    let stream = try TLSStream(settings, over: socket)
    defer { hasAgreedOnTLS = stream.isAgreed }
    try stream.handshake(before: deadline)
    // Wherever TLS began inside packets, it goes on without them (MS-TDS section 3.2.5.2).
    socket.envelope = nil
    phases.tls = watch.microseconds
    self.stream = stream
    return stream
  }

  /// Performs a TLS handshake that asks for everything and tells what the server gave; see `Inspection`.
  package func inspectTLS(
    _ settings: InspectionSettings, before deadline: Deadline
  ) throws(TransportFailure) -> Inspection {
    let watch = Stopwatch()
    let (inspection, stream) = try Inspection.made(settings, over: socket, before: deadline)
    phases.tls = watch.microseconds
    self.stream = stream
    return inspection
  }

  /// Asks for new keys within the session (RFC 5246 section 7.4.1.1), which a server need not grant.
  ///
  /// Gives whether the new keys were bound to the old session (RFC 5746). Throws where the server does not go along:
  /// `tls` with its alert, `closedEarly` or `reset`, and `timedOut` where it says nothing at all.
  package func renegotiateTLS(before deadline: Deadline) throws(TransportFailure) -> Bool {
    guard let stream else { throw .tls(TLSFailure(.local, "there is no session to renegotiate")) }
    return try stream.renegotiate(before: deadline)
  }

  /// Waits for bytes and gives at most `limit` of them; none when the peer ended in order.
  package func read(upTo limit: Int, before deadline: Deadline) throws(TransportFailure) -> [UInt8] {
    if let stream { return try stream.read(upTo: limit, before: deadline) }
    return try socket.read(upTo: limit, before: deadline)
  }

  /// Sends all of `bytes`.
  package func write(_ bytes: [UInt8], before deadline: Deadline) throws(TransportFailure) {
    if let stream { return try stream.write(bytes, before: deadline) }
    try socket.write(bytes, before: deadline)
  }

  /// Puts packets of TDS around everything up to the end of the TLS handshake.
  func wrapHandshake() { socket.envelope = TDSEnvelope() }

  /// Reads away what the peer has sent in plaintext, at most `limit` bytes; gives how many there were.
  ///
  /// Waits for the first of them until `deadline`; what has arrived is read even when that has passed.
  func discardArrived(upTo limit: Int, before deadline: Deadline) -> Int {
    guard stream == nil else { return 0 }
    var count = 0
    var isWaiting = true
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      guard let start = buffer.baseAddress else { return }
      while count < limit {
        switch socket.receive(into: start, atMost: min(buffer.count, limit - count)) {
        case .moved(let received): count += received
        case .wouldBlock where isWaiting && count == 0:
          isWaiting = false
          _ = try? socket.wait(for: POLLIN, before: deadline, phase: "read")
        case .wouldBlock, .ended, .failed: return
        }
      }
    }
    return count
  }

  /// Says goodbye and closes, without waiting for the peer's goodbye.
  package func close() {
    stream?.sayGoodbye()
    stream = nil
    socket.close()
  }
}

/// Time passed on the monotonic clock.
struct Stopwatch {
  private let start = ContinuousClock.now

  var microseconds: Int {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
  }
}
