/// Labels of internationalized names (RFC 3492, RFC 5891), read.
enum Punycode {
  /// What stands in front of an encoded label.
  static let prefix = "xn--"
  /// The longest label (RFC 1035 section 2.3.4).
  private static let longest = 63

  /// The scalars of a label that begins with `xn--`, in either case; nil for any other label and for one that is not
  /// encoded so.
  static func decoded(_ label: some StringProtocol) -> [Unicode.Scalar]? {
    let lower = label.lowercased()
    guard lower.hasPrefix(prefix), lower.utf8.count <= longest else { return nil }
    let octets = Array(lower.utf8.dropFirst(prefix.utf8.count))
    let mark = octets.lastIndex(of: UInt8(ascii: "-"))
    var scalars = octets[..<(mark ?? 0)].map { UInt32($0) }
    guard scalars.allSatisfy({ $0 < 0x80 }) else { return nil }
    var rest = octets[(mark.map { $0 + 1 } ?? 0)...]
    var (number, index, bias) = (0x80, 0, 72)
    while !rest.isEmpty {
      let before = index
      var weight = 1
      var place = 36
      while true {
        guard let digit = rest.popFirst().flatMap(value) else { return nil }
        let (product, isProductOver) = digit.multipliedReportingOverflow(by: weight)
        let (sum, isSumOver) = index.addingReportingOverflow(product)
        guard !isProductOver, !isSumOver else { return nil }
        index = sum
        let threshold = min(max(place - bias, 1), 26)
        if digit < threshold { break }
        let (next, isOver) = weight.multipliedReportingOverflow(by: 36 - threshold)
        guard !isOver else { return nil }
        weight = next
        place += 36
      }
      let count = scalars.count + 1
      bias = adapted(index - before, count, isFirst: before == 0)
      let (sum, isOver) = number.addingReportingOverflow(index / count)
      guard !isOver, let scalar = UInt32(exactly: sum), Unicode.Scalar(scalar) != nil else { return nil }
      number = sum
      index %= count
      scalars.insert(scalar, at: index)
      index += 1
    }
    return scalars.compactMap { Unicode.Scalar($0) }
  }

  private static func value(_ digit: UInt8) -> Int? {
    switch digit {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit - UInt8(ascii: "a"))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit - UInt8(ascii: "0")) + 26
    default: nil
    }
  }

  /// RFC 3492 section 6.1.
  private static func adapted(_ step: Int, _ count: Int, isFirst: Bool) -> Int {
    var step = isFirst ? step / 700 : step / 2
    step += step / count
    var bias = 0
    while step > 455 {
      step /= 35
      bias += 36
    }
    return bias + 36 * step / (step + 38)
  }
}
