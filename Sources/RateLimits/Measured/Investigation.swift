/// Finds out how a route is limited with few requests: exhaust, wait for recovery, exhaust again in a way that tells the
/// algorithms apart, and hold every algorithm against everything that was seen.
///
/// A pure function of what the wire answers and of the time that passes on it.
package struct Investigation {
  /// What an investigation is to keep to beside its budget.
  package struct Hints: Sendable {
    /// How long a refusal may ask to wait and still be waited for, in seconds.
    package var longestWait = 120.0

    /// Two minutes, unless said otherwise.
    package init() {}
  }

  let wire: any Wire
  let budget: Budget
  let hints: Hints
  let began: Double
  var pace: Pace
  var trace = Trace()
  var used = 0
  var refusals = 0
  var evidence: [String] = []
  var latencies: [Double] = []
  /// Why nothing more is sent.
  var halt: Halt?
  private var failuresInARow = 0
  private var lossesInARow = 0
  /// The time that the last refusal asked to wait.
  var retryAfter: Double?
  var retryAfterTooShort: Bool?
  /// How many requests of a burst are sent at the same time: more than one where a single client is too slow.
  var groupSize = 1
  var asides: [Aside] = []
  var latency: (first: Double, limited: Double)?
  /// The last ranking, with the number of answers it is about.
  var ranked: (count: Int, fits: [Fit])?

  enum Halt: Sendable { case requests, time, broke, stopped }

  /// An investigation over `wire`, not begun.
  package init(over wire: any Wire, budget: Budget, hints: Hints = Hints()) {
    self.wire = wire
    self.budget = budget
    self.hints = hints
    began = wire.now
    pace = Pace(perSecond: budget.perSecond, capacity: budget.requests)
  }

  /// Investigates `wire` within `budget`.
  package static func run(over wire: any Wire, budget: Budget, hints: Hints = Hints()) -> Inference {
    var pace = Pace(perSecond: budget.perSecond, capacity: budget.requests)
    return run(over: wire, budget: budget, hints: hints, pace: &pace)
  }

  /// Investigates `wire` within `budget`, at a pace that is kept from one route to the next.
  package static func run(
    over wire: any Wire, budget: Budget, hints: Hints = Hints(), pace: inout Pace
  ) -> Inference {
    var investigation = Investigation(over: wire, budget: budget, hints: hints)
    investigation.pace = pace.moved(to: wire.now)
    let inference = investigation.run()
    pace = investigation.pace.left(at: wire.now)
    return inference
  }

  var elapsed: Double { wire.now - began }
  var requestsLeft: Int { budget.requests - used }
  var secondsLeft: Double { budget.seconds - elapsed }

  // MARK: Sending

  /// How long an answer is waited for: far longer than answers take, but not so long that a lost one spoils a measurement.
  var patience: Double {
    let usual = latencies.suffix(9).max() ?? 0.5
    let grown = [1.0, 4, 16][min(2, lossesInARow)]
    return min(max(0.001, secondsLeft), grown * max(0.25, 8 * usual))
  }

  /// Sends one request; nil where the budget, or a rule to stop, forbids it.
  mutating func send() -> Reply? {
    guard mayGoOn(1) else { return nil }
    wire.wait(pace.delay(of: 1, at: wire.now))
    guard mayGoOn(1) else { return nil }
    used += 1
    pace.spend(1, at: wire.now)
    let reply = wire.send(patience: patience)
    take([reply])
    return reply
  }

  /// Sends one request that differs in one way. Whether the limiter counts it is not known.
  mutating func send(aside: Int) -> Reply? {
    guard mayGoOn(1) else { return nil }
    wire.wait(pace.delay(of: 1, at: wire.now))
    guard mayGoOn(1) else { return nil }
    used += 1
    pace.spend(1, at: wire.now)
    let reply = wire.send(aside: aside, patience: patience)
    trace.append([Reply(kind: .lost, sent: reply.sent, answered: reply.answered)])
    return reply
  }

  /// Sends requests at the same time; none where the budget, or a rule to stop, forbids it.
  mutating func send(together count: Int, patience: Double) -> [Reply] {
    let count = min(count, requestsLeft, budget.together)
    guard count > 0, mayGoOn(count) else { return [] }
    wire.wait(pace.delay(of: count, at: wire.now))
    guard mayGoOn(count) else { return [] }
    used += count
    pace.spend(count, at: wire.now)
    let replies = wire.send(together: count, patience: min(patience, max(0.001, secondsLeft)))
    take(replies)
    return replies
  }

  private mutating func mayGoOn(_ count: Int) -> Bool {
    if halt != nil { return false }
    if wire.isOver {
      halt = .stopped
    } else if secondsLeft <= 0 {
      halt = .time
    } else if used + count > budget.requests {
      halt = .requests
    }
    return halt == nil
  }

  private mutating func take(_ replies: [Reply]) {
    trace.append(replies)
    for reply in replies {
      switch reply.kind {
      case .admitted: latencies.append(reply.latency)
      case .refused:
        refusals += 1
        retryAfter = reply.retryAfter ?? retryAfter
      case .lost, .failed: break
      }
      failuresInARow = reply.kind == .failed ? failuresInARow + 1 : 0
      lossesInARow = reply.kind == .lost ? lossesInARow + 1 : 0
    }
    if failuresInARow >= 3 || lossesInARow >= 3 { halt = halt ?? .broke }
  }

  /// Lets time pass; false where the budget does not allow it.
  mutating func wait(_ seconds: Double) -> Bool {
    guard halt == nil, seconds > 0 else { return halt == nil }
    guard seconds < secondsLeft else {
      halt = .time
      return false
    }
    wire.wait(seconds)
    if wire.isOver { halt = .stopped }
    return halt == nil
  }

  // MARK: Steps

  /// One burst: how many were admitted before the first refusal.
  struct Burst: Sendable {
    var admitted = 0
    var lost = 0
    var first: Double?
    /// When the refusal was seen; nil where the burst ended without one.
    var refused: Double?

    var range: ClosedRange<Int> { admitted...admitted + lost }

    /// Takes down answers that came together.
    /// `seen` are the moments at which the limiter saw them, ascending; it refuses last.
    mutating func take(_ replies: [Reply], seen: ArraySlice<Double>) {
      first = first ?? seen.first
      admitted += replies.count { $0.kind == .admitted }
      lost += replies.count { $0.kind == .lost || $0.kind == .failed }
      let refusals = replies.count { $0.kind == .refused }
      refused = refusals == 0 ? nil : seen.suffix(refusals).first
    }
  }

  /// Sends one request after the other until one is refused, `most` were sent, or the budget ends.
  mutating func burst(atMost most: Int, stop: (Burst, Reply) -> Bool = { _, _ in false }) -> Burst {
    var burst = Burst()
    while groupSize > 1, burst.admitted + burst.lost < most {
      let replies = send(together: min(groupSize, most - burst.admitted - burst.lost), patience: patience)
      guard !replies.isEmpty else { return burst }
      burst.take(replies, seen: trace.times.suffix(replies.count))
      if burst.refused != nil { return burst }
    }
    while burst.admitted + burst.lost < most, let reply = send() {
      burst.first = burst.first ?? trace.times.last
      switch reply.kind {
      case .admitted: burst.admitted += 1
      case .lost, .failed: burst.lost += 1
      case .refused:
        burst.refused = trace.times.last
        return burst
      }
      if stop(burst, reply) { return burst }
    }
    return burst
  }

  /// Sends single requests, with growing pauses, until one is admitted: between the last refused and the first admitted.
  ///
  /// `expected` is the stretch, on the wire's clock, in which recovery is looked for more closely: in steps of a quarter of
  /// it, or of the whole wait divided by `fineness`.
  mutating func awaitRecovery(
    since refused: Double, expected: ClosedRange<Double>? = nil, first: Double = 0.15, factor: Double = 1.3,
    fineness: Double = 12
  ) -> ClosedRange<Double>? {
    var last = refused
    // With few requests left they must reach far.
    let isShort = requestsLeft < 40 && expected == nil
    let factor = isShort ? max(factor, 1.8) : factor
    var pause = isShort ? max(first, 0.4) : first
    let promised = retryAfter.map { refused + $0 }
    var asked = promised
    while halt == nil {
      var next = max(wire.now, refused) + 1e-6
      if wire.now < refused + pause { next = refused + pause }
      if let expected {
        let step = max(
          (expected.upperBound - expected.lowerBound) / 4, (expected.upperBound - refused) / fineness, 0.002)
        if next >= expected.lowerBound, wire.now < expected.upperBound {
          next = min(next, max(expected.lowerBound, last + step))
        } else if next > expected.lowerBound, wire.now < expected.lowerBound {
          next = expected.lowerBound
        } else if wire.now >= expected.upperBound {
          // Behind the expected moment, no coarser than the window is to be known.
          next = min(next, last + 0.08 * (last - refused + expected.upperBound - expected.lowerBound))
        }
      }
      // Just behind the moment at which the refusal asked to come back.
      if let moment = asked, next > moment { next = max(wire.now, moment + 0.02) }
      if next > wire.now, !wait(next - wire.now) { return nil }
      guard let reply = send() else { return nil }
      let seen = trace.times.last ?? reply.sent
      if reply.kind == .admitted { return last...max(last, seen) }
      if reply.kind == .refused { last = max(last, seen) }
      if let promised, let moment = asked, reply.kind == .refused, reply.sent >= moment {
        // Clocks and rounding to whole seconds are given half a second, once.
        let isOverdue = reply.sent >= promised + 0.5
        if isOverdue { retryAfterTooShort = true }
        asked = isOverdue ? nil : promised + 0.5
      }
      while refused + pause <= wire.now { pause *= factor }
    }
    return nil
  }
}

/// Spreads requests so that their average stays within a budget: a bucket that may be emptied at once.
package struct Pace: Sendable {
  private let perSecond: Double
  private let capacity: Double
  private var allowance: Double
  private var updated: Double?

  /// `capacity` requests at once, and `perSecond` more in every second.
  package init(perSecond: Double, capacity: Int) {
    self.perSecond = perSecond
    self.capacity = Double(max(capacity, 1))
    allowance = self.capacity
  }

  private func allowance(at now: Double) -> Double {
    guard let updated else { return allowance }
    return min(capacity, allowance + (now - updated) * perSecond)
  }

  /// How long `count` requests have to wait.
  func delay(of count: Int, at now: Double) -> Double {
    max(0, (min(Double(count), capacity) - allowance(at: now)) / perSecond)
  }

  /// Takes `count` requests down.
  mutating func spend(_ count: Int, at now: Double) {
    allowance = allowance(at: now) - Double(count)
    updated = now
  }

  /// The same on another clock, on which it is `now`.
  func moved(to now: Double) -> Pace {
    var moved = self
    moved.updated = now
    return moved
  }

  /// Up to date at `now`.
  func left(at now: Double) -> Pace {
    var left = self
    left.allowance = allowance(at: now)
    left.updated = now
    return left
  }
}
