package import Facts

/// A value that depends on the seed, its own name and how often it was made before, and on nothing else.
package struct RandomValue: Sendable {
  /// What kind of value it is.
  package enum Kind: Sendable, Hashable {
    /// A UUID of version 4 (RFC 9562).
    case uuid
    /// So many letters and digits.
    case text(Int)
    /// So many digits.
    case digits(Int)
    /// A whole number between two, both inclusive.
    case integer(Int, Int)
    /// One of these.
    case oneOf([JSONValue])
  }

  /// The variable's name.
  package var name: String
  /// What kind of value it is.
  package var kind: Kind

  /// A value called `name`.
  package init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// The value for the `number`th time under `seed`.
  package func value(seed: Int, number: Int) -> JSONValue {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var source = SeededValues(
      UInt64(truncatingIfNeeded: seed) ^ hash &+ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9)
    func some(_ alphabet: [UInt8], _ count: Int) -> String {
      String(decoding: (0..<count).map { _ in alphabet[source.below(alphabet.count)] }, as: UTF8.self)
    }
    switch kind {
    case .text(let count): return .string(some(Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8), count))
    case .digits(let count): return .string(some(Array("0123456789".utf8), count))
    case .integer(let low, let high):
      let (width, overflow) = high.subtractingReportingOverflow(low)
      guard !overflow, width < Int.max, width >= 0 else { return .integer(low) }
      return .integer(low + source.below(width + 1))
    case .oneOf(let values): return values.isEmpty ? nil : values[source.below(values.count)]
    case .uuid:
      var digits = Array(some(Array("0123456789abcdef".utf8), 32).utf8)
      digits[12] = UInt8(ascii: "4")
      digits[16] = Array("89ab".utf8)[source.below(4)]
      let text = String(decoding: digits, as: UTF8.self)
      var parts: [Substring] = []
      var rest = text[...]
      for count in [8, 4, 4, 4, 12] {
        parts.append(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      return .string(parts.joined(separator: "-"))
    }
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
private struct SeededValues {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func below(_ bound: Int) -> Int {
    bound > 0 ? Int(next().multipliedFullWidth(by: UInt64(bound)).high) : 0
  }
}
