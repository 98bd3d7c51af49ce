import Facts

/// A regular expression of Prometheus or Alertmanager (RE2 syntax, anchored at both ends), matched in linear time.
struct AnchoredPattern: Sendable {
  private let pattern: Regexp

  /// Nil where the expression uses what is not understood here, such as flags.
  init?(_ text: String) {
    var translated = ""
    var rest = Substring(text)
    var isInBrackets = false
    while let character = rest.first {
      if character == "\\" {
        let escaped = rest.dropFirst().first
        let set: String? =
          switch escaped {
          case "d": "0-9"
          case "w": "0-9A-Za-z_"
          case "s": "\\t\\n\\r "
          default: nil
          }
        if let set {
          translated += isInBrackets ? set : "[\(set)]"
        } else {
          translated += rest.prefix(2)
        }
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("(?:"), !isInBrackets {
        translated += "("
        rest = rest.dropFirst(3)
      } else if rest.hasPrefix("(?"), !isInBrackets {
        return nil
      } else {
        if character == "[" { isInBrackets = true }
        if character == "]" { isInBrackets = false }
        translated.append(character)
        rest = rest.dropFirst()
      }
    }
    guard let pattern = Regexp(translated) else { return nil }
    self.pattern = pattern
  }

  /// Whether the whole of `text` matches.
  func matches(_ text: String) -> Bool { pattern.matches(text) }
}
