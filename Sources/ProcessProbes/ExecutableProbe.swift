package import AuditModel
import ChildProcesses
package import Facts
package import Probing

/// A probe written in any language: a program that reads a request and writes an answer, one JSON document each.
///
/// It says what it saw and has no way to say what that is worth. Whatever goes wrong with it, a crash, silence, bad
/// JSON, facts of another shape than declared, is an observation not made, with the reason.
package struct ExecutableProbe: UnlistedProbe {
  /// As its manifest describes it.
  package let descriptor: ProbeDescriptor
  private let command: [String]
  private let folder: String
  private let outputLimit: Int

  /// A probe by `command`, whose first word is a path relative to `folder` if it has a slash, and is looked up in
  /// `PATH` otherwise. It runs in `folder`, that of its manifest. Each of its outputs may have `outputLimit` bytes.
  package init(_ descriptor: ProbeDescriptor, command: [String], folder: String, outputLimit: Int = 1 << 20) {
    self.descriptor = descriptor
    self.command = command
    self.folder = folder
    self.outputLimit = outputLimit
  }

  /// Runs the program once.
  package func observe(
    _ target: Target, with parameters: JSONObject, in context: ProbeContext
  ) async -> Sighting {
    let request = ProbeProtocol.request(
      descriptor.id, target, parameters, milliseconds: context.deadline.millisecondsLeft, trust: context.trust)
    let outcome = await ChildProcess.run(
      command, input: request, in: folder, deadline: context.deadline, outputLimit: outputLimit, on: context.lane)
    context.traffic.add(of: outcome)
    let redactor = Redactor(secrets: target.secrets.values)
    return sighting(
      from: redactor.redacted(outcome, andOutput: false), countingIn: context.traffic, redactor: redactor)
  }

  private func sighting(
    from outcome: ChildProcess.Outcome, countingIn meter: TrafficMeter, redactor: Redactor
  ) -> Sighting {
    if let obstacle = outcome.obstacle { return .unseen(obstacle) }
    switch outcome.ending {
    case .exited(0): break
    case .exited(let status): return .unseen(.init(.broken, outcome.withComplaint("it ended with status \(status)")))
    default: return .unseen(.init(.broken, outcome.withComplaint("it ended by \(outcome.ending.words)")))
    }
    if outcome.output.isEmpty { return .unseen(.init(.broken, outcome.withComplaint("it answered nothing"))) }
    do {
      let answer = try ProbeProtocol.answer(outcome.output, facts: descriptor.facts)
      meter.add(answer.traffic)
      return redactor.redacted(answer.sighting)
    } catch {
      return .unseen(
        .init(.malformed, outcome.withComplaint(ChildProcess.Outcome.bounded(redactor.redacted(error.reason)))))
    }
  }
}
