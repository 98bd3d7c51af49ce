extension Matcher {
  /// What is demanded, in words that follow "wanted": "at least 0.2", "one of TLSv1.2, TLSv1.3", "empty".
  public func sentence(limit: JSONValue) -> String {
    let wanted = limit.quoted
    return switch relation {
    case .equals: wanted
    case .notEquals: "anything but \(wanted)"
    case .atLeast: "at least \(wanted)"
    case .atMost: "at most \(wanted)"
    case .moreThan: "more than \(wanted)"
    case .lessThan: "less than \(wanted)"
    case .oneOf: limit.array?.count == 1 ? limit.listed : "one of \(limit.listed)"
    case .noneOf: "none of \(limit.listed)"
    case .contains: "containing \(wanted)"
    case .excludes: "not containing \(wanted)"
    case .matches: "matching \(wanted)"
    case .matchesNot: "not matching \(wanted)"
    case .exists: limit.bool == false ? "absent" : "present"
    case .isEmpty: limit.bool == false ? "not empty" : "empty"
    case .countAtLeast: "at least \(wanted) \(limit.integer == 1 ? "value" : "values")"
    case .countAtMost: limit.integer == 0 ? "none" : "at most \(wanted) \(limit.integer == 1 ? "value" : "values")"
    }
  }
}

extension JSONValue {
  /// As people read it in a demand, where `null` is a value like any other and empty text must not vanish.
  fileprivate var quoted: String { isNull || self == "" ? JSONText.compact(self) : plainText }

  fileprivate var listed: String { array?.map(\.quoted).joined(separator: ", ") ?? quoted }
}
