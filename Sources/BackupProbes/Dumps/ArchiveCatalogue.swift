import AuditModel
import Compression
import Glibc

/// The table of contents of a pg_dump archive: of a custom file's beginning, or of `toc.dat` in a folder or tar file.
struct ArchiveCatalogue: Sendable {
  /// One entry.
  struct Entry: Sendable {
    /// Its number, by which data blocks refer to it.
    var number: Int
    /// Whether pg_dump meant to write data for it.
    var hasDumper: Bool
    /// What it is called, and its kind: `TABLE DATA`.
    var tag, description: String
    /// Whether its data are the rows of a COPY.
    var isCopy: Bool
    /// The COPY itself.
    var copy: String
    /// Custom format: whether it has data and where they begin.
    var data: DataPlace
    /// Folder and tar: the file with its data, without the ending that compression adds.
    var file: String?

    /// What a custom file says of an entry's data.
    enum DataPlace: Sendable, Hashable {
      /// Written to a pipe, which could not be rewound to fill this in; or never finished.
      case notSet
      case at(Int)
      case none
    }
  }

  /// How data are compressed.
  enum Compression: Int, Sendable {
    case none = 0
    case gzip = 1
    case lz4 = 2
    case zstd = 3
  }

  /// The format's version: major × 100 + minor. 1.14 is written by PostgreSQL 12 to 15, 1.15 by 16, 1.16 by 17 and 18.
  var version: Int
  /// 1 custom, 3 tar, 5 folder.
  var format: Int
  var compression: Compression
  /// When the dump began, read as local time of this host: the file does not name a zone.
  var began: Instant?
  var database: String?
  var serverVersion: String?
  var dumpVersion: String?
  var entries: [Entry]

  /// The version as it is written, `1.14`.
  var versionText: String { "\(version / 100).\(version % 100)" }

  /// The newest version read here.
  static let newest = 116

  /// The sizes with which numbers are written.
  struct Numbers {
    var integerSize = 4
    var offsetSize = 8

    /// A sign octet, then the magnitude, least significant octet first.
    func integer(_ source: OctetSource, of what: String) throws(ReadingFault) -> Int {
      let isNegative = try source.byte(of: what) != 0
      return try magnitude(source, isNegative: isNegative, of: what)
    }

    /// What follows the sign.
    func magnitude(_ source: OctetSource, isNegative: Bool, of what: String) throws(ReadingFault) -> Int {
      var value: UInt64 = 0
      for index in 0..<integerSize {
        let byte = try source.byte(of: what)
        if index < 8 { value |= UInt64(byte) << (8 * UInt64(index)) } else if byte != 0 { value = .max }
      }
      guard value <= UInt64(Int32.max) else { throw .corrupt("\(what) holds a number that is too large") }
      return isNegative ? -Int(value) : Int(value)
    }

    /// A text with its length before it; nil for none.
    func text(_ source: OctetSource, of what: String) throws(ReadingFault) -> String? {
      let length = try integer(source, of: what)
      if length < 0 { return nil }
      return String(decoding: try source.bytes(length, of: what), as: UTF8.self)
    }

    func offset(_ source: OctetSource, of what: String) throws(ReadingFault) -> Entry.DataPlace {
      let flag = try source.byte(of: what)
      var value: UInt64 = 0
      for index in 0..<offsetSize {
        let byte = try source.byte(of: what)
        if index < 8 { value |= UInt64(byte) << (8 * UInt64(index)) } else if byte != 0 { value = .max }
      }
      switch flag {
      case 1: return .notSet
      case 2:
        guard let place = Int(exactly: value) else { throw .corrupt("an offset is too large") }
        return .at(place)
      case 3: return .none
      default: throw .corrupt("an entry of the table of contents has the unknown flag \(flag)")
      }
    }
  }

  private(set) var numbers = Numbers()

  /// Whether its texts and rows are in UTF-8.
  private(set) var isUTF8 = false

  /// Reads it from the beginning of `source`, which is left at the first data block.
  init(_ source: OctetSource) throws(ReadingFault) {
    let head = "the header"
    guard source.size > 0 else { throw .truncated("the file, which is empty") }
    let magic = Array("PGDMP".utf8)
    let opening = try source.bytes(min(magic.count, source.size), of: head)
    guard magic.starts(with: opening) else { throw .foreign(Self.complaint(of: opening)) }
    guard opening.count == magic.count else { throw .truncated(head) }
    let (major, minor) = (Int(try source.byte(of: head)), Int(try source.byte(of: head)))
    version = major * 100 + minor
    guard minor < 100, version <= Self.newest else {
      throw .newer(
        "it has the format \(major).\(minor), and \(Self.newest / 100).\(Self.newest % 100) is the newest known")
    }
    guard version >= 110 else { throw .foreign("its format \(major).\(minor) is older than PostgreSQL 8.4") }
    _ = try source.byte(of: head)
    numbers.integerSize = Int(try source.byte(of: head))
    numbers.offsetSize = Int(try source.byte(of: head))
    guard (1...16).contains(numbers.integerSize), (1...16).contains(numbers.offsetSize) else {
      throw .corrupt("its header gives impossible sizes of numbers")
    }
    format = Int(try source.byte(of: head))
    guard [1, 3, 5].contains(format) else { throw .corrupt("its header names the unknown format \(format)") }
    if version >= 115 {
      let algorithm = Int(try source.byte(of: head))
      guard let known = Compression(rawValue: algorithm) else {
        throw .corrupt("its header names the unknown compression \(algorithm)")
      }
      compression = known
    } else {
      compression = try numbers.integer(source, of: head) == 0 ? .none : .gzip
    }
    var time = tm()
    time.tm_sec = Int32(try numbers.integer(source, of: head))
    time.tm_min = Int32(try numbers.integer(source, of: head))
    time.tm_hour = Int32(try numbers.integer(source, of: head))
    time.tm_mday = Int32(try numbers.integer(source, of: head))
    time.tm_mon = Int32(try numbers.integer(source, of: head))
    time.tm_year = Int32(try numbers.integer(source, of: head))
    time.tm_isdst = Int32(try numbers.integer(source, of: head))
    if !(0...60).contains(time.tm_sec) || !(0...59).contains(time.tm_min) || !(0...23).contains(time.tm_hour)
      || !(1...31).contains(time.tm_mday) || !(0...11).contains(time.tm_mon) || !(90...1000).contains(time.tm_year)
    {
      throw .corrupt("its header holds an impossible time")
    }
    if !(-1...1).contains(time.tm_isdst) { time.tm_isdst = -1 }
    let seconds = mktime(&time)
    began = seconds == -1 ? nil : Instant(seconds: seconds)
    database = try numbers.text(source, of: head)
    serverVersion = try numbers.text(source, of: head)
    dumpVersion = try numbers.text(source, of: head)
    entries = []
    let count = try numbers.integer(source, of: "the table of contents")
    guard count >= 0 else { throw .corrupt("its table of contents has a negative length") }
    // The count itself may be damage: room is made as entries come.
    for _ in 0..<count { entries.append(try entry(source)) }
  }

  /// What is wrong with a file that begins with `opening`.
  private static func complaint(of opening: [UInt8]) -> String {
    guard let form = CompressedForm(of: opening) else { return "it does not begin as an archive of pg_dump does" }
    return "it is compressed as a whole (\(form.rawValue)), which pg_restore does not read"
  }

  /// Reads the entries that stand behind the data once more, when the sign of their count has been read.
  ///
  /// Since version 16 `pg_dump -Fc >file` writes so: it goes back to fill in where the data are, but what it writes to its
  /// standard output is appended all the same.
  mutating func readAgain(_ source: OctetSource) throws(ReadingFault) -> [Entry] {
    let what = "the table of contents behind the data"
    let count = try numbers.magnitude(source, isNegative: false, of: what)
    guard count == entries.count else { throw .corrupt("\(what) is not the one before them") }
    var again: [Entry] = []
    for known in entries {
      let entry = try entry(source)
      guard entry.number == known.number, entry.description == known.description else {
        throw .corrupt("\(what) is not the one before them")
      }
      again.append(entry)
    }
    guard source.isAtEnd else { throw .corrupt("something follows \(what)") }
    return again
  }

  private mutating func entry(_ source: OctetSource) throws(ReadingFault) -> Entry {
    let what = "the table of contents"
    let number = try numbers.integer(source, of: what)
    guard number > 0 else { throw .corrupt("its table of contents has an entry numbered \(number)") }
    let hasDumper = try numbers.integer(source, of: what) != 0
    _ = try numbers.text(source, of: what)
    _ = try numbers.text(source, of: what)
    let tag = try numbers.text(source, of: what)
    let description = try numbers.text(source, of: what)
    if version >= 111 { _ = try numbers.integer(source, of: what) }
    // The definition, how to drop it, and how its rows are taken in.
    let definition = try numbers.text(source, of: what)
    _ = try numbers.text(source, of: what)
    let copy = try numbers.text(source, of: what) ?? ""
    if description == "ENCODING" { isUTF8 = definition?.contains("'UTF8'") == true }
    // Schema and tablespace; the access method of tables since 1.14; the kind of relation since 1.16.
    _ = try numbers.text(source, of: what)
    _ = try numbers.text(source, of: what)
    if version >= 114 { _ = try numbers.text(source, of: what) }
    if version >= 116 { _ = try numbers.integer(source, of: what) }
    // Owner, and whether the table had OIDs.
    _ = try numbers.text(source, of: what)
    _ = try numbers.text(source, of: what)
    while try numbers.text(source, of: what) != nil {}
    var data = Entry.DataPlace.none
    var file: String?
    if format == 1 {
      data = try numbers.offset(source, of: what)
    } else {
      file = try numbers.text(source, of: what).flatMap { $0.isEmpty ? nil : $0 }
    }
    return Entry(
      number: number, hasDumper: hasDumper, tag: tag ?? "", description: description ?? "",
      isCopy: !copy.isEmpty && description == "TABLE DATA", copy: copy, data: data, file: file)
  }
}
