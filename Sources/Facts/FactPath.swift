/// Where in the facts to look: a JSONPath from the whole facts (`$…`) or from the subject at hand (`@…`).
public struct FactPath: Sendable, Hashable {
  /// What the path starts from.
  public enum Origin: Sendable, Hashable {
    /// The whole facts.
    case facts
    /// The subject that `each` selected.
    case subject
  }

  /// What the path starts from.
  public let origin: Origin
  /// The query, with `$` standing for the origin; may hold `${name}` parameters.
  public let query: JSONPath
  /// The path as it was written.
  public let text: String

  /// Reads `$…` or `@…`. Throws `JSONPath.SyntaxError` if the rest is no query.
  public init(_ text: String) throws(JSONPath.SyntaxError) {
    self.text = text
    if text.hasPrefix("@") {
      origin = .subject
      query = try JSONPath("$" + text.dropFirst(), allowingParameters: true)
    } else {
      origin = .facts
      query = try JSONPath(text, allowingParameters: true)
    }
  }

  /// The values selected from the facts or the subject, in order.
  public func values(
    in facts: JSONValue, subject: JSONValue?, parameters: JSONObject
  ) -> [JSONValue] {
    let root: JSONValue? = origin == .subject ? subject : facts
    guard let root else { return [] }
    return query.values(in: root, parameters: parameters)
  }
}
