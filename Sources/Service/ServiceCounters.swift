import AuditModel
import Synchronization

/// What the service counts about itself.
package final class ServiceCounters: Sendable {
  /// The counts at one moment.
  struct Snapshot: Sendable {
    /// When the last tick was; nil before the first.
    var lastTick: Instant?
    /// Why the history did not answer last; nil where it did.
    var historyFailure: String?
    /// How many audits ended how, by audit and ending.
    var audits: [String: [String: Int]] = [:]
    /// When an audit ended last in other than a lost or called off run, by audit.
    var lastEnded: [String: Instant] = [:]
    /// The audits at work here, with their beginning.
    var atWork: [String: Instant] = [:]
    /// Attempts at telling, by what came of them.
    var notices: [String: Int] = [:]
    /// Answers, by status.
    var requests: [Int: Int] = [:]
    /// Connections that were turned away.
    var turnedAway = 0
  }

  private let state = Mutex(Snapshot())

  /// Nothing counted yet.
  package init() {}

  var snapshot: Snapshot { state.withLock { $0 } }

  func note(tickAt now: Instant) { state.withLock { $0.lastTick = now } }
  func note(historyFailure: String?) { state.withLock { $0.historyFailure = historyFailure } }
  func began(_ audit: String, at now: Instant) { state.withLock { $0.atWork[audit] = now } }
  func count(notice outcome: String) { state.withLock { $0.notices[outcome, default: 0] += 1 } }
  func count(answer status: Int) { state.withLock { $0.requests[status, default: 0] += 1 } }
  func countTurnedAway() { state.withLock { $0.turnedAway += 1 } }

  func ended(_ audit: String, _ ending: String, at now: Instant) {
    state.withLock { state in
      state.atWork[audit] = nil
      state.audits[audit, default: [:]][ending, default: 0] += 1
      if ending != "lost", ending != "calledOff" { state.lastEnded[audit] = now }
    }
  }
}
