package import Facts

extension Definitions {
  /// Any YAML file of another program as JSON: tags are ignored, and words that parsers read differently are text.
  package static func document(_ file: SourceFile) -> Loaded<JSONValue> {
    let (root, problems) = YAMLReader.read(file, .lenient)
    return Loaded(root?.value, problems.diagnostics)
  }
}
