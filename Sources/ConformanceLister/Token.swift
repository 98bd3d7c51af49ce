/// A piece of Swift source, as far as declarations are told apart by it.
struct Token: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// A keyword or a name; a name in backticks keeps them, so that it is never taken for a keyword.
    case word
    /// An operator, a bracket, a separator. `<`, `>`, `?`, `!` and `&` always stand alone, since types have them too.
    case mark
    /// A number, a string or a regular expression: that it is there is all that counts.
    case literal
    /// `#if`, `#elseif`, `#else` or `#endif`, with the condition after it.
    case directive(condition: String)
  }

  var kind: Kind
  /// As it is written; of a literal only its first character, of a directive only its name with the `#`.
  var text: String
  /// From 1.
  var line: Int
  /// From 1, in bytes.
  var column: Int
  /// Whether nothing but white space and comments is before it on its line.
  var beginsLine: Bool

  /// The name that a word is, without backticks.
  var name: String {
    kind == .word && text.count > 2 && text.hasPrefix("`") ? String(text.dropFirst().dropLast()) : text
  }

  func isWord(_ word: String) -> Bool { kind == .word && text == word }

  func isMark(_ mark: String) -> Bool { kind == .mark && text == mark }
}
