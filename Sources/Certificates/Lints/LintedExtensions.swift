/// Bits of a key usage.
enum LintedKeyUsage {
  /// The numbers of the named bits that are set; nil where the value is no bit string.
  static func bits(_ value: ArraySlice<UInt8>) -> Set<Int>? {
    var reader = DERReader(value)
    guard let element = try? reader.next(), element.is(.bitString),
      let numbers = try? element.namedBits("the key usage")
    else { return nil }
    return numbers.filter { $0 < 9 }
  }
}

/// Basic constraints, read as far as they go.
struct LintedBasicConstraints: Sendable {
  let isCA: Bool
  /// The content octets of the number; nil where it is left out.
  let pathLength: [UInt8]?

  init?(_ value: ArraySlice<UInt8>) {
    guard let (isCA, rest) = Self.start(value) else { return nil }
    self.isCA = isCA
    guard !rest.isAtEnd else {
      pathLength = nil
      return
    }
    guard let number = rest.peek() else { return nil }
    pathLength = number.is(.integer) ? Array(number.content) : nil
    if let pathLength, !Self.isReadable(pathLength) { return nil }
  }

  /// Whether something stands after cA, be it a number that can be read or not.
  static func hasMore(_ value: ArraySlice<UInt8>) -> Bool { start(value).map { !$0.rest.isAtEnd } ?? false }

  private static func start(_ value: ArraySlice<UInt8>) -> (isCA: Bool, rest: DERReader)? {
    var outer = DERReader(value)
    guard let sequence = try? outer.next(), sequence.is(.sequence) else { return nil }
    var reader = DERReader(sequence.content)
    guard let flag = reader.peek(), flag.is(.boolean) else { return (false, reader) }
    guard let isCA = try? flag.boolean("cA"), (try? reader.next()) != nil else { return nil }
    return (isCA, reader)
  }

  /// Whether it is a number of at most 64 bits in the fewest octets; others are no limit that anybody reads.
  private static func isReadable(_ number: [UInt8]) -> Bool {
    guard (1...8).contains(number.count) else { return false }
    return number.count == 1 || !(number[0] == 0 && number[1] < 0x80 || number[0] == 0xFF && number[1] >= 0x80)
  }
}

/// Extended key usage.
enum LintedPurposes {
  static func purposes(_ value: ArraySlice<UInt8>) -> [OID] {
    LintedSequence.members(value).map { OID(octets: $0.content) }
  }

  /// Purposes with a name.
  static let named: Set<OID> = {
    var named: Set<OID> = [.anyExtendedKeyUsage, "2.16.840.1.113730.4.1"]
    for number in Array(1...11) + [13, 14] { named.insert(OID(octets: [0x2B, 6, 1, 5, 5, 7, 3, UInt8(number)])) }
    // Apple's arc 1.2.840.113635.100.4.
    let apple: [[UInt8]] = [
      [1], [1, 1], [1, 2], [1, 3], [1, 4], [2], [3], [4], [5], [5, 1], [5, 2], [5, 3], [5, 4], [6], [6, 1], [6, 2],
      [6, 3], [6, 4],
    ]
    let appleArc = Array(("1.2.840.113635.100.4" as OID).octets)
    for tail in apple { named.insert(OID(octets: appleArc + tail)) }
    // Microsoft's arc 1.3.6.1.4.1.311.
    let microsoft: [[UInt8]] =
      (1...16).map { [10, 3, UInt8($0)] } + [
        [10, 3, 3, 1], [10, 3, 4, 1], [10, 5, 1], [10, 5, 2], [10, 5, 3], [10, 5, 4], [20, 2, 1], [20, 2, 2], [21, 5],
        [21, 6], [47, 1, 1], [47, 1, 3], [61, 1, 1],
      ]
    let microsoftArc = Array(("1.3.6.1.4.1.311" as OID).octets)
    for tail in microsoft { named.insert(OID(octets: microsoftArc + tail)) }
    return named
  }()
}

/// Alternative names, by kind.
struct LintedAlternativeNames: Sendable {
  private(set) var dns: [[UInt8]] = []
  private(set) var emails: [[UInt8]] = []
  private(set) var uris: [[UInt8]] = []
  private(set) var addresses: [[UInt8]] = []
  /// The tags of all names.
  private(set) var kinds: Set<UInt32> = []
  /// The names as encoded.
  private(set) var elements: [DERElement] = []

  init(_ value: ArraySlice<UInt8>?) {
    elements = value.map { LintedSequence.members($0) } ?? []
    for name in elements {
      kinds.insert(name.number)
      switch name.number {
      case 1: emails.append(Array(name.content))
      case 2: dns.append(Array(name.content))
      case 6: uris.append(Array(name.content))
      case 7: addresses.append(Array(name.content))
      default: break
      }
    }
  }
}

/// A subtree of name constraints.
struct LintedSubtree: Sendable {
  let isPermitted: Bool
  /// The tag of the base.
  let kind: UInt32
  let base: [UInt8]
  let minimum: Int
  let maximum: Int

  static func all(_ value: ArraySlice<UInt8>) -> [LintedSubtree] {
    LintedSequence.members(value).flatMap { field -> [LintedSubtree] in
      guard field.isContext(0) || field.isContext(1) else { return [] }
      return LintedSequence.children(field).compactMap { LintedSubtree($0, isPermitted: field.isContext(0)) }
    }
  }

  private init?(_ element: DERElement, isPermitted: Bool) {
    let parts = LintedSequence.children(element)
    guard let base = parts.first else { return nil }
    self.isPermitted = isPermitted
    kind = base.number
    self.base = Array(base.content)
    func number(_ tag: UInt32) -> Int {
      guard let element = parts.dropFirst().first(where: { $0.isContext(tag) }) else { return 0 }
      return (try? element.natural("a distance")) ?? -1
    }
    minimum = number(0)
    maximum = number(1)
  }
}

/// One policy with what stands beside it.
struct LintedPolicy: Sendable {
  let identifier: OID
  let qualifiers: [OID]
  /// The texts of its notices, none of them empty.
  let texts: [DERElement]
  /// Whether a notice refers to a document.
  let hasReference: Bool

  static func all(_ value: ArraySlice<UInt8>) -> [LintedPolicy] {
    LintedSequence.members(value).compactMap { LintedPolicy($0) }
  }

  private init?(_ element: DERElement) {
    let parts = LintedSequence.children(element)
    guard let first = parts.first, first.is(.objectIdentifier) else { return nil }
    identifier = OID(octets: first.content)
    var qualifiers: [OID] = []
    var texts: [DERElement] = []
    var hasReference = false
    for qualifier in parts.dropFirst().first.map({ LintedSequence.children($0) }) ?? [] {
      let pair = LintedSequence.children(qualifier)
      guard let kind = pair.first else { continue }
      qualifiers.append(OID(octets: kind.content))
      guard OID(octets: kind.content) == .userNoticeQualifier, let notice = pair.dropFirst().first else { continue }
      var rest = LintedSequence.children(notice)[...]
      if let reference = rest.first, reference.is(.sequence) {
        hasReference = true
        rest = rest.dropFirst()
      }
      if let text = rest.first, !text.content.isEmpty { texts.append(text) }
    }
    self.qualifiers = qualifiers
    self.texts = texts
    self.hasReference = hasReference
  }
}

/// Where revocation lists are.
struct LintedDistributionPoint: Sendable {
  let urls: [[UInt8]]
  /// Whether it names the point, the reasons and the issuer of the list, each by something that is not empty.
  let hasFullName: Bool
  let hasRelativeName: Bool
  let hasReasons: Bool
  let hasIssuer: Bool

  static func all(_ value: ArraySlice<UInt8>) -> [LintedDistributionPoint] {
    LintedSequence.members(value).map { LintedDistributionPoint($0) }
  }

  private init(_ element: DERElement) {
    let parts = LintedSequence.children(element)
    let name = parts.first { $0.isContext(0) }.map { LintedSequence.children($0) } ?? []
    let full = name.first { $0.isContext(0) }
    hasFullName = full.map { !$0.content.isEmpty } ?? false
    hasRelativeName = name.contains { $0.isContext(1) }
    urls = full.map { LintedSequence.children($0) }?.filter { $0.number == 6 }.map { Array($0.content) } ?? []
    hasReasons =
      parts.first { $0.isContext(1) }.flatMap { try? $0.bits("the reasons") }.map {
        $0.octets.count * 8 - $0.unused > 0
      } ?? false
    hasIssuer = parts.first { $0.isContext(2) }.map { !$0.content.isEmpty } ?? false
  }
}

/// Where more about the issuer is.
struct LintedAccess: Sendable {
  let method: OID
  /// The tag of the place.
  let kind: UInt32
  /// The place where it is a URL.
  let url: [UInt8]?

  static func all(_ value: ArraySlice<UInt8>) -> [LintedAccess] {
    LintedSequence.members(value).compactMap { element in
      let parts = LintedSequence.children(element)
      guard let method = parts.first, let place = parts.dropFirst().first else { return nil }
      return LintedAccess(
        method: OID(octets: method.content), kind: place.number,
        url: place.number == 6 ? Array(place.content) : nil)
    }
  }
}

/// Embedded timestamps of certificate transparency (RFC 6962 section 3.3).
enum LintedTimestamps {
  /// The octets of the list inside the extension; nil where there is none.
  static func list(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var reader = DERReader(value)
    guard let element = try? reader.next(), element.is(.octetString) else { return nil }
    return element.content
  }

  /// The log of every timestamp that can be read.
  static func logs(_ value: ArraySlice<UInt8>) -> [[UInt8]] {
    guard var rest = list(value)?.dropFirst(2) else { return [] }
    var logs: [[UInt8]] = []
    while rest.count > 2 {
      let bytes = Array(rest.prefix(2))
      let length = Int(bytes[0]) << 8 | Int(bytes[1])
      let timestamp = rest.dropFirst(2).prefix(length)
      guard timestamp.count == length, length >= 33 else { break }
      logs.append(Array(timestamp.dropFirst().prefix(32)))
      rest = rest.dropFirst(2 + length)
    }
    return logs
  }
}

/// Sequences, read as far as they go.
enum LintedSequence {
  /// The members of the sequence that `value` begins with; none where it is no sequence.
  static func members(_ value: ArraySlice<UInt8>) -> [DERElement] {
    var reader = DERReader(value)
    guard let element = try? reader.next(), element.is(.sequence) else { return [] }
    return children(element)
  }

  /// The members of an element up to the first that cannot be read.
  static func children(_ element: DERElement) -> [DERElement] {
    guard element.isConstructed else { return [] }
    var reader = DERReader(element.content)
    var members: [DERElement] = []
    while let member = try? reader.next() { members.append(member) }
    return members
  }
}
