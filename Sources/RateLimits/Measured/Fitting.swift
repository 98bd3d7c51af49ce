/// The best parameters of one algorithm for what was seen.
struct Fit: Sendable {
  var hypothesis: Hypothesis
  /// In how many answers it is wrong.
  var errors: Double
  /// The windows, in seconds, that do about as well.
  var windows: ClosedRange<Double>

  /// How far the window may be off, as a share of it.
  var spread: Double { (windows.upperBound - windows.lowerBound) / hypothesis.window }

  /// The errors, with a handicap for algorithms that have more to adjust.
  var score: Double { errors + hypothesis.algorithm.handicap }
}

extension Algorithm {
  /// By how many errors less it must explain what a simpler algorithm explains as well.
  fileprivate var handicap: Double {
    switch self {
    case .slidingCounter: 0.9
    case .alignedWindow: 0.4
    case .slidingLog: 0.2
    default: 0
    }
  }
}

/// What the trace of an investigation says about the parameters before any algorithm is tried.
struct Clues: Sendable {
  /// Requests admitted, or perhaps admitted, before the limiter first turned one away.
  var limits: ClosedRange<Int>
  /// When the first request was seen.
  var begin: Double
  /// When the limiter first turned a request away.
  var exhausted: Double
  /// The waits for recovery: the last request turned away, and the first one admitted after it.
  var recoveries: [ClosedRange<Double>]
  /// Requests admitted between a recovery and the next refusal, or perhaps admitted.
  var refills: [ClosedRange<Int>] = []
  /// Where only a part came back at first: how many requests, the refusal behind them, and the refusals before them.
  var part: (admitted: Int, refused: Double, refusals: Int)?
  /// Requests a second, from one refill to the next.
  var rates: [Double] = []

  /// The rate measured last, which is the one measured over the most requests.
  var rate: Double? { rates.last }
}

/// Finds the parameters with which an algorithm explains a trace best.
struct Fitting: Sendable {
  let trace: Trace
  let clues: Clues

  /// The best fit of each algorithm, best first.
  func ranking() -> [Fit] {
    Self.simplestFirst.compactMap { best($0) }.sorted { $0.score < $1.score }
  }

  private static let simplestFirst: [Algorithm] = [
    .firstHitWindow, .tokenBucket, .slidingLog, .alignedWindow, .slidingCounter,
  ]
  /// Fits that differ by less are equally good.
  private static let tie = 0.25

  private struct Search {
    let trace: Trace
    var best: Fit?
    var bound: Double

    mutating func consider(_ hypothesis: Hypothesis) {
      let errors = hypothesis.errors(in: trace, upTo: bound)
      guard errors <= bound else { return }
      if let known = best, errors > known.errors - 1e-9 {
        if errors < known.errors + Fitting.tie {
          best?.windows =
            min(known.windows.lowerBound, hypothesis.window)...max(known.windows.upperBound, hypothesis.window)
        }
        return
      }
      best = Fit(hypothesis: hypothesis, errors: errors, windows: hypothesis.window...hypothesis.window)
      bound = errors + Fitting.tie
    }
  }

  /// The best fit of `algorithm`; nil if there is nothing to try.
  private func best(_ algorithm: Algorithm) -> Fit? {
    var search = Search(trace: trace, bound: .infinity)
    for window in windows(algorithm) {
      for phase in phases(algorithm, window: window) {
        for counts in algorithm == .slidingCounter || algorithm == .slidingLog ? [false, true] : [false] {
          if counts, (search.best?.errors ?? .infinity) <= 1 { continue }
          consider(algorithm, window, phase, counts, in: &search)
        }
      }
    }
    refine(&search)
    guard var best = search.best else { return nil }
    var central = best.hypothesis
    central.window = (best.windows.lowerBound + best.windows.upperBound) / 2
    if central.errors(in: trace, upTo: best.errors + Self.tie) <= best.errors + Self.tie { best.hypothesis = central }
    return best
  }

  /// `window` is that of the whole limit; of a bucket, it is the time for one request.
  private func consider(
    _ algorithm: Algorithm, _ window: Double, _ phase: Double, _ countsRefusals: Bool, in search: inout Search
  ) {
    var hypothesis = Hypothesis(
      algorithm: algorithm, limit: 1, window: window, phase: phase, countsRefusals: countsRefusals)
    // A bucket that fills faster than anything was measured would explain everything.
    if algorithm == .tokenBucket, let most = clues.rates.max(), window * most < 0.5 { return }
    for limit in limits(hypothesis) {
      hypothesis.limit = limit
      if algorithm == .tokenBucket { hypothesis.window = window * Double(limit) }
      search.consider(hypothesis)
    }
  }

  /// Walks from the best of the coarse grid to the nearest better parameters.
  private func refine(_ search: inout Search) {
    var step = 0.02
    while step > 0.0004, let start = search.best, start.errors > Self.tie || step > 0.008 {
      let from = start.hypothesis
      let window = from.algorithm == .tokenBucket ? from.window / Double(from.limit) : from.window
      for (scale, shift) in [(step, 0.0), (-step, 0), (0, step), (0, -step), (step, -step), (-step, step)] {
        if shift != 0, from.algorithm != .alignedWindow, from.algorithm != .slidingCounter { continue }
        consider(
          from.algorithm, window * (1 + scale), from.phase + from.window * shift, from.countsRefusals, in: &search)
      }
      if let now = search.best, now.errors >= start.errors - 1e-9 { step /= 2 }
    }
  }

  // MARK: Candidates

  /// The limits at which the first refusal comes where it came, lost answers counted or not.
  private func limits(_ hypothesis: Hypothesis) -> [Int] {
    if hypothesis.algorithm == .tokenBucket {
      let size = bucketSize(secondsPerRequest: hypothesis.window)
      return Set([-1, 0, 1, 2].map { size.lowerBound + $0 } + Self.spread(size)).filter { $0 > 0 }.sorted()
    }
    let counted = used(before: clues.exhausted, hypothesis)
    var limits = Self.spread(max(1, counted.admitted)...max(1, counted.admitted + counted.lost))
    if hypothesis.algorithm != .slidingCounter { limits += clues.refills.flatMap(Self.spread) }
    return limits.count > 1 ? Array(Set(limits)).sorted() : limits
  }

  /// The size of a bucket that was empty at the first refusal, lost answers not counted or counted: the most that was ever
  /// taken out faster than it came in.
  private func bucketSize(secondsPerRequest: Double) -> ClosedRange<Int> {
    var least = 0.0
    var most = 0.0
    var before = trace.times.first ?? 0
    var low = 1.0
    var high = 1.0
    for index in trace.times.indices {
      let time = trace.times[index]
      if time >= clues.exhausted { break }
      let refill = (time - before) / secondsPerRequest
      before = time
      (least, most) = (max(0, least - refill), max(0, most - refill))
      if trace.marks[index] == .admitted { least += 1 }
      most += 1
      (low, high) = (max(low, least), max(high, most))
    }
    guard low < 1e6, high < 1e6 else { return 1...1 }
    return Int(low)...Int(max(low, high))
  }

  private static func spread(_ range: ClosedRange<Int>) -> [Int] {
    Array(stride(from: range.lowerBound, through: range.upperBound, by: max(1, (range.count + 2) / 4)))
  }

  /// What counts against the limit just before `moment`, in the first burst.
  private func used(before moment: Double, _ hypothesis: Hypothesis) -> (admitted: Int, lost: Int) {
    let window = hypothesis.window
    var since = hypothesis.algorithm == .tokenBucket ? clues.begin : trace.times.first ?? clues.begin
    switch hypothesis.algorithm {
    case .firstHitWindow: since += ((moment - since) / window).rounded(.down) * window
    case .alignedWindow, .slidingCounter:
      since = max(since, hypothesis.phase + ((moment - hypothesis.phase) / window).rounded(.down) * window)
    case .slidingLog: since = max(since, moment - window)
    default: break
    }
    var before = 0.0
    var admitted = 0
    var lost = 0
    for index in trace.times.indices {
      let time = trace.times[index]
      if time >= moment { break }
      if time < since {
        if hypothesis.algorithm == .slidingCounter, time >= since - window, trace.marks[index] == .admitted {
          before += 1
        }
        continue
      }
      switch trace.marks[index] {
      case .admitted: admitted += 1
      case .lost: lost += 1
      case .refused: break
      }
    }
    admitted += Int((before * (1 - (moment - since) / window)).rounded())
    return (admitted, lost)
  }

  private func grid(_ low: Double, _ high: Double, _ ratio: Double) -> [Double] {
    guard low > 0, high >= low, high.isFinite else { return [] }
    let count = min(150, Int((logarithm(high / low) / logarithm(ratio)).rounded(.up)))
    return (0...count).map { low * exponential(logarithm(high / low) * Double($0) / Double(max(1, count))) }
  }

  private func windows(_ algorithm: Algorithm) -> [Double] {
    guard let first = clues.recoveries.first else { return [] }
    let size = Double(clues.limits.lowerBound)
    switch algorithm {
    case .tokenBucket:
      guard let least = clues.rates.min(), let most = clues.rates.max(), least > 0 else {
        return grid(
          max(0.001, (first.lowerBound - clues.exhausted) / 4), max(0.01, first.upperBound - clues.exhausted) * 1.5, 1.1
        )
      }
      return grid(1 / most / 1.3, 1 / least * 1.3, 1.02)
    case .slidingCounter:
      // Nothing comes back before the edge, and that is at most a window away.
      let silent = max(0.05, (first.lowerBound - clues.exhausted) * 0.7)
      let slowest = (first.upperBound - clues.begin) * 1.3
      guard let least = clues.rates.min(), let most = clues.rates.max(), least > 0 else {
        return grid(silent, slowest * 2, 1.06)
      }
      return grid(max(silent, size / most / 1.5), max(silent * 1.5, size / least * 1.35), 1.05)
    case .firstHitWindow, .slidingLog:
      let low = first.lowerBound - clues.exhausted
      var candidates = grid(
        max(0.05, low * 0.9), (first.upperBound - (trace.times.first ?? clues.begin)) * 1.05, 1.025)
      if let second = clues.recoveries.dropFirst().first {
        // The second one began with the request that was the first to be admitted again.
        candidates += grid(
          max(0.05, second.lowerBound - first.upperBound),
          max(0.06, second.upperBound - first.upperBound + trace.blur), 1.01)
      }
      return candidates
    case .alignedWindow:
      var candidates: [Double] = []
      for pair in zip(clues.recoveries, clues.recoveries.dropFirst()) {
        let low = pair.1.lowerBound - pair.0.upperBound
        let high = pair.1.upperBound - pair.0.lowerBound
        candidates += grid(max(0.05, low), max(0.06, high), 1.025)
      }
      return candidates
    case .leakyQueue, .concurrencyCap: return []
    }
  }

  private func phases(_ algorithm: Algorithm, window: Double) -> [Double] {
    guard let first = clues.recoveries.first else { return [] }
    func inside(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
      (0..<count).map { low + (high - low) * (Double($0) + 0.5) / Double(count) }
    }
    switch algorithm {
    case .alignedWindow:
      let narrowest = clues.recoveries.min { $0.upperBound - $0.lowerBound < $1.upperBound - $1.lowerBound } ?? first
      return inside(narrowest.lowerBound, narrowest.upperBound, 5)
    case .slidingCounter:
      // The first request is admitted as soon as the edge is one request's share behind.
      let share = window / Double(clues.limits.lowerBound)
      let coarse =
        inside(max(clues.begin, first.lowerBound - 2 * share), first.upperBound - share / 2, clues.part == nil ? 8 : 3)
        + inside(clues.begin, clues.exhausted, 2)
      guard let part = clues.part else { return coarse }
      // What had come back by then says how far behind the edge was.
      let size = Double(clues.limits.lowerBound)
      let admitted = Double(part.admitted)
      let refusals = Double(part.refusals)
      return [admitted / size, (admitted + refusals) / (size + refusals)].map { part.refused - $0 * window } + coarse
    default: return [0]
    }
  }
}
