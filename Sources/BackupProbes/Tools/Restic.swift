import AuditModel
import Facts
import Probing

/// restic: `snapshots` and `check`, without taking a lock.
struct Restic: Sendable {
  let repository: String
  let tag: String?
  let host: String?
  let verifies: Bool
  let run: ToolRun

  func sight() async -> ToolSight {
    let base = ["restic", "--repo", repository, "--no-lock", "--no-cache"]
    let filters = (tag.map { ["--tag", $0] } ?? []) + (host.map { ["--host", $0] } ?? [])
    let answer = await run.answer(base + ["snapshots", "--json"] + filters)
    guard answer.status == 0 else {
      // 10 since 0.17; before, 1 with words.
      if answer.status == 10 || answer.complaint.contains("Is there a repository at") {
        return .facts(.unreadable("restic", state: "missing", "there is no repository"))
      }
      let isRefused = answer.status == 12 || answer.complaint.contains("wrong password")
      return .unseen(answer.unseen(isRefused ? .denied : .unreachable, "restic snapshots failed"))
    }
    guard let document = answer.document, document.isNull || document.array != nil else {
      return .unseen(Unseen(.malformed, "restic snapshots did not answer with a list"))
    }
    var facts = Self.facts(of: document)
    if verifies { await check(base, &facts) } else { PgBackRest.withoutVerification(&facts) }
    return .facts(facts)
  }

  private func check(_ base: [String], _ facts: inout BackupFacts) async {
    let answer = await run.answer(base + ["check"])
    guard let status = answer.status else {
      facts.gaps.append(
        Gap(
          path: "integrity", reason: answer.unseen(.timeout, "restic check was not finished").reason,
          remedy: "set verify: false where the repository is too large to check"))
      return
    }
    facts.integrity = BackupFacts.Integrity(depth: .structure, examined: facts.backups.count, damages: [])
    guard status != 0 else { return }
    let lines = (answer.text + "\n" + answer.complaint).split(whereSeparator: \.isNewline)
    let telling = lines.filter { line in
      ["error", "Fatal", "not found", "does not exist"].contains { line.contains($0) }
    }
    facts.integrity?.damages = [
      BackupFacts.Damage(
        subject: "repository", kind: .corrupt,
        reason: "restic check: \(telling.first.map(String.init) ?? "status \(status)")".bounded())
    ]
  }

  /// What `snapshots` says. Pure.
  static func facts(of document: JSONValue) -> BackupFacts {
    var facts = BackupFacts(tool: "restic", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    // There is no repository of restic without encryption.
    facts.encryption = .encrypted
    let snapshots = document.array ?? []
    facts.locations = snapshots.isEmpty ? 0 : 1
    facts.backups = snapshots.map { snapshot in
      var record = BackupRecord(
        name: snapshot["short_id"]?.string ?? snapshot["id"]?.string ?? "?", type: "snapshot")
      // `time` is the start.
      record.startedAt = snapshot["time"]?.string.flatMap { Instant($0) }
      record.completedAt = snapshot["summary"]?["backup_end"]?.string.flatMap { Instant($0) }
      record.sizeBytes = snapshot["summary"]?["total_bytes_processed"]?.integer
      record.storedBytes =
        snapshot["summary"]?["data_added_packed"]?.integer ?? snapshot["summary"]?["data_added"]?.integer
      return record
    }
    return facts
  }
}
