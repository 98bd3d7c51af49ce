/// Names that browsers ask over TLS only before they have ever been there, from Chromium's
/// `transport_security_state_static.json`: JSON with remarks from `//` to the end of the line, whose `entries` are objects
/// with `name`, `mode` and `include_subdomains`. Pure.
package struct PreloadList: Sendable {
  /// Why a text is no such list.
  package struct Malformed: Error, Hashable {
    package var message: String
    /// From 1.
    package var line: Int
    /// In bytes, from 1.
    package var column: Int
  }

  /// The largest list that is read, in bytes; it has some twenty megabytes today.
  static let largest = 128 << 20

  /// By name in lower case, whether it holds for the names below it too.
  private let names: [String: Bool]

  /// Reads the list. Entries that are there for something else than TLS, such as pinned keys, are left out.
  package init(_ octets: [UInt8]) throws(Malformed) {
    let result = octets.withUnsafeBufferPointer { bytes -> Result<[String: Bool], Malformed> in
      var reader = Reader(bytes: bytes)
      do throws(Malformed) {
        return .success(try reader.list())
      } catch {
        return .failure(error)
      }
    }
    names = try result.get()
  }

  /// Whether browsers ask `host`, in lower case, over TLS only: it stands there itself, or below a name that holds for
  /// those too.
  func contains(_ host: String) -> Bool {
    var name = host.hasSuffix(".") ? host.dropLast() : host[...]
    if names[String(name)] != nil { return true }
    while let dot = name.firstIndex(of: ".") {
      name = name[name.index(after: dot)...]
      if names[String(name)] == true { return true }
    }
    return false
  }

  /// Goes through the text once.
  private struct Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    var index = 0

    mutating func list() throws(Malformed) -> [String: Bool] {
      var names: [String: Bool]?
      try members { (reader, key) throws(Malformed) in
        guard key == "entries" else { return try reader.skip() }
        var found = names ?? [:]
        try reader.elements { (reader) throws(Malformed) in
          if let (name, below) = try reader.entry() { found[name] = below }
        }
        names = found
      }
      blanks()
      guard index == bytes.count else { throw malformed("there is more behind the list's end") }
      guard let names else { throw malformed("there are no `entries`") }
      return names
    }

    /// An entry's name, and whether it holds below; nil where it does not ask for TLS.
    private mutating func entry() throws(Malformed) -> (String, Bool)? {
      var name: String?
      var isForced = false
      var below = false
      try members { (reader, key) throws(Malformed) in
        switch key {
        case "name": name = try reader.string()
        case "mode": isForced = try reader.string() == "force-https"
        case "include_subdomains": below = try reader.boolean()
        default: try reader.skip()
        }
      }
      guard let name else { throw malformed("the entry has no `name`") }
      return isForced ? (name.lowercased(), below) : nil
    }

    private mutating func members(
      _ take: (inout Reader, String) throws(Malformed) -> Void
    ) throws(Malformed) {
      try expect("{")
      if skips("}") { return }
      repeat {
        let key = try string()
        try expect(":")
        try take(&self, key)
      } while skips(",")
      try expect("}")
    }

    private mutating func elements(_ take: (inout Reader) throws(Malformed) -> Void) throws(Malformed) {
      try expect("[")
      if skips("]") { return }
      repeat { try take(&self) } while skips(",")
      try expect("]")
    }

    /// A text; escapes, which no name has, are kept as they stand.
    private mutating func string() throws(Malformed) -> String {
      try expect("\"")
      let start = index
      while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
        guard bytes[index] >= 0x20 else { throw malformed("a text goes beyond its line") }
        index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard index < bytes.count else {
        index = bytes.count
        throw malformed("a text has no end")
      }
      defer { index += 1 }
      return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func boolean() throws(Malformed) -> Bool {
      blanks()
      for (word, value) in [("true", true), ("false", false)] where bytes[index...].starts(with: word.utf8) {
        index += word.utf8.count
        return value
      }
      throw malformed("neither true nor false")
    }

    /// Goes beyond a value of any kind, however deep.
    private mutating func skip() throws(Malformed) {
      var depth = 0
      repeat {
        blanks()
        guard index < bytes.count else { throw malformed("the text ends in a value") }
        switch bytes[index] {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          index += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          guard depth > 0 else { throw malformed("no value") }
          depth -= 1
          index += 1
        case UInt8(ascii: ","), UInt8(ascii: ":"):
          guard depth > 0 else { throw malformed("no value") }
          index += 1
        default:
          let start = index
          while index < bytes.count, Self.isPlain(bytes[index]) { index += 1 }
          guard index > start else { throw malformed("no value") }
        }
      } while depth > 0
    }

    /// What numbers and words are made of.
    private static func isPlain(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
      default: false
      }
    }

    private mutating func expect(_ mark: Unicode.Scalar) throws(Malformed) {
      guard skips(mark) else { throw malformed("`\(mark)` is missing") }
    }

    /// Goes beyond a mark if it comes next.
    private mutating func skips(_ mark: Unicode.Scalar) -> Bool {
      blanks()
      guard index < bytes.count, bytes[index] == UInt8(ascii: mark) else { return false }
      index += 1
      return true
    }

    /// Goes beyond blanks and remarks.
    private mutating func blanks() {
      while index < bytes.count {
        switch bytes[index] {
        case 0x20, 0x09, 0x0A, 0x0D: index += 1
        case UInt8(ascii: "/") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "/"):
          while index < bytes.count, bytes[index] != 0x0A { index += 1 }
        default: return
        }
      }
    }

    private func malformed(_ message: String) -> Malformed {
      let before = bytes[..<min(index, bytes.count)]
      let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      return Malformed(
        message: message, line: before.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }, column: before.count - start + 1)
    }
  }
}
