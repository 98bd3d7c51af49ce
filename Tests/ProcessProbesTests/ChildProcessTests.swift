import ChildProcesses
import Foundation
import Probing
import Testing

@testable import ProcessProbes

extension Children {
  @Suite("A child process")
  struct ChildProcessTests {
    @Test("its status, both outputs and its input arrive whole")
    func plain() async {
      let input = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
      let (outcome, _) = await ChildProcess.tried(["sh", "-c", "wc -c; echo problem >&2; exit 7"], input: input)
      #expect(outcome.ending == .exited(7))
      #expect(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines) == "1048576")
      #expect(outcome.errorText == "problem\n")
    }

    @Test("one that ends at once without reading its input does not hurt us", arguments: 0..<20)
    func unreadInput(round: Int) async {
      let (outcome, _) = await ChildProcess.tried(["sh", "-c", "exit 3"], input: Array(repeating: 0, count: 1 << 20))
      #expect(outcome.ending == .exited(3))
    }

    @Test("it sees PATH, HOME and LANG and what is declared, nothing else, and no descriptor of ours")
    func environment() async throws {
      setenv("PROCESS_PROBES_LEAK", "leaked", 1)
      defer { unsetenv("PROCESS_PROBES_LEAK") }
      let (outcome, _) = await ChildProcess.tried(
        ["/usr/bin/env"], environment: ChildProcess.environment(adding: ["DECLARED": "a b=c"]))
      let names = outcome.text.split(separator: "\n").map { $0.prefix { $0 != "=" } }
      #expect(Set(names) == ["PATH", "HOME", "LANG", "DECLARED"])
      #expect(outcome.text.contains("DECLARED=a b=c\n"))
      #expect(outcome.text.contains("LANG=C.UTF-8\n"))
      let (descriptors, _) = await ChildProcess.tried(["sh", "-c", "ls /proc/$$/fd"])
      #expect(descriptors.text.split(separator: "\n") == ["0", "1", "2"])
    }

    @Test("it runs in its folder, and a path with a slash is relative to it")
    func folder() async throws {
      let scratch = try Scratch()
      try scratch.script(named: "tool", "#!/bin/sh\npwd\n")
      let (outcome, _) = await ChildProcess.tried(["./tool"], in: scratch.folder)
      #expect(outcome.ending == .exited(0))
      #expect(outcome.text == scratch.folder + "\n")
    }

    // MARK: What never runs

    @Test("what cannot be started is an outcome with a reason")
    func notStarted() async throws {
      let scratch = try Scratch()
      let plain = try scratch.script(named: "plain", mode: 0o644, "#!/bin/sh\n")
      let orphan = try scratch.script(named: "orphan", "#!/no/such/interpreter\n")
      func reason(_ argv: [String], in folder: String = ".") async -> String? {
        if case .notStarted(let reason) = await ChildProcess.tried(argv, in: folder).outcome.ending {
          reason
        } else {
          nil
        }
      }
      #expect(await reason([]) == "the command is empty")
      #expect(await reason(["/no/such/file"]) == "there is no file /no/such/file")
      #expect(await reason(["no-such-command-8f"]) == "no-such-command-8f is in none of the folders of PATH")
      #expect(await reason([plain]) == "\(plain) is not executable")
      #expect(await reason([orphan])?.hasPrefix("\(orphan) cannot be run") == true)
      #expect(await reason([scratch.folder])?.hasPrefix("\(scratch.folder) cannot be run") == true)
      #expect(await reason(["true"], in: "/no/such/folder") == "there is no folder /no/such/folder")
      #expect(await reason(["echo", "a\0b"]) == "the command or its environment holds a NUL character")
    }

    @Test("nothing is started once the time is up or the run is called off")
    func tooLate() async throws {
      let scratch = try Scratch()
      let command = ["touch", "\(scratch.folder)/ran"]
      #expect(await ChildProcess.tried(command, within: 0).outcome.ending == .timedOut)
      let cancellation = Cancellation()
      cancellation.call()
      #expect(await ChildProcess.tried(command, unless: cancellation).outcome.ending == .cancelled)
      #expect(!FileManager.default.fileExists(atPath: "\(scratch.folder)/ran"))
    }

    @Test("an end by a signal is told from an exit")
    func signal() async {
      let (outcome, _) = await ChildProcess.tried(["sh", "-c", "kill -SEGV $$"])
      #expect(outcome.ending == .killed(signal: 11))
      #expect(outcome.ending.words == "signal 11 (segmentation fault)")
    }

    // MARK: What will not end

    @Test("at the deadline it gets SIGTERM and may finish what it is doing")
    func politeEnd() async throws {
      let scratch = try Scratch()
      let marker = Survivors.marker()
      let script = "trap 'touch \(scratch.folder)/tidied; exit 0' TERM; sleep \(marker) & wait"
      let (outcome, milliseconds) = await ChildProcess.tried(["sh", "-c", script], within: 300)
      #expect(outcome.ending == .timedOut)
      #expect((300..<2500).contains(milliseconds))
      #expect(FileManager.default.fileExists(atPath: "\(scratch.folder)/tidied"))
      #expect(await Survivors.areGone(marker))
    }

    @Test("a whole tree that ignores SIGTERM is gone 200 ms later")
    func stubborn() async {
      let marker = Survivors.marker()
      let script = "trap '' TERM; (trap '' TERM; sleep \(marker)) & while :; do sleep \(marker); done"
      let (outcome, milliseconds) = await ChildProcess.tried(["bash", "-c", script], within: 300)
      #expect(outcome.ending == .timedOut)
      #expect((480..<2500).contains(milliseconds))
      #expect(await Survivors.areGone(marker))
    }

    @Test("background processes of one that ended well do not outlive it, even with its outputs open")
    func background() async {
      let marker = Survivors.marker()
      let (outcome, milliseconds) = await ChildProcess.tried(["sh", "-c", "sleep \(marker) & echo done"])
      #expect(outcome.ending == .exited(0))
      #expect(outcome.text == "done\n")
      #expect(milliseconds < 2500)
      #expect(await Survivors.areGone(marker))
    }

    @Test("background processes in groups of their own, as a job-control shell makes them, go too")
    func jobControl() async {
      let marker = Survivors.marker()
      let (outcome, _) = await ChildProcess.tried(
        ["bash", "-c", "set -m; for i in 1 2 3; do sleep \(marker) & done; echo done"])
      #expect(outcome.text == "done\n")
      #expect(await Survivors.areGone(marker))
    }

    @Test("a process that makes itself a session gets away, and still does not hold us up")
    func escape() async {
      let marker = Survivors.marker()
      defer { Survivors.end(marker) }
      let (outcome, milliseconds) = await ChildProcess.tried([
        "sh", "-c", "setsid sleep \(marker) & sleep 0.2; echo done",
      ])
      #expect(outcome.text == "done\n")
      #expect(milliseconds < 2500)
      #expect(Survivors.count(of: marker) == 1)
    }

    @Test("one that writes without end is stopped at the limit, on either output", arguments: ["", ">&2"])
    func flood(redirection: String) async {
      let (outcome, milliseconds) = await ChildProcess.tried(
        ["sh", "-c", "head -c 10485760 /dev/zero \(redirection)"], outputLimit: 4096)
      #expect(outcome.ending == .tooMuchOutput(limit: 4096))
      #expect(outcome.output.count + outcome.errors.count == 4096)
      #expect(milliseconds < 2500)
    }

    @Test("as much as the limit allows is no flood")
    func fullToTheBrim() async {
      let (outcome, _) = await ChildProcess.tried(["head", "-c", "200000", "/dev/zero"], outputLimit: 200_000)
      #expect(outcome.ending == .exited(0))
      #expect(outcome.output.count == 200_000)
    }

    @Test("one that closes its outputs and goes on is waited for")
    func closedOutputs() async {
      let (outcome, milliseconds) = await ChildProcess.tried(["sh", "-c", "exec >&- 2>&-; sleep 0.5; exit 4"])
      #expect(outcome.ending == .exited(4))
      #expect(milliseconds >= 500)
    }

    @Test("calling the run off ends it within a second")
    func cancellation() async {
      let marker = Survivors.marker()
      let cancellation = Cancellation()
      async let running = ChildProcess.tried(
        ["sh", "-c", "trap '' TERM; while :; do sleep \(marker); done"], unless: cancellation)
      try? await Task.sleep(for: .milliseconds(200))
      cancellation.call()
      let called = ContinuousClock.now
      let (outcome, _) = await running
      #expect(outcome.ending == .cancelled)
      #expect(Look.milliseconds(since: called) < 1000)
      #expect(await Survivors.areGone(marker))
    }

    @Test("many at once leave neither descriptors nor zombies behind")
    func many() async {
      func descriptors() -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }
      _ = await ChildProcess.tried(["true"])
      let marker = Survivors.marker()
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask {
            let (outcome, _) = await ChildProcess.tried(["sh", "-c", "sleep \(marker) & echo \(number)"])
            return outcome.ending == .exited(0) && outcome.text == "\(number)\n"
          }
        }
        for await isRight in group { #expect(isRight) }
      }
      #expect(await Survivors.areGone(marker))
      #expect(descriptors() < 200)
    }
  }
}
