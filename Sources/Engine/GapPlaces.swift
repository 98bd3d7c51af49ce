import AuditModel
import Facts

/// Where a gap lies: the dotted names to it, and what it says in brackets of the elements of a list.
///
/// `pools[*].open` speaks of a part of every element, `pools[api].open` of the element with that name,
/// `steps[2].passed` of the one at that index, `metrics[orders]` of an element as a whole.
struct GapPlace: Sendable {
  let gap: Gap
  /// The names up to the list, or all where no element is meant.
  let names: [String]
  /// What stands in the brackets; nil where no element is meant.
  let element: String?
  /// The names from the element on.
  let members: [String]

  init(_ gap: Gap) {
    self.gap = gap
    func names(_ text: Substring) -> [String] { text.split(separator: ".").map(String.init) }
    guard let open = gap.path.firstIndex(of: "[") else {
      (self.names, element, members) = (names(gap.path[...]), nil, [])
      return
    }
    self.names = names(gap.path[..<open])
    let rest = gap.path[gap.path.index(after: open)...]
    // A name may hold dots and brackets itself.
    guard let close = rest.lastIndex(of: "]") else {
      (element, members) = (String(rest), [])
      return
    }
    element = String(rest[..<close])
    members = names(rest[rest.index(after: close)...])
  }

  /// Whether a text speaks of the part of the element that is missing, or of parts that it does not name.
  func isRead(by text: some StringProtocol) -> Bool {
    guard let member = members.first else { return true }
    var rest = String(text)
    // What selects among the elements of the list does not yet look into them.
    if let step = ["[*]", "[?"].first(where: { rest.hasPrefix($0) }) { rest.removeFirst(step.count) }
    return [member, "*", "[?", "..", "\\"].contains { rest.contains($0) }
  }
}

/// The gaps in facts that one check is held against: which of them touch what a path reads.
struct GapPlaces {
  private let places: [GapPlace]
  private let each: CheckDefinition.Subjects?
  private let facts: JSONValue
  private let parameters: JSONObject
  /// The names up to the list that subjects come from.
  private let base: [String]
  /// That list, where a gap speaks of its elements.
  private var elements: [JSONValue] = []
  /// Their indices by the names that the check gives them.
  private var indices: [String: [Int]] = [:]
  /// The subjects.
  private var selected: Set<JSONValue> = []

  init(
    _ gaps: [Gap], of each: CheckDefinition.Subjects?, subjects: [JSONValue], in facts: JSONValue,
    _ parameters: JSONObject
  ) {
    places = gaps.map(GapPlace.init)
    self.each = each
    self.facts = facts
    self.parameters = parameters
    let base = each?.path.query.leadingNames ?? []
    self.base = base
    guard let each, places.contains(where: { $0.element != nil && $0.names == base }) else { return }
    elements = base.reduce(facts as JSONValue?) { $0?[$1] }?.array ?? []
    for (index, element) in elements.enumerated() {
      indices[each.name.filled(facts: facts, subject: element, parameters: parameters), default: []].append(index)
    }
    selected = Set(subjects)
  }

  /// The gap that lies on the way to what `path` reads or under the place it selects from.
  ///
  /// A gap of one element touches other elements only where it cannot be told which one is meant.
  func first(touching path: FactPath, of subject: JSONValue?) -> Gap? {
    guard !places.isEmpty else { return nil }
    let own = path.query.leadingNames
    let isOfSubject = path.origin == .subject
    let names = (isOfSubject ? base : []) + own
    return places.first { place in
      guard zip(place.names, names).allSatisfy({ $0 == $1 }) else { return false }
      guard let element = place.element else { return true }
      if isOfSubject, place.names == base {
        return zip(place.members, own).allSatisfy { $0 == $1 } && means(element, subject)
      }
      guard names == place.names else { return true }
      return hides(place, element, from: path)
    }?.gap
  }

  /// Whether `key` means this subject, or nobody knows which.
  private func means(_ key: String, _ subject: JSONValue?) -> Bool {
    guard key != "*", let meant = meant(by: key), let subject else { return true }
    return meant.contains(subject)
  }

  /// Whether the selection of `path`, which starts at the list of `place`, may have gone wrong for want of what is missing.
  private func hides(_ place: GapPlace, _ key: String, from path: FactPath) -> Bool {
    let text = path.text
    let steps = text[(text.firstRange(of: /\[|\.\./)?.lowerBound ?? text.endIndex)...]
    // A path that reads nothing of what is missing selects the same without it.
    guard place.isRead(by: steps) else { return false }
    guard path == each?.path, key != "*", let meant = meant(by: key) else { return true }
    // A subject that was selected speaks for itself.
    return meant.contains { !selected.contains($0) && mayBelong($0, to: path, without: place) }
  }

  /// Whether an element that `path` passed over fulfils all its conditions but those on what is missing.
  private func mayBelong(_ element: JSONValue, to path: FactPath, without place: GapPlace) -> Bool {
    let parts = path.text.split(separator: "[?", omittingEmptySubsequences: false)
    guard !place.members.isEmpty, parts.count == 2, parts[1].hasSuffix("]") else { return true }
    let condition = parts[1].dropLast()
    guard !condition.contains("||"), !condition.contains("("), !condition.contains("]") else { return true }
    let rest = condition.split(separator: "&&").filter { part in
      !place.isRead(by: part) || sees(element, whatIsReadBy: part)
    }.joined(separator: "&&")
    // What cannot be read, or has no condition left, excludes nothing.
    guard !rest.isEmpty, let wider = try? FactPath("\(parts[0])[?\(rest)]") else { return true }
    return wider.values(in: facts, subject: nil, parameters: parameters).contains(element)
  }

  /// Whether a condition reads only single values of the element, and all of them were observed.
  private func sees(_ element: JSONValue, whatIsReadBy condition: Substring) -> Bool {
    let reads = condition.matches(of: /@(?:\.[A-Za-z_][A-Za-z0-9_]*)+/).map { String($0.output) }
    guard !reads.isEmpty, reads.count == condition.count(where: { $0 == "@" || $0 == "$" }) else { return false }
    return reads.allSatisfy { text in
      guard let path = try? FactPath(text) else { return false }
      let values = path.values(in: facts, subject: element, parameters: parameters)
      return values.count == 1 && !values[0].isNull
    }
  }

  /// The elements of the subjects' list that have this name or index; nil if there is none.
  private func meant(by key: String) -> [JSONValue]? {
    var found = indices[key] ?? []
    if let index = Int(key), elements.indices.contains(index) { found.append(index) }
    return found.isEmpty ? nil : found.map { elements[$0] }
  }
}
