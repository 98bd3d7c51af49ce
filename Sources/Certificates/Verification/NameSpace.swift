/// The name constraints along a path, and the names that were held against them (RFC 5280 section 6.1.4 (g), 6.1.3 (b)
/// and (c)).
struct NameSpace: Sendable {
  /// How many comparisons of names and subtrees one path may cost: beyond it, constraints are a means of attack.
  static let mostComparisons = 250_000

  /// What stands against a certificate.
  enum Objection: Sendable, Hashable {
    case notPermitted(String)
    case excluded(String)
    /// A name that cannot be held against a constraint of its kind.
    case unreadable(String)
    /// Too many names times constraints.
    case tooMany
  }

  private var permitted: [[Subtree]] = []
  private var excluded: [Subtree] = []
  /// How many comparisons were made so far.
  private(set) var comparisons = 0

  private enum Subtree: Sendable {
    case dns(DNSName)
    case email(Mailbox)
    case uri(host: DNSName, onlyBelow: Bool)
    /// Address and mask.
    case ip([UInt8], [UInt8])
    case directory([DistinguishedName.ComparableRelativeName])
    /// A kind that names cannot be held against, by its tag.
    case other(UInt32)
  }

  /// What an address or a constraint on addresses says.
  private struct Mailbox: Sendable {
    /// Nil where a constraint names hosts only.
    var local: ArraySlice<UInt8>?
    var host: DNSName
    /// Whether a constraint holds for what is below the host, and not for the host.
    var onlyBelow = false
  }

  /// Takes in the constraints of one certificate. Call it once for each, from the anchor down.
  mutating func narrow(by constraints: NameConstraints) {
    if let subtrees = constraints.permitted { permitted.append(subtrees.compactMap(Self.subtree)) }
    if let subtrees = constraints.excluded { excluded += subtrees.compactMap(Self.subtree) }
  }

  /// Why these constraints are malformed, or nil where they are not.
  static func complaint(about constraints: NameConstraints) -> String? {
    let subtrees = (constraints.permitted ?? []) + (constraints.excluded ?? [])
    if subtrees.isEmpty { return "neither permits nor excludes anything" }
    if constraints.permitted?.isEmpty == true || constraints.excluded?.isEmpty == true { return "has an empty list" }
    for one in subtrees {
      if one.minimum != 0 || one.maximum != nil { return "has a minimum or maximum at \(one.base.text)" }
      if subtree(one) == nil { return "has a malformed base \(one.base.text)" }
    }
    return nil
  }

  private static func subtree(_ subtree: NameConstraints.Subtree) -> Subtree? {
    switch subtree.base.kind {
    case .dns(let text): return DNSName(constraint: text.octets).map { .dns($0) }
    case .email(let text):
      if let mailbox = mailbox(text.octets) { return .email(mailbox) }
      guard !text.octets.contains(0x40) else { return nil }
      return host(text.octets).map { .email(Mailbox(local: nil, host: $0.name, onlyBelow: $0.onlyBelow)) }
    case .uri(let text):
      return host(text.octets).map { .uri(host: $0.name, onlyBelow: $0.onlyBelow) }
    case .ip(let octets):
      guard octets.count == 8 || octets.count == 32 else { return nil }
      let half = octets.count / 2
      let mask = Array(octets[half...])
      return isPrefixMask(mask) ? .ip(Array(octets[..<half]), mask) : nil
    case .directory(let name): return .directory(name.comparable)
    case .other, .x400, .ediParty, .registered: return .other(subtree.base.element.number)
    case .malformed: return nil
    }
  }

  /// A host, or with a leading dot everything below one.
  private static func host(_ octets: ArraySlice<UInt8>) -> (name: DNSName, onlyBelow: Bool)? {
    let onlyBelow = octets.first == 0x2E
    return DNSName(constraint: onlyBelow ? octets.dropFirst() : octets).flatMap {
      $0.labels.isEmpty ? nil : ($0, onlyBelow)
    }
  }

  private static func mailbox(_ octets: ArraySlice<UInt8>) -> Mailbox? {
    let parts = octets.split(separator: 0x40, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy({ (0x21...0x7E).contains($0) }),
      let host = DNSName(certificate: parts[1]), !host.isWildcard
    else { return nil }
    return Mailbox(local: parts[0], host: host)
  }

  /// Whether an address for mail is well formed as RFC 5280 section 4.2.1.6 wants it, without comments and quotes.
  static func isMailbox(_ octets: ArraySlice<UInt8>) -> Bool { mailbox(octets) != nil }

  private static func isPrefixMask(_ mask: [UInt8]) -> Bool {
    var hasEnded = false
    for octet in mask {
      if hasEnded, octet != 0 { return false }
      if octet != 0xFF {
        hasEnded = true
        let ones = (~octet).leadingZeroBitCount
        if octet << UInt8(ones) != 0, ones < 8 { return false }
      }
    }
    return true
  }

  /// The host of a URI with an authority; nil where there is none or it is an address.
  static func host(ofURI octets: ArraySlice<UInt8>) -> DNSName? {
    let text = String(decoding: octets, as: UTF8.self)
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
    var authority = text[colon...].dropFirst(3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    if let port = authority.firstIndex(of: ":") { authority = authority[..<port] }
    // Clients ask for names with underscores, which no certificate may spell out.
    guard case .dns(let name)? = ReferenceName(String(authority)), !name.text.utf8.contains(UInt8(ascii: "_")) else {
      return nil
    }
    return name
  }

  /// Holds the subject and the alternative names of a certificate against the constraints; nil where nothing objects.
  mutating func objection(to certificate: X509Certificate) -> Objection? {
    guard !permitted.isEmpty || !excluded.isEmpty else { return nil }
    if !certificate.subject.isEmpty, let objection = objection(to: .directory(certificate.subject), tag: 4) {
      return objection
    }
    let alternatives = certificate.subjectAlternativeName
    for name in alternatives ?? [] {
      if let objection = objection(to: name.kind, tag: name.element.number) { return objection }
    }
    if alternatives == nil {
      // RFC 5280 section 4.2.1.10: addresses in the subject count where no alternative name is there.
      for attribute in certificate.subject.attributes where attribute.type == .emailAddress {
        let text = GeneralName.ASCIIText(octets: attribute.value.content)
        if let objection = objection(to: .email(text), tag: 1) { return objection }
      }
    }
    return nil
  }

  private mutating func objection(to kind: GeneralName.Kind, tag: UInt32) -> Objection? {
    comparisons += excluded.count + permitted.reduce(0) { $0 + $1.count }
    guard comparisons <= Self.mostComparisons else { return .tooMany }
    guard let name = Self.presented(kind, tag: tag) else {
      let isConstrained =
        excluded.contains { Self.tag($0) == tag } || permitted.joined().contains { Self.tag($0) == tag }
      return isConstrained ? .unreadable(Self.text(kind)) : nil
    }
    for subtree in excluded where Self.tag(subtree) == tag {
      if Self.contains(subtree, name, mayBe: true) { return .excluded(Self.text(kind)) }
    }
    for list in permitted {
      var isConstrained = false
      var isPermitted = false
      for subtree in list where Self.tag(subtree) == tag {
        isConstrained = true
        if Self.contains(subtree, name, mayBe: false) {
          isPermitted = true
          break
        }
      }
      if isConstrained, !isPermitted { return .notPermitted(Self.text(kind)) }
    }
    return nil
  }

  private enum Presented {
    case dns(DNSName)
    case email(Mailbox)
    case uri(DNSName)
    case ip([UInt8])
    case directory([DistinguishedName.ComparableRelativeName])
  }

  private static func presented(_ kind: GeneralName.Kind, tag: UInt32) -> Presented? {
    switch kind {
    case .dns(let text): DNSName(certificate: text.octets).map { .dns($0) }
    case .email(let text): mailbox(text.octets).map { .email($0) }
    case .uri(let text): host(ofURI: text.octets).map { .uri($0) }
    case .ip(let octets): octets.count == 4 || octets.count == 16 ? .ip(octets) : nil
    case .directory(let name): .directory(name.comparable)
    case .other, .x400, .ediParty, .registered, .malformed: nil
    }
  }

  private static func tag(_ subtree: Subtree) -> UInt32 {
    switch subtree {
    case .email: 1
    case .dns: 2
    case .directory: 4
    case .uri: 6
    case .ip: 7
    case .other(let tag): tag
    }
  }

  private static func contains(_ subtree: Subtree, _ name: Presented, mayBe: Bool) -> Bool {
    switch (subtree, name) {
    case (.dns(let base), .dns(let name)): return mayBe ? name.mayBeWithin(base) : name.isWithin(base)
    case (.email(let base), .email(let name)):
      if let local = base.local { return local.elementsEqual(name.local ?? []) && base.host == name.host }
      return base.onlyBelow ? name.host.isWithin(base.host) && name.host != base.host : name.host == base.host
    case (.uri(let base, let onlyBelow), .uri(let host)):
      return onlyBelow ? host.isWithin(base) && host != base : host == base
    case (.ip(let base, let mask), .ip(let address)):
      return base.count == address.count && (0..<base.count).allSatisfy { (base[$0] ^ address[$0]) & mask[$0] == 0 }
    case (.directory(let base), .directory(let name)):
      return name.count >= base.count && name.prefix(base.count).elementsEqual(base)
    default: return false
    }
  }

  private static func text(_ kind: GeneralName.Kind) -> String {
    switch kind {
    case .dns(let text): "DNS:\(text.text)"
    case .email(let text): "email:\(text.text)"
    case .uri(let text): "URI:\(text.text)"
    case .ip(let octets): "IP:\(IPAddress.text(octets) ?? octets.hexadecimal)"
    case .directory(let name): name.text
    case .other(let type, _): "otherName \(type)"
    case .registered(let identifier): "registeredID \(identifier)"
    case .x400, .ediParty, .malformed: "a name of another kind"
    }
  }
}
