import AuditModel
import Foundation
import LoopbackPostgres
import LoopbackServers
import Postgres
import Probing
import Synchronization
import Testing

@testable import History

/// A history of each kind that there is: the same tests for all.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
  case sqlite, postgres

  var testDescription: String { rawValue }

  private static let folder = Result { try ScratchFolder() }
  private static let databases = Mutex(0)

  /// A place nobody has used yet.
  func place() throws -> HistoryPlace {
    switch self {
    case .sqlite: return .file(try Self.folder.get().path("\(UUID().uuidString).db"))
    case .postgres:
      let server = try PostgresServer.shared.get()
      let name = Self.databases.withLock { count in
        count += 1
        return "history_\(count)"
      }
      var session = try PostgresConnection.open(
        server.parameters(user: "postgres"), before: Deadline(milliseconds: 20_000))
      try session.query("CREATE DATABASE \(name) OWNER auditor", before: Deadline(milliseconds: 20_000))
      return try HistoryPlace(
        "postgresql://auditor@localhost:\(server.port)/\(name)?trust=\(server.root)&address=127.0.0.1",
        password: Secret(PostgresServer.password))
    }
  }

  func store() throws -> HistoryStore { HistoryStore(try place()) }
}

extension Deadline {
  static var soon: Deadline { Deadline(milliseconds: 60_000) }
}

extension HistoryStore {
  /// Appends and gives the news. Throws where it was not stored.
  @discardableResult
  func news(_ entry: RunEntry) throws -> RunNews {
    guard case .stored(let news) = try append(entry, before: .soon) else { throw NotStored() }
    return news
  }

  struct NotStored: Error {}

  func stream() throws -> RunStream { try #require(try streams(before: .soon).first).stream }
}

@Suite(.serialized) struct StoreTests {
  @Test(arguments: Backend.allCases) func aRunIsInOnceAndWhole(_ backend: Backend) throws {
    let store = try backend.store()
    let report = Reports.report(night: 0, [Reports.finding("tls", .fail, .critical), Reports.finding("dns", .pass)])
    let entry = Reports.entry(report, key: "night 0")
    #expect(try store.news(entry).isNewest)
    guard case .present = try store.append(entry, before: .soon) else {
      Issue.record("the same run went in twice")
      return
    }
    let second = Reports.report(night: 0, [], seconds: 60)
    guard case .superseded(let other) = try store.append(Reports.entry(second, key: "night 0"), before: .soon) else {
      Issue.record("two runs for one planned time")
      return
    }
    #expect(other == report.runID)
    var forged = entry
    forged.document.append(0)
    #expect(throws: HistoryFailure.self) { try store.append(forged, before: .soon) }
    #expect(try store.document(ofRun: report.runID, before: .soon) == entry.document)
    let run = try #require(try store.run(String(report.runID.prefix(8)), before: .soon)).run
    #expect(run.statuses == [.fail: 1, .pass: 1] && run.open == [.critical: 1])
    #expect(run.startedAt == report.startedAt && run.runKey == "night 0" && run.gate == .passed)
    #expect(try store.run("nothing", before: .soon) == nil)
    #expect(try store.run("%", before: .soon) == nil)
    #expect(try store.document(ofRun: second.runID, before: .soon) == nil)
  }

  @Test(arguments: Backend.allCases) func changesAreTold(_ backend: Backend) throws {
    let store = try backend.store()
    let nights: [[Finding]] = [
      [
        Reports.finding("tls", .pass), Reports.finding("index", .fail, .low, subject: "a"),
        Reports.finding("dns", .fail),
      ],
      [
        Reports.finding("tls", .fail), Reports.finding("index", .fail, .low, subject: "a"),
        Reports.finding("dns", .fail),
      ],
      // The index check lists another subject, and cannot look at dns.
      [
        Reports.finding("tls", .fail), Reports.finding("index", .fail, .low, subject: "b"),
        Reports.finding("dns", .unknown),
      ],
      [Reports.finding("tls", .pass), Reports.finding("index", .pass, .low), Reports.finding("dns", .pass)],
      // The catalogue grows by a check that fails.
      [
        Reports.finding("tls", .pass), Reports.finding("index", .pass, .low), Reports.finding("dns", .pass),
        Reports.finding("backup", .fail, .critical),
      ],
    ]
    var told: [[String]] = []
    for (night, findings) in nights.enumerated() {
      let news = try store.news(Reports.entry(Reports.report(night: night, findings)))
      told.append(news.changes.map { "\($0.finding.check)\($0.finding.subject ?? "") \($0.kind.rawValue)" })
      #expect(news.previous?.ordinal == (night == 0 ? nil : night))
    }
    #expect(told[0] == [])
    #expect(told[1] == ["tls regressed"])
    #expect(told[2] == ["indexb new", "dns unverified", "indexa recovered"])
    #expect(Set(told[3]) == ["tls recovered", "indexb recovered", "dns recovered"])
    #expect(told[4] == ["backup added"])

    let stream = try store.stream()
    let repair = try store.repairTimes(in: stream.id, since: Instant(seconds: 0), before: .soon)
    // a after two nights, b after one, tls after two, dns after three.
    #expect(repair.repaired == 4 && repair.meanSeconds == 2 * 86_400 && repair.open == 1)
    let failing = try store.findings(of: stream, .failing, before: .soon)
    #expect(failing.map(\.check) == ["backup"])
    let tls = try #require(try store.findings(of: stream, .all, before: .soon).first { $0.check == "tls" })
    #expect(tls.firstSeen == Instant(seconds: Reports.start))
    #expect(tls.firstFailed == Instant(seconds: Reports.start + 86_400))
    #expect(tls.openSince == nil && tls.episodes == 1)
    let newest = try store.changes(in: stream, [.recovered, .regressed], limit: 2, before: .soon)
    #expect(newest.map(\.ordinal) == [4, 4])
    let everywhere = try store.changes([.added, .regressed], limit: 5, before: .soon)
    #expect(everywhere.map(\.change.kind) == [.added, .regressed] && everywhere.first?.stream.id == stream.id)
    try store.ping(before: .soon)
  }

  @Test(arguments: Backend.allCases) func aQuietNightWritesNothingButItself(_ backend: Backend) throws {
    let store = try backend.store()
    let findings = (0..<50).map { Reports.finding("check\($0)", $0 % 5 == 0 ? .fail : .pass) }
    for night in 0..<5 { try store.news(Reports.entry(Reports.report(night: night, findings))) }
    let count = try store.transaction(writing: false, before: .soon) { session throws(HistoryFailure) in
      try session.run("SELECT count(*) AS n FROM history_stretch", [], before: .soon).first?.integer("n")
    }
    #expect(count == 50)
  }

  @Test(arguments: Backend.allCases) func aNarrowedOrInterruptedRunTakesNothingBack(_ backend: Backend) throws {
    let store = try backend.store()
    try store.news(Reports.entry(Reports.report(night: 0, [Reports.finding("a", .fail), Reports.finding("b", .pass)])))
    let narrowed = Reports.report(night: 1, [Reports.finding("b", .pass)], partial: ["1 of 2 checks were deselected"])
    #expect(try store.news(Reports.entry(narrowed)).changes.isEmpty)
    let interrupted = Reports.report(
      night: 2, [Reports.finding("a", .unknown), Reports.finding("b", .unknown)], partial: ["interrupted"],
      interrupted: true)
    #expect(try store.news(Reports.entry(interrupted)).changes.isEmpty)
    #expect(try store.findings(of: store.stream(), .failing, before: .soon).map(\.check) == ["a"])
    // A whole run without the check says that it is gone.
    let news = try store.news(Reports.entry(Reports.report(night: 3, [Reports.finding("b", .pass)])))
    #expect(news.changes.map(\.kind) == [.removed])
  }

  @Test(arguments: Backend.allCases) func waivedFailuresAreOpenButNotCounted(_ backend: Backend) throws {
    let store = try backend.store()
    let report = Reports.report(night: 0, [Reports.finding("a", .fail, waiver: "W-1"), Reports.finding("b", .fail)])
    let news = try store.news(Reports.entry(report))
    #expect(news.failing.map(\.check) == ["b"])
    #expect(news.run.open == [.high: 1])
    #expect(try store.findings(of: store.stream(), .failing, before: .soon).count == 2)
  }

  @Test(arguments: Backend.allCases) func systemsAndPoliciesAreKeptApart(_ backend: Backend) throws {
    let store = try backend.store()
    for (system, policy) in [("shop", "nightly"), ("shop", "release"), ("bank", "nightly")] {
      try store.news(
        Reports.entry(Reports.report(night: 0, [Reports.finding("a", .fail)], system: system, policy: policy)))
    }
    let streams = try store.streams(before: .soon)
    #expect(
      streams.map { "\($0.stream.system) \($0.stream.policy)" } == ["bank nightly", "shop nightly", "shop release"])
    #expect(streams.allSatisfy { $0.latest?.ordinal == 1 })
  }

  /// The state after runs that arrive in any order is that after the runs in order, as far as every run lists everything.
  @Test(arguments: Backend.allCases) func lateRunsTakeTheirPlace(_ backend: Backend) throws {
    let statuses: [[Status]] = [
      [.pass, .fail, .pass], [.fail, .fail, .pass], [.fail, .unknown, .pass], [.pass, .pass, .fail],
      [.pass, .fail, .fail],
    ]
    let reports = statuses.enumerated().map { night, row in
      Reports.report(night: night, row.enumerated().map { Reports.finding("c\($0)", $1) })
    }
    func state(_ order: [Int]) throws -> ([[Stretch]], [TrackedFinding], [Int]) {
      let store = try backend.store()
      for index in order {
        let news = try store.news(Reports.entry(reports[index]))
        if !news.isNewest { #expect(news.changes.isEmpty) }
      }
      let stream = try store.stream()
      let findings = try store.findings(of: stream, .all, before: .soon).sorted { $0.check < $1.check }
      let timelines = try findings.map {
        try #require(try store.timeline(of: $0.fingerprint, in: stream.id, before: .soon)).stretches
      }
      return (timelines, findings, try store.runs(of: stream.id, limit: 9, before: .soon).map(\.ordinal))
    }
    let inOrder = try state([0, 1, 2, 3, 4])
    for order in [[0, 4, 3, 2, 1], [0, 2, 1, 4, 3], [0, 3, 1, 4, 2]] {
      let other = try state(order)
      #expect(other.0 == inOrder.0)
      #expect(other.1 == inOrder.1)
      #expect(other.2 == [5, 4, 3, 2, 1])
    }
  }

  @Test(arguments: Backend.allCases) func oldRunsGoAndWhatTheyShowedStays(_ backend: Backend) throws {
    let store = try backend.store()
    let nights = 12
    for night in 0..<nights {
      for hour in [0, 3600] {
        let status: Status = night < 3 ? .fail : .pass
        try store.news(
          Reports.entry(
            Reports.report(night: night, [Reports.finding("a", status)], seconds: hour),
            isPinned: night == 1 && hour == 0))
      }
    }
    let now = Instant(seconds: Reports.start + nights * 86_400)
    let retention = Retention(days: 3, dailyDays: 8)
    #expect(try store.prune(retention, now: now, isRehearsal: true, before: .soon) == 12)
    #expect(try store.prune(retention, now: now, before: .soon) == 12)
    #expect(try store.prune(retention, now: now, before: .soon) == 0)
    let stream = try store.stream()
    let kept = try store.runs(of: stream.id, limit: 99, before: .soon)
    #expect(kept.count == 12 && kept.last?.isPinned == true)
    #expect(stream.runs == 24)
    let finding = try #require(try store.findings(of: stream, .all, before: .soon).first)
    #expect(finding.firstFailed == Instant(seconds: Reports.start) && finding.episodes == 1)
    // The next run goes on counting where the removed ones left off.
    #expect(
      try store.news(Reports.entry(Reports.report(night: nights, [Reports.finding("a", .fail)]))).run.ordinal == 25)
    let pinned = try #require(kept.last?.runID)
    #expect(try store.pin(pinned, false, before: .soon))
    #expect(try !store.pin("nobody", true, before: .soon))
  }

  @Test func theNewestRunIsNeverRemoved() {
    let runs = (0..<5).map { (id: $0, startedAt: Instant(seconds: $0 * 86_400), isPinned: false) }
    let never = Retention(days: 0, dailyDays: 0)
    #expect(Retention.doomed(runs, never, now: Instant(seconds: 1 << 40)).sorted() == [0, 1, 2, 3])
    #expect(Retention.doomed(runs, Retention(days: 0), now: Instant(seconds: 1 << 40)).isEmpty)
  }

  @Test(arguments: Backend.allCases) func flappingFindingsAreFound(_ backend: Backend) throws {
    let store = try backend.store()
    var last: RunNews?
    for night in 0..<24 {
      let status: Status = night % 2 == 0 ? .pass : .fail
      last = try store.news(
        Reports.entry(
          Reports.report(night: night, [Reports.finding("a", status), Reports.finding("b", .fail)])))
    }
    #expect(last?.changes.map(\.isFlapping) == [true])
    #expect(try store.findings(of: store.stream(), .flapping, before: .soon).map(\.check) == ["a"])
  }

  @Test(arguments: Backend.allCases) func writersSideBySideLoseNothing(_ backend: Backend) async throws {
    let place = try backend.place()
    let writers = 4
    let each = 8
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<writers {
        group.addTask {
          let lane = BlockingLane(width: 1)
          try await lane.run {
            Result {
              // Each makes the tables itself, at the same time as the others.
              let store = HistoryStore(place)
              for index in 0..<each {
                try store.news(
                  Reports.entry(
                    Reports.report(
                      night: index, [Reports.finding("a", index % 2 == 0 ? .fail : .pass)], seconds: writer)))
              }
            }
          }.get()
        }
      }
      try await group.waitForAll()
    }
    let store = HistoryStore(place, .existing)
    let stream = try store.stream()
    let runs = try store.runs(of: stream.id, limit: 1000, before: .soon)
    #expect(runs.map(\.ordinal) == Array((1...writers * each).reversed()))
    #expect(runs.map(\.startedAt) == runs.map(\.startedAt).sorted(by: >))
    let timeline = try #require(try store.timeline(of: "a/web/", in: stream.id, before: .soon))
    // Night by night, whoever wrote first.
    #expect(timeline.stretches.map(\.ordinal) == (0..<each).map { $0 * writers + 1 })
  }

  @Test(arguments: Backend.allCases) func onePlannedTimeGoesToOneInstance(_ backend: Backend) throws {
    let place = try backend.place()
    let stores = [HistoryStore(place), HistoryStore(place)]
    let start = Instant(seconds: Reports.start)
    let state = try stores[0].schedule("nightly", now: start, before: .soon)
    #expect(state.lastSlot == start && state.runningSlot == nil)
    let slot = Instant(seconds: start.seconds + 100)
    func claim(_ index: Int, _ slot: Instant, at now: Int) throws -> Bool {
      try stores[index].claim(
        "nightly", slot: slot, owner: "instance \(index)", now: Instant(seconds: now), leaseSeconds: 60, before: .soon)
        != nil
    }
    #expect(try claim(0, slot, at: slot.seconds))
    #expect(try !claim(1, slot, at: slot.seconds))
    // Not another slot either, while one runs.
    #expect(try !claim(1, Instant(seconds: slot.seconds + 10), at: slot.seconds + 10))
    #expect(
      try stores[0].renew(
        "nightly", slot: slot, owner: "instance 0", now: Instant(seconds: slot.seconds + 50), leaseSeconds: 60,
        before: .soon))
    #expect(try !claim(1, slot, at: slot.seconds + 70))
    // Dead: the lease ran out, somebody else takes over, and the late owner is told.
    #expect(try claim(1, slot, at: slot.seconds + 200))
    #expect(
      try !stores[0].renew(
        "nightly", slot: slot, owner: "instance 0", now: Instant(seconds: slot.seconds + 201), leaseSeconds: 60,
        before: .soon))
    #expect(try !stores[0].finish("nightly", slot: slot, owner: "instance 0", status: "passed", before: .soon))
    #expect(try stores[1].finish("nightly", slot: slot, owner: "instance 1", status: "failed", before: .soon))
    #expect(try !claim(0, slot, at: slot.seconds + 300))
    let after = try stores[0].schedule("nightly", now: start, before: .soon)
    #expect(after.lastSlot == slot && after.lastStatus == "failed" && after.owner == nil)
  }

  @Test(arguments: Backend.allCases) func noticesAreToldOnceByWhoeverTakesThem(_ backend: Backend) throws {
    let place = try backend.place()
    let stores = [HistoryStore(place), HistoryStore(place)]
    let report = Reports.report(night: 0, [Reports.finding("a", .fail)])
    let notice = Notice(
      channel: "chat", kind: "regression", about: "a", body: "{}", at: Instant(seconds: Reports.start))
    for store in stores {
      // The second one is there already, and brings nothing.
      _ = try store.append(Reports.entry(report), before: .soon) { _ in [notice] }
      try store.add([notice], before: .soon)
    }
    let now = Instant(seconds: Reports.start)
    let due = try stores[0].takeDueNotices(now: now, limit: 10, leaseSeconds: 60, before: .soon)
    #expect(due.count == 1 && due.first?.key == notice.key && due.first?.attempts == 0)
    #expect(try stores[1].takeDueNotices(now: now, limit: 10, leaseSeconds: 60, before: .soon).isEmpty)
    let later = Instant(seconds: now.seconds + 300)
    try stores[0].settle(try #require(due.first), .again(at: later, reason: "503"), before: .soon)
    #expect(try stores[1].takeDueNotices(now: now, limit: 10, leaseSeconds: 60, before: .soon).isEmpty)
    let again = try stores[1].takeDueNotices(now: later, limit: 10, leaseSeconds: 60, before: .soon)
    #expect(again.first?.attempts == 1)
    try stores[1].settle(try #require(again.first), .delivered, before: .soon)
    #expect(try stores[0].noticeCounts(before: .soon) == ["delivered": 1])
  }

  @Test(arguments: Backend.allCases) func hostileTextStaysText(_ backend: Backend) throws {
    let store = try backend.store()
    let hostile = "'; DROP TABLE history_run; -- \u{1B}[31m \u{0} ☃ \"quoted\" \\x00 {for update} $1"
    let finding = Reports.finding("a", .fail, subject: hostile)
    try store.news(Reports.entry(Reports.report(night: 0, [finding], system: "s'h\"op")))
    let stream = try store.stream()
    #expect(stream.system == "s'h\"op")
    let back = try #require(try store.findings(of: stream, .failing, before: .soon).first)
    let zeroless = backend == .postgres ? hostile.replacingOccurrences(of: "\0", with: "\u{FFFD}") : hostile
    #expect(back.subject == zeroless)
  }
}

@Suite struct PlaceTests {
  @Test func passwordsHaveNoPlaceInURLs() {
    for url in [
      "postgresql://me:secret@host/db", "postgresql://me@host/db?password=secret", "mysql://me@host/db", "",
      "postgresql://host/db", "postgresql://me@host", "postgresql://me@host:0/db", "postgresql://me@host/db?sslmode=no",
    ] {
      #expect(throws: HistoryFailure.self) { try HistoryPlace(url) }
      do {
        _ = try HistoryPlace(url)
      } catch {
        #expect(!error.description.contains("secret"), "\(url)")
      }
    }
  }

  @Test func urlsAreRead() throws {
    let place = try HistoryPlace("postgresql://m%40e@[::1]:5433/my%20db?sslmode=disable&trust=/a%2Fb.pem")
    guard case .postgres(let parameters) = place.kind else {
      Issue.record("no database")
      return
    }
    #expect(parameters.user == "m@e" && parameters.host == "::1" && parameters.port == 5433)
    #expect(parameters.database == "my db" && parameters.sslMode == .disable && parameters.trust == ["/a/b.pem"])
    #expect(place.name == "postgresql://m%40e@[::1]:5433/my db")
    guard case .file(let path) = try HistoryPlace("dir/history.db").kind else {
      Issue.record("no file")
      return
    }
    #expect(path == "dir/history.db")
  }
}

@Suite struct SharedDatabaseTests {
  private func parameters(_ user: String, database: String = "postgres") throws -> String {
    let server = try PostgresServer.shared.get()
    return "postgresql://\(user)@localhost:\(server.port)/\(database)?trust=\(server.root)&address=127.0.0.1"
  }

  private func failure(_ url: String, password: String = PostgresServer.password) throws -> HistoryFailure? {
    do throws(HistoryFailure) {
      try HistoryStore(HistoryPlace(url, password: Secret(password))).prepare(before: .soon)
      return nil
    } catch { return error }
  }

  @Test func whyADatabaseCannotBeUsedIsTold() throws {
    guard case .notPermitted(let rejected) = try failure(try parameters("auditor"), password: "canary-wrong") else {
      Issue.record("a wrong password was let in")
      return
    }
    #expect(!rejected.contains("canary-wrong"))
    // Since PostgreSQL 15 not everybody may make tables.
    guard case .notPermitted = try failure(try parameters("stranger")) else {
      Issue.record("a stranger made tables")
      return
    }
    guard case .unavailable = try failure("postgresql://me@127.0.0.1:\(LoopbackPort.free())/db?sslmode=disable") else {
      Issue.record("nobody listens there")
      return
    }
    let url = try parameters("auditor")
    do throws(HistoryFailure) {
      _ = try HistoryStore(HistoryPlace(url, password: Secret(PostgresServer.password)), .existing)
        .streams(before: .soon)
      Issue.record("there is no history")
    } catch {
      guard case .missing = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test func aServerThatWasRestartedIsAskedAnew() throws {
    let store = try Backend.postgres.store()
    try store.news(Reports.entry(Reports.report(night: 0, [Reports.finding("a", .pass)])))
    var session = try PostgresConnection.open(
      try PostgresServer.shared.get().parameters(user: "postgres"), before: .soon)
    guard case .postgres(let parameters) = store.place.kind else { return }
    try session.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = $2",
      [parameters.database, "prodworthy-history"], before: .soon)
    // As long as it takes the server to end them.
    usleep(200_000)
    #expect(try store.news(Reports.entry(Reports.report(night: 1, [Reports.finding("a", .fail)]))).changes.count == 1)
    #expect(try store.streams(before: .soon).first?.stream.runs == 2)
  }
}

@Suite struct FileTests {
  private func failure(_ path: String, _ opening: HistoryStore.Opening = .creating) -> HistoryFailure? {
    do {
      try HistoryStore(.file(path), opening).prepare(before: .soon)
      return nil
    } catch { return error }
  }

  @Test func whatIsNoHistoryIsLeftAlone() throws {
    let folder = try ScratchFolder()
    let text = try folder.write(String(repeating: "not a database\n", count: 100), to: "text.db")
    guard case .notAHistory = failure(text) else {
      Issue.record("text was taken for a history")
      return
    }
    #expect(try folder.read("text.db").hasPrefix("not a database"))
    guard case .missing = failure(folder.path("none.db"), .existing) else {
      Issue.record("not missing")
      return
    }
    guard case .cannotCreate = failure(folder.path("no/such/folder.db")) else {
      Issue.record("no folder")
      return
    }
    guard case .cannotCreate = failure(folder.path) else {
      Issue.record("a folder was opened")
      return
    }
    #expect(failure(folder.path("new.db")) == nil && failure(folder.path("new.db"), .existing) == nil)
  }

  @Test func aDamagedFileIsADiagnostic() throws {
    let folder = try ScratchFolder()
    let path = folder.path("history.db")
    do {
      let store = HistoryStore(.file(path))
      for night in 0..<20 {
        try store.news(
          Reports.entry(Reports.report(night: night, (0..<30).map { Reports.finding("c\($0)", .fail) })))
      }
      try store.maintain("PRAGMA wal_checkpoint(TRUNCATE)", before: .soon)
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var random = SystemRandomNumberGenerator()
    for round in 0..<30 {
      var broken = whole
      if round % 3 == 0 {
        broken = broken.prefix(Int.random(in: 1..<whole.count, using: &random))
      } else {
        for _ in 0..<200 { broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255) }
      }
      try? FileManager.default.removeItem(atPath: path + "-wal")
      try broken.write(to: URL(fileURLWithPath: path))
      // Either it still reads or it says what is wrong; it never ends the process.
      let store = HistoryStore(.file(path), .existing)
      do {
        for state in try store.streams(before: .soon) {
          for run in try store.runs(of: state.stream.id, limit: 100, before: .soon) {
            _ = try store.document(ofRun: run.runID, before: .soon)
          }
          _ = try store.findings(of: state.stream, .all, before: .soon)
        }
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  /// Many that come first at once: one of them once took the others' half-made file for that of another program.
  @Test func theFileIsMadeByWhoeverComesFirst() async throws {
    let folder = try ScratchFolder()
    for round in 0..<15 {
      let place = HistoryPlace.file(folder.path("\(round).db"))
      let lane = BlockingLane(width: 6)
      let failures = await withTaskGroup(of: HistoryFailure?.self) { group in
        for _ in 0..<6 {
          group.addTask {
            await lane.run { () -> HistoryFailure? in
              do throws(HistoryFailure) {
                try HistoryStore(place).prepare(before: .soon)
                return nil
              } catch { return error }
            }
          }
        }
        return await group.reduce(into: [HistoryFailure]()) { if let failure = $1 { $0.append(failure) } }
      }
      #expect(failures.isEmpty, "\(failures)")
    }
  }

  @Test(arguments: Backend.allCases) func rehearsedRunsAndRealOnesKeepToThemselves(_ backend: Backend) throws {
    func refusal(_ body: () throws(HistoryFailure) -> Void) -> String? {
      do throws(HistoryFailure) {
        try body()
        return nil
      } catch {
        guard case .misplaced(let reason) = error else { return "\(error)" }
        return "misplaced: \(reason)"
      }
    }
    let real = Reports.report(night: 0, [])
    var rehearsed = Reports.report(night: 1, [])
    rehearsed.rehearsed = true
    // Real runs, or only a planned time: no rehearsal's.
    let kept = try backend.store()
    try kept.news(Reports.entry(real))
    let planned = try backend.store()
    _ = try planned.schedule("nightly", now: Instant(seconds: Reports.start), before: .soon)
    for store in [kept, planned] {
      #expect(
        refusal { () throws(HistoryFailure) in try store.rehearse(before: .soon) }?.hasPrefix("misplaced") == true)
      #expect(try !store.isRehearsal(before: .soon))
      let refused = refusal { () throws(HistoryFailure) in
        _ = try store.append(Reports.entry(rehearsed), before: .soon)
      }
      #expect(refused?.contains("no rehearsal's history") == true)
    }
    #expect(try kept.stream().runs == 1)
    #expect(try planned.streams(before: .soon).isEmpty)
    // An empty one becomes a rehearsal's, stays one, and takes nothing real.
    let store = try backend.store()
    try store.rehearse(before: .soon)
    try store.news(Reports.entry(rehearsed))
    try store.rehearse(before: .soon)
    #expect(try store.isRehearsal(before: .soon))
    #expect(
      refusal { () throws(HistoryFailure) in _ = try store.append(Reports.entry(real), before: .soon) }?
        .contains("is a rehearsal's history") == true)
    #expect(try store.stream().runs == 1)
  }

  @Test func aHistoryOfANewerProgramIsNotTouched() throws {
    let folder = try ScratchFolder()
    let store = HistoryStore(.file(folder.path("history.db")))
    try store.transaction(writing: true, before: .soon) { session throws(HistoryFailure) in
      _ = try session.run("UPDATE history_version SET version = 999", [], before: .soon)
    }
    guard case .notAHistory(let reason)? = failure(folder.path("history.db")) else {
      Issue.record("was opened")
      return
    }
    #expect(reason.contains("newer"))
  }

  @Test func aWriterThatDoesNotLetGoIsBusyNotForEver() throws {
    let folder = try ScratchFolder()
    let place = HistoryPlace.file(folder.path("history.db"))
    let (one, other) = (HistoryStore(place), HistoryStore(place))
    try other.prepare(before: .soon)
    try one.transaction(writing: true, before: .soon) { _ throws(HistoryFailure) in
      do throws(HistoryFailure) {
        _ = try other.append(Reports.entry(Reports.report(night: 0, [])), before: Deadline(milliseconds: 200))
        Issue.record("two writers at once")
      } catch {
        if case .busy = error { return }
        Issue.record("\(error)")
      }
    }
    _ = try other.news(Reports.entry(Reports.report(night: 0, [])))
  }
}
