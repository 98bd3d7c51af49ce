import Foundation
import Testing

@testable import RateLimits

/// The goals are for a population of ten thousand: `RATE_LIMIT_POPULATION=10000`, best with optimisation. An ordinary run
/// takes a sample of it, and allows for what a sample may be off by chance.
@Suite("Simulated limiters")
struct InvestigationTests {
  static let population =
    ProcessInfo.processInfo.environment["RATE_LIMIT_POPULATION"].flatMap { Int($0) } ?? 36

  /// Limits of 1 to 500 in 0.5 to 300 s, 2 to 30 ms to an answer with jitter, 1 % of the answers lost. The budget is large
  /// enough for every limit: eight times the limit in requests, and eight windows. A limit that a burst cannot reach within
  /// it, because it gives back faster than a client asks, is rightly not seen, and stands in no other figure; a limit of one
  /// request is the same in every algorithm.
  @Test("of six classes are told right")
  func sixClasses() async {
    let tally = await OwnThread.run {
      var tally = Tally()
      for kind in Specimen.Kind.six {
        for index in 0..<Self.population / 6 { tally.add(Specimen(kind, seed: UInt64(index) &* 7919 &+ 13)) }
      }
      return tally
    }
    print("simulated limiters: \(tally.summary)")
    #expect(tally.overBudget == 0)
    #expect(tally.noneSeen * 10 <= tally.count)
    #expect(tally.reaches(0.97, tally.family), "\(tally.misses.first ?? "")")
    #expect(tally.reaches(0.9, tally.algorithm), "\(tally.misses.first ?? "")")
    #expect(tally.reaches(0.95, tally.limit), "\(tally.misses.first ?? "")")
    #expect(tally.reaches(0.9, tally.window), "\(tally.misses.first ?? "")")
    #expect(tally.medianCost <= 4)
  }

  @Test(
    "that queue, or cap the requests in progress, are told right", arguments: [Specimen.Kind.nginxQueue, .concurrency])
  func simultaneous(_ kind: Specimen.Kind) async {
    let tally = await OwnThread.run {
      var tally = Tally()
      for index in 0..<max(40, Self.population / 4) { tally.add(Specimen(kind, seed: UInt64(index) &* 104_729 &+ 7)) }
      return tally
    }
    print("simulated \(kind.rawValue): \(tally.summary)")
    #expect(tally.overBudget == 0)
    #expect(tally.reaches(0.97, tally.family), "\(tally.misses.first ?? "")")
    #expect(tally.reaches(0.95, tally.limit), "\(tally.misses.first ?? "")")
    #expect(tally.reaches(0.9, tally.window), "\(tally.misses.first ?? "")")
  }

  @Test("that are not there are not seen, and it is said up to where")
  func none() {
    let wire = VirtualWire(Unlimited(), latency: 0.005, loss: 0.01, seed: 5)
    let inference = Investigation.run(over: wire, budget: Budget())
    #expect(inference.outcome == .noneSeen && inference.family == Family.none)
    #expect(inference.admitted >= 100 && inference.requests <= 120 && wire.sent == inference.requests)
  }

  @Test("of everyday sizes are told right within the ordinary budget", arguments: Everyday.all)
  func everyday(_ example: Everyday) async {
    let (inference, seconds) = await OwnThread.run {
      let wire = VirtualWire(example.limiter, latency: 0.002, loss: 0, seed: 11)
      let began = wire.now
      return (Investigation.run(over: wire, budget: Budget()), wire.now - began)
    }
    #expect(inference.family == example.family, "\(inference.evidence)")
    #expect(inference.limit == example.limit, "\(inference.evidence)")
    if let rate = example.rate {
      #expect(abs((inference.ratePerSecond ?? 0) / rate - 1) <= 0.15, "\(inference.evidence)")
    }
    #expect(inference.requests <= 120 && seconds <= example.seconds)
  }

  struct Everyday: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var limiter: any VirtualLimiter
    var family: Family
    var limit: Int
    var rate: Double?
    /// The longest it may take.
    var seconds: Double

    static let all = [
      Everyday(
        testDescription: "nginx 20r/s burst=40 nodelay", limiter: NginxMeter(burst: 40, rate: 20_000), family: .bucket,
        limit: 41, rate: 20, seconds: 15),
      Everyday(
        testDescription: "nginx 5r/s burst=10 nodelay", limiter: NginxMeter(burst: 10, rate: 5000), family: .bucket,
        limit: 11, rate: 5, seconds: 15),
      Everyday(
        testDescription: "nginx 10r/s", limiter: NginxMeter(burst: 0, rate: 10_000), family: .bucket, limit: 1,
        rate: 10,
        seconds: 15),
      Everyday(
        testDescription: "nginx 60r/m burst=5 nodelay", limiter: NginxMeter(burst: 5, rate: 1000), family: .bucket,
        limit: 6,
        rate: 1, seconds: 40),
      Everyday(
        testDescription: "nginx 10r/s burst=20", limiter: NginxQueue(burst: 20, rate: 10_000), family: .queue,
        limit: 21,
        rate: 10, seconds: 20),
      Everyday(
        testDescription: "20 in 5 s", limiter: FirstHitWindow(limit: 20, window: 5), family: .window, limit: 20,
        rate: 4,
        seconds: 30),
      Everyday(
        testDescription: "30 in 10 s of the clock", limiter: AlignedWindow(limit: 30, window: 10, phase: 3),
        family: .window, limit: 30, rate: 3, seconds: 60),
      Everyday(
        testDescription: "10 in 2 s, sliding", limiter: SlidingLog(limit: 10, window: 2), family: .window, limit: 10,
        rate: 5,
        seconds: 20),
      Everyday(
        testDescription: "20 in 10 s, counted by HAProxy",
        limiter: SlidingCounter(limit: 20, window: 10, phase: 4, countsRefusals: true), family: .window, limit: 20,
        rate: 2,
        seconds: 60),
      Everyday(
        testDescription: "8 in progress", limiter: ConcurrencyCap(limit: 8, service: 0.2), family: .concurrency,
        limit: 8,
        rate: nil, seconds: 30),
    ]
  }

  @Test("are never called open where they are not: no way around in a thousand runs")
  func bypasses() async {
    let runs = UInt64(min(1000, max(40, Self.population)))
    let (found, proven) = await OwnThread.run { Self.triedAround(runs) }
    #expect(found == 0)
    #expect(proven > 3 * Int(runs))
  }

  /// How many ways around were found, and how many proved closed, in so many runs in which all are closed.
  private static func triedAround(_ runs: UInt64) -> (found: Int, proven: Int) {
    var found = 0
    var proven = 0
    for seed in 0..<runs {
      let specimen = Specimen(Specimen.Kind.six[Int(seed % 6)], seed: seed &* 31 &+ 3)
      let wire = VirtualWire(specimen.limiter, latency: specimen.latency, loss: 0.01, seed: seed, asides: 12)
      let inference = Investigation.run(
        over: wire, budget: Budget(requests: 2 * specimen.limit + 100, seconds: 20, perSecond: .infinity, asides: 60))
      found += inference.asides.count { $0 == .passes }
      proven += inference.asides.count { $0 == .refused }
    }
    return (found, proven)
  }

  @Test("that let a variation through are found open")
  func openDoor() {
    let wire = VirtualWire(
      NginxMeter(burst: 40, rate: 20_000), latency: 0.002, loss: 0, seed: 3, asides: 3, open: [1])
    let inference = Investigation.run(over: wire, budget: Budget(requests: 180, asides: 60))
    #expect(inference.asides == [.refused, .passes, .refused])
  }
}
