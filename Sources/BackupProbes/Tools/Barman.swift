import AuditModel
import Facts
import Probing

/// Barman: `list-backups` and `check`.
struct Barman: Sendable {
  let config: String?
  let server: String
  let run: ToolRun

  func sight() async -> ToolSight {
    let base = ["barman"] + (config.map { ["-c", $0] } ?? []) + ["-f", "json"]
    let listing = await run.answer(base + ["list-backups", server])
    guard let document = listing.document else {
      return .unseen(listing.unseen(.unreachable, "barman list-backups failed"))
    }
    var facts = Self.facts(of: document, server: server)
    guard facts.repository.isReadable else { return .facts(facts) }
    let check = await run.answer(base + ["check", server], within: 30_000)
    if let document = check.document {
      Self.take(check: document, server: server, &facts)
    } else {
      facts.gaps.append(Gap(path: "retentionRule", reason: check.unseen(.broken, "barman check failed").reason))
    }
    facts.gaps.append(
      Gap(
        path: "integrity", reason: "Barman compares no content", remedy: "run barman verify-backup, or a restore drill")
    )
    return .facts(facts)
  }

  /// What `list-backups` says. Pure.
  static func facts(of document: JSONValue, server: String) -> BackupFacts {
    guard let backups = document[server]?.array else {
      let words = (document["_ERROR"]?.array ?? []).compactMap(\.string).joined(separator: "; ")
      return .unreadable(
        "Barman", state: "missing", words.isEmpty ? "Barman does not know the server \(server)" : words)
    }
    var facts = BackupFacts(tool: "Barman", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    facts.locations = backups.isEmpty ? 0 : 1
    let names = Set(backups.compactMap { $0["backup_id"]?.string })
    facts.backups = backups.map { backup in
      var record = BackupRecord(name: backup["backup_id"]?.string ?? "?")
      switch backup["backup_type"]?.string {
      case "incremental": record.type = "incremental"
      case let type: record.type = type
      }
      // Only DONE can be restored: WAITING_FOR_WALS still lacks the log that makes it consistent.
      switch backup["status"]?.string {
      case "DONE": record.state = .complete
      case "FAILED":
        record.state = .failed
        record.complaint = "Barman says FAILED"
      case nil where backup["end_time"]?.string != nil: record.state = .complete
      case let status:
        record.state = .running
        record.complaint = status.map { "Barman says \($0)" }
      }
      record.completedAt =
        (backup["end_time_timestamp"]?.string.flatMap { Int($0.prefix { $0 != "." }) }
        ?? backup["end_time_timestamp"]?.integer).map { Instant(seconds: $0) }
      record.sizeBytes = backup["size_bytes"]?.integer
      record.parent = backup["parent_backup_id"]?.string
      record.chainWhole = record.parent.map { names.contains($0) }
      return record
    }
    if backups.contains(where: { ($0["retention_status"]?.string).map { $0 != "-" } ?? false }) {
      facts.hasRetentionRule = true
    }
    return facts
  }

  /// What `check` finds wrong, and which of its limits are set: without one, it always says OK. Pure.
  static func take(check document: JSONValue, server: String, _ facts: inout BackupFacts) {
    guard let points = document[server]?.object else { return }
    let failed = points.members.filter { $0.value["status"] == "FAILED" }
    if !failed.isEmpty {
      facts.repository.state = "checkFailed"
      facts.repository.reason =
        failed.map { point in
          let hint = point.value["hint"]?.string ?? ""
          return hint.isEmpty ? point.name : "\(point.name): \(hint)"
        }.joined(separator: "; ").bounded()
    }
    if let hint = points["retention_policy_settings"]?["status"]?.string, hint == "FAILED" {
      facts.hasRetentionRule = false
    }
    let redundancy = points["minimum_redundancy_requirements"]?["hint"]?.string ?? ""
    if facts.hasRetentionRule == nil { facts.hasRetentionRule = !redundancy.hasSuffix("expected at least 0") }
  }
}
