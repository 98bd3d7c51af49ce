import AuditModel
import ChildProcesses
import Compression
import Facts
import Probing

/// Dumps of pg_dump as files: each is read to its last octet.
struct DumpInspection: Sendable {
  /// The formats of pg_dump.
  enum Format: String, Sendable, CaseIterable {
    case custom, directory, tar, plain
  }

  let path: String
  let format: Format
  let deadline: Deadline
  /// Forms to be treated as if nothing here could uncompress them.
  var withheld: Set<CompressedForm> = []

  /// What one dump turned out to be.
  private struct Dump {
    var record: BackupRecord
    var damages: [BackupFacts.Damage] = []
    var sawContents = true
    /// Major × 100 + minor; nil for plain dumps and where the header cannot be read.
    var version: Int?
    /// Why it could not be read to its end.
    var obstacle: String?
    var isCluster = false
  }

  /// Looks at everything there. Blocks: only on a lane.
  func facts() -> BackupFacts {
    guard let root = FolderListing.entry(at: path) else {
      return .unreadable("pg_dump", state: "missing", "\(path): \(FolderListing.lastReason)")
    }
    var facts = BackupFacts(tool: "pg_dump", repository: BackupFacts.Repository(isReadable: true, state: "ok"))
    facts.encryption = .bare
    let entries: [FolderListing.Entry]
    if root.isFolder, format != .directory || FolderListing.entry(at: "\(path)/toc.dat") == nil {
      guard let listed = FolderListing.entries(of: path) else {
        return .unreadable("pg_dump", state: "denied", "\(path): \(FolderListing.lastReason)")
      }
      let candidates = listed.filter { isCandidate($0) }
      // A folder without a table of contents and without folders in it was meant to be one dump.
      if format == .directory, candidates.isEmpty, listed.contains(where: \.isFile) {
        facts.isCollection = false
        entries = [root]
      } else {
        entries = candidates
        facts.hasGlobals = listed.contains { isGlobals($0) }
      }
    } else {
      facts.isCollection = false
      entries = [root]
    }
    let dumps = entries.map { look(at: $0) }
    facts.backups = dumps.filter { !$0.isCluster || format == .plain }.map(\.record)
    if dumps.contains(where: \.isCluster) { facts.hasGlobals = true }
    judge(dumps, &facts)
    return facts
  }

  private func judge(_ dumps: [Dump], _ facts: inout BackupFacts) {
    let finished = dumps.filter { $0.record.state != .running }
    facts.integrity = BackupFacts.Integrity(
      depth: .contents, examined: finished.count, damages: finished.flatMap(\.damages))
    if let unread = finished.first(where: { $0.obstacle != nil }) {
      let why = unread.obstacle.map { ": \($0)" } ?? ""
      facts.gaps.append(
        Gap(path: "integrity", reason: "\(unread.record.name.bounded()) could not be read to its end\(why)"))
      if facts.integrity?.damages.isEmpty == true { facts.integrity = nil }
    } else if finished.contains(where: { !$0.sawContents }) {
      facts.integrity?.depth = .structure
    }
    if let newest = finished.compactMap(\.version).max() {
      facts.dumpVersion = BackupFacts.DumpVersion(
        written: "\(newest / 100).\(newest % 100)", readable: nil, isReadable: nil)
    }
  }

  /// Whether pg_restore is needed to look into the data: nothing here uncompresses them.
  static func needsTool(_ facts: BackupFacts) -> Bool { facts.integrity?.depth == .structure }

  private func isCandidate(_ entry: FolderListing.Entry) -> Bool {
    if entry.name.hasPrefix(".") { return false }
    if format == .directory { return entry.isFolder }
    guard entry.isFile, !isGlobals(entry) else { return false }
    let notes = [
      ".sha256", ".sha512", ".sha1", ".md5", ".sum", ".txt", ".log", ".json", ".asc", ".sig", ".yaml", ".yml", ".lock",
    ]
    return !notes.contains { entry.name.hasSuffix($0) }
  }

  /// A dump of roles lies beside those of databases, by whatever name holds `globals` or `roles`.
  private func isGlobals(_ entry: FolderListing.Entry) -> Bool {
    let name = entry.name.lowercased()
    return entry.isFile && entry.size > 0
      && (name.contains("globals") || name.contains("roles") || name.contains("dumpall"))
  }

  /// A file that is still being written has such an ending.
  private func isUnfinished(_ name: String) -> Bool {
    [".tmp", ".part", ".partial", ".inprogress", ".incomplete", "~"].contains { name.hasSuffix($0) }
  }

  private func look(at entry: FolderListing.Entry) -> Dump {
    var record = BackupRecord(name: entry.name, type: "dump")
    record.completedAt = entry.modifiedAt
    record.sizeBytes = entry.isFolder ? nil : entry.size
    if let named = TimeInName.instant(entry.name), named < entry.modifiedAt { record.startedAt = named }
    if isUnfinished(entry.name) {
      record.state = .running
      return Dump(record: record)
    }
    var dump = Dump(record: record)
    do throws(ReadingFault) {
      try read(entry, into: &dump)
    } catch {
      do throws(ReadingFault) {
        dump.damages.append(try BackupFacts.Damage(error, of: entry.name))
      } catch {
        dump.obstacle =
          switch error {
          case .unreadable(let reason): reason.bounded()
          default: "there was no time to read on"
          }
      }
      dump.sawContents = true
    }
    if !dump.damages.isEmpty {
      dump.record.state = .failed
      dump.record.complaint = dump.damages[0].reason
    }
    return dump
  }

  private func read(_ entry: FolderListing.Entry, into dump: inout Dump) throws(ReadingFault) {
    let reading: CustomArchive.Reading
    switch format {
    case .plain:
      let plain = try PlainDump.read(try OctetSource(entry.path, before: deadline), withheld: withheld)
      dump.isCluster = plain.isCluster
      return
    case .custom:
      reading = try CustomArchive.read(
        try OctetSource(entry.path, before: deadline), named: entry.name, withheld: withheld)
    case .tar:
      reading = try TarArchive.read(entry.path, named: entry.name, withheld: withheld) { (range) throws(ReadingFault) in
        try OctetSource(entry.path, range: range, before: deadline)
      }
    case .directory:
      guard entry.isFolder else { throw .foreign("it is a file, and no folder as a dump in directory format is") }
      var size = 0
      var newest: Instant?
      for file in FolderListing.entries(of: entry.path) ?? [] where file.isFile {
        size += file.size
        newest = max(newest ?? file.modifiedAt, file.modifiedAt)
      }
      dump.record.sizeBytes = size
      dump.record.completedAt = newest ?? entry.modifiedAt
      reading = try FolderArchive.read(named: entry.name, isTar: false, withheld: withheld) {
        (member) throws(ReadingFault) in
        guard FolderListing.entry(at: "\(entry.path)/\(member)") != nil else { return nil }
        return try OctetSource("\(entry.path)/\(member)", before: deadline)
      }
    }
    dump.damages = reading.damages
    dump.sawContents = reading.sawContents
    dump.version = reading.catalogue.version
    if let began = reading.catalogue.began, began < dump.record.completedAt ?? began { dump.record.startedAt = began }
  }
}
