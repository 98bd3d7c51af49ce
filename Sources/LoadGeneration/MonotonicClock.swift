// The importer finds `timespec` in the first module of this target that includes its header, which is this one.
import CEpoll
import Glibc

/// Nanoseconds on the monotonic clock.
func monotonicNow() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
