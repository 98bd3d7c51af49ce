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
      rest = rest[open.upperBound...].drop { $0 == " " }
      let offset = text.unicodeScalars.distance(from: text.startIndex, to: rest.startIndex)
      let own = rest.hasPrefix("${") ? rest.firstIndex(of: "}").map { rest.index(after: $0) } : nil
      guard let close = rest[(own ?? rest.startIndex)...].firstRange(of: "}}") else {
        throw JSONPath.SyntaxError(offset: offset, message: "`{{` is not closed by `}}`")
      }
      pieces.append(try Self.place(rest[..<close.lowerBound].trimmingEnd, at: offset))
      rest = rest[close.upperBound...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
  }

  /// Reads what stands between the braces, `offset` Unicode scalars into the template.
  private static func place(_ text: String, at offset: Int) throws(JSONPath.SyntaxError) -> Piece {
    if text.hasPrefix("${") {
      guard text.hasSuffix("}") else {
        throw JSONPath.SyntaxError(offset: offset, message: "only the parameter may stand here")
      }
      return .parameter(String(text.dropFirst(2).dropLast()))
    }
    let prefix = text.hasPrefix("@") || text.hasPrefix("$") ? "" : "$."
    do throws(JSONPath.SyntaxError) {
      return .fact(try FactPath(prefix + text))
    } catch {
      throw JSONPath.SyntaxError(offset: offset + max(0, error.offset - prefix.count), message: error.message)
    }
  }

  /// The sentence with its places filled.
  public func filled(facts: JSONValue, subject: JSONValue?, parameters: JSONObject) -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): return text
      case .parameter(let name): return parameters[name]?.plainText ?? "not set"
      case .fact(let path):
        let values = path.values(in: facts, subject: subject, parameters: parameters)
        return values.isEmpty ? "not observed" : values.map(\.legible).joined(separator: ", ")
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

extension JSONValue {
  /// `plainText`, a fraction with no more places than anybody reads: three, or six below one.
  fileprivate var legible: String {
    guard case .double(let value) = self, value.magnitude < 1e12 else { return plainText }
    let scale = value.magnitude < 1 ? 1e6 : 1e3
    let rounded = (value * scale).rounded() / scale
    return rounded == 0 ? plainText : JSONValue.double(rounded).plainText
  }
}

extension Substring {
  fileprivate var trimmingEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
