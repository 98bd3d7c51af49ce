package import Facts

/// Times as workflows write them: `200ms`, `5s`, `2m`, `1h`, or a number of seconds.
package enum ScenarioDuration {
  /// The longest that can be written, in milliseconds: a day.
  package static let longest = 86_400_000

  /// The milliseconds a value stands for; nil if it stands for none.
  package static func milliseconds(_ value: JSONValue) -> Int? {
    if let seconds = value.double { return whole(seconds * 1000) }
    guard let text = value.string else { return nil }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), !digits.hasPrefix("."), !digits.hasSuffix(".") else { return nil }
    switch text.dropFirst(digits.count) {
    case "ms": return whole(number)
    case "s": return whole(number * 1000)
    case "m", "min": return whole(number * 60_000)
    case "h": return whole(number * 3_600_000)
    default: return nil
    }
  }

  private static func whole(_ milliseconds: Double) -> Int? {
    guard milliseconds >= 0, milliseconds <= Double(longest) else { return nil }
    return Int(milliseconds.rounded())
  }
}
