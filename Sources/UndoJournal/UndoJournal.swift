import AuditModel
import Facts
import Glibc
import Synchronization

/// What this run has disrupted and not put back yet, on the disk before each step is taken.
///
/// The file is locked for as long as the journal is open; whoever finds it without a lock knows that its run is dead.
package final class UndoJournal: Sendable {
  private struct State: ~Copyable {
    var file: JournalFile
    var open: [Int: DisruptiveStep] = [:]
    var next = 1
    var isRemoved = false
  }

  private let state: Mutex<State>

  /// Begins a journal in a folder. Throws why there is none: then nothing may be disrupted.
  package init(in folder: JournalFolder, system: String) throws(StepFailure) {
    let file = try JournalFile.created(in: folder)
    var header: JSONValue = ["journal": 1, "system": .string(system), "at": .string(Instant.now.description)]
    if let owner = RunningProcess.own, var members = header.object {
      members["owner"] = owner.record
      header = .object(members)
    }
    do throws(StepFailure) {
      try file.append(header)
    } catch {
      file.remove()
      throw error
    }
    state = Mutex(State(file: file))
  }

  /// A step that is about to be taken.
  package struct Entry: Sendable {
    fileprivate let number: Int
    /// What it is.
    package let step: DisruptiveStep
  }

  /// Writes what will put `step` back. Once this returns the step may be taken; where it throws, it may not.
  package func record(_ step: DisruptiveStep) throws(StepFailure) -> Entry {
    let outcome = state.withLock { state -> Result<Int, StepFailure> in
      let number = state.next
      do throws(StepFailure) {
        try state.file.append([
          "step": .integer(number), "target": .string(step.target), "what": .string(step.what),
          "at": .string(Instant.now.description), "undo": step.compensation.record,
        ])
      } catch {
        return .failure(error)
      }
      state.next += 1
      state.open[number] = step
      return .success(number)
    }
    return Entry(number: try outcome.get(), step: step)
  }

  /// Puts one step back; `patience` is how long a command may take, in milliseconds. What could not be put back stays in the
  /// journal. Throws why it could not. Blocks: only on a lane.
  package func undo(_ entry: Entry, patience: Int) throws(StepFailure) {
    guard state.withLock({ $0.open[entry.number] != nil }) else { return }
    try entry.step.compensation.carryOut(patience: patience)
    state.withLock { state in
      state.open[entry.number] = nil
      // Not being able to note it only means that it is put back once more.
      try? state.file.append(["done": .integer(entry.number)])
    }
  }

  /// Ends the journal: what is still open in it waits for the next start, an empty one is taken away.
  package func close() {
    state.withLock { state in
      guard state.open.isEmpty, !state.isRemoved else { return }
      state.isRemoved = true
      state.file.remove()
    }
  }

  deinit { close() }
}

extension Instant {
  /// Now, by the system's clock.
  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(seconds: time.tv_sec)
  }
}
