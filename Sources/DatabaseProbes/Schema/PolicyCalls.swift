/// Calls in the condition of a row security policy that have the same result for every row of a statement.
///
/// Written as a sub-select of its own, `(SELECT auth.uid())`, such a call runs once per statement; bare, the server runs it
/// for each row, and in a sub-select that reads a table for each row of that.
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
    /// Of each open parenthesis, whether the innermost sub-select it stands in reads no table.
    private var open: [Bool] = []
    /// The name that ends where the scan is.
    private var name = ""

    /// What `readsTable` says of the parentheses, and how many of them are behind.
    private var tables: [Bool] = []
    private var behind = 0

    init(_ text: String.UnicodeScalarView) {
      rest = text[...]
      tables = Self.readsTable(text)
    }

    private init(bare text: String.UnicodeScalarView) { rest = text[...] }

    mutating func firstBare() -> String? {
      while let scalar = rest.popFirst() {
        switch scalar {
        case "'":
          skipQuoted("'")
          name = ""
        case "\"": name += skipQuoted("\"")
        case "(":
          let runsOnce = open.last ?? false
          if !runsOnce, name.hasSuffix("current_setting") || (name.contains(".") && isClosedNext) { return name }
          open.append(beginsSelect ? !(tables.indices.contains(behind) && tables[behind]) : runsOnce)
          behind += 1
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

    /// Of each pair of parentheses, in the order in which they open, whether FROM stands in it and in no further ones.
    private static func readsTable(_ text: String.UnicodeScalarView) -> [Bool] {
      var scan = Scan(bare: text)
      var found: [Bool] = []
      var open: [Int] = []
      var word = ""
      func end(_ word: inout String) {
        if word == "FROM", let innermost = open.last { found[innermost] = true }
        word = ""
      }
      while let scalar = scan.rest.popFirst() {
        switch scalar {
        case "'", "\"":
          end(&word)
          scan.skipQuoted(scalar)
        case "(":
          end(&word)
          open.append(found.count)
          found.append(false)
        case ")":
          end(&word)
          _ = open.popLast()
        case _ where scalar == "_" || scalar == "." || scalar.properties.isAlphabetic:
          word.unicodeScalars.append(scalar)
        default: end(&word)
        }
      }
      return found
    }

    private var beginsSelect: Bool {
      String(rest.drop { $0 == " " || $0 == "\n" }.prefix(7)).uppercased() == "SELECT "
    }
  }
}
