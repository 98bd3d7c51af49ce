/// A JSONPath query (RFC 9535), checked as a whole when it is read.
///
/// An extension beyond the RFC, only where asked for: `${name}` in place of a literal inside a filter. It is bound to a
/// JSON value at evaluation, never pasted as text.
public struct JSONPath: Sendable {
  /// Where a text stops being a query, and why.
  public struct SyntaxError: Error, Sendable, Hashable {
    /// From 0, in Unicode scalars.
    public var offset: Int
    /// What is wrong there, in lower case.
    public var message: String

    /// What is wrong at a place.
    public init(offset: Int, message: String) {
      self.offset = offset
      self.message = message
    }
  }

  /// The query as it was written.
  public let text: String
  /// The names of the `${…}` parameters in it.
  public let parameterNames: Set<String>
  let query: Query

  /// Reads a query. Throws `SyntaxError` if it is not well-formed or not well-typed.
  public init(_ text: String, allowingParameters: Bool = false) throws(SyntaxError) {
    var parser = JSONPathParser(text, allowsParameters: allowingParameters)
    query = try parser.document()
    parameterNames = parser.parameterNames
    self.text = text
  }

  /// Whether it selects at most one value whatever the document: only names and indices (RFC 9535 section 2.3.5.1).
  public var isSingular: Bool { query.isSingular }

  /// The names it starts with, up to the first segment that is not a single name.
  public var leadingNames: [String] {
    var names: [String] = []
    for segment in query.segments {
      guard case .name(let name)? = segment.onlyChild else { break }
      names.append(name)
    }
    return names
  }

  /// The values selected, in the order of RFC 9535; objects yield their members in document order.
  public func values(in document: JSONValue, parameters: JSONObject = [:]) -> [JSONValue] {
    if query.isSingular { return query.onlyValue(in: document).map { [$0] } ?? [] }
    var evaluation = JSONPathEvaluation(root: document, parameters: parameters)
    return evaluation.select(query, from: document, at: nil).map(\.value)
  }

  /// The values selected, each with its place.
  public func nodes(in document: JSONValue, parameters: JSONObject = [:]) -> [Node] {
    var evaluation = JSONPathEvaluation(root: document, parameters: parameters)
    return evaluation.select(query, from: document, at: .root).map { place in
      Node(path: place.location?.normalizedPath ?? "$", value: place.value)
    }
  }

  /// A value together with its place in the document.
  public struct Node: Sendable, Hashable {
    /// The normalized path (RFC 9535 section 2.7): `$['leaf']['names'][0]`.
    public let path: String
    /// The value there.
    public let value: JSONValue
  }
}

extension JSONPath: Hashable {
  /// Equal when written alike.
  public static func == (left: JSONPath, right: JSONPath) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8) && left.parameterNames == right.parameterNames
  }

  /// Hashes the text.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
