/// A GeneralName (RFC 5280 section 4.2.1.6).
package struct GeneralName: Sendable, Hashable {
  /// What it names.
  package enum Kind: Sendable, Hashable {
    /// A type of one's own and its value as encoded.
    case other(type: OID, value: ArraySlice<UInt8>)
    case email(ASCIIText)
    case dns(ASCIIText)
    case x400
    case directory(DistinguishedName)
    case ediParty
    case uri(ASCIIText)
    /// 4 or 16 octets where it is well formed; twice that, address and mask, in name constraints.
    case ip([UInt8])
    case registered(OID)
    /// A choice that does not exist, or one that is malformed; the text says why.
    case malformed(String)
  }

  /// A string of which only ASCII is allowed, as it stands.
  package struct ASCIIText: Sendable, Hashable {
    /// The octets as encoded.
    package var octets: ArraySlice<UInt8>
    /// Whether all of them are ASCII.
    package var isASCII: Bool { octets.allSatisfy { $0 < 0x80 } }
    /// The text, octets outside ASCII replaced.
    package var text: String { String(decoding: octets, as: UTF8.self) }
  }

  /// The whole as encoded.
  package var element: DERElement
  package var kind: Kind

  /// Reads one. What is malformed is a value too.
  package init(_ element: DERElement) {
    self.element = element
    guard element.tagClass == .contextSpecific else {
      kind = .malformed("a general name with a tag of another class")
      return
    }
    do throws(DERFailure) {
      kind = try Self.kind(element)
    } catch {
      kind = .malformed(error.sentence)
    }
  }

  private static func kind(_ element: DERElement) throws(DERFailure) -> Kind {
    let isText = [1, 2, 6, 7, 8].contains(element.number)
    guard element.number > 8 || element.isConstructed != isText else {
      throw DERFailure("a general name of the wrong form", at: element.offset)
    }
    switch element.number {
    case 0:
      var reader = try element.reader()
      let type = try reader.required("the type of another name").objectIdentifier("the type of another name")
      let value = try reader.required("the value of another name")
      guard value.isContext(0), value.isConstructed else {
        throw DERFailure("the value of another name is not tagged", at: value.offset)
      }
      try reader.end(of: "another name")
      return .other(type: type, value: value.content)
    case 1: return .email(ASCIIText(octets: element.content))
    case 2: return .dns(ASCIIText(octets: element.content))
    case 3: return .x400
    case 4: return .directory(try DistinguishedName(try DERReader.sole(element.content, "a directory name")))
    case 5: return .ediParty
    case 6: return .uri(ASCIIText(octets: element.content))
    case 7: return .ip(Array(element.content))
    case 8:
      let identifier = OID(octets: element.content)
      guard identifier.isWellFormed else { throw DERFailure("a malformed registered identifier", at: element.offset) }
      return .registered(identifier)
    default: throw DERFailure("a general name of an unknown kind", at: element.offset)
    }
  }

  /// The members of GeneralNames, in order. Throws where it is no such sequence.
  package static func list(_ element: DERElement) throws(DERFailure) -> [GeneralName] {
    try element.children().map { GeneralName($0) }
  }

  /// `DNS:example.com`, `IP:192.0.2.1`, …, for people.
  package var text: String {
    switch kind {
    case .other(let type, _): "otherName:\(type)"
    case .email(let text): "email:\(text.text)"
    case .dns(let text): "DNS:\(text.text)"
    case .x400: "X400Name"
    case .directory(let name): "DirName:\(name.text)"
    case .ediParty: "EdiPartyName"
    case .uri(let text): "URI:\(text.text)"
    case .ip(let octets): "IP:\(IPAddress.text(octets) ?? octets.hexadecimal)"
    case .registered(let identifier): "RID:\(identifier)"
    case .malformed: "malformed:\(element.bytes.prefix(40).hexadecimal)"
    }
  }
}

/// Addresses in figures.
package enum IPAddress {
  /// `192.0.2.1` or `2001:db8::1` (RFC 5952), with `/` and the mask where that follows; nil for another count of octets.
  package static func text(_ octets: [UInt8]) -> String? {
    switch octets.count {
    case 4: return octets.map(String.init).joined(separator: ".")
    case 16: return sixth(octets)
    case 8, 32:
      let half = octets.count / 2
      guard let address = text(Array(octets.prefix(half))), let mask = text(Array(octets.suffix(half))) else {
        return nil
      }
      return "\(address)/\(mask)"
    default: return nil
    }
  }

  private static func sixth(_ octets: [UInt8]) -> String {
    let groups = (0..<8).map { UInt16(octets[$0 * 2]) << 8 | UInt16(octets[$0 * 2 + 1]) }
    // The first of the longest runs of at least two zeros.
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(best.count, 1) { best = start..<end }
      start = max(end, start + 1)
    }
    func joined(_ groups: ArraySlice<UInt16>) -> String {
      groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    return best.isEmpty
      ? joined(groups[...]) : joined(groups[..<best.lowerBound]) + "::" + joined(groups[best.upperBound...])
  }

  /// The 4 or 16 octets of an address in figures; nil where the text is none. No zone, no leading zeros in IPv4.
  package static func octets(_ text: String) -> [UInt8]? {
    if !text.contains(":") { return fourth(text[...]) }
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    guard text.utf8.count <= 45, let head = groups(halves[0]) else { return nil }
    guard halves.count == 2 else { return head.count == 16 ? head : nil }
    guard let tail = groups(halves[1]), head.count + tail.count <= 14 else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func groups(_ text: Substring) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    var octets: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard let last = fourth(part) else { return nil }
        octets += last
      } else {
        guard (1...4).contains(part.utf8.count),
          part.utf8.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
          let group = UInt16(part, radix: 16)
        else { return nil }
        octets += [UInt8(group >> 8), UInt8(group & 0xFF)]
      }
    }
    return octets.count <= 16 ? octets : nil
  }

  private static func fourth(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var octets: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        let octet = UInt8(part),
        part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0")
      else { return nil }
      octets.append(octet)
    }
    return octets
  }
}
