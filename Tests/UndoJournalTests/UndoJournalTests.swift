import Facts
import Glibc
import LoopbackServers
import Probing
import Testing

@testable import UndoJournal

@Suite("The undo journal")
struct UndoJournalTests {
  private let scratch: ScratchFolder
  private var folder: JournalFolder { JournalFolder(path: scratch.path("state/undo")) }

  init() throws { scratch = try ScratchFolder() }

  private func touching(_ name: String) -> ServiceCommand {
    ServiceCommand(words: ["touch", name], folder: scratch.path)
  }

  private func exists(_ name: String) -> Bool { access(scratch.path(name), F_OK) == 0 }

  private func step(_ name: String) -> DisruptiveStep {
    DisruptiveStep(target: "web", what: "\(name) is stopped", compensation: .command(touching(name)))
  }

  @Test("a step is on the disk before it is taken, and gone once it is put back")
  func roundTrip() throws {
    let journal = try UndoJournal(in: folder, system: "events")
    let entry = try journal.record(step("started"))
    let open = Leftovers(in: folder)
    #expect(open.journals.map(\.isAtWork) == [true])
    #expect(open.journals.first?.steps.map(\.step) == [step("started")])
    try journal.undo(entry, patience: 5000)
    #expect(exists("started"))
    journal.close()
    #expect(Leftovers(in: folder).journals.isEmpty)
    #expect(try folder.files().isEmpty)
  }

  @Test("what a run at work has open is left alone by another one's start")
  func aliveUntouched() throws {
    let journal = try UndoJournal(in: folder, system: "events")
    _ = try journal.record(step("early"))
    let (undone, problems) = Leftovers.replay(in: folder, patience: 5000)
    #expect(undone.isEmpty && problems.isEmpty)
    #expect(!exists("early"))
    withExtendedLifetime(journal) {}
  }

  @Test("what a dead run has left is put back, the last step first, and only once")
  func replayed() throws {
    try folder.make()
    let order = ServiceCommand(words: ["sh", "-c", "echo first >> order"], folder: scratch.path)
    let other = ServiceCommand(words: ["sh", "-c", "echo second >> order"], folder: scratch.path)
    try writeDead([
      #"{"step":1,"target":"web","what":"a is stopped","at":"x","undo":\#(text(order))}"#,
      #"{"step":2,"target":"web","what":"b is stopped","at":"x","undo":\#(text(other))}"#,
      #"{"step":3,"target":"web","what":"c is stopped","at":"x","undo":\#(text(touching("never")))}"#,
      #"{"done":3}"#, #"{"step":4,"target":"web","what":"torn"#,
    ])
    let (undone, problems) = Leftovers.replay(in: folder, patience: 5000)
    #expect(problems.isEmpty)
    #expect(undone.map(\.step.what) == ["b is stopped", "a is stopped"])
    #expect(undone.allSatisfy { $0.problem == nil })
    #expect(try scratch.read("order") == "second\nfirst\n")
    #expect(!exists("never"))
    #expect(Leftovers.replay(in: folder, patience: 5000).undone.isEmpty)
  }

  @Test("what cannot be put back stays in the journal, with the reason")
  func stays() throws {
    try folder.make()
    let failing = ServiceCommand(words: ["sh", "-c", "test -e mended"], folder: scratch.path)
    try writeDead([#"{"step":1,"target":"web","what":"a is stopped","at":"x","undo":\#(text(failing))}"#])
    let first = Leftovers.replay(in: folder, patience: 5000)
    #expect(first.undone.map(\.problem) == ["sh -c test -e mended: it ended with status 1"])
    #expect(Leftovers(in: folder).journals.first?.steps.count == 1)
    try scratch.write("", to: "mended")
    #expect(Leftovers.replay(in: folder, patience: 5000).undone.map(\.problem) == [nil])
    #expect(Leftovers(in: folder).journals.isEmpty)
  }

  @Test("damage is told with its line, and nothing of the file is carried out or lost")
  func damaged() throws {
    try folder.make()
    try writeDead(["{", #"{"step":1,"target":"web","what":"a","at":"x","undo":\#(text(touching("no")))}"#])
    let (undone, problems) = Leftovers.replay(in: folder, patience: 5000)
    #expect(undone.isEmpty && !exists("no"))
    #expect(problems.count == 1 && problems.first?.contains("dead.undo:2:") == true)
    #expect(try folder.files().count == 1)
  }

  @Test("a journal that somebody else could have written is not carried out")
  func foreign() throws {
    try folder.make()
    try writeDead([#"{"step":1,"target":"web","what":"a","at":"x","undo":\#(text(touching("no")))}"#])
    chmod(folder.path, 0o777)
    #expect(Leftovers.replay(in: folder, patience: 5000).problems.count == 1)
    #expect(throws: StepFailure.self) { try UndoJournal(in: folder, system: "events") }
    chmod(folder.path, 0o700)
    chmod(folder.path + "/dead.undo", 0o666)
    #expect(Leftovers.replay(in: folder, patience: 5000).problems.count == 1)
    #expect(!exists("no"))
  }

  @Test("a paused process goes on, and one that has its id by now is not touched")
  func paused() throws {
    let child = try #require(try started(["sleep", "60"]))
    defer { kill(pid_t(child.pid), SIGKILL) }
    try child.send(SIGSTOP)
    #expect(state(of: child.pid) == "T")
    try Compensation.resume(child).carryOut(patience: 1000)
    #expect(state(of: child.pid) != "T")
    let record = child.record.object.map { record in
      var other = record
      other["startedTicks"] = .integer(child.startedTicks + 1)
      return other
    }
    let stranger = try #require(record.flatMap { RunningProcess(.object($0)) })
    #expect(!stranger.isAlive)
    #expect(throws: StepFailure.self) { try stranger.send(SIGSTOP) }
    #expect(RunningProcess(pid: 0) == nil && RunningProcess(pid: -1) == nil && RunningProcess(pid: 1 << 40) == nil)
  }

  @Test("what a start command leaves behind lives on, and a stop command that hangs is ended")
  func commands() throws {
    let service = ServiceCommand(words: ["sh", "-c", "sleep 60 & echo $! > pid"], folder: scratch.path)
    #expect(service.run(before: Deadline(milliseconds: 5000), stopsAtDeadline: false) == .done)
    let pid = try #require(Int(try scratch.read("pid").prefix { $0.isNumber }))
    #expect(RunningProcess(pid: pid) != nil)
    kill(pid_t(pid), SIGKILL)
    let slow = ServiceCommand(words: ["sleep", "60"], folder: scratch.path)
    #expect(
      slow.run(before: Deadline(milliseconds: 100), stopsAtDeadline: true) == .failed("it was not done in its time"))
    let absent = ServiceCommand(words: ["no-such-program-here"], folder: scratch.path)
    #expect(
      absent.run(before: Deadline(milliseconds: 5000), stopsAtDeadline: true)
        == .failed("there is no such program (status 127)"))
  }

  @Test(
    "the folder follows the environment",
    arguments: [
      (["PRODWORTHY_STATE": "/a", "HOME": "/h"], "/a/undo"),
      (["XDG_STATE_HOME": "/x", "HOME": "/h"], "/x/prodworthy/undo"),
      (["HOME": "/h", "PRODWORTHY_STATE": "relative"], "/h/.local/state/prodworthy/undo"), ([:], nil),
    ])
  func folders(environment: [String: String], path: String?) {
    #expect(JournalFolder(environment: environment)?.path == path)
  }

  private func text(_ command: ServiceCommand) -> String {
    "{\"command\":[\(command.words.map { "\"\($0)\"" }.joined(separator: ","))],\"folder\":\"\(command.folder)\"}"
  }

  /// The journal of a run that is gone.
  private func writeDead(_ lines: [String]) throws {
    let text =
      #"{"journal":1,"system":"events","at":"2026-01-01T00:00:00Z","owner":{"pid":2147483,"startedTicks":1,"boot":""}}"#
    try scratch.write(
      ([text] + lines).joined(separator: "\n") + (lines.last?.hasSuffix("}") == true ? "\n" : ""),
      to: "state/undo/dead.undo")
    chmod(folder.path + "/dead.undo", 0o600)
  }

  private func started(_ words: [String]) throws -> RunningProcess? {
    let command = ServiceCommand(
      words: ["sh", "-c", words.joined(separator: " ") + " & echo $! > child"], folder: scratch.path)
    guard command.run(before: Deadline(milliseconds: 5000), stopsAtDeadline: true) == .done else { return nil }
    return RunningProcess(pid: Int(try scratch.read("child").prefix { $0.isNumber }) ?? 0)
  }

  private func state(of pid: Int) -> Character? {
    usleep(20_000)
    let text = SmallText.of("/proc/\(pid)/stat") ?? ""
    return text.lastIndex(of: ")").flatMap { text[text.index($0, offsetBy: 2)...].first }
  }
}
