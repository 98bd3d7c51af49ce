/// A point in time in UTC, to the second, without leap seconds (POSIX time).
public struct Instant: Sendable, Hashable, Comparable {
  /// Seconds since 1970-01-01T00:00:00Z.
  public var seconds: Int

  /// The point `seconds` after 1970-01-01T00:00:00Z.
  public init(seconds: Int) { self.seconds = seconds }

  /// Earlier before later.
  public static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }

  /// The seconds from `earlier` to this instant; negative if this comes first.
  public func seconds(since earlier: Instant) -> Int { seconds - earlier.seconds }
}

extension Instant: CustomStringConvertible {
  /// RFC 3339 with `Z`, to the second; years 0000 to 9999.
  public var description: String {
    let (days, rest) = seconds.flooredDivision(by: 86400)
    let (year, month, day) = Self.civil(fromDays: days)
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T"
      + "\(pad(rest / 3600, 2)):\(pad(rest / 60 % 60, 2)):\(pad(rest % 60, 2))Z"
  }

  /// The calendar day in UTC, `2026-11-24`.
  public var day: String { String(description.prefix(10)) }

  private func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Instant {
  /// Reads RFC 3339 (`2026-11-24T10:00:00Z`, any offset, fractions cut off) or a day, which means its first second.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      return value
    }
    func isAt(_ index: Int, _ character: Unicode.Scalar) -> Bool {
      index < bytes.count && UInt32(bytes[index]) == character.value
    }
    guard let year = number(0..<4), isAt(4, "-"), let month = number(5..<7), isAt(7, "-"), let day = number(8..<10),
      (1...12).contains(month), day >= 1, day <= Self.length(ofMonth: month, year: year)
    else { return nil }
    let midnight = Self.days(fromCivil: year, month, day) * 86400
    if bytes.count == 10 {
      self.init(seconds: midnight)
      return
    }
    guard isAt(10, "T") || isAt(10, "t") || isAt(10, " "), let hour = number(11..<13), isAt(13, ":"),
      let minute = number(14..<16), isAt(16, ":"), let second = number(17..<19), hour < 24, minute < 60, second < 61
    else { return nil }
    var position = 19
    if isAt(position, ".") {
      position += 1
      let start = position
      while position < bytes.count, (48...57).contains(bytes[position]) { position += 1 }
      guard position > start else { return nil }
    }
    var offset = 0
    if isAt(position, "Z") || isAt(position, "z") {
      position += 1
    } else if isAt(position, "+") || isAt(position, "-") {
      guard let hours = number(position + 1..<position + 3), isAt(position + 3, ":"),
        let minutes = number(position + 4..<position + 6), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 3600 + minutes * 60) * (isAt(position, "-") ? -1 : 1)
      position += 6
    } else {
      return nil
    }
    guard position == bytes.count else { return nil }
    self.init(seconds: midnight + hour * 3600 + minute * 60 + second - offset)
  }

  private static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// Days since 1970-01-01 of a proleptic Gregorian date, counted in 400-year eras that start on 1 March.
  static func days(fromCivil year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.flooredDivision(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146097 + dayOfEra - 719468
  }

  static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (days + 719468).flooredDivision(by: 146097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

extension Instant: Codable {
  /// Reads the RFC 3339 text; throws `DecodingError` if it is not one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let instant = Instant(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time: \(text)")
    }
    self = instant
  }

  /// Writes the RFC 3339 text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Int {
  fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
