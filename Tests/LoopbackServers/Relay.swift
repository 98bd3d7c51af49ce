import Glibc
import Synchronization

/// A TCP server on loopback that hands connections on to another one, once a closure has had a word with the client.
package final class Relay: Sendable {
  /// What clients connect to.
  package let server: ScriptedServer

  /// Runs `greeting` for each connection, numbered from 0, and hands on those for which it returns true.
  package init(to port: Int, greeting: @escaping @Sendable (Int, ScriptedServer.Peer) -> Bool) throws {
    let count = Counter()
    server = try ScriptedServer { peer in
      guard greeting(count.next(), peer), let onward = LoopbackPort.connected(to: port) else { return }
      defer { close(onward) }
      var ends = [peer.descriptor, onward].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      while poll(&ends, 2, 10_000) > 0 {
        for (from, to) in [(0, 1), (1, 0)] where ends[from].revents != 0 {
          let bytes = ScriptedServer.Peer(descriptor: ends[from].fd).receive()
          if bytes.isEmpty { return }
          ScriptedServer.Peer(descriptor: ends[to].fd).send(bytes)
        }
      }
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
