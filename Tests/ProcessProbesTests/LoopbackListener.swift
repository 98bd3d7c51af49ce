import Glibc

/// A TCP port of 127.0.0.1 that greets everybody with the same bytes, on a thread of its own.
final class LoopbackListener: Sendable {
  let port: Int
  private let listener: Int32

  init(greeting: String) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Failure() }
    port = Int(UInt16(bigEndian: address.sin_port))
    let greeter = Unmanaged.passRetained(Greeter(listener: descriptor, greeting: Array(greeting.utf8)))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Greeter>.fromOpaque(argument).takeRetainedValue().serve() }
        return nil
      }, greeter.toOpaque())
    pthread_detach(thread)
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  struct Failure: Error {}

  private final class Greeter: Sendable {
    let listener: Int32
    let greeting: [UInt8]

    init(listener: Int32, greeting: [UInt8]) {
      self.listener = listener
      self.greeting = greeting
    }

    func serve() {
      while true {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { break }
        _ = greeting.withUnsafeBytes { send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        shutdown(peer, Int32(SHUT_WR))
        // Until the peer is done: a close over unread bytes would be a reset.
        var rest = [UInt8](repeating: 0, count: 4096)
        while recv(peer, &rest, rest.count, 0) > 0 {}
        close(peer)
      }
      close(listener)
    }
  }
}
