import ArgumentParser
import AuditModel
import Definitions
import Engine

/// `prodworthy baseline`.
struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Record what fails already, so that only what is new counts as new.",
    discussion: """
      EXAMPLES:
        prodworthy baseline write reports/runs/today -o baseline.json
        prodworthy audit --baseline baseline.json
        prodworthy baseline prune baseline.json reports/runs/today
      """,
    subcommands: [Write.self, Prune.self])

  /// `prodworthy baseline write`.
  struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "write", abstract: "Write what fails in a run as the baseline.",
      discussion: "With --force an existing baseline is replaced; what stood in it keeps its first date.")

    @Argument(help: "The folder of a run.", completion: .directory)
    var folder: String

    @Option(name: .shortAndLong, help: "The file to write; `-` is standard output.")
    var output = "baseline.json"

    @Flag(help: "Replace an existing file.")
    var force = false

    func run() throws {
      let report = try BaselineCommand.realReport(of: folder)
      var earlier: Baseline?
      if output != "-", Input.exists(output) {
        guard force else {
          throw Failure(.cannotCreate, "\(output) exists; --force replaces it and accepts what fails now")
        }
        earlier = try BaselineCommand.read(output)
      }
      let baseline = Baseline(of: report, since: earlier)
      let bytes = Array(Definitions.text(of: baseline).utf8)
      guard output != "-" else { return try Output.print(bytes) }
      try Output.replace(output, with: bytes)
      let known = Set((earlier?.entries ?? []).map(\.fingerprint))
      let added = baseline.entries.count { !known.contains($0.fingerprint) }
      try Output.print(
        "wrote \(output): \(baseline.entries.count) findings known\(earlier == nil ? "" : ", \(added) of them new")\n")
    }
  }

  /// `prodworthy baseline prune`.
  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prune", abstract: "Take out of a baseline what a run shows to be fixed or gone.",
      discussion: "What evidence did not decide stays; nothing is ever added.")

    @Argument(help: "The baseline.", completion: .file(extensions: ["json"]))
    var baseline: String

    @Argument(help: "The folder of a run.", completion: .directory)
    var folder: String

    func run() throws {
      let (pruned, dropped) = try BaselineCommand.read(baseline).pruned(by: BaselineCommand.realReport(of: folder))
      try Output.replace(baseline, with: Array(Definitions.text(of: pruned).utf8))
      try Output.print("\(baseline): \(dropped.count) findings taken out, \(pruned.entries.count) left\n")
    }
  }

  /// The report of a run whose times are real. Throws `Failure` (65, 66): what is known from a day that was made up would
  /// decide about real runs.
  private static func realReport(of folder: String) throws(Failure) -> AuditReport {
    let run = RunFolder(path: folder)
    let report = try run.report()
    guard report.rehearsed != true, !run.saysRehearsed else {
      throw Failure(
        .badData, "\(folder) was rehearsed, its times are made up: audit again and take that run for the baseline")
    }
    return report
  }

  /// Throws `Failure` (65, 66).
  private static func read(_ path: String) throws(Failure) -> Baseline {
    let loaded = Definitions.baseline(SourceFile(path: path, bytes: try Input.bytes(of: path)))
    guard let baseline = loaded.value else {
      throw Failure(.badData, Workspace.rendered(loaded.diagnostics, consequence: "nothing was written"))
    }
    return baseline
  }
}
