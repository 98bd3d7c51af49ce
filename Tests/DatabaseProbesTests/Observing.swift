import AuditModel
import Facts
import LoopbackPostgres
import Probing
import Testing

@testable import DatabaseProbes

/// What a probe saw of a target on loopback.
struct Look {
  var facts: JSONValue?
  var gaps: [Gap] = []
  var unseen: Unseen?
  var traffic: Traffic

  /// Nothing seen yet.
  init(traffic: Traffic) { self.traffic = traffic }

  /// Lets `probe` look, and holds what it brings back against its own schema.
  init(
    _ probe: any Probe, _ settings: JSONObject, kind: String = "postgres", password: String? = nil,
    timeout: Int = 10_000
  )
    async
  {
    let meter = TrafficMeter()
    let context = ProbeContext(
      deadline: Deadline(milliseconds: timeout), lane: BlockingLane(width: 2), traffic: meter)
    let target = Target(
      id: "db", kind: kind, settings: settings, secrets: password.map { ["password": Secret($0)] } ?? [:])
    switch await probe.observe(target, with: [:], in: context) {
    case .seen(let facts, let gaps):
      self.facts = facts
      self.gaps = gaps
      #expect(probe.descriptor.facts.violations(of: facts).isEmpty)
      let derived = probe.derive(facts, asOf: Instant(seconds: 1_795_000_000))
      #expect(probe.descriptor.facts.violations(of: derived).isEmpty)
    case .unseen(let unseen): self.unseen = unseen
    }
    traffic = meter.traffic
  }

  /// The fact at a path of names.
  subscript(names: String...) -> JSONValue? {
    names.reduce(facts) { $0?[$1] }
  }
}

extension PostgresServer {
  /// What an inventory would declare.
  func declaration(
    user: String?, host: String = "localhost", sslmode: String? = nil, trust: String? = nil
  ) -> JSONObject {
    var settings: JSONObject = [
      "url": .string("postgresql://\(user.map { "\($0)@" } ?? "")\(host):\(port)/postgres"), "address": "127.0.0.1",
    ]
    if let sslmode { settings["sslmode"] = .string(sslmode) }
    if let trust { settings["trust"] = .string(trust) }
    return settings
  }
}
