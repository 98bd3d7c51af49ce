/// A token as the whole value of a structured field, parameters allowed (RFC 9651 section 4.2.3).
enum StructuredToken {
  /// The token in `text`; nil if it is anything else, or malformed anywhere.
  static func read(_ text: String) -> String? {
    var rest = Array(text.utf8)[...]
    rest = rest.drop { $0 == 0x20 }
    guard let token = takeToken(&rest) else { return nil }
    while rest.first == UInt8(ascii: ";") {
      rest = rest.dropFirst().drop { $0 == 0x20 }
      guard takeKey(&rest) else { return nil }
      if rest.first == UInt8(ascii: "=") {
        rest = rest.dropFirst()
        guard takeBareItem(&rest) else { return nil }
      }
    }
    return rest.allSatisfy { $0 == 0x20 } ? token : nil
  }

  private static func takeToken(_ rest: inout ArraySlice<UInt8>) -> String? {
    guard let first = rest.first, isAlpha(first) || first == UInt8(ascii: "*") else { return nil }
    let token = rest.prefix { isTokenByte($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") }
    rest = rest.dropFirst(token.count)
    return String(decoding: token, as: UTF8.self)
  }

  private static func takeKey(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first, isLower(first) || first == UInt8(ascii: "*") else { return false }
    rest = rest.drop { isLower($0) || isDigit($0) || "_-.*".utf8.contains($0) }
    return true
  }

  private static func takeBareItem(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first else { return false }
    switch first {
    case UInt8(ascii: "\""): return takeString(&rest)
    case UInt8(ascii: ":"):
      rest = rest.dropFirst().drop { isAlpha($0) || isDigit($0) || "+/=".utf8.contains($0) }
      guard rest.first == UInt8(ascii: ":") else { return false }
      rest = rest.dropFirst()
      return true
    case UInt8(ascii: "?"):
      guard let digit = rest.dropFirst().first, digit == UInt8(ascii: "0") || digit == UInt8(ascii: "1") else {
        return false
      }
      rest = rest.dropFirst(2)
      return true
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return takeNumber(&rest)
    default: return takeToken(&rest) != nil
    }
  }

  private static func takeString(_ rest: inout ArraySlice<UInt8>) -> Bool {
    rest = rest.dropFirst()
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return true
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else {
          return false
        }
      case 0x20...0x7E: break
      default: return false
      }
    }
    return false
  }

  /// An integer of up to 15 digits, or a decimal of up to 12 before and 3 behind the point.
  private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Bool {
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = rest.prefix(while: isDigit).count
    rest = rest.dropFirst(whole)
    guard rest.first == UInt8(ascii: ".") else { return (1...15).contains(whole) }
    rest = rest.dropFirst()
    let fraction = rest.prefix(while: isDigit).count
    rest = rest.dropFirst(fraction)
    return (1...12).contains(whole) && (1...3).contains(fraction)
  }

  private static func isAlpha(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    isAlpha(byte) || isDigit(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
