import COpenSSL
import Glibc
package import Probing

/// A TCP port that waits for clients.
package final class Listener: Sendable {
  /// The address it listens on, in figures.
  package let address: String
  /// The port, also where any was asked for.
  package let port: Int
  private let descriptor: Int32

  /// Listens on a literal address; port 0 is any that is free.
  package init(address: String, port: Int) throws(TransportFailure) {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address, String(port), &hints, &first) == 0, let first else {
      throw .noSuchHost(address)
    }
    defer { freeaddrinfo(first) }
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(first.pointee.ai_family, type, 0)
    guard descriptor >= 0 else { throw .unreachable(String(cString: strerror(errno))) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(descriptor, 256) == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw .unreachable(reason)
    }
    guard let bound = Self.name(of: descriptor, getsockname) else {
      close(descriptor)
      throw .unreachable("the socket has no name")
    }
    (self.address, self.port) = bound
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Waits for a client; nil where none came before `deadline`. Blocks: only on a thread of its own.
  package func accept(before deadline: Deadline) -> ServedConnection? {
    guard case .ready = deadline.wait(for: Int32(POLLIN), on: descriptor) else { return nil }
    let accepted = prodworthy_accept(descriptor)
    guard accepted >= 0 else {
      // Out of descriptors: the client waits in the queue until one is closed.
      if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM { usleep(20_000) }
      return nil
    }
    var yes: Int32 = 1
    setsockopt(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    return ServedConnection(
      Socket.accepted(accepted, traffic: TrafficMeter()), peer: Self.name(of: accepted, getpeername)?.address)
  }

  private static func name(
    of descriptor: Int32,
    _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> (address: String, port: Int)? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let isNamed = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        ask(descriptor, address, &length) == 0
          && getnameinfo(
            address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
            NI_NUMERICHOST | NI_NUMERICSERV) == 0
      }
    }
    func text(_ buffer: [CChar]) -> String {
      String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return isNamed ? Int(text(service)).map { (text(host), $0) } : nil
  }
}

/// A client's connection, plain at first, and encrypted from `startTLS` on. One thread at a time.
package final class ServedConnection: @unchecked Sendable {
  /// The client's address in figures; nil where it is gone already.
  package let peer: String?
  private let socket: Socket
  private var stream: TLSStream?

  init(_ socket: Socket, peer: String?) {
    self.socket = socket
    self.peer = peer
  }

  /// Performs the server's side of a TLS handshake.
  package func startTLS(_ identity: ServerIdentity, before deadline: Deadline) throws(TransportFailure) {
    let stream = try TLSStream(serving: identity.context, over: socket)
    try stream.handshake(before: deadline)
    self.stream = stream
  }

  /// Waits for bytes and gives at most `limit` of them; none when the client ended in order.
  package func read(upTo limit: Int, before deadline: Deadline) throws(TransportFailure) -> [UInt8] {
    if let stream { return try stream.read(upTo: limit, before: deadline) }
    return try socket.read(upTo: limit, before: deadline)
  }

  /// Sends all of `bytes`.
  package func write(_ bytes: [UInt8], before deadline: Deadline) throws(TransportFailure) {
    if let stream { return try stream.write(bytes, before: deadline) }
    try socket.write(bytes, before: deadline)
  }

  /// Says goodbye and closes.
  package func close() {
    stream?.sayGoodbye()
    stream = nil
    socket.close()
  }
}
