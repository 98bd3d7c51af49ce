import Glibc
import Synchronization

/// A TCP server on loopback that hands connections on to another one, once a closure has had a word with the client.
package final class Relay: Sendable {
  /// What clients connect to.
  package let server: ScriptedServer

  /// A protocol that carries the relayed bytes in packets of its own.
  package enum Packets: Sendable {
    /// TDS: eight bytes of header with the length in the third and fourth, header included.
    case tds
  }

  /// Runs `greeting` for each connection, numbered from 0, and hands on those for which it returns true.
  ///
  /// With `packets` the client sends packets, whose headers are taken off, and gets packets.
  package init(
    to port: Int, packets: Packets? = nil, greeting: @escaping @Sendable (Int, ScriptedServer.Peer) -> Bool
  ) throws {
    let count = Counter()
    server = try ScriptedServer { peer in
      guard greeting(count.next(), peer), let onward = LoopbackPort.connected(to: port) else { return }
      defer { close(onward) }
      var ends = [peer.descriptor, onward].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      while poll(&ends, 2, 10_000) > 0 {
        for (from, to) in [(0, 1), (1, 0)] where ends[from].revents != 0 {
          let sender = ScriptedServer.Peer(descriptor: ends[from].fd)
          var bytes: [UInt8]
          switch packets {
          case nil: bytes = sender.receive()
          case .tds? where from == 1:
            bytes = sender.receive()
            if !bytes.isEmpty { bytes = Self.tds(bytes) }
          case .tds?:
            // What is not in packets any more ends the handshake, and with it the test.
            let header = sender.receive(exactly: 8)
            guard header.count == 8, header[0] == 0x12 else { return }
            bytes = sender.receive(exactly: (Int(header[2]) << 8 | Int(header[3])) - 8)
          }
          if bytes.isEmpty { return }
          ScriptedServer.Peer(descriptor: ends[to].fd).send(bytes)
        }
      }
    }
  }

  /// `bytes` in packets of at most 1000 bytes of content.
  private static func tds(_ bytes: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: 1000).flatMap { start -> [UInt8] in
      let part = bytes[start..<min(start + 1000, bytes.count)]
      let length = part.count + 8
      return [0x12, 1, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 1, 0] + part
    }
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0 - 1
      }
    }
  }
}
