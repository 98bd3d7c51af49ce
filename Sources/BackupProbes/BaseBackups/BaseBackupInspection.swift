import AuditModel
import Cryptography
import Facts
import Probing

/// Base backups of pg_basebackup as folders: every file against the manifest, as pg_verifybackup does.
struct BaseBackupInspection: Sendable {
  let path: String
  let deadline: Deadline

  private static let largestManifest = 256 << 20
  /// Written by the server or the restorer after the manifest, or by its own nature not in it.
  private static let unlisted: Set<String> = [
    "backup_manifest", "postgresql.auto.conf", "recovery.signal", "standby.signal",
  ]

  /// Looks at everything there. Blocks: only on a lane.
  func facts() -> BackupFacts {
    guard let root = FolderListing.entry(at: path) else {
      return .unreadable("pg_basebackup", state: "missing", "\(path): \(FolderListing.lastReason)")
    }
    guard root.isFolder, let listed = FolderListing.entries(of: path) else {
      return .unreadable("pg_basebackup", state: "notABackup", "\(path) is not a folder that can be read")
    }
    var facts = BackupFacts(tool: "pg_basebackup", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    facts.encryption = .bare
    let names = Set(listed.map(\.name))
    let isOne = !names.isDisjoint(with: ["backup_manifest", "PG_VERSION", "base.tar", "base.tar.gz", "backup_label"])
    facts.isCollection = !isOne
    let backups = isOne ? [root] : listed.filter { $0.isFolder && !$0.name.hasPrefix(".") }
    var integrity = BackupFacts.Integrity(depth: .checksums, examined: 0, damages: [])
    for backup in backups {
      var record = BackupRecord(name: backup.name, type: "base")
      record.completedAt = backup.modifiedAt
      do throws(ReadingFault) {
        let damages = try verify(backup, &record, &facts)
        integrity.examined += 1
        integrity.damages += damages
        if let first = damages.first { (record.state, record.complaint) = (.failed, first.reason) }
      } catch {
        do throws(ReadingFault) {
          let damage = try BackupFacts.Damage(error, of: backup.name)
          integrity.damages.append(damage)
          (record.state, record.complaint) = (.failed, damage.reason)
        } catch {
          facts.gaps.append(
            Gap(path: "integrity", reason: "\(backup.name) could not be read to its end: \(error.words)"))
        }
      }
      facts.backups.append(record)
    }
    facts.integrity = integrity
    return facts
  }

  private func verify(_ backup: FolderListing.Entry, _ record: inout BackupRecord, _ facts: inout BackupFacts)
    throws(ReadingFault) -> [BackupFacts.Damage]
  {
    guard let manifestFile = FolderListing.entry(at: "\(backup.path)/backup_manifest") else {
      throw .foreign("it holds no backup_manifest, so that nothing can be verified")
    }
    guard manifestFile.size <= Self.largestManifest else { throw .unreadable("its manifest is too large to read") }
    var bytes: [UInt8] = []
    try OctetSource(manifestFile.path, before: deadline).rest(of: "the manifest") { bytes.append(contentsOf: $0) }
    let manifest = try BackupManifest(bytes)
    record.sizeBytes = manifest.files.reduce(0) { $0.addingReportingOverflow($1.size).partialValue }
    // The manifest is the last thing to be written; copying renews its time but not those it lists.
    let ended = manifest.newestFile.map { max($0, began(backup) ?? $0) }
    record.completedAt = [manifestFile.modifiedAt, ended ?? manifestFile.modifiedAt].min()
    record.startedAt = began(backup).flatMap { $0 <= record.completedAt ?? $0 ? $0 : nil }
    if let identifier = manifest.systemIdentifier {
      facts.systems.append(BackupFacts.System(identifier: identifier, version: nil))
    }
    if FolderListing.entry(at: "\(backup.path)/base.tar") != nil
      || FolderListing.entry(at: "\(backup.path)/base.tar.gz") != nil
    {
      throw .unreadable("it is in tar format, whose members are not compared here")
    }
    return try compare(backup, manifest)
  }

  private func compare(_ backup: FolderListing.Entry, _ manifest: BackupManifest) throws(ReadingFault)
    -> [BackupFacts.Damage]
  {
    var damages: [BackupFacts.Damage] = []
    func note(_ file: String, _ kind: BackupFacts.Damage.Kind, _ reason: String) {
      damages.append(BackupFacts.Damage(subject: "\(backup.name): \(file)".bounded(), kind: kind, reason: reason))
    }
    var listed: Set<String> = []
    for file in manifest.files {
      listed.insert(file.path)
      guard let found = FolderListing.entry(at: "\(backup.path)/\(file.path)"), found.isFile else {
        note(file.path, .missing, "the manifest lists it and it is not there")
        continue
      }
      // Settings are changed on purpose before a restore.
      if file.path == "postgresql.auto.conf" { continue }
      guard found.size == file.size else {
        note(
          file.path, found.size < file.size ? .truncated : .corrupt,
          "it has \(found.size) bytes, the manifest says \(file.size)")
        continue
      }
      if let wrong = try mismatch(found.path, file.checksum) { note(file.path, .corrupt, wrong) }
    }
    for path in try files(under: backup.path, "") where !listed.contains(path) && !Self.unlisted.contains(path) {
      // The log comes beside the manifest.
      if path.hasPrefix("pg_wal/") { continue }
      note(path, .extra, "it is there and the manifest does not list it")
    }
    for range in manifest.log {
      for segment in segments(range, size: segmentSize(backup)) {
        let wal = "\(backup.path)/pg_wal"
        if FolderListing.entry(at: "\(wal)/\(segment)") == nil,
          FolderListing.entries(of: wal)?.contains(where: \.isFile) == true
        {
          note("pg_wal/\(segment)", .missing, "the backup needs this part of the write-ahead log to become consistent")
        }
      }
    }
    return damages
  }

  private func mismatch(_ path: String, _ checksum: BackupManifest.Checksum) throws(ReadingFault) -> String? {
    switch checksum {
    case .none: return nil
    case .crc32c(let stated):
      var crc = CRC32C()
      try OctetSource(path, before: deadline).rest(of: path) { crc.update($0) }
      let value = crc.value
      let digits = (0..<4).map { index in
        let text = String(value >> (8 * UInt32(index)) & 0xFF, radix: 16)
        return text.utf8.count == 1 ? "0\(text)" : text
      }.joined()
      return digits == stated ? nil : "its checksum is \(digits), the manifest says \(stated.bounded())"
    case .sha(let algorithm, let stated):
      guard var digest = MessageDigest(algorithm) else {
        throw .unreadable("libcrypto offers no \(algorithm.rawValue)")
      }
      let source = try OctetSource(path, before: deadline)
      while !source.isAtEnd {
        let piece = try source.bytes(min(1 << 17, source.size - source.position), of: path)
        piece.withUnsafeBytes { digest.update($0) }
      }
      let digits = digest.hex()
      return digits == stated ? nil : "its checksum is \(digits.prefix(16))…, the manifest says \(stated.prefix(16))…"
    }
  }

  /// Every file beneath a folder, by its path from the top.
  private func files(under folder: String, _ prefix: String) throws(ReadingFault) -> [String] {
    if deadline.hasPassed { throw .outOfTime }
    guard prefix.split(separator: "/").count < 16 else { return [] }
    var found: [String] = []
    for entry in FolderListing.entries(of: folder) ?? [] {
      if entry.isFile { found.append(prefix + entry.name) }
      if entry.isFolder { found += try files(under: entry.path, "\(prefix)\(entry.name)/") }
    }
    return found
  }

  /// `START TIME: 2026-11-24 02:00:00 UTC` of `backup_label`, where the zone is UTC.
  private func began(_ backup: FolderListing.Entry) -> Instant? {
    guard let source = try? OctetSource("\(backup.path)/backup_label", before: deadline), source.size < 65_536,
      let bytes = try? source.bytes(source.size, of: "backup_label")
    else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("START TIME: ") {
      let words = line.dropFirst(12).split(separator: " ")
      if words.count == 3, ["UTC", "GMT", "Etc/UTC"].contains(words[2]) { return Instant("\(words[0])T\(words[1])Z") }
    }
    return nil
  }

  /// The size of a log segment, told by any whole one that came with the backup; else the usual 16 MiB.
  private func segmentSize(_ backup: FolderListing.Entry) -> UInt64 {
    let segments = (FolderListing.entries(of: "\(backup.path)/pg_wal") ?? []).filter {
      $0.isFile && LogSegment.isName($0.name) && $0.size >= 1 << 20 && $0.size & ($0.size - 1) == 0
    }
    return UInt64(segments.first?.size ?? 16 << 20)
  }

  private func segments(_ range: BackupManifest.LogRange, size: UInt64) -> [String] {
    guard range.end > range.start, range.timeline > 0 else { return [] }
    let (first, last) = (range.start / size, (range.end - 1) / size)
    guard last - first < 100_000 else { return [] }
    return (first...last).map { LogSegment.name(timeline: range.timeline, number: $0, size: size) }
  }
}

extension ReadingFault {
  /// The fault in words.
  var words: String {
    switch self {
    case .truncated(let what): "it ends within \(what)"
    case .corrupt(let reason), .foreign(let reason), .newer(let reason), .unreadable(let reason): reason
    case .outOfTime: "there was no time to read on"
    }
  }
}
