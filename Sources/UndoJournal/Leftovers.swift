import AuditModel
import Facts
import Glibc

/// What runs disrupted and have not put back.
package struct Leftovers: Sendable {
  /// The journal of one run.
  package struct Journal: Sendable {
    /// Its file.
    package var path: String
    /// The system that was audited.
    package var system: String
    /// The process id of its run; nil where that is not told.
    package var pid: Int?
    /// When it began.
    package var at: String
    /// Whether the run is still at work: then it puts its steps back itself.
    package var isAtWork: Bool
    /// What is not put back, in the order in which it was done.
    package var steps: [Step]
  }

  /// A step that is not put back.
  package struct Step: Sendable {
    /// Its number within the journal.
    package var number: Int
    /// When it was taken.
    package var at: String
    /// What it is.
    package var step: DisruptiveStep
  }

  /// A step that was put back now, or could not be.
  package struct Undone: Sendable {
    /// The system that was audited.
    package var system: String
    /// When the step was taken.
    package var at: String
    /// What it is.
    package var step: DisruptiveStep
    /// Why it could not be put back; nil where it was.
    package var problem: String?
  }

  /// By file.
  package var journals: [Journal] = []
  /// Journals that cannot be read, and why.
  package var problems: [String] = []

  /// Looks into a folder, and changes nothing.
  package init(in folder: JournalFolder) {
    for path in listed(folder) {
      do throws(StepFailure) {
        guard let (lines, isHeld) = try JournalFile.peeked(path) else { continue }
        if let journal = try Self.journal(lines, path: path, isHeld: isHeld) { journals.append(journal) }
      } catch {
        problems.append(error.reason)
      }
    }
  }

  private mutating func listed(_ folder: JournalFolder) -> [String] {
    do throws(StepFailure) { return try folder.files() } catch {
      problems.append(error.reason)
      return []
    }
  }

  /// Puts back what dead runs have left in `folder`, the last step first; `patience` is how long one command may take, in
  /// milliseconds. Journals of runs that are at work are left alone. Blocks.
  package static func replay(in folder: JournalFolder, patience: Int) -> (undone: [Undone], problems: [String]) {
    var undone: [Undone] = []
    let paths: [String]
    do throws(StepFailure) { paths = try folder.files() } catch { return ([], [error.reason]) }
    var problems: [String] = []
    for path in paths {
      do throws(StepFailure) {
        guard let file = try JournalFile.taken(path) else { continue }
        let lines = try file.lines()
        // A file system without locks does not tell that the owner lives.
        if let owner = lines.first?["owner"].flatMap({ RunningProcess($0) }), owner.isAlive,
          owner != RunningProcess.own
        {
          continue
        }
        guard let journal = try journal(lines, path: path, isHeld: false) else {
          file.remove()
          continue
        }
        var isClean = true
        for step in journal.steps.reversed() {
          var row = Undone(system: journal.system, at: step.at, step: step.step)
          do throws(StepFailure) {
            try step.step.compensation.carryOut(patience: patience)
            try? file.append(["done": .integer(step.number)])
          } catch {
            row.problem = error.reason
            isClean = false
          }
          undone.append(row)
        }
        if isClean { file.remove() }
      } catch {
        problems.append(error.reason)
      }
    }
    return (undone, problems)
  }

  /// The journal of these lines; nil where all of it is put back. Throws where a step does
  /// not say how.
  private static func journal(
    _ lines: [JSONValue], path: String, isHeld: Bool
  ) throws(StepFailure) -> Journal? {
    guard let header = lines.first else { return nil }
    var open: [Int: Step] = [:]
    for line in lines.dropFirst() {
      if let done = line["done"]?.integer {
        open[done] = nil
      } else if let number = line["step"]?.integer {
        guard let undo = line["undo"].flatMap({ Compensation($0) }) else {
          throw StepFailure(reason: "\(path): step \(number) does not say how it is put back")
        }
        open[number] = Step(
          number: number, at: line["at"]?.string ?? "",
          step: DisruptiveStep(
            target: line["target"]?.string ?? "", what: line["what"]?.string ?? "", compensation: undo))
      }
    }
    guard !open.isEmpty else { return nil }
    let owner = header["owner"].flatMap { RunningProcess($0) }
    return Journal(
      path: path, system: header["system"]?.string ?? "", pid: owner?.pid, at: header["at"]?.string ?? "",
      isAtWork: isHeld || (owner.map { $0.isAlive && $0 != RunningProcess.own } ?? false),
      steps: open.values.sorted { $0.number < $1.number })
  }
}
