/// Makes text from an audited system fit to be shown: the one sanitiser, in front of every encoder.
///
/// Escape sequences of terminals (ECMA-48) go first and as a whole, since taking out only the escape character would
/// leave their litter. What then is a control character, a noncharacter or a line separator becomes U+FFFD; what
/// reorders text (UAX 9) becomes visible as `\u{202E}`. Newlines and tabs stay. The result holds only XML 1.0
/// characters.
package enum Untrusted {
  /// `raw` without anything that acts on a reader's screen, in at most `limit` bytes; newlines are `\n`.
  static func text(_ raw: String, limit: Int) -> String {
    // Cut before looking at every scalar, so that a line of many megabytes costs no more than a short one.
    let raw = raw.shortened(toBytes: limit)
    if isPlain(raw) { return raw }
    var sanitiser = Sanitiser(raw.unicodeScalars)
    return sanitiser.run().shortened(toBytes: limit)
  }

  /// `raw` as one line of a log or terminal: sanitised, newlines as `⏎`, without any command of a pipeline's runner, and
  /// cut to `limit` bytes.
  package static func line(_ raw: String, limit: Int = 4 << 10) -> String {
    let text = disarmed(oneLine(raw, limit: limit, joinedBy: "⏎"))
    guard text.utf8.contains(UInt8(ascii: ":")) else { return text }
    // GitHub's runner obeys a line that starts with two colons, after white space too.
    let start = text.unicodeScalars.drop { $0.properties.isWhitespace }.prefix(2)
    return start.elementsEqual("::".unicodeScalars) ? "\u{200B}" + text : text
  }

  /// `raw` sanitised, in about `limit` bytes, its lines joined by `mark`, its tabs as spaces.
  static func oneLine(_ raw: String, limit: Int = 4 << 10, joinedBy mark: Unicode.Scalar = " ") -> String {
    let text = text(raw, limit: limit)
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t") }) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" ? mark : $0 == "\t" ? " " : $0 }))
  }

  /// `raw` as lines of a log or terminal: sanitised, and no line of it a command of a pipeline's runner. Not shortened.
  package static func lines(_ raw: String) -> String { withoutCommands(text(raw, limit: .max)) }

  /// `text` with the commands broken that a runner would obey if it were printed: line by line, and nothing else touched.
  static func withoutCommands(_ text: String) -> String {
    let hasHashes = text.utf8.contains(UInt8(ascii: "#")) && Commands.stands(in: text)
    let safe = hasHashes ? disarmed(text) : text
    guard safe.utf8.contains(UInt8(ascii: ":")) else { return safe }
    var result = String.UnicodeScalarView()
    var isAtStart = true
    let scalars = safe.unicodeScalars
    for index in scalars.indices {
      let scalar = scalars[index]
      if isAtStart, scalar == ":", scalars.index(after: index) < scalars.endIndex,
        scalars[scalars.index(after: index)] == ":"
      {
        result.append("\u{200B}")
      }
      isAtStart = scalar == "\n" || (isAtStart && scalar.properties.isWhitespace)
      result.append(scalar)
    }
    return String(result)
  }

  /// The commands that start with two hashes.
  private enum Commands {
    static func stands(in text: String) -> Bool {
      var rest = Array(text.utf8)[...]
      while let index = rest.firstIndex(of: UInt8(ascii: "#")) {
        rest = rest[(index + 1)...]
        guard rest.first == UInt8(ascii: "#") else { continue }
        let word = rest.dropFirst().prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        if rest.dropFirst(1 + word.count).first == UInt8(ascii: "[") { return true }
      }
      return false
    }
  }

  /// Breaks the commands that a runner obeys wherever they stand in a line: `##[…`, `##vso[…`, `##teamcity[…`.
  static func disarmed(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "#")) else { return text }
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "#", safe.last == "#" { safe.append("\u{200B}") }
      safe.append(scalar)
    }
    return String(safe)
  }

  /// Printable ASCII with newlines and tabs: nearly everything, and worth a fast path.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x09 }
  }
}

/// One pass over a text; never emits a control character other than newline and tab.
private struct Sanitiser {
  private var rest: Substring.UnicodeScalarView
  private var clean = String.UnicodeScalarView()

  init(_ scalars: String.UnicodeScalarView) { rest = scalars[...] }

  mutating func run() -> String {
    while let scalar = rest.popFirst() {
      switch scalar.value {
      case 0x1B: skipEscapeSequence()
      case 0x9B: skipControlSequence()
      case 0x90, 0x98, 0x9D, 0x9E, 0x9F: skipControlString()
      case 0x0D:
        if rest.first == "\n" { rest.removeFirst() }
        clean.append("\n")
      case 0x09, 0x0A: clean.append(scalar)
      case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: clean.append("\u{FFFD}")
      case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
        clean.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
      case 0xFDD0...0xFDEF: clean.append("\u{FFFD}")
      case let value where value & 0xFFFE == 0xFFFE: clean.append("\u{FFFD}")
      default: clean.append(scalar)
      }
    }
    return String(clean)
  }

  private mutating func skipEscapeSequence() {
    switch rest.first {
    case "[":
      rest.removeFirst()
      skipControlSequence()
    case "]", "P", "X", "^", "_":
      rest.removeFirst()
      skipControlString()
    default:
      let final = rest.drop { (0x20...0x2F).contains($0.value) }
      if let scalar = final.first, (0x30...0x7E).contains(scalar.value) { rest = final.dropFirst() }
    }
  }

  /// Parameters, intermediates, one final byte; without the final byte only the introducer goes.
  private mutating func skipControlSequence() {
    let final = rest.drop { (0x30...0x3F).contains($0.value) }.drop { (0x20...0x2F).contains($0.value) }
    if let scalar = final.first, (0x40...0x7E).contains(scalar.value) { rest = final.dropFirst() }
  }

  /// Up to the bell or the string terminator; a string that does not end on its line hides nothing.
  private mutating func skipControlString() {
    var end = rest
    while let scalar = end.popFirst() {
      switch scalar.value {
      case 0x07, 0x9C:
        rest = end
        return
      case 0x1B where end.first == "\\":
        rest = end.dropFirst()
        return
      case 0x0A, 0x0D: return
      default: break
      }
    }
  }
}
