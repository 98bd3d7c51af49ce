public import AuditModel
public import Facts

/// Takes the run's secrets out of every text before it is recorded or shown: as they are, JSON-escaped, and in base64 at
/// each of the three offsets at which they may stand in a longer encoded text; each of these also with any of its
/// characters percent-encoded (RFC 3986 section 2.1; encoders differ in which they encode).
public struct Redactor: Sendable {
  /// What stands in a secret's place.
  public static let mark = "[redacted]"
  /// Shorter secrets would turn up in every text by chance.
  private static let shortest = 4

  /// Forms to remove, longest first, each as UTF-8, by the bytes with which they may begin.
  private var forms: [UInt8: [[UInt8]]] = [:]

  /// Removes these secrets.
  public init(secrets: some Sequence<Secret>) {
    var all: Set<[UInt8]> = []
    for secret in secrets where secret.exposed.utf8.count >= Self.shortest {
      let bytes = Array(secret.exposed.utf8)
      all.insert(bytes)
      // How a text looks that was sent as UTF-8 and read byte by byte, as header fields are.
      all.insert(bytes.flatMap { Array(String(UnicodeScalar($0)).utf8) })
      all.insert(Array(JSONText.compact(.string(secret.exposed)).utf8.dropFirst().dropLast()))
      for offset in 0..<3 {
        for alphabet in [Base64.standard, Base64.urlSafe] {
          let form = Base64.stableCore(of: bytes, offset: offset, alphabet: alphabet)
          if form.count >= Self.shortest { all.insert(form) }
        }
      }
    }
    for form in all.sorted(by: { $0.count > $1.count }) {
      guard let first = form.first else { continue }
      for start in Set([first, UInt8(ascii: "%")] + (first == UInt8(ascii: " ") ? [UInt8(ascii: "+")] : [])) {
        forms[start, default: []].append(form)
      }
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
      if let end = forms[bytes[position]]?.lazy.compactMap({ Self.end(of: $0, in: bytes, from: position) }).first {
        kept.append(contentsOf: Self.mark.utf8)
        position = end
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

  /// Where `form` ends in `bytes` if it stands at `start`, each of its bytes as it is or percent-encoded; nil if it does
  /// not stand there.
  private static func end(of form: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    var position = start
    for byte in form {
      guard position < bytes.count else { return nil }
      if bytes[position] == byte || (byte == UInt8(ascii: " ") && bytes[position] == UInt8(ascii: "+")) {
        position += 1
      } else if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
        let high = digit(bytes[position + 1]), let low = digit(bytes[position + 2]), high << 4 | low == byte
      {
        position += 3
      } else {
        return nil
      }
    }
    return position
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
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
