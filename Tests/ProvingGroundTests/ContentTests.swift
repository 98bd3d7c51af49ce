import Facts
import Foundation
import Glibc
import Testing

@testable import proving_ground

/// What fills the platform's database: made-up content, and that of its predecessor.
@Suite struct Content {
  @Test func theSameSeedGivesTheSameContent() {
    let content = SeedContent(seed: 42, companies: 100, speakers: 200, events: 50)
    #expect(content.event(7) == SeedContent(seed: 42, companies: 100, speakers: 200, events: 50_000).event(7))
    #expect(content.event(7) != SeedContent(seed: 43, companies: 100, speakers: 200, events: 50).event(7))
    let events = (0..<50).map { content.event($0) }
    #expect(Set(events.map(\.externalID)).count == 50)
    for event in events {
      #expect(event.speakers.allSatisfy { (0..<200).contains($0) } && (1...4).contains(event.speakers.count))
      #expect(Set(event.speakers).count == event.speakers.count)
      #expect(event.embedding.count == Embedding.dimensions)
      #expect(abs(event.embedding.reduce(0) { $0 + $1 * $1 } - 1) < 1e-9)
    }
    #expect((0..<200).contains { content.speaker($0).company == nil })
    #expect(SeedContent(seed: 1, companies: 0, speakers: 0, events: 1).event(0).speakers.isEmpty)
  }

  @Test func rowsForCopyMeanThemselves() {
    var bytes: [UInt8] = []
    CopyText.append(["a\tb", nil, "c\\d\ne\r", ""], to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "a\\tb\t\\N\tc\\\\d\\ne\\r\t\n")
    #expect(CopyText.array([0, 0.5, -0.25]) == "{0,0.5,-0.25}")
  }

  @Test func checksumsOfTheLedger() {
    #expect(SHA1.hex(Array("abc".utf8)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(SHA1.hex([]) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(SHA1.hex(Array(repeating: 0x61, count: 1_000_000)) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
  }

  @Test(arguments: [
    ("[]", "no JSON object"), ("{", "no JSON"), (#"{"id":"a"}"#, "`title` is missing"),
    (#"{"id":"","title":"t","startsAt":"2020-01-01"}"#, "`id` is empty"),
    (#"{"id":"a","title":"t","startsAt":"soon"}"#, "`startsAt` is no time"),
    (#"{"id":"a","title":"t","startsAt":"2020-01-01","x":1}"#, "unknown member `x`"),
    (#"{"id":"a","title":7,"startsAt":"2020-01-01"}"#, "`title` is no text"),
    (#"{"id":"a\u0000","title":"t","startsAt":"2020-01-01"}"#, "zero byte"),
    (#"{"id":"a","title":"t","startsAt":"2020-01-01","speakers":[{}]}"#, "`name` is missing"),
    (#"{"id":"a","title":"t","startsAt":"2020-01-01","speakers":["x"]}"#, "a speaker is no object"),
  ])
  func aWrongLineSaysWhatIsWrong(line: String, reason: String) {
    do throws(LegacyEvent.Flaw) {
      _ = try LegacyEvent(line: 3, bytes: line.utf8)
      Issue.record("it was taken")
    } catch {
      #expect(error.line == 3 && error.reason.contains(reason), "\(error)")
    }
  }

  @Test func theDigestIsOfTheContentAndNotOfItsOrder() throws {
    let one = try LegacyEvent(
      line: 1,
      bytes: #"{"id":"a","title":"t","startsAt":"2020-01-01T10:00:00+02:00","speakers":[{"name":"x"},{"name":"y"}]}"#
        .utf8)
    let other = try LegacyEvent(
      line: 9,
      bytes: #"{"title":"t","id":"a","startsAt":"2020-01-01T08:00:00Z","speakers":[{"name":"y"},{"name":"x"}]}"#.utf8)
    #expect(one.digest == other.digest)
    let changed = try LegacyEvent(line: 1, bytes: #"{"id":"a","title":"T","startsAt":"2020-01-01T08:00:00Z"}"#.utf8)
    #expect(one.digest != changed.digest)
  }
}

extension Platforms {
  /// The commands, on a platform that runs.
  @Suite struct Filling {
    private func file(_ lines: [String]) throws -> String {
      let path = "/tmp/ground-test-legacy-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).jsonl"
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    private func events(_ range: Range<Int>, title: String = "Old") -> [String] {
      range.map {
        #"{"id":"old-\#($0)","title":"\#(title) \#($0)","startsAt":"2019-05-01T18:00:00Z","venue":"Hall \#($0 % 7)","#
          + #""speakers":[{"name":"Person \#($0 % 13)","company":"Firm \#($0 % 5)"}]}"#
      }
    }

    private func json(_ ended: Ended) throws -> JSONValue { try JSONText.parse(Array(ended.output.utf8)) }

    @Test func seedsFillOnceAndImportsComeAndGo() throws {
      try Ground.with { ground throws in
        func command(_ arguments: String...) throws -> Ended {
          try run(provingGround, arguments + ["--directory", ground.path])
        }
        let first = try json(try command("seed", "--seed", "5"))
        #expect(first["inserted"]?["events"] == 50 && first["inserted"]?["speakers"] == 200)
        #expect(first["inserted"]?["companies"] == 100 && first["inserted"]?["embeddings"] == 50)
        #expect(try json(try command("seed", "--seed", "5"))["inserted"]?["links"] == 0)
        let more = try json(try command("seed", "--seed", "5", "--events", "2000", "--speakers", "500"))
        #expect(more["total"]?["events"] == 2060 && more["total"]?["speakers"] == 540)

        let old = try file(events(0..<300))
        let imported = try command("import", old, "--batch", "70")
        #expect(imported.status == 0, "\(imported.output)")
        #expect(try json(imported)["verified"] == true && json(imported)["imported"] == 300)
        #expect(try json(try command("import", old))["imported"] == 0)

        // A second file changes some of the same events, and its import has to go first.
        let changed = try file(events(200..<320, title: "Changed"))
        #expect(try command("import", changed).status == 0)
        #expect(try command("import", "--rollback", "1").status == 1)
        let undone = try json(try command("import", "--rollback", "2"))
        #expect(undone["restored"] == 100 && undone["removed"]?["events"] == 20 && undone["asBefore"] == true)
        #expect(try ground.query("SELECT count(*) FROM events WHERE title LIKE 'Old %'").output == "300\n")

        // What others changed since does not pass for what was imported.
        _ = try ground.query("UPDATE events SET title = 'x' WHERE external_id = 'old-7'", as: "postgres")
        let differing = try command("import", old)
        #expect(differing.status == 1)
        #expect(try json(differing)["mismatches"] == [8])
        _ = try ground.query("UPDATE events SET title = 'Old 7' WHERE external_id = 'old-7'", as: "postgres")
        let last = try json(try command("import", "--rollback", "1"))
        #expect(last["removed"]?["events"] == 300 && last["removed"]?["sources"] == 1 && last["asBefore"] == true)
        #expect(try command("import", "--rollback", "1").status == 1)
        #expect(try command("import", "--rollback", "77").status == 66)
        #expect(try command("import", "/tmp/no-such-file.jsonl").status == 66)
        let wrong = try command("import", try file(events(0..<3) + ["nonsense"] + events(0..<1)))
        #expect(wrong.status == 65)
        #expect(wrong.output.contains("line 4: ") && wrong.output.contains("line 5: the id of line 1 again"))
        for path in [old, changed] { try? FileManager.default.removeItem(atPath: path) }
      }
    }

    @Test func anImportThatIsKilledGoesOnWhereItWas() throws {
      try Ground.with { ground throws in
        let path = try file(events(0..<4000))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: provingGround)
        process.arguments = ["import", path, "--batch", "10", "--directory", ground.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let isUnderWay = try eventually {
          (Int(try ground.query("SELECT coalesce(max(done), 0) FROM imports").output.dropLast()) ?? 0) > 100
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(isUnderWay)
        let state = try ground.query("SELECT done, (SELECT count(*) FROM import_rows) FROM imports").output
        let numbers = state.dropLast().split(separator: "|").compactMap { Int($0) }
        // Whole batches, and none that was not noted.
        #expect(numbers.count == 2 && numbers[0] == numbers[1] && numbers[0] % 10 == 0, "\(state)")
        let resumed = try json(try run(provingGround, ["import", path, "--directory", ground.path]))
        #expect(resumed["found"]?.integer ?? 0 >= numbers.first ?? 0)
        #expect(resumed["verified"] == true && resumed["stored"]?["events"] == 4000)
        #expect(
          try json(try run(provingGround, ["import", "--rollback", "1", "--directory", ground.path]))["asBefore"]
            == true)
      }
    }
  }
}
