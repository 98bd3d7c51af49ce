/// Hides what may be a secret in a line that a diagnostic shows, whether or not the file could be parsed.
struct SecretMask {
  /// The keys that hold secrets, beside those that sound like it.
  private let names: Set<String>

  /// Parts of names whose values are hidden in any case.
  private static let telling = [
    "passw", "passphrase", "pwd", "secret", "token", "bearer", "credential", "apikey", "api_key", "private",
  ]

  /// Longer lines are hidden as a whole, in Unicode scalars.
  private static let longest = 2000

  init(names: some Sequence<String>) { self.names = Set(names) }

  /// The line with `*` for every scalar of a value that is not a reference.
  func masked(_ line: String) -> String {
    var scalars = Array(line.unicodeScalars)
    guard scalars.count <= Self.longest else { return String(repeating: "*", count: scalars.count) }
    var isQuoted = false
    for index in scalars.indices {
      if scalars[index] == "\"" || scalars[index] == "'" { isQuoted = true }
      guard scalars[index] == ":" else { continue }
      if scalars[(index + 1)...].starts(with: "//".unicodeScalars) {
        maskPassword(in: &scalars, from: index + 3)
        continue
      }
      // JSON needs no space after the colon.
      let isKey = isQuoted || index + 1 == scalars.count || " \t".unicodeScalars.contains(scalars[index + 1])
      if isKey, isSecret(name(before: index, in: scalars)), maskValue(in: &scalars, from: index + 1) { break }
    }
    for index in scalars.indices where scalars[index] == "=" {
      if isSecret(name(before: index, in: scalars)) { maskParameter(in: &scalars, from: index + 1) }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// Whether a key of this name holds a secret, allowing for a typing error.
  private func isSecret(_ name: String) -> Bool {
    let lower = name.lowercased()
    return !name.isEmpty
      && (names.contains(name) || Self.telling.contains(where: lower.contains)
        || !Suggestion.nearest(to: name, among: Array(names) + ["password"]).isEmpty)
  }

  private func name(before end: Int, in scalars: [Unicode.Scalar]) -> String {
    let letters = scalars[..<end].reversed().drop { " \t\"'".unicodeScalars.contains($0) }.prefix {
      $0.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains($0)
    }
    return String(String.UnicodeScalarView(letters.reversed()))
  }

  /// Hides the rest of the line, which may belong to the value; leaves a reference alone.
  private func maskValue(in scalars: inout [Unicode.Scalar], from start: Int) -> Bool {
    guard let first = scalars[start...].firstIndex(where: { !" \t\"'".unicodeScalars.contains($0) }),
      !scalars[first...].starts(with: "${".unicodeScalars)
    else { return false }
    for index in first..<scalars.count where scalars[index] != " " { scalars[index] = "*" }
    return true
  }

  private func maskParameter(in scalars: inout [Unicode.Scalar], from start: Int) {
    if scalars[start...].starts(with: "${".unicodeScalars) { return }
    for index in start..<scalars.count {
      if " \t&\"'".unicodeScalars.contains(scalars[index]) { break }
      scalars[index] = "*"
    }
  }

  private func maskPassword(in scalars: inout [Unicode.Scalar], from start: Int) {
    let authority = scalars[start...].prefix { !" \t\"'".unicodeScalars.contains($0) }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return }
    for index in colon + 1..<at { scalars[index] = "*" }
  }
}
