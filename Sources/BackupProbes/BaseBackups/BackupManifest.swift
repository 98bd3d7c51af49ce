import AuditModel
import Cryptography
import Facts

/// `backup_manifest`: every file of a base backup with its size and checksum (PostgreSQL 13 and later).
struct BackupManifest: Sendable {
  /// A file's checksum.
  enum Checksum: Sendable, Hashable {
    case none
    /// As the manifest writes it: the octets of the number, least significant first.
    case crc32c(String)
    case sha(MessageDigest.Algorithm, String)
  }

  /// One file.
  struct File: Sendable {
    /// From the top of the backup.
    var path: String
    /// In bytes.
    var size: Int
    var checksum: Checksum
  }

  /// A stretch of the write-ahead log without which the backup is not consistent.
  struct LogRange: Sendable {
    var timeline: Int
    var start, end: UInt64
  }

  var files: [File]
  var log: [LogRange]
  /// The database system, told since version 2.
  var systemIdentifier: String?
  /// The newest of the files' times.
  var newestFile: Instant?

  /// Reads and verifies a manifest by its own checksum.
  init(_ bytes: [UInt8]) throws(ReadingFault) {
    guard !bytes.isEmpty else { throw .truncated("the manifest, which is empty") }
    let document: JSONValue
    do throws(JSONText.SyntaxError) {
      document = try JSONText.parse(bytes)
    } catch {
      throw .truncated("the manifest, which is no whole JSON document")
    }
    let version = document["PostgreSQL-Backup-Manifest-Version"]?.integer
    guard let version else { throw .foreign("its manifest gives no version") }
    guard (1...2).contains(version) else {
      throw .newer("its manifest has the version \(version), and 2 is the newest known")
    }
    // The checksum covers every octet up to the line that holds it.
    let mark = Array("\"Manifest-Checksum\"".utf8)
    guard let stated = document["Manifest-Checksum"]?.string, let place = Self.last(mark, in: bytes),
      SHA256.hex(bytes[..<place]) == stated.lowercased()
    else { throw .corrupt("the manifest does not have its own checksum") }
    guard let listed = document["Files"]?.array else { throw .corrupt("the manifest lists no files") }
    files = []
    for entry in listed { files.append(try Self.file(entry)) }
    log = (document["WAL-Ranges"]?.array ?? []).compactMap { range in
      guard let timeline = range["Timeline"]?.integer, let start = range["Start-LSN"]?.string.flatMap(Self.position),
        let end = range["End-LSN"]?.string.flatMap(Self.position)
      else { return nil }
      return LogRange(timeline: timeline, start: start, end: end)
    }
    systemIdentifier = document["System-Identifier"]?.integer.map { String($0) }
    newestFile =
      listed.compactMap { $0["Last-Modified"]?.string }
      .compactMap { text in Instant(String(text.prefix(19)).split(separator: " ").joined(separator: "T") + "Z") }.max()
  }

  private static func file(_ entry: JSONValue) throws(ReadingFault) -> File {
    guard let path = entry["Path"]?.string ?? entry["Encoded-Path"]?.string.flatMap(decoded),
      let size = entry["Size"]?.integer, size >= 0
    else { throw .corrupt("the manifest has an entry without path or size") }
    guard !path.isEmpty, !path.hasPrefix("/"), !path.utf8.contains(0), !path.split(separator: "/").contains("..") else {
      throw .corrupt("the manifest names the file \(path.bounded())")
    }
    let digits = entry["Checksum"]?.string?.lowercased()
    let checksum: Checksum
    switch (entry["Checksum-Algorithm"]?.string?.lowercased(), digits) {
    case (nil, _), ("none", _): checksum = .none
    case ("crc32c", let digits?): checksum = .crc32c(digits)
    case (let name?, let digits?):
      guard let algorithm = MessageDigest.Algorithm(rawValue: name) else {
        throw .corrupt("the manifest names the unknown checksum \(name.bounded())")
      }
      checksum = .sha(algorithm, digits)
    default: throw .corrupt("the manifest names no checksum for \(path.bounded())")
    }
    return File(path: path, size: size, checksum: checksum)
  }

  /// A path that is no UTF-8 is written in hexadecimal.
  private static func decoded(_ text: String) -> String? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `0/3000028`
  private static func position(_ text: String) -> UInt64? {
    let halves = text.split(separator: "/").compactMap { UInt32($0, radix: 16) }
    return halves.count == 2 ? UInt64(halves[0]) << 32 | UInt64(halves[1]) : nil
  }

  private static func last(_ mark: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= mark.count else { return nil }
    var place = bytes.count - mark.count
    while place >= 0 {
      if bytes[place] == mark[0], bytes[place..<(place + mark.count)].elementsEqual(mark) { return place }
      place -= 1
    }
    return nil
  }
}
