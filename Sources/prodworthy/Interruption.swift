import Glibc
import Probing
import Synchronization

/// Turns SIGINT and SIGTERM into a cancellation that every deadline of the run watches. A second signal ends at once.
final class Interruption: Sendable {
  /// One per process: a signal has no other address.
  static let shared = Interruption()

  /// Called by the first signal.
  let cancellation = Cancellation()
  private let received = Atomic<Int32>(0)

  private init() {}

  /// The status the process has to end with; nil where no signal came.
  var status: ExitStatus? {
    switch received.load(ordering: .acquiring) {
    case SIGINT: .interrupted
    case SIGTERM: .terminated
    default: nil
    }
  }

  /// Starts listening. A closed pipe is an error of the write to it, not the end of the process.
  func install() {
    signal(SIGPIPE, SIG_IGN)
    // Whoever started this process may have ignored or blocked what it depends on: plug-ins could not be waited for.
    signal(SIGCHLD, SIG_DFL)
    var depended = sigset_t()
    sigemptyset(&depended)
    for number in [SIGINT, SIGTERM, SIGCHLD] { sigaddset(&depended, number) }
    pthread_sigmask(SIG_UNBLOCK, &depended, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // Only atomic stores and _exit: all that a signal handler may do.
        if Interruption.shared.received.exchange(number, ordering: .acquiringAndReleasing) != 0 {
          _exit(128 + number)
        }
        Interruption.shared.cancellation.call()
      }
    }
  }
}
