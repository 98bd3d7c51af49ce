import Compression
import Facts

/// A tar-format archive (`pg_dump -Ft`): the same members as a folder's, uncompressed, in one file.
enum TarArchive {
  /// Where each member lies in the file.
  private static func members(_ source: OctetSource) throws(ReadingFault) -> [String: Range<Int>] {
    var members: [String: Range<Int>] = [:]
    while true {
      // Two blocks of zeros end the archive; without them it ends before it is whole.
      let header = try source.bytes(512, of: "the list of its members")
      if header.allSatisfy({ $0 == 0 }) { return members }
      guard header[257..<262].elementsEqual("ustar".utf8) else {
        if members.isEmpty { throw .foreign("it is no tar file") }
        throw .corrupt("at octet \(source.position - 512) there is no header where a member should begin")
      }
      let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
      guard number(header[148..<156]) == sum else { throw .corrupt("the header of a member has a wrong checksum") }
      guard let size = number(header[124..<136]) else { throw .corrupt("a member has no readable size") }
      let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
      let start = source.position
      let padded = (size + 511) / 512 * 512
      guard padded <= source.size - start else { throw .truncated("its member \(name.bounded())") }
      try source.pass(padded, of: "its member \(name.bounded())") { _ in }
      members[name] = start..<(start + size)
    }
  }

  /// An octal number, or one of at most 8 octets in base 256.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    guard let first = field.first else { return nil }
    if first & 0x80 != 0 {
      let digits = field.dropFirst()
      guard digits.dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
      return digits.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.filter { $0 != 0 && $0 != 32 }
    guard !digits.isEmpty, digits.count <= 12, digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 - 48) }
  }

  static func read(
    _ path: String, named name: String, withheld: Set<CompressedForm> = [],
    open: (Range<Int>?) throws(ReadingFault) -> OctetSource
  ) throws(ReadingFault) -> CustomArchive.Reading {
    let members = try members(try open(nil))
    return try FolderArchive.read(named: name, isTar: true, withheld: withheld) { (member) throws(ReadingFault) in
      guard let range = members[member] else { return nil }
      return try open(range)
    }
  }
}
