/// Replaces variables in texts (Compose specification, "Interpolation").
///
/// `$V ${V} ${V:-d} ${V-d} ${V:?e} ${V?e} ${V:+r} ${V+r}`, nested in one another; `$$` is a dollar sign, and so is
/// one before anything that begins no name.
struct Interpolation {
  /// Why a text cannot be interpolated.
  enum Fault: Error {
    /// It is no template; `${` that means itself is written `$${`.
    case malformed
    /// A variable that must have a value has none; the file's own words.
    case required(name: String, message: String)
    case tooDeep
  }

  /// How deep defaults may stand in one another.
  private static let deepest = 32

  private let value: (String) -> String?
  private(set) var unset: [String] = []

  /// Interpolates with the variables that `value` knows.
  init(_ value: @escaping (String) -> String?) { self.value = value }

  /// The text with its variables replaced.
  mutating func text(_ template: String) throws(Fault) -> String {
    try expanded(Array(template.utf8)[...], depth: 0)
  }

  private mutating func expanded(_ template: ArraySlice<UInt8>, depth: Int) throws(Fault) -> String {
    guard depth <= Self.deepest else { throw .tooDeep }
    var result: [UInt8] = []
    var rest = template
    while let byte = rest.first {
      rest = rest.dropFirst()
      guard byte == UInt8(ascii: "$") else {
        result.append(byte)
        continue
      }
      if rest.first == UInt8(ascii: "$") {
        rest = rest.dropFirst()
        result.append(byte)
      } else if rest.first == UInt8(ascii: "{") {
        let inside = try braced(&rest)
        result += Array(try substituted(inside, depth: depth).utf8)
      } else if let first = rest.first, Self.isNameStart(first) {
        let name = rest.prefix(while: Self.isNamePart)
        rest = rest.dropFirst(name.count)
        result += Array(plain(name).utf8)
      } else {
        // Before anything that begins no name the sign means itself.
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// What stands between `{` and the brace that closes it; `rest` begins at the first and ends behind the second.
  private func braced(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> ArraySlice<UInt8> {
    var open = 1
    var index = rest.index(after: rest.startIndex)
    let start = index
    while index < rest.endIndex {
      let byte = rest[index]
      if byte == UInt8(ascii: "}") {
        open -= 1
        if open == 0 {
          let inside = rest[start..<index]
          rest = rest[(index + 1)...]
          return inside
        }
      } else if byte == UInt8(ascii: "$"), index + 1 < rest.endIndex, rest[index + 1] == UInt8(ascii: "{") {
        open += 1
        index += 1
      }
      index += 1
    }
    throw .malformed
  }

  private mutating func substituted(_ inside: ArraySlice<UInt8>, depth: Int) throws(Fault) -> String {
    let nameBytes = inside.prefix(while: Self.isNamePart)
    guard let first = nameBytes.first, Self.isNameStart(first) else { throw .malformed }
    var word = inside.dropFirst(nameBytes.count)
    guard !word.isEmpty else { return plain(nameBytes) }
    let name = String(decoding: nameBytes, as: UTF8.self)
    let countsEmpty = word.first == UInt8(ascii: ":")
    if countsEmpty { word = word.dropFirst() }
    guard let sign = word.first else { throw .malformed }
    word = word.dropFirst()
    let found = value(name)
    let isThere = found.map { !countsEmpty || !$0.isEmpty } ?? false
    guard "-+?".utf8.contains(sign) else { throw .malformed }
    // The word is read even where it is not needed: a variable that it requires is required. What it lacks otherwise is
    // missed only where it is used.
    let lackedBefore = unset.count
    let read = try expanded(word, depth: depth + 1)
    let isUsed = sign == UInt8(ascii: "+") ? isThere : !isThere
    guard isUsed else {
      unset.removeSubrange(lackedBefore...)
      return sign == UInt8(ascii: "+") ? "" : found ?? ""
    }
    if sign == UInt8(ascii: "?") { throw .required(name: name, message: read) }
    return read
  }

  private mutating func plain(_ nameBytes: ArraySlice<UInt8>) -> String {
    let name = String(decoding: nameBytes, as: UTF8.self)
    if let found = value(name) { return found }
    unset.append(name)
    return ""
  }

  private static func isNameStart(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (65...90).contains(byte) || (97...122).contains(byte)
  }

  private static func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || (48...57).contains(byte) }
}
