/// Numbers as they stand in header fields: never negative, and small enough to be counted.
enum Figure {
  /// The whole number at the beginning, behind blanks; what follows it must not be a letter. `100`, `99.0`, `100, 100;w=60`.
  static func leadingCount(_ text: String) -> Int? {
    let text = Blanks.trimmed(text)
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
    guard (1...15).contains(digits.count), let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    guard let next = text.utf8.dropFirst(digits.count).first else { return number }
    return " \t,;./".utf8.contains(next) ? number : nil
  }

  /// A number with or without fraction, and nothing else.
  static func decimal(_ text: String) -> Double? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), text.utf8.count <= 24 else { return nil }
    guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
    guard let number = Double(text), number.isFinite, number < 1e15 else { return nil }
    return number
  }

  /// Seconds: `1.5`, or with units: `6m0s`, `1h`, `250ms`.
  static func duration(_ text: String) -> Double? {
    let text = Blanks.trimmed(text)
    if let seconds = decimal(text) { return seconds }
    var rest = text.utf8[...]
    var total = 0.0
    guard !rest.isEmpty, rest.count <= 40 else { return nil }
    while !rest.isEmpty {
      let figure = rest.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
      rest = rest.dropFirst(figure.count)
      let unit = rest.prefix { (0x61...0x7A).contains($0) }
      rest = rest.dropFirst(unit.count)
      guard let value = decimal(String(decoding: figure, as: UTF8.self)) else { return nil }
      switch String(decoding: unit, as: UTF8.self) {
      case "ms": total += value / 1000
      case "s", "sec", "seconds": total += value
      case "m", "min": total += value * 60
      case "h": total += value * 3600
      case "d": total += value * 86_400
      default: return nil
      }
    }
    return total.isFinite && total < 1e12 ? total : nil
  }
}
