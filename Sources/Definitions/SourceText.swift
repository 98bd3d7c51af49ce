import AuditModel

/// A stretch of one line: line and column from 1, column and width in Unicode scalars.
package struct Span: Hashable, Sendable {
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int
  /// At least 1, in Unicode scalars.
  package var width: Int

  /// A stretch of `width` scalars.
  package init(line: Int, column: Int, width: Int = 1) {
    self.line = line
    self.column = column
    self.width = width
  }

  /// Where a file begins.
  package static let start = Span(line: 1, column: 1)
}

/// A file's text by lines.
struct SourceText {
  let path: String
  private let scalars: [Unicode.Scalar]
  private let lines: [Range<Int>]

  /// The text without a byte order mark. Lines end where YAML 1.1 ends them, so that they are counted as its parser
  /// counts them.
  init(path: String, text: String) {
    self.path = path
    scalars = Array(text.unicodeScalars)
    var lines: [Range<Int>] = []
    var start = 0
    for (index, scalar) in scalars.enumerated() where "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar) {
      if scalar == "\n", index > 0, scalars[index - 1] == "\r" {
        start = index + 1
        continue
      }
      lines.append(start..<index)
      start = index + 1
    }
    lines.append(start..<scalars.count)
    self.lines = lines
  }

  /// The number of lines, at least 1.
  var lineCount: Int { lines.count }

  /// The line's text, empty beyond the end.
  func line(_ number: Int) -> String { String(String.UnicodeScalarView(scalars(ofLine: number))) }

  /// The scalars of a line, none beyond the end.
  func scalars(ofLine number: Int) -> ArraySlice<Unicode.Scalar> {
    lines.indices.contains(number - 1) ? scalars[lines[number - 1]] : []
  }

  /// The text with one scalar replaced; nil if there is none at the place.
  func replacing(line: Int, column: Int, with scalar: Unicode.Scalar) -> String? {
    guard lines.indices.contains(line - 1), column >= 1, column <= lines[line - 1].count else { return nil }
    var scalars = scalars
    scalars[lines[line - 1].lowerBound + column - 1] = scalar
    return String(String.UnicodeScalarView(scalars))
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
