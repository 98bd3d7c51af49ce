import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Synchronization
import Testing

@testable import History

/// The built command, as it is run.
@Suite(.serialized) struct ServeCommandTests {
  private let folder: ScratchFolder
  private let target: ScriptedServer

  init() throws {
    folder = try ScratchFolder()
    target = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8))
    }
  }

  private func write(_ url: String, schedule: String = "* * * * *") throws {
    try folder.write(
      "system: shop\nenvironment: test\ntargets:\n  - { id: web, kind: http, url: \"\(url)\" }\n", to: "shop.yaml")
    try folder.write(
      """
      listen: 127.0.0.1:0
      audits: [{ name: often, inventory: shop.yaml, policy: endpoint, schedule: "\(schedule)", deadlineSeconds: 60 }]
      """, to: "serve.yaml")
  }

  private func start(_ arguments: [String]) throws -> (process: Process, log: String) {
    try Fixtures.start(arguments, in: folder)
  }

  private func ended(_ arguments: [String]) throws -> (status: Int32, text: String) {
    try Fixtures.ended(arguments, in: folder)
  }

  /// Waits until `condition` holds.
  private func wait(_ what: Comment, _ condition: () throws -> Bool) async throws {
    let deadline = Deadline(milliseconds: 60_000)
    while try !condition() {
      if deadline.hasPassed {
        Issue.record(what)
        return
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// As if it had last run an hour ago: something is due at once.
  private func seed() throws -> HistoryStore {
    let store = HistoryStore(.file(folder.path("history.db")))
    _ = try store.schedule(
      "often", now: Instant(seconds: Int(Date().timeIntervalSince1970) - 3600), before: .soon)
    return store
  }

  @Test(.timeLimit(.minutes(2))) func auditsWhatIsDueAndEndsInOrder() async throws {
    try write("http://127.0.0.1:\(target.port)/")
    let store = try seed()
    let (process, log) = try start(["serve", "--config", folder.path("serve.yaml")])
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    try await wait("nothing was audited") {
      try !store.streams(before: .soon).isEmpty
    }
    let state = try #require(try store.streams(before: .soon).first)
    #expect(state.stream.system == "shop" && state.stream.policy == "endpoint")
    try await wait("the planned time was not finished") {
      try store.schedule("often", now: Instant(seconds: 0), before: .soon).lastStatus != nil
    }
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    let said = try ScratchFolder.text(of: log)
    #expect(process.terminationStatus == 0, "\(said)")
  }

  @Test(.timeLimit(.minutes(2))) func whatIsAtWorkWhenItIsStoppedIsLeftToTheNext() async throws {
    let asked = Mutex(0)
    let silent = try ScriptedServer { peer in
      asked.withLock { $0 += 1 }
      // Takes the connection and says nothing until the client goes.
      while !peer.receive().isEmpty {}
    }
    try write("http://127.0.0.1:\(silent.port)/")
    let store = try seed()
    let (process, _) = try start(["serve", "--config", folder.path("serve.yaml")])
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    try await wait("no audit began") { asked.withLock { $0 > 0 } }
    let began = ContinuousClock.now
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(ContinuousClock.now - began < .seconds(15))
    let state = try store.schedule("often", now: Instant(seconds: 0), before: .soon)
    #expect(state.runningSlot == nil && state.lastStatus == nil)
  }

  @Test func checkReadsEverythingAndStartsNothing() throws {
    try write("http://127.0.0.1:\(target.port)/", schedule: "0 2 * * *")
    let (sound, log) = try start(["serve", "--check", "--config", folder.path("serve.yaml")])
    sound.waitUntilExit()
    #expect(sound.terminationStatus == 0)
    #expect(try ScratchFolder.text(of: log).hasPrefix("often: 20"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("history.db")))
    try folder.write("system: shop\nenvironment: test\ntargets: []\n", to: "shop.yaml")
    let (broken, complaint) = try start(["serve", "--check", "--config", folder.path("serve.yaml")])
    broken.waitUntilExit()
    #expect(broken.terminationStatus == 65)
    #expect(try ScratchFolder.text(of: complaint).contains("shop.yaml:3:"))
  }

  @Test(.timeLimit(.minutes(2))) func aRehearsalTouchesNothingReal() async throws {
    try write("http://127.0.0.1:\(target.port)/", schedule: "0 2 * * *")
    let config = ["serve", "--config", folder.path("serve.yaml")]
    let rehearsal = config + ["--rehearse", "86400", "--from", "2099-01-01"]
    // A time made up without a rehearsal is refused before anything is read.
    let alone = try ended(config + ["--from", "2099-01-01"])
    #expect(alone.status == 64 && alone.text.contains("--from goes with --rehearse"), "\(alone.text)")
    #expect(try ended(config + ["--rehearse", "0"]).status == 64)
    // A folder with evidence that would be too old by that clock.
    let evidence = "runs/often-2026-01-01T020000Z"
    try FileManager.default.createDirectory(atPath: folder.path(evidence), withIntermediateDirectories: true)
    let folderRefused = try ended(rehearsal)
    #expect(
      folderRefused.status == 65 && folderRefused.text.contains("a folder `runs` of its own"), "\(folderRefused.text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("runs")) == ["often-2026-01-01T020000Z"])
    #expect(!FileManager.default.fileExists(atPath: folder.path("history.db")))
    try FileManager.default.removeItem(atPath: folder.path("runs"))
    // A history with a real plan.
    let before = try seed().schedule("often", now: Instant(seconds: 0), before: .soon)
    let historyRefused = try ended(rehearsal)
    #expect(
      historyRefused.status == 65 && historyRefused.text.contains("a `history` of its own"), "\(historyRefused.text)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("runs")))
    let store = HistoryStore(.file(folder.path("history.db")))
    #expect(try store.schedule("often", now: Instant(seconds: 0), before: .soon) == before)
    // Both of its own: it runs, and again over what it marked.
    let own = try ScratchFolder.text(of: folder.path("serve.yaml")) + "\nhistory: own.db\nruns: rehearsed\n"
    try folder.write(own, to: "serve.yaml")
    for _ in 0..<2 {
      let (process, log) = try start(rehearsal)
      defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      try await wait("it does not serve") {
        try ScratchFolder.text(of: log).contains("rehearsing from 2099") || !process.isRunning
      }
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
      let said = try ScratchFolder.text(of: log)
      #expect(process.terminationStatus == 0, "\(said)")
    }
    #expect(FileManager.default.fileExists(atPath: folder.path("rehearsed/rehearsal.txt")))
    #expect(try HistoryStore(.file(folder.path("own.db")), .existing).isRehearsal(before: .soon))
    // What was rehearsed is no place for what is real.
    let real = try ended(config)
    #expect(real.status == 65 && real.text.contains("the runs of a rehearsal"), "\(real.text)")
    try folder.write(own.replacingOccurrences(of: "runs: rehearsed", with: "runs: real"), to: "serve.yaml")
    let mixed = try ended(config)
    #expect(mixed.status == 65 && mixed.text.contains("is a rehearsal's history"), "\(mixed.text)")
  }

  @Test func auditsKeepThemselves() throws {
    try write("http://127.0.0.1:\(target.port)/")
    let history = folder.path("own.db")
    let audit = ["audit", folder.path("shop.yaml"), "--policy", "endpoint", "--progress", "none", "--history", history]
    let first = try ended(audit + ["--slot", "tonight"])
    #expect((0...2).contains(first.status))
    let second = try ended(audit + ["--slot", "tonight"])
    #expect(second.status == first.status && second.text.contains("not kept"))
    #expect((0...2).contains(try ended(audit).status))
    let store = HistoryStore(.file(history), .existing)
    #expect(try store.streams(before: .soon).first?.stream.runs == 2)
    #expect(try ended(audit + ["--as-of", "2030-01-01"]).status == 64)
    #expect(try ended(["audit", folder.path("shop.yaml"), "--slot", "x"]).status == 64)
    #expect(try ended(["audit", folder.path("shop.yaml"), "--history", "/no/such/folder/h.db"]).status == 73)
    #expect(try ended(["audit", folder.path("shop.yaml"), "--history", folder.path("shop.yaml")]).status == 65)
    let password = try ended(["history", "list", "--history", "postgresql://me:canary@h/db"])
    #expect(password.status == 64 && !password.text.contains("canary"))
    // The stored report is the one that was shown, in every format.
    let json = try ended(["history", "show", "latest", "--history", history, "--format", "json"])
    #expect(try JSONText.parse(Array(json.text.utf8))["system"]?["name"] == "shop")
    #expect(
      try ended(["history", "show", "latest", "--history", history, "--format", "markdown"]).text.contains("shop"))
    #expect(try ended(["trend", "--history", history, "--json"]).text.hasPrefix("[{\"system\":\"shop\""))
    #expect(try ended(["trend", "--history", history, "--system", "shp"]).text.contains("did you mean shop"))
    let export = try ended(["history", "export", "--history", history])
    let file = try folder.write(export.text, to: "export.jsonl")
    let copy = folder.path("copy.db")
    #expect(try ended(["history", "add", file, "--history", copy]).status == 0)
    #expect(try ended(["history", "export", "--history", copy]).text == export.text)
    #expect(try ended(["history", "add", file, "--history", copy]).text.contains("was there"))
    try folder.write("{\"run\":{}}\n", to: "bad.jsonl")
    let bad = try ended(["history", "add", folder.path("bad.jsonl"), "--history", copy])
    #expect(bad.status == 65 && bad.text.contains("bad.jsonl:1:"))
  }
}
