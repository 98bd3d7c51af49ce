import AuditModel
import Facts
import Glibc
import Probing

/// BorgBackup 1.x: `info` over the archives, and `check` of the repository, without taking a lock.
struct Borg: Sendable {
  let repository: String
  let verifies: Bool
  let run: ToolRun

  func sight() async -> ToolSight {
    // Archives of interrupted runs (`.checkpoint`) are not listed, and must not count.
    let answer = await run.answer(["borg", "info", "--json", "--bypass-lock", "--last", "500", repository])
    guard answer.status == 0 || answer.status == 1, let document = answer.document else {
      if answer.complaint.contains("does not exist") || answer.complaint.contains("is not a valid repository") {
        return .facts(.unreadable("Borg", state: "missing", "there is no repository"))
      }
      let isRefused = answer.complaint.contains("passphrase")
      return .unseen(answer.unseen(isRefused ? .denied : .unreachable, "borg info failed"))
    }
    var facts = Self.facts(of: document)
    guard verifies else {
      PgBackRest.withoutVerification(&facts)
      return .facts(facts)
    }
    let check = await run.answer(["borg", "check", "--repository-only", "--bypass-lock", repository])
    guard let status = check.status else {
      facts.gaps.append(
        Gap(
          path: "integrity", reason: check.unseen(.timeout, "borg check was not finished").reason,
          remedy: "set verify: false where the repository is too large to check"))
      return .facts(facts)
    }
    facts.integrity = BackupFacts.Integrity(depth: .checksums, examined: facts.backups.count, damages: [])
    if status != 0 {
      facts.integrity?.damages = [
        BackupFacts.Damage(
          subject: "repository", kind: .corrupt, reason: check.unseen(.broken, "borg check: status \(status)").reason)
      ]
    }
    return .facts(facts)
  }

  /// What `info --json` says. Pure but for this host's zone: Borg 1 writes local times without one.
  static func facts(of document: JSONValue) -> BackupFacts {
    var facts = BackupFacts(tool: "Borg", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    if let mode = document["encryption"]?["mode"]?.string {
      // `authenticated` modes sign and do not encrypt.
      facts.encryption = mode == "none" || mode.hasPrefix("authenticated") ? .plain : .encrypted
    }
    let archives = document["archives"]?.array ?? []
    facts.locations = archives.isEmpty ? 0 : 1
    facts.backups = archives.map { archive in
      var record = BackupRecord(name: archive["name"]?.string ?? archive["archive"]?.string ?? "?", type: "archive")
      record.startedAt = archive["start"]?.string.flatMap(local) ?? archive["time"]?.string.flatMap(local)
      record.completedAt = archive["end"]?.string.flatMap(local)
      record.sizeBytes = archive["stats"]?["original_size"]?.integer
      record.storedBytes = archive["stats"]?["deduplicated_size"]?.integer
      return record
    }
    return facts
  }

  /// `2026-11-24T02:00:00.000000` in this host's zone; with a zone, as Borg 2 writes it, that one.
  static func local(_ text: String) -> Instant? {
    if let instant = Instant(text) { return instant }
    let parts = text.prefix(19).split { "-T:".contains($0) }.compactMap { Int32($0) }
    guard parts.count == 6, parts[0] > 1900 else { return nil }
    var time = tm()
    (time.tm_year, time.tm_mon, time.tm_mday) = (parts[0] - 1900, parts[1] - 1, parts[2])
    (time.tm_hour, time.tm_min, time.tm_sec) = (parts[3], parts[4], parts[5])
    time.tm_isdst = -1
    let seconds = mktime(&time)
    return seconds == -1 ? nil : Instant(seconds: seconds)
  }
}
