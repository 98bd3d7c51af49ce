import Certificates

/// What speaks against a key beside its strength.
enum KeyConcern: String, Sendable, CaseIterable {
  /// An RSA exponent of 1, or an even one: anybody can sign, or nobody can verify.
  case exponentWeak
  /// An RSA exponent that is not 65537: small ones have been broken together with careless padding, and some clients
  /// refuse them.
  case exponentUnusual
  /// An RSA key of more than 4096 bits: each handshake costs the server and every small client many times as much.
  case slow
  /// A curve that few clients have: not P-256, P-384 or P-521.
  case curveUnusual

  /// The largest RSA key that is not called slow, in bits.
  private static let usualBits = 4096

  /// All that speak against the key, in the order of this list. Pure.
  static func all(about key: PublicKey) -> [KeyConcern] {
    switch key.material {
    case .rsa(let modulus, let exponent, _):
      let exponent = Array(exponent.drop { $0 == 0 })
      var concerns: [KeyConcern] = []
      if exponent == [1] || (exponent.last ?? 0) & 1 == 0 {
        concerns.append(.exponentWeak)
      } else if exponent != [1, 0, 1] {
        concerns.append(.exponentUnusual)
      }
      if modulus.bitLength > usualBits { concerns.append(.slow) }
      return concerns
    case .ec(let curve, _): return curve == .p256 || curve == .p384 || curve == .p521 ? [] : [.curveUnusual]
    case .edwards, .dsa, .other, .malformed: return []
    }
  }
}
