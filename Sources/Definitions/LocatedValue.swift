package import Facts

/// A JSON value with the place where each part of it was written.
package struct LocatedValue: Sendable {
  /// One member of an object with the place of its name.
  package struct Member: Sendable {
    /// Its name.
    package var name: String
    /// Where the name stands.
    package var nameSpan: Span
    /// What it holds.
    package var value: LocatedValue

    /// A member called `name`, written at `nameSpan`.
    package init(name: String, nameSpan: Span, value: LocatedValue) {
      self.name = name
      self.nameSpan = nameSpan
      self.value = value
    }
  }

  /// What stands inside.
  package enum Parts: Sendable {
    /// Nothing: a scalar.
    case none
    /// The members of an object.
    case members([Member])
    /// The elements of a list.
    case elements([LocatedValue])
  }

  /// The value, parts included.
  package let value: JSONValue
  /// Where it begins.
  package let span: Span
  /// The parts with their places.
  package let parts: Parts
  /// A scalar without quotes, as written.
  package let plainText: String?

  /// A scalar.
  package init(_ value: JSONValue, at span: Span, plainText: String? = nil) {
    self.value = value
    self.span = span
    self.plainText = plainText
    parts = .none
  }

  /// An object; names are unique.
  package init(members: [Member], at span: Span) {
    value = .object(JSONObject(members.map { ($0.name, $0.value.value) }))
    self.span = span
    parts = .members(members)
    plainText = nil
  }

  /// A list.
  package init(elements: [LocatedValue], at span: Span) {
    value = .array(elements.map(\.value))
    self.span = span
    parts = .elements(elements)
    plainText = nil
  }

  /// The members; none unless this is an object.
  package var members: [Member] { if case .members(let members) = parts { members } else { [] } }

  /// The elements; none unless this is a list.
  package var elements: [LocatedValue] { if case .elements(let elements) = parts { elements } else { [] } }

  /// The text, if this is one.
  package var string: String? { value.string }

  /// The member called `name`.
  package subscript(name: String) -> LocatedValue? { member(name)?.value }

  /// The member called `name` with its place.
  package func member(_ name: String) -> Member? { members.first { $0.name.utf8.elementsEqual(name.utf8) } }

  /// The value at the end of a path, or the last one on the way to it.
  func descendant(at path: some Sequence<Schema.Violation.Step>) -> LocatedValue {
    var current = self
    for step in path {
      switch step {
      case .name(let name):
        guard let next = current[name] else { return current }
        current = next
      case .index(let index):
        guard current.elements.indices.contains(index) else { return current }
        current = current.elements[index]
      }
    }
    return current
  }
}
