import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Testing
import UndoJournal

@testable import RecoveryProbes

@Suite("Service recovery", .serialized)
struct ServiceRecoveryTests {
  private func cuts(_ sighting: Sighting) throws -> [JSONValue] {
    guard case .seen(let facts, _) = sighting else {
      Issue.record("\(sighting)")
      return []
    }
    #expect(ServiceRecoveryProbe().descriptor.facts.violations(of: facts).isEmpty)
    return facts["cuts"]?.array ?? []
  }

  @Test("a dependency that is stopped: readiness red, liveness green, a quick 503, and all well again")
  func stopped() async throws {
    let services = try Services()
    defer { services.end() }
    let sighting = await services.observe(services.target(["stop": ["./stop"], "start": ["./start"]]))
    let cut = try #require(try cuts(sighting).first)
    #expect(cut["isDone"] == true && cut["restored"] == true && cut["how"] == "stopped")
    #expect(cut["readiness"]?["turnedRed"] == true)
    #expect(cut["liveness"]?["failed"] == 0)
    #expect(cut["answers"]?["succeeded"] == 0 && cut["answers"]?["hung"] == 0)
    #expect(cut["answers"]?["statuses"] == [503])
    #expect(cut["recovery"]?["hasRecovered"] == true)
    #expect(Leftovers(in: services.journals).journals.isEmpty)
    #expect(services.dependencyPid.flatMap { RunningProcess(pid: $0) } != nil)
  }

  @Test("a paused dependency, a readiness that lies and a service without a timeout: it hangs, and says it is ready")
  func paused() async throws {
    let services = try Services(#""lies": true, "timeout": 30"#)
    defer { services.end() }
    let pid = try #require(services.dependencyPid)
    let cut = try #require(try cuts(await services.observe(services.target(["pid": .integer(pid)]))).first)
    #expect(cut["how"] == "paused" && cut["isSilent"] == true)
    #expect(cut["readiness"]?["turnedRed"] == false)
    #expect((cut["answers"]?["hung"]?.integer ?? 0) >= 1)
    #expect(cut["recovery"]?["hasRecovered"] == true)
  }

  @Test("retries are counted with their pauses, and a service that pretends is found out")
  func retries() async throws {
    let services = try Services(#""attempts": 3, "pause": 0.1, "growth": 3, "pretends": true"#, throughProxy: true)
    defer { services.end() }
    let cuts = try cuts(await services.observe(services.target(services.proxied(["reset", "errors", "blackhole"]))))
    #expect(cuts.map { $0["how"]?.string } == ["reset", "failing at first", "silent"])
    let reset = try #require(cuts.first)
    #expect(reset["attempts"]?["mostPerRequest"] == 3)
    #expect((reset["attempts"]?["shortestPauseMs"]?.integer ?? 0) >= 80)
    #expect(reset["attempts"]?["isFlat"] == false)
    #expect((reset["answers"]?["succeeded"]?.integer ?? 0) >= 1)
    #expect(cuts[1]["answers"]?["refused"] == 0 && cuts[1]["attempts"]?["mostPerRequest"] == 2)
    #expect((cuts[2]["attempts"]?["givenUpAfterMs"]?.integer ?? 0) >= 300)
    #expect(cuts.allSatisfy { $0["recovery"]?["hasRecovered"] == true })
  }

  @Test("a service that is not well before is left alone, and nothing of it passes for seen")
  func unwell() async throws {
    let services = try Services()
    services.end()
    let sighting = await services.observe(services.target(["stop": ["touch", "stopped"], "start": ["./start"]]))
    guard case .seen(let facts, let gaps) = sighting else {
      Issue.record("\(sighting)")
      return
    }
    #expect(facts["cuts"]?[0]?["isDone"] == false)
    #expect(Set(gaps.map(\.path)).isSuperset(of: ["cuts[0].readiness", "cuts[0].answers", "cuts[0].recovery"]))
    #expect(!FileManager.default.fileExists(atPath: services.scratch.path("stopped")))
  }

  @Test("an interrupt in the middle of a cut puts everything back")
  func interrupted() async throws {
    let services = try Services()
    defer { services.end() }
    let pid = try #require(services.dependencyPid)
    let cancellation = Cancellation()
    async let sighting = services.observe(
      services.target(["pid": .integer(pid), "cutSeconds": 30]), cancellation: cancellation)
    let deadline = Deadline(milliseconds: 20_000)
    while state(of: pid) != "T", !deadline.hasPassed { try await Task.sleep(for: .milliseconds(20)) }
    #expect(state(of: pid) == "T")
    #expect(Leftovers(in: services.journals).journals.first?.isAtWork == true)
    cancellation.call()
    guard case .unseen(let unseen) = await sighting else {
      Issue.record("an interrupted look proves nothing")
      return
    }
    #expect(unseen.kind == .interrupted)
    #expect(state(of: pid) != "T")
    #expect(Leftovers(in: services.journals).journals.isEmpty)
  }

  private func state(of pid: Int) -> Character? {
    let text = (try? ScratchFolder.text(of: "/proc/\(pid)/stat")) ?? ""
    return text.lastIndex(of: ")").flatMap { text[text.index($0, offsetBy: 2)...].first }
  }
}
