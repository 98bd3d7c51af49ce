/// Base64 (RFC 4648), read so strictly that every text stands for other octets than every other text.
package enum Base64 {
  /// Which digits are taken.
  package enum Alphabet: Sendable {
    /// Section 4 alone.
    case standard
    /// Section 4 or section 5, as DSSE demands of its readers; not both in one text.
    case standardOrURLSafe
  }

  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text, padded unless said otherwise.
  package static func encode(_ octets: [UInt8], padded: Bool = true) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((octets.count + 2) / 3 * 4)
    var position = 0
    while position < octets.count {
      let chunk = octets[position..<min(position + 3, octets.count)]
      var group: UInt32 = 0
      for index in 0..<3 { group = group << 8 | UInt32(index < chunk.count ? chunk[position + index] : 0) }
      for index in 0..<4 {
        if index <= chunk.count {
          text.append(digits[Int(group >> UInt32(18 - 6 * index) & 63)])
        } else if padded {
          text.append(UInt8(ascii: "="))
        }
      }
      position += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The octets; nil where anything but digits and padding stands there, or bits are set that no octet takes.
  package static func decode(_ text: some Sequence<UInt8>, _ alphabet: Alphabet = .standard) -> [UInt8]? {
    var octets: [UInt8] = []
    var group: UInt32 = 0
    var count = 0
    var padding = 0
    var isStandard = false
    var isURLSafe = false
    for character in text {
      let value: UInt32
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character) - 65
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(character) - 97 + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(character) - 48 + 52
      case UInt8(ascii: "+"), UInt8(ascii: "/"):
        value = character == UInt8(ascii: "+") ? 62 : 63
        isStandard = true
      case UInt8(ascii: "-"), UInt8(ascii: "_"):
        value = character == UInt8(ascii: "-") ? 62 : 63
        isURLSafe = true
      case UInt8(ascii: "="):
        padding += 1
        continue
      default: return nil
      }
      guard padding == 0 else { return nil }
      group = group << 6 | value
      count += 1
      guard count % 4 == 0 else { continue }
      octets += [UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8)]
      octets.append(UInt8(truncatingIfNeeded: group))
      group = 0
    }
    switch alphabet {
    case .standard: if isURLSafe { return nil }
    case .standardOrURLSafe: if isStandard, isURLSafe { return nil }
    }
    switch count % 4 {
    case 0: return padding == 0 ? octets : nil
    case 2:
      guard padding == 2, group & 0xF == 0 else { return nil }
      octets.append(UInt8(truncatingIfNeeded: group >> 4))
    case 3:
      guard padding == 1, group & 0x3 == 0 else { return nil }
      octets += [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
    default: return nil
    }
    return octets
  }
}
