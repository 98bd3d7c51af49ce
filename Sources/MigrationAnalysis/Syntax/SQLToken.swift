/// A piece of SQL text (PostgreSQL documentation, section 4.1, "Lexical Structure").
struct SQLToken: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// A key word or an identifier without quotes, in lower case.
    case word(String)
    /// An identifier in double quotes, as it reads without them.
    case quoted(String)
    /// A string constant of any form, as it reads; escapes are left as they are.
    case string(String)
    case number(String)
    /// `$1`.
    case parameter
    /// An operator, a bracket, a comma, a point, a semicolon.
    case symbol(String)

    /// The name, if it is a key word or an identifier.
    var identifier: String? {
      switch self {
      case .word(let name), .quoted(let name): name
      default: nil
      }
    }
  }

  var kind: Kind
  /// 1 for the first line.
  var line: Int
}

/// A comment with its place.
struct SQLComment: Sendable, Hashable {
  var text: String
  /// The line on which it begins and the one on which it ends.
  var lines: ClosedRange<Int>
  /// Whether a statement's text stands before it on its first line.
  var isTrailing: Bool
}
