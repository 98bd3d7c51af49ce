/// Patterns as OpenSSH has them (ssh_config(5), PATTERNS): `*`, `?`, and `!` in front of those that exclude.
struct PatternList: Sendable, Hashable {
  /// In the order of the file.
  let patterns: [String]

  /// The patterns between commas.
  init(_ text: String) { patterns = text.split(separator: ",", omittingEmptySubsequences: true).map(String.init) }

  /// The first pattern that is a name and nothing else, and is not excluded again.
  var firstName: String? {
    patterns.first { name in !name.contains { "*?!".contains($0) } && matches(name) }
  }

  /// Whether a pattern matches `name` and none excludes it.
  func matches(_ name: String) -> Bool {
    var isMatched = false
    for pattern in patterns {
      if pattern.hasPrefix("!") {
        if Self.matches(Array(pattern.utf8.dropFirst()), Array(name.utf8)) { return false }
      } else if Self.matches(Array(pattern.utf8), Array(name.utf8)) {
        isMatched = true
      }
    }
    return isMatched
  }

  /// One star is gone back to at most: the last one, which makes this quadratic at worst.
  private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    var (position, place) = (0, 0)
    var star: (position: Int, place: Int)?
    while place < name.count {
      if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
        star = (position + 1, place)
        position += 1
      } else if position < pattern.count,
        pattern[position] == UInt8(ascii: "?") || pattern[position] == name[place]
      {
        position += 1
        place += 1
      } else if let last = star {
        star = (last.position, last.place + 1)
        (position, place) = (last.position, last.place + 1)
      } else {
        return false
      }
    }
    return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
