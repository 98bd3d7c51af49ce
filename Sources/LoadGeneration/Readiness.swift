// The importer finds `timespec` in whichever module of this target it reads first: both are named.
import CEpoll
import Glibc

/// Which connections something has happened on (epoll), each known by the number of its slot. Confined to a thread.
final class Readiness {
  private let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Readiness.mostEvents)
  /// Whether the kernel waits for nanoseconds: Linux 5.11, and no filter of system calls that is older.
  private var waitsPrecisely: Bool

  private static let mostEvents = 512

  init(waitsPrecisely: Bool = true) { self.waitsPrecisely = waitsPrecisely }

  deinit {
    close(descriptor)
    events.deallocate()
  }

  /// Watches a socket from now on; false where the system does not.
  func add(_ socket: Int32, slot: Int, for interest: UInt32) -> Bool {
    set(EPOLL_CTL_ADD, socket, slot, interest)
  }

  /// Watches a socket for something else.
  func change(_ socket: Int32, slot: Int, to interest: UInt32) { _ = set(EPOLL_CTL_MOD, socket, slot, interest) }

  private func set(_ operation: Int32, _ socket: Int32, _ slot: Int, _ interest: UInt32) -> Bool {
    var event = epoll_event()
    event.events = interest
    event.data.u64 = UInt64(slot)
    return epoll_ctl(descriptor, operation, socket, &event) == 0
  }

  /// Waits until something happens, at most `nanoseconds`; gives on how many connections.
  func wait(nanoseconds: Int) -> Int {
    var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    if waitsPrecisely {
      let count = Int(epoll_pwait2(descriptor, events, Int32(Self.mostEvents), &time, nil))
      if count >= 0 || errno == EINTR { return max(0, count) }
      waitsPrecisely = false
    }
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return ppoll(&entry, 1, &time, nil) > 0 ? gathered() : 0
  }

  /// Sleeps until `moment` on the monotonic clock, whatever happens; gives on how many connections something has.
  func look(at moment: Int) -> Int {
    if moment > 0 {
      var time = timespec(tv_sec: moment / 1_000_000_000, tv_nsec: moment % 1_000_000_000)
      _ = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    }
    return gathered()
  }

  private func gathered() -> Int { max(0, Int(epoll_wait(descriptor, events, Int32(Self.mostEvents), 0))) }

  /// The slot of one of the connections that the last call told of.
  func slot(ofEvent number: Int) -> Int { Int(truncatingIfNeeded: events[number].data.u64) }
}
