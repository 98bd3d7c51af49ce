/// A group of a key exchange or a curve of a key, by name.
package enum NamedGroup: Sendable, Hashable {
  /// An elliptic curve with the size of its field in bits, alone or beside ML-KEM.
  case curve(bits: Int)
  /// A finite field with the size of its prime in bits (RFC 7919).
  case field(bits: Int)
  /// ML-KEM alone.
  case latticeOnly

  /// The group of a registered name or OpenSSL's; nil for a name that tells no size.
  package init?(_ name: String) {
    let name = name.lowercased()
    switch name {
    case _ where name.hasPrefix("x25519"), "ed25519": self = .curve(bits: 253)
    case _ where name.hasPrefix("curvesm2"): self = .curve(bits: 256)
    case "x448", "ed448": self = .curve(bits: 448)
    case _ where name.hasPrefix("mlkem"): self = .latticeOnly
    default:
      guard let bits = Self.firstNumber(in: name) else { return nil }
      if name.hasPrefix("ffdhe") || name.hasPrefix("modp") || name.hasPrefix("dh") {
        self = .field(bits: bits)
      } else if Self.curveFamilies.contains(where: name.hasPrefix) {
        self = .curve(bits: bits)
      } else {
        return nil
      }
    }
  }

  /// The one name of a group that has several: OpenSSL's and NIST's become the registered one; lower case.
  package static func canonical(_ name: String) -> String {
    let name = name.lowercased()
    return synonyms[name] ?? name
  }

  private static let synonyms = [
    "prime192v1": "secp192r1", "prime256v1": "secp256r1", "p-192": "secp192r1", "p-224": "secp224r1",
    "p-256": "secp256r1", "p-384": "secp384r1", "p-521": "secp521r1",
  ]
  private static let curveFamilies = ["secp", "sect", "prime", "brainpoolp", "p-", "c2pnb", "c2tnb", "gc256", "gc512"]

  /// The first run of three or four digits.
  private static func firstNumber(in name: String) -> Int? {
    name.split { !("0"..."9").contains($0) }.first { (3...5).contains($0.count) }.flatMap { Int($0) }
  }
}
