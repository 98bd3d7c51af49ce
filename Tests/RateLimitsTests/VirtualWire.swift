import SeededRandomness

@testable import RateLimits

/// A route behind a limiter in virtual time, with latency, jitter and answers that are lost.
final class VirtualWire: Wire {
  private(set) var now: Double
  private var limiter: any VirtualLimiter
  private var random: SeededGenerator
  /// The usual time to an answer, in seconds.
  private let latency: Double
  /// The share of answers that are lost.
  private let loss: Double
  private(set) var sent = 0
  var isOver: Bool { false }
  let asides: Int
  /// The variations that the limiter does not see.
  private let open: Set<Int>

  init(
    _ limiter: any VirtualLimiter, latency: Double, loss: Double, seed: UInt64, asides: Int = 0, open: Set<Int> = []
  ) {
    self.asides = asides
    self.open = open
    self.limiter = limiter
    self.latency = latency
    self.loss = loss
    random = SeededGenerator(seed: seed)
    now = Double.random(in: 1000...2000, using: &random)
  }

  func wait(_ seconds: Double) { now += max(0, seconds) * Double.random(in: 1...1.01, using: &random) }

  func send(patience: Double) -> Reply {
    sent += 1
    let start = now
    let whole = latency * Double.random(in: 0.8...1.4, using: &random)
    let isLost = Double.random(in: 0..<1, using: &random) < loss
    // Half of the lost requests never arrive, and half of the losses show as a reset instead of as silence.
    if isLost, Bool.random(using: &random) {
      now = start + (Bool.random(using: &random) ? whole : patience)
      return Reply(kind: .lost, sent: start, answered: now)
    }
    let delay = limiter.delay(at: start + whole * Double.random(in: 0.35...0.65, using: &random))
    if isLost {
      now = start + (Bool.random(using: &random) ? whole : patience)
      return Reply(kind: .lost, sent: start, answered: now)
    }
    now = start + min(patience, whole + (delay ?? 0))
    if let delay, whole + delay > patience { return Reply(kind: .lost, sent: start, answered: now) }
    return Reply(kind: delay == nil ? .refused : .admitted, sent: start, answered: now)
  }

  func send(aside: Int, patience: Double) -> Reply {
    guard open.contains(aside) else { return send(patience: patience) }
    sent += 1
    let start = now
    now += latency
    return Reply(kind: .admitted, sent: start, answered: now)
  }

  func send(together count: Int, patience: Double) -> [Reply] {
    sent += count
    let start = now
    let arrivals = (0..<count).map { _ in latency * Double.random(in: 0.35...0.65, using: &random) }.sorted()
    let replies = arrivals.map { arrival in
      let isLost = Double.random(in: 0..<1, using: &random) < loss
      let delay = limiter.delay(at: start + arrival)
      let answered = 2 * arrival + (delay ?? 0)
      if isLost || answered > patience {
        return Reply(
          kind: .lost, sent: start, answered: start + (Bool.random(using: &random) ? patience : 2 * arrival))
      }
      return Reply(kind: delay == nil ? .refused : .admitted, sent: start, answered: start + answered)
    }
    now = replies.map(\.answered).max() ?? start
    return replies
  }
}
