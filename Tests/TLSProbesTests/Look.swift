import AuditModel
import Facts
import Glibc
import LoopbackServers
import Probing

@testable import TLSProbes

let probe = TLSEndpointProbe()
let lane = BlockingLane(width: 8)
/// Now, by the clock by which the tests' certificates are made.
var today: Instant { Instant(seconds: time(nil)) }

/// What the probe sees of a loopback server, derived as of `now`; nil facts if it could not look.
struct Look {
  var facts: JSONValue?
  var gaps: [Gap] = []
  var unseen: Unseen?
  var traffic: Traffic

  init(
    _ target: Target, versions: Bool = false, within milliseconds: Int = 10_000, trust: [String] = [],
    asOf now: Instant = today
  ) async {
    let meter = TrafficMeter()
    let context = ProbeContext(
      deadline: Deadline(milliseconds: milliseconds), lane: lane, traffic: meter, trust: trust)
    switch await probe.observe(target, with: versions ? ["versions": true] : [:], in: context) {
    case .seen(let facts, let gaps):
      self.facts = probe.derive(facts, asOf: now)
      self.gaps = gaps
    case .unseen(let unseen): self.unseen = unseen
    }
    traffic = meter.traffic
  }

  /// The fact at the end of a way through members, and indices of lists.
  subscript(_ way: String) -> JSONValue? {
    way.split(separator: ".").reduce(facts) { value, step in
      Int(step).map { value?[$0] } ?? value?[String(step)]
    }
  }
}

/// An `https` target on loopback.
func https(_ port: Int, host: String = "localhost", trust: String? = nil, serverName: String? = nil) -> Target {
  var settings: JSONObject = ["url": .string("https://\(host):\(port)/path?query")]
  if host == "localhost" { settings["address"] = "127.0.0.1" }
  if let trust { settings["trust"] = .string(trust) }
  if let serverName { settings["serverName"] = .string(serverName) }
  return Target(id: "web", kind: "https", settings: settings)
}
