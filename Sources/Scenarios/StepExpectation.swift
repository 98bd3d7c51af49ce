package import Facts

/// What an answer must be: the matchers of checks over the facts of one answer.
package struct StepExpectation: Sendable {
  /// Where in the answer to look; `${name}` in it is bound to a variable's value, never pasted as text.
  package var path: JSONPath
  /// The comparison.
  package var relation: Matcher.Relation
  /// What is compared with.
  package var limit: Limit
  /// What is told when it is not so; nil for the comparison itself.
  package var otherwise: TextTemplate?

  /// What an answer is compared with.
  package enum Limit: Sendable {
    /// A value with its places.
    case value(ValueTemplate)
    /// Another part of the same answer.
    case fact(JSONPath)
  }

  /// An expectation as it was read.
  package init(path: JSONPath, relation: Matcher.Relation, limit: Limit, otherwise: TextTemplate? = nil) {
    self.path = path
    self.relation = relation
    self.limit = limit
    self.otherwise = otherwise
  }

  /// What came of it.
  package struct Outcome: Sendable, Hashable {
    /// The path as it was written.
    package var fact: String
    /// What was demanded, in words.
    package var wanted: String
    /// What was there, cut short where it is long; nil for nothing at all.
    package var got: String?
    /// Whether it is as demanded.
    package var holds: Bool
    /// What is told when it is not.
    package var message: String?
  }

  /// The most that is shown of a value, in Unicode scalars.
  private static let mostShown = 300

  /// Holds it against one answer.
  package func outcome(on answer: JSONValue, variables: JSONObject) -> Outcome {
    let values = path.values(in: answer, parameters: variables)
    let limit: JSONValue
    var limitPath: FactPath?
    do throws(MissingValue) {
      switch self.limit {
      case .value(let template): limit = try template.value(in: variables)
      case .fact(let path):
        let found = path.values(in: answer, parameters: variables)
        limit = found.count == 1 ? found[0] : nil
        limitPath = try? FactPath(path.text)
      }
    } catch {
      return Outcome(
        fact: path.text, wanted: relation.rawValue, got: Self.shown(values), holds: false,
        message: "\(path.text): `${\(error.path)}` has no value to compare with")
    }
    let matcher = Matcher(relation, limitPath.map { .fact($0) } ?? .literal(limit))
    let wanted = Self.short(matcher.sentence(limit: limit))
    let got: String?
    let reason: String?
    switch matcher.verdict(on: values, limit: limit) {
    case .satisfied: (got, reason) = (Self.shown(values), nil)
    case .violated(let observed): (got, reason) = (Self.short(JSONText.compact(observed)), "")
    case .missing: (got, reason) = (Self.shown(values), "")
    case .incomparable(let why): (got, reason) = (Self.shown(values), " (\(why))")
    }
    guard let reason else { return Outcome(fact: path.text, wanted: wanted, got: got, holds: true) }
    let told = otherwise.flatMap { try? $0.text(in: variables) }
    return Outcome(
      fact: path.text, wanted: wanted, got: got, holds: false,
      message: told.map { "\($0) (\(path.text) was \(got ?? "nothing"))" }
        ?? "\(path.text): wanted \(wanted), got \(got ?? "nothing")\(reason)")
  }

  private static func shown(_ values: [JSONValue]) -> String? {
    switch values.count {
    case 0: nil
    case 1: short(JSONText.compact(values[0]))
    default: short(values.prefix(20).map { JSONText.compact($0) }.joined(separator: ", "))
    }
  }

  private static func short(_ text: String) -> String {
    let scalars = text.unicodeScalars
    return scalars.count <= mostShown ? text : String(String.UnicodeScalarView(scalars.prefix(mostShown))) + "…"
  }
}
