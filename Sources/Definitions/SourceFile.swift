/// A file that somebody wrote, as it was read.
package struct SourceFile: Sendable {
  /// The path as it was named; it stands in every diagnostic.
  package let path: String
  /// The bytes, not yet known to be UTF-8.
  package let bytes: [UInt8]

  /// A file's bytes under its path.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// What came of loading: a value, usable only if there is no diagnostic.
package struct Loaded<Value> {
  /// What the file says; nil where a diagnostic says why not.
  package var value: Value?
  /// Everything that is wrong, in the order of the files and of the lines.
  package var diagnostics: [Diagnostic]

  init(_ value: Value?, _ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
    self.value = diagnostics.isEmpty ? value : nil
  }
}

extension Loaded: Sendable where Value: Sendable {}
