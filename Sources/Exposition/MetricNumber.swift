/// Numbers as the formats write them.
enum MetricNumber {
  /// Reads a value: decimal digits with an optional point and exponent, infinity or no number, in any case. No hexadecimal,
  /// no underscores, no sign before NaN (OpenMetrics 1.0, `number`). Nil if it is none.
  static func value(_ text: ArraySlice<UInt8>) -> Double? {
    if isReal(text) { return Double(String(decoding: text, as: UTF8.self)) }
    let lower = text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    if lower.elementsEqual("nan".utf8) { return .nan }
    let isNegative = lower.first == UInt8(ascii: "-")
    let unsigned = lower.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    guard lower.count - unsigned.count <= 1,
      unsigned.elementsEqual("inf".utf8) || unsigned.elementsEqual("infinity".utf8)
    else { return nil }
    return isNegative ? -.infinity : .infinity
  }

  /// Whether it is a `realnumber`.
  static func isReal(_ text: ArraySlice<UInt8>) -> Bool { Decimal(text) != nil }

  /// A `realnumber` taken apart.
  struct Decimal {
    var isNegative: Bool
    /// Digits before and behind the point.
    var whole: ArraySlice<UInt8>
    var fraction: ArraySlice<UInt8>
    /// Nil where it is beyond anything a double could hold.
    var exponent: Int?

    /// Nil if it is none.
    init?(_ text: ArraySlice<UInt8>) {
      func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
      func isSign(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }
      isNegative = text.first == UInt8(ascii: "-")
      var rest = isSign(text.first) ? text.dropFirst() : text
      whole = rest.prefix(while: isDigit)
      rest = rest.dropFirst(whole.count)
      fraction = rest.prefix(0)
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = rest.prefix(while: isDigit)
        rest = rest.dropFirst(fraction.count)
      }
      guard !whole.isEmpty || !fraction.isEmpty else { return nil }
      exponent = 0
      if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
        rest = rest.dropFirst()
        let isDown = rest.first == UInt8(ascii: "-")
        if isSign(rest.first) { rest = rest.dropFirst() }
        guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return nil }
        let digits = rest.drop { $0 == 0x30 }
        exponent = digits.count > 3 ? nil : digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } * (isDown ? -1 : 1)
        rest = rest.prefix(0)
      }
      guard rest.isEmpty else { return nil }
    }
  }
}

/// A point in time, exact to the nanosecond however many seconds it is away; what is finer is cut off.
struct MetricTime: Sendable, Hashable, Comparable {
  private var isNegative: Bool
  /// Decimal digits without leading zeros.
  private var whole: [UInt8]
  /// Nine decimal digits.
  private var fraction: [UInt8]

  /// Reads a `realnumber`; nil if it is none, or out of all bounds.
  init?(_ text: ArraySlice<UInt8>) {
    guard let number = MetricNumber.Decimal(text), let exponent = number.exponent, abs(exponent) <= 400 else {
      return nil
    }
    var before = Array(number.whole)
    var behind = Array(number.fraction)
    if exponent > 0 {
      behind += [UInt8](repeating: 0x30, count: max(0, exponent - behind.count))
      before += behind.prefix(exponent)
      behind.removeFirst(exponent)
    } else if exponent < 0 {
      before = [UInt8](repeating: 0x30, count: max(0, -exponent - before.count)) + before
      behind = Array(before.suffix(-exponent)) + behind
      before.removeLast(-exponent)
    }
    whole = Array(before.drop { $0 == 0x30 })
    guard whole.count <= 308 else { return nil }
    fraction = Array((behind + [UInt8](repeating: 0x30, count: 9)).prefix(9))
    isNegative = number.isNegative && !(whole.isEmpty && fraction.allSatisfy { $0 == 0x30 })
  }

  static func < (left: MetricTime, right: MetricTime) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    let (smaller, larger) = left.isNegative ? (right, left) : (left, right)
    if smaller.whole.count != larger.whole.count { return smaller.whole.count < larger.whole.count }
    return (smaller.whole + smaller.fraction).lexicographicallyPrecedes(larger.whole + larger.fraction)
  }

  /// Whole seconds or milliseconds, whatever it is written in; nil where that is too many.
  var wholeUnits: Int? {
    guard whole.count <= 17 else { return nil }
    let size = whole.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return isNegative ? -size : size
  }
}
