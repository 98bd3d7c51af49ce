/// Sizes and durations as compose files write them.
package enum Quantity {
  /// The bytes of `512m`, `1.5gb`, `2GiB`, `64`, `1e3`, in powers of 1024; nil where the text is no size. -1 is no limit.
  package static func bytes(_ text: String) -> Int? {
    if text == "-1" { return -1 }
    // The unit is what stands behind the last figure, point or blank.
    guard let last = text.lastIndex(where: { $0.isASCII && $0.isNumber || $0 == "." || $0 == " " }) else { return nil }
    let figures = text[...last].hasSuffix(" ") ? text[..<last] : text[...last]
    var unit = text[text.index(after: last)...].lowercased()[...]
    let isDecimal = figures.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
    guard isDecimal, let number = Double(figures), number.isFinite, number >= 0 else { return nil }
    var exponent = 0
    if let first = unit.first, let position = Array("kmgtp").firstIndex(of: first) {
      exponent = position + 1
      unit = unit.dropFirst()
      if unit == "ib" { unit = "b" }
    }
    guard unit.isEmpty || unit == "b" else { return nil }
    let bytes = (0..<exponent).reduce(number) { size, _ in size * 1024 }
    return bytes < 9e18 ? Int(bytes) : nil
  }

  /// The nanoseconds of `1m30s`, `1.5h`, `100ms`, `2d`, `1w`; nil where the text is no duration.
  package static func nanoseconds(_ text: String) -> Int? {
    var rest = text[...]
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      guard !digits.isEmpty, let number = Double(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let size: Double
      switch unit {
      case "ns": size = 1
      case "us", "µs", "μs": size = 1e3
      case "ms": size = 1e6
      case "s": size = 1e9
      case "m": size = 60e9
      case "h": size = 3600e9
      case "d": size = 86400e9
      case "w": size = 604_800e9
      default: return nil
      }
      total += number * size
    }
    guard total < 9e18 else { return nil }
    return isNegative ? -Int(total.rounded()) : Int(total.rounded())
  }

  /// Nanoseconds in the form that compose implementations print: `1m30s`, `1h0m0s`, `500ms`.
  static func durationText(_ nanoseconds: Int) -> String {
    if nanoseconds == 0 { return "0s" }
    let magnitude = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    func decimal(_ amount: UInt, in unit: UInt) -> String {
      let (whole, fraction) = amount.quotientAndRemainder(dividingBy: unit)
      guard fraction > 0 else { return String(whole) }
      // `unit` is a power of ten: the fraction's figures follow a one.
      var figures = String(unit + fraction).dropFirst()
      while figures.last == "0" { figures = figures.dropLast() }
      return "\(whole).\(figures)"
    }
    if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
    if magnitude < 1_000_000 { return "\(sign)\(decimal(magnitude, in: 1_000))µs" }
    if magnitude < 1_000_000_000 { return "\(sign)\(decimal(magnitude, in: 1_000_000))ms" }
    let seconds = magnitude / 1_000_000_000
    let secondsText = decimal(magnitude % 60_000_000_000, in: 1_000_000_000)
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600)
    if hours > 0 { return "\(sign)\(hours)h\(minutes)m\(secondsText)s" }
    return minutes > 0 ? "\(sign)\(minutes)m\(secondsText)s" : "\(sign)\(secondsText)s"
  }
}
