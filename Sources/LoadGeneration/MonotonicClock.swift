// The importer finds `timespec` in whichever module of this target it reads first: both are named.
import CEpoll
import Glibc

/// Nanoseconds on the monotonic clock.
func monotonicNow() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
