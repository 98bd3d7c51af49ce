/// What an investigation of one route came to.
package struct Inference: Sendable {
  /// How it ended.
  package enum Outcome: String, Sendable, CaseIterable {
    /// A limiter turned requests away, and admitted some again.
    case measured
    /// No limiter showed itself within the budget.
    case noneSeen
    /// A limiter turned requests away, and it was not seen to admit any again.
    case unrecovered
    /// The service failed, or became slow, under the few requests of the investigation.
    case broke
    /// The investigation was called off, or nothing could be sent.
    case stopped
  }

  /// How it ended.
  package var outcome: Outcome
  /// The algorithm's family; nil where it was not told apart.
  package var family: Family?
  /// The algorithm; nil where it was not told apart.
  package var algorithm: Algorithm?
  /// How many requests pass before one is turned away: a window's limit, a bucket's size, a queue's length with the one in
  /// service, the cap of requests in progress.
  package var limit: Int?
  /// Requests that may come at once beyond a steady rate: a bucket's size less one, a queue's length.
  package var burst: Int?
  /// Requests per second that pass in the long run.
  package var ratePerSecond: Double?
  /// The window in seconds.
  package var windowSeconds: Double?
  /// Seconds from the first refusal to the first request admitted again.
  package var recoverySeconds: Double?
  /// Whether a request was refused after the time its refusal asked to wait; nil where that was not tried.
  package var retryAfterTooShort: Bool?
  /// The time a refusal asked to wait, in seconds.
  package var retryAfter: Double?
  /// Whether requests that are turned away count as well.
  package var countsRefusals: Bool?
  /// 0 to 1: how clearly the family stands out.
  package var familyConfidence = 0.0
  /// 0 to 1: how clearly the algorithm stands out.
  package var algorithmConfidence = 0.0
  /// How far the window or rate may be off, as a share of it.
  package var spread: Double?
  /// What came of the requests that differ in one way, in their order; empty where the route was never limited.
  package var asides: [Aside] = []
  /// Requests sent.
  package var requests = 0
  /// Requests turned away.
  package var refusals = 0
  /// The most requests that were admitted in a row before the first refusal, and in how many seconds.
  package var admitted = 0
  /// Seconds of the first burst.
  package var admittedSeconds = 0.0
  /// Seconds in all.
  package var seconds = 0.0
  /// Median seconds to the answer of admitted requests: of the first ones, and of those around the first refusal.
  package var latency: (first: Double, limited: Double)?
  /// What was sent when and what came of it, in words, in order.
  package var evidence: [String] = []
}
