import AuditModel
import Facts
import Foundation
import LoopbackPostgres
import LoopbackServers
import Postgres
import Probing
import Scheduling
import Testing

@testable import Definitions
@testable import History
@testable import Service

@Suite struct AuditServiceTests {
  private static let start = 1_793_498_400  // 2026-11-01T02:00:00Z

  /// Two instances on one PostgreSQL, two hundred ticks of a fast clock: each planned time is run once, by one of them.
  @Test(.timeLimit(.minutes(2))) func twoInstancesRunEachPlannedTimeOnce() async throws {
    let server = try PostgresServer.shared.get()
    var session = try PostgresConnection.open(server.parameters(user: "postgres"), before: .soon)
    try session.query("CREATE DATABASE two_instances OWNER auditor", before: .soon)
    let place = try HistoryPlace(
      "postgresql://auditor@localhost:\(server.port)/two_instances?trust=\(server.root)&address=127.0.0.1",
      password: Secret(PostgresServer.password))
    let ran = Ledger<String>()
    let audits = [try Fixtures.audit("often", "*/5 * * * *"), try Fixtures.audit("nightly", "0 2 * * *")]
    let services = (0..<2).map { instance in
      AuditService(
        Fixtures.definition(audits: audits), store: HistoryStore(place), instance: "instance \(instance)"
      ) { audit, slot, _ in
        ran.note("\(audit.name) \(slot)")
        await Task.yield()
        guard
          let (report, bytes) = try? Fixtures.report(
            at: slot, [Fixtures.finding("tls", .pass)], system: audit.name)
        else { return .broken("no report") }
        return .report(report, bytes)
      }
    }
    let ticks = 200
    // A minute and a half a tick: some hit a planned time on the second, others come late.
    for tick in 0..<ticks {
      let now = Instant(seconds: Self.start + tick * 90)
      await withTaskGroup(of: Void.self) { group in
        for service in services { group.addTask { await service.tick(at: now) } }
      }
      for service in services { await service.settle() }
    }
    let entries = ran.entries
    #expect(entries.count == Set(entries).count, "a planned time ran twice")
    let span = (ticks - 1) * 90
    let expected = span / 300
    #expect(entries.count { $0.hasPrefix("often") } == expected)
    // Known from the first tick on, at 02:00:00 itself: the night's own time is not made up for.
    #expect(entries.count { $0.hasPrefix("nightly") } == 0)
    let streams = try HistoryStore(place).streams(before: .soon)
    #expect(streams.map(\.stream.runs) == [expected])
    let schedule = try HistoryStore(place).schedule("often", now: Instant(seconds: 0), before: .soon)
    #expect(schedule.runningSlot == nil && schedule.lastStatus == "passed")
  }

  /// A week of nights with one regression and one recovery: each is told once, though the receiver fails at first.
  @Test(.timeLimit(.minutes(1))) func aWeekTellsOfOneRegressionAndOneRecovery() async throws {
    let folder = try ScratchFolder()
    let received = Ledger<(head: String, body: JSONValue)>()
    let attempts = Ledger<Int>()
    let receiver = try ScriptedServer { peer in
      var text = ""
      while !text.contains("\r\n\r\n") || !text.hasSuffix("}") {
        let bytes = peer.receive()
        if bytes.isEmpty { break }
        text += String(decoding: bytes, as: UTF8.self)
      }
      attempts.note(0)
      // The first attempt fails, and so is made again.
      if attempts.entries.count == 1 {
        peer.send(Array("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n".utf8))
        return
      }
      let parts = text.components(separatedBy: "\r\n\r\n")
      received.note((parts[0], (try? JSONText.parse(Array((parts.last ?? "").utf8))) ?? .null))
      peer.send(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))
    }
    let log = Ledger<String>()
    let definition = Fixtures.definition(
      audits: [try Fixtures.audit("nightly", "0 2 * * *")],
      channels: [Fixtures.webhook("http://127.0.0.1:\(receiver.port)/hook/url-canary-2", key: "hmac-canary-3")])
    let service = AuditService(
      definition, store: HistoryStore(.file(folder.path("history.db"))), instance: "one", log: { log.note($0) }
    ) { _, slot, _ in
      let night = (slot.seconds - Self.start) / 86_400
      // Red in the nights 3 and 4; a second check fails always, which is no news.
      let findings = [
        Fixtures.finding("tls", night == 3 || night == 4 ? .fail : .pass, .critical), Fixtures.finding("old", .fail),
      ]
      guard let (report, bytes) = try? Fixtures.report(at: slot, findings) else { return .broken("no report") }
      return .report(report, bytes)
    }
    // Every half hour from the evening before on, for a week.
    for step in 0..<7 * 48 {
      await service.tick(at: Instant(seconds: Self.start - 1800 + step * 1800))
      await service.settle()
    }
    let events = received.entries.map { $0.body["event"]?.string ?? "" }
    #expect(events.sorted() == ["recovery", "regression"], "\(events)")
    let regression = try #require(received.entries.first { $0.body["event"] == "regression" })
    #expect(regression.body["findings"]?[0]?["check"] == "tls" && regression.body["count"] == 1)
    #expect(regression.body["findings"]?[0]?["change"] == "regressed")
    #expect(
      regression.head.contains("X-Prodworthy-Signature: sha256=") && regression.head.contains("Idempotency-Key: "))
    #expect(regression.head.contains("Authorization: Bearer bearer-canary-1"))
    let recovery = try #require(received.entries.first { $0.body["event"] == "recovery" })
    #expect(recovery.body["findings"]?[0]?["repairSeconds"] == .integer(2 * 86_400))
    #expect(log.entries.contains { $0.contains("503") })
    // No secret in what is said or kept.
    let kept = try Data(contentsOf: URL(fileURLWithPath: folder.path("history.db")))
    for canary in ["bearer-canary-1", "url-canary-2", "hmac-canary-3"] {
      #expect(!log.entries.joined().contains(canary))
      #expect(kept.range(of: Data(canary.utf8)) == nil)
    }
  }

  @Test func aMissedNightIsMadeUpForAndATooOldOneIsNot() async throws {
    let folder = try ScratchFolder()
    let ran = Ledger<Instant>()
    let definition = Fixtures.definition(audits: [try Fixtures.audit("nightly", "0 2 * * *", catchUp: 6 * 3600)])
    func service() -> AuditService {
      AuditService(
        definition, store: HistoryStore(.file(folder.path("history.db"))), instance: UUID().uuidString
      ) { _, slot, _ in
        ran.note(slot)
        return .broken("nothing to see")
      }
    }
    let first = service()
    await first.tick(at: Instant(seconds: Self.start))
    await first.stop()
    // Down for three nights, up again at 05:00: the last night is made up for, the two before are not.
    let second = service()
    await second.tick(at: Instant(seconds: Self.start + 3 * 86_400 + 3 * 3600))
    await second.stop()
    #expect(ran.entries == [Instant(seconds: Self.start + 3 * 86_400)])
    // Up again at noon: too late.
    let third = service()
    await third.tick(at: Instant(seconds: Self.start + 4 * 86_400 + 10 * 3600))
    // A clock that is set back brings nothing a second time.
    await third.tick(at: Instant(seconds: Self.start + 3 * 86_400 + 1))
    await third.stop()
    #expect(ran.entries.count == 1)
  }

  @Test func runsOfOneAuditDoNotOverlapAndStoppingCallsThemOff() async throws {
    let folder = try ScratchFolder()
    let begun = Ledger<Instant>()
    let definition = Fixtures.definition(audits: [try Fixtures.audit("slow", "* * * * *")])
    let store = HistoryStore(.file(folder.path("history.db")))
    let service = AuditService(definition, store: store, instance: "one") { _, slot, cancellation in
      begun.note(slot)
      while !cancellation.isCalled { try? await Task.sleep(for: .milliseconds(2)) }
      return .calledOff
    }
    for minute in 0..<20 { await service.tick(at: Instant(seconds: Self.start + minute * 60)) }
    #expect(begun.entries.count <= 1)
    while begun.entries.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    await service.stop()
    #expect(begun.entries.count == 1)
    // What was called off is left for another instance at once, without waiting for a lease to run out.
    let state = try store.schedule("slow", now: Instant(seconds: 0), before: .soon)
    #expect(state.runningSlot == nil && state.lastStatus == nil)
    let other = AuditService(definition, store: HistoryStore(.file(folder.path("history.db"))), instance: "two") {
      _, slot, _ in
      begun.note(slot)
      return .broken("seen")
    }
    await other.tick(at: Instant(seconds: Self.start + 20 * 60))
    await other.settle()
    #expect(begun.entries.count == 2)
  }

  @Test func anAuditThatEveryInstanceDiesOfIsGivenUp() async throws {
    let folder = try ScratchFolder()
    let place = HistoryPlace.file(folder.path("history.db"))
    let store = HistoryStore(place)
    let definition = Fixtures.definition(
      audits: [try Fixtures.audit("deadly", "0 2 * * *")], channels: [Fixtures.webhook("http://127.0.0.1:9/")])
    _ = try store.schedule("deadly", now: Instant(seconds: Self.start - 60), before: .soon)
    let slot = Instant(seconds: Self.start)
    // Three instances took it and were never heard of again.
    for attempt in 0..<3 {
      let now = Instant(seconds: Self.start + attempt * 100)
      let claimed = try store.claim(
        "deadly", slot: slot, owner: "dead \(attempt)", now: now, leaseSeconds: 60, before: .soon)
      #expect(claimed == attempt + 1)
    }
    let ran = Ledger<Instant>()
    let service = AuditService(definition, store: HistoryStore(place), instance: "alive") { _, slot, _ in
      ran.note(slot)
      return .calledOff
    }
    await service.tick(at: Instant(seconds: Self.start + 400))
    await service.settle()
    #expect(ran.entries.isEmpty)
    #expect(try store.schedule("deadly", now: slot, before: .soon).lastStatus == "broken")
    #expect(try store.noticeCounts(before: .soon)["waiting"] == 1)
  }

  /// Eight hours in a few seconds: memory stays where it is.
  @Test(.timeLimit(.minutes(2))) func eightHoursLeaveNothingBehind() async throws {
    let folder = try ScratchFolder()
    let store = HistoryStore(.file(folder.path("history.db")))
    let definition = Fixtures.definition(audits: [try Fixtures.audit("often", "*/10 * * * *")])
    let service = AuditService(definition, store: store, instance: "one") { _, slot, _ in
      let findings = (0..<100).map {
        Fixtures.finding("check\($0)", (slot.seconds / 600 + $0) % 7 == 0 ? .fail : .pass)
      }
      guard let (report, bytes) = try? Fixtures.report(at: slot, findings) else { return .broken("no report") }
      return .report(report, bytes)
    }
    var now = Self.start
    func hour() async {
      for _ in 0..<360 {
        now += 10
        await service.tick(at: Instant(seconds: now))
        await service.settle()
      }
    }
    await hour()
    let before = try Fixtures.memory()
    for _ in 0..<7 { await hour() }
    let grown = try Fixtures.memory() - before
    #expect(try store.streams(before: .soon).first?.stream.runs == 48)
    // Other tests of this process take their share too.
    print("\(grown) kB more after seven hours")
    #expect(grown < 100_000)
  }
}
