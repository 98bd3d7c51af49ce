/// Conditions of row security policies that hold for every row while nobody is known: `auth.uid() IS NULL OR owner =
/// auth.uid()` reads like a restriction and is none for a session without a user.
enum PolicyDisjuncts {
  /// What has to be unknown for `condition` to hold for every row; nil where nothing has. Time is linear in the text.
  ///
  /// The text is the server's own, in which an `OR` of several terms is one flat list, and functions of users have their
  /// schema. Meant are functions that get no column and no value, and `current_setting` where it may be unset.
  static func opening(of condition: String) -> String? {
    let condition = Condition(condition)
    let terms = condition.split(condition.unwrapped(condition.whole), at: " OR ")
    guard terms.count > 1 else { return nil }
    return terms.lazy.compactMap { testedForNull($0, condition) }.first { isUnknownToSome($0, condition) }
      .map { condition.text(plain($0, condition)) }
  }

  /// What a term demands to be null; nil where it demands something else.
  private static func testedForNull(_ term: Range<Int>, _ condition: Condition) -> Range<Int>? {
    let term = condition.unwrapped(term)
    if let value = condition.without(suffix: " IS NULL", term) { return condition.unwrapped(value) }
    guard let rest = condition.without(prefix: "NOT ", term) else { return nil }
    return condition.without(suffix: " IS NOT NULL", condition.unwrapped(rest)).map(condition.unwrapped)
  }

  private static func isUnknownToSome(_ value: Range<Int>, _ condition: Condition) -> Bool {
    let call = plain(value, condition)
    guard let open = condition.first("(", in: call),
      let arguments = condition.without(suffix: ")", (open + 1)..<call.upperBound)
    else { return false }
    let name = call.lowerBound..<open
    guard condition.first(" ", in: name) == nil else { return false }
    if condition.without(suffix: "current_setting", name) != nil {
      return condition.without(suffix: ", true", arguments) != nil
    }
    return condition.first(".", in: name) != nil && arguments.isEmpty
  }

  /// The call itself, where it stands in a sub-select: `( SELECT auth.uid() AS uid)`.
  private static func plain(_ value: Range<Int>, _ condition: Condition) -> Range<Int> {
    let call = condition.trimmed(condition.unwrapped(value))
    guard let rest = condition.without(prefix: "SELECT ", call) else { return call }
    let inner = condition.trimmed(rest)
    return condition.first(") AS ", in: inner).map { inner.lowerBound..<($0 + 1) } ?? inner
  }

  /// A text, and which of its parentheses belong together.
  private struct Condition {
    private let bytes: [UInt8]
    /// By place: where the parenthesis that opens there is closed; -1 elsewhere, in quotes and where it never is.
    private let closing: [Int]

    init(_ text: String) {
      bytes = Array(text.utf8)
      var closing = [Int](repeating: -1, count: bytes.count)
      var open: [Int] = []
      var quote: UInt8?
      for (place, byte) in bytes.enumerated() {
        switch byte {
        case let mark where mark == quote: quote = nil
        case let mark where quote == nil && (mark == UInt8(ascii: "'") || mark == UInt8(ascii: "\"")): quote = mark
        case UInt8(ascii: "(") where quote == nil: open.append(place)
        case UInt8(ascii: ")") where quote == nil: if let start = open.popLast() { closing[start] = place }
        default: break
        }
      }
      self.closing = closing
    }

    var whole: Range<Int> { bytes.startIndex..<bytes.endIndex }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Without blanks around it.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
      var (start, end) = (range.lowerBound, range.upperBound)
      while start < end, bytes[start] == UInt8(ascii: " ") { start += 1 }
      while end > start, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
      return start..<end
    }

    /// Without the parentheses around all of it.
    func unwrapped(_ range: Range<Int>) -> Range<Int> {
      var range = trimmed(range)
      while let first = range.first, closing[first] == range.upperBound - 1 {
        range = (first + 1)..<(range.upperBound - 1)
      }
      return range
    }

    func without(prefix: StaticString, _ range: Range<Int>) -> Range<Int>? {
      holds(prefix, at: range.lowerBound, before: range.upperBound)
        ? (range.lowerBound + prefix.utf8CodeUnitCount)..<range.upperBound : nil
    }

    func without(suffix: StaticString, _ range: Range<Int>) -> Range<Int>? {
      let start = range.upperBound - suffix.utf8CodeUnitCount
      return start >= range.lowerBound && holds(suffix, at: start, before: range.upperBound)
        ? range.lowerBound..<start : nil
    }

    /// Where `word` stands first.
    func first(_ word: StaticString, in range: Range<Int>) -> Int? {
      range.first { holds(word, at: $0, before: range.upperBound) }
    }

    /// The parts between `word`, where that stands in no parentheses and no quotes.
    func split(_ range: Range<Int>, at word: StaticString) -> [Range<Int>] {
      var parts: [Range<Int>] = []
      var (start, place) = (range.lowerBound, range.lowerBound)
      var quote: UInt8?
      while place < range.upperBound {
        let byte = bytes[place]
        if let mark = quote {
          if byte == mark { quote = nil }
        } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
          quote = byte
        } else if closing[place] >= 0 {
          place = closing[place]
        } else if holds(word, at: place, before: range.upperBound) {
          parts.append(start..<place)
          start = place + word.utf8CodeUnitCount
          place = start - 1
        }
        place += 1
      }
      parts.append(start..<range.upperBound)
      return parts
    }

    private func holds(_ word: StaticString, at start: Int, before end: Int) -> Bool {
      let count = word.utf8CodeUnitCount
      guard start + count <= end else { return false }
      return word.withUTF8Buffer { word in
        for offset in 0..<count where bytes[start + offset] != word[offset] { return false }
        return true
      }
    }
  }
}
