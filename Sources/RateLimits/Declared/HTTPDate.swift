import AuditModel

/// `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
  /// Seconds from now: delay-seconds, or an HTTP-date taken against `now`, in seconds since 1970. Nil for nonsense, or for a
  /// date against an unknown clock.
  static func seconds(_ text: String, now: Double?) -> Double? {
    let text = Blanks.trimmed(text)
    // Fractions are not allowed, but sent.
    if let seconds = Figure.decimal(text) { return seconds }
    guard let moment = HTTPDate.seconds(text), let now else { return nil }
    return max(0, moment - now)
  }
}

/// The three forms of an HTTP-date (RFC 9110 section 5.6.7).
enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds since 1970. Nil for anything else than `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and
  /// `Sun Nov  6 08:49:37 1994`.
  static func seconds(_ text: String) -> Double? {
    guard text.utf8.count <= 40 else { return nil }
    let parts = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    switch parts.count {
    case 6 where parts[0].hasSuffix(",") && parts[5] == "GMT":
      return moment(year: parts[3], month: parts[2], day: parts[1], time: parts[4])
    case 4 where parts[0].hasSuffix(",") && parts[3] == "GMT":
      let date = parts[1].split(separator: "-").map(String.init)
      guard date.count == 3, date[2].utf8.count == 2, let short = Int(date[2]) else { return nil }
      // Two digits mean the years from 1970 to 2069.
      return moment(
        year: String(short < 70 ? 2000 + short : 1900 + short), month: date[1], day: date[0], time: parts[2])
    case 5: return moment(year: parts[4], month: parts[1], day: parts[2], time: parts[3])
    default: return nil
    }
  }

  /// Seconds since 1970 of an RFC 3339 time.
  static func timestamp(_ text: String) -> Double? {
    guard text.utf8.count <= 40, text.utf8.count > 10 else { return nil }
    return Instant(text).map { Double($0.seconds) }
  }

  private static func moment(year: String, month: String, day: String, time: String) -> Double? {
    guard let number = months.firstIndex(of: month), year.utf8.count == 4, (1...2).contains(day.utf8.count) else {
      return nil
    }
    func padded(_ text: String) -> String { text.utf8.count == 1 ? "0" + text : text }
    return Instant("\(year)-\(padded(String(number + 1)))-\(padded(day))T\(time)Z").map { Double($0.seconds) }
  }
}
