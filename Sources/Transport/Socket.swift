import Glibc
import Probing

/// A connected, non-blocking TCP socket that counts what passes through it.
final class Socket {
  /// What came of trying to move bytes.
  enum Transfer {
    case moved(Int)
    case wouldBlock
    /// The peer has sent all it will send.
    case ended
    case failed(errno: Int32)
  }

  private(set) var descriptor: Int32
  private let traffic: TrafficMeter
  /// Why the last transfer ended the connection: 0 for a clean end, else the error; nil while it lives.
  private(set) var ending: Int32?
  /// Packets around everything that passes, while a protocol wants TLS inside its own; nil without.
  var envelope: TDSEnvelope?

  private init(descriptor: Int32, traffic: TrafficMeter) {
    self.descriptor = descriptor
    self.traffic = traffic
  }

  deinit { close() }

  static func connected(
    to address: SocketAddress, before deadline: Deadline, traffic: TrafficMeter
  ) throws(TransportFailure) -> Socket {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else { throw .unreachable(String(cString: strerror(errno))) }
    let connected = Socket(descriptor: descriptor, traffic: traffic)
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    traffic.add(connections: 1)
    let status = address.bytes.withUnsafeBytes { bytes -> Int32 in
      guard let pointer = bytes.baseAddress else { return -1 }
      return connect(descriptor, pointer.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    if status != 0 {
      guard errno == EINPROGRESS || errno == EINTR else { throw failure(errno) }
      try connected.wait(for: POLLOUT, before: deadline, phase: "connect")
      var error: Int32 = 0
      var length = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
      guard error == 0 else { throw failure(error) }
    }
    return connected
  }

  /// The socket of a client that was accepted; non-blocking already.
  static func accepted(_ descriptor: Int32, traffic: TrafficMeter) -> Socket {
    Socket(descriptor: descriptor, traffic: traffic)
  }

  /// What an error of the operating system means.
  static func failure(_ error: Int32) -> TransportFailure {
    switch error {
    case ECONNREFUSED: .refused
    case ECONNRESET, EPIPE, ECONNABORTED: .reset
    case ETIMEDOUT: .timedOut(phase: "connect")
    default: .unreachable(String(cString: strerror(error)))
    }
  }

  func wait(for events: Int32, before deadline: Deadline, phase: String) throws(TransportFailure) {
    switch deadline.wait(for: events, on: descriptor) {
    case .ready: return
    case .timedOut: throw .timedOut(phase: phase)
    case .cancelled: throw .cancelled
    }
  }

  /// Waits for bytes and gives at most `limit` of them; none when the peer ended in order.
  func read(upTo limit: Int, before deadline: Deadline) throws(TransportFailure) -> [UInt8] {
    while true {
      var transfer = Transfer.ended
      let bytes = [UInt8](unsafeUninitializedCapacity: max(1, limit)) { buffer, count in
        guard let start = buffer.baseAddress else { return }
        transfer = receive(into: start, atMost: buffer.count)
        if case .moved(let received) = transfer { count = received }
      }
      switch transfer {
      case .moved, .ended: return bytes
      case .wouldBlock: try wait(for: POLLIN, before: deadline, phase: "read")
      case .failed(let error): throw Self.failure(error)
      }
    }
  }

  /// Sends all of `bytes`.
  func write(_ bytes: [UInt8], before deadline: Deadline) throws(TransportFailure) {
    var sent = 0
    while sent < bytes.count {
      let transfer = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { send($0 + sent, bytes.count - sent) } ?? .moved(0)
      }
      switch transfer {
      case .moved(let count): sent += count
      case .wouldBlock: try wait(for: POLLOUT, before: deadline, phase: "write")
      case .ended: throw .closedEarly
      case .failed(let error): throw Self.failure(error)
      }
    }
  }

  func receive(into start: UnsafeMutableRawPointer, atMost count: Int) -> Transfer {
    guard envelope != nil else { return receivePlain(into: start, atMost: count) }
    while true {
      if let hindrance = flushEnvelope() { return hindrance }
      let transfer = receivePlain(into: start, atMost: count)
      guard case .moved(let received) = transfer else { return transfer }
      let content = envelope?.unwrap(UnsafeRawBufferPointer(start: start, count: received)) ?? []
      if envelope?.isBroken == true {
        ending = EPROTO
        return .failed(errno: EPROTO)
      }
      // A header alone is nothing yet.
      if content.isEmpty { continue }
      start.copyMemory(from: content, byteCount: content.count)
      return .moved(content.count)
    }
  }

  func send(_ start: UnsafeRawPointer, _ count: Int) -> Transfer {
    guard envelope != nil else { return sendPlain(start, count) }
    // What was wrapped before goes first; what is wrapped now counts as sent, and leaves with the next call at the latest.
    if let hindrance = flushEnvelope() { return hindrance }
    envelope?.wrap(UnsafeRawBufferPointer(start: start, count: count))
    if case .failed(let error)? = flushEnvelope() { return .failed(errno: error) }
    return .moved(count)
  }

  /// Sends what is wrapped; nil once all of it is on its way.
  private func flushEnvelope() -> Transfer? {
    while let waiting = envelope?.outgoing, !waiting.isEmpty {
      let transfer = waiting.withUnsafeBytes { bytes in
        bytes.baseAddress.map { sendPlain($0, bytes.count) } ?? .moved(bytes.count)
      }
      guard case .moved(let count) = transfer else { return transfer }
      envelope?.sent(count)
    }
    return nil
  }

  private func receivePlain(into start: UnsafeMutableRawPointer, atMost count: Int) -> Transfer {
    while true {
      let received = recv(descriptor, start, count, 0)
      if received > 0 {
        traffic.add(bytesReceived: received)
        return .moved(received)
      }
      if received == 0 {
        ending = 0
        return .ended
      }
      if let failed = failedTransfer() { return failed }
    }
  }

  private func sendPlain(_ start: UnsafeRawPointer, _ count: Int) -> Transfer {
    while true {
      // A peer that is gone must not raise SIGPIPE.
      let sent = Glibc.send(descriptor, start, count, Int32(MSG_NOSIGNAL))
      if sent >= 0 {
        traffic.add(bytesSent: sent)
        return .moved(sent)
      }
      if let failed = failedTransfer() { return failed }
    }
  }

  /// Nil where the call was only interrupted.
  private func failedTransfer() -> Transfer? {
    switch errno {
    case EINTR: return nil
    case EAGAIN: return .wouldBlock
    default:
      ending = errno
      return .failed(errno: errno)
    }
  }

  /// Ends the connection in order, without waiting for the peer.
  ///
  /// What has already arrived is read first: closing over unread bytes would send a reset.
  func close() {
    guard descriptor >= 0 else { return }
    shutdown(descriptor, Int32(SHUT_WR))
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      var rounds = 0
      while rounds < 16, recv(descriptor, buffer.baseAddress, buffer.count, 0) > 0 { rounds += 1 }
    }
    Glibc.close(descriptor)
    descriptor = -1
  }
}
