import Glibc
import Synchronization

/// One instant by which work has to end, handed down unchanged, and the flag by which it may end sooner.
public struct Deadline: Sendable {
  /// On the monotonic clock, in nanoseconds.
  private let uptime: UInt64
  /// Set when the run is called off.
  private let cancellation: Cancellation?

  /// `milliseconds` from now, or sooner when `cancellation` is called.
  public init(milliseconds: Int, cancellation: Cancellation? = nil) {
    uptime = Self.now() + UInt64(max(0, milliseconds)) * 1_000_000
    self.cancellation = cancellation
  }

  private init(uptime: UInt64, cancellation: Cancellation?) {
    self.uptime = uptime
    self.cancellation = cancellation
  }

  /// The earlier of this deadline and `milliseconds` from now.
  public func capped(milliseconds: Int) -> Deadline {
    Deadline(
      uptime: min(uptime, Self.now() + UInt64(max(0, milliseconds)) * 1_000_000), cancellation: cancellation)
  }

  /// Whether the work was called off.
  public var isCancelled: Bool { cancellation?.isCalled ?? false }

  /// Milliseconds left, rounded up; 0 once it has passed or the work was called off.
  public var millisecondsLeft: Int {
    if isCancelled { return 0 }
    let now = Self.now()
    return now >= uptime ? 0 : Int((uptime - now + 999_999) / 1_000_000)
  }

  /// Whether no time is left.
  public var hasPassed: Bool { millisecondsLeft == 0 }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// A flag that calls off every piece of work holding a deadline made with it. Safe to call from a signal's thread.
public final class Cancellation: Sendable {
  private let called = Atomic<Bool>(false)

  /// Not called yet.
  public init() {}

  /// Whether the work is called off.
  public var isCalled: Bool { called.load(ordering: .acquiring) }

  /// Calls the work off, for good.
  public func call() { called.store(true, ordering: .releasing) }
}

/// How a wait for a file descriptor ended.
public enum Readiness: Sendable {
  /// It can be read from or written to, or has failed: the next call on it tells.
  case ready
  /// The deadline passed.
  case timedOut
  /// The work was called off.
  case cancelled
}

extension Deadline {
  /// The longest a wait goes without looking at the cancellation flag, in milliseconds.
  private static let slice = 50

  /// Waits until `descriptor` is ready for `events` (`POLLIN`, `POLLOUT`). Blocks its thread: only on a lane.
  public func wait(for events: Int32, on descriptor: Int32) -> Readiness {
    while true {
      if isCancelled { return .cancelled }
      let left = millisecondsLeft
      if left == 0 { return .timedOut }
      var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
      let count = poll(&entry, 1, Int32(min(left, Self.slice)))
      if count > 0 { return .ready }
      if count < 0, errno != EINTR { return .ready }
    }
  }
}
