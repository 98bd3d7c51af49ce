/// Comments that call off rules: `-- squawk-ignore rule, rule` for the statement after it or on its line,
/// `-- squawk-ignore-file` for the whole file; without names, every rule. `prodworthy-ignore` says the same.
struct IgnoreComments: Sendable {
  private struct Entry: Sendable {
    var names: Set<String>
    /// Nil for the whole file.
    var line: Int?
  }

  private var entries: [Entry] = []

  init(_ comments: [SQLComment]) {
    for comment in comments {
      var text = Substring(comment.text)
      while let first = text.first, first == "-" || first == "/" || first == "*" || first.isWhitespace {
        text.removeFirst()
      }
      if text.hasSuffix("*/") { text.removeLast(2) }
      for mark in ["squawk-ignore", "prodworthy-ignore"] where text.hasPrefix(mark) {
        var rest = text.dropFirst(mark.count)
        let isForFile = rest.hasPrefix("-file")
        if isForFile { rest = rest.dropFirst("-file".count) }
        guard rest.isEmpty || rest.first?.isWhitespace == true || rest.first == ":" else { continue }
        let names = rest.split { $0 == "," || $0 == ":" || $0.isWhitespace }.map(String.init)
        entries.append(
          Entry(
            names: Set(names),
            line: isForFile ? nil : comment.isTrailing ? comment.lines.lowerBound : comment.lines.upperBound + 1))
      }
    }
  }

  func covers(_ finding: MigrationFile.Finding, of statement: SQLStatement) -> Bool {
    entries.contains { entry in
      let isHere = entry.line.map { $0 == finding.line || $0 == statement.lines.lowerBound } ?? true
      return isHere
        && (entry.names.isEmpty || entry.names.contains(finding.rule)
          || finding.squawk.map(entry.names.contains) == true)
    }
  }
}
