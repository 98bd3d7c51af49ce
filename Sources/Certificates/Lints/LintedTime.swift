import AuditModel

/// Times of a validity, read as patiently as their writers hope.
enum LintedTime {
  /// The instant, also where seconds are missing, fractions are given, or the time is none of Greenwich; nil where it
  /// is no time.
  static func instant(_ time: X509Time) -> Instant? {
    guard let form = time.form else { return nil }
    let octets = Array(time.element.content)
    var position = 0
    func digits(_ count: Int) -> Int? {
      guard position + count <= octets.count else { return nil }
      var value = 0
      for octet in octets[position..<position + count] {
        guard (48...57).contains(octet) else { return nil }
        value = value * 10 + Int(octet - 48)
      }
      position += count
      return value
    }
    guard var year = digits(form == .utcTime ? 2 : 4), let month = digits(2), let day = digits(2),
      let hour = digits(2), let minute = digits(2), (1...12).contains(month), (1...31).contains(day), hour < 24,
      minute < 60
    else { return nil }
    if form == .utcTime { year += year < 50 ? 2000 : 1900 }
    let first = Civil.days(year: year, month: month, day: 1)
    guard day <= Civil.days(year: year, month: month + 1, day: 1) - first else { return nil }
    let second = digits(2) ?? 0
    guard second < 60 else { return nil }
    if position < octets.count, octets[position] == UInt8(ascii: ".") || octets[position] == UInt8(ascii: ",") {
      position += 1
      while position < octets.count, (48...57).contains(octets[position]) { position += 1 }
    }
    guard let offset = offset(octets[position...]) else { return nil }
    return Instant(seconds: (first + day - 1) * 86400 + hour * 3600 + minute * 60 + second - offset)
  }

  /// Seconds east of Greenwich; 0 where nothing is said; nil for anything else.
  private static func offset(_ zone: ArraySlice<UInt8>) -> Int? {
    guard let sign = zone.first else { return 0 }
    if sign == UInt8(ascii: "Z") { return zone.count == 1 ? 0 : nil }
    let digits = zone.dropFirst().map { Int($0) - 48 }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), digits.count == 4,
      digits.allSatisfy({ (0...9).contains($0) })
    else { return nil }
    let seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60
    return sign == UInt8(ascii: "+") ? seconds : -seconds
  }
}
