/// A group of the key exchange as registered with IANA ("TLS Supported Groups").
package struct NamedGroup: Sendable, Hashable {
  /// What mathematics it rests on.
  package enum Kind: String, Sendable, CaseIterable {
    /// An elliptic curve.
    case curve = "ec"
    /// A finite field.
    case field = "ff"
    /// A classical group and a key encapsulation together.
    case hybrid
    /// A key encapsulation alone.
    case encapsulation = "kem"
  }

  package var id: UInt16
  /// The registered name.
  package var name: String
  package var kind: Kind
  /// The size of the field in bits; of a hybrid or an encapsulation the number in the parameter set's name.
  package var bits: Int
  /// Whether TLS 1.3 knows it (RFC 8446 section 4.2.7 and later registrations).
  package var isForTLS13: Bool
  /// Whether TLS 1.2 and before know it.
  package var isForTLS12: Bool

  /// Whether it withstands a quantum computer, as far as is known.
  package var isPostQuantum: Bool { kind == .hybrid || kind == .encapsulation }

  package static let x25519: UInt16 = 0x001D
  package static let x25519MLKEM768: UInt16 = 0x11EC

  /// The number of the curve that libcrypto calls `name`; nil for one that TLS has no number for.
  package static func curve(_ name: String) -> UInt16? { named(name).flatMap { $0.isForTLS12 ? $0.id : nil } }

  /// The group with a registered name, libcrypto's or NIST's, in large letters or small; nil for none that is tried.
  package static func named(_ name: String) -> NamedGroup? { byName[canonical(name)] }

  /// The one name of a group that has several: libcrypto's and NIST's become the registered one; lower case.
  package static func canonical(_ name: String) -> String {
    let name = name.lowercased()
    return synonyms[name] ?? name
  }

  private static let synonyms = [
    "prime192v1": "secp192r1", "prime256v1": "secp256r1", "p-192": "secp192r1", "p-224": "secp224r1",
    "p-256": "secp256r1", "p-384": "secp384r1", "p-521": "secp521r1", "sm2": "curvesm2",
  ]

  package static func of(_ id: UInt16) -> NamedGroup? { byID[id] }

  /// Every group that is tried.
  package static let all: [NamedGroup] = [
    group(0x001D, "x25519", .curve, 255), group(0x0017, "secp256r1", .curve, 256), group(0x001E, "x448", .curve, 448),
    group(0x0018, "secp384r1", .curve, 384), group(0x0019, "secp521r1", .curve, 521),
    group(0x11EC, "X25519MLKEM768", .hybrid, 768, in12: false),
    group(0x11EB, "SecP256r1MLKEM768", .hybrid, 768, in12: false),
    group(0x11ED, "SecP384r1MLKEM1024", .hybrid, 1024, in12: false),
    group(0x11EE, "curveSM2MLKEM768", .hybrid, 768, in12: false),
    group(0x6399, "X25519Kyber768Draft00", .hybrid, 768, in12: false),
    group(0x639A, "SecP256r1Kyber768Draft00", .hybrid, 768, in12: false),
    group(0x0200, "MLKEM512", .encapsulation, 512, in12: false),
    group(0x0201, "MLKEM768", .encapsulation, 768, in12: false),
    group(0x0202, "MLKEM1024", .encapsulation, 1024, in12: false),
    group(0x0100, "ffdhe2048", .field, 2048), group(0x0101, "ffdhe3072", .field, 3072),
    group(0x0102, "ffdhe4096", .field, 4096), group(0x0103, "ffdhe6144", .field, 6144),
    group(0x0104, "ffdhe8192", .field, 8192),
    group(0x001F, "brainpoolP256r1tls13", .curve, 256, in12: false),
    group(0x0020, "brainpoolP384r1tls13", .curve, 384, in12: false),
    group(0x0021, "brainpoolP512r1tls13", .curve, 512, in12: false), group(0x0029, "curveSM2", .curve, 256),
    group(0x001A, "brainpoolP256r1", .curve, 256, in13: false),
    group(0x001B, "brainpoolP384r1", .curve, 384, in13: false),
    group(0x001C, "brainpoolP512r1", .curve, 512, in13: false),
    group(0x0016, "secp256k1", .curve, 256, in13: false), group(0x0015, "secp224r1", .curve, 224, in13: false),
    group(0x0014, "secp224k1", .curve, 224, in13: false), group(0x0013, "secp192r1", .curve, 192, in13: false),
    group(0x0012, "secp192k1", .curve, 192, in13: false), group(0x0011, "secp160r2", .curve, 160, in13: false),
    group(0x0010, "secp160r1", .curve, 160, in13: false), group(0x000F, "secp160k1", .curve, 160, in13: false),
    group(0x000E, "sect571r1", .curve, 571, in13: false), group(0x000D, "sect571k1", .curve, 571, in13: false),
    group(0x000C, "sect409r1", .curve, 409, in13: false), group(0x000B, "sect409k1", .curve, 409, in13: false),
    group(0x000A, "sect283r1", .curve, 283, in13: false), group(0x0009, "sect283k1", .curve, 283, in13: false),
    group(0x0008, "sect239k1", .curve, 239, in13: false), group(0x0007, "sect233r1", .curve, 233, in13: false),
    group(0x0006, "sect233k1", .curve, 233, in13: false), group(0x0005, "sect193r2", .curve, 193, in13: false),
    group(0x0004, "sect193r1", .curve, 193, in13: false), group(0x0003, "sect163r2", .curve, 163, in13: false),
    group(0x0002, "sect163r1", .curve, 163, in13: false), group(0x0001, "sect163k1", .curve, 163, in13: false),
    group(0x0022, "GC256A", .curve, 256), group(0x0023, "GC256B", .curve, 256), group(0x0024, "GC256C", .curve, 256),
    group(0x0025, "GC256D", .curve, 256), group(0x0026, "GC512A", .curve, 512), group(0x0027, "GC512B", .curve, 512),
    group(0x0028, "GC512C", .curve, 512),
  ]

  /// What a TLS 1.3 hello can offer.
  package static let forTLS13: [UInt16] = all.filter(\.isForTLS13).map(\.id)
  /// The curves that a hello of TLS 1.2 or before can offer.
  package static let curvesForTLS12: [UInt16] = all.filter { $0.isForTLS12 && $0.kind == .curve }.map(\.id)
  /// The finite fields of RFC 7919.
  package static let fields: [UInt16] = all.filter { $0.kind == .field }.map(\.id)

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name.lowercased(), $0) })
  private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

  private static func group(
    _ id: UInt16, _ name: String, _ kind: Kind, _ bits: Int, in13: Bool = true, in12: Bool = true
  ) -> NamedGroup {
    NamedGroup(id: id, name: name, kind: kind, bits: bits, isForTLS13: in13, isForTLS12: in12)
  }
}
