/// Any YAML or JSON file of another program, with the place of each of its parts, for rooms that read one themselves.
package struct LocatedDocument: Sendable {
  /// What the file holds.
  package let root: LocatedValue
  private let source: SourceText

  /// Reads a file; tags are ignored, and words that parsers read differently are text. Without a document where the
  /// diagnostics say why.
  package static func read(_ file: SourceFile) -> Loaded<LocatedDocument> {
    let (root, problems) = YAMLReader.read(file, .lenient)
    guard let root, problems.isEmpty else { return Loaded(nil, problems.diagnostics) }
    let text = String(
      decoding: file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? file.bytes[3...] : file.bytes[...], as: UTF8.self)
    return Loaded(LocatedDocument(root: root, source: SourceText(path: file.path, text: text)), [])
  }

  /// Something that is wrong at a place of it.
  package func diagnostic(_ code: String, _ message: String, at span: Span, fix: String? = nil) -> Diagnostic {
    var problems = Problems(in: source)
    problems.add(code, message, at: span, fix: fix)
    return problems.diagnostics[0]
  }
}
