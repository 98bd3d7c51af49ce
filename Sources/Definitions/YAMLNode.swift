/// A part of a YAML file as it was written: scalars are not interpreted, tags and merge keys are kept; only aliases are
/// replaced by what they stand for.
package struct YAMLNode: Sendable {
  /// What stands there.
  package enum Content: Sendable {
    /// Text, and whether it stood without quotes.
    case scalar(String, isPlain: Bool)
    /// A list.
    case sequence([YAMLNode])
    /// Keys with their values, in order; no key stands twice.
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  /// What stands there.
  package let content: Content
  /// An explicit tag: `!reset`, `tag:yaml.org,2002:str`.
  package let tag: String?
  /// From 1.
  package let line: Int
  /// From 1, in Unicode scalars.
  package let column: Int
}

extension Definitions {
  /// The documents of a YAML file of another program, for a reader that gives scalars and tags a meaning of its own.
  ///
  /// A file without content has no documents. `masked` hides the secrets of a line that a diagnostic shows.
  package static func nodes(
    of file: SourceFile, masking masked: @escaping (String) -> String = { $0 }
  ) -> Loaded<[YAMLNode]> {
    YAMLNodeReader.read(file, masking: masked)
  }
}
