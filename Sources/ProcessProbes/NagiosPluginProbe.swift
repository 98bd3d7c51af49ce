import AuditModel
import ChildProcesses
import Facts
import Probing

/// Runs a Nagios or Icinga plug-in as it is; its exit state, text and performance data are the facts.
struct NagiosPluginProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "nagios-plugin", summary: "what a Nagios or Icinga plug-in reports", targetKinds: [NagiosTarget.kind.name],
    safety: .observe, facts: NagiosFacts.schema, timeout: 30_000, traffic: "1 process, which sends what it likes")

  /// Plug-ins print a few lines; the guidelines expect no more than 8 KiB.
  private static let outputLimit = 256 << 10

  var targetKinds: [TargetKind] { [NagiosTarget.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let plugin: NagiosTarget
    do {
      plugin = try NagiosTarget(target)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let outcome = await ChildProcess.run(
      plugin.command, environment: plugin.environment, in: plugin.folder, deadline: context.deadline,
      outputLimit: Self.outputLimit, on: context.lane)
    context.traffic.add(of: outcome)
    let clean = Redactor(secrets: target.secrets.values).redacted(outcome, andOutput: true)
    return clean.obstacle.map { .unseen($0) } ?? NagiosFacts.sighting(of: clean)
  }
}
