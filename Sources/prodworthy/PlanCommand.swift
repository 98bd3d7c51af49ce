import ArgumentParser
import AuditModel
import Engine
import Facts
import FoundationEssentials
import Glibc
import Probing
import Reporting

/// `prodworthy plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what an audit would look at, what it would send, and what it leaves out and why. Sends nothing.",
    discussion: "EXAMPLE:\n  prodworthy plan -f prodworthy.yaml --policy pre-release")

  @Argument(help: "A bare URL, or the path of an inventory.", completion: .file(extensions: ["yaml", "yml"]))
  var targets: [String] = []

  @OptionGroup var selection: SelectionOptions

  @Option(help: "Narrow the plan to this check and what it needs. Repeatable.")
  var check: [String] = []

  func run() throws {
    var request = selection.request
    request.targets = targets
    let workspace = try Workspace.load(request, environment: ProcessInfo.processInfo.environment)
    guard let inventory = workspace.inventory else { throw Failure(.ourFault, "no inventory was loaded") }
    try workspace.requireChecks(check)
    let header = RunHeader(asking: inventory, runID: "", selection: check, at: .current())
    let plan = Plan(header, policy: workspace.policy, catalogue: workspace.catalogue)
    try Output.print(text(of: plan, inventory, workspace))
  }

  private func text(of plan: Plan, _ inventory: Inventory, _ workspace: Workspace) -> String {
    var lines = [
      "\(inventory.system) (\(inventory.environment.rawValue)) under policy \(workspace.policy.id): "
        + "\(plan.observations.count) looks, \(plan.judgements.count) judgements"
    ]
    for target in inventory.targets {
      lines.append("\n\(target.id) (\(target.kind))\(target.settings["url"]?.string.map { " \($0)" } ?? "")")
      let looks = plan.observations.filter { $0.target == target.id }
      for look in looks {
        let descriptor = workspace.catalogue.probe(look.probe)?.descriptor
        let parameters = look.parameters.members.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: " ")
        lines.append(
          "  \(look.probe)\(parameters.isEmpty ? "" : " \(parameters)"): \(descriptor?.traffic ?? "") "
            + "[\(descriptor?.safety.rawValue ?? "")]")
        for judgement in plan.judgements where judgement.target == target.id {
          if case .observation(look) = judgement.basis {
            lines.append("    \(judgement.check.id) (\(judgement.check.severity.rawValue))")
          }
        }
      }
      for judgement in plan.judgements where judgement.target == target.id {
        if case .settled(let status, let reason) = judgement.basis {
          lines.append("  \(judgement.check.id): \(status.rawValue), \(reason)")
        }
      }
      if looks.isEmpty { lines.append("  nothing looks at it") }
    }
    for reason in plan.partial { lines.append("\n\(reason)") }
    return lines.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
      .map { Untrusted.line(String($0)) }.joined(separator: "\n") + "\n"
  }
}

extension PlannedJudgement.Basis {
  /// Whether this rests on `look`.
  static func ~= (look: PlannedObservation, basis: PlannedJudgement.Basis) -> Bool {
    if case .observation(let planned) = basis { planned.key == look.key } else { false }
  }
}
