import Glibc

/// A thread for one C call that knows no deadline: whoever waits for it may leave, and the thread ends when the call does.
enum DetachedThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` on a thread of its own; false if the system grants none.
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let body = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if status != 0 { body.release() }
    return status == 0
  }
}
