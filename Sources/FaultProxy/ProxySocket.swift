import Glibc
import Transport

/// A listening socket.
struct ProxySocket {
  var descriptor: Int32
  var port: Int

  /// Listens on a literal address. Throws why that does not go.
  static func listening(on place: Endpoint) throws(FaultProxy.Failure) -> ProxySocket {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard (0...65535).contains(place.port), !place.host.utf8.contains(0),
      getaddrinfo(place.host, String(place.port), &hints, &first) == 0, let first
    else { throw FaultProxy.Failure(reason: "\(place.host):\(place.port) is no literal address with a port") }
    defer { freeaddrinfo(first) }
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(first.pointee.ai_family, type, 0)
    guard descriptor >= 0 else { throw FaultProxy.Failure(reason: String(cString: strerror(errno))) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(descriptor, 128) == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw FaultProxy.Failure(reason: "\(place.host):\(place.port): \(reason)")
    }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let bytes = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
      return UnsafeRawBufferPointer(start: pointer, count: 4).map { $0 }
    }
    // Both families have the port, most significant byte first, after two bytes for the family.
    return ProxySocket(descriptor: descriptor, port: Int(bytes[2]) << 8 | Int(bytes[3]))
  }

  /// Closes a connection so that the other side sees a reset.
  static func reset(_ descriptor: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close(descriptor)
  }
}
