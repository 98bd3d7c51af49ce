public import AuditModel
public import Facts

/// Takes the run's secrets out of every text before it is recorded or shown: as they are, URL-encoded, JSON-escaped, and
/// in base64 at each of the three offsets at which they may stand in a longer encoded text.
public struct Redactor: Sendable {
  /// What stands in a secret's place.
  public static let mark = "[redacted]"
  /// Shorter secrets would turn up in every text by chance.
  private static let shortest = 4

  /// Forms to remove, longest first, each as UTF-8, grouped by first byte for one pass over a text.
  private var forms: [UInt8: [[UInt8]]] = [:]

  /// Removes these secrets.
  public init(secrets: some Sequence<Secret>) {
    var all: Set<[UInt8]> = []
    for secret in secrets where secret.exposed.utf8.count >= Self.shortest {
      let bytes = Array(secret.exposed.utf8)
      all.insert(bytes)
      all.insert(Self.percentEncoded(bytes, lowercase: false, spaceAsPlus: false))
      all.insert(Self.percentEncoded(bytes, lowercase: true, spaceAsPlus: false))
      all.insert(Self.percentEncoded(bytes, lowercase: false, spaceAsPlus: true))
      all.insert(Array(JSONText.compact(.string(secret.exposed)).utf8.dropFirst().dropLast()))
      for offset in 0..<3 {
        for alphabet in [Base64.standard, Base64.urlSafe] {
          let form = Base64.stableCore(of: bytes, offset: offset, alphabet: alphabet)
          if form.count >= Self.shortest { all.insert(form) }
        }
      }
    }
    for form in all.sorted(by: { $0.count > $1.count }) {
      if let first = form.first { forms[first, default: []].append(form) }
    }
  }

  /// The text without any secret.
  public func redacted(_ text: String) -> String {
    if forms.isEmpty { return text }
    let bytes = Array(text.utf8)
    var kept: [UInt8] = []
    var position = 0
    var found = false
    while position < bytes.count {
      if let form = forms[bytes[position]]?.first(where: { bytes[position...].starts(with: $0) }) {
        kept.append(contentsOf: Self.mark.utf8)
        position += form.count
        found = true
      } else {
        kept.append(bytes[position])
        position += 1
      }
    }
    return found ? String(decoding: kept, as: UTF8.self) : text
  }

  /// The value without any secret in its strings and names.
  public func redacted(_ value: JSONValue) -> JSONValue {
    if forms.isEmpty { return value }
    return switch value {
    case .string(let text): .string(redacted(text))
    case .array(let elements): .array(elements.map { redacted($0) })
    case .object(let object): .object(JSONObject(object.members.map { (redacted($0.name), redacted($0.value)) }))
    default: value
    }
  }

  /// The observation without any secret.
  public func redacted(_ observation: Observation) -> Observation {
    if forms.isEmpty { return observation }
    var clean = observation
    clean.declaration = redacted(observation.declaration)
    clean.parameters = redacted(observation.parameters)
    clean.facts = observation.facts.map { redacted($0) }
    clean.gaps = observation.gaps.map {
      Gap(path: redacted($0.path), reason: redacted($0.reason), remedy: $0.remedy.map { redacted($0) })
    }
    clean.unseen = observation.unseen.map { Unseen($0.kind, redacted($0.reason)) }
    return clean
  }

  private static func percentEncoded(_ bytes: [UInt8], lowercase: Bool, spaceAsPlus: Bool) -> [UInt8] {
    let digits = Array((lowercase ? "0123456789abcdef" : "0123456789ABCDEF").utf8)
    return bytes.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        [byte]
      case UInt8(ascii: " ") where spaceAsPlus: [UInt8(ascii: "+")]
      default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
  }
}

/// Base64 (RFC 4648), as far as looking for a secret inside a longer encoded text needs it.
private enum Base64 {
  static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The digits that depend on `bytes` alone when these stand `offset` bytes (0 to 2) into a group of three.
  static func stableCore(of bytes: [UInt8], offset: Int, alphabet: [UInt8]) -> [UInt8] {
    let padded = [UInt8](repeating: 0, count: offset) + bytes
    let firstStable = (offset * 8 + 5) / 6
    let lastStable = padded.count * 8 / 6
    guard firstStable < lastStable else { return [] }
    return (firstStable..<lastStable).map { digit in
      let bit = digit * 6
      let high = UInt16(padded[bit / 8]) << 8
      let low = bit / 8 + 1 < padded.count ? UInt16(padded[bit / 8 + 1]) : 0
      return alphabet[Int((high | low) >> (10 - UInt16(bit % 8)) & 63)]
    }
  }
}
