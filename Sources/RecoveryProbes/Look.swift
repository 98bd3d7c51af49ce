import AuditModel
import HTTPExchange
import Probing
import Synchronization

/// One request and what came of it.
struct Look: Sendable, Hashable {
  /// How it ended.
  enum End: Sendable, Hashable {
    /// A whole answer with this status.
    case status(Int)
    /// The connection was refused, or broke, or what came is no answer.
    case broken
    /// Nothing came in time.
    case hung
    /// The run was called off, so that it tells nothing.
    case calledOff
  }

  /// When it began and ended, in milliseconds of the look's clock.
  var from: Int
  var to: Int
  var end: End
  /// The instance that answered, where it names itself.
  var instance: String?

  /// Whether it succeeded.
  var isGood: Bool { if case .status(let status) = end { (200..<400).contains(status) } else { false } }

  /// How long it took, in milliseconds.
  var took: Int { to - from }
}

/// Asks one target, and keeps the time. Blocks: only on a lane.
struct Asker: Sendable {
  let destination: Destination
  let traffic: TrafficMeter
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant

  init(destination: Destination, traffic: TrafficMeter) {
    self.destination = destination
    self.traffic = traffic
    began = clock.now
  }

  /// Milliseconds since the look began.
  var now: Int {
    let (seconds, attoseconds) = (clock.now - began).components
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }

  /// Sends a request and waits for its answer until `deadline`; `naming` tells the instance of an answer.
  func look(
    _ declared: DeclaredRequest, before deadline: Deadline, naming: (HTTPResponse) -> String? = { _ in nil }
  ) -> Look {
    let client = Client(destination: destination, deadline: deadline, traffic: traffic)
    let from = now
    do throws(Silence) {
      let answer = try client.answer(to: declared.request(to: destination.url), presenting: .declared)
      // An answer that breaks off is none, whatever status it began with.
      let isWhole = answer.response.malformed == nil
      let end = answer.response.status.flatMap { isWhole ? Look.End.status($0) : nil } ?? .broken
      return Look(from: from, to: now, end: end, instance: naming(answer.response))
    } catch {
      let end: Look.End
      switch error {
      case .noConnection: end = .broken
      case .unseen(let unseen):
        switch unseen.kind {
        case .timeout: end = .hung
        case .interrupted: end = .calledOff
        default: end = .broken
        }
      }
      return Look(from: from, to: now, end: deadline.isCancelled ? .calledOff : end)
    }
  }
}

/// Looks as they come in from several tasks.
final class Looks: Sendable {
  private let kept = Mutex<[Look]>([])

  func add(_ look: Look) { kept.withLock { $0.append(look) } }

  /// In the order in which they ended.
  var all: [Look] { kept.withLock { $0 } }
}

/// Says to several tasks that it is over.
final class Flag: Sendable {
  private let raised = Atomic<Bool>(false)
  var isRaised: Bool { raised.load(ordering: .acquiring) }
  func raise() { raised.store(true, ordering: .releasing) }
}

/// Waits without holding a thread; sooner where the work is called off.
func pause(_ milliseconds: Int, before deadline: Deadline) async {
  var left = min(milliseconds, deadline.millisecondsLeft)
  while left > 0, !deadline.isCancelled {
    let slice = min(50, left)
    try? await Task.sleep(for: .milliseconds(slice))
    left -= slice
  }
}
