import Synchronization

/// Who answered what and when, over all connections of one observation: it tells a server that declines from one that has
/// begun to block.
///
/// A refusal counts once a connection that was opened after it got a good answer. Shared between the threads of one
/// observation.
final class Ledger: Sendable {
  private struct State {
    var ticks = 0
    /// When the connection was opened that got the latest good answer.
    var lastGood = 0
    /// Silences and resets in a row.
    var strikes = 0
    /// Milliseconds to wait ahead of each connection.
    var pause = 0
    var isGivenUp = false
    var isUnderControl = false
    var control: ClientHello?
  }

  private let state = Mutex(State())

  /// Silences and resets in a row from which on a control is due.
  static let mostStrikes = 4
  /// The longest pause ahead of a connection, in milliseconds.
  private static let longestPause = 800

  /// A point in the order of events.
  func tick() -> Int {
    state.withLock {
      $0.ticks += 1
      return $0.ticks
    }
  }

  /// A good answer on a connection opened at `start`; its hello is known to work from now on.
  func noteGood(since start: Int, _ hello: ClientHello) {
    state.withLock {
      $0.lastGood = max($0.lastGood, start)
      $0.strikes = 0
      if $0.control == nil { $0.control = hello }
    }
  }

  /// An answer, if not a good one: the server lives.
  func noteRefusal() { state.withLock { $0.strikes = 0 } }

  /// A reset or silence: go slower from now on.
  func noteStrike() {
    state.withLock {
      $0.strikes += 1
      $0.pause = min(Self.longestPause, max(50, $0.pause * 2))
    }
  }

  /// Whether the caller is the one to ask the control question now; it says when it is done.
  func beginControl() -> Bool {
    state.withLock {
      guard !$0.isUnderControl else { return false }
      $0.isUnderControl = true
      return true
    }
  }

  func endControl() { state.withLock { $0.isUnderControl = false } }

  func giveUp() { state.withLock { $0.isGivenUp = true } }

  var isGivenUp: Bool { state.withLock { $0.isGivenUp } }
  var isDoubtful: Bool { state.withLock { $0.strikes >= Self.mostStrikes } }
  /// Whether it has been silent for so long that there is nobody to ask.
  var isHopeless: Bool { state.withLock { $0.strikes >= 2 * Self.mostStrikes } }
  var pause: Int { state.withLock { $0.pause } }
  /// A hello that got a good answer before; nil while there is none.
  var control: ClientHello? { state.withLock { $0.control } }

  /// Whether the server gave a good answer on a connection opened after `tick`.
  func isConfirmed(_ tick: Int) -> Bool { state.withLock { $0.lastGood > tick } }
  /// Whether there was any event after the latest good answer.
  var hasLooseEnds: Bool { state.withLock { $0.ticks > $0.lastGood } }
}
