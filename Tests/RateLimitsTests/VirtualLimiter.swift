/// A limiter in virtual time.
protocol VirtualLimiter: Sendable {
  /// Whether a request at `time`, in seconds, is admitted. Times never go back.
  mutating func admits(at time: Double) -> Bool

  /// How long an admitted request at `time` takes beyond the usual, in seconds; nil where it is turned away.
  mutating func delay(at time: Double) -> Double?
}

extension VirtualLimiter {
  mutating func delay(at time: Double) -> Double? { admits(at: time) ? 0 : nil }
}

/// Counts from the first request on, and starts anew when the window is over.
struct FirstHitWindow: VirtualLimiter {
  var limit: Int
  var window: Double
  private var start = -Double.infinity
  private var used = 0

  init(limit: Int, window: Double) { (self.limit, self.window) = (limit, window) }

  mutating func admits(at time: Double) -> Bool {
    if time >= start + window { (start, used) = (time, 0) }
    used += 1
    return used <= limit
  }
}

/// Counts in windows of the clock.
struct AlignedWindow: VirtualLimiter {
  var limit: Int
  var window: Double
  var phase: Double
  private var number = -Double.infinity
  private var used = 0

  init(limit: Int, window: Double, phase: Double) { (self.limit, self.window, self.phase) = (limit, window, phase) }

  mutating func admits(at time: Double) -> Bool {
    let current = ((time - phase) / window).rounded(.down)
    if current > number { (number, used) = (current, 0) }
    used += 1
    return used <= limit
  }
}

/// Remembers the time of every admitted request.
struct SlidingLog: VirtualLimiter {
  var limit: Int
  var window: Double
  private var times: [Double] = []
  private var head = 0

  init(limit: Int, window: Double) { (self.limit, self.window) = (limit, window) }

  mutating func admits(at time: Double) -> Bool {
    while head < times.count, times[head] <= time - window { head += 1 }
    guard times.count - head < limit else { return false }
    times.append(time)
    return true
  }
}

/// The count of the window before, fading, and the count of this one.
struct SlidingCounter: VirtualLimiter {
  var limit: Int
  var window: Double
  var phase: Double
  var countsRefusals: Bool
  private var number = -Double.infinity
  private var last = 0.0
  private var this = 0.0

  init(limit: Int, window: Double, phase: Double, countsRefusals: Bool) {
    (self.limit, self.window, self.phase, self.countsRefusals) = (limit, window, phase, countsRefusals)
  }

  mutating func admits(at time: Double) -> Bool {
    let position = (time - phase) / window
    let current = position.rounded(.down)
    if current > number {
      last = current == number + 1 ? this : 0
      (number, this) = (current, 0)
    }
    let isAdmitted = last * (1 - (position - current)) + this + 1 <= Double(limit)
    if isAdmitted || countsRefusals { this += 1 }
    return isAdmitted
  }
}

/// Fills at a steady rate up to its size.
struct TokenBucket: VirtualLimiter {
  var size: Int
  var rate: Double
  private var tokens: Double
  private var before = 0.0

  init(size: Int, rate: Double) { (self.size, self.rate, tokens) = (size, rate, Double(size)) }

  mutating func admits(at time: Double) -> Bool {
    tokens = min(Double(size), tokens + (time - before) * rate)
    before = time
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}

/// The arithmetic of nginx `limit_req`: thousandths of a request, whole milliseconds.
struct NginxMeter: VirtualLimiter {
  var burst: Int
  /// Requests per thousand seconds.
  var rate: Int
  private(set) var excess = 0
  private var last = 0
  private var isKnown = false

  init(burst: Int, rate: Int) { (self.burst, self.rate) = (burst, rate) }

  mutating func admits(at time: Double) -> Bool {
    let now = Int(time * 1000)
    guard isKnown else {
      (isKnown, last) = (true, now)
      return true
    }
    let next = max(0, excess - rate * max(0, now - last) / 1000 + 1000)
    if next > burst * 1000 { return false }
    (excess, last) = (next, now)
    return true
  }
}

/// nginx `limit_req` without `nodelay`: what is beyond the rate waits for its turn.
struct NginxQueue: VirtualLimiter {
  var meter: NginxMeter
  /// How many wait no time at all: nginx's `delay=`.
  var undelayed: Int

  init(burst: Int, rate: Int, undelayed: Int = 0) {
    meter = NginxMeter(burst: burst, rate: rate)
    self.undelayed = undelayed
  }

  mutating func admits(at time: Double) -> Bool { meter.admits(at: time) }

  mutating func delay(at time: Double) -> Double? {
    guard meter.admits(at: time) else { return nil }
    return Double(max(0, meter.excess - undelayed * 1000)) / Double(meter.rate)
  }
}

/// So many requests in progress.
struct ConcurrencyCap: VirtualLimiter {
  var limit: Int
  /// Seconds that a request is in progress.
  var service: Double
  private var ends: [Double] = []

  init(limit: Int, service: Double) { (self.limit, self.service) = (limit, service) }

  mutating func admits(at time: Double) -> Bool { delay(at: time) != nil }

  mutating func delay(at time: Double) -> Double? {
    ends.removeAll { $0 <= time }
    guard ends.count < limit else { return nil }
    ends.append(time + service)
    return service
  }
}

/// No limiter at all.
struct Unlimited: VirtualLimiter {
  mutating func admits(at time: Double) -> Bool { true }
}
