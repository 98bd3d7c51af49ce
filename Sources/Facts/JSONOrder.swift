/// How two comparable values stand to one another.
enum JSONOrder: Sendable {
  case before
  case same
  case after
}

extension JSONValue {
  /// The order of two numbers by value, or of two strings by Unicode scalars; nil for any other pair.
  func order(against other: JSONValue) -> JSONOrder? {
    switch (self, other) {
    case (.integer(let a), .integer(let b)): a < b ? .before : a == b ? .same : .after
    case (.double(let a), .double(let b)): a < b ? .before : a == b ? .same : .after
    case (.integer(let a), .double(let b)): Self.order(a, b)
    case (.double(let a), .integer(let b)):
      switch Self.order(b, a) {
      case .before: .after
      case .same: .same
      case .after: .before
      }
    // UTF-8 keeps the order of the scalars.
    case (.string(let a), .string(let b)):
      a.utf8.elementsEqual(b.utf8) ? .same : a.utf8.lexicographicallyPrecedes(b.utf8) ? .before : .after
    default: nil
    }
  }

  /// Exact, also where the integer has more digits than a double holds.
  private static func order(_ integer: Int, _ double: Double) -> JSONOrder {
    if let whole = Int(exactly: double.rounded(.down)) {
      if integer != whole { return integer < whole ? .before : .after }
      return double == double.rounded(.down) ? .same : .before
    }
    return double > 0 ? .before : .after
  }
}
