package import AuditModel

/// One thing that is wrong in a file, with its place and the way to mend it.
package struct Diagnostic: Sendable, Hashable {
  /// What kind of mistake it is, stable: `unknown-key`.
  package let code: String
  /// One line in lower case; never holds a secret.
  package let message: String
  /// Where.
  package let location: SourceLocation
  /// How much of the line is meant, in Unicode scalars, at least 1.
  package let width: Int
  /// The line, secrets masked.
  package let sourceLine: String
  /// How to mend it; nil where the message says it.
  package let fix: String?

  /// For people: the message, the place, the line with a caret under what is meant, the fix. No newline at the end.
  package func rendered() -> String {
    let excerpt = Excerpt(of: sourceLine, column: location.column, width: width)
    let number = String(location.line)
    let margin = String(repeating: " ", count: number.count)
    var lines = [
      "error[\(code)]: \(message.printable)",
      "\(margin)--> \(location.path.printable):\(location.line):\(location.column)",
      "\(margin) |",
      "\(number) | \(excerpt.text)",
      "\(margin) | \(excerpt.carets)",
    ]
    if let fix { lines.append("\(margin) = \(fix.printable)") }
    return lines.joined(separator: "\n")
  }
}
