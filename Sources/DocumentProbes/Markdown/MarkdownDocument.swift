/// What of a Markdown file an audit asks for: headings, links, code, dates; block structure as CommonMark 0.31 has it, with
/// GitHub's tables, anchors and front matter.
struct MarkdownDocument: Sendable {
  /// A heading, ATX or setext.
  struct Heading: Sendable, Hashable {
    /// From 1 to 6.
    var level: Int
    /// Without markup.
    var text: String
    /// From 1.
    var line: Int
    /// The fragment by which GitHub and GitLab link to it.
    var slug: String
  }

  /// A place that leads somewhere.
  struct Link: Sendable, Hashable {
    /// As written, escapes resolved; nil for a reference that is defined nowhere.
    var destination: String?
    /// The label of a reference without a definition.
    var label: String?
    /// From 1.
    var line: Int
    /// From 1, in Unicode scalars.
    var column: Int
  }

  /// A line of fenced or indented code.
  struct CodeLine: Sendable, Hashable {
    /// The first word behind the fence, in lower case; empty without one.
    var language: String
    /// The line without the block's indent.
    var text: String
    /// From 1.
    var line: Int
  }

  /// A line of prose: a paragraph, a list item or a row of a table.
  struct TextLine: Sendable, Hashable {
    /// Without the markers of lists and quotes.
    var text: String
    /// From 1.
    var line: Int
  }

  /// The members of a front matter block that are one line each: names in lower case with `_` for `-` and spaces.
  private(set) var frontMatter: [String: String] = [:]
  /// In document order.
  private(set) var headings: [Heading] = []
  /// In document order; images count too.
  private(set) var links: [Link] = []
  /// In document order.
  private(set) var code: [CodeLine] = []
  /// In document order.
  private(set) var text: [TextLine] = []
  /// Fragments that lead to a place in it: of headings, and `id` or `name` of HTML elements.
  private(set) var anchors: Set<String> = []

  private var definitions: [String: String] = [:]
  private var pending: [(destination: String?, label: String, line: Int, column: Int, isShortcut: Bool)] = []
  private var slugs: [String: Int] = [:]
  private var paragraph: [(text: String, line: Int, column: Int)] = []
  private var hiddenUntil: String?

  /// Reads a file; bytes that are no UTF-8 become replacement characters.
  init(_ bytes: some Collection<UInt8>) {
    let whole = String(decoding: bytes, as: UTF8.self)
    let lines = whole.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
    read(lines)
  }

  // MARK: Blocks

  private struct Fence {
    var mark: Character
    var count: Int
    var indent: Int
    var language: String
  }

  private mutating func read(_ lines: [String]) {
    var index = readFrontMatter(lines)
    var fence: Fence?
    var isInList = false
    var previousIsBlank = true
    var isQuoted = false
    while index < lines.count {
      let number = index + 1
      let raw = lines[index]
      index += 1
      if let open = fence {
        let (content, _) = Self.unquoted(raw)
        let stripped = content.drop { $0 == " " }
        let marks = stripped.prefix { $0 == open.mark }.count
        if marks >= open.count, stripped.dropFirst(marks).allSatisfy({ $0 == " " || $0 == "\t" }) {
          fence = nil
        } else {
          let indent = min(open.indent, content.prefix { $0 == " " }.count)
          code.append(CodeLine(language: open.language, text: String(content.dropFirst(indent)), line: number))
        }
        previousIsBlank = false
        continue
      }
      var (content, column) = Self.unquoted(raw)
      if (column > 1) != isQuoted {
        isQuoted.toggle()
        // A quote interrupts what stands before it; behind it, text may go on lazily.
        if isQuoted { endParagraph() }
        isInList = false
      }
      content = hidingComments(content)
      let whole = content.count
      if content.allSatisfy({ $0 == " " || $0 == "\t" }) {
        endParagraph()
        previousIsBlank = true
        continue
      }
      // Nested items open several lists on one line: `- 1. text`.
      var indent = Self.indent(of: content)
      var wasItem = false
      while let marker = Self.listMarker(in: content), marker < content.count || wasItem == false {
        if !wasItem { endParagraph() }
        wasItem = true
        isInList = true
        content = String(content.dropFirst(marker))
        column += marker
        indent = Self.indent(of: content)
        if content.isEmpty { break }
      }
      if !wasItem, isInList, previousIsBlank, indent == 0 { isInList = false }
      let body = content.drop { $0 == " " || $0 == "\t" }
      column += content.count - body.count
      if var opened = Self.fence(body, indent: indent), indent < 4 || isInList {
        endParagraph()
        // Lines of the block are indented as the fence is, list markers before it included.
        opened.indent = max(0, whole - body.count)
        fence = opened
      } else if indent >= 4, !isInList, paragraph.isEmpty {
        code.append(CodeLine(language: "", text: String(content.dropFirst(4)), line: number))
      } else if let (level, title) = Self.atxHeading(body) {
        endParagraph()
        add(heading: title, level: level, at: number, column: column)
      } else if let level = Self.setextLevel(body), !paragraph.isEmpty, indent < 4 {
        let title = paragraph.map(\.text).joined(separator: " ")
        let first = paragraph[0]
        paragraph = []
        add(heading: title, level: level, at: first.line, column: first.column)
      } else if Self.isThematicBreak(body) {
        endParagraph()
      } else {
        paragraph.append((String(body), number, column))
        text.append(TextLine(text: String(body), line: number))
      }
      previousIsBlank = false
    }
    endParagraph()
    resolveReferences()
  }

  private mutating func readFrontMatter(_ lines: [String]) -> Int {
    guard lines.first?.trimmedOfSpace == "---",
      let end = lines.dropFirst().prefix(500).firstIndex(where: { ["---", "..."].contains($0.trimmedOfSpace) })
    else { return 0 }
    for line in lines[1..<end] {
      guard let colon = line.firstIndex(of: ":"), let first = line.first, first.isLetter || first == "\"" else {
        continue
      }
      let name = line[..<colon].trimmedOfSpace.trimmed(of: "\"'").lowercased()
        .map { $0 == "-" || $0 == " " ? "_" : $0 }
      var value = line[line.index(after: colon)...].trimmedOfSpace
      if let comment = value.firstRange(of: " #") { value = String(value[..<comment.lowerBound]).trimmedOfSpace }
      frontMatter[String(name)] = value.trimmed(of: "\"'")
    }
    return end + 1
  }

  /// The line without the markers of block quotes, and the column of what is left.
  private static func unquoted(_ line: String) -> (String, Int) {
    var rest = line[...]
    var column = 1
    while true {
      let spaces = rest.prefix { $0 == " " }.count
      let inner = rest.dropFirst(spaces)
      guard spaces < 4, inner.first == ">" else { return (String(rest), column) }
      rest = inner.dropFirst()
      column += spaces + 1
      if rest.first == " " {
        rest = rest.dropFirst()
        column += 1
      }
    }
  }

  /// Comments of HTML are no content.
  private mutating func hidingComments(_ line: String) -> String {
    var result = ""
    var rest = line[...]
    while true {
      if let end = hiddenUntil {
        guard let found = rest.firstRange(of: end) else { return result }
        // The columns behind the comment stay what they are.
        result += String(repeating: " ", count: rest.distance(from: rest.startIndex, to: found.upperBound))
        rest = rest[found.upperBound...]
        hiddenUntil = nil
      }
      guard let found = rest.firstRange(of: "<!--") else { return result + rest }
      // A comment in a code span is code.
      if rest[..<found.lowerBound].count(where: { $0 == "`" }) % 2 == 1 { return result + rest }
      result += rest[..<found.lowerBound]
      rest = rest[found.lowerBound...]
      hiddenUntil = "-->"
    }
  }

  private static func indent(of line: String) -> Int {
    var width = 0
    for character in line {
      if character == " " { width += 1 } else if character == "\t" { width += 4 - width % 4 } else { break }
    }
    return width
  }

  /// How many characters a list marker takes with the spaces around it; nil without one.
  private static func listMarker(in line: String) -> Int? {
    let spaces = line.prefix { $0 == " " || $0 == "\t" }.count
    let rest = line.dropFirst(spaces)
    if isThematicBreak(rest) { return nil }
    var length: Int
    if let first = rest.first, "-+*".contains(first) {
      length = 1
    } else {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }.count
      guard (1...9).contains(digits), let sign = rest.dropFirst(digits).first, sign == "." || sign == ")" else {
        return nil
      }
      length = digits + 1
    }
    let behind = rest.dropFirst(length)
    guard behind.isEmpty || behind.first == " " || behind.first == "\t" else { return nil }
    let gap = behind.prefix { $0 == " " }.count
    length += gap > 4 || behind.isEmpty ? min(1, behind.count) : max(gap, 1)
    return spaces + length
  }

  private static func fence(_ body: Substring, indent: Int) -> Fence? {
    guard let mark = body.first, mark == "`" || mark == "~" else { return nil }
    let count = body.prefix { $0 == mark }.count
    let info = body.dropFirst(count).drop { $0 == " " }
    guard count >= 3, mark == "~" || !info.contains("`") else { return nil }
    let language = info.prefix { !$0.isWhitespace && $0 != "{" && $0 != "," }.lowercased()
    return Fence(mark: mark, count: count, indent: indent, language: language)
  }

  private static func atxHeading(_ body: Substring) -> (Int, String)? {
    let level = body.prefix { $0 == "#" }.count
    guard (1...6).contains(level) else { return nil }
    let rest = body.dropFirst(level)
    guard rest.isEmpty || rest.first == " " || rest.first == "\t" else { return nil }
    var title = rest.trimmedOfSpace
    let closing = title.reversed().prefix { $0 == "#" }.count
    if closing > 0 {
      let before = title.dropLast(closing)
      if before.isEmpty || before.last == " " || before.last == "\t" { title = String(before).trimmedOfSpace }
    }
    return (level, title)
  }

  private static func setextLevel(_ body: Substring) -> Int? {
    let text = body.trimmedOfSpace
    guard let mark = text.first, mark == "=" || mark == "-", text.allSatisfy({ $0 == mark }) else { return nil }
    return mark == "=" ? 1 : 2
  }

  private static func isThematicBreak(_ body: Substring) -> Bool {
    let marks = body.filter { $0 != " " && $0 != "\t" }
    guard let mark = marks.first, "-_*".contains(mark), marks.count >= 3 else { return false }
    return marks.allSatisfy { $0 == mark }
  }

  private mutating func add(heading title: String, level: Int, at line: Int, column: Int) {
    readInlines([(title, line, column)])
    var plain = Self.plain(title)
    // `## Title {#anchor}`: what several generators understand.
    if plain.hasSuffix("}"), let brace = plain.firstRange(of: "{#") {
      anchors.insert(String(plain[brace.upperBound...].dropLast()))
      plain = String(plain[..<brace.lowerBound]).trimmedOfSpace
    }
    let base = Self.slug(plain)
    var slug = base
    if let count = slugs[base] {
      slug = "\(base)-\(count)"
      slugs[base] = count + 1
    } else {
      slugs[base] = 1
    }
    anchors.insert(slug)
    headings.append(Heading(level: level, text: plain, line: line, slug: slug))
  }

  /// The fragment that GitHub makes of a heading: lower case, punctuation left out, spaces as hyphens.
  static func slug(_ title: String) -> String {
    var slug = ""
    for scalar in title.lowercased().unicodeScalars {
      if scalar == " " {
        slug.append("-")
      } else if scalar == "-" || scalar == "_" || scalar.properties.isAlphabetic
        || scalar.properties.numericType != nil || scalar.properties.generalCategory == .nonspacingMark
      {
        slug.unicodeScalars.append(scalar)
      }
    }
    return slug
  }

  /// A heading without the markup of emphasis, code and links.
  static func plain(_ title: String) -> String {
    var result = ""
    let characters = Array(title)
    var index = 0
    while index < characters.count {
      let character = characters[index]
      switch character {
      case "\\" where index + 1 < characters.count && characters[index + 1].isPunctuation:
        index += 1
        result.append(characters[index])
      case "`", "*", "~": break
      case "_":
        // Inside a word an underscore is text.
        let before = index > 0 ? characters[index - 1] : " "
        let after = index + 1 < characters.count ? characters[index + 1] : " "
        if (before.isLetter || before.isNumber) && (after.isLetter || after.isNumber || after == "_") {
          result.append(character)
        }
      case "!" where index + 1 < characters.count && characters[index + 1] == "[": break
      case "[": break
      case "]":
        guard index + 1 < characters.count, let close: Character = ["(": ")", "[": "]"][characters[index + 1]],
          let end = characters[(index + 2)...].firstIndex(of: close)
        else { break }
        index = end
      case "<":
        guard let end = characters[index...].firstIndex(of: ">"), index + 1 < characters.count,
          characters[index + 1].isLetter || characters[index + 1] == "/"
        else {
          result.append(character)
          break
        }
        index = end
      default: result.append(character)
      }
      index += 1
    }
    return result.trimmedOfSpace
  }

  // MARK: Inlines

  private mutating func endParagraph() {
    if paragraph.isEmpty { return }
    let lines = paragraph
    paragraph = []
    var rest = lines[...]
    while let first = rest.first, let (label, destination) = Self.definition(first.text) {
      if definitions[label] == nil { definitions[label] = destination }
      rest = rest.dropFirst()
    }
    if !rest.isEmpty { readInlines(Array(rest)) }
  }

  /// `[label]: destination "title"`; footnotes are none.
  private static func definition(_ line: String) -> (String, String)? {
    guard line.first == "[", let close = line.firstRange(of: "]:") else { return nil }
    let label = line[line.index(after: line.startIndex)..<close.lowerBound]
    guard !label.isEmpty, !label.contains("["), label.first != "^" else { return nil }
    let rest = line[close.upperBound...].trimmedOfSpace
    if rest.first == "<" {
      guard let end = rest.firstIndex(of: ">") else { return nil }
      return (folded(String(label)), String(rest[rest.index(after: rest.startIndex)..<end]))
    }
    let destination = rest.prefix { !$0.isWhitespace }
    return destination.isEmpty ? nil : (folded(String(label)), String(destination))
  }

  /// Labels match without regard to case and to how much white space stands inside.
  private static func folded(_ label: String) -> String {
    label.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private mutating func readInlines(_ lines: [(text: String, line: Int, column: Int)]) {
    var scan = InlineScan(lines)
    scan.run()
    for found in scan.found {
      switch found.kind {
      case .destination(let destination):
        pending.append((destination, "", found.line, found.column, false))
      case .reference(let label, let isShortcut):
        pending.append((nil, Self.folded(label), found.line, found.column, isShortcut))
      case .anchor(let name): anchors.insert(name)
      }
    }
  }

  private mutating func resolveReferences() {
    for entry in pending {
      if let destination = entry.destination {
        links.append(Link(destination: destination, label: nil, line: entry.line, column: entry.column))
      } else if let destination = definitions[entry.label] {
        links.append(Link(destination: destination, label: nil, line: entry.line, column: entry.column))
      } else if !entry.isShortcut {
        // `[text]` alone is text unless it is defined; `[text][label]` was meant as a link.
        links.append(Link(destination: nil, label: entry.label, line: entry.line, column: entry.column))
      }
    }
    pending = []
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmedOfSpace: String {
    let head = drop(while: \.isWhitespace)
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(head[...last])
  }

  /// Without these characters at both ends.
  func trimmed(of characters: String) -> String {
    let head = drop { characters.contains($0) }
    guard let last = head.lastIndex(where: { !characters.contains($0) }) else { return "" }
    return String(head[...last])
  }
}
