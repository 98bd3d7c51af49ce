import AuditModel
import Engine
import Facts
import Probing
import Synchronization
import Testing

@Suite("Observing")
struct ObserverTests {
  private final class Gauge: Sendable {
    private let counts = Mutex((now: 0, most: 0, total: 0))
    func enter() {
      counts.withLock {
        $0.now += 1; $0.total += 1; $0.most = max($0.most, $0.now)
      }
    }
    func leave() { counts.withLock { $0.now -= 1 } }
    var most: Int { counts.withLock { $0.most } }
    var total: Int { counts.withLock { $0.total } }
  }

  private func observe(
    _ probe: ScriptedProbe, targets: [String], checks: [CheckDefinition], limits: Observer.Limits = .init(),
    secrets: [Secret] = [], cancellation: Cancellation = Cancellation()
  ) async -> [Observation] {
    let catalogue = Catalogue(checks: checks, probes: [probe], checklist: [])
    let header = header(targets: targets)
    let plan = Plan(header, policy: everything, catalogue: catalogue)
    let observer = Observer(
      catalogue: catalogue, limits: limits, cancellation: cancellation, redactor: Redactor(secrets: secrets),
      trust: [], clock: { Instant(seconds: 0) })
    return await observer.observations(
      of: plan, targets: targets.map { Target(id: $0, kind: "thing", settings: [:]) }, onEvent: { _ in })
  }

  @Test("looks are bounded, and come back in plan order")
  func bounded() async throws {
    let gauge = Gauge()
    let probe = ScriptedProbe { target, _, _ in
      gauge.enter()
      try? await Task.sleep(for: .milliseconds(target.id.hashValue & 3))
      gauge.leave()
      return .seen(["id": .string(target.id)])
    }
    let targets = (0..<200).map { "t\($0)" }
    let seen = await observe(
      probe, targets: targets, checks: [try check("a-1", expect: [("$.n", .equals, 1)])],
      limits: Observer.Limits(concurrency: 4, perTarget: 2))
    #expect(seen.map(\.target) == targets)
    #expect(gauge.total == 200)
    #expect(gauge.most <= 8)
  }

  @Test("load comes when everything else has been looked at, one target after the other")
  func loadLast() async throws {
    let order = Mutex<[String]>([])
    let atOnce = Gauge()
    struct Slow: Probe {
      let descriptor = ProbeDescriptor(
        id: "slow", summary: "", targetKinds: ["thing"], safety: .observe, facts: .any, timeout: 2000,
        traffic: "nothing")
      let note: @Sendable () -> Void
      func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
        try? await Task.sleep(for: .milliseconds(20))
        note()
        return .seen(["n": 1])
      }
    }
    let load = ScriptedProbe(safety: .load) { _, _, _ in
      atOnce.enter()
      order.withLock { $0.append("load") }
      try? await Task.sleep(for: .milliseconds(5))
      atOnce.leave()
      return .seen(["n": 1])
    }
    var gentle = try check("b-1", expect: [("$.n", .equals, 1)])
    gentle.probe = "slow"
    let checks = [try check("a-1", expect: [("$.n", .equals, 1)], safety: .load), gentle]
    let slow = Slow { order.withLock { $0.append("slow") } }
    let catalogue = Catalogue(checks: checks, probes: [load, slow], checklist: [])
    let targets = ["one", "two", "three"]
    let plan = Plan(header(targets: targets, ceiling: .load), policy: everything, catalogue: catalogue)
    let observer = Observer(
      catalogue: catalogue, limits: .init(), cancellation: Cancellation(), redactor: Redactor(secrets: []), trust: [],
      clock: { Instant(seconds: 0) })
    let seen = await observer.observations(
      of: plan, targets: targets.map { Target(id: $0, kind: "thing", settings: [:]) }, onEvent: { _ in })
    #expect(seen.count == 6 && seen.allSatisfy { $0.facts != nil })
    #expect(order.withLock { $0 } == ["slow", "slow", "slow", "load", "load", "load"])
    #expect(atOnce.most == 1)
  }

  @Test("after an interrupt what is finished is kept and the rest says so")
  func interrupted() async throws {
    let cancellation = Cancellation()
    let gauge = Gauge()
    let probe = ScriptedProbe { _, _, _ in
      gauge.enter()
      if gauge.total == 10 { cancellation.call() }
      return .seen([:])
    }
    let seen = await observe(
      probe, targets: (0..<50).map { "t\($0)" }, checks: [try check("a-1", expect: [("$.n", .equals, 1)])],
      limits: Observer.Limits(concurrency: 1, perTarget: 1), cancellation: cancellation)
    #expect(seen.count == 50)
    #expect(seen.filter { $0.unseen?.kind == .interrupted }.count == 41)
    #expect(seen.filter { $0.facts != nil }.count == 9)
  }

  @Test("a secret that a target echoes is not recorded in any of its forms")
  func redaction() async throws {
    let secret = "s3cr t/+pass"
    let probe = ScriptedProbe { _, _, _ in
      .seen(
        [
          "raw": .string("x\(secret)y"), "url": "s3cr%20t%2F%2Bpass", "form": "s3cr+t%2F%2Bpass",
          "base64": "YTpzM2NyIHQvK3Bhc3M=", "name": [secret: 1],
        ],
        gaps: [Gap(path: "p", reason: "because \(secret)")])
    }
    let seen = await observe(
      probe, targets: ["t"], checks: [try check("a-1", expect: [("$.n", .equals, 1)])], secrets: [Secret(secret)])
    let text = JSONText.compact(seen.first?.facts ?? .null) + (seen.first?.gaps.first?.reason ?? "")
    for form in [secret, "s3cr%20t", "s3cr+t", "czNjciB0LytwYX", "NyIHQvK3Bhc3"] {
      #expect(!text.contains(form), "\(form) in \(text)")
    }
    #expect(text.contains(Redactor.mark))
  }
}
