import Glibc

/// A TCP server on loopback that does with each connection what a closure says.
package final class ScriptedServer: Sendable {
  /// One accepted connection; closed when the script is done with it.
  package struct Peer: Sendable {
    let descriptor: Int32

    /// Waits for at least one byte and gives what came; none at the end.
    package func receive() -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = recv(descriptor, &bytes, bytes.count, 0)
      return Array(bytes.prefix(max(0, count)))
    }

    /// Waits for `count` bytes and gives them; fewer at the end.
    package func receive(exactly count: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      while bytes.count < count {
        var part = [UInt8](repeating: 0, count: count - bytes.count)
        let received = recv(descriptor, &part, part.count, 0)
        if received <= 0 { break }
        bytes += part.prefix(received)
      }
      return bytes
    }

    /// Waits for bytes, leaves them where they are, and says whether there are at least `count` within 50 ms.
    package func peek(_ count: Int) -> Bool {
      var bytes = [UInt8](repeating: 0, count: 65536)
      _ = recv(descriptor, &bytes, 1, Int32(MSG_PEEK))
      usleep(50_000)
      return recv(descriptor, &bytes, bytes.count, Int32(MSG_PEEK)) >= count
    }

    /// What has come, at most `count` bytes, left where it is.
    package func peeked(_ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      let received = recv(descriptor, &bytes, count, Int32(MSG_PEEK))
      return Array(bytes.prefix(max(0, received)))
    }

    /// Sends all of it, as far as the peer takes it.
    package func send(_ bytes: [UInt8]) {
      _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Makes the coming close a reset.
    package func resetOnClose() {
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
  }

  /// The port it listens on.
  package let port: Int
  private let listener: Int32
  private let script: @Sendable (Peer) -> Void

  /// Listens and runs `script` on a thread of its own for each connection.
  package convenience init(_ script: @escaping @Sendable (Peer) -> Void) throws {
    let (listener, port) = try LoopbackPort.listening()
    self.init(listener, port, script)
  }

  /// Listens on a socket in the file system; its port is 0.
  package convenience init(unixSocket path: String, _ script: @escaping @Sendable (Peer) -> Void) throws {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1)) }
    let status = withUnsafeBytes(of: &address) { bytes -> Int32 in
      guard let start = bytes.baseAddress else { return -1 }
      return bind(listener, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard status == 0, listen(listener, 16) == 0 else {
      throw ChildProcess.Failure(description: "cannot listen on \(path): \(String(cString: strerror(errno)))")
    }
    self.init(listener, 0, script)
  }

  private init(_ listener: Int32, _ port: Int, _ script: @escaping @Sendable (Peer) -> Void) {
    self.listener = listener
    self.port = port
    self.script = script
    Self.onThread {
      while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
        Self.onThread {
          script(Peer(descriptor: descriptor))
          close(descriptor)
        }
      }
      close(listener)
    }
  }

  /// Ends the accepting thread, which closes the socket.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func onThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    pthread_detach(thread)
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
