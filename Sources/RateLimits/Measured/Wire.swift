/// What came of one request, as far as a limiter is concerned.
package struct Reply: Sendable {
  /// The nature of the answer.
  package enum Kind: Sendable, Hashable {
    /// Served as if there were no limiter.
    case admitted
    /// Turned away by a limiter.
    case refused
    /// No answer came: whether the limiter counted the request is not known.
    case lost
    /// The service failed in a way that is no limiter's.
    case failed
  }

  /// The nature of the answer.
  package var kind: Kind
  /// When the request left, in seconds on the wire's clock.
  package var sent: Double
  /// When its answer was there, in seconds on the wire's clock.
  package var answered: Double
  /// In how many seconds the answer asks to come back; nil if it does not say.
  package var retryAfter: Double?
  /// How many further requests the answer promises; nil if it does not say.
  package var remaining: Int?

  /// An answer, or the lack of one.
  package init(kind: Kind, sent: Double, answered: Double, retryAfter: Double? = nil, remaining: Int? = nil) {
    self.kind = kind
    self.sent = sent
    self.answered = answered
    self.retryAfter = retryAfter
    self.remaining = remaining
  }

  /// Seconds from the request to its answer.
  var latency: Double { answered - sent }
}

/// A way to send requests to one route and to let time pass: real sockets, or a simulation in virtual time.
package protocol Wire: AnyObject {
  /// Seconds since some fixed instant; never goes back.
  var now: Double { get }

  /// Lets `seconds` pass, or fewer when the work is called off.
  func wait(_ seconds: Double)

  /// Sends one request and waits for its answer, at most `patience` seconds.
  func send(patience: Double) -> Reply

  /// Sends `count` requests at the same time and waits for all answers, at most `patience` seconds for each.
  func send(together count: Int, patience: Double) -> [Reply]

  /// Sends one request that differs from the others in one way: the `aside`th of them.
  func send(aside: Int, patience: Double) -> Reply

  /// How many such ways there are.
  var asides: Int { get }

  /// Whether it would be an accusation to say that the `aside`th passes.
  func mustBeCertain(aside: Int) -> Bool

  /// Whether the work was called off, or nothing can be sent any more.
  var isOver: Bool { get }
}

extension Wire {
  /// None.
  package var asides: Int { 0 }

  /// Always.
  package func mustBeCertain(aside: Int) -> Bool { true }

  /// The same request.
  package func send(aside: Int, patience: Double) -> Reply { send(patience: patience) }
}

/// What came of a request that differs in one way, sent while the route was limited.
package enum Aside: String, Sendable, CaseIterable {
  /// It was admitted, time and again, while the unchanged request was refused before and after.
  case passes
  /// It was refused as well.
  case refused
  /// The unchanged request was admitted again, no answer came, or the budget ended: it proves nothing.
  case unproven
}
