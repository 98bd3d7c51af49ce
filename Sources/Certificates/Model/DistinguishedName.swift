/// A Name (RFC 5280 section 4.1.2.4): sets of attributes, the outermost first.
package struct DistinguishedName: Sendable, Hashable {
  /// One attribute.
  package struct Attribute: Sendable, Hashable {
    /// What kind it is: `2.5.4.3`.
    package var type: OID
    /// The value as encoded.
    package var value: DERElement
    /// The value as text; nil where its type is no string or its octets are none of that type.
    package var text: String?

    /// The universal type of the value; nil for another class or an unknown type.
    package var stringType: UniversalTag? {
      value.tagClass == .universal ? UniversalTag(rawValue: value.number) : nil
    }
  }

  /// The whole Name as encoded.
  package var der: ArraySlice<UInt8>
  /// The relative names in encoded order, each with its attributes in encoded order. One without attributes, which no
  /// name may have, is kept and is an `EncodingFault`.
  package var relativeNames: [[Attribute]]

  /// Whether it has no attribute.
  package var isEmpty: Bool { relativeNames.allSatisfy(\.isEmpty) }
  /// All attributes in encoded order.
  package var attributes: [Attribute] { relativeNames.flatMap { $0 } }

  /// The texts of every attribute of a type.
  package func texts(of type: OID) -> [String] { attributes.filter { $0.type == type }.compactMap(\.text) }

  /// Reads a Name. Throws where it is none.
  package init(_ element: DERElement) throws(DERFailure) {
    guard element.is(.sequence) else { throw DERFailure("a name is no sequence", at: element.offset) }
    der = element.bytes
    relativeNames = []
    for member in try element.children() {
      guard member.is(.set) else { throw DERFailure("a relative name is no set", at: member.offset) }
      relativeNames.append(try Self.relativeName(member))
    }
  }

  /// Reads the attributes of one relative name.
  package static func relativeName(_ set: DERElement) throws(DERFailure) -> [Attribute] {
    var attributes: [Attribute] = []
    for pair in try set.children() {
      guard pair.is(.sequence) else { throw DERFailure("an attribute is no sequence", at: pair.offset) }
      var reader = try pair.reader()
      let type = try reader.required("the type of an attribute").objectIdentifier("the type of an attribute")
      let value = try reader.required("the value of an attribute")
      try reader.end(of: "an attribute")
      attributes.append(Attribute(type: type, value: value, text: value.string))
    }
    return attributes
  }

  /// The same octets; the place in the whole does not count.
  package static func == (left: DistinguishedName, right: DistinguishedName) -> Bool {
    left.der.elementsEqual(right.der)
  }

  /// As `==`.
  package func hash(into hasher: inout Hasher) { hasher.combine(der) }
}

extension DERElement {
  /// The text of a string type; nil where it is no string type or the octets are none of it.
  ///
  /// TeletexString is read as ISO 8859-1, as everybody writes it.
  package var string: String? {
    guard tagClass == .universal, !isConstructed, let type = UniversalTag(rawValue: number) else { return nil }
    switch type {
    case .utf8String: return String(validating: content, as: UTF8.self)
    case .numericString, .printableString, .ia5String, .visibleString:
      return content.allSatisfy { $0 < 0x80 } ? String(decoding: content, as: UTF8.self) : nil
    case .teletexString, .generalString, .graphicString:
      return String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) }))
    case .bmpString:
      guard content.count % 2 == 0 else { return nil }
      let units = stride(from: content.startIndex, to: content.endIndex, by: 2).map { index in
        UInt16(content[index]) << 8 | UInt16(content[index + 1])
      }
      return String(validating: units, as: UTF16.self)
    case .universalString:
      guard content.count % 4 == 0 else { return nil }
      var scalars = String.UnicodeScalarView()
      for index in stride(from: content.startIndex, to: content.endIndex, by: 4) {
        let value = content[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
        guard let scalar = Unicode.Scalar(value) else { return nil }
        scalars.append(scalar)
      }
      return String(scalars)
    default: return nil
    }
  }
}

/// Text for people.
extension DistinguishedName {
  /// RFC 4514: the innermost first, `CN=leaf,O=Example`. Values that are no text stand as `#` and hexadecimal.
  package var text: String {
    relativeNames.reversed().map { set in
      set.map { attribute in
        let type = Self.keywords[attribute.type] ?? attribute.type.dotted
        guard let text = attribute.text else { return "\(type)=#\(attribute.value.bytes.hexadecimal)" }
        return "\(type)=\(Self.escaped(text))"
      }.joined(separator: "+")
    }.joined(separator: ",")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isEdge = index == 0 || index == scalars.count - 1
      switch scalar {
      case "\"", "+", ",", ";", "<", ">", "\\": result += "\\\(scalar)"
      case " " where isEdge: result += "\\ "
      case "#" where index == 0: result += "\\#"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        for octet in String(scalar).utf8 { result += "\\" + [octet].hexadecimal }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// RFC 4514 section 3, and the further names that openssl prints.
  private static let keywords: [OID: String] = [
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
    "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.42": "GN",
    "2.5.4.15": "businessCategory", "2.5.4.17": "postalCode", "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID", "1.2.840.113549.1.9.1": "emailAddress",
  ]
}

/// Comparing (RFC 5280 section 7.1).
extension DistinguishedName {
  /// One relative name in a form that is equal where RFC 5280 section 7.1 holds two of them equal.
  package typealias ComparableRelativeName = Set<[UInt8]>

  /// The name in a form that is equal where RFC 5280 section 7.1 holds two names equal: strings of any type without
  /// regard to case and to the number of spaces, everything else by its octets.
  package var comparable: [ComparableRelativeName] {
    relativeNames.map { set in Set(set.map(\.comparable)) }
  }
}

extension DistinguishedName.Attribute {
  fileprivate var comparable: [UInt8] {
    guard let text, stringType != .generalString else { return type.octets + [0] + Array(value.bytes) }
    let words = text.lowercased().unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map { String($0) }
    return type.octets + [1] + Array(words.joined(separator: " ").utf8)
  }
}

extension Collection where Element == UInt8 {
  /// Two lower-case digits for every octet.
  package var hexadecimal: String {
    var text: [UInt8] = []
    text.reserveCapacity(count * 2)
    for octet in self {
      for digit in [octet >> 4, octet & 15] {
        text.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
