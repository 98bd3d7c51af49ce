import AuditModel
import Facts
import Probing

/// One probe with something to look at.
struct Bench: Sendable {
  let probe: any Probe
  let target: Target
  let parameters: JSONObject

  /// How much longer than its deadline a look may take, in milliseconds.
  private static let tolerance = 1000

  private struct Look: Sendable {
    var sighting: Sighting
    var traffic: Traffic
    var milliseconds: Int
  }

  private func look(at target: Target, within milliseconds: Int, unless cancellation: Cancellation? = nil) async -> Look
  {
    let meter = TrafficMeter()
    let lane = BlockingLane(width: 2)
    let began = ContinuousClock.now
    let sighting = await probe.observe(
      target, with: parameters,
      in: ProbeContext(
        deadline: Deadline(milliseconds: milliseconds, cancellation: cancellation), lane: lane, traffic: meter))
    return Look(sighting: sighting, traffic: meter.traffic, milliseconds: Self.milliseconds(since: began))
  }

  private static func milliseconds(since began: ContinuousClock.Instant) -> Int {
    let elapsed = (ContinuousClock.now - began).components
    return Int(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)
  }

  // MARK: What it sees

  func sightProblems() async -> [String] {
    let timeout = probe.descriptor.timeout
    let look = await look(at: target, within: timeout)
    var problems = leaks(in: look.sighting)
    if look.milliseconds > timeout + Self.tolerance { problems.append("it took \(look.milliseconds) ms of \(timeout)") }
    guard case .seen(let facts, let gaps) = look.sighting else {
      if case .unseen(let unseen) = look.sighting { problems.append("it could not see its target: \(unseen.reason)") }
      return problems
    }
    if look.traffic == Traffic() { problems.append("it counted no connection, request, byte or process") }
    for gap in gaps where gap.path.isEmpty || gap.reason.isEmpty {
      problems.append("a gap has no path or no reason: `\(gap.path)` `\(gap.reason)`")
    }
    return problems + factProblems(facts)
  }

  private func factProblems(_ facts: JSONValue) -> [String] {
    var problems: [String] = []
    // What cannot be written cannot be judged again.
    let recorded = try? JSONText.parse(Array(JSONText.compact(facts).utf8))
    if recorded != facts { problems.append("its facts do not survive being written as JSON and read again") }
    let now = Instant(seconds: 1_790_000_000)
    let derived = probe.derive(facts, asOf: now)
    if probe.derive(facts, asOf: now) != derived { problems.append("derive gives two outputs for one input") }
    if let recorded, probe.derive(recorded, asOf: now) != derived {
      problems.append("derive gives something else for facts that were recorded")
    }
    for violation in probe.descriptor.facts.violations(of: derived) {
      problems.append("its facts are not of the shape it declares: \(violation.kind) at \(violation.path)")
    }
    return problems
  }

  // MARK: When it ends

  func deadlineProblems() async -> [String] {
    var problems: [String] = []
    for deadline in [0, 100] {
      let look = await look(at: target, within: deadline)
      if look.milliseconds > deadline + Self.tolerance {
        problems.append("it went on for \(look.milliseconds) ms with a deadline of \(deadline) ms")
      }
      problems += leaks(in: look.sighting)
    }
    return problems
  }

  func cancellationProblems() async -> [String] {
    var problems: [String] = []
    for delay in [0, 30] {
      let cancellation = Cancellation()
      async let looking = look(at: target, within: probe.descriptor.timeout, unless: cancellation)
      if delay > 0 { try? await Task.sleep(for: .milliseconds(delay)) }
      cancellation.call()
      let called = ContinuousClock.now
      let look = await looking
      let late = Self.milliseconds(since: called)
      if late > Self.tolerance { problems.append("it went on for \(late) ms after it was called off") }
      problems += leaks(in: look.sighting)
    }
    return problems
  }

  // MARK: What it must not say

  func blindnessProblems(at impossible: Target) async -> [String] {
    let look = await look(at: impossible, within: probe.descriptor.timeout)
    guard case .seen(let facts, let gaps) = look.sighting else { return [] }
    return gaps.isEmpty
      ? ["it saw something, without a gap, where nothing can be seen: \(JSONText.compact(facts))"] : []
  }

  private func leaks(in sighting: Sighting) -> [String] {
    let text =
      switch sighting {
      case .seen(let facts, let gaps):
        JSONText.compact(facts) + gaps.map { "\($0.path) \($0.reason) \($0.remedy ?? "")" }.joined()
      case .unseen(let unseen): unseen.reason
      }
    return target.secrets.filter { $0.value.exposed.utf8.count >= 4 && text.contains($0.value.exposed) }
      .map { "the secret `\($0.key)` stands in what it says" }
  }
}
