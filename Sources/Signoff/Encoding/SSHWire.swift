/// What is not written as SSH writes it (RFC 4251 section 5).
struct SSHWireFailure: Error {}

/// Takes values of SSH's wire format off the front of octets.
struct SSHReader {
  private var rest: ArraySlice<UInt8>

  init(_ octets: some Sequence<UInt8>) { rest = Array(octets)[...] }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  /// Everything that is left.
  var remainder: [UInt8] { Array(rest) }

  mutating func octet() throws(SSHWireFailure) -> UInt8 {
    guard let octet = rest.popFirst() else { throw SSHWireFailure() }
    return octet
  }

  mutating func number() throws(SSHWireFailure) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<4 { number = number << 8 | UInt32(try octet()) }
    return number
  }

  mutating func longNumber() throws(SSHWireFailure) -> UInt64 {
    let high = try number()
    return UInt64(high) << 32 | UInt64(try number())
  }

  mutating func octets(_ count: Int) throws(SSHWireFailure) -> [UInt8] {
    guard count >= 0, count <= rest.count else { throw SSHWireFailure() }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func string() throws(SSHWireFailure) -> [UInt8] { try octets(Int(try number())) }

  mutating func text() throws(SSHWireFailure) -> String {
    guard let text = String(validating: try string(), as: UTF8.self) else { throw SSHWireFailure() }
    return text
  }

  /// A whole number that is not negative, big-endian without leading zeros; one that is written with more octets than it
  /// needs is refused.
  mutating func wholeNumber() throws(SSHWireFailure) -> [UInt8] {
    let octets = try string()
    guard let first = octets.first else { return [] }
    guard first < 0x80 else { throw SSHWireFailure() }
    if first == 0 {
      guard octets.count > 1, octets[1] >= 0x80 else { throw SSHWireFailure() }
      return Array(octets.dropFirst())
    }
    return octets
  }
}

/// Puts values of SSH's wire format one after the other.
struct SSHWriter {
  private(set) var octets: [UInt8] = []

  mutating func number(_ number: UInt32) {
    octets += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
  }

  mutating func raw(_ more: some Sequence<UInt8>) { octets += more }

  mutating func string(_ string: some Collection<UInt8>) {
    number(UInt32(clamping: string.count))
    octets += string
  }

  mutating func string(_ text: String) { string(Array(text.utf8)) }

  mutating func wholeNumber(_ number: [UInt8]) {
    let digits = Array(number.drop { $0 == 0 })
    string((digits.first ?? 0) >= 0x80 ? [0] + digits : digits)
  }
}
