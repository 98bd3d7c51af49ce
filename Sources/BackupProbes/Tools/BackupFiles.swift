import AuditModel
import Facts
import Probing

/// Backups that nobody but their files tells of: a folder, or the listing of a bucket as ListObjectsV2 answers (JSON).
struct BackupFiles: Sendable {
  let path: String
  /// What the names of backups end with; nil for any.
  let ending: String?
  let deadline: Deadline

  /// Looks at everything there. Blocks: only on a lane.
  func facts() -> BackupFacts {
    guard let root = FolderListing.entry(at: path) else {
      return .unreadable("files", state: "missing", "\(path): \(FolderListing.lastReason)")
    }
    if root.isFile { return listing(root) }
    guard let entries = FolderListing.entries(of: path) else {
      return .unreadable("files", state: "denied", "\(path): \(FolderListing.lastReason)")
    }
    var facts = BackupFacts(tool: "files", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    facts.encryption = .bare
    facts.integrity = BackupFacts.Integrity(depth: .structure, examined: 0, damages: [])
    for entry in entries where entry.isFile && !entry.name.hasPrefix(".") && matches(entry.name) {
      facts.integrity?.examined += 1
      facts.backups.append(record(entry.name, size: entry.size, storedAt: entry.modifiedAt))
      if entry.size == 0 {
        facts.integrity?.damages.append(
          BackupFacts.Damage(subject: entry.name, kind: .truncated, reason: "the file is empty"))
      }
    }
    return facts
  }

  private func matches(_ name: String) -> Bool { ending.map { name.hasSuffix($0) } ?? true }

  /// The time in the name outweighs the time of storage, which every copy renews.
  private func record(_ name: String, size: Int?, storedAt: Instant?) -> BackupRecord {
    var record = BackupRecord(name: name, type: "file")
    record.completedAt = storedAt
    record.sizeBytes = size
    if let named = TimeInName.instant(name) {
      if let storedAt, named > storedAt { return finished(record, size) }
      record.startedAt = named
    }
    return finished(record, size)
  }

  private func finished(_ record: BackupRecord, _ size: Int?) -> BackupRecord {
    var record = record
    if size == 0 { (record.state, record.complaint) = (.failed, "it is empty") }
    return record
  }

  private func listing(_ file: FolderListing.Entry) -> BackupFacts {
    guard file.size <= ToolRun.outputLimit, let source = try? OctetSource(file.path, before: deadline),
      let bytes = try? source.bytes(source.size, of: "the listing"), let document = try? JSONText.parse(bytes),
      document["Contents"]?.array != nil || document["KeyCount"]?.integer == 0
    else {
      return .unreadable("files", state: "notAListing", "\(path) is no listing of objects (ListObjectsV2 as JSON)")
    }
    var facts = BackupFacts(tool: "files", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    for object in document["Contents"]?.array ?? [] {
      guard let key = object["Key"]?.string, !key.hasSuffix("/"), matches(key) else { continue }
      facts.backups.append(
        record(key, size: object["Size"]?.integer, storedAt: object["LastModified"]?.string.flatMap { Instant($0) }))
    }
    // A page that says there are more shows a part and not the whole.
    if document["IsTruncated"]?.bool == true {
      facts.gaps += ["backups", "newest", "count", "restorable"].map {
        Gap(path: $0, reason: "the listing says that it is cut off", remedy: "join all its pages")
      }
    }
    facts.gaps.append(Gap(path: "integrity", reason: "a listing shows no content"))
    facts.gaps.append(Gap(path: "encryption", reason: "a listing does not tell whether objects are encrypted"))
    return facts
  }
}
