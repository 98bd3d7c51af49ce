/// Lines under construction, wrapped to a width. Text from a report never starts a line by itself: a mark of ours stands
/// before it, so that no runner takes it for a command.
struct ConsolePage {
  /// A colour from the terminal's own palette, as an SGR parameter (ECMA-48 section 8.3.117).
  enum Color: Int {
    case bold = 1
    case red = 31
    case green = 32
    case yellow = 33
  }

  private(set) var text = ""
  private let width: Int
  private let usesColor: Bool

  init(width: Int, usesColor: Bool) {
    self.width = max(40, width)
    self.usesColor = usesColor
  }

  /// A line of ours.
  mutating func line(_ text: String = "") { self.text += text + "\n" }

  /// `words` in a colour, if there are any.
  func painted(_ words: String, _ color: Color) -> String {
    usesColor ? "\u{1B}[\(color.rawValue)m\(words)\u{1B}[0m" : words
  }

  /// Text from a report on one line, however long, so that it can be copied.
  mutating func command(_ raw: String) { text += "  │ $ " + Untrusted.line(raw) + "\n" }

  /// Text from a report on as many lines as it needs, each after `│ `; at most `limit` bytes of it.
  mutating func quote(_ raw: String, limit: Int = 1200) {
    let mark = "  │ "
    var line = ""
    var length = 0
    for word in Untrusted.line(raw, limit: limit).split(separator: " ", omittingEmptySubsequences: false) {
      if length > 0, length + 1 + word.count > width - mark.count {
        text += mark + line + "\n"
        (line, length) = ("", 0)
      }
      line += length > 0 ? " " + word : word
      length += word.count + (length > 0 ? 1 : 0)
    }
    text += mark + line + "\n"
  }
}
