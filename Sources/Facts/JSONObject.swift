/// The members of a JSON object in document order.
///
/// Names are told apart by their Unicode scalars, as RFC 8259 does; Swift's own string equality would merge names that
/// are only canonically equivalent.
public struct JSONObject: Sendable {
  /// One name with its value.
  public typealias Member = (name: String, value: JSONValue)

  /// The members in document order; names are unique.
  public private(set) var members: [Member] = []
  /// Positions by name, kept once a linear search would cost more than hashing.
  private var positions: [Name: Int]?
  private static let indexedFrom = 24

  private struct Name: Hashable {
    let text: String
    static func == (left: Name, right: Name) -> Bool { JSONObject.areSame(left.text, right.text) }
    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  /// An object without members.
  public init() {}

  /// The members given, in order; a later one replaces an earlier one of the same name.
  public init(_ members: some Sequence<(String, JSONValue)>) {
    self.members.reserveCapacity(members.underestimatedCount)
    for (name, value) in members { self[name] = value }
  }

  /// Members whose names are known to be unique.
  init(unique members: [Member]) {
    self.members = members
    indexIfLarge()
  }

  /// The number of members.
  public var count: Int { members.count }

  /// Whether there is no member.
  public var isEmpty: Bool { members.isEmpty }

  /// The names in document order.
  public var names: [String] { members.map(\.name) }

  /// The value of the member called `name`; setting `nil` removes the member.
  public subscript(name: String) -> JSONValue? {
    get { position(of: name).map { members[$0].value } }
    set {
      switch (position(of: name), newValue) {
      case (let position?, let value?): members[position].value = value
      case (nil, let value?): append(name, value)
      case (let position?, nil):
        members.remove(at: position)
        positions = nil
        indexIfLarge()
      case (nil, nil): break
      }
    }
  }

  /// Appends a member, unless there is one of that name already.
  mutating func insert(_ value: JSONValue, as name: String) -> Bool {
    if position(of: name) != nil { return false }
    append(name, value)
    return true
  }

  private func position(of name: String) -> Int? {
    if let positions { return positions[Name(text: name)] }
    return members.firstIndex { Self.areSame($0.name, name) }
  }

  /// Whether two names have the same bytes; most pairs differ in their lengths.
  private static func areSame(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    let areSame = left.utf8.withContiguousStorageIfAvailable { left in
      right.utf8.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
    }
    return areSame.flatMap { $0 } ?? left.utf8.elementsEqual(right.utf8)
  }

  private mutating func append(_ name: String, _ value: JSONValue) {
    members.append((name, value))
    if positions != nil { positions?[Name(text: name)] = members.count - 1 } else { indexIfLarge() }
  }

  private mutating func indexIfLarge() {
    guard members.count >= Self.indexedFrom else { return }
    positions = Dictionary(
      uniqueKeysWithValues: members.enumerated().map { (Name(text: $0.element.name), $0.offset) })
  }
}

extension JSONObject: Sequence {
  /// Iterates over the members in document order.
  public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension JSONObject: Hashable {
  /// Equal when both have the same names with equal values, in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }

  /// Hashes without regard to order.
  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for (name, value) in members {
      var member = Hasher()
      member.combine(Name(text: name))
      member.combine(value)
      sum &+= member.finalize()
    }
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// A dictionary literal; a later member replaces an earlier one of the same name.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
