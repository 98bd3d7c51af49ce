import Glibc
package import Probing
import Synchronization
package import Transport

/// Stands between a service and one it depends on, passes on what they say, and spoils it when told to. One thread of its own.
package final class FaultProxy: Sendable {
  struct State {
    var fault = Fault.none
    var isOver = false
    var record = ProxyRecord()
    /// Errors that are still to be answered.
    var errorsLeft = 0
    /// Calls that no error is answered to.
    var spared: Set<ProxyRecord.Call> = []
  }

  /// Why there is no proxy.
  package struct Failure: Error, Sendable {
    /// One line in lower case.
    package var reason: String
  }

  /// The port it listens on.
  package let port: Int
  private let loop: ProxyLoop

  /// Listens on `place`, a literal address, port 0 for any, and passes on to `forward`. Blocks while the name of `forward` is
  /// looked up: only on a lane.
  package init(listeningOn place: Endpoint, forwardingTo forward: Endpoint, before deadline: Deadline) throws(Failure) {
    let address: SocketAddress
    do throws(TransportFailure) {
      guard let first = try NameResolution.addresses(of: forward, before: deadline).first else {
        throw .noSuchHost(forward.host)
      }
      address = first
    } catch {
      throw Failure(reason: error.sentence)
    }
    let listening = try ProxySocket.listening(on: place)
    port = listening.port
    guard let loop = ProxyLoop(listener: listening, place: place, forward: address) else {
      close(listening.descriptor)
      throw Failure(reason: "no pipe can be had: \(String(cString: strerror(errno)))")
    }
    self.loop = loop
    guard loop.start() else { throw Failure(reason: "no thread can be had") }
  }

  deinit { stop() }

  /// What it does now. Ends what a fault before has swallowed.
  package var fault: Fault {
    get { loop.state.withLock { $0.fault } }
    set {
      loop.state.withLock { state in
        state.fault = newValue
        if case .errors(let first) = newValue { state.errorsLeft = first }
      }
      loop.wake()
    }
  }

  /// Calls that pass also while the first requests are made to fail: health checks, say.
  package var spared: Set<ProxyRecord.Call> {
    get { loop.state.withLock { $0.spared } }
    set { loop.state.withLock { $0.spared = newValue } }
  }

  /// What passed through it.
  package var record: ProxyRecord { loop.state.withLock { $0.record } }

  /// Milliseconds on the clock of its record.
  package var now: Int { loop.now }

  /// Ends every connection and no longer listens.
  package func stop() {
    loop.state.withLock { $0.isOver = true }
    loop.wake()
    loop.waitForEnd()
  }
}
