/// Calls in the condition of a row security policy that have the same result for every row of a statement.
///
/// Written as a sub-select, `(SELECT auth.uid())`, such a call runs once per statement; bare, the server runs it for each row.
enum PolicyCalls {
  /// The first function that is called bare: `current_setting`, or one of users' own that is given no column and no value,
  /// such as `auth.uid`; nil if there is none.
  ///
  /// The text is the server's own, in which functions of users have their schema, and built-in ones do not.
  static func firstBare(in condition: String) -> String? {
    var scan = Scan(condition.unicodeScalars)
    return scan.firstBare()
  }

  /// One pass over a text: which parentheses begin a sub-select, and what name stands before the others.
  private struct Scan {
    private var rest: Substring.UnicodeScalarView
    /// Of each open parenthesis, whether a sub-select begins within it or around it.
    private var open: [Bool] = []
    /// The name that ends where the scan is.
    private var name = ""

    init(_ text: String.UnicodeScalarView) { rest = text[...] }

    mutating func firstBare() -> String? {
      while let scalar = rest.popFirst() {
        switch scalar {
        case "'":
          skipQuoted("'")
          name = ""
        case "\"": name += skipQuoted("\"")
        case "(":
          let isInSelect = open.last ?? false
          if !isInSelect, name.hasSuffix("current_setting") || (name.contains(".") && isClosedNext) { return name }
          open.append(isInSelect || beginsSelect)
          name = ""
        case ")":
          _ = open.popLast()
          name = ""
        case _
        where scalar == "." || scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic
          || ("0"..."9").contains(scalar):
          name.unicodeScalars.append(scalar)
        default: name = ""
        }
      }
      return nil
    }

    /// What stood up to the closing mark; a doubled one stands for itself.
    @discardableResult
    private mutating func skipQuoted(_ mark: Unicode.Scalar) -> String {
      var text = String.UnicodeScalarView()
      while let scalar = rest.popFirst() {
        if scalar == mark {
          guard rest.first == mark else { break }
          rest.removeFirst()
        }
        text.append(scalar)
      }
      return String(text)
    }

    private var isClosedNext: Bool { rest.first { $0 != " " } == ")" }

    private var beginsSelect: Bool {
      String(rest.drop { $0 == " " || $0 == "\n" }.prefix(7)).uppercased() == "SELECT "
    }
  }
}
