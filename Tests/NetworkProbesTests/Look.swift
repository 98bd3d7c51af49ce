import AuditModel
import Facts
import Probing
import Testing

@testable import NetworkProbes

/// What the probe saw of a host on loopback.
struct Look {
  var facts: JSONValue?
  var gaps: [Gap] = []
  var unseen: Unseen?
  var traffic: Traffic

  /// Lets the probe look, and holds what it brings back against its own schema.
  init(_ settings: JSONObject, timeout: Int = 30_000) async {
    let probe = NetworkExposureProbe()
    let meter = TrafficMeter()
    let context = ProbeContext(
      deadline: Deadline(milliseconds: timeout), lane: BlockingLane(width: 8), traffic: meter)
    switch await probe.observe(Target(id: "edge", kind: "host", settings: settings), with: [:], in: context) {
    case .seen(let facts, let gaps):
      self.facts = facts
      self.gaps = gaps
      #expect(probe.descriptor.facts.violations(of: facts).isEmpty)
    case .unseen(let unseen): self.unseen = unseen
    }
    traffic = meter.traffic
  }

  /// What it saw of one port.
  func port(_ number: Int) -> JSONValue? {
    facts?["ports"]?.array?.first { $0["port"]?.integer == number }
  }

  /// What it recognised on one port.
  func service(_ port: Int) -> String? { self.port(port)?["service"]?.string }
}
