import Facts

/// Explains why a path can never select anything.
enum PathReach {
  /// The first step of `path` that leads nowhere in documents of the shape, with the names that would; nil where the
  /// step is not a plain name.
  static func deadEnd(of path: JSONPath, in schema: Schema) -> (name: String, known: [String])? {
    let text = path.text
    // Filters are left whole: only what stands outside brackets is a step of this path.
    var depth = 0
    var ends: [String.Index] = []
    for index in text.indices {
      switch text[index] {
      case "[":
        if depth == 0 { ends.append(index) }
        depth += 1
      case "]": depth -= 1
      case "." where depth == 0: ends.append(index)
      default: break
      }
    }
    for (end, next) in zip(ends, ends.dropFirst() + [text.endIndex]) {
      guard let before = prefix(of: text, to: end), let after = prefix(of: text, to: next) else { continue }
      let schemas = before.possibleSchemas(in: schema)
      guard !schemas.isEmpty, after.possibleSchemas(in: schema).isEmpty else { continue }
      let step = text[end..<next]
      guard step.hasPrefix("."), !step.hasPrefix("..") else { return nil }
      return (String(step.dropFirst()), schemas.flatMap(\.memberNames))
    }
    return nil
  }

  private static func prefix(of text: String, to end: String.Index) -> JSONPath? {
    try? JSONPath(String(text[..<end]), allowingParameters: true)
  }
}

extension Schema {
  /// The names of the members that an object of this shape can have, as far as they are fixed.
  fileprivate var memberNames: [String] {
    switch self {
    case .object(let fields, _): fields.map(\.name)
    case .nullable(let inner): inner.memberNames
    case .either(let alternatives): alternatives.flatMap(\.memberNames)
    case .any, .boolean, .integer, .number, .string, .array: []
    }
  }

  /// What is wrong with a value of which only a part is given.
  func violations(ofPart value: JSONValue) -> [Violation] {
    violations(of: value).filter { if case .missingName = $0.kind { false } else { true } }
  }
}
