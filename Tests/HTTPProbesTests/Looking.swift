import AuditModel
import Facts
import Probing
import Testing

@testable import HTTPProbes

/// One look by a probe, with the traffic it counted.
struct Look {
  static let lane = BlockingLane(width: 64)

  var sighting: Sighting
  var traffic: Traffic

  /// Looks, and holds the facts against the published schema.
  init(
    _ probe: some Probe, at settings: JSONObject, kind: String = "http", secrets: [String: Secret] = [:],
    with parameters: JSONObject = [:], milliseconds: Int = 5000, cancellation: Cancellation? = nil
  ) async {
    let meter = TrafficMeter()
    let context = ProbeContext(
      deadline: Deadline(milliseconds: milliseconds, cancellation: cancellation), lane: Self.lane, traffic: meter)
    sighting = await probe.observe(
      Target(id: "web", kind: kind, settings: settings, secrets: secrets), with: parameters, in: context)
    traffic = meter.traffic
    if case .seen(let facts, _) = sighting {
      let violations = probe.descriptor.facts.violations(of: facts)
      #expect(violations.isEmpty, "\(violations)")
    }
  }

  var facts: JSONValue? { if case .seen(let facts, _) = sighting { facts } else { nil } }
  var gaps: [String] { if case .seen(_, let gaps) = sighting { gaps.map(\.path) } else { [] } }
  var unseen: Unseen? { if case .unseen(let unseen) = sighting { unseen } else { nil } }

  /// The value at a dotted path of names.
  subscript(path: String) -> JSONValue? {
    path.split(separator: ".").reduce(facts) { value, name in value?[String(name)] }
  }
}
