/// How a limiter behaves towards its clients, in the coarsest words that matter to them.
package enum Family: String, Sendable, CaseIterable {
  /// So many requests in a stretch of time; when it is over, all of them again.
  case window
  /// A store that fills at a steady rate and holds so many.
  case bucket
  /// Requests beyond the rate wait for their turn, up to so many.
  case queue
  /// So many requests at the same time.
  case concurrency
  /// No limiter showed itself.
  case none
}

/// The algorithm behind a limiter, as far as its answers tell algorithms apart.
///
/// A token bucket and the generic cell rate algorithm (nginx `limit_req` with `nodelay`) answer every sequence of requests
/// alike, so they are one here.
package enum Algorithm: String, Sendable, CaseIterable {
  /// A window that begins with the first request in it.
  case firstHitWindow
  /// A window that begins at fixed times of a clock.
  case alignedWindow
  /// Every request is forgotten a window after it was made.
  case slidingLog
  /// The count of the last window, fading, plus the count of this one.
  case slidingCounter
  /// A token bucket, or a leaky bucket as a meter.
  case tokenBucket
  /// A leaky bucket as a queue: nginx `limit_req` without `nodelay`.
  case leakyQueue
  /// A count of requests in progress.
  case concurrencyCap

  /// The family it belongs to.
  package var family: Family {
    switch self {
    case .firstHitWindow, .alignedWindow, .slidingLog, .slidingCounter: .window
    case .tokenBucket: .bucket
    case .leakyQueue: .queue
    case .concurrencyCap: .concurrency
    }
  }
}
