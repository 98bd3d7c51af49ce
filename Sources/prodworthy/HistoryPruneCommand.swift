import ArgumentParser
import AuditModel
import History
import Probing

/// `prodworthy history prune`.
struct HistoryPruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove old runs: all of the last days are kept, then one a day, and pinned ones for ever.",
    discussion: """
      How each finding stood stays known, and since when; only the runs and their reports go.

      EXAMPLE:
        prodworthy history prune --history history.db --keep-days 90 --keep-daily-days 730
      """)

  @OptionGroup var place: HistoryOptions

  @Option(name: .customLong("keep-days"), help: "Every run of this many days is kept.")
  var keepDays = 90

  @Option(name: .customLong("keep-daily-days"), help: "Then one run a day of this many days; by default for ever.")
  var keepDailyDays: Int?

  @Flag(name: .customLong("dry-run"), help: "Only say how many would go.")
  var dryRun = false

  func validate() throws {
    guard (0...36_500).contains(keepDays) else { throw ValidationError("--keep-days runs from 0 to 36500") }
    guard (0...36_500).contains(keepDailyDays ?? 0) else {
      throw ValidationError("--keep-daily-days runs from 0 to 36500")
    }
  }

  func run() throws {
    let store = try place.required()
    let count = try asking { () throws(HistoryFailure) in
      try store.prune(
        Retention(days: keepDays, dailyDays: keepDailyDays), now: .current(), isRehearsal: dryRun,
        before: Deadline(milliseconds: 600_000))
    }
    try Output.print("\(count) run\(count == 1 ? "" : "s") \(dryRun ? "would be removed" : "removed")\n")
  }
}

/// `prodworthy history pin`.
struct HistoryPinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pin", abstract: "Keep a run whatever its age, such as one that was signed.",
    discussion: "EXAMPLE:\n  prodworthy history pin 7c1e22d0-0b5f-4c0e-9a53-2f6d3a3c9d11 --history history.db")

  @Argument(help: ArgumentHelp("A run's id or the beginning of it.", valueName: "run"))
  var wanted: String

  @Flag(help: "No longer.")
  var undo = false

  @OptionGroup var place: HistoryOptions

  func run() throws {
    let store = try place.required()
    let deadline = Deadline(milliseconds: HistoryOptions.patience)
    let found = try asking { () throws(HistoryFailure) in try store.run(wanted, before: deadline) }
    guard let id = found?.run.runID,
      try asking({ () throws(HistoryFailure) in try store.pin(id, !undo, before: deadline) })
    else { throw Failure(.missingInput, "\(store.place.name) holds no run \(wanted)") }
    try Output.print("\(id) \(undo ? "goes with its age" : "is kept")\n")
  }
}
