import Compression
import Facts

/// A directory-format archive (`pg_dump -Fd`): `toc.dat` and one file per table.
enum FolderArchive {
  /// What reading one archive goes by.
  private struct Frame {
    var name: String
    var isUTF8: Bool
    var withheld: Set<CompressedForm>
  }

  /// Reads all of it; `open` finds a member's bytes and is nil where there is no such member. `withheld` are forms to be treated as if
  /// nothing here could uncompress them.
  static func read(
    named name: String, isTar: Bool, withheld: Set<CompressedForm> = [],
    open: (String) throws(ReadingFault) -> OctetSource?
  ) throws(ReadingFault) -> CustomArchive.Reading {
    guard let table = try open("toc.dat") else { throw .foreign("it holds no toc.dat") }
    let catalogue = try ArchiveCatalogue(table)
    // A folder's header says tar too, so that it can be packed into one.
    guard catalogue.format == 3 || (catalogue.format == 5 && !isTar) else {
      throw .foreign("its toc.dat belongs to another format of archive")
    }
    var reading = CustomArchive.Reading(catalogue: catalogue)
    let frame = Frame(name: name, isUTF8: catalogue.isUTF8, withheld: withheld)
    for entry in catalogue.entries {
      guard let file = entry.file else { continue }
      guard isPlain(file) else { throw .corrupt("its table of contents names the file \(file.bounded())") }
      if entry.description == "BLOBS" {
        try largeObjects(listedIn: ["blobs_\(entry.number).toc", file, "blobs.toc"], entry, frame, open, &reading)
      } else {
        try member(file, of: entry, entry.subject, frame, open, &reading)
      }
    }
    return reading
  }

  /// Lines `NUMBER FILE`, one for each large object.
  private static func largeObjects(
    listedIn lists: [String], _ entry: ArchiveCatalogue.Entry, _ frame: Frame,
    _ open: (String) throws(ReadingFault) -> OctetSource?, _ reading: inout CustomArchive.Reading
  ) throws(ReadingFault) {
    var found: OctetSource?
    // Tar files name another file than the one they hold; since format 1.16 there may be several.
    for list in lists where found == nil { found = try open(list) }
    guard let source = found else {
      reading.damages.append(
        BackupFacts.Damage(subject: "\(frame.name): large objects", kind: .missing, reason: "their list is not there"))
      return
    }
    let list = "the list of large objects"
    var text: [UInt8] = []
    try source.rest(of: list) { text.append(contentsOf: $0) }
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = String(decoding: line, as: UTF8.self).split(separator: " ")
      guard words.count == 2, isPlain(String(words[1])) else {
        reading.damages.append(
          BackupFacts.Damage(subject: "\(frame.name): large objects", kind: .corrupt, reason: "\(list) cannot be read"))
        return
      }
      try member(String(words[1]), of: entry, "large object \(words[0])", frame, open, &reading)
    }
  }

  private static func member(
    _ file: String, of entry: ArchiveCatalogue.Entry, _ subject: String, _ frame: Frame,
    _ open: (String) throws(ReadingFault) -> OctetSource?, _ reading: inout CustomArchive.Reading
  ) throws(ReadingFault) {
    let endings: [(String, ArchiveCatalogue.Compression)] = [
      ("", .none), (".gz", .gzip), (".lz4", .lz4), (".zst", .zstd),
    ]
    for (ending, compression) in endings {
      guard let source = try open(file + ending) else { continue }
      let content = MemberContent(
        entry, subject, compression: compression, isUTF8: frame.isUTF8, withheld: frame.withheld)
      if !content.isReadable { reading.sawContents = false }
      do throws(ReadingFault) {
        if source.size == 0, compression != .none { throw .truncated("\(file)\(ending), which is empty") }
        try source.rest(of: file + ending) { (piece) throws(ReadingFault) in try content.take(piece) }
        try content.finish(isEmpty: false)
      } catch {
        reading.damages.append(try BackupFacts.Damage(error, of: "\(frame.name): \(subject)"))
      }
      return
    }
    reading.damages.append(
      BackupFacts.Damage(subject: "\(frame.name): \(subject)", kind: .missing, reason: "there is no \(file)"))
  }

  /// A name and not a way out of the archive.
  private static func isPlain(_ file: String) -> Bool {
    !file.isEmpty && file.utf8.count < 200 && !file.utf8.contains(UInt8(ascii: "/")) && !file.utf8.contains(0)
  }
}
