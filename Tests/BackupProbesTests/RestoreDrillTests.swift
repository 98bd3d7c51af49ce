import AuditModel
import Facts
import Foundation
import Probing
import Testing

@testable import BackupProbes

@Suite("Restore drills", .serialized)
struct RestoreDrillTests {
  let yard: BackupYard
  let scratch: Scratch

  init() throws {
    yard = try BackupYard.shared.get()
    scratch = try Scratch()
    chmod(scratch.folder, 0o777)
  }

  private func drill(_ kind: String, _ settings: JSONObject, timeout: Int = 60_000) async -> Look {
    var settings = settings
    var plan = settings["drill"]?.object ?? [:]
    plan["scratch"] = .string(scratch.folder)
    settings["drill"] = .object(plan)
    return await Look(kind, settings, by: RestoreDrillProbe(), timeout: timeout)
  }

  private var leftovers: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: scratch.folder)) ?? []).filter {
      $0.hasPrefix("prodworthy-drill")
    }
  }

  private func assertion(_ look: Look, _ name: String) -> JSONValue? {
    look["assertions"]?.array?.first { $0["name"]?.string == name }
  }

  @Test("a dump comes back with its rows, in time, contained, and is gone afterwards")
  func dump() async {
    let look = await drill(
      "pg-dump",
      [
        "path": .string("\(yard.folder)/dumps/events.dump"), "format": "custom",
        "drill": [
          "tables": [
            ["name": "public.orders", "minimumRows": 4000], ["name": "orders", "minimumRows": 4001], ["name": "absent"],
          ],
          "queries": [
            ["name": "notes", "sql": "SELECT count(note) FROM orders", "atLeast": 4000, "atMost": 4000],
            ["name": "a text", "sql": "SELECT note FROM orders LIMIT 1"],
            ["name": "a write", "sql": "DELETE FROM orders RETURNING 1"],
          ],
          "heartbeat": "SELECT max(at) FROM heartbeat",
        ],
      ])
    #expect(look["restored"] == true, "\(look["failure"] ?? nil)")
    #expect(look["tables"] == 2)
    #expect(assertion(look, "rows of public.orders")?["holds"] == true)
    #expect(assertion(look, "rows of orders")?["holds"] == false)
    #expect(assertion(look, "rows of absent")?["holds"] == false)
    #expect(assertion(look, "notes")?["observed"] == 4000)
    #expect(assertion(look, "a text")?["holds"] == .null)
    #expect(assertion(look, "a write")?["holds"] == false)
    #expect(!JSONText.compact(look.facts ?? nil).contains("note "))
    #expect((look["restoreSeconds"]?.double ?? 0) > 0)
    #expect((look["lossHours"]?.double ?? 99) < 1)
    #expect(look["isolated"] == true)
    #expect(look["removed"] == true)
    #expect(leftovers.isEmpty)
  }

  @Test("pgBackRest brings back the last row that was archived")
  func pgBackRest() async {
    let look = await drill(
      "pgbackrest",
      [
        "config": .string("\(yard.folder)/pgbackrest.conf"), "stanza": "events",
        "drill": ["tables": [["name": "orders", "minimumRows": 4000]], "heartbeat": "SELECT max(at) FROM heartbeat"],
      ])
    #expect(look["restored"] == true, "\(look["failure"] ?? nil)")
    #expect(look["heartbeatAt"]?.string.flatMap { Instant($0) }?.seconds == yard.heartbeat)
    #expect(assertion(look, "rows of orders")?["holds"] == true)
    #expect(look["isolated"] == true)
    #expect(look["removed"] == true)
  }

  @Test("a base backup starts and answers")
  func baseBackup() async {
    let look = await drill(
      "base-backup", ["path": .string("\(yard.folder)/base"), "drill": ["tables": [["name": "orders"]]]])
    #expect(look["restored"] == true, "\(look["failure"] ?? nil)")
    #expect(assertion(look, "rows of orders")?["observed"] == 4000)
    #expect(assertion(look, "user tables")?["holds"] == true)
    #expect(look["removed"] == true)
    #expect(leftovers.isEmpty)
  }

  @Test(
    "a plain dump restores whatever compressed it, and whatever it is called",
    arguments: [("gzip", "dump.sql"), ("zstd -q", "dump.sql.zst"), ("lz4 -q", "dump.sql.lz4")])
  func compressed(_ tool: String, _ name: String) async throws {
    let path = "\(scratch.folder)/\(name)"
    try Script.run("$1 <\"$2\" >\"$3\"", [tool, "\(yard.folder)/dumps/events.sql", path])
    let settings: JSONObject = ["path": .string(path), "format": "plain", "drill": ["tables": [["name": "orders"]]]]
    let look = await drill("pg-dump", settings)
    #expect(look["restored"] == true, "\(look["failure"] ?? nil)")
    #expect(assertion(look, "rows of orders")?["holds"] == true)
    guard tool.hasPrefix("zstd") else { return }
    // psql would take what came before the cut for the whole.
    try Data.change(path) { $0 = $0.prefix($0.count - 20) }
    let cut = await drill("pg-dump", settings)
    #expect(cut["restored"] == false)
    #expect(cut["failure"]?.string?.contains("ends within") == true)
    #expect(leftovers.isEmpty)
  }

  @Test("a script that nothing here uncompresses is not judged")
  func notRead() async throws {
    let path = "\(scratch.folder)/dump.sql.xz"
    try Data([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 1, 2]).write(to: URL(fileURLWithPath: path))
    let look = await drill("pg-dump", ["path": .string(path), "format": "plain"])
    #expect(look.facts == nil)
    #expect(look.unseen?.reason.contains("xz") == true)
  }

  @Test("a plain dump restores too")
  func plain() async {
    let look = await drill("pg-dump", ["path": .string("\(yard.folder)/dumps/events.sql"), "format": "plain"])
    #expect(look["restored"] == true, "\(look["failure"] ?? nil)")
    #expect(look["tables"] == 2)
  }

  @Test("a damaged dump does not restore, and nothing is left of the attempt")
  func damaged() async throws {
    let path = try scratch.copy(of: "\(yard.folder)/dumps/events.dump", as: "cut.dump")
    try Data.change(path) { $0 = $0.prefix($0.count * 3 / 4) }
    let look = await drill("pg-dump", ["path": .string(path), "format": "custom"])
    #expect(look["restored"] == false)
    #expect(look["failure"]?.string?.hasPrefix("restore: ") == true)
    #expect(look["assertions"] == .null)
    #expect(look["removed"] == true)
    #expect(leftovers.isEmpty)
  }

  @Test("a drill that runs out of time leaves nothing either")
  func outOfTime() async {
    let look = await drill("base-backup", ["path": .string("\(yard.folder)/base")], timeout: 5)
    #expect(look["restored"] != true)
    #expect(leftovers.isEmpty)
  }

  @Test("nothing to restore, or nothing to restore with")
  func obstacles() async {
    #expect(await drill("pg-dump", ["path": "/nowhere", "format": "custom"]).unseen?.kind == .malformed)
    let look = await drill(
      "pg-dump",
      ["path": .string("\(yard.folder)/dumps/events.dump"), "format": "custom", "drill": ["programs": "/nowhere"]])
    #expect(look.unseen?.kind == .broken)
    #expect(leftovers.isEmpty)
  }
}
