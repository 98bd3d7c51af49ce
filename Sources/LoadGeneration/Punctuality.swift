import CEpoll
import Glibc

/// The calling thread's claim to run the moment it wakes, where the system grants one: a start that waits for somebody else's
/// work is late. Given back as soon as the thread is busy, since whoever else is on the machine, perhaps the audited system
/// itself, must not wait for the generator.
struct Punctuality {
  private var isClaimed = false
  /// CPU of this thread and the moment, both in nanoseconds, when it was last looked at.
  private var looked = (cpu: 0, at: 0)

  /// More of a core than this share, in tenths, is busy.
  private static let most = 7

  /// Claims it. Without the permission nothing changes.
  mutating func claim() {
    var parameters = sched_param()
    parameters.sched_priority = 1
    isClaimed = pthread_setschedparam(pthread_self(), SCHED_RR, &parameters) == 0
    looked = (Self.cpu(), monotonicNow())
  }

  /// Gives the claim back where the thread was busy over the last quarter of a second or more.
  mutating func look(_ now: Int) {
    guard isClaimed, now - looked.at >= 250_000_000 else { return }
    let cpu = Self.cpu()
    if (cpu - looked.cpu) * 10 > (now - looked.at) * Self.most {
      var parameters = sched_param()
      pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters)
      isClaimed = false
    }
    looked = (cpu, now)
  }

  private static func cpu() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
