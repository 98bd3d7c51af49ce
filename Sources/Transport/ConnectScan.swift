import Glibc
package import Probing

/// Tries to connect to many ports of one address, and says nothing to whoever answers.
///
/// Connections are ordinary ones, taken up and closed at once: no raw packets, no rights needed.
package struct ConnectScan: Sendable {
  /// How one port answered.
  package enum Answer: Sendable, Hashable {
    /// Something took the connection.
    case open
    /// The host said that nothing listens there.
    case refused
    /// Nothing came back: a packet filter, a host that is down, or a long way.
    case silent
    /// The network, or a packet filter on the way, said that it does not lead there.
    case barred(String)
  }

  /// How many connections may be under way at a time.
  package var width = 96
  /// How long a port may stay silent, in milliseconds: enough for the first repetition of a lost packet, after one second
  /// (RFC 6298 section 2).
  package var patience = 2300
  /// The most connections begun in one millisecond.
  package var pace = 2

  /// A scan in its usual manner.
  package init() {}

  /// The answers by port. Ports that were not tried before the deadline have none. Blocks: only on a lane.
  package func answers(
    of address: SocketAddress, ports: [Int], before deadline: Deadline, traffic: TrafficMeter
  ) -> [Int: Answer] {
    var answers: [Int: Answer] = [:]
    var waiting = ports[...]
    var open: [Attempt] = []
    defer { for attempt in open { Glibc.close(attempt.descriptor) } }
    while !deadline.hasPassed, !(waiting.isEmpty && open.isEmpty) {
      var begun = 0
      while begun < pace, open.count < width, let port = waiting.first {
        switch begin(address.with(port: port), port: port, traffic: traffic) {
        case .answered(let answer): answers[port] = answer
        case .underWay(let attempt): open.append(attempt)
        // Out of descriptors or local ports: those that end now make room.
        case .noRoom:
          if open.isEmpty { return answers }
          begun = pace
          continue
        }
        waiting = waiting.dropFirst()
        begun += 1
      }
      settle(&open, into: &answers, waitingFor: waiting.isEmpty || open.count >= width ? 20 : 1)
    }
    return answers
  }

  private struct Attempt {
    var port: Int
    var descriptor: Int32
    var deadline: Deadline
  }

  private enum Beginning {
    case answered(Answer)
    case underWay(Attempt)
    case noRoom
  }

  private func begin(_ address: SocketAddress, port: Int, traffic: TrafficMeter) -> Beginning {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else {
      return errno == EAFNOSUPPORT ? .answered(.barred(Self.words(errno))) : .noRoom
    }
    let status = address.bytes.withUnsafeBytes { bytes -> Int32 in
      guard let pointer = bytes.baseAddress else { return -1 }
      return connect(descriptor, pointer.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    let error = status == 0 ? 0 : errno
    switch error {
    case EINPROGRESS, EINTR:
      traffic.add(connections: 1)
      return .underWay(Attempt(port: port, descriptor: descriptor, deadline: Deadline(milliseconds: patience)))
    case EAGAIN, EADDRNOTAVAIL:
      Glibc.close(descriptor)
      return .noRoom
    default:
      traffic.add(connections: 1)
      defer { Glibc.close(descriptor) }
      return .answered(Self.answer(error, on: descriptor))
    }
  }

  /// Takes those that have ended out of `open`.
  private func settle(_ open: inout [Attempt], into answers: inout [Int: Answer], waitingFor milliseconds: Int32) {
    var entries = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLOUT), revents: 0) }
    _ = poll(&entries, nfds_t(entries.count), milliseconds)
    var still: [Attempt] = []
    for (attempt, entry) in zip(open, entries) {
      if entry.revents != 0 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(attempt.descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
        answers[attempt.port] = Self.answer(error, on: attempt.descriptor)
      } else if attempt.deadline.hasPassed {
        answers[attempt.port] = .silent
      } else {
        still.append(attempt)
        continue
      }
      Glibc.close(attempt.descriptor)
    }
    open = still
  }

  private static func answer(_ error: Int32, on descriptor: Int32) -> Answer {
    switch error {
    case 0: isTalkingToItself(descriptor) ? .refused : .open
    case ECONNREFUSED, ECONNRESET: .refused
    case ETIMEDOUT: .silent
    default: .barred(words(error))
    }
  }

  private static func words(_ error: Int32) -> String { String(cString: strerror(error)) }

  /// A connection to a port of this machine where nobody listens can meet itself, when the system gives it that very
  /// port for its own end (simultaneous open, RFC 9293 section 3.5).
  private static func isTalkingToItself(_ descriptor: Int32) -> Bool {
    name(of: descriptor, getsockname).map { $0 == name(of: descriptor, getpeername) } ?? false
  }

  private static func name(
    of descriptor: Int32,
    _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> [UInt8]? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      let status = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(descriptor, $0, &length) }
      guard status == 0 else { return nil }
      return Array(UnsafeRawBufferPointer(start: pointer, count: min(Int(length), MemoryLayout<sockaddr_storage>.size)))
    }
  }
}
