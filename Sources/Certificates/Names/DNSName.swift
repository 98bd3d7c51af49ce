/// DNS names in certificates and as what a client asked for (RFC 5280 section 4.2.1.6, RFC 9525 section 6.3).
package struct DNSName: Sendable, Hashable {
  /// The labels in lower case, without a wildcard.
  package var labels: [ArraySlice<UInt8>]
  /// Whether the left-most label was `*`, in a name from a certificate.
  package var isWildcard: Bool

  /// The name in lower case.
  package var text: String {
    (isWildcard ? "*." : "") + labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
  }

  /// A name as a certificate writes it; nil where it is none: letters, digits and hyphens in labels of 1 to 63, at most
  /// 253 in all, no trailing dot, `*` only as the whole left-most label before at least one other.
  package init?(certificate octets: some Collection<UInt8>) {
    let lower = octets.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    var rest = lower[...]
    isWildcard = rest.starts(with: [0x2A, 0x2E])
    if isWildcard { rest = rest.dropFirst(2) }
    guard lower.count <= 253, let labels = Self.labels(rest) else { return nil }
    self.labels = labels
  }

  /// A name that was asked for: as above without a wildcard; a trailing dot is ignored. Underscores are let pass: DNS
  /// has such names and clients ask for them, though no certificate may spell one out (a wildcard may stand for one).
  package init?(reference text: String) {
    var octets = text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    if octets.last == 0x2E { octets.removeLast() }
    guard octets.count <= 253, let labels = Self.labels(octets[...], underscores: true) else { return nil }
    self.labels = labels
    isWildcard = false
  }

  /// A base of name constraints: as a certificate's name without a wildcard; empty for all names.
  package init?(constraint octets: some Collection<UInt8>) {
    if octets.isEmpty {
      labels = []
      isWildcard = false
      return
    }
    guard let name = DNSName(certificate: octets), !name.isWildcard else { return nil }
    self = name
  }

  private static func labels(_ octets: ArraySlice<UInt8>, underscores: Bool = false) -> [ArraySlice<UInt8>]? {
    let labels = octets.split(separator: 0x2E, omittingEmptySubsequences: false)
    for label in labels {
      guard (1...63).contains(label.count), label.first != 0x2D, label.last != 0x2D,
        label.allSatisfy({
          (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || (underscores && $0 == 0x5F)
        })
      else { return nil }
    }
    return labels
  }

  /// Whether this name from a certificate stands for `reference` (RFC 9525 section 6.3): a wildcard for exactly one
  /// label, never for one of a public suffix's own.
  package func matches(_ reference: DNSName) -> Bool {
    guard isWildcard else { return labels.elementsEqual(reference.labels, by: { $0.elementsEqual($1) }) }
    return !spansPublicSuffix && reference.labels.count == labels.count + 1
      && labels.elementsEqual(reference.labels.dropFirst(), by: { $0.elementsEqual($1) })
  }

  /// Whether a wildcard stands right over a public suffix.
  package var spansPublicSuffix: Bool {
    isWildcard
      && PublicSuffix.contains(labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "."))
  }

  /// Whether this name equals `base` or has more labels on its left, as RFC 5280 section 4.2.1.10 has it. A wildcard is
  /// within a base where everything it stands for is.
  package func isWithin(_ base: DNSName) -> Bool {
    labels.count >= base.labels.count
      && labels.suffix(base.labels.count).elementsEqual(base.labels, by: { $0.elementsEqual($1) })
  }

  /// Whether something this name stands for is within `base`: for a wildcard, also a base one label to its left.
  package func mayBeWithin(_ base: DNSName) -> Bool {
    if isWithin(base) { return true }
    return isWildcard && base.labels.count == labels.count + 1
      && base.labels.dropFirst().elementsEqual(labels, by: { $0.elementsEqual($1) })
  }
}

/// What a client asked for.
package enum ReferenceName: Sendable, Hashable {
  case dns(DNSName)
  /// 4 or 16 octets.
  case ip([UInt8])

  /// Reads a host name or an address in figures, brackets around IPv6 allowed; nil where the text is neither.
  package init?(_ text: String) {
    var bare = text[...]
    if bare.hasPrefix("["), bare.hasSuffix("]") { bare = bare.dropFirst().dropLast() }
    if let octets = IPAddress.octets(String(bare)) {
      self = .ip(octets)
      return
    }
    // A last label of figures alone is an address gone wrong, not a host (RFC 9525 section 6.2, WHATWG URL).
    guard let name = DNSName(reference: text), let last = name.labels.last,
      !last.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    self = .dns(name)
  }
}
