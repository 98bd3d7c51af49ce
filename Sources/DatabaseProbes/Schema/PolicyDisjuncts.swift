/// Conditions of row security policies that hold for every row while nobody is known: `auth.uid() IS NULL OR owner =
/// auth.uid()` reads like a restriction and is none for a session without a user.
enum PolicyDisjuncts {
  /// What has to be unknown for `condition` to hold for every row; nil where nothing has.
  ///
  /// The text is the server's own, in which an `OR` of several terms is one flat list, and functions of users have their
  /// schema. Meant are functions that get no column and no value, and `current_setting` where it may be unset.
  static func opening(of condition: String) -> String? {
    let terms = split(unwrapped(condition[...]), at: " OR ")
    guard terms.count > 1 else { return nil }
    return terms.lazy.compactMap(testedForNull).first { isUnknownToSome($0) }.map { String(plain($0)) }
  }

  /// What a term demands to be null; nil where it demands something else.
  private static func testedForNull(_ term: Substring) -> Substring? {
    let term = unwrapped(term)
    if term.hasSuffix(" IS NULL") { return unwrapped(term.dropLast(" IS NULL".count)) }
    guard term.hasPrefix("NOT ") else { return nil }
    let inner = unwrapped(term.dropFirst("NOT ".count))
    return inner.hasSuffix(" IS NOT NULL") ? unwrapped(inner.dropLast(" IS NOT NULL".count)) : nil
  }

  private static func isUnknownToSome(_ value: Substring) -> Bool {
    let call = plain(value)
    guard let open = call.firstIndex(of: "("), call.hasSuffix(")") else { return false }
    let (name, arguments) = (call[..<open], call[open...].dropFirst().dropLast())
    guard !name.contains(" ") else { return false }
    if name.hasSuffix("current_setting") { return arguments.hasSuffix(", true") }
    return name.contains(".") && arguments.isEmpty
  }

  /// The call itself, where it stands in a sub-select: `( SELECT auth.uid() AS uid)`.
  private static func plain(_ value: Substring) -> Substring {
    var call = unwrapped(value).drop { $0 == " " }
    guard call.hasPrefix("SELECT ") else { return call }
    call = call.dropFirst("SELECT ".count).drop { $0 == " " }
    return call.firstRange(of: ") AS ").map { call[...$0.lowerBound] } ?? call
  }

  /// Without the parentheses around all of it.
  private static func unwrapped(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    while text.first == "(", closing(of: text) == text.indices.last { text = text.dropFirst().dropLast() }
    return text
  }

  /// Where the parenthesis that `text` begins with is closed.
  private static func closing(of text: Substring) -> Substring.Index? {
    var depth = 0
    var quote: Character?
    for index in text.indices {
      switch text[index] {
      case let mark where mark == quote: quote = nil
      case let mark where quote == nil && (mark == "'" || mark == "\""): quote = mark
      case "(" where quote == nil: depth += 1
      case ")" where quote == nil:
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
    }
    return nil
  }

  /// The parts between `word`, where that stands in no parentheses and no quotes.
  private static func split(_ text: Substring, at word: String) -> [Substring] {
    var parts: [Substring] = []
    var (start, depth) = (text.startIndex, 0)
    var quote: Character?
    var index = text.startIndex
    while index < text.endIndex {
      switch text[index] {
      case let mark where mark == quote: quote = nil
      case let mark where quote == nil && (mark == "'" || mark == "\""): quote = mark
      case "(" where quote == nil: depth += 1
      case ")" where quote == nil: depth -= 1
      case " " where quote == nil && depth == 0 && text[index...].hasPrefix(word):
        parts.append(text[start..<index])
        index = text.index(index, offsetBy: word.count)
        start = index
        continue
      default: break
      }
      index = text.index(after: index)
    }
    parts.append(text[start...])
    return parts
  }
}
