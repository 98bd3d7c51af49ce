import AuditModel

/// What is wrong in one file.
struct Problems {
  private let source: SourceText
  private let masked: (String) -> String
  private var found: [Diagnostic] = []

  /// Nothing yet. `masked` hides the secrets of a line without changing its length.
  init(in source: SourceText, masking masked: @escaping (String) -> String = { $0 }) {
    self.source = source
    self.masked = masked
  }

  /// In the order of the lines, each once.
  var diagnostics: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return found.filter { seen.insert($0).inserted }.enumerated().sorted {
      let (a, b) = ($0.element.location, $1.element.location)
      return (a.line, a.column, $0.offset) < (b.line, b.column, $1.offset)
    }.map(\.element)
  }

  var isEmpty: Bool { found.isEmpty }

  mutating func add(_ code: String, _ message: String, at span: Span, fix: String? = nil) {
    found.append(
      Diagnostic(
        code: code, message: message,
        location: SourceLocation(path: source.path, line: span.line, column: span.column), width: max(1, span.width),
        sourceLine: masked(source.line(span.line)), fix: fix))
  }
}
