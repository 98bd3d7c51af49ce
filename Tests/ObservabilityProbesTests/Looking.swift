import AuditModel
import BuiltInCatalogue
import Definitions
import Engine
import Facts
import Probing
import Testing

@testable import ObservabilityProbes

/// One look by a probe of this room.
struct Look {
  static let lane = BlockingLane(width: 64)

  var probe: any Probe
  var sighting: Sighting
  var traffic: Traffic

  /// Looks, and holds the facts against the published schema.
  init(
    _ probe: any Probe, at settings: JSONObject, kind: String? = nil, secrets: [String: Secret] = [:],
    with parameters: JSONObject = [:], milliseconds: Int = 20_000
  ) async {
    self.probe = probe
    let meter = TrafficMeter()
    let context = ProbeContext(deadline: Deadline(milliseconds: milliseconds), lane: Self.lane, traffic: meter)
    sighting = await probe.observe(
      Target(id: "it", kind: kind ?? probe.descriptor.targetKinds[0], settings: settings, secrets: secrets),
      with: parameters, in: context)
    traffic = meter.traffic
    if case .seen(let facts, _) = sighting {
      let violations = probe.descriptor.facts.violations(of: facts)
      #expect(violations.isEmpty, "\(violations)")
    }
  }

  var facts: JSONValue? { if case .seen(let facts, _) = sighting { facts } else { nil } }
  var gaps: [String] { if case .seen(_, let gaps) = sighting { gaps.map(\.path) } else { [] } }
  var unseen: Unseen? { if case .unseen(let unseen) = sighting { unseen } else { nil } }

  /// The value at a dotted path of names and places in lists.
  subscript(path: String) -> JSONValue? {
    path.split(separator: ".").reduce(facts) { value, name in Int(name).map { value?[$0] } ?? value?[String(name)] }
  }

  /// What a built-in check makes of it: the worst status, with the subjects that have it.
  func ruling(_ check: String) throws -> Ruling {
    let definition = try Check.named(check)
    guard case .seen(let facts, let gaps) = sighting else {
      return Ruling(status: .unknown, subjects: [], messages: [])
    }
    let judge = Judge(definition, parameters: JSONObject(definition.parameters.map { ($0.name, $0.fallback) }))
    let rulings = judge.rulings(on: facts, gaps: gaps)
    let worst = rulings.map(\.status).max { $0.badness < $1.badness } ?? .error
    let those = rulings.filter { $0.status == worst }
    return Ruling(status: worst, subjects: Set(those.compactMap(\.subject)), messages: those.map(\.message))
  }

  /// The status alone.
  func status(_ check: String) throws -> Status { try ruling(check).status }

  struct Ruling {
    var status: Status
    var subjects: Set<String>
    var messages: [String]
  }
}

/// The checks that are compiled in.
enum Check {
  static let all: Result<[CheckDefinition], any Error> = Result {
    try BuiltInCatalogue.checks.map { try Definitions.check(compiled: $0.json) }
  }

  static func named(_ id: String) throws -> CheckDefinition {
    try #require(try all.get().first { $0.id == id }, "\(id)")
  }

  /// The ids of those over one probe.
  static func over(_ probe: String) throws -> [String] { try all.get().filter { $0.probe == probe }.map(\.id) }
}
