import Glibc

/// TCP ports on 127.0.0.1.
package enum LoopbackPort {
  /// The port cannot be had or does not answer.
  package struct Failure: Error {
    /// What happened.
    package var reason: String
  }

  /// A listening socket on a port of the system's choice.
  static func listening() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard status else { throw Failure(reason: String(cString: strerror(errno))) }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// A port on which nothing listens.
  package static func free() throws -> Int {
    let (descriptor, port) = try listening()
    close(descriptor)
    return port
  }

  /// Waits until something listens there, at most `milliseconds`.
  static func waitUntilOpen(_ port: Int, milliseconds: Int = 10_000) throws {
    for _ in 0..<milliseconds / 10 {
      if let descriptor = connected(to: port) {
        close(descriptor)
        return
      }
      usleep(10_000)
    }
    throw Failure(reason: "nothing listens on port \(port)")
  }

  /// A connection to a port; nil if nothing listens there.
  static func connected(to port: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    return address
  }
}
