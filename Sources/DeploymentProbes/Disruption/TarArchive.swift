/// An archive of one small file in the form that engines take and give (POSIX ustar): 512 octets of header, the content
/// filled up to as many, two empty blocks.
enum TarArchive {
  private static let block = 512

  /// An archive with one file, which everybody may read.
  static func holding(_ content: [UInt8], named name: String) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: block)
    func put(_ text: String, at offset: Int, width: Int) {
      for (index, byte) in text.utf8.prefix(width).enumerated() { header[offset + index] = byte }
    }
    put(name, at: 0, width: 100)
    put("0000644", at: 100, width: 8)
    put("0000000", at: 108, width: 8)
    put("0000000", at: 116, width: 8)
    put(octal(content.count, digits: 11), at: 124, width: 12)
    put(octal(0, digits: 11), at: 136, width: 12)
    // The checksum counts itself as blanks.
    put("        ", at: 148, width: 8)
    put("0", at: 156, width: 1)
    put("ustar", at: 257, width: 6)
    put("00", at: 263, width: 2)
    put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6), at: 148, width: 7)
    let filling = (block - content.count % block) % block
    return header + content + [UInt8](repeating: 0, count: filling + 2 * block)
  }

  /// The content of the first file in an archive; nil where it has none.
  static func firstFile(in bytes: [UInt8]) -> [UInt8]? {
    var offset = 0
    while bytes.count - offset >= block {
      let header = bytes[offset..<offset + block]
      if header.allSatisfy({ $0 == 0 }) { return nil }
      let digits = header[(offset + 124)..<(offset + 136)].prefix { (48...55).contains($0) }
      guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 8), size <= bytes.count - offset - block
      else { return nil }
      let kind = header[offset + 156]
      if kind == 0 || kind == UInt8(ascii: "0") { return Array(bytes[(offset + block)..<(offset + block + size)]) }
      offset += block + (size + block - 1) / block * block
    }
    return nil
  }

  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
