/// Encoders for GitHub Flavored Markdown: what comes out is shown, never obeyed.
enum MarkdownText {
  /// The most bytes of a code span; longer texts belong into a fence.
  static let spanLimit = 1200

  /// Hostile text as a code span: no link, image, mention, emphasis or HTML survives in one, and pipes are safe in
  /// table cells too when `inTable`. An empty text is a dash.
  static func code(_ raw: String, inTable: Bool = false, limit: Int = spanLimit) -> String {
    var text = shown(Untrusted.oneLine(raw, limit: limit, joinedBy: "⏎"))
    if text.isEmpty { return "—" }
    if inTable { text = escapingPipes(text) }
    let fence = String(repeating: "`", count: longestBacktickRun(in: text) + 1)
    let (first, last) = (text.utf8.first, text.utf8.last)
    let needsPadding =
      first == backtick || last == backtick
      || (first == space && last == space && text.utf8.contains { $0 != space })
    return needsPadding ? "\(fence) \(text) \(fence)" : fence + text + fence
  }

  /// Hostile text as a code span in a table cell.
  static func cell(_ raw: String?, limit: Int = spanLimit) -> String { code(raw ?? "", inTable: true, limit: limit) }

  /// Hostile text as a fenced block.
  static func fenced(_ raw: String, limit: Int) -> String {
    let text = shown(Untrusted.text(raw, limit: limit))
    let fence = String(repeating: "`", count: max(3, longestBacktickRun(in: text) + 1))
    return "\(fence)text\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)"
  }

  /// Sanitised text as a span or a fence shows it: the very text, but for commands of pipelines' runners, and for runs of
  /// backticks so long that renderers no longer count them (cmark: 80 around a span, 255 around a block) and let the text
  /// out. An invisible space breaks either.
  static func shown(_ text: String) -> String {
    let text = Untrusted.withoutCommands(text)
    guard longestBacktickRun(in: text) > runLimit else { return text }
    var result = String.UnicodeScalarView()
    var run = 0
    for scalar in text.unicodeScalars {
      run = scalar == "`" ? run + 1 : 0
      if run > runLimit {
        result.append("\u{200B}")
        run = 1
      }
      result.append(scalar)
    }
    return String(result)
  }

  private static let runLimit = 40

  /// Text written by authors of checks, as one line of prose. A word that Markdown or a host's filters (mentions,
  /// issue numbers, links, emoji, mathematics) could take for more than a word becomes a code span.
  ///
  /// What the author wrote between two backticks is one code span.
  static func prose(_ raw: String, inTable: Bool = false, limit: Int = 8 << 10) -> String {
    let parts = Untrusted.oneLine(raw, limit: limit).split(separator: "`", omittingEmptySubsequences: false)
    guard parts.count % 2 == 1 else {
      return parts.map { words($0, inTable: inTable) }.joined(separator: " ")
    }
    var line = ""
    for (index, part) in parts.enumerated() where !part.isEmpty {
      let piece = index % 2 == 1 ? code(String(part), inTable: inTable) : words(part, inTable: inTable)
      // Two code spans that touch would be read as one.
      if line.hasSuffix("`"), piece.hasPrefix("`") { line += " " }
      line += piece
    }
    return line
  }

  private static func words(_ part: Substring, inTable: Bool) -> String {
    part.split(separator: " ", omittingEmptySubsequences: false).map { word in
      if word.isEmpty || isPlain(word) { return String(word) }
      // What ends a clause is no part of the name before it.
      guard let last = word.last, ",;".contains(last), word.count > 1 else {
        return code(String(word), inTable: inTable)
      }
      return code(String(word.dropLast()), inTable: inTable) + String(last)
    }.joined(separator: " ")
  }

  private static func isPlain(_ word: Substring) -> Bool {
    let bare = word.drop { "(\"'".contains($0) }
    guard let first = bare.first, first.isLetter || first.isNumber else {
      return word.allSatisfy { "–%.,;:()\"'’?".contains($0) }
    }
    // Long words of hexadecimal digits become links to commits, `www.` links to sites, `GH-1` to issues.
    if bare.count >= 7, bare.allSatisfy({ $0.isHexDigit }) { return false }
    if bare.lowercased().hasPrefix("www.") || bare.uppercased().hasPrefix("GH-") { return false }
    return bare.dropLast(bare.hasSuffix(":") || bare.hasSuffix("%") ? 1 : 0).allSatisfy {
      $0.isLetter || $0.isNumber || ".,;/()\"'’–-?".contains($0)
    }
  }

  private static let backtick = UInt8(ascii: "`")
  private static let space = UInt8(ascii: " ")

  // By bytes, not by characters: a combining mark after a pipe or backtick must not hide it.
  private static func escapingPipes(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "|")) else { return text }
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "|" { escaped.append("\\") }
      escaped.append(scalar)
    }
    return String(escaped)
  }

  private static func longestBacktickRun(in text: String) -> Int {
    var longest = 0
    var run = 0
    for byte in text.utf8 {
      run = byte == backtick ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}
