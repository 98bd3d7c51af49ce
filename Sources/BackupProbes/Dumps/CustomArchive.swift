import Compression
import Facts

/// A custom-format archive (`pg_dump -Fc`): the table of contents, then blocks of data.
enum CustomArchive {
  /// What was found.
  struct Reading {
    var catalogue: ArchiveCatalogue
    var damages: [BackupFacts.Damage] = []
    /// Whether all data were uncompressed and looked at.
    var sawContents = true
  }

  /// Reads all of it. Faults of single entries are damages of the reading; what ends the reading is one too.
  ///
  /// `withheld` are forms to be treated as if nothing here could uncompress them.
  static func read(
    _ source: OctetSource, named name: String, withheld: Set<CompressedForm> = []
  ) throws(ReadingFault) -> Reading {
    var catalogue = try ArchiveCatalogue(source)
    guard catalogue.format == 1 else {
      throw .foreign("it is no custom-format archive: its header says \(catalogue.format == 3 ? "tar" : "directory")")
    }
    var reading = Reading(catalogue: catalogue)
    let entries = Dictionary(catalogue.entries.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    // Where the data of each entry begin.
    var seen: [Int: Int] = [:]
    var promised = catalogue.entries
    do throws(ReadingFault) {
      while !source.isAtEnd {
        let start = source.position
        let kind = try source.byte(of: "a block of data")
        if kind == 0, catalogue.version >= 115 {
          promised = try catalogue.readAgain(source)
          for entry in promised {
            if case .at(let place) = entry.data, let start = seen[entry.number], start != place {
              throw .corrupt("the data of \(entry.subject) begin at octet \(start) instead of \(place)")
            }
          }
          break
        }
        let number = try catalogue.numbers.integer(source, of: "a block of data")
        guard kind == 1 || kind == 3, let entry = entries[number] else {
          throw .corrupt("at octet \(start) there is no block of data where one should begin")
        }
        if case .at(let place) = entry.data, place != start {
          throw .corrupt("the data of \(entry.subject) begin at octet \(start) instead of \(place)")
        }
        guard seen.updateValue(start, forKey: number) == nil else {
          throw .corrupt("the data of \(entry.subject) are there twice")
        }
        do throws(ReadingFault) {
          if kind == 1 {
            try content(of: entry, entry.subject, source, catalogue, withheld, &reading)
          } else {
            while true {
              let object = try catalogue.numbers.integer(source, of: "the large objects")
              if object == 0 { break }
              try content(of: entry, "large object \(object)", source, catalogue, withheld, &reading)
            }
          }
        } catch {
          // A truncated file has been read to its end; the data of an entry may be damaged with the others intact.
          if case .truncated = error, source.isAtEnd { throw error }
          reading.damages.append(try BackupFacts.Damage(error, of: "\(name): \(entry.subject)"))
          if case .corrupt(let reason) = error, reason.hasPrefix("its block") { return reading }
        }
      }
    } catch {
      reading.damages.append(try BackupFacts.Damage(error, of: name))
      return reading
    }
    for entry in promised where seen[entry.number] == nil {
      let isMissing =
        switch entry.data {
        case .at: true
        case .notSet: entry.hasDumper
        case .none: false
        }
      if isMissing {
        reading.damages.append(
          BackupFacts.Damage(
            subject: "\(name): \(entry.subject)", kind: .truncated,
            reason: "the table of contents promises data that are not there"))
      }
    }
    return reading
  }

  /// The pieces of one entry's data, each with its length before it, and a length of 0 at the end.
  private static func content(
    of entry: ArchiveCatalogue.Entry, _ subject: String, _ source: OctetSource, _ catalogue: ArchiveCatalogue,
    _ withheld: Set<CompressedForm>, _ reading: inout Reading
  ) throws(ReadingFault) {
    let member = MemberContent(
      entry, subject, compression: catalogue.compression, isUTF8: catalogue.isUTF8, withheld: withheld)
    if !member.isReadable { reading.sawContents = false }
    var fault: ReadingFault?
    var isEmpty = true
    while true {
      let length = try catalogue.numbers.integer(source, of: "the data of \(subject)")
      if length == 0 { break }
      guard length > 0, length <= source.size - source.position else {
        if length > 0 { throw .truncated("the data of \(subject)") }
        throw .corrupt("its block has the length \(length)")
      }
      isEmpty = false
      try source.pass(length, of: "the data of \(subject)") { (piece) throws(ReadingFault) in
        guard fault == nil else { return }
        // Read on after damage, so that what follows is looked at too.
        do throws(ReadingFault) { try member.take(piece) } catch { fault = error }
      }
    }
    if let fault { throw fault }
    try member.finish(isEmpty: isEmpty)
  }
}

extension ArchiveCatalogue.Entry {
  /// The entry in words: `TABLE DATA orders`.
  var subject: String { "\(description) \(tag)".bounded() }
}

extension BackupFacts.Damage {
  /// The damage that stopped a reading; what is no damage but lack of time or permission is thrown on.
  init(_ fault: ReadingFault, of subject: String) throws(ReadingFault) {
    switch fault {
    case .truncated(let what): self.init(subject: subject, kind: .truncated, reason: "it ends within \(what)")
    case .corrupt(let reason): self.init(subject: subject, kind: .corrupt, reason: reason)
    case .foreign(let reason): self.init(subject: subject, kind: .notABackup, reason: reason)
    case .newer(let reason): self.init(subject: subject, kind: .newerFormat, reason: reason)
    case .unreadable, .outOfTime: throw fault
    }
  }
}
