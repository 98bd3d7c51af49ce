/// Why octets are not the DER (X.690) that was expected at a place.
package struct DERFailure: Error, Sendable, Hashable {
  /// Where, from the first octet of the outermost encoding.
  package var offset: Int
  /// What is wrong there, in lower case, without full stop.
  package var message: String

  /// What is wrong at a place.
  package init(_ message: String, at offset: Int) {
    self.offset = offset
    self.message = message
  }

  /// Both in one line.
  package var sentence: String { "\(message) (at octet \(offset))" }
}

/// One element of an encoding: its tag, its content, and how far its header keeps to DER.
///
/// Slices keep the indices of the array they were cut from, so `bytes.startIndex` is the place in the whole.
package struct DERElement: Sendable, Hashable {
  /// The class of a tag (X.690 section 8.1.2.2).
  package enum TagClass: UInt8, Sendable { case universal, application, contextSpecific, privateUse }

  /// What BER allows in a header and DER does not.
  package struct Oddities: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// A length in more octets than needed.
    package static let nonMinimalLength = Self(rawValue: 1)
    /// A length that is given by an end mark.
    package static let indefiniteLength = Self(rawValue: 2)
    /// A tag number in more octets than needed.
    package static let nonMinimalTag = Self(rawValue: 4)
  }

  package var tagClass: TagClass
  package var number: UInt32
  package var isConstructed: Bool
  /// Header, content and end mark.
  package var bytes: ArraySlice<UInt8>
  /// The content alone, without an end mark.
  package var content: ArraySlice<UInt8>
  package var oddities: Oddities

  /// Whether this is the universal type.
  package func `is`(_ type: UniversalTag) -> Bool {
    tagClass == .universal && number == type.rawValue && isConstructed == type.isConstructed
  }

  /// Whether this is `[number]`, primitive or constructed.
  package func isContext(_ number: UInt32) -> Bool { tagClass == .contextSpecific && self.number == number }

  /// The elements inside.
  package func children() throws(DERFailure) -> [DERElement] {
    guard isConstructed else { throw DERFailure("a primitive element where one with members belongs", at: offset) }
    var reader = DERReader(content)
    var elements: [DERElement] = []
    while let element = try reader.next() { elements.append(element) }
    return elements
  }

  /// A reader over the elements inside.
  package func reader() throws(DERFailure) -> DERReader {
    guard isConstructed else { throw DERFailure("a primitive element where one with members belongs", at: offset) }
    return DERReader(content)
  }

  /// The place of the header in the whole.
  package var offset: Int { bytes.startIndex }
}

/// The universal types (X.690) that certificates use.
package enum UniversalTag: UInt32, Sendable {
  case boolean = 1
  case integer = 2
  case bitString = 3
  case octetString = 4
  case null = 5
  case objectIdentifier = 6
  case enumerated = 10
  case utf8String = 12
  case sequence = 16
  case set = 17
  case numericString = 18
  case printableString = 19
  case teletexString = 20
  case videotexString = 21
  case ia5String = 22
  case utcTime = 23
  case generalizedTime = 24
  case graphicString = 25
  case visibleString = 26
  case generalString = 27
  case universalString = 28
  case bmpString = 30

  /// Whether DER encodes it with members inside.
  package var isConstructed: Bool { self == .sequence || self == .set }
}

/// Reads elements one after the other.
///
/// It accepts the BER forms of headers and notes them, so that a certificate that keeps not to DER can still be shown;
/// whoever must be strict looks at the oddities (`EncodingFault`).
package struct DERReader: Sendable {
  /// The deepest nesting that is followed when a whole encoding is walked.
  package static let deepest = 32
  /// The deepest nesting of indefinite lengths: each level is read once more to find its end mark.
  private static let deepestIndefinite = 8

  /// What is still to be read.
  package private(set) var rest: ArraySlice<UInt8>

  /// Reads from the start of `bytes`.
  package init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// Whether everything was read.
  package var isAtEnd: Bool { rest.isEmpty }

  /// The next element; nil at the end.
  package mutating func next() throws(DERFailure) -> DERElement? {
    guard !rest.isEmpty else { return nil }
    let element = try Self.element(at: rest, depth: 0)
    rest = rest[element.bytes.endIndex...]
    return element
  }

  /// The next element, without going past it; nil at the end or where nothing can be read.
  package func peek() -> DERElement? { rest.isEmpty ? nil : try? Self.element(at: rest, depth: 0) }

  /// The next element, which has to be there.
  package mutating func required(_ what: String) throws(DERFailure) -> DERElement {
    guard let element = try next() else { throw DERFailure("\(what) is missing", at: rest.startIndex) }
    return element
  }

  /// The next element, which has to be of the type.
  package mutating func required(_ type: UniversalTag, _ what: String) throws(DERFailure) -> DERElement {
    let element = try required(what)
    guard element.is(type) else { throw DERFailure("\(what) is of another type", at: element.offset) }
    return element
  }

  /// The next element if it is of the type.
  package mutating func optional(_ type: UniversalTag) throws(DERFailure) -> DERElement? {
    guard let element = peek(), element.is(type) else { return nil }
    return try next()
  }

  /// The next element if it is `[number]`.
  package mutating func optional(context number: UInt32) throws(DERFailure) -> DERElement? {
    guard let element = peek(), element.isContext(number) else { return nil }
    return try next()
  }

  /// Throws where something is left.
  package func end(of what: String) throws(DERFailure) {
    guard rest.isEmpty else { throw DERFailure("\(what) goes on after its end", at: rest.startIndex) }
  }

  /// The one element that `bytes` are, with nothing after it.
  package static func sole(_ bytes: ArraySlice<UInt8>, _ what: String) throws(DERFailure) -> DERElement {
    var reader = DERReader(bytes)
    let element = try reader.required(what)
    try reader.end(of: what)
    return element
  }

  private static func element(at bytes: ArraySlice<UInt8>, depth: Int) throws(DERFailure) -> DERElement {
    let start = bytes.startIndex
    var position = start
    func octet() throws(DERFailure) -> UInt8 {
      guard position < bytes.endIndex else { throw DERFailure("the encoding ends inside a header", at: position) }
      defer { position += 1 }
      return bytes[position]
    }
    var oddities: DERElement.Oddities = []
    let first = try octet()
    var number = UInt32(first & 0x1F)
    if number == 0x1F {
      number = 0
      var group = try octet()
      if group == 0x80 { oddities.insert(.nonMinimalTag) }
      while true {
        guard number >> 25 == 0 else { throw DERFailure("a tag number beyond 32 bits", at: start) }
        number = number << 7 | UInt32(group & 0x7F)
        guard group & 0x80 != 0 else { break }
        group = try octet()
      }
      if number < 0x1F { oddities.insert(.nonMinimalTag) }
    }
    let tagClass = DERElement.TagClass(rawValue: first >> 6) ?? .universal
    let isConstructed = first & 0x20 != 0
    let lengthOctet = try octet()
    if lengthOctet == 0x80 {
      guard isConstructed else { throw DERFailure("a primitive element of indefinite length", at: start) }
      let (content, end) = try marked(bytes[position...], depth: depth)
      return DERElement(
        tagClass: tagClass, number: number, isConstructed: true, bytes: bytes[start..<end], content: content,
        oddities: oddities.union(.indefiniteLength))
    }
    var length = Int(lengthOctet)
    if lengthOctet > 0x80 {
      let count = Int(lengthOctet & 0x7F)
      length = 0
      for index in 0..<count {
        let octet = try octet()
        if index == 0, octet == 0 { oddities.insert(.nonMinimalLength) }
        guard length >> 40 == 0 else { throw DERFailure("a length beyond all bounds", at: start) }
        length = length << 8 | Int(octet)
      }
      if length < 0x80 { oddities.insert(.nonMinimalLength) }
    }
    guard length <= bytes.endIndex - position else {
      throw DERFailure("an element that goes on after the end of what holds it", at: start)
    }
    let end = position + length
    return DERElement(
      tagClass: tagClass, number: number, isConstructed: isConstructed, bytes: bytes[start..<end],
      content: bytes[position..<end], oddities: oddities)
  }

  /// The content up to the end mark, and the place after the mark.
  private static func marked(
    _ bytes: ArraySlice<UInt8>, depth: Int
  ) throws(DERFailure) -> (content: ArraySlice<UInt8>, end: Int) {
    guard depth < deepestIndefinite else { throw DERFailure("nested too deeply", at: bytes.startIndex) }
    var rest = bytes
    while !rest.isEmpty {
      let element = try element(at: rest, depth: depth + 1)
      if element.tagClass == .universal, element.number == 0, !element.isConstructed, element.content.isEmpty {
        return (bytes[bytes.startIndex..<element.offset], element.bytes.endIndex)
      }
      rest = rest[element.bytes.endIndex...]
    }
    throw DERFailure("an indefinite length without end mark", at: bytes.startIndex)
  }
}
