/// The condition of a partial index, as far as it matters whether "these columns are not null" implies it.
///
/// The planner uses a partial index only where the query's conditions imply the index's. Comparing a column with `=` implies
/// that it is not null, and nothing else that could be told beforehand.
indirect enum IndexPredicate: Equatable, Sendable {
  /// The column of that stored name is not null.
  case isNotNull(String)
  case all([IndexPredicate])
  case any([IndexPredicate])
  /// Anything else.
  case other

  /// Reads what the server prints, with its brackets around everything that has an operator.
  init(_ text: String) {
    self = text.utf8.count > Self.mostBytes ? .other : Self.parse(Self.words(text)[...])
  }

  /// Longer conditions are not read.
  private static let mostBytes = 8000

  /// Whether it holds wherever none of `columns` is null.
  func holds(whereNotNull columns: Set<String>) -> Bool {
    switch self {
    case .isNotNull(let column): columns.contains(column)
    case .all(let parts): parts.allSatisfy { $0.holds(whereNotNull: columns) }
    case .any(let parts): parts.contains { $0.holds(whereNotNull: columns) }
    case .other: false
    }
  }

  /// The columns that it says are not null although they never are, being among `required`.
  ///
  /// Of a choice one such part makes the whole hold always; beside others it says nothing.
  func needless(where required: Set<String>) -> [String] {
    switch self {
    case .isNotNull(let column): required.contains(column) ? [column] : []
    case .all(let parts): parts.flatMap { $0.needless(where: required) }
    case .any(let parts): parts.first { $0.holds(whereNotNull: required) }?.needless(where: required) ?? []
    case .other: []
    }
  }

  /// Whether a condition names a column of that stored name, in whatever way.
  static func mentions(_ column: String, in text: String) -> Bool {
    words(text.utf8.count > mostBytes ? String(text.prefix(mostBytes)) : text).contains { $0.column == column }
  }

  private enum Word: Equatable {
    case open
    case close
    /// A keyword or a name that needs no quotes.
    case name(String)
    /// A name in quotes, as stored: without them.
    case quoted(String)
    case other(String)

    func isKeyword(_ keyword: String) -> Bool { self == .name(keyword) }

    var column: String? {
      switch self {
      case .name(let name), .quoted(let name): name
      case .open, .close, .other: nil
      }
    }
  }

  private static func parse(_ words: ArraySlice<Word>) -> IndexPredicate {
    let words = withoutBrackets(words)
    for (keyword, join) in [("OR", IndexPredicate.any), ("AND", IndexPredicate.all)] {
      let parts = split(words, at: keyword)
      if parts.count > 1 { return join(parts.map(parse)) }
    }
    let start = words.startIndex
    guard words.count == 4, let column = words[start].column, words[start + 1].isKeyword("IS"),
      words[start + 2].isKeyword("NOT"), words[start + 3].isKeyword("NULL")
    else { return .other }
    return .isNotNull(column)
  }

  /// The words inside of brackets that embrace all of them.
  private static func withoutBrackets(_ words: ArraySlice<Word>) -> ArraySlice<Word> {
    var words = words
    while words.first == .open, words.last == .close {
      var depth = 0
      for position in words.indices {
        if words[position] == .open { depth += 1 }
        if words[position] == .close { depth -= 1 }
        if depth == 0 {
          guard position == words.index(before: words.endIndex) else { return words }
          break
        }
      }
      guard depth == 0 else { return words }
      words = words.dropFirst().dropLast()
    }
    return words
  }

  private static func split(_ words: ArraySlice<Word>, at keyword: String) -> [ArraySlice<Word>] {
    var parts: [ArraySlice<Word>] = []
    var depth = 0
    var start = words.startIndex
    for position in words.indices {
      switch words[position] {
      case .open: depth += 1
      case .close: depth -= 1
      case let word where depth == 0 && word.isKeyword(keyword):
        parts.append(words[start..<position])
        start = position + 1
      default: break
      }
    }
    return parts + [words[start...]]
  }

  private static func words(_ text: String) -> [Word] {
    var words: [Word] = []
    var rest = Substring(text)
    while let first = rest.first {
      switch first {
      case "(":
        words.append(.open)
        rest = rest.dropFirst()
      case ")":
        words.append(.close)
        rest = rest.dropFirst()
      case "\"", "'":
        let (quoted, behind) = quotation(rest.dropFirst(), until: first)
        words.append(first == "\"" ? .quoted(quoted) : .other(quoted))
        rest = behind
      case _ where first.isWhitespace: rest = rest.dropFirst()
      default:
        let word = rest.prefix { !$0.isWhitespace && !"()\"'".contains($0) }
        words.append(isPlainName(word) ? .name(String(word)) : .other(String(word)))
        rest = rest.dropFirst(word.count)
      }
    }
    return words
  }

  private static func isPlainName(_ word: Substring) -> Bool {
    !(word.first?.isNumber ?? true) && word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
  }

  /// What stands up to the closing mark, which is doubled inside, and what is behind it.
  private static func quotation(_ text: Substring, until mark: Character) -> (String, Substring) {
    var quoted = ""
    var rest = text
    while let character = rest.first {
      rest = rest.dropFirst()
      if character == mark {
        guard rest.first == mark else { return (quoted, rest) }
        rest = rest.dropFirst()
      }
      quoted.append(character)
    }
    return (quoted, rest)
  }
}
