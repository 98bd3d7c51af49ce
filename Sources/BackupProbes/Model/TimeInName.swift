import AuditModel

/// A time in a file's name, `events-2026-11-24T0200.dump`, which copying does not renew.
enum TimeInName {
  /// The first time that `name` holds: year, month, day and perhaps hour, minute and second, with or without separators,
  /// read as UTC. A day alone means its last second, so that a backup never seems older than it can be.
  static func instant(_ name: String) -> Instant? {
    let bytes = Array(name.utf8)
    for start in bytes.indices where isDigit(bytes[start]) && (start == 0 || !isDigit(bytes[start - 1])) {
      var rest = bytes[start...]
      guard let year = digits(4, &rest), (1990...2200).contains(year) else { continue }
      skip(&rest)
      guard let month = digits(2, &rest), (1...12).contains(month) else { continue }
      skip(&rest)
      guard let day = digits(2, &rest), (1...31).contains(day) else { continue }
      var time: (Int, Int, Int)?
      var further = rest
      skip(&further, also: "T ")
      if let hour = digits(2, &further), hour < 24 {
        skip(&further)
        if let minute = digits(2, &further), minute < 60 {
          skip(&further)
          time = (hour, minute, digits(2, &further).flatMap { $0 < 60 ? $0 : nil } ?? 0)
        }
      }
      // A longer number is no time.
      if time == nil, let next = rest.first, isDigit(next) { continue }
      let (hour, minute, second) = time ?? (23, 59, 59)
      let text =
        "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))Z"
      if let instant = Instant(text) { return instant }
    }
    return nil
  }

  private static func digits(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
    guard rest.count >= count, rest.prefix(count).allSatisfy(isDigit) else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count).reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  private static func skip(_ rest: inout ArraySlice<UInt8>, also more: String = "") {
    if let first = rest.first, "-_.:".utf8.contains(first) || more.utf8.contains(first) { rest = rest.dropFirst() }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
