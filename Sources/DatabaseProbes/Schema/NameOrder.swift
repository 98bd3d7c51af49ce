extension Sequence {
  /// The elements in the order of a name, those of equal names in that of their ids; each name is made once.
  ///
  /// A schema has thousands of indexes, whose names are put together and whose values are large: neither is done or moved
  /// once per comparison.
  func sorted(named name: (Element) -> String, id: (Element) -> ObjectID) -> [Element] {
    let elements = Array(self)
    let keys = elements.map { (name: name($0), id: id($0)) }
    return elements.indices.sorted { keys[$0] < keys[$1] }.map { elements[$0] }
  }
}
