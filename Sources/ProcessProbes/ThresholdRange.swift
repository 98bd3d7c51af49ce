/// A range of the Monitoring Plugins Development Guidelines: when a value calls for an alert.
///
/// `10` alerts below 0 and above 10, `10:` below 10, `~:10` above 10, `10:20` outside of 10 to 20, `@10:20` inside,
/// ends included.
struct ThresholdRange: Hashable {
  private let start: Double
  private let end: Double
  private let alertsInside: Bool

  /// Nil for a text that is no range.
  init?(_ text: some StringProtocol) {
    var rest = Substring(text)
    alertsInside = rest.hasPrefix("@")
    if alertsInside { rest.removeFirst() }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    guard let last = parts.last, parts.count <= 2, rest.contains(where: \.isNumber) || rest == "~:" else { return nil }
    let first = parts.count == 2 ? parts[0] : ""
    guard let start = first == "~" ? -Double.infinity : first.isEmpty ? 0 : Decimal.value(of: first),
      let end = last.isEmpty ? Double.infinity : Decimal.value(of: last), start <= end
    else { return nil }
    self.start = start
    self.end = end
  }

  /// Whether `value` calls for an alert.
  func alerts(on value: Double) -> Bool { (start...end).contains(value) == alertsInside }
}

/// Numbers as plug-ins print them: digits with at most one point, an exponent, no `inf`, no hexadecimal.
enum Decimal {
  /// The finite number that the whole text is.
  static func value(of text: some StringProtocol) -> Double? {
    guard let (number, rest) = prefix(of: text), rest.isEmpty else { return nil }
    return number
  }

  /// The finite number that the text begins with, and the rest of it.
  static func prefix(of text: some StringProtocol) -> (number: Double, rest: Substring)? {
    let text = Substring(text)
    var end = text.startIndex
    func skip(_ accepted: (Character) -> Bool) -> Int {
      let from = end
      while end < text.endIndex, accepted(text[end]) { end = text.index(after: end) }
      return text.distance(from: from, to: end)
    }
    func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
    func skipSign() { if end < text.endIndex, "+-".contains(text[end]) { end = text.index(after: end) } }
    skipSign()
    var digits = skip(isDigit)
    if end < text.endIndex, text[end] == "." {
      end = text.index(after: end)
      digits += skip(isDigit)
    }
    guard digits > 0 else { return nil }
    let mantissaEnd = end
    if end < text.endIndex, "eE".contains(text[end]) {
      end = text.index(after: end)
      skipSign()
      // `5e` is five of the unit `e`.
      if skip(isDigit) == 0 { end = mantissaEnd }
    }
    guard let number = Double(text[..<end]), number.isFinite else { return nil }
    return (number, text[end...])
  }
}
