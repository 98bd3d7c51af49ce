/// The block before a member of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"; the long names of GNU tar).
struct TarHeader {
  /// How long it is, and what members are padded to, in bytes.
  static let length = 512

  /// What a member is.
  enum Kind: Hashable {
    case file
    /// A link, folder or device.
    case other
    /// The name of the next member, for it is too long for its own header (GNU).
    case longName
    /// Records about the next member (pax).
    case records
  }

  /// May be cut short where a longer name came before.
  var name: String
  /// Of the content, in bytes.
  var size: Int
  var kind: Kind

  /// Why a block is no header.
  struct Damage: Error { var reason: String }

  /// Reads a block; nil for the zeros that end an archive.
  init?(_ block: ArraySlice<UInt8>) throws(Damage) {
    let bytes = Array(block)
    guard bytes.count == Self.length else { throw Damage(reason: "the archive ends within a header") }
    if bytes.allSatisfy({ $0 == 0 }) { return nil }
    let sum = bytes.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(bytes[$1])) }
    guard Self.number(bytes[148..<156]) == sum else { throw Damage(reason: "a header has a wrong checksum") }
    guard let size = Self.number(bytes[124..<136]) else { throw Damage(reason: "a member has no readable size") }
    let own = Self.text(bytes[0..<100])
    let isPOSIX = bytes[257..<263].elementsEqual("ustar\0".utf8)
    let lead = isPOSIX ? Self.text(bytes[345..<500]) : ""
    name = lead.isEmpty ? own : "\(lead)/\(own)"
    kind =
      switch bytes[156] {
      case UInt8(ascii: "0"), 0, UInt8(ascii: "7"): .file
      case UInt8(ascii: "L"): .longName
      case UInt8(ascii: "x"): .records
      default: .other
      }
    // Links and folders have no content, whatever their size says (some writers repeat that of what is linked to).
    self.size = (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[156]) ? 0 : size
  }

  /// How many bytes stand between a content of `size` and the next header.
  static func padding(behind size: Int) -> Int { (length - size % length) % length }

  /// The path that the records of pax give the next member; nil if they give none.
  static func path(inRecords bytes: [UInt8]) -> String? {
    var rest = bytes[...]
    while let space = rest.firstIndex(of: 0x20), let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
      length > space - rest.startIndex + 1, length <= rest.count
    {
      let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
      if record.starts(with: "path=".utf8) { return String(decoding: record.dropFirst(5), as: UTF8.self) }
      rest = rest[(rest.startIndex + length)...]
    }
    return nil
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// An octal number, or one of at most 7 bytes in base 256.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      guard first == 0x80, field.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
      return field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.filter { $0 != 0 && $0 != 0x20 }
    guard digits.count <= 12, digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
  }
}
