import AuditModel

/// What a document says of itself: who owns it, when somebody last went through it, what is left to write.
enum DocumentReview {
  private static let dateNames = [
    "last_reviewed", "reviewed", "lastreviewed", "review_date", "last_review", "reviewed_on", "reviewed_at",
    "last_verified", "last_tested",
  ]
  private static let ownerNames = ["owner", "owners", "team", "maintainer", "maintainers", "owned_by", "author"]

  /// The day of the last declared review, and the line that says so (0 for the front matter).
  static func date(in document: MarkdownDocument) -> (on: Instant, line: Int)? {
    for name in dateNames {
      if let value = document.frontMatter[name], let on = day(in: value) { return (on, 0) }
    }
    for line in document.text {
      let lower = line.text.lowercased()
      guard
        lower.contains("reviewed") || lower.contains("review:") || lower.contains("last review")
          || lower.contains("last verified") || lower.contains("last tested")
      else { continue }
      // "Next review" lies ahead and says nothing.
      if lower.contains("next review") || lower.contains("to be reviewed") { continue }
      if let on = day(in: line.text) { return (on, line.line) }
    }
    return nil
  }

  /// Who answers for a document.
  static func owner(of document: MarkdownDocument) -> String? {
    for name in ownerNames {
      if let value = document.frontMatter[name], isName(value) { return String(value.prefix(120)) }
    }
    for line in document.text {
      let plain = line.text.filter { !"*_`|".contains($0) }.trimmedOfSpace
      let lower = plain.lowercased()
      for name in ["owner", "owned by", "owners", "maintainer", "team"] {
        guard lower.hasPrefix(name) else { continue }
        let rest = plain.dropFirst(name.count)
        guard let sign = rest.first, sign == ":" || sign == " " else { continue }
        let value = rest.drop { $0 == ":" || $0.isWhitespace }.trimmedOfSpace
        // A sentence that begins with the word is no declaration.
        if isName(value), sign == ":" || line.text.contains("|") { return String(value.prefix(120)) }
      }
    }
    return nil
  }

  private static func isName(_ value: String) -> Bool {
    let lower = value.lowercased()
    return !value.isEmpty && !["tbd", "todo", "none", "n/a", "unknown", "-", "?", "nobody", "[]"].contains(lower)
      && !(value.hasPrefix("<") && value.hasSuffix(">") && !value.contains("@"))
  }

  /// The first calendar day that a text names, as `2026-11-24`.
  static func day(in text: String) -> Instant? {
    let scalars = Array(text.utf8)
    guard scalars.count >= 10 else { return nil }
    for start in 0...(scalars.count - 10) {
      if start > 0, isDigit(scalars[start - 1]) { continue }
      if start + 10 < scalars.count, isDigit(scalars[start + 10]) { continue }
      guard scalars[start + 4] == 0x2D, scalars[start + 7] == 0x2D else { continue }
      if let instant = Instant(String(decoding: scalars[start..<(start + 10)], as: UTF8.self)) { return instant }
    }
    return nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Lines that wait to be written.
  static func placeholders(in document: MarkdownDocument) -> [MarkdownDocument.TextLine] {
    let headings = document.headings.map { MarkdownDocument.TextLine(text: $0.text, line: $0.line) }
    return (document.text + headings).filter { line in
      let words = line.text.split { !$0.isLetter && !$0.isNumber }
      return words.contains { ["TODO", "TBD", "FIXME", "TBA", "XXX"].contains($0) }
        || line.text.lowercased().contains("lorem ipsum") || line.text.lowercased().contains("coming soon")
    }.sorted { $0.line < $1.line }
  }

  /// The parts that a document of this role lacks: no heading, or nothing under it.
  static func missing(_ sections: [DocumentRole.Section], in document: MarkdownDocument) -> [String] {
    let headings = document.headings
    var filled: Set<Int> = []
    let contentLines = (document.text.map(\.line) + document.code.map(\.line)).sorted()
    for (index, heading) in headings.enumerated() {
      // A part ends where a heading of the same or a higher level begins; what its own parts say counts.
      let end = headings[(index + 1)...].first { $0.level <= heading.level }?.line ?? Int.max
      // A setext heading's underline is no content.
      if contentLines.contains(where: { $0 > heading.line && $0 < end }) { filled.insert(index) }
    }
    return sections.filter { section in
      !headings.indices.contains { index in
        guard filled.contains(index), !isTitle(index, of: headings) else { return false }
        let title = headings[index].text.lowercased()
        return section.words.contains(where: title.contains)
      }
    }.map(\.name)
  }

  /// The title names the document, not a part of it.
  private static func isTitle(_ index: Int, of headings: [MarkdownDocument.Heading]) -> Bool {
    index == 0 && headings[0].level == 1 && headings.count > 1
  }
}
