import Certificates
import Facts
import Transport

/// The keys that clients pin: for an application that carries such a list, a chain without any of them is somebody else's,
/// whoever signed it.
struct KeyPins: Sendable, Equatable {
  /// The pins as declared, without repetitions: `sha256/` and the Base64 of SHA-256 over a SubjectPublicKeyInfo.
  private let pins: [String]
  /// The hash of each, hexadecimal as chains tell it.
  private let digests: [String]

  /// The most that are read.
  static let most = 50
  private static let prefix = "sha256/"
  /// Characters of Base64 that 32 octets take.
  private static let encodedLength = 44

  /// Reads pins as Android and OkHttp write them (`sha256/…`), or curl (`sha256//…`). Nil where one is none, and where
  /// there is none or too many.
  init?(_ declared: [String]) {
    guard (1...Self.most).contains(declared.count) else { return nil }
    var (pins, digests): ([String], [String]) = ([], [])
    for text in declared {
      guard text.hasPrefix(Self.prefix) else { return nil }
      var encoded = text.dropFirst(Self.prefix.utf8.count)
      // Base64 may begin with a slash itself: only its length tells whether one more belongs to the prefix.
      if encoded.utf8.count == Self.encodedLength + 1, encoded.hasPrefix("/") { encoded = encoded.dropFirst() }
      guard let octets = PEM.base64(encoded.utf8), octets.count == 32 else { return nil }
      let digest = octets.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      guard !digests.contains(digest) else { continue }
      pins.append(Self.prefix + encoded)
      digests.append(digest)
    }
    (self.pins, self.digests) = (pins, digests)
  }

  /// What a chain has of them. A client looks at the way it has built, from the server's certificate to its root: without
  /// a root that is known here, the key that is missing may be that of another.
  func facts(of session: TLSSession) -> JSONValue {
    let path = session.verdict?.path ?? []
    let keys = Set(session.presented.map(\.keyFingerprint) + path.map(\.keyFingerprint))
    let held = zip(pins, digests).filter { keys.contains($0.1) }.map(\.0)
    let isWhole = session.verdict?.anchor != nil
    return [
      "declared": .integer(pins.count), "held": JSONValue(held), "spare": .integer(pins.count - held.count),
      "matches": held.isEmpty && !isWhole ? nil : .bool(!held.isEmpty),
    ]
  }

  /// The shape of `facts`.
  static let schema = Schema.object([
    Schema.Field("declared", .integer(minimum: 0), required: true, "how many keys the inventory says are pinned"),
    Schema.Field("held", .array(.string()), required: true, "those that stand in the chain"),
    Schema.Field(
      "spare", .integer(minimum: 0), required: true,
      "how many do not, so that a lost key can be replaced by one of them"),
    Schema.Field(
      "matches", .nullable(.boolean), required: true,
      "whether any of them stands in the chain; null where none does and no root is known that could have it"),
  ])
}
