import TLSRegistry

/// What a group of a key exchange, by name, rests on and how large it is.
enum GroupStrength: Hashable {
  /// An elliptic curve with the size of its field in bits.
  case curve(bits: Int)
  /// A finite field with the size of its prime in bits (RFC 7919).
  case field(bits: Int)
  /// ML-KEM, alone or beside a curve.
  case encapsulation

  /// Nil for a name that no group has.
  init?(_ name: String) {
    guard let group = NamedGroup.named(name) else {
      guard let bits = Self.size(of: name.lowercased()) else { return nil }
      self = .curve(bits: bits)
      return
    }
    switch group.kind {
    case .curve: self = .curve(bits: group.bits)
    case .field: self = .field(bits: group.bits)
    case .hybrid, .encapsulation: self = .encapsulation
    }
  }

  /// The size of a curve that SEC 2 has and TLS has no number for: 112 of `secp112r1`.
  private static func size(of name: String) -> Int? {
    guard name.hasPrefix("secp") || name.hasPrefix("sect") else { return nil }
    let digits = name.dropFirst(4).prefix { $0.isASCII && $0.isNumber }
    return digits.count == 3 ? Int(digits) : nil
  }
}
