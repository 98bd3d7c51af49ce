extension Matcher {
  /// What comes of holding values against a limit.
  public enum Verdict: Sendable, Hashable {
    /// Every value is as demanded.
    case satisfied
    /// At least one is not: the first of them, or the number of values where the relation counts.
    case violated(observed: JSONValue)
    /// What was seen does not decide it: nothing was selected, or what was not observed (`null`) could still break it.
    case missing
    /// A value and the limit are of kinds that the relation cannot compare; the reason in lower case.
    case incomparable(String)
  }

  /// Judges all values that a path selected.
  ///
  /// `null` means "not observed" and never satisfies anything, unless the limit of `equals`, `notEquals`, `oneOf` or
  /// `noneOf` names it. A value that violates outweighs one that cannot be compared, and that outweighs `null`.
  /// Counting relations take a `null` for a value that may or may not be there. A limit that is itself a fact decides
  /// nothing while it is `null`.
  public func verdict(on values: [JSONValue], limit: JSONValue) -> Verdict {
    if case .fact = self.limit, limit.isNull { return .missing }
    return switch relation {
    case .exists: existence(of: values, limit)
    case .countAtLeast, .countAtMost: count(of: values, limit)
    case .equals: judge(values, limit) { $0 == limit ? .holds : .fails }
    case .notEquals: judge(values, limit) { $0 != limit ? .holds : .fails }
    case .atLeast: judge(values, limit, ordered(limit) { $0 != .before })
    case .atMost: judge(values, limit, ordered(limit) { $0 != .after })
    case .moreThan: judge(values, limit, ordered(limit) { $0 == .after })
    case .lessThan: judge(values, limit, ordered(limit) { $0 == .before })
    case .oneOf: judge(values, limit, listed(limit) { $0 })
    case .noneOf: judge(values, limit, listed(limit) { !$0 })
    case .contains: judge(values, limit, holding(limit) { $0 })
    case .excludes: judge(values, limit, holding(limit) { !$0 })
    case .matches: judge(values, limit, matching(limit) { $0 })
    case .matchesNot: judge(values, limit, matching(limit) { !$0 })
    case .isEmpty: judge(values, limit, empty(limit))
    }
  }

  private func existence(of values: [JSONValue], _ limit: JSONValue) -> Verdict {
    guard let isWanted = limit.bool else { return .incomparable("`exists` takes true or false") }
    if let value = values.first(where: { !$0.isNull }) { return isWanted ? .satisfied : .violated(observed: value) }
    if !values.isEmpty { return .missing }
    return isWanted ? .violated(observed: .null) : .satisfied
  }

  private func count(of values: [JSONValue], _ limit: JSONValue) -> Verdict {
    guard let limit = limit.integer else { return .incomparable("`\(relation.rawValue)` takes a whole number") }
    let most = values.count
    let least = values.count { !$0.isNull }
    if relation == .countAtLeast {
      return least >= limit ? .satisfied : most < limit ? .violated(observed: .integer(most)) : .missing
    }
    return most <= limit ? .satisfied : least > limit ? .violated(observed: .integer(least)) : .missing
  }

  // MARK: Value by value

  private enum Outcome {
    case holds
    case fails
    case incomparable(String)
  }

  private func judge(_ values: [JSONValue], _ limit: JSONValue, _ compare: (JSONValue) -> Outcome) -> Verdict {
    var verdict = values.isEmpty ? Verdict.missing : .satisfied
    for value in values {
      if value.isNull, !namesNull(limit) {
        if verdict == .satisfied { verdict = .missing }
        continue
      }
      switch compare(value) {
      case .holds: break
      case .fails: return .violated(observed: value)
      case .incomparable(let reason):
        if case .incomparable = verdict { break }
        verdict = .incomparable(reason)
      }
    }
    return verdict
  }

  /// Whether the limit speaks of `null` itself.
  private func namesNull(_ limit: JSONValue) -> Bool {
    switch relation {
    case .equals, .notEquals: limit.isNull
    case .oneOf, .noneOf: limit.array?.contains(.null) ?? false
    default: false
    }
  }

  private func ordered(_ limit: JSONValue, _ isWanted: @escaping (JSONOrder) -> Bool) -> (JSONValue) -> Outcome {
    { value in
      guard let order = value.order(against: limit) else {
        return .incomparable("\(value.kindName) has no order against \(limit.kindName)")
      }
      return isWanted(order) ? .holds : .fails
    }
  }

  private func listed(_ limit: JSONValue, _ isWanted: @escaping (Bool) -> Bool) -> (JSONValue) -> Outcome {
    guard let list = limit.array else { return { _ in .incomparable("`\(relation.rawValue)` takes a list") } }
    return { isWanted(list.contains($0)) ? .holds : .fails }
  }

  private func holding(_ limit: JSONValue, _ isWanted: @escaping (Bool) -> Bool) -> (JSONValue) -> Outcome {
    { value in
      switch (value, limit) {
      case (.array(let elements), _): isWanted(elements.contains(limit)) ? .holds : .fails
      case (.string(let text), .string(let part)): isWanted(text.holds(part)) ? .holds : .fails
      default: .incomparable("\(value.kindName) cannot contain \(limit.kindName)")
      }
    }
  }

  private func matching(_ limit: JSONValue, _ isWanted: @escaping (Bool) -> Bool) -> (JSONValue) -> Outcome {
    guard let regexp = limit.string.flatMap({ Regexp($0) }) else {
      return { _ in .incomparable("\(limit.plainText) is no regular expression of RFC 9485") }
    }
    return { value in
      guard let text = value.string else { return .incomparable("\(value.kindName) is not text to match") }
      return isWanted(regexp.matches(text)) ? .holds : .fails
    }
  }

  private func empty(_ limit: JSONValue) -> (JSONValue) -> Outcome {
    guard let isWanted = limit.bool else { return { _ in .incomparable("`isEmpty` takes true or false") } }
    return { value in
      switch value {
      case .array(let elements): elements.isEmpty == isWanted ? .holds : .fails
      case .object(let object): object.isEmpty == isWanted ? .holds : .fails
      case .string(let text): text.isEmpty == isWanted ? .holds : .fails
      default: .incomparable("\(value.kindName) is neither empty nor not")
      }
    }
  }
}

extension JSONValue {
  /// What kind of value it is, with its article: "a number".
  var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .integer, .double: "a number"
    case .string: "text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension String {
  /// Whether `part` stands in the text, scalar by scalar: Swift's own search would honour canonical equivalence.
  fileprivate func holds(_ part: String) -> Bool {
    let text = Array(utf8)
    let part = Array(part.utf8)
    guard let first = part.first else { return true }
    guard text.count >= part.count else { return false }
    return (0...(text.count - part.count)).contains { start in
      text[start] == first && text[start...].starts(with: part)
    }
  }
}
