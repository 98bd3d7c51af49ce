import Glibc
import Synchronization

/// A bounded set of threads on which C calls may block, so that they never do on Swift's cooperative pool.
///
/// Threads start on demand, up to the width, and stay for the lane's life; work waits in order of arrival.
public final class BlockingLane: Sendable {
  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var head = 0
    var threads = 0
    var idle = 0
  }

  private let width: Int
  private let state = Mutex(State())
  private let semaphore: Semaphore

  /// A lane of at most `width` threads.
  public init(width: Int) {
    self.width = max(1, width)
    semaphore = Semaphore()
  }

  /// Runs `work` on one of the lane's threads and returns what it returns.
  ///
  /// The work must watch its own deadline: a blocking call cannot be taken back.
  public func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      submit { continuation.resume(returning: work()) }
    }
  }

  private func submit(_ job: @escaping @Sendable () -> Void) {
    let needsThread = state.withLock { state in
      state.waiting.append(job)
      guard state.idle < state.waiting.count - state.head, state.threads < width else { return false }
      state.threads += 1
      return true
    }
    if needsThread { startThread() }
    semaphore.signal()
  }

  private func startThread() {
    let body = Unmanaged.passRetained(self)
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<BlockingLane>.fromOpaque(argument).takeRetainedValue().serve()
        return nil
      }, body.toOpaque())
    pthread_attr_destroy(&attributes)
    if status != 0 {
      body.release()
      let isLast = state.withLock { state in
        state.threads -= 1
        return state.threads == 0
      }
      // Without any thread the work would never run: better a slow caller than a lost one.
      if isLast, let job = takeJob() { job() }
    }
  }

  private func serve() {
    while true {
      state.withLock { $0.idle += 1 }
      semaphore.wait()
      state.withLock { $0.idle -= 1 }
      takeJob()?()
    }
  }

  private func takeJob() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard state.head < state.waiting.count else { return nil }
      let job = state.waiting[state.head]
      state.head += 1
      if state.head == state.waiting.count {
        state.waiting.removeAll(keepingCapacity: true)
        state.head = 0
      }
      return job
    }
  }
}

/// A POSIX semaphore at a stable address.
private final class Semaphore: @unchecked Sendable {
  private let raw: UnsafeMutablePointer<sem_t>

  init() {
    raw = .allocate(capacity: 1)
    sem_init(raw, 0, 0)
  }

  deinit {
    sem_destroy(raw)
    raw.deallocate()
  }

  func signal() { sem_post(raw) }

  func wait() { while sem_wait(raw) != 0, errno == EINTR {} }
}
