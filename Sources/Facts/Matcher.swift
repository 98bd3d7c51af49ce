/// What a fact must be.
public struct Matcher: Sendable, Hashable {
  /// The comparison.
  public enum Relation: String, Sendable, Hashable, CaseIterable {
    /// Equal to the limit.
    case equals
    /// Different from the limit.
    case notEquals
    /// A number, or text in scalar order, not below the limit.
    case atLeast
    /// A number, or text in scalar order, not above the limit.
    case atMost
    /// Above the limit.
    case moreThan
    /// Below the limit.
    case lessThan
    /// Equal to one of the listed values.
    case oneOf
    /// Equal to none of the listed values.
    case noneOf
    /// A list holding the limit, or a text holding it as a part.
    case contains
    /// A list or text not holding the limit.
    case excludes
    /// Text matching the I-Regexp (RFC 9485) as a whole.
    case matches
    /// Text not matching the I-Regexp as a whole.
    case matchesNot
    /// `true`: the path selects something other than `null`. `false`: it selects nothing.
    case exists
    /// `true`: the path selects an empty list, object or text. `false`: one with content.
    case isEmpty
    /// The number of values the path selects is at least the limit.
    case countAtLeast
    /// The number of values the path selects is at most the limit.
    case countAtMost
  }

  /// What a fact is compared with.
  public enum Limit: Sendable, Hashable {
    /// A value as written in the check.
    case literal(JSONValue)
    /// The value of a parameter.
    case parameter(String)
    /// Another fact, which must select one value.
    case fact(FactPath)
  }

  /// The comparison.
  public var relation: Relation
  /// What a fact is compared with.
  public var limit: Limit

  /// A comparison with a limit.
  public init(_ relation: Relation, _ limit: Limit) {
    self.relation = relation
    self.limit = limit
  }
}
