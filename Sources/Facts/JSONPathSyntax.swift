/// A query inside a JSONPath: the whole, or one in a filter.
struct Query: Sendable {
  /// What it starts from.
  enum Origin: Sendable {
    /// `$`: the document.
    case root
    /// `@`: the value at hand.
    case current
  }

  var origin: Origin
  var segments: [Segment]
  /// As it was written.
  var text: String

  /// Whether it selects at most one value whatever the document.
  var isSingular: Bool {
    segments.allSatisfy { segment in
      switch segment.onlyChild {
      case .name, .index: true
      default: false
      }
    }
  }
}

/// One step of a query.
struct Segment: Sendable {
  /// Whether it selects among all descendants (`..`) instead of the children.
  var isDescendant: Bool
  var selectors: [Selector]

  /// The selector of a child segment that has just one.
  var onlyChild: Selector? { !isDescendant && selectors.count == 1 ? selectors[0] : nil }
}

/// What a segment selects.
enum Selector: Sendable {
  case name(String)
  case wildcard
  case index(Int)
  case slice(start: Int?, end: Int?, step: Int)
  case filter(Condition)
}

/// What a filter asks of a value.
indirect enum Condition: Sendable {
  case any([Condition])
  case all([Condition])
  case not(Condition)
  /// The query selects something.
  case exists(Query)
  case comparison(Operand, Comparison, Operand)
  /// `match` for the text as a whole, `search` for a part of it.
  case matches(Operand, Pattern, asWhole: Bool)
}

/// A comparison operator.
enum Comparison: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
}

/// An expression that gives one value, or nothing (RFC 9535 `ValueType`).
indirect enum Operand: Sendable {
  case literal(JSONValue)
  /// `${name}`.
  case parameter(String)
  /// A singular query.
  case query(Query)
  case length(Operand)
  case count(Query)
  case value(Query)
}

/// The second argument of `match` and `search`.
enum Pattern: Sendable {
  /// A literal; nil if it is no I-Regexp.
  case fixed(Regexp?)
  case computed(Operand)
}
