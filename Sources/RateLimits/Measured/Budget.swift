/// How much may be asked of one route.
package struct Budget: Sendable {
  /// Requests in all.
  package var requests: Int
  /// Seconds in all, waiting included.
  package var seconds: Double
  /// Requests per second, averaged over the time in which `requests` may be sent at that rate: a burst is what a limiter is
  /// measured with, a sustained load is not.
  package var perSecond: Double
  /// Requests at the same time.
  package var together: Int
  /// Requests that differ from the others in one way, and the unchanged ones that prove them, in all.
  package var asides: Int

  /// The amounts given, or those of an ordinary look: 120 requests, 120 seconds, 20 per second.
  package init(
    requests: Int = 120, seconds: Double = 120, perSecond: Double = 20, together: Int = 48, asides: Int = 16
  ) {
    self.asides = max(0, asides)
    self.requests = max(0, requests)
    self.seconds = max(0, seconds)
    self.perSecond = max(0.001, perSecond)
    self.together = max(1, together)
  }
}
