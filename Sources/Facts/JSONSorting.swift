extension JSONValue {
  /// The same value with the members of every object sorted by name (UTF-8), as a record keeps them.
  public var sortedByName: JSONValue {
    switch self {
    case .array(let elements): .array(elements.map(\.sortedByName))
    case .object(let object):
      .object(
        JSONObject(
          unique: object.members.map { ($0.name, $0.value.sortedByName) }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }))
    default: self
    }
  }
}
