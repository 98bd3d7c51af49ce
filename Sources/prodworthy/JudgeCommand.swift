import ArgumentParser
import AuditModel
import Engine
import FoundationEssentials
import Glibc
import Reporting

/// `prodworthy judge`.
struct JudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "Judge a recorded run again, offline: under another policy, or as of another day.",
    discussion: """
      What people had said about the run's findings is judged with it, unless files are named in its place.

      EXAMPLES:
        prodworthy judge reports/runs/today --policy sign-off --as-of 2026-12-24
        prodworthy judge reports/runs/today --no-waivers
      """)

  @Argument(help: "The folder of a run.", completion: .directory)
  var folder: String

  @Option(help: "A policy's name or file; by default the one the run was judged by.")
  var policy: String?

  @Option(help: "A folder with further checks and probe manifests. Repeatable.", completion: .directory)
  var checks: [String] = []

  @Option(name: .customLong("as-of"), help: "Judge as of this day (YYYY-MM-DD) or time (RFC 3339).")
  var asOf: String?

  @Option(help: "The folder that gets the reports; by default they go nowhere but the console.", completion: .directory)
  var out: String?

  @OptionGroup var said: OverlayOptions
  @OptionGroup var rendering: ReportOptions

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let day = try Day.read(asOf)
    let kept = RunFolder(path: folder)
    var recorded = try kept.run()
    var name = policy ?? recorded.header.policyFile
    if name == nil, Input.exists("\(folder)/report.json") { name = try kept.report().policy.id }
    let workspace = try Workspace.load(
      Workspace.Request(
        policy: name, checkFolders: checks.isEmpty ? recorded.header.checkFolders ?? [] : checks, wantsInventory: false),
      environment: environment)
    recorded.overlays = try said.files.replacing(recorded.overlays, catalogue: workspace.catalogue)
    let report = Audit.report(recorded, policy: workspace.policy, catalogue: workspace.catalogue, asOf: day)
    try rendering.deliver(recorded, report, into: out, environment: environment)
    throw report.gate.exitStatus
  }
}
