import AuditModel
import ChildProcesses
import Facts
import Probing
import Testing

@testable import ProcessProbes

/// The suites that start children, one test at a time: what is timed must not compete with a hundred others.
@Suite(.serialized)
enum Children {}

/// One look by a probe, with what it counted and how long it took.
struct Look: Sendable {
  var sighting: Sighting
  var traffic: Traffic
  var milliseconds: Int

  var facts: JSONValue? { if case .seen(let facts, _) = sighting { facts } else { nil } }
  var gaps: [Gap] { if case .seen(_, let gaps) = sighting { gaps } else { [] } }
  var unseen: Unseen? { if case .unseen(let unseen) = sighting { unseen } else { nil } }

  init(
    by probe: any Probe, at target: Target, with parameters: JSONObject = [:], within milliseconds: Int = 10_000,
    unless cancellation: Cancellation? = nil, trust: [String] = []
  ) async {
    let meter = TrafficMeter()
    let began = ContinuousClock.now
    sighting = await probe.observe(
      target, with: parameters,
      in: ProbeContext(
        deadline: Deadline(milliseconds: milliseconds, cancellation: cancellation), lane: BlockingLane(width: 2),
        traffic: meter, trust: trust))
    traffic = meter.traffic
    self.milliseconds = Self.milliseconds(since: began)
  }

  static func milliseconds(since began: ContinuousClock.Instant) -> Int {
    let elapsed = (ContinuousClock.now - began).components
    return Int(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)
  }
}

extension ChildProcess {
  /// Runs a command with generous limits.
  static func tried(
    _ argv: [String], input: [UInt8] = [], environment: [String: String] = environment(), in folder: String = ".",
    within milliseconds: Int = 10_000, unless cancellation: Cancellation? = nil, outputLimit: Int = 65_536
  ) async -> (outcome: Outcome, milliseconds: Int) {
    let began = ContinuousClock.now
    let outcome = await run(
      argv, input: input, environment: environment, in: folder,
      deadline: Deadline(milliseconds: milliseconds, cancellation: cancellation), outputLimit: outputLimit,
      on: BlockingLane(width: 1))
    return (outcome, Look.milliseconds(since: began))
  }
}

extension ChildProcess.Outcome {
  var text: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: errors, as: UTF8.self) }
}
