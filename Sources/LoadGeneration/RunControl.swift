import Probing
import Synchronization

/// What the loops of a run share: whether it is to end, and what has been said.
final class RunControl: Sendable {
  /// How a run may come to its end before it is over.
  enum Ending: Int {
    case running, cancelled, threshold, errors, deadline
  }

  private let ending = Atomic<Int>(0)
  private let words = Mutex<String?>(nil)
  private let logged = Atomic<Int>(0)
  private let deadline: Deadline
  private let log: @Sendable (String) -> Void

  /// The most lines of `log` steps.
  private static let mostLines = 200

  init(until deadline: Deadline, log: @escaping @Sendable (String) -> Void) {
    self.deadline = deadline
    self.log = log
  }

  /// How the run is to end; `running` where it is not.
  var state: Ending {
    if deadline.isCancelled {
      end(.cancelled, "the run was interrupted")
    } else if deadline.hasPassed {
      end(.deadline, "the time ran out")
    }
    return Ending(rawValue: ending.load(ordering: .relaxed)) ?? .running
  }

  /// Why it ends; nil while it does not.
  var reason: String? { words.withLock { $0 } }

  /// Ends the run; only the first reason counts.
  func end(_ how: Ending, _ reason: String) {
    words.withLock { words in
      guard words == nil else { return }
      words = reason
      ending.store(how.rawValue, ordering: .relaxed)
    }
  }

  /// Says a line, as long as there are not too many.
  func say(_ line: String) {
    let number = logged.add(1, ordering: .relaxed).newValue
    if number <= Self.mostLines { log(line) }
    if number == Self.mostLines + 1 { log("… further lines of `log` steps are not shown") }
  }
}
