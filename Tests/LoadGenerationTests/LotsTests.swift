import Glibc
import LoopbackServers
import Testing
import Transport

@testable import LoadGeneration
@testable import LoadScripts

@Suite("Arrivals in lots")
struct LotsTests {
  /// `EPOLLIN`.
  private static let reading: UInt32 = 1

  @Test("belong together from 5,000 a second on, and a pause is noticed at once")
  func density() {
    func areDense(_ moments: some Sequence<Int>) -> Bool {
      var lots = ArrivalLots()
      for moment in moments { lots.note(arrivalAt: moment) }
      return lots.areDense
    }
    #expect(!areDense(0..<1))
    #expect(!areDense(stride(from: 0, to: 1_000_000_000, by: 250_000)))
    #expect(areDense(stride(from: 0, to: 1_000_000_000, by: 150_000)))
    #expect(areDense(stride(from: 0, to: 100_000_000, by: 25_000)))
    // A burst is no rate.
    #expect(!areDense(Array(repeating: 0, count: 10)))
    #expect(!areDense(Array(stride(from: 0, to: 100_000_000, by: 25_000)) + [3_600_000_000_000]))
    #expect(!areDense([5, 3, Int.min / 2, 7]))
  }

  @Test("are larger from 20,000 a second on", arguments: [(60_000, 200_000), (40_000, 400_000), (1, 400_000)])
  func spacing(space: Int, expected: Int) {
    var lots = ArrivalLots()
    for number in 0..<400 { lots.note(arrivalAt: number * space) }
    #expect(lots.areDense && lots.spacing == expected)
  }

  @Test("need a phase that brings so many to one loop")
  func phases() {
    func mayBeDense(_ shape: LoadPhase.Shape?, seconds: Double? = 10, share: Double = 1) -> Bool {
      ArrivalLots.mayBeDense([LoadPhase(.pause, seconds: 1), LoadPhase(shape, seconds: seconds)], share: share)
    }
    #expect(mayBeDense(.constant(rate: 5001)) && !mayBeDense(.constant(rate: 5000)))
    #expect(mayBeDense(.ramp(from: 0, to: 6000)) && mayBeDense(.ramp(from: 6000, to: 0)))
    #expect(mayBeDense(.count(60_000)) && !mayBeDense(.count(40_000)))
    #expect(mayBeDense(.count(1), seconds: nil) && !mayBeDense(nil) && !mayBeDense(.pause))
    #expect(!mayBeDense(.constant(rate: 40_000), share: 8) && mayBeDense(.constant(rate: 40_000), share: 7))
  }

  @Test("an answer is timed by when it came, however much later it is read")
  func stamps() throws {
    var ends: [Int32] = [0, 0]
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { for descriptor in ends + [listener] { close(descriptor) } }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        try #require(bind(listener, address, length) == 0 && listen(listener, 1) == 0)
        try #require(getsockname(listener, address, &length) == 0)
        ends[0] = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(connect(ends[0], address, length) == 0)
      }
    }
    ends[1] = accept(listener, nil, nil)
    StampedReceipt.request(for: ends[0])
    let receipt = StampedReceipt()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 3, alignment: 1)
    defer { buffer.deallocate() }
    /// Sends a word and reads it later; returns by how many nanoseconds its arrival lies before and behind its sending.
    func slip(of word: String) throws -> (before: Int, behind: Int) {
      let before = monotonicNow()
      try #require(send(ends[1], word, 3, 0) == 3)
      let after = monotonicNow()
      usleep(50_000)
      receipt.align(to: monotonicNow())
      let (progress, arrived) = receipt.receive(from: ends[0], into: buffer)
      #expect(progress == .moved(3) && Array(buffer) == Array(word.utf8))
      return (before - arrived, arrived - after)
    }
    // The kernel begins to stamp a while after the first socket of the machine asks for it.
    for _ in 0..<40 where try slip(of: "new").behind < 5_000_000 { break }
    for word in ["one", "two"] {
      // Both clocks are read one after the other.
      let slip = try slip(of: word)
      #expect(slip.before <= 5_000_000 && slip.behind <= 5_000_000, "\(slip)")
    }
    close(ends[1])
    ends[1] = -1
    #expect(receipt.receive(from: ends[0], into: buffer).progress == .ended)
  }

  @Test("what happens on a socket is told by its slot, at once or after a sleep", arguments: [true, false])
  func readiness(waitsPrecisely: Bool) throws {
    var ends: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { for descriptor in ends { close(descriptor) } }
    let readiness = Readiness(waitsPrecisely: waitsPrecisely)
    #expect(readiness.add(ends[0], slot: 77, for: Self.reading))
    #expect(!readiness.add(-1, slot: 1, for: Self.reading))
    #expect(readiness.wait(nanoseconds: 0) == 0)
    let began = monotonicNow()
    #expect(readiness.wait(nanoseconds: 1_500_000) == 0)
    #expect(monotonicNow() - began >= 1_500_000)
    try #require(send(ends[1], "x", 1, 0) == 1)
    #expect(readiness.wait(nanoseconds: 10_000_000_000) == 1)
    #expect(readiness.slot(ofEvent: 0) == 77)
    let moment = monotonicNow() + 20_000_000
    #expect(readiness.look(at: moment) == 1)
    #expect(monotonicNow() >= moment)
    readiness.change(ends[0], slot: 77, to: 0)
    #expect(readiness.look(at: 0) == 0)
  }

  @Test("every one is started and answered, and a server that stands still is told as it was")
  func freeze() async throws {
    let server = try NginxServer.startPlain()
    async let freezing: Double = {
      try await Task.sleep(for: .milliseconds(800))
      return server.freeze(microseconds: 400_000)
    }()
    let result = try await run(
      "config: {http: {pool: 32}, phases: [{duration: 2, arrivalRate: 6000}]}\nscenarios:\n  - flow: [{get: {url: /}}]\n",
      at: "http://127.0.0.1:\(server.port)")
    let frozen = try await freezing
    let figures = result.figures
    #expect(result.intended == 12_000 && figures.started == 12_000 && result.skipped == 0)
    #expect(figures.requests == 12_000 && figures.errors == [:] && figures.completed == 12_000)
    #expect(figures.startError.count == 12_000 && figures.connections == 32)
    // No request was answered sooner than it was sent, or sent sooner than it was due.
    #expect((figures.responseTime.mean ?? 0) >= (figures.serviceTime.mean ?? 0))
    // Of 2 s a fifth waits, evenly from all of it to nothing: a busy machine adds to that, and never takes from it.
    for (q, share) in [(0.9, 0.5), (0.95, 0.75), (0.99, 0.95)] {
      let told = Double(figures.responseTime.quantile(q) ?? 0) / 1e6
      #expect(told >= frozen * share * 0.95, "q \(q): \(told) of \(frozen)")
    }
    // Waiting for a connection is the generator's matter and no service of the server.
    #expect((figures.serviceTime.quantile(0.9) ?? .max) < 400_000)
  }
}
