/// Comments that call off rules: `-- squawk-ignore rule, rule -- why` for the statement or line after it or for its own line,
/// `-- squawk-ignore-file` for the whole file; without names, every rule. `prodworthy-ignore` says the same, and so does
/// `eugene: ignore` with the numbers of eugene's hints.
struct IgnoreComments: Sendable {
  /// The names that each comment calls off, by the line it speaks of; no names are all.
  private var byLine: [Int: [Set<String>]] = [:]
  /// The same for the whole file.
  private var forFile: [Set<String>] = []
  /// What the file says about the transaction around it, against what the command was told; nil if it says nothing.
  private(set) var assumesTransaction: Bool?

  /// The words that call rules off.
  private static let marks = ["squawk-ignore", "prodworthy-ignore", "eugene: ignore"]
  /// Names that squawk knows for rules of other names.
  private static let aliases: [String: [String]] = [
    "require-timeout-settings": ["require-lock-timeout", "require-statement-timeout"],
    "prefer-timestamptz": ["prefer-timestamp-tz"],
    "prefer-big-int": ["prefer-bigint-over-int", "prefer-bigint-over-smallint"],
  ]

  /// `tokenLines` are the lines on which a token begins, ascending: a comment speaks of the next of them.
  init(_ comments: [SQLComment], tokenLines: [Int]) {
    for comment in comments {
      let text = Self.body(comment.text)
      switch text {
      case "squawk-disable-assume-in-transaction": assumesTransaction = assumesTransaction ?? false
      case "squawk-enable-assume-in-transaction": assumesTransaction = assumesTransaction ?? true
      default: break
      }
      for mark in Self.marks where text.hasPrefix(mark) {
        var rest = text.dropFirst(mark.count)
        let isForFile = rest.hasPrefix("-file")
        if isForFile { rest = rest.dropFirst("-file".count) }
        guard rest.isEmpty || rest.first?.isWhitespace == true || rest.first == ":" else { continue }
        let names = Self.names(rest.first == ":" ? rest.dropFirst() : rest)
        if isForFile {
          forFile.append(names)
        } else if comment.isTrailing {
          byLine[comment.lines.lowerBound, default: []].append(names)
        } else if let next = Self.line(after: comment.lines.upperBound, in: tokenLines) {
          byLine[next, default: []].append(names)
        }
      }
    }
  }

  /// What a comment says, without its marks and without a second comment on the same line.
  private static func body(_ comment: String) -> String {
    var text = Substring(comment)
    if text.hasPrefix("--") { text = text.dropFirst(2) }
    if text.hasPrefix("/*") { text = text.dropFirst(2) }
    if text.hasSuffix("*/") { text = text.dropLast(2) }
    if let second = text.firstRange(of: "--") { text = text[..<second.lowerBound] }
    return String(
      text.trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed())
  }

  private static func names(_ text: Substring) -> Set<String> {
    let names = text.split(separator: ",").map {
      String($0.trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed())
    }
    return Set(names.filter { !$0.isEmpty }.flatMap { aliases[$0] ?? [$0] })
  }

  /// The first of `lines` behind `line`.
  private static func line(after line: Int, in lines: [Int]) -> Int? {
    var (low, high) = (0, lines.count)
    while low < high {
      let middle = low + (high - low) / 2
      if lines[middle] <= line { low = middle + 1 } else { high = middle }
    }
    return low < lines.count ? lines[low] : nil
  }

  func covers(_ finding: MigrationFile.Finding, of statement: SQLStatement) -> Bool {
    let here = [finding.line, statement.lines.lowerBound].flatMap { byLine[$0] ?? [] }
    let own = [finding.rule, finding.squawk, finding.eugene].compactMap(\.self)
    return (forFile + here).contains { names in names.isEmpty || own.contains(where: names.contains) }
  }
}
