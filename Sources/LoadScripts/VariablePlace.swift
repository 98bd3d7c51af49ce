package import Facts

/// Where a captured value is kept: a variable, or a place inside one, as in `pet.id`, `pet[id]` or `rows[0]`.
package struct VariablePlace: Sendable, Hashable {
  /// The variable's name.
  package let name: String
  private let steps: [TextTemplate.Step]

  /// Longer lists are not made, in elements: a place far out would fill what is before it.
  private static let longestList = 1000

  /// Reads a place; text that is no path is a variable's name as it stands.
  package init(_ text: String) {
    guard let path = TextTemplate.path(text),
      path.steps.allSatisfy({ if case .index(let index) = $0 { (0..<Self.longestList).contains(index) } else { true } })
    else {
      name = text
      steps = []
      return
    }
    name = path.name
    steps = path.steps
  }

  /// What the variable holds once `value` is kept there, and `old` was in the variable before.
  package func keeping(_ value: JSONValue, in old: JSONValue?) -> JSONValue { Self.kept(value, steps[...], in: old) }

  private static func kept(_ value: JSONValue, _ steps: ArraySlice<TextTemplate.Step>, in old: JSONValue?) -> JSONValue
  {
    let rest = steps.dropFirst()
    switch steps.first {
    case nil: return value
    case .index(let index)? where old?.object == nil:
      var list = old?.array ?? []
      while list.count <= index { list.append(.null) }
      list[index] = kept(value, rest, in: list[index])
      return .array(list)
    case .index(let index)?: return member(String(index), value, rest, of: old)
    case .name(let name)?: return member(name, value, rest, of: old)
    }
  }

  private static func member(
    _ name: String, _ value: JSONValue, _ rest: ArraySlice<TextTemplate.Step>, of old: JSONValue?
  ) -> JSONValue {
    var object = old?.object ?? [:]
    object[name] = kept(value, rest, in: object[name])
    return .object(object)
  }
}
