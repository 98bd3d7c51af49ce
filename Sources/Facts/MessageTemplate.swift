/// A sentence with places for facts: `expires {{ leaf.notAfter }}`.
///
/// Inside the braces stands a path without its `$.` (`leaf.notAfter`), or one from the subject (`@.name`), or a
/// parameter (`${limit}`).
public struct MessageTemplate: Sendable, Hashable {
  /// A stretch of the sentence.
  public enum Piece: Sendable, Hashable {
    /// Printed as it stands.
    case text(String)
    /// Replaced by the value found there; `not observed` where there is none.
    case fact(FactPath)
    /// Replaced by the parameter's value.
    case parameter(String)
  }

  /// The stretches in order.
  public let pieces: [Piece]

  /// Reads a template. Throws `JSONPath.SyntaxError` for braces that are not closed or do not hold a path.
  public init(_ text: String) throws(JSONPath.SyntaxError) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "{{") {
      if open.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<open.lowerBound]))) }
      rest = rest[open.upperBound...]
      guard let close = rest.firstRange(of: "}}") else {
        throw JSONPath.SyntaxError(offset: text.unicodeScalars.count, message: "`{{` is not closed by `}}`")
      }
      let inside = rest[..<close.lowerBound].trimmingSpaces
      if inside.hasPrefix("${"), inside.hasSuffix("}") {
        pieces.append(.parameter(String(inside.dropFirst(2).dropLast())))
      } else {
        pieces.append(.fact(try FactPath(inside.hasPrefix("@") || inside.hasPrefix("$") ? inside : "$." + inside)))
      }
      rest = rest[close.upperBound...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
  }

  /// The sentence with its places filled.
  public func filled(facts: JSONValue, subject: JSONValue?, parameters: JSONObject) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): return text
      case .parameter(let name): return parameters[name]?.plainText ?? "not set"
      case .fact(let path):
        let values = path.values(in: facts, subject: subject, parameters: parameters)
        return values.isEmpty ? "not observed" : values.map(\.plainText).joined(separator: ", ")
      }
    }.joined()
  }
}

extension JSONValue {
  /// The value as people read it: text without quotes, everything else as JSON, `null` as "not observed".
  public var plainText: String {
    switch self {
    case .null: "not observed"
    case .string(let text): text
    default: JSONText.compact(self)
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
