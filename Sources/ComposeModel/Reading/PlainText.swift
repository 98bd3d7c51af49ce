/// What a YAML scalar without quotes means in a compose file: YAML 1.2, and octal numbers with a leading zero.
///
/// `yes`, `no`, `on` and `off` are text, and so is `22:22`; fields that want a truth value read the words themselves.
enum PlainText {
  static func content(_ text: String) -> ComposeNode.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    default: break
    }
    guard let first = text.utf8.first, "0123456789+-.".utf8.contains(first) else { return .text(text) }
    if let whole = integer(text) { return .integer(whole) }
    if let number = decimal(text) { return .number(number) }
    return .text(text)
  }

  /// Whether a text without quotes is a date, or a date and a time, which is neither text nor number to compose
  /// implementations (YAML 1.1, "Timestamp").
  static func isTimestamp(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    func digits(_ counts: ClosedRange<Int>) -> Bool {
      let count = rest.prefix { (48...57).contains($0) }.count
      rest = rest.dropFirst(count)
      return counts.contains(count)
    }
    func sign(_ sign: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: sign) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard digits(4...4), sign("-"), digits(1...2), sign("-"), digits(1...2) else { return false }
    guard let next = rest.first else { return true }
    guard "Tt ".utf8.contains(next) else { return false }
    rest = rest.dropFirst()
    return digits(1...2) && sign(":") && digits(1...2) && sign(":") && digits(1...2)
  }

  /// Decimal, `0x`, `0o`, `0b` and legacy octal numbers, with underscores between the digits.
  static func integer(_ written: String) -> Int? {
    let text = written.filter { $0 != "_" }
    var digits = text[...]
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    guard let first = digits.utf8.first, (48...57).contains(first), written.utf8.first != UInt8(ascii: "_") else {
      return nil
    }
    var radix = 10
    let lower = digits.lowercased()
    if lower.hasPrefix("0x") {
      (radix, digits) = (16, digits.dropFirst(2))
    } else if lower.hasPrefix("0o") {
      (radix, digits) = (8, digits.dropFirst(2))
    } else if lower.hasPrefix("0b") {
      (radix, digits) = (2, digits.dropFirst(2))
    } else if digits.count > 1, first == 48 {
      (radix, digits) = (8, digits.dropFirst())
    }
    guard let start = digits.utf8.first, start != UInt8(ascii: "-"), start != UInt8(ascii: "+") else { return nil }
    return Int((isNegative ? "-" : "") + digits, radix: radix)
  }

  /// `1.5`, `.5`, `1e3`; no infinity, and nothing that only looks like a number.
  private static func decimal(_ text: String) -> Double? {
    var rest = Array(text.utf8)[...]
    func digits() -> Int {
      let count = rest.prefix { (48...57).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    var count = digits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      count += digits()
    }
    guard count > 0 else { return nil }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      guard digits() > 0 else { return nil }
    }
    guard rest.isEmpty, let number = Double(text), number.isFinite else { return nil }
    return number
  }
}
