import AuditModel
import Facts
import Probing
import Testing

@testable import DeploymentProbes

/// One look by a probe, with the traffic it counted.
struct Look {
  static let lane = BlockingLane(width: 16)

  var sighting: Sighting
  var traffic: Traffic

  /// Looks, and holds the facts against the published schema.
  init(
    _ probe: some Probe, at settings: JSONObject, kind: String = "compose", milliseconds: Int = 10_000,
    asOf now: Instant = Instant(seconds: 1_800_000_000)
  ) async {
    await self.init(
      probe, at: Target(id: "stack", kind: kind, settings: settings), milliseconds: milliseconds, asOf: now)
  }

  /// Looks at a target, and holds the facts against the published schema.
  init(
    _ probe: some Probe, at target: Target, milliseconds: Int = 10_000,
    asOf now: Instant = Instant(seconds: 1_800_000_000)
  ) async {
    let meter = TrafficMeter()
    let context = ProbeContext(deadline: Deadline(milliseconds: milliseconds), lane: Self.lane, traffic: meter)
    sighting = await probe.observe(target, with: [:], in: context)
    traffic = meter.traffic
    if case .seen(let facts, let gaps) = sighting {
      let whole = probe.derive(facts, asOf: now)
      let violations = probe.descriptor.facts.violations(of: whole)
      #expect(violations.isEmpty, "\(violations)")
      sighting = .seen(whole, gaps: gaps)
    }
  }

  var facts: JSONValue? { if case .seen(let facts, _) = sighting { facts } else { nil } }
  var gaps: [Gap] { if case .seen(_, let gaps) = sighting { gaps } else { [] } }
  var unseen: Unseen? { if case .unseen(let unseen) = sighting { unseen } else { nil } }

  /// The element of a list of facts that has a name.
  func element(_ list: String, named name: String) -> JSONValue? {
    facts?[list]?.array?.first { $0["name"]?.string == name }
  }
}
