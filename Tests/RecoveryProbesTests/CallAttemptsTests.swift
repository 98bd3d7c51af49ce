import Testing

@testable import FaultProxy
@testable import RecoveryProbes

/// Told from what passed through a proxy: which calls were second tries, and how long the service waited.
@Suite struct CallAttemptsTests {
  private let key = ProxyRecord.Call(method: "GET", path: "/prices")

  private func attempts(_ calls: [(at: Int, until: Int?)], window: (Int, Int) = (0, 2000)) -> CallAttempts {
    var record = ProxyRecord()
    record.requests = calls.map {
      ProxyRecord.Request(at: $0.at, method: "GET", path: "/prices", end: .givenUp, endedAt: $0.until)
    }
    return CallAttempts(record, during: [window], keys: [key])
  }

  @Test func pausesAreFromCallToCall() {
    let found = attempts([(0, 400), (500, 900), (1400, 1800)])
    #expect(found.requests == 1 && found.mostPerRequest == 3 && found.shortestPause == 500 && !found.isFlat)
  }

  @Test func aCallBesideAnotherIsNoSecondTryOfIt() {
    // A request from before is still tried when the next one comes.
    let found = attempts([(10, 410), (12, 412), (512, 912)])
    #expect(found.mostPerRequest == 3)
    #expect(found.shortestPause == 502)
  }

  @Test func aStormIsStillAStorm() {
    let found = attempts((0..<50).map { ($0, $0) })
    #expect(found.mostPerRequest == 50 && found.shortestPause == 1 && found.isFlat)
    // Calls that nobody waits for are many, whatever their pauses.
    #expect(attempts((0..<50).map { ($0, nil) }).mostPerRequest == 50)
  }

  @Test func whatCameBeforeTheCutIsNoCallOfIt() {
    var record = ProxyRecord()
    record.requests = [ProxyRecord.Request(at: 9, method: "GET", path: "/prices", end: .answered, endedAt: 9)]
    record.requestCount = 1
    let earlier = record
    record.requests += [
      ProxyRecord.Request(at: 10, method: "GET", path: "/prices", end: .broken, endedAt: 10),
      ProxyRecord.Request(at: 111, method: "GET", path: "/prices", end: .broken, endedAt: 111),
    ]
    record.requestCount = 3
    // The clocks are a millisecond apart: the window seems to begin before the cut.
    let found = CallAttempts(record.later(than: earlier), during: [(9, 500)], keys: [key])
    #expect(found.mostPerRequest == 2 && found.shortestPause == 101)
    #expect(record.later(than: earlier).requestCount == 2)
  }
}
