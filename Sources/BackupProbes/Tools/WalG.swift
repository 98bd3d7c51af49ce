import AuditModel
import Facts
import Probing

/// WAL-G: `backup-list --detail --json`.
struct WalG: Sendable {
  let config: String?
  let run: ToolRun

  func sight() async -> ToolSight {
    let answer = await run.answer(
      ["wal-g"] + (config.map { ["--config", $0] } ?? []) + ["backup-list", "--detail", "--json"])
    // Without any backup some versions say so on standard error and answer with nothing, or with null.
    let isEmpty = answer.status == 0 && answer.text.allSatisfy(\.isWhitespace)
    if isEmpty || (answer.complaint + answer.text).contains("No backups found") { return .facts(Self.facts(of: [])) }
    guard answer.status == 0 else { return .unseen(answer.unseen(.unreachable, "wal-g backup-list failed")) }
    guard let document = answer.document, document.isNull || document.array != nil else {
      return .unseen(Unseen(.malformed, "wal-g backup-list did not answer with a list"))
    }
    return .facts(Self.facts(of: document))
  }

  /// What the list says. Pure.
  static func facts(of document: JSONValue) -> BackupFacts {
    let backups = document.array ?? []
    var facts = BackupFacts(tool: "WAL-G", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    let segments = Set(backups.compactMap { $0["backup_name"]?.string?.dropFirst(5).prefix(24) }.map(String.init))
    facts.locations = backups.isEmpty ? 0 : Set(backups.map { $0["storage_name"]?.string ?? "default" }).count
    facts.backups = backups.map { backup in
      let name = backup["backup_name"]?.string ?? "?"
      var record = BackupRecord(name: name, type: name.contains("_D_") ? "incremental" : "full")
      // `time` is when the object was stored, which a copy renews.
      record.startedAt = backup["start_time"]?.string.flatMap { Instant($0) }
      record.completedAt = backup["finish_time"]?.string.flatMap { Instant($0) }
      if record.startedAt == nil, record.completedAt == nil {
        record.completedAt =
          backup["time"]?.string.flatMap { Instant($0) } ?? backup["modified"]?.string.flatMap { Instant($0) }
      }
      record.sizeBytes = backup["uncompressed_size"]?.integer
      record.storedBytes = backup["compressed_size"]?.integer
      record.location = backup["storage_name"]?.string
      // `base_0…_D_0…`: the second name is the segment of the backup on which it builds.
      if record.type == "incremental", let parent = name.split(separator: "_").last {
        record.parent = "base_\(parent)"
        record.chainWhole = segments.contains(String(parent))
      }
      return record
    }
    for identifier in Set(backups.compactMap { $0["system_identifier"]?.integer }).sorted() {
      facts.systems.append(BackupFacts.System(identifier: String(identifier), version: nil))
    }
    facts.gaps = [
      Gap(path: "encryption", reason: "WAL-G's list does not tell whether backups are encrypted"),
      Gap(path: "integrity", reason: "WAL-G compares no content in storage", remedy: "prove it by a restore drill"),
    ]
    return facts
  }
}
