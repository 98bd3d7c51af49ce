import Glibc

/// A port on 127.0.0.1 where connections are taken and nothing is ever said.
package final class SilentListener: Sendable {
  /// The port.
  package let port: Int
  private let descriptor: Int32

  /// Listens on a free port.
  package init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
          && listen(descriptor, 8) == 0
      }
    }
    guard isListening else { throw PostgresServer.Failure(reason: "no free port") }
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(descriptor) }
}
