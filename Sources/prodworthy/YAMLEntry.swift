import Facts

/// One element of a list in a YAML file that people keep: added at the end, so that what they wrote stays as it is.
struct YAMLEntry {
  private var lines: [String] = []

  /// Adds a text.
  mutating func add(_ name: String, _ text: String) { lines.append("\(name): \(Self.quoted(text))") }

  /// Adds texts.
  mutating func add(_ name: String, _ texts: [String]) {
    lines.append("\(name): [\(texts.map(Self.quoted).joined(separator: ", "))]")
  }

  /// Adds a number.
  mutating func add(_ name: String, number: Double) { lines.append("\(name): \(JSONText.compact(.double(number)))") }

  /// Adds a list of objects of texts.
  mutating func add(_ name: String, _ objects: [[(String, String)]]) {
    lines.append("\(name):")
    for object in objects {
      let members = object.map { "\($0.0): \(Self.quoted($0.1))" }
      lines.append("  - { \(members.joined(separator: ", ")) }")
    }
  }

  /// Plain where nobody could read it as anything else, in double quotes otherwise: JSON's escapes are YAML's too.
  private static func quoted(_ text: String) -> String {
    let isWord = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"): true
      default: false
      }
    }
    let reserved = ["yes", "no", "on", "off", "true", "false", "null", "y", "n"]
    let isPlain = isWord && text.first?.isLetter == true && !reserved.contains(text.lowercased())
    return isPlain ? text : JSONText.compact(.string(text))
  }

  /// The file at `path` to add to; nil where there is none or nothing in it. Throws `Failure` (66, 77).
  static func present(at path: String) throws(Failure) -> [UInt8]? {
    guard Input.exists(path) else { return nil }
    let bytes = try Input.bytes(of: path)
    return bytes.contains { !" \n\t\r".utf8.contains($0) } ? bytes : nil
  }

  /// `present` with `entry` at the end of its list `name`, which must stand last in the file; a new file without one.
  ///
  /// Throws `Failure` (65) where the list is written so that nothing can be added at its end.
  static func appended(
    _ entry: YAMLEntry, to present: [UInt8]?, under name: String, path: String
  ) throws(Failure) -> String {
    let element = entry.lines.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element + "\n" }.joined()
    guard let present else { return "\(name):\n" + element }
    var text = String(decoding: present, as: UTF8.self)
    if !text.hasSuffix("\n") { text += "\n" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("\(name):") }) else {
      throw Failure(.badData, "\(path) has no list `\(name)` that begins a line")
    }
    let rest = lines[start].dropFirst(name.count + 1).drop { $0 == " " }
    let isLast = !lines[(start + 1)...].contains { line in
      line.first.map { !" -#\r".contains($0) } ?? false
    }
    if rest.hasPrefix("[]"), isLast {
      return (lines[..<start] + ["\(name):"] + lines[(start + 1)...]).joined(separator: "\n") + element
    }
    // Elements may be indented by as much as people like, all by the same.
    let first = lines[(start + 1)...].first { $0.drop { $0 == " " }.hasPrefix("-") }
    let indent = first.map { $0.prefix { $0 == " " }.count } ?? 2
    guard isLast, rest.isEmpty || rest.hasPrefix("#") else {
      throw Failure(
        .badData, "nothing can be added to \(path): `\(name)` must be the last key, with one element below the other")
    }
    let shift = String(repeating: " ", count: indent)
    return text + element.split(separator: "\n").map { shift + $0.dropFirst(2) + "\n" }.joined()
  }
}
