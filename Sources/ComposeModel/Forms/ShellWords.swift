/// Splits a command line into words as a POSIX shell does, expanding nothing.
package enum ShellWords {
  /// The words of a line; nil where a quote never closes.
  package static func split(_ line: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in line {
      if isEscaped {
        isEscaped = false
        if quote == "\"", !"\"\\$`\n".contains(character) { word = (word ?? "") + "\\" }
        word = (word ?? "") + String(character)
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else { return nil }
    if let done = word { words.append(done) }
    return words
  }

  /// The words of a `command` or an `entrypoint`; nil where a quote or a bracket never closes.
  ///
  /// No shell reads them: compose implementations end at the first operator of a shell, such as `&&`, `|`, `;` or `>`, and
  /// drop what follows.
  package static func command(_ line: String) -> [String]? {
    var reading = CommandReading()
    for character in line {
      guard reading.take(character) else { break }
    }
    return reading.finished()
  }
}

/// Reads a command line character by character.
private struct CommandReading {
  private enum Enclosure { case single, double, backtick, substitution }

  private var words: [String] = []
  private var word: String?
  private var enclosure: Enclosure?
  private var isEscaped = false

  private mutating func add(_ character: Character) { word = (word ?? "") + String(character) }

  private mutating func endWord() {
    if let done = word { words.append(done) }
    word = nil
  }

  /// Takes one character; false where the line is at its end for a command.
  mutating func take(_ character: Character) -> Bool {
    if isEscaped {
      isEscaped = false
      add(character)
      return true
    }
    switch character {
    case "\\":
      if enclosure == .single { add(character) } else { isEscaped = true }
    case "'" where enclosure == nil || enclosure == .single || enclosure == .backtick:
      toggle(.single)
    case "\"" where enclosure == nil || enclosure == .double || enclosure == .backtick:
      toggle(.double)
    case "`" where enclosure == nil || enclosure == .backtick:
      enclosure = enclosure == nil ? .backtick : nil
      add(character)
    case "(" where enclosure == nil:
      // Only behind `$`: elsewhere the bracket stays open, and the line is no command.
      let isSubstitution = word?.hasSuffix("$") == true
      enclosure = .substitution
      add(character)
      return isSubstitution
    case ")" where enclosure == nil || enclosure == .substitution:
      enclosure = enclosure == nil ? .substitution : nil
      add(character)
    case ";" where enclosure == nil, "&" where enclosure == nil, "|" where enclosure == nil, "<" where enclosure == nil:
      return false
    case ">" where enclosure == nil:
      // The number of what is redirected is no word.
      if let first = word?.first, first.isASCII, first.isNumber { word = nil }
      return false
    case _ where character.isWhitespace && enclosure == nil: endWord()
    default: add(character)
    }
    return true
  }

  private mutating func toggle(_ kind: Enclosure) {
    if enclosure == .backtick { return add(kind == .single ? "'" : "\"") }
    enclosure = enclosure == nil ? kind : nil
    word = word ?? ""
  }

  mutating func finished() -> [String]? {
    guard enclosure == nil, !isEscaped else { return nil }
    endWord()
    return words
  }
}
