import ArgumentParser
import AuditModel
import Facts
import Probing
import UndoJournal

/// `prodworthy undo`.
struct UndoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Show what runs have stopped or paused and not put back; with --replay, put it back.",
    discussion: """
      Before a run stops, pauses or starts anything, it writes what puts it back to a journal. It puts everything back
      itself, also when it is interrupted; what a killed run has left is put back at the start of the next audit, or here.
      Runs that are still at work are shown and left alone.

      The journal is in the folder undo of PRODWORTHY_STATE, else of prodworthy in XDG_STATE_HOME or ~/.local/state.

      Exits 0 where nothing is left to be put back, 1 where something is.

      EXAMPLES:
        prodworthy undo              what is left
        prodworthy undo --replay     put it back
      """)

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Put back what dead runs have left.")
  var replay = false

  func run() async throws {
    guard let folder = JournalFolder.own else {
      throw Failure(.missingInput, "neither \(JournalFolder.variable) nor HOME says where the journal is")
    }
    var undone: [Leftovers.Undone] = []
    var problems: [String] = []
    if replay { (undone, problems) = await Undoing.replay(folder) }
    let left = Leftovers(in: folder)
    for problem in left.problems where !problems.contains(problem) { problems.append(problem) }
    if json {
      try Output.print(Output.line(of: document(folder, undone, left, problems)) + "\n")
    } else {
      try Output.print(text(undone, left))
    }
    for problem in problems { Output.note("prodworthy: \(problem)\n") }
    if !problems.isEmpty { throw ExitStatus.badData }
    throw left.journals.contains { !$0.isAtWork } ? ExitStatus.failed : ExitStatus.passed
  }

  private func document(
    _ folder: JournalFolder, _ undone: [Leftovers.Undone], _ left: Leftovers, _ problems: [String]
  ) -> JSONValue {
    [
      "folder": .string(folder.path),
      "undone": .array(
        undone.map {
          [
            "target": .string($0.step.target), "what": .string($0.step.what), "at": .string($0.at),
            "undo": .string($0.step.compensation.summary), "problem": JSONValue($0.problem),
          ]
        }),
      "open": .array(
        left.journals.flatMap { journal in
          journal.steps.map { step in
            [
              "target": .string(step.step.target), "what": .string(step.step.what), "at": .string(step.at),
              "undo": .string(step.step.compensation.summary), "pid": JSONValue(journal.pid),
              "isAtWork": .bool(journal.isAtWork), "journal": .string(journal.path),
            ]
          }
        }),
      "problems": JSONValue(problems),
    ]
  }

  private func text(_ undone: [Leftovers.Undone], _ left: Leftovers) -> String {
    var lines: [String] = undone.map { row in
      Self.line("\(row.problem == nil ? "put back" : "NOT put back") \(row.step.what) (\(row.step.target)), \(row.at)")
        + (row.problem.map { ": " + Self.line($0) } ?? "")
    }
    for journal in left.journals {
      for step in journal.steps {
        let state = journal.isAtWork ? "run \(journal.pid ?? 0) is at work" : "left by a run that is gone"
        lines.append(
          Self.line("\(step.step.what) (\(step.step.target)), \(step.at): \(state); \(step.step.compensation.summary)"))
      }
    }
    if lines.isEmpty { lines = ["nothing is left to be put back"] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Names come from inventories: none of them may steer a terminal.
  private static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}

/// Putting back what dead runs have left.
enum Undoing {
  /// How long one command may take, in milliseconds.
  private static let patience = 15_000

  static func replay(_ folder: JournalFolder) async -> (undone: [Leftovers.Undone], problems: [String]) {
    await BlockingLane(width: 1).run { Leftovers.replay(in: folder, patience: patience) }
  }

  /// What is put back when an audit starts, for its report; nil where there is nothing. Told on standard error at once.
  static func replayAtStart() async -> [AuditReport.UndoneStep]? {
    guard let folder = JournalFolder.own else { return nil }
    let (undone, problems) = await replay(folder)
    for problem in problems { Output.note("prodworthy: the undo journal: \(problem)\n") }
    for row in undone {
      Output.note(
        "prodworthy: an earlier run ended too soon: \(row.step.what) (\(row.step.target)): "
          + (row.problem.map { "could not be put back: \($0)" } ?? "put back") + "\n")
    }
    return undone.isEmpty
      ? nil
      : undone.map {
        AuditReport.UndoneStep(
          target: $0.step.target, what: $0.step.what, at: $0.at, undo: $0.step.compensation.summary,
          problem: $0.problem)
      }
  }
}
