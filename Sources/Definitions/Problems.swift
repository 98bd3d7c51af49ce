import AuditModel

/// What is wrong in one file.
struct Problems {
  private let source: SourceText
  private let masked: (String) -> String
  private var found: [Diagnostic] = []
  /// The lines as they are shown: long ones are not to be copied for each problem.
  private var lines: [Int: String] = [:]

  /// How many problems of one file are told.
  private static let most = 100

  /// Nothing yet. `masked` hides the secrets of a line without changing its length.
  init(in source: SourceText, masking masked: @escaping (String) -> String = { $0 }) {
    self.source = source
    self.masked = masked
  }

  /// In the order of the lines, each once, the first hundred.
  var diagnostics: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    let sorted = found.filter { seen.insert($0).inserted }.enumerated().sorted {
      let (a, b) = ($0.element.location, $1.element.location)
      return (a.line, a.column, $0.offset) < (b.line, b.column, $1.offset)
    }.map(\.element)
    guard sorted.count > Self.most else { return sorted }
    let next = sorted[Self.most]
    return sorted.prefix(Self.most) + [
      Diagnostic(
        code: "too-many", message: "\(sorted.count - Self.most) further problems are not shown",
        location: next.location,
        width: 1, sourceLine: next.sourceLine, fix: nil)
    ]
  }

  var isEmpty: Bool { found.isEmpty }

  mutating func add(_ code: String, _ message: String, at span: Span, fix: String? = nil) {
    let line = lines[span.line] ?? masked(source.line(span.line))
    lines[span.line] = line
    found.append(
      Diagnostic(
        code: code, message: message,
        location: SourceLocation(path: source.path, line: span.line, column: span.column), width: max(1, span.width),
        sourceLine: line, fix: fix))
  }
}
