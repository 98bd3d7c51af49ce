import Facts

/// What an OpenAPI 3 or Swagger 2 document says about the requests a server takes, as values that probes can use.
///
/// Only what concerns paths, methods, access and parameters is read, and held against the specification; schemas of
/// content are not looked at.
enum OpenAPIDocument {
  /// The most operations that are handed on.
  static let mostOperations = 1000

  /// Larger documents are refused, in bytes. Many are written by programs, and longer than what people write.
  private static let largest = 4 << 20

  /// Who may send a request, by the document's security requirements.
  enum Access: String, CaseIterable {
    /// Anybody: no requirement, or an empty one among the alternatives.
    case `public`
    /// Whoever presents credentials.
    case protected
    /// The document says nothing about security anywhere.
    case undeclared
  }

  /// The shape of what `load` gives.
  static let schema = Schema.object([
    .init("version", .string(), required: true, "the version of the specification it follows"),
    .init("operations", .array(operation), required: true, "the requests it describes, in its order"),
    .init("omitted", .integer(minimum: 0), required: true, "how many operations beyond the thousandth were left out"),
  ])

  private static let operation = Schema.object([
    .init("method", .string(), required: true, "the method, in capitals"),
    .init("path", .string(), required: true, "base path and path, with parameters in braces"),
    .init("access", .word(Access.self), required: true, "who may send it"),
    .init(
      "parameters", .array(parameter), required: true, "those of the path, and those of the query that it requires"),
  ])

  private static let parameter = Schema.object([
    .init("name", .string(), required: true, "its name"),
    .init("in", .string(.word(["path", "query"])), required: true, "where it stands"),
    .init("value", .string(), required: true, "a value it can have"),
    .init("isInvented", .boolean, required: true, "the document names no value: one of its type was made up"),
  ])

  /// What the document says, or what is wrong with it.
  static func load(_ file: SourceFile) -> Loaded<JSONValue> {
    let mask = SecretMask(names: [String]())
    var (root, problems) = YAMLReader.read(file, .lenient, upTo: largest, masking: mask.masked)
    if root == nil, let value = try? JSONText.parse(file.bytes) {
      // JSON that YAML parsers do not take, with escaped surrogates: sound, only without places.
      root = LocatedValue(placeless: value)
      problems = Problems(in: SourceText(path: file.path, text: String(decoding: file.bytes, as: UTF8.self)))
    }
    guard let root else { return Loaded(nil, problems.diagnostics) }
    var reading = OpenAPIReading(root: root, problems: problems)
    let value = reading.run()
    return Loaded(value, reading.problems.diagnostics)
  }
}

extension LocatedValue {
  /// A value whose parts all stand at the beginning.
  fileprivate init(placeless value: JSONValue) {
    switch value {
    case .object(let object):
      self.init(
        members: object.members.map {
          Member(name: $0.name, nameSpan: .start, value: LocatedValue(placeless: $0.value))
        },
        at: .start)
    case .array(let elements): self.init(elements: elements.map { LocatedValue(placeless: $0) }, at: .start)
    default: self.init(value, at: .start)
    }
  }
}
