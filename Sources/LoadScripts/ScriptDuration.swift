/// Times as scripts write them: a number of seconds, or a number with its unit.
package enum ScriptDuration {
  /// Longer times are not read, in seconds: 30 days.
  package static let longest = 2_592_000.0

  /// The seconds that a text stands for; nil if it stands for none. Units as in `500ms`, `10s`, `9 seconds`, `0.5 min`,
  /// `10min`, `2m`, `1.5h`, `1 day`.
  package static func seconds(_ text: String) -> Double? {
    let text = text.lowercased().filter { $0 != " " && $0 != "\t" }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "+") }
    guard let number = Double(digits), number.isFinite, number >= 0 else { return nil }
    let unit: Double
    switch text.dropFirst(digits.count) {
    case "", "s", "sec", "secs", "second", "seconds": unit = 1
    case "ms", "msec", "msecs", "millisecond", "milliseconds": unit = 0.001
    case "m", "min", "mins", "minute", "minutes": unit = 60
    case "h", "hr", "hrs", "hour", "hours": unit = 3600
    case "d", "day", "days": unit = 86_400
    default: return nil
    }
    let seconds = number * unit
    return seconds <= longest ? seconds : nil
  }
}
