package import Facts

/// What is kept of an answer, as a variable.
package struct StepCapture: Sendable {
  /// Where the value comes from.
  package enum Source: Sendable {
    /// The first value that a JSONPath selects in the JSON of the answer.
    case json(JSONPath)
    /// The first header field of that name (lower case).
    case header(String)
    /// The first group of a regular expression, or all it matches, in the text of the answer.
    case regexp(String)
    /// A column of a row, from 0.
    case row(column: String, index: Int)
    /// The first value that a JSONPath selects in the facts of the answer.
    case fact(JSONPath)
  }

  /// The variable's name.
  package var name: String
  /// Where the value comes from.
  package var source: Source

  /// A capture as it was read.
  package init(name: String, source: Source) {
    self.name = name
    self.source = source
  }

  /// Why there is nothing to keep.
  package struct Failure: Error, Sendable {
    /// In lower case, without the answer's own text.
    package let reason: String
  }

  /// The most text that is searched, in Unicode scalars: a pattern can be slow on long ones.
  private static let mostSearched = 65_536

  /// A pattern as captures may use it; nil where it cannot be read.
  package static func pattern(_ text: String) -> Regex<AnyRegexOutput>? {
    text.utf8.count <= 4096 ? try? Regex(text) : nil
  }

  /// The value in the facts of an answer.
  package func value(in answer: JSONValue, variables: JSONObject) throws(Failure) -> JSONValue {
    switch source {
    case .json(let path):
      guard let document = answer["json"], !document.isNull else { throw Failure(reason: "the answer is no JSON") }
      return try Self.first(path, in: document, variables)
    case .fact(let path): return try Self.first(path, in: answer, variables)
    case .header(let name):
      guard let value = answer["headers"]?[name] else { throw Failure(reason: "there is no header field \(name)") }
      return value
    case .regexp(let text):
      guard let content = answer["text"]?.string ?? answer["output"]?.string else {
        throw Failure(reason: "the answer is no text")
      }
      let searched = String(String.UnicodeScalarView(content.unicodeScalars.prefix(Self.mostSearched)))
      guard let pattern = Self.pattern(text), let match = try? pattern.firstMatch(in: searched) else {
        throw Failure(reason: "nothing matches \(text)")
      }
      let group = match.output.count > 1 ? match.output[1] : match.output[0]
      guard let found = group.substring else { throw Failure(reason: "the group of \(text) took no part in the match") }
      return .string(String(found))
    case .row(let column, let index):
      guard let rows = answer["rows"]?.array, rows.indices.contains(index) else {
        throw Failure(reason: "there is no row \(index)")
      }
      guard let value = rows[index][column] else { throw Failure(reason: "there is no column \(column)") }
      guard !value.isNull else { throw Failure(reason: "\(column) is null") }
      return value
    }
  }

  private static func first(
    _ path: JSONPath, in document: JSONValue, _ variables: JSONObject
  ) throws(Failure) -> JSONValue {
    guard let value = path.values(in: document, parameters: variables).first else {
      throw Failure(reason: "\(path.text) selects nothing")
    }
    guard !value.isNull else { throw Failure(reason: "\(path.text) is null") }
    return value
  }
}
