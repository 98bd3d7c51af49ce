import AuditModel

/// A stretch of one line: line and column from 1, column and width in Unicode scalars.
struct Span: Hashable {
  var line: Int
  var column: Int
  var width = 1

  /// Where a file begins.
  static let start = Span(line: 1, column: 1)
}

/// A file's text by lines.
struct SourceText {
  let path: String
  private let lines: [String.UnicodeScalarView.SubSequence]

  /// The text without a byte order mark. Lines end where YAML 1.1 ends them, so that they are counted as its parser
  /// counts them.
  init(path: String, text: String) {
    self.path = path
    var lines: [String.UnicodeScalarView.SubSequence] = []
    let scalars = text.unicodeScalars
    var start = scalars.startIndex
    var index = start
    while index < scalars.endIndex {
      let scalar = scalars[index]
      let after = scalars.index(after: index)
      if "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar) {
        lines.append(scalars[start..<index])
        start = scalar == "\r" && after < scalars.endIndex && scalars[after] == "\n" ? scalars.index(after: after) : after
        index = start
      } else {
        index = after
      }
    }
    lines.append(scalars[start...])
    self.lines = lines
  }

  /// The number of lines, at least 1.
  var lineCount: Int { lines.count }

  /// The line's text, empty beyond the end.
  func line(_ number: Int) -> String { String(scalars(ofLine: number)) }

  /// The scalars of a line, none beyond the end.
  func scalars(ofLine number: Int) -> String.UnicodeScalarView.SubSequence {
    lines.indices.contains(number - 1) ? lines[number - 1] : "".unicodeScalars[...]
  }

  /// The scalar at a place, if there is one.
  func scalar(at span: Span) -> Unicode.Scalar? { scalars(ofLine: span.line).dropFirst(span.column - 1).first }

  /// The stretch that a quoted text beginning at `span` takes on its first line, quotes included.
  func quoted(at span: Span) -> Span {
    let rest = scalars(ofLine: span.line).dropFirst(span.column - 1)
    guard let quote = rest.first else { return span }
    var width = 1
    var isEscaped = false
    for scalar in rest.dropFirst() {
      width += 1
      if isEscaped {
        isEscaped = false
      } else if scalar == "\\", quote == "\"" {
        isEscaped = true
      } else if scalar == quote {
        break
      }
    }
    return Span(line: span.line, column: span.column, width: width)
  }
}
