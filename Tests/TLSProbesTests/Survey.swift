import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

/// What `tls-configuration` sees of a loopback server.
struct Survey {
  let facts: JSONValue?
  let gaps: [Gap]
  let unseen: Unseen?
  let traffic: Traffic
  /// How long it took, in seconds.
  let seconds: Double

  init(
    _ target: Target, within milliseconds: Int = 30_000, trust: [String] = [], asOf now: Instant = today
  ) async {
    let meter = TrafficMeter()
    let probe = TLSConfigurationProbe()
    let context = ProbeContext(
      deadline: Deadline(milliseconds: milliseconds), lane: BlockingLane(width: 4), traffic: meter, trust: trust)
    let start = ContinuousClock.now
    switch await probe.observe(target, with: [:], in: context) {
    case .seen(let facts, let gaps):
      self.facts = probe.derive(facts, asOf: now)
      self.gaps = gaps
      unseen = nil
      #expect(probe.descriptor.facts.violations(of: self.facts ?? .null) == [])
    case .unseen(let unseen):
      facts = nil
      gaps = []
      self.unseen = unseen
    }
    let (whole, part) = (ContinuousClock.now - start).components
    seconds = Double(whole) + Double(part) / 1e18
    traffic = meter.traffic
  }

  /// The fact at the end of a way through members, and indices of lists; members with a dot are asked for by `suites(of:)`.
  subscript(_ way: String) -> JSONValue? {
    way.split(separator: ".").reduce(facts) { value, step in
      Int(step).map { value?[$0] } ?? value?[String(step)]
    }
  }

  var protocols: [String] { self["protocols"]?.array?.compactMap(\.string) ?? [] }
  func suites(of version: String) -> Set<String> { Set(facts?["suites"]?[version]?.array?.compactMap(\.string) ?? []) }
  var groups: Set<String> { Set(self["groups"]?.array?.compactMap { $0["name"]?.string } ?? []) }
  var inconclusive: [String] { self["inconclusive"]?.array?.compactMap(\.string) ?? [] }
  var connections: Int { self["connections"]?.integer ?? 0 }
}

/// A `postgres` target on loopback.
func postgres(_ port: Int) -> Target {
  Target(
    id: "db", kind: "postgres",
    settings: ["url": .string("postgresql://auditor@localhost:\(port)/events"), "address": "127.0.0.1"])
}
