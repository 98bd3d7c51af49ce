/// Values inside elements.
extension DERElement {
  /// The identifier. Throws unless it is a well-formed OBJECT IDENTIFIER.
  package func objectIdentifier(_ what: String) throws(DERFailure) -> OID {
    guard self.is(.objectIdentifier) else { throw DERFailure("\(what) is no object identifier", at: offset) }
    let identifier = OID(octets: content)
    guard identifier.isWellFormed else { throw DERFailure("\(what) is a malformed object identifier", at: offset) }
    return identifier
  }

  /// The truth value. Throws unless it is a BOOLEAN of 0 or 255.
  package func boolean(_ what: String) throws(DERFailure) -> Bool {
    guard self.is(.boolean), content.count == 1, let octet = content.first, octet == 0 || octet == 0xFF else {
      throw DERFailure("\(what) is no boolean in DER", at: offset)
    }
    return octet == 0xFF
  }

  /// The content octets of an INTEGER. Throws where it is empty or of another type.
  package func integerOctets(_ what: String) throws(DERFailure) -> [UInt8] {
    guard self.is(.integer), !content.isEmpty else { throw DERFailure("\(what) is no integer", at: offset) }
    return Array(content)
  }

  /// A number from 0 on, of content octets as of an INTEGER whatever the tag. Throws where it is negative, empty or not
  /// minimal; what is beyond 2^62 is that.
  package func natural(_ what: String) throws(DERFailure) -> Int {
    guard let first = content.first, !isConstructed else { throw DERFailure("\(what) is no integer", at: offset) }
    guard first < 0x80 else { throw DERFailure("\(what) is negative", at: offset) }
    if first == 0, content.count > 1, content[content.startIndex + 1] < 0x80 {
      throw DERFailure("\(what) is no integer in DER", at: offset)
    }
    guard content.count <= 7 else { return 1 << 62 }
    return content.reduce(0) { $0 << 8 | Int($1) }
  }

  /// The bits, most significant first in every octet, and how many of the last octet do not count.
  ///
  /// Throws where the content is no bit string; the tag is not looked at, since many are implicit.
  package func bits(_ what: String) throws(DERFailure) -> (octets: ArraySlice<UInt8>, unused: Int) {
    guard !isConstructed, let unused = content.first, unused < 8, content.count > 1 || unused == 0 else {
      throw DERFailure("\(what) is no bit string", at: offset)
    }
    return (content.dropFirst(), Int(unused))
  }

  /// The numbers of the bits that are set. Throws where the string is not in DER's form for named bits (X.690 section
  /// 11.2): unused bits are zero. Trailing zero bits are allowed here, and found by `hasTrailingZeroBits`.
  package func namedBits(_ what: String) throws(DERFailure) -> Set<Int> {
    let (octets, unused) = try bits(what)
    if let last = octets.last, last & (UInt8(1) << unused &- 1) != 0 {
      throw DERFailure("\(what) has unused bits that are set", at: offset)
    }
    var numbers: Set<Int> = []
    for (index, octet) in octets.prefix(8).enumerated() {
      for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { numbers.insert(index * 8 + bit) }
    }
    return numbers
  }

  /// Whether the last bit that counts is zero, which DER forbids where bits have names.
  package var hasTrailingZeroBits: Bool {
    guard let unused = content.first, unused < 8, content.count > 1, let last = content.last else { return false }
    return last & (UInt8(1) << unused) == 0
  }
}

/// A place where a certificate keeps not to DER although it can be read.
package struct EncodingFault: Sendable, Hashable {
  /// What was not kept to.
  package enum Kind: String, Sendable, Hashable {
    case nonMinimalLength, indefiniteLength, nonMinimalTag
    /// An INTEGER that is empty or has a superfluous leading octet.
    case nonMinimalInteger
    /// A BOOLEAN that is neither 0 nor 255.
    case looseBoolean
    /// A string or another primitive type in constructed form, or a sequence or set in primitive form.
    case wrongForm
    /// A malformed OBJECT IDENTIFIER, NULL or BIT STRING.
    case malformedPrimitive
    /// A value that equals its default and so should be left out: version 1, critical FALSE, cA FALSE.
    case encodedDefault
    /// Members of a SET OF that are not in ascending order.
    case unorderedSet
    /// A SET OF without members; every one in a certificate has to have some (X.501 section 9.2, RFC 5280 appendix A).
    case emptySet
    /// Octets after the certificate.
    case trailingOctets
    /// Nesting beyond `DERReader.deepest`, or members that cannot be read.
    case unreadable
  }

  package var kind: Kind
  /// Where, from the first octet of the outermost encoding.
  package var offset: Int

  /// A fault at a place.
  package init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  /// The most faults that are collected of one encoding.
  static let most = 100

  /// The faults of an element and everything in it, contents of octet strings left out.
  package static func all(in element: DERElement) -> [EncodingFault] {
    var faults: [EncodingFault] = []
    collect(element, depth: 0, into: &faults)
    return faults
  }

  private static func collect(_ element: DERElement, depth: Int, into faults: inout [EncodingFault]) {
    guard faults.count < most else { return }
    func note(_ kind: Kind) { faults.append(EncodingFault(kind, at: element.offset)) }
    guard depth < DERReader.deepest else { return note(.unreadable) }
    if element.oddities.contains(.nonMinimalLength) { note(.nonMinimalLength) }
    if element.oddities.contains(.indefiniteLength) { note(.indefiniteLength) }
    if element.oddities.contains(.nonMinimalTag) { note(.nonMinimalTag) }
    if element.tagClass == .universal, let type = UniversalTag(rawValue: element.number) {
      if type.isConstructed != element.isConstructed { note(.wrongForm) }
      if !element.isConstructed, let fault = faultOfPrimitive(type, element.content) { note(fault) }
    }
    if element.is(.set), element.content.isEmpty { note(.emptySet) }
    guard element.isConstructed else { return }
    var previous: ArraySlice<UInt8>?
    var isOrdered = true
    var reader = DERReader(element.content)
    while !reader.isAtEnd {
      guard let child = try? reader.next() else { return note(.unreadable) }
      if element.is(.set) {
        if let previous, child.bytes.lexicographicallyPrecedes(previous) { isOrdered = false }
        previous = child.bytes
      }
      collect(child, depth: depth + 1, into: &faults)
    }
    if !isOrdered { note(.unorderedSet) }
  }

  private static func faultOfPrimitive(_ type: UniversalTag, _ content: ArraySlice<UInt8>) -> Kind? {
    switch type {
    case .boolean: return content.count == 1 && (content.first == 0 || content.first == 0xFF) ? nil : .looseBoolean
    case .integer, .enumerated:
      guard let first = content.first else { return .nonMinimalInteger }
      guard content.count > 1 else { return nil }
      let second = content[content.startIndex + 1]
      return (first == 0 && second < 0x80) || (first == 0xFF && second >= 0x80) ? .nonMinimalInteger : nil
    case .null: return content.isEmpty ? nil : .malformedPrimitive
    case .objectIdentifier: return OID(octets: content).isWellFormed ? nil : .malformedPrimitive
    case .bitString:
      guard let unused = content.first, unused < 8, content.count > 1 || unused == 0 else { return .malformedPrimitive }
      guard content.count > 1, let last = content.last else { return nil }
      return last & (UInt8(1) << unused &- 1) == 0 ? nil : .malformedPrimitive
    default: return nil
    }
  }
}
