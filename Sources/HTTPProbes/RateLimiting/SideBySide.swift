import Glibc

/// Blocking work on threads of its own: requests at the same time must not wait for each other, nor for a lane.
enum SideBySide {
  private final class Job: Sendable {
    let index: Int
    let work: @Sendable (Int) -> Void

    init(_ index: Int, _ work: @escaping @Sendable (Int) -> Void) { (self.index, self.work) = (index, work) }
  }

  /// Runs `work` for each of 0 to `count` - 1 on a thread each, and returns when all are done. Work for which there is no
  /// thread runs on the caller's.
  static func run(_ count: Int, _ work: @escaping @Sendable (Int) -> Void) {
    var threads: [pthread_t] = []
    for index in 0..<max(0, count) {
      var thread = pthread_t()
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, 512 << 10)
      let job = Unmanaged.passRetained(Job(index, work))
      let status = pthread_create(
        &thread, &attributes,
        { argument in
          guard let argument else { return nil }
          let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
          job.work(job.index)
          return nil
        }, job.toOpaque())
      pthread_attr_destroy(&attributes)
      if status == 0 {
        threads.append(thread)
      } else {
        job.release()
        work(index)
      }
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}
