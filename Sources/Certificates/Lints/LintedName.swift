/// A name with its values as octets of UTF-8, whatever they were encoded in, so that lengths and blanks can be judged
/// even where the octets are none of the declared type.
struct LintedName: Sendable {
  struct Attribute: Sendable {
    let type: OID
    /// The number of the value's tag.
    let tag: UInt32
    /// The value's octets as encoded.
    let raw: ArraySlice<UInt8>
    /// Nil where the value is no string of a common type.
    let text: [UInt8]?
  }

  /// The relative names, each with its attributes.
  let relativeNames: [[Attribute]]
  var attributes: [Attribute] { relativeNames.flatMap { $0 } }

  init(_ name: DistinguishedName) {
    relativeNames = name.relativeNames.map { set in
      set.map {
        Attribute(type: $0.type, tag: $0.value.number, raw: $0.value.content, text: Self.text($0.value))
      }
    }
  }

  var isEmpty: Bool { attributes.isEmpty }
  func has(_ type: OID) -> Bool { attributes.contains { $0.type == type } }
  func texts(_ type: OID) -> [[UInt8]] { attributes.filter { $0.type == type }.compactMap(\.text) }
  /// The last value of a type; empty where there is none.
  func last(_ type: OID) -> [UInt8] { texts(type).last ?? [] }

  private static func text(_ value: DERElement) -> [UInt8]? {
    guard value.tagClass == .universal, !value.isConstructed, let type = UniversalTag(rawValue: value.number) else {
      return nil
    }
    switch type {
    case .utf8String, .numericString, .printableString, .ia5String, .teletexString: return Array(value.content)
    case .bmpString: return utf8(bmp: value.content)
    default: return nil
    }
  }

  /// A BMPString as UTF-8, without a terminator; nil for an odd number of octets.
  static func utf8(bmp octets: ArraySlice<UInt8>) -> [UInt8]? {
    guard octets.count % 2 == 0 else { return nil }
    var units = stride(from: octets.startIndex, to: octets.endIndex, by: 2).map { index in
      UInt16(octets[index]) << 8 | UInt16(octets[index + 1])
    }
    if units.last == 0 { units.removeLast() }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}

/// Octets looked at as text.
extension Collection where Element == UInt8 {
  /// Characters, counting every octet that belongs to none as one.
  var characterCount: Int { scalars.count }

  /// The scalars; U+FFFD for every octet that belongs to none.
  var scalars: [UInt32] {
    var scalars: [UInt32] = []
    var rest = self[...]
    while let first = rest.first {
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      let group = Array(rest.prefix(length))
      if first < 0x80 {
        scalars.append(UInt32(first))
      } else if group.count == length, let scalar = String(validating: group, as: UTF8.self)?.unicodeScalars.first {
        scalars.append(scalar.value)
      } else {
        scalars.append(0xFFFD)
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(length)
    }
    return scalars
  }

  /// The parts between the dots; one part more than dots.
  var labels: [[UInt8]] {
    split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
  }

  func hasPrefix(_ text: String) -> Bool { starts(with: text.utf8) }

  /// With ASCII letters in lower case.
  var lowercasedASCII: [UInt8] { map { (65...90).contains($0) ? $0 + 32 : $0 } }

  /// The octets of the address that it spells; nil where it spells none.
  var address: [UInt8]? {
    guard count <= 45, allSatisfy({ $0 < 0x80 }) else { return nil }
    return IPAddress.octets(String(decoding: self, as: UTF8.self))
  }
}

extension UInt32 {
  /// Whether the scalar is white space in Unicode's sense.
  var isWhiteSpace: Bool { Unicode.Scalar(self)?.properties.isWhitespace ?? false }
}
