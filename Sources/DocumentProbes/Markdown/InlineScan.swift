/// Finds links, references and anchors in the text of one block.
struct InlineScan {
  /// What was found.
  enum Kind {
    /// An inline link, an image, an autolink, or `href`/`src` of an HTML element.
    case destination(String)
    /// `[text][label]`, `[label][]`, or the shortcut `[label]`.
    case reference(String, isShortcut: Bool)
    /// `id` or `name` of an HTML element.
    case anchor(String)
  }

  private(set) var found: [(kind: Kind, line: Int, column: Int)] = []
  private var characters: [Character] = []
  private var places: [(line: Int, column: Int)] = []

  /// How many characters one link's text or destination may take.
  private static let longest = 4_000

  init(_ lines: [(text: String, line: Int, column: Int)]) {
    for (index, line) in lines.enumerated() {
      if index > 0 {
        characters.append("\n")
        places.append((line.line, 1))
      }
      for (offset, character) in line.text.enumerated() {
        characters.append(character)
        places.append((line.line, line.column + offset))
      }
    }
  }

  mutating func run() {
    var index = 0
    // Positions of brackets that are open.
    var open: [Int] = []
    while index < characters.count {
      switch characters[index] {
      case "\\": index += 2
      case "`":
        let run = length(of: "`", from: index)
        index = closing(of: run, from: index + run) ?? index + run
      case "<":
        index = angle(at: index)
      case "[":
        open.append(index)
        index += 1
      case "]":
        guard let start = open.popLast() else {
          index += 1
          continue
        }
        index = bracket(from: start, to: index)
      default: index += 1
      }
    }
  }

  private func length(of mark: Character, from index: Int) -> Int {
    characters[index...].prefix { $0 == mark }.count
  }

  /// Behind the run of as many backticks that closes a code span; nil if there is none.
  private func closing(of count: Int, from start: Int) -> Int? {
    var index = start
    while index < characters.count {
      if characters[index] == "`" {
        let run = length(of: "`", from: index)
        if run == count { return index + run }
        index += run
      } else {
        index += 1
      }
    }
    return nil
  }

  private mutating func add(_ kind: Kind, at index: Int) {
    found.append((kind, places[index].line, places[index].column))
  }

  /// An autolink or an HTML tag; returns where to go on.
  private mutating func angle(at start: Int) -> Int {
    let limit = min(characters.count, start + Self.longest)
    guard let end = characters[start..<limit].firstIndex(of: ">"), end > start + 1 else { return start + 1 }
    let inside = String(characters[(start + 1)..<end])
    if inside.contains(":"), !inside.contains(where: \.isWhitespace), inside.first?.isLetter == true,
      !inside.contains("=")
    {
      add(.destination(inside), at: start)
      return end + 1
    }
    guard inside.first?.isLetter == true || inside.first == "/" else { return start + 1 }
    for name in ["id", "name", "href", "src"] {
      guard let value = Self.attribute(name, of: inside) else { continue }
      add(name == "id" || name == "name" ? .anchor(value) : .destination(value), at: start)
    }
    return end + 1
  }

  private static func attribute(_ name: String, of tag: String) -> String? {
    var rest = tag[...]
    while let range = rest.firstRange(of: name + "=") {
      let before = range.lowerBound > tag.startIndex ? tag[tag.index(before: range.lowerBound)] : "x"
      rest = rest[range.upperBound...]
      guard before.isWhitespace else { continue }
      guard let quote = rest.first, quote == "\"" || quote == "'" else {
        return String(rest.prefix { !$0.isWhitespace && $0 != "/" })
      }
      return String(rest.dropFirst().prefix { $0 != quote })
    }
    return nil
  }

  /// What stands behind a closed bracket; returns where to go on.
  private mutating func bracket(from start: Int, to end: Int) -> Int {
    let next = end + 1 < characters.count ? characters[end + 1] : " "
    if next == "(", let (destination, after) = inlineDestination(from: end + 2) {
      add(.destination(destination), at: start)
      return after
    }
    let inside = String(characters[(start + 1)..<end])
    guard !inside.trimmedOfSpace.isEmpty, inside.first != "^", inside.count < Self.longest else { return end + 1 }
    if next == "[" {
      let limit = min(characters.count, end + 2 + 999)
      if let close = characters[(end + 2)..<limit].firstIndex(of: "]") {
        let label = String(characters[(end + 2)..<close])
        if label.first == "^" { return end + 1 }
        add(.reference(label.trimmedOfSpace.isEmpty ? inside : label, isShortcut: false), at: start)
        return close + 1
      }
    }
    add(.reference(inside, isShortcut: true), at: start)
    return end + 1
  }

  private func inlineDestination(from start: Int) -> (String, Int)? {
    var index = start
    func skipSpace() {
      while index < characters.count, characters[index].isWhitespace { index += 1 }
    }
    skipSpace()
    var destination = ""
    if index < characters.count, characters[index] == "<" {
      guard let end = characters[index...].prefix(Self.longest).firstIndex(of: ">") else { return nil }
      destination = String(characters[(index + 1)..<end])
      index = end + 1
    } else {
      var depth = 0
      while index < characters.count, destination.count < Self.longest {
        let character = characters[index]
        if character.isWhitespace { break }
        if character == "(" { depth += 1 }
        if character == ")" {
          if depth == 0 { break }
          depth -= 1
        }
        if character == "\\", index + 1 < characters.count, characters[index + 1].isPunctuation { index += 1 }
        destination.append(characters[index])
        index += 1
      }
    }
    skipSpace()
    if index < characters.count, let close: Character = ["\"": "\"", "'": "'", "(": ")"][characters[index]] {
      guard let end = characters[(index + 1)...].prefix(Self.longest).firstIndex(of: close) else { return nil }
      index = end + 1
      skipSpace()
    }
    guard index < characters.count, characters[index] == ")" else { return nil }
    return (destination, index + 1)
  }
}
