import AuditModel
import Facts
import Foundation
import Testing

@testable import BackupProbes

@Suite("pgBackRest")
struct PgBackRestTests {
  let yard: BackupYard
  let scratch: Scratch

  init() throws {
    yard = try BackupYard.shared.get()
    scratch = try Scratch()
  }

  private func recorded(_ name: String) throws -> JSONValue {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(yard.folder)/\(name)")))
    return try #require(try JSONText.parse(bytes)[0])
  }

  private func look(_ stanza: String = "events", repository: String? = nil) async throws -> Look {
    var config = try String(contentsOfFile: "\(yard.folder)/pgbackrest.conf", encoding: .utf8)
    if let repository {
      config = config.split(separator: "\n").map {
        $0.hasPrefix("repo1-path") ? "repo1-path=\(repository)" : String($0)
      }.joined(separator: "\n")
    }
    try config.write(toFile: "\(scratch.folder)/pgbackrest.conf", atomically: true, encoding: .utf8)
    return await Look(
      "pgbackrest",
      ["config": .string("\(scratch.folder)/pgbackrest.conf"), "stanza": .string(stanza), "verify": false])
  }

  @Test("a stanza with a full and an incremental backup")
  func healthy() async throws {
    let look = try await look()
    #expect(look["repository", "state"] == "ok")
    #expect(look["encryption", "state"] == "encrypted")
    #expect(look["retentionRule"] == true)
    #expect(look["count", "complete"] == 2)
    #expect(look["backups"]?.array?.compactMap { $0["type"]?.string } == ["full", "incremental"])
    #expect(look["backups"]?[1]?["chainWhole"] == true)
    #expect(look["log", "coversNewest"] == true)
    #expect(look["log", "continuesFromNewest"] == true)
    #expect(look["log", "gaps"] == [])
    #expect((look["restorable", "ageHours"]?.double ?? 99) < 1)
    #expect(look["systems"]?.array?.count == 1)
    #expect(look.gaps.map(\.path) == ["integrity"])
    #expect(!JSONText.compact(look.facts ?? nil).contains("canary"))
  }

  @Test("no repository, no stanza, no backup: the tool ends with 0, and nothing passes")
  func empty() async throws {
    #expect(PgBackRest.facts(of: try recorded("empty.json")).repository.state == "missingStanza")
    let none = PgBackRest.facts(of: try recorded("none.json"))
    #expect(none.repository.state == "noBackups")
    #expect(none.backups.isEmpty)
    let look = try await look("nothere")
    #expect(look["repository", "readable"] == false)
    #expect(look["newest"] == nil && look["backups"] == .null)
  }

  @Test("a segment taken out of the archive is a gap, and what lies behind it does not count")
  func gap() async throws {
    let repository = try scratch.copy(of: "\(yard.folder)/repo", as: "repo")
    try Script.run(
      "cd \"$1/archive/events\"/*/0000000100000000; rm \"$(ls | grep -v backup | tail -1)\"", [repository])
    let look = try await look(repository: repository)
    #expect(look["log", "coversNewest"] == false)
    #expect(look["restorable", "by"] == "backup")
    let inner = try scratch.copy(of: "\(yard.folder)/repo", as: "inner")
    let start = try #require(try recorded("info.json")["backup"]?[0]?["archive"]?["stop"]?.string)
    try Script.run("rm \"$1/archive/events\"/*/0000000100000000/$2-*", [inner, start])
    let second = try await self.look(repository: inner)
    #expect(second["log", "gaps"]?.array?.count == 1)
    #expect(second["log", "gaps"]?[0]?["first"]?.string == start)
  }

  @Test("a backup whose files are gone is still listed, and does not count")
  func gone() async throws {
    let repository = try scratch.copy(of: "\(yard.folder)/repo", as: "repo")
    try Script.run("rm -r \"$1\"/backup/events/*I", [repository])
    let look = try await look(repository: repository)
    #expect(look["last", "state"] == "failed")
    #expect(look["newest", "name"]?.string?.hasSuffix("F") == true)
  }

  @Test(
    "every status code",
    arguments: [
      (0, true, "ok"), (1, false, "missingStanza"), (2, true, "noBackups"), (3, false, "missingData"),
      (4, true, "mixed"), (5, true, "mismatch"), (6, true, "backupNotFound"), (99, true, "other"),
      (42, true, "code 42"),
    ])
  func codes(_ code: Int, _ isReadable: Bool, _ state: String) {
    let facts = PgBackRest.facts(of: ["name": "s", "status": ["code": .integer(code), "message": "m"]])
    #expect(facts.repository.isReadable == isReadable)
    #expect(facts.repository.state == state)
  }

  @Test("pages with wrong checksums, a base that is gone, and a former system")
  func records() throws {
    func backup(_ label: String, _ type: String, prior: JSONValue = nil, error: JSONValue = false, system: Int = 2)
      -> JSONValue
    {
      [
        "label": .string(label), "type": .string(type), "prior": prior, "error": error,
        "timestamp": ["start": 1_795_000_000, "stop": 1_795_000_100],
        "database": ["id": .integer(system), "repo-key": 1],
      ]
    }
    let facts = PgBackRest.facts(of: [
      "name": "s", "status": ["code": 0, "message": "ok"], "cipher": "none",
      "db": [
        ["id": 1, "repo-key": 1, "system-id": 10, "version": "14"],
        ["id": 2, "repo-key": 1, "system-id": 20, "version": "15"],
      ],
      "backup": [
        backup("A", "full", system: 1), backup("B", "full", error: true), backup("C", "incr", prior: "X"),
        backup("D", "diff", prior: "B"), backup("E", "full", error: nil),
      ],
    ])
    #expect(facts.backups.map(\.name) == ["B", "C", "D", "E"])
    #expect(facts.backups.map(\.state) == [.failed, .complete, .complete, .complete])
    #expect(facts.backups.map(\.chainWhole) == [true, false, true, true])
    #expect(facts.systems.map(\.identifier) == ["20"])
    #expect(facts.encryption == .plain)
  }

  @Test("what verify says, although it ends with 0")
  func verification() throws {
    let bad = try #require(
      PgBackRest.verification(
        """
        stanza: demo
        status: error
          archiveId: 15-1, total WAL checked: 3, total valid WAL: 2
            missing: 0, checksum invalid: 0, size invalid: 0, other: 1
          backup: 20261126-054057F, status: invalid, total files checked: 967, total valid files: 966
            missing: 0, checksum invalid: 1, size invalid: 0, other: 0
        """))
    #expect(bad.examined == 2)
    #expect(bad.damages.map(\.subject) == ["archiveId: 15-1, other", "backup: 20261126-054057F, checksum invalid"])
    let good = try #require(
      PgBackRest.verification(
        """
        stanza: demo
        status: ok
          archiveId: 15-1, total WAL checked: 3, total valid WAL: 3
            missing: 0, checksum invalid: 0, size invalid: 0, other: 0
        """))
    #expect(good.damages.isEmpty)
    #expect(PgBackRest.verification("") == nil)
    #expect(PgBackRest.verification("status: error")?.damages.count == 1)
  }

  @Test("a configuration that is not there is no finding but an obstacle")
  func noConfiguration() async {
    let look = await Look("pgbackrest", ["config": "/nowhere/pgbackrest.conf", "stanza": "events"])
    #expect(look.unseen?.kind == .unreachable)
    #expect(look.unseen?.reason.contains("unable to open missing file") == true)
  }

  @Test("gaps among segments of any size")
  func gaps() {
    let names = (0...3).map { LogSegment.name(timeline: 1, number: 254 + UInt64($0), size: 16 << 20) }
    #expect(names[1] == "0000000100000000000000FF" && names[2] == "000000010000000100000000")
    #expect(LogSegment.gaps(among: names, from: nil, size: 16 << 20).isEmpty)
    #expect(LogSegment.gaps(among: [names[0], names[3]], from: nil, size: 16 << 20).map(\.count) == [2])
    #expect(LogSegment.gaps(among: [names[2]], from: names[0], size: 16 << 20).map(\.count) == [2])
    let large = (0...1).map { LogSegment.name(timeline: 1, number: 63 + UInt64($0), size: 64 << 20) }
    #expect(large == ["00000001000000000000003F", "000000010000000100000000"])
    #expect(LogSegment.size(of: large) == 64 << 20)
  }
}
