import SeededRandomness

@testable import RateLimits

/// One limiter of a simulated population, with what is true of it.
struct Specimen {
  enum Kind: String, CaseIterable {
    case firstHitWindow, alignedWindow, slidingLog, slidingCounter, tokenBucket, nginx, nginxQueue, concurrency

    /// The six of the ordinary kind.
    static let six = allCases.prefix(6)
  }

  var kind: Kind
  var limit: Int
  var window: Double
  var latency: Double
  var seed: UInt64
  var limiter: any VirtualLimiter

  /// A limiter at random: limit 1 to 500, window 0.5 to 300 s, latency 2 to 30 ms.
  init(_ kind: Kind, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    self.kind = kind
    self.seed = seed
    // One without a burst cannot be told from a window of one, so the least is two; see the test of its own.
    var limit = Int.random(in: 1...500, using: &random)
    var window = 0.5 * exponential(Double.random(in: 0...logarithm(600), using: &random))
    let phase = Double.random(in: 0..<window, using: &random)
    latency = 0.002 * exponential(Double.random(in: 0...logarithm(15), using: &random))
    switch kind {
    case .firstHitWindow: limiter = FirstHitWindow(limit: limit, window: window)
    case .alignedWindow: limiter = AlignedWindow(limit: limit, window: window, phase: phase)
    case .slidingLog: limiter = SlidingLog(limit: limit, window: window)
    case .slidingCounter:
      limiter = SlidingCounter(
        limit: limit, window: window, phase: phase, countsRefusals: Bool.random(using: &random))
    case .tokenBucket: limiter = TokenBucket(size: limit, rate: Double(limit) / window)
    case .nginx:
      limiter = NginxMeter(burst: limit - 1, rate: max(1, Int(Double(limit) / window * 1000)))
    case .nginxQueue:
      // What a queue of minutes holds, nobody waits for.
      limit = Int.random(in: 2...40, using: &random)
      let rate = Double.random(in: 1...30, using: &random)
      window = Double(limit) / rate
      limiter = NginxQueue(
        burst: limit - 1, rate: Int(rate * 1000), undelayed: Bool.random(using: &random) ? 0 : limit / 3)
    case .concurrency:
      limit = Int.random(in: 1...40, using: &random)
      window = 0.05 * exponential(Double.random(in: 0...logarithm(10), using: &random))
      limiter = ConcurrencyCap(limit: limit, service: window)
    }
    self.limit = limit
    self.window = window
  }

  var algorithm: Algorithm {
    switch kind {
    case .firstHitWindow: .firstHitWindow
    case .alignedWindow: .alignedWindow
    case .slidingLog: .slidingLog
    case .slidingCounter: .slidingCounter
    case .tokenBucket, .nginx: .tokenBucket
    case .nginxQueue: .leakyQueue
    case .concurrency: .concurrencyCap
    }
  }

  var budget: Budget {
    Budget(requests: max(120, 8 * limit), seconds: max(120, 8 * window), perSecond: .infinity)
  }

  func investigate() -> (Inference, sent: Int, seconds: Double) {
    let wire = VirtualWire(limiter, latency: latency, loss: 0.01, seed: seed ^ 0xABCD)
    let began = wire.now
    let inference = Investigation.run(over: wire, budget: budget)
    return (inference, wire.sent, wire.now - began)
  }
}

/// How many of a population were told right.
struct Tally: Sendable {
  var count = 0
  var handled = 0
  var family = 0
  var algorithm = 0
  var limit = 0
  var window = 0
  var costs: [Double] = []
  var overBudget = 0
  var noneSeen = 0
  var misses: [String] = []

  mutating func add(_ specimen: Specimen) {
    let (inference, sent, seconds) = specimen.investigate()
    count += 1
    if sent > specimen.budget.requests || seconds > specimen.budget.seconds + 2 { overBudget += 1 }
    if inference.outcome == .noneSeen {
      noneSeen += 1
      return
    }
    handled += 1
    costs.append(Double(sent) / Double(specimen.limit))
    let wanted = specimen.algorithm
    let isFamily = inference.family == wanted.family || specimen.limit == 1
    let isAlgorithm = inference.algorithm == wanted || specimen.limit == 1
    let isLimit = inference.limit.map { abs($0 - specimen.limit) <= max(1, specimen.limit / 20) } ?? false
    let isWindow =
      specimen.kind == .concurrency || inference.windowSeconds.map { abs($0 / specimen.window - 1) <= 0.15 } ?? false
      || (inference.ratePerSecond.map { abs($0 / (Double(specimen.limit) / specimen.window) - 1) <= 0.15 } ?? false)
    family += isFamily ? 1 : 0
    algorithm += isAlgorithm ? 1 : 0
    limit += isLimit ? 1 : 0
    window += isWindow ? 1 : 0
    if !isAlgorithm || !isLimit || !isWindow {
      misses.append(
        "\(specimen.kind) C=\(specimen.limit) W=\(specimen.window) rtt=\(specimen.latency) seed=\(specimen.seed) -> \(inference.outcome) \(inference.algorithm?.rawValue ?? "-") C=\(inference.limit ?? -1) W=\(inference.windowSeconds ?? -1) conf=\(inference.algorithmConfidence) \(isFamily ? "" : "FAMILY ")\(isLimit ? "" : "LIMIT ")\(isWindow ? "" : "WINDOW ")\n   "
          + inference.evidence.joined(separator: "\n   "))
    }
  }

  var summary: String {
    func percent(_ part: Int) -> String { "\((share(part) * 1000).rounded() / 10) %" }
    return
      "\(count) of which \(noneSeen) out of reach; family \(percent(family)), class \(percent(algorithm)), limit \(percent(limit)), window or rate \(percent(window)), median cost \((medianCost * 100).rounded() / 100) x limit, \(overBudget) over budget"
  }

  /// Whether a share is as large as `goal`, or below it by no more than three standard errors of a small sample.
  func reaches(_ goal: Double, _ part: Int) -> Bool {
    let error = handled >= 1000 ? 0 : 3 * (goal * (1 - goal) / Double(max(1, handled))).squareRoot()
    return share(part) >= goal - error
  }

  func share(_ part: Int) -> Double { handled == 0 ? 1 : Double(part) / Double(handled) }
  var medianCost: Double { costs.isEmpty ? 0 : costs.sorted()[costs.count / 2] }
}
