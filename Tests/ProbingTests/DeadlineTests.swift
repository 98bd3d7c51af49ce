import Glibc
import Probing
import Testing

@Suite("Deadlines and lanes")
struct DeadlineTests {
  @Test("a wait ends at the deadline, or sooner when called off")
  func waits() {
    var pair: [Int32] = [0, 0]
    #expect(pipe(&pair) == 0)
    defer { for descriptor in pair { close(descriptor) } }
    let clock = ContinuousClock()
    let late = clock.measure {
      if case .timedOut = Deadline(milliseconds: 120).wait(for: POLLIN, on: pair[0]) {
      } else {
        Issue.record("no timeout")
      }
    }
    #expect(late >= .milliseconds(119) && late < .seconds(2))
    let cancellation = Cancellation()
    let deadline = Deadline(milliseconds: 60_000, cancellation: cancellation)
    cancellation.call()
    if case .cancelled = deadline.wait(for: POLLIN, on: pair[0]) {} else { Issue.record("not cancelled") }
    #expect(deadline.hasPassed && deadline.isCancelled)
    var byte: UInt8 = 1
    _ = write(pair[1], &byte, 1)
    if case .ready = Deadline(milliseconds: 1000).wait(for: POLLIN, on: pair[0]) {} else { Issue.record("not ready") }
  }

  @Test("a cap never lengthens")
  func caps() {
    #expect(Deadline(milliseconds: 100).capped(milliseconds: 10_000).millisecondsLeft <= 100)
    #expect(Deadline(milliseconds: 10_000).capped(milliseconds: 100).millisecondsLeft <= 100)
    #expect(Deadline(milliseconds: -5).hasPassed)
  }

  @Test("blocking work runs beside the cooperative pool, all of it, no wider than the lane")
  func lanes() async {
    let lane = BlockingLane(width: 4)
    let clock = ContinuousClock()
    let began = clock.now
    let sum = await withTaskGroup(of: Int.self) { group in
      for number in 1...40 {
        group.addTask {
          await lane.run {
            usleep(10_000)
            return number
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(sum == 820)
    #expect(clock.now - began >= .milliseconds(95))
  }
}
