package import AuditModel

/// A point in time as a certificate or list writes it.
package struct X509Time: Sendable, Hashable {
  /// Which of the two types of Time it is.
  package enum Form: Sendable, Hashable {
    /// Two digits for the year.
    case utcTime
    /// Four digits for the year.
    case generalizedTime
  }

  /// The type; nil for any other.
  package var form: Form?
  /// The content as written, octets outside ASCII replaced.
  package var text: String
  /// What it means; nil unless it is written as RFC 5280 demands, `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, and is a date.
  package var instant: Instant?
  /// The element as encoded.
  package var element: DERElement

  /// Whether RFC 5280 section 4.1.2.5 allows its type for its year: UTCTime until 2049, GeneralizedTime from 2050.
  package var hasRightForm: Bool {
    guard let form, let year = instant.flatMap({ Int($0.description.prefix(4)) }) else { return false }
    return (form == .utcTime) == (1950..<2050).contains(year)
  }

  /// Reads any element; what is no time yields one without form and instant.
  package init(_ element: DERElement) {
    self.element = element
    form = element.is(.utcTime) ? .utcTime : element.is(.generalizedTime) ? .generalizedTime : nil
    text = String(decoding: element.content.prefix(64), as: UTF8.self)
    instant = form.flatMap { Self.instant(element.content, $0) }
  }

  private static func instant(_ content: ArraySlice<UInt8>, _ form: Form) -> Instant? {
    let yearDigits = form == .utcTime ? 2 : 4
    guard content.count == yearDigits + 11, content.last == UInt8(ascii: "Z"),
      content.dropLast().allSatisfy({ (48...57).contains($0) })
    else { return nil }
    let digits = content.dropLast().map { Int($0 - 48) }
    func number(_ start: Int, _ count: Int) -> Int { digits[start..<start + count].reduce(0) { $0 * 10 + $1 } }
    var year = number(0, yearDigits)
    if form == .utcTime { year += year < 50 ? 2000 : 1900 }
    let parts = (0..<5).map { number(yearDigits + $0 * 2, 2) }
    // A leap second is no second of a validity: RFC 5280 knows only 00 to 59.
    guard parts[4] < 60 else { return nil }
    func padded(_ number: Int, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date = "\(padded(year, 4))-\(padded(parts[0], 2))-\(padded(parts[1], 2))"
    return Instant("\(date)T\(padded(parts[2], 2)):\(padded(parts[3], 2)):\(padded(parts[4], 2))Z")
  }
}
