import ArgumentParser
import AuditModel
import Engine
import FoundationEssentials
import Glibc
import Reporting

/// `prodworthy merge`.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract:
      "Put the parts of a divided run together: the report is that of the whole, in whatever order they are named.",
    discussion: """
      A part that is missing, that was not written to its end, or that was run twice leaves the gate undecided. Each part by
      itself ends in 1 or 2: it cannot speak for the others.

      EXAMPLE:
        prodworthy audit --shard 1/2 --out reports/runs/1
        prodworthy audit --shard 2/2 --out reports/runs/2
        prodworthy merge reports/runs/1 reports/runs/2 --out reports/runs/today
      """)

  @Argument(help: "The folders of the parts.", completion: .directory)
  var folders: [String]

  @Option(help: "A policy's name or file; by default the one the parts were judged by.")
  var policy: String?

  @Option(help: "A folder with further checks and probe manifests. Repeatable.", completion: .directory)
  var checks: [String] = []

  @Option(name: .customLong("as-of"), help: "Judge as of this day (YYYY-MM-DD) or time (RFC 3339).")
  var asOf: String?

  @Option(help: "The folder that gets the reports.", completion: .directory)
  var out: String?

  @OptionGroup var rendering: ReportOptions

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let day = try Day.read(asOf)
    var runs: [RecordedRun] = []
    var policies: Set<AuditReport.PolicySummary> = []
    for path in folders {
      let folder = RunFolder(path: path)
      guard Input.isFolder(path) else { throw Failure(.missingInput, "there is no folder \(path)") }
      guard folder.isWhole else {
        Output.note("prodworthy: \(path) was not written to its end and counts as missing\n")
        continue
      }
      runs.append(try folder.run())
      policies.insert(try folder.report().policy)
    }
    guard !runs.isEmpty else { throw Failure(.undecided, "no part was written to its end: there is nothing to merge") }
    guard policies.count == 1, let summary = policies.first else {
      throw Failure(.badData, "the parts were judged by different policies or catalogues")
    }
    let first = runs[0].header
    let workspace = try Workspace.load(
      Workspace.Request(
        policy: policy ?? first.policyFile ?? summary.id,
        checkFolders: checks.isEmpty ? first.checkFolders ?? [] : checks, wantsInventory: false),
      environment: environment)
    let merged: RecordedRun
    do throws(Sharding.Mismatch) {
      merged = try Sharding.merged(runs, policy: workspace.policy, catalogue: workspace.catalogue)
    } catch {
      throw Failure(.badData, error.description)
    }
    let report = Audit.report(merged, policy: workspace.policy, catalogue: workspace.catalogue, asOf: day)
    guard policy != nil || report.policy.digest == summary.digest else {
      throw Failure(
        .badData,
        "the policy or the checks are not those that the parts were judged by: name them with --policy and --checks")
    }
    try rendering.deliver(merged, report, into: out, environment: environment)
    throw report.gate.exitStatus
  }
}
