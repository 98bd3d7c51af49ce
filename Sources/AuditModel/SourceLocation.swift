/// A place in a file that somebody wrote.
public struct SourceLocation: Sendable, Hashable, Codable {
  /// The file as it was named.
  public var path: String
  /// From 1.
  public var line: Int
  /// From 1, in Unicode scalars.
  public var column: Int

  /// The place at `line` and `column` of the file `path`.
  public init(path: String, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
  }
}
