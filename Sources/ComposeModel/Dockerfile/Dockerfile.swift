/// A Dockerfile as its instructions (Dockerfile reference).
package struct Dockerfile: Sendable {
  /// One instruction.
  package struct Instruction: Sendable, Equatable {
    /// In upper case; that of an `ONBUILD` is `ONBUILD`.
    package var keyword: String
    /// What follows, continuation lines joined by blanks, comments within taken out.
    package var arguments: String
    /// The content of its here-documents.
    package var documents: [String]
    /// From 1: where it begins.
    package var line: Int
    /// From 0: the stage it belongs to; -1 before the first `FROM`.
    package var stage: Int

    /// The arguments as words, options and their values among them; the elements of a list in JSON form.
    package var words: [String] {
      let trimmed = arguments.drop { $0 == " " }
      if trimmed.hasPrefix("["), let list = jsonWords(String(trimmed)) { return list }
      return arguments.split(separator: " ").map(String.init)
    }

    /// What an `ONBUILD` puts off, as an instruction of its own.
    var deferred: Instruction {
      let inner = arguments.drop { $0 == " " }
      let keyword = inner.prefix { $0 != " " && $0 != "\t" }
      var copy = self
      copy.keyword = keyword.uppercased()
      copy.arguments = String(inner.dropFirst(keyword.count).drop { $0 == " " || $0 == "\t" })
      return copy
    }

    /// Whether it is written as a list, for no shell to read.
    package var isExecForm: Bool { arguments.drop { $0 == " " }.hasPrefix("[") && jsonWords(arguments) != nil }

    private func jsonWords(_ text: String) -> [String]? {
      var words: [String] = []
      var word: String?
      var isEscaped = false
      var isClosed = false
      for character in text.drop(while: { $0 == " " }).dropFirst() {
        if var open = word {
          if isEscaped {
            isEscaped = false
            open.append(character)
            word = open
          } else if character == "\\" {
            isEscaped = true
          } else if character == "\"" {
            words.append(open)
            word = nil
          } else {
            open.append(character)
            word = open
          }
        } else if character == "\"" {
          word = ""
        } else if character == "]" {
          isClosed = true
        } else if character != "," && character != " " {
          return nil
        }
      }
      return isClosed && word == nil ? words : nil
    }
  }

  /// A `FROM`.
  package struct Stage: Sendable, Equatable {
    /// The image as it is written.
    package var image: String
    package var alias: String?
    package var line: Int
  }

  /// What instructions there are (Dockerfile reference).
  package static let keywords: Set<String> = [
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
  ]

  package private(set) var instructions: [Instruction] = []
  package private(set) var stages: [Stage] = []

  /// Reads a Dockerfile; what is no instruction is one with a keyword that nothing knows.
  package init(_ text: String) {
    let unified = text.replacing("\r\n", with: "\n")
    let lines = unified.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let escape = Self.escape(in: lines)
    var index = 0
    while index < lines.count {
      let start = index
      let first = lines[index].drop { $0 == " " || $0 == "\t" }
      index += 1
      if first.isEmpty || first.hasPrefix("#") { continue }
      var joined = String(first)
      while Self.continues(&joined, escape), index < lines.count {
        let next = lines[index].drop { $0 == " " || $0 == "\t" }
        index += 1
        // Comments and empty lines within an instruction are left out, and do not end it.
        if next.isEmpty || next.hasPrefix("#") {
          joined += String(escape)
          continue
        }
        joined += " " + next
      }
      let documents = Self.documents(named: Self.delimiters(in: joined), in: lines, from: &index)
      add(joined, documents, line: start + 1)
    }
  }

  private mutating func add(_ text: String, _ documents: [String], line: Int) {
    let keyword = text.prefix { $0 != " " && $0 != "\t" }
    let arguments = text.dropFirst(keyword.count).drop { $0 == " " || $0 == "\t" }
    let name = keyword.uppercased()
    if name == "FROM" {
      let words = arguments.split(separator: " ").map(String.init).filter { !$0.hasPrefix("--") }
      let alias = words.count > 2 && words[1].lowercased() == "as" ? words[2].lowercased() : nil
      stages.append(Stage(image: words.first ?? "", alias: alias, line: line))
    }
    instructions.append(
      Instruction(
        keyword: name, arguments: String(arguments), documents: documents, line: line, stage: stages.count - 1))
  }

  /// The character that joins lines, which a directive at the top may change.
  private static func escape(in lines: [String]) -> Character {
    for line in lines {
      guard line.hasPrefix("#") else { return "\\" }
      let directive = line.dropFirst().filter { $0 != " " }
      guard directive.contains("=") else { return "\\" }
      if directive.lowercased() == "escape=`" { return "`" }
    }
    return "\\"
  }

  /// Takes the sign at the end off; false where there is none.
  private static func continues(_ text: inout String, _ escape: Character) -> Bool {
    let trimmed = text.reversed().drop { $0 == " " || $0 == "\t" }
    guard trimmed.first == escape else { return false }
    text = String(trimmed.dropFirst().reversed())
    return true
  }

  /// The names of the here-documents that an instruction opens.
  private static func delimiters(in text: String) -> [(name: String, stripsTabs: Bool)] {
    let keyword = text.prefix { $0 != " " }.uppercased()
    guard ["RUN", "COPY", "ADD"].contains(keyword) else { return [] }
    var found: [(String, Bool)] = []
    var rest = text[...]
    while let start = rest.firstRange(of: "<<") {
      rest = rest[start.upperBound...]
      if rest.hasPrefix("<") { continue }
      let stripsTabs = rest.hasPrefix("-")
      if stripsTabs { rest = rest.dropFirst() }
      let quote = rest.first.flatMap { "\"'".contains($0) ? $0 : nil }
      if quote != nil { rest = rest.dropFirst() }
      let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
      if let first = name.first, first.isLetter || first == "_" { found.append((String(name), stripsTabs)) }
      rest = rest.dropFirst(name.count)
    }
    return found
  }

  private static func documents(
    named delimiters: [(name: String, stripsTabs: Bool)], in lines: [String], from index: inout Int
  ) -> [String] {
    delimiters.map { delimiter in
      var content: [String] = []
      while index < lines.count {
        let line = lines[index]
        index += 1
        let bare = delimiter.stripsTabs ? String(line.drop { $0 == "\t" }) : line
        if bare == delimiter.name { break }
        content.append(bare)
      }
      return content.joined(separator: "\n")
    }
  }

  /// The instructions of the stage that the image is made of.
  package var final: [Instruction] { instructions.filter { $0.stage == stages.count - 1 && $0.stage >= 0 } }

  /// Whether the image has a health check of its own, as far as the file says.
  package var hasHealthcheck: Bool {
    guard let last = lineage.last(where: { $0.keyword == "HEALTHCHECK" }) else { return false }
    return last.words.first?.uppercased() != "NONE"
  }

  /// The instructions of the last stage and of those of this file that it builds on, in order.
  package var lineage: [Instruction] {
    var result: [Instruction] = []
    var stage = stages.count - 1
    var seen: Set<Int> = []
    while stages.indices.contains(stage), seen.insert(stage).inserted {
      result = instructions.filter { $0.stage == stage } + result
      let image = stages[stage].image.lowercased()
      stage = stages[..<stage].lastIndex { $0.alias == image } ?? -1
    }
    return result
  }
}
