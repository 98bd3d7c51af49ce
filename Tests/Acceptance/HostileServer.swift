import Foundation
import Glibc

/// A TCP server on loopback that treats every connection as its script says.
final class HostileServer: @unchecked Sendable {
  /// Its port.
  let port: Int
  private let descriptor: Int32

  /// Starts listening; `script` gets each connection on a thread of its own and closes nothing.
  init(_ script: @escaping @Sendable (Int32) -> Void) throws {
    let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    descriptor = listening
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(listening, raw, length) == 0 && listen(listening, 64) == 0 && getsockname(listening, raw, &length) == 0
      }
    }
    guard bound else { throw CocoaError(.fileNoSuchFile) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      while true {
        let connection = accept(listening, nil, nil)
        if connection < 0 { return }
        Thread.detachNewThread {
          script(connection)
          close(connection)
        }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// Sends `bytes`; false once the peer is gone.
  @discardableResult
  static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Reads once, up to 64 KiB.
  static func readSome(from connection: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(connection, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : []
  }
}
