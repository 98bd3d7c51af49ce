import Glibc
import Probing
import Synchronization

/// Turns SIGINT and SIGTERM into a cancellation. What was built is then taken down, so a second signal changes nothing.
final class Interruption: Sendable {
  /// One per process: a signal has no other address.
  static let shared = Interruption()

  /// Called by the first signal.
  let cancellation = Cancellation()
  private let received = Atomic<Int32>(0)

  private init() {}

  /// The status a shell expects after the signal that came; nil where none came.
  var status: Int32? {
    let number = received.load(ordering: .acquiring)
    return number == 0 ? nil : 128 + number
  }

  /// Starts listening. A closed pipe is an error of the write to it, not the end of the process.
  func install() {
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // Only atomic stores: all that a signal handler may do.
        Interruption.shared.received.store(number, ordering: .releasing)
        Interruption.shared.cancellation.call()
      }
    }
  }
}
