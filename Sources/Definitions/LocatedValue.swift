import Facts

/// A JSON value with the place where each part of it was written.
struct LocatedValue {
  /// One member of an object with the place of its name.
  struct Member {
    var name: String
    var nameSpan: Span
    var value: LocatedValue
  }

  /// What stands inside.
  enum Parts {
    case none
    case members([Member])
    case elements([LocatedValue])
  }

  /// The value, parts included.
  let value: JSONValue
  /// Where it begins.
  let span: Span
  /// The parts with their places.
  let parts: Parts
  /// A scalar without quotes, as written.
  let plainText: String?

  /// A scalar.
  init(_ value: JSONValue, at span: Span, plainText: String? = nil) {
    self.value = value
    self.span = span
    self.plainText = plainText
    parts = .none
  }

  /// An object; names are unique.
  init(members: [Member], at span: Span) {
    value = .object(JSONObject(members.map { ($0.name, $0.value.value) }))
    self.span = span
    parts = .members(members)
    plainText = nil
  }

  /// A list.
  init(elements: [LocatedValue], at span: Span) {
    value = .array(elements.map(\.value))
    self.span = span
    parts = .elements(elements)
    plainText = nil
  }

  /// The members; none unless this is an object.
  var members: [Member] { if case .members(let members) = parts { members } else { [] } }

  /// The elements; none unless this is a list.
  var elements: [LocatedValue] { if case .elements(let elements) = parts { elements } else { [] } }

  /// The text, if this is one.
  var string: String? { value.string }

  /// The member called `name`.
  subscript(name: String) -> LocatedValue? { member(name)?.value }

  /// The member called `name` with its place.
  func member(_ name: String) -> Member? { members.first { $0.name.utf8.elementsEqual(name.utf8) } }

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
