/// A value with its place in the document, where places are asked for.
struct Place {
  var value: JSONValue
  var location: Location?
}

/// One evaluation of a query against a document.
struct JSONPathEvaluation {
  private let root: JSONValue
  private let parameters: JSONObject
  /// Patterns that come from the document or a parameter, compiled once.
  private var patterns: [JSONValue: Regexp?] = [:]

  init(root: JSONValue, parameters: JSONObject) {
    self.root = root
    self.parameters = parameters
  }

  /// What `query` selects, starting from `current` if it starts with `@`. Without a `location` no places are kept.
  mutating func select(_ query: Query, from current: JSONValue, at location: Location?) -> [Place] {
    var places = [Place(value: start(of: query, current), location: location)]
    for segment in query.segments {
      var selected: [Place] = []
      for place in places {
        if segment.isDescendant {
          forEachDescendant(of: place) { evaluation, descendant in
            evaluation.apply(segment.selectors, to: descendant, into: &selected)
          }
        } else {
          apply(segment.selectors, to: place, into: &selected)
        }
      }
      places = selected
    }
    return places
  }

  /// Visits a place and all below it, parents before children; without recursion, however deep the document is.
  private mutating func forEachDescendant(
    of place: Place, _ visit: (inout JSONPathEvaluation, Place) -> Void
  ) {
    var pending = [place]
    while let place = pending.popLast() {
      visit(&self, place)
      let firstChild = pending.count
      Self.forEachChild(of: place) { pending.append($0) }
      pending[firstChild...].reverse()
    }
  }

  private static func forEachChild(of place: Place, _ visit: (Place) -> Void) {
    switch place.value {
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        visit(Place(value: element, location: place.location?.element(index)))
      }
    case .object(let object):
      for (name, value) in object { visit(Place(value: value, location: place.location?.member(name))) }
    default: break
    }
  }

  private mutating func apply(_ selectors: [Selector], to place: Place, into selected: inout [Place]) {
    for selector in selectors {
      switch selector {
      case .name(let name):
        if let value = place.value[name] {
          selected.append(Place(value: value, location: place.location?.member(name)))
        }
      case .wildcard: Self.forEachChild(of: place) { selected.append($0) }
      case .index(let index):
        if case .array(let elements) = place.value {
          let index = index < 0 ? elements.count + index : index
          if elements.indices.contains(index) {
            selected.append(Place(value: elements[index], location: place.location?.element(index)))
          }
        }
      case .slice(let start, let end, let step):
        if case .array(let elements) = place.value {
          for index in Self.indices(from: start, to: end, by: step, count: elements.count) {
            selected.append(Place(value: elements[index], location: place.location?.element(index)))
          }
        }
      case .filter(let condition):
        // A list of thousands is walked by every check: no list of its children is made.
        switch place.value {
        case .array(let elements):
          for (index, element) in elements.enumerated() where holds(condition, for: element) {
            selected.append(Place(value: element, location: place.location?.element(index)))
          }
        case .object(let object):
          for (name, value) in object where holds(condition, for: value) {
            selected.append(Place(value: value, location: place.location?.member(name)))
          }
        default: break
        }
      }
    }
  }

  /// RFC 9535 section 2.3.4.2.2.
  private static func indices(from start: Int?, to end: Int?, by step: Int, count: Int) -> StrideTo<Int> {
    func normalized(_ index: Int) -> Int { index < 0 ? count + index : index }
    if step == 0 { return stride(from: 0, to: 0, by: 1) }
    if step > 0 {
      let lower = min(max(normalized(start ?? 0), 0), count)
      let upper = min(max(normalized(end ?? count), 0), count)
      return stride(from: lower, to: upper, by: step)
    }
    let upper = min(max(start.map(normalized) ?? count - 1, -1), count - 1)
    let lower = min(max(end.map(normalized) ?? -1, -1), count - 1)
    return stride(from: upper, to: lower, by: step)
  }

  // MARK: Filters

  private mutating func holds(_ condition: Condition, for current: JSONValue) -> Bool {
    switch condition {
    case .any(let conditions):
      for condition in conditions where holds(condition, for: current) { return true }
      return false
    case .all(let conditions):
      for condition in conditions where !holds(condition, for: current) { return false }
      return true
    case .not(let condition): return !holds(condition, for: current)
    case .exists(let query) where query.isSingular: return query.onlyValue(in: start(of: query, current)) != nil
    case .exists(let query): return !select(query, from: current, at: nil).isEmpty
    case .comparison(let left, let comparison, let right):
      return comparison.holds(value(of: left, for: current), value(of: right, for: current))
    case .matches(let subject, let pattern, let asWhole):
      guard let text = value(of: subject, for: current)?.string, let regexp = regexp(pattern, for: current) else {
        return false
      }
      return asWhole ? regexp.matches(text) : regexp.occurs(in: text)
    }
  }

  private func start(of query: Query, _ current: JSONValue) -> JSONValue { query.origin == .root ? root : current }

  /// The value of an operand; nil for the RFC's `Nothing`.
  private mutating func value(of operand: Operand, for current: JSONValue) -> JSONValue? {
    switch operand {
    case .literal(let value): return value
    case .parameter(let name): return parameters[name]
    case .query(let query): return query.onlyValue(in: start(of: query, current))
    case .count(let query): return .integer(select(query, from: current, at: nil).count)
    case .value(let query):
      let places = select(query, from: current, at: nil)
      guard places.count == 1 else { return nil }
      return places[0].value
    case .length(let operand):
      switch value(of: operand, for: current) {
      case .string(let text): return .integer(text.unicodeScalars.count)
      case .array(let elements): return .integer(elements.count)
      case .object(let object): return .integer(object.count)
      default: return nil
      }
    }
  }

  private mutating func regexp(_ pattern: Pattern, for current: JSONValue) -> Regexp? {
    switch pattern {
    case .fixed(let regexp): return regexp
    case .computed(let operand):
      guard let value = value(of: operand, for: current), let text = value.string else { return nil }
      if let known = patterns[value] { return known }
      let regexp = Regexp(text)
      patterns[value] = .some(regexp)
      return regexp
    }
  }
}

extension Comparison {
  /// RFC 9535 section 2.3.5.2.2; nil is `Nothing`, which equals only itself.
  fileprivate func holds(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: Self.isLess(left, right)
    case .greater: Self.isLess(right, left)
    case .lessOrEqual: left == right || Self.isLess(left, right)
    case .greaterOrEqual: left == right || Self.isLess(right, left)
    }
  }

  private static func isLess(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    guard let left, let right else { return false }
    return left.order(against: right) == .before
  }
}

extension Query {
  /// What a singular query selects from `document`: walked to, without a list of places at every step.
  func onlyValue(in document: JSONValue) -> JSONValue? {
    var value = document
    for segment in segments {
      guard !segment.isDescendant, segment.selectors.count == 1 else { return nil }
      let inner: JSONValue? =
        switch segment.selectors[0] {
        case .name(let name): value[name]
        case .index(let index): value[index < 0 ? (value.array?.count ?? 0) + index : index]
        default: nil
        }
      guard let inner else { return nil }
      value = inner
    }
    return value
  }
}
